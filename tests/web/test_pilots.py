"""Pilots in the product: the register, its deciders, its clocks, its public pages, and what bad input gets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from mix.actions.case import pilots
from mix.actions.core.run import run
from mix.data.models import Bylaw, Challenge, Event, Message, Municipality, Person, Pilot, StaffRole
from mix.readers.case.pilots import dashboard, list_pilots, most_days, standing
from mix.readers.core.errors import Forbidden, Unknown
from mix.rules.case.pilots import PilotState, Word
from mix.rules.core.access import Role
from mix.rules.core.fields import Wording
from mix.rules.core.unmet import Refused
from tests.days import city_day
from tests.rules.case.test_pilots import whole
from tests.web.reading import entered

STATES = {
    "binsense": "closed",
    "transcra": "refused",
    "idlefree": "overdue",
    "crossing": "running",
    "permitai": "declared",
    "leakears": "asked",
}


def pilot(code: str) -> Pilot:
    return Pilot.objects.select_related("municipality", "department", "owner").get(code=code)


def codes(caught: Any) -> list[str]:
    return [u.code for u in caught.value.unmet]


def test_the_demonstration_has_a_pilot_in_every_state(db: None, now: datetime) -> None:
    assert {p.code: standing(p, now=now).state for p in Pilot.objects.all()} == STATES


def test_the_dashboard_counts_by_department(actor: Callable[[str], Any], now: datetime) -> None:
    rows = dashboard(standing(p, now=now) for p in list_pilots(actor("stan")))
    found = {r.department.code: (r.active, r.declared, r.overdue, r.closed, r.converted) for r in rows}
    assert found == {
        "operations": (0, 1, 0, 0, 0),
        "fleet": (0, 0, 1, 0, 0),
        "parks": (0, 0, 0, 1, 1),
        "engineering": (1, 0, 0, 0, 0),
    }
    assert next(r.value_cents for r in rows if r.department.code == "engineering") == 38_000_00 + 6_000_00 + 7_200_00


def test_only_approved_pilots_are_public_and_conflicts_never(client: Client, db: None) -> None:
    page = client.get("/en/pilots/").content.decode()
    assert "Counting people at crossings" in page
    assert "Microphones that hear leaks" not in page
    assert "An assistant that answers" not in page
    one = client.get("/en/pilots/binsense/").content.decode()
    assert "Three of 24 sensors failed in rain" in one
    assert "The spring was too quiet to tell" in one
    assert "Conflicts of interest" not in one
    assert "Vie privée, sécurité" not in client.get("/fr/pilots/binsense/").content.decode()
    for code in ("leakears", "permitai", "transcra", "nothing"):
        assert client.get(f"/en/pilots/{code}/").status_code == 404


def test_a_challenge_keeps_the_record_of_its_pilot(sign_in: Callable[[str], Client]) -> None:
    challenge = Challenge.objects.get(code="full-bins")
    assert challenge.pilot.code == "binsense"
    page = sign_in("priya").get("/en/city/challenges/full-bins/whole/").content.decode()
    assert "Bins that say when they are full" in page
    case = sign_in("martin").get("/en/oversight/full-bins/").content.decode()
    assert "Three of 24 sensors failed in rain" in case


@pytest.fixture
def department(db: None) -> Any:
    return Municipality.objects.get(code="guelph").departments.get(code="parks")


@pytest.fixture
def asked(department: Any, actor: Callable[[str], Any], now: datetime) -> Pilot:
    """Ask for a pilot of low risk and small value that waits for its decider."""
    today = city_day(now)
    record = {**plain(), "starts_on": str(today + timedelta(5)), "ends_on": str(today + timedelta(60)), "risk": "low"}
    made = run(actor("stan"), now, pilots.register_pilot, department, title=Wording(en="Shade sails"))
    run(actor("stan"), now, pilots.describe, made, answers=record)
    return run(actor("stan"), now, pilots.ask, made)


def plain() -> dict[str, Any]:
    """Return a whole record as a form sends it."""
    return {k: "yes" if v is True else str(v / 100) if isinstance(v, int) else v for k, v in whole().items()}


def agree(found: Pilot, actor: Callable[[str], Any], now: datetime, who: str = "martin") -> Pilot:
    return run(actor(who), now, pilots.say, found, role=Role.PROCUREMENT_MANAGER, word=Word.AGREE, reason="")


def test_a_pilot_runs_its_whole_life(asked: Pilot, actor: Callable[[str], Any], now: datetime) -> None:
    agree(asked, actor, now)
    assert standing(pilot(asked.code), now=now).state is PilotState.APPROVED
    later = now + timedelta(days=20)
    found = pilot(asked.code)
    extension = run(
        actor("stan"),
        later,
        pilots.ask_extension,
        found,
        ends_on=city_day(later) + timedelta(90),
        reason="Rain",
    )
    with pytest.raises(Refused) as again:
        run(
            actor("stan"),
            later,
            pilots.ask_extension,
            pilot(asked.code),
            ends_on=city_day(later) + timedelta(91),
            reason="More rain",
        )
    assert codes(again) == ["pilot_extended"]
    with pytest.raises(Forbidden):
        run(actor("noor"), later, pilots.agree_extension, pilot(asked.code))
    after = now + timedelta(days=70)
    assert standing(pilot(asked.code), now=after).state is PilotState.ENDED  # asked for, not agreed
    run(actor("martin"), later, pilots.agree_extension, pilot(asked.code))
    assert standing(pilot(asked.code), now=after).state is PilotState.RUNNING
    assert standing(pilot(asked.code), now=after).last_day == extension.ends_on
    end = now + timedelta(days=120)
    with pytest.raises(Refused) as incomplete:
        run(actor("stan"), end, pilots.close, pilot(asked.code), answers={"evidence": "Good"})
    assert len(codes(incomplete)) == 5
    report = {
        "evidence": "Good",
        "result": "success",
        "decision": "tender",
        "spent": "1",
        "exit_done": "yes",
        "data_done": "yes",
    }
    run(actor("stan"), end, pilots.close, pilot(asked.code), answers=report)
    assert standing(pilot(asked.code), now=end).state is PilotState.CLOSED
    verbs = list(Event.objects.filter(subject=asked.code).order_by("seq").values_list("verb", flat=True))
    assert verbs == [
        "pilots.register_pilot",
        "pilots.describe",
        "pilots.ask",
        "pilots.say",
        "pilots.ask_extension",
        "pilots.agree_extension",
        "pilots.close",
    ]


def test_the_owner_decides_nothing_and_nobody_speaks_twice(
    asked: Pilot, actor: Callable[[str], Any], now: datetime
) -> None:
    for who, error in (("stan", Forbidden), ("olivia", Forbidden), ("anita", Forbidden), ("mona", Unknown)):
        with pytest.raises(error):
            agree(asked, actor, now, who)
    asked.owner = Person.objects.get(code="martin")
    asked.save(update_fields=["owner"])
    with pytest.raises(Refused) as own:
        agree(asked, actor, now)
    assert codes(own) == ["pilot_owner_decides"]


def test_one_person_in_two_roles_gives_one_word(actor: Callable[[str], Any], now: datetime, db: None) -> None:
    city, noor = Municipality.objects.get(code="guelph"), Person.objects.get(code="noor")
    StaffRole.objects.create(municipality=city, person=noor, role="legal", since=now)
    with pytest.raises(Refused) as twice:
        run(actor("noor"), now, pilots.say, pilot("leakears"), role=Role.LEGAL, word=Word.AGREE)
    assert codes(twice) == ["pilot_spoken"]


def test_a_refusal_needs_a_reason_and_ends_it(asked: Pilot, actor: Callable[[str], Any], now: datetime) -> None:
    say: dict[str, Any] = {"role": Role.PROCUREMENT_MANAGER, "word": Word.REFUSE}
    with pytest.raises(Refused) as silent:
        run(actor("martin"), now, pilots.say, asked, reason=" ", **say)
    assert codes(silent) == ["reason_missing"]
    run(actor("martin"), now, pilots.say, asked, reason="No", **say)
    for verb in (pilots.ask, pilots.take_back):
        with pytest.raises(Refused) as over:
            run(actor("stan"), now, verb, pilot(asked.code))
        assert codes(over) == ["pilot_moved_on"]


def test_two_tabs_cannot_ask_twice(asked: Pilot, sign_in: Callable[[str], Client]) -> None:
    answer = sign_in("stan").post(f"/en/city/pilots/{asked.code}/", {"act": "ask"})
    assert answer.status_code == 404  # the act is no longer on the page
    answer = sign_in("stan").post(f"/en/city/pilots/{asked.code}/", {"act": "describe", **plain()})
    assert answer.status_code == 404


def test_what_is_wrong_comes_back_with_everything_typed(
    department: Any, actor: Callable[[str], Any], now: datetime, sign_in: Callable[[str], Client]
) -> None:
    made = run(actor("stan"), now, pilots.register_pilot, department, title=Wording(en="Shade sails"))
    url = f"/en/city/pilots/{made.code}/"
    typed = {
        "act": "describe",
        "problem": "Benches in the sun",
        "cash": "lots",
        "starts_on": "31 June",
        "staff_hours": "1e999999",
    }
    answer = sign_in("stan").post(url, typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    for said in (
        "“lots” is not an amount",
        "“31 June” is not a date",
        "“1e999999” is not a number",
        "Benches in the sun",
    ):
        assert said in page
    assert pilot(made.code).written.answers == {}
    part = sign_in("stan").post(url, {"act": "describe", "problem": "Benches in the sun"})
    assert part.status_code == 302
    assert pilot(made.code).written.answers["problem"] == "Benches in the sun"
    with pytest.raises(Refused):
        run(actor("stan"), now, pilots.ask, made)


def test_two_tabs_do_not_overwrite_each_other(
    department: Any, actor: Callable[[str], Any], now: datetime, sign_in: Callable[[str], Client]
) -> None:
    made = run(actor("stan"), now, pilots.register_pilot, department, title=Wording(en="Shade sails"))
    client, url = sign_in("stan"), f"/en/city/pilots/{made.code}/"
    tab = {"act": "describe", "based_on": entered(client.get(url).content.decode(), "based_on")}
    assert client.post(url, {**tab, "problem": "Benches in the sun"}).status_code == 302
    late = client.post(url, {**tab, "problem": "Swings in the sun"})
    assert late.status_code == 422
    assert "Somebody saved this record after you opened it" in late.content.decode()
    assert "Swings in the sun" in late.content.decode()
    assert pilot(made.code).written.answers["problem"] == "Benches in the sun"
    again = entered(late.content.decode(), "based_on")
    assert client.post(url, {**tab, "based_on": again, "problem": "Both"}).status_code == 302


def test_an_expired_session_loses_no_record(
    department: Any, actor: Callable[[str], Any], now: datetime, sign_in: Callable[[str], Client], client: Client
) -> None:
    made = run(actor("stan"), now, pilots.register_pilot, department, title=Wording(en="Shade sails"))
    url = f"/en/city/pilots/{made.code}/"
    client.post(url, {"act": "describe", "problem": "Benches in the sun"})
    client.force_login(Person.objects.get(code="stan"), backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(url).content.decode()
    assert "Your text is back" in page
    assert "Benches in the sun" in page


def test_unsolicited_proposals_reach_procurement_at_once(
    department: Any, actor: Callable[[str], Any], now: datetime
) -> None:
    facts: dict[str, Any] = {"title": Wording(en="Shade sails"), "runs_already": True}
    made = run(actor("stan"), now, pilots.register_pilot, department, **facts)
    for _ in range(2):
        run(actor("stan"), now, pilots.describe, made, answers={"found_by": "unsolicited"})
    mails = Message.objects.filter(to_name="Martin Leduc", path=f"city/pilots/{made.code}/")
    subjects = list(mails.values_list("subject", flat=True))
    assert subjects == [
        "Un projet pilote en cours a été déclaré\xa0: Shade sails",
        "Une proposition non sollicitée que le personnel veut essayer\xa0: Shade sails",
    ]


def test_everybody_hears_once_of_each_turn(asked: Pilot, actor: Callable[[str], Any], now: datetime) -> None:
    agree(asked, actor, now)
    pilots.remind(now=now)
    path = f"city/pilots/{asked.code}/"
    Message.objects.filter(path=path).delete()
    heard = []
    for day in range(1, 100):
        pilots.remind(now=now + timedelta(days=day))
        pilots.remind(now=now + timedelta(days=day, minutes=1))
        mails = Message.objects.filter(path=path)
        heard += [(day, s) for s in mails.filter(to_name="Stan Kowalski").values_list("subject", flat=True)]
        mails.delete()
    assert [(d, s.split(":")[0]) for d, s in heard] == [
        (46, "Two weeks to its last day, or less"),
        (61, "It has ended"),
        (76, "Its report is due soon"),
        (91, "Its report is overdue"),
    ]


def test_a_city_sets_its_own_longest_time(db: None, now: datetime) -> None:
    city = Municipality.objects.get(code="london")
    assert most_days(city, on=city_day(now)) == 183
    mona, lou = (Person.objects.get(code=c) for c in ("mona", "lou"))
    Bylaw.objects.create(
        municipality=city,
        number=99,
        table={"citation": "x", "pilot_days": 90},
        effective_on=date(2026, 1, 1),
        proposed_by=mona,
        proposed_at=now,
        signed_by=lou,
        signed_at=now,
    )
    assert most_days(city, on=city_day(now)) == 90
    assert most_days(city, on=date(2025, 12, 31)) == 183


def test_a_pilot_becomes_a_challenge_once_and_only_when_reported(
    sign_in: Callable[[str], Client], actor: Callable[[str], Any]
) -> None:
    page = sign_in("priya").get("/en/city/challenges/new/?pilot=binsense")
    assert "Bins that say when they are full" in page.content.decode()
    form = {
        "act": "begin",
        "city": "guelph",
        "title": "Bins again",
        "question": "How might bins be emptied in time?",
        "way": "sprint:innovation_partnership",
        "route_reason": "A purchase is funded.",
    }
    for code, said in (("binsense", "A challenge follows this pilot already"), ("crossing", "has moved on")):
        answer = sign_in("priya").post("/en/city/challenges/new/", {**form, "pilot": code})
        assert answer.status_code == 422
        assert said in answer.content.decode()
    Pilot.objects.filter(code="binsense").update(challenge=None)
    answer = sign_in("priya").post("/en/city/challenges/new/?pilot=binsense", {**form, "pilot": "binsense"})
    assert answer.status_code == 302
    assert pilot("binsense").challenge == Challenge.objects.get(code="guelph-bins-again")
    assert sign_in("pat").get("/en/city/challenges/new/?pilot=binsense").status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"ends_on": date(2020, 1, 1)},
        {"value_cents": -1},
        {"risk": ""},
        {"risk": "huge"},
        {"decision": "perhaps"},
        {"asked_at": None},
        {"decided_at": None},
        {"stopped_on": date(2026, 1, 1), "stopped_reason": ""},
        {"decision": "refuse"},
    ],
)
def test_the_table_refuses_what_cannot_be(db: None, change: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Pilot.objects.filter(code="binsense").update(**change)
