"""Somebody of a city's staff is away: who stands in, what they get, and who may enter and end it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from mix.actions.city import absences, roles
from mix.actions.core.outbox import tell
from mix.actions.core.run import run
from mix.actions.flow.succession import end_role
from mix.data.models import Absence, Event, Message, Municipality, Person, StaffRole
from mix.readers.city.people import actor_for
from mix.readers.core.absences import Away, list_away_among, list_away_at
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.core.kept import ROWS
from mix.readers.flow.wait_names import Names, away_from
from mix.rules.city.calendar import day_in
from mix.rules.core.access import Role
from mix.rules.core.unmet import Refused
from mix.rules.flow.waits import Doing, Wait

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TORONTO = ZoneInfo("America/Toronto")


def person(code: str) -> Person:
    return Person.objects.get(code=code)


def duty(code: str, role: Role = Role.PROJECT_LEAD) -> StaffRole:
    return StaffRole.objects.select_related("municipality", "person").get(person__code=code, role=role, ended_at=None)


def mailed(since: int) -> list[tuple[str, str]]:
    rows = Message.objects.filter(pk__gt=since).order_by("id")
    return [(row.to_email.partition("@")[0], row.code) for row in rows]


def last_mail() -> int:
    return Message.objects.latest("id").pk


@pytest.fixture
def today(now: datetime) -> date:
    """Return the day that it is in Guelph."""
    return day_in("America/Toronto", now)


@pytest.fixture
def two_leads(now: datetime) -> None:
    """Have Stan lead challenges of Guelph beside Priya."""
    ada = actor_for(person("ada"))
    run(
        ada,
        now,
        roles.give_role,
        Municipality.objects.get(code="guelph"),
        person=person("stan"),
        role=Role.PROJECT_LEAD,
    )


@pytest.fixture
def enter(two_leads: None, actor: Callable[[str], Any], now: datetime, today: date) -> Callable[..., Absence]:
    """Return a function that has Priya away for some days, counted from today, with Stan standing in, or asked to."""

    def entered(
        first: int = 0,
        last: int = 4,
        *,
        by: str = "priya",
        who: str = "priya",
        deputy: str = "stan",
        accepted: bool = True,
    ) -> Absence:
        first_on, last_on = today + first * DAY, today + last * DAY
        verb = absences.enter
        made = run(actor(by), now, verb, duty(who), deputy=person(deputy), first_on=first_on, last_on=last_on)
        return run(actor(deputy), now, absences.accept, made) if accepted else made

    return entered


def refused(act: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as caught:
        act()
    return [(u.code, u.field) for u in caught.value.unmet]


def test_it_is_a_row_of_record_of_which_the_log_says_no_day(enter: Callable[..., Absence], today: date) -> None:
    since = last_mail()
    made = enter(accepted=False)
    assert (made.role, made.deputy.code, made.first_on, made.last_on) == (
        "project_lead",
        "stan",
        today,
        today + 4 * DAY,
    )
    line = Event.objects.get(verb="absences.enter")
    assert (line.subject, line.actor, line.chain.code, list(line.payload)) == ("priya", "priya", "guelph", [ROWS])
    assert list(line.payload[ROWS]) == [f"absence/{made.pk}"]
    assert mailed(since) == [("stan", "asked_to_stand_in")]


def test_only_somebody_else_with_the_same_role_there_stands_in(enter: Callable[..., Absence]) -> None:
    assert refused(lambda: enter(deputy="sam")) == [("deputy_needs_role", "deputy")]
    assert refused(lambda: enter(deputy="lena")) == [("deputy_needs_role", "deputy")]
    assert refused(lambda: enter(deputy="priya")) == [("deputy_oneself", "deputy")]
    assert refused(lambda: enter(-1)) == [("absence_past", "first_on")]
    assert not Absence.objects.exists()


def test_nobody_is_away_twice_or_stands_in_while_away(enter: Callable[..., Absence]) -> None:
    enter(2, 4)
    assert refused(lambda: enter(4, 6)) == [("away_already", "first_on")]
    assert refused(lambda: enter(1, 2, by="stan", who="stan", deputy="priya")) == [("deputy_away", "deputy")]
    enter(5, 6)
    enter(0, 1, by="stan", who="stan", deputy="priya")
    assert Absence.objects.count() == 3


def test_an_administrator_enters_one_for_somebody_and_nobody_else_does(enter: Callable[..., Absence]) -> None:
    for other, error in (("stan", Forbidden), ("martin", Forbidden), ("lucia", Unknown), ("tess", Unknown)):
        with pytest.raises(error):
            enter(by=other)
    since = last_mail()
    assert enter(by="ada", accepted=False).entered_by.code == "ada"
    assert mailed(since) == [("stan", "asked_to_stand_in"), ("priya", "away_entered")]


@pytest.mark.parametrize(
    ("by", "told"),
    [
        ("priya", [("stan", "stands_in_no_more")]),
        ("ada", [("stan", "stands_in_no_more"), ("priya", "away_ended")]),
    ],
)
def test_either_ends_it_early_and_the_row_stays(
    enter: Callable[..., Absence], actor: Callable[[str], Any], now: datetime, by: str, told: list[tuple[str, str]]
) -> None:
    made = enter()
    with pytest.raises(Forbidden):
        run(actor("stan"), now, absences.end, made)
    since = last_mail()
    run(actor(by), now, absences.end, made)
    assert mailed(since) == told
    assert list_away_at(["guelph"], now=now) == []
    kept = Absence.objects.get()
    assert (kept.ended_by and kept.ended_by.code, kept.ended_at) == (by, now)
    assert refused(lambda: run(actor(by), now, absences.end, made)) == [("absence_over", "")]
    enter()


def stands(now: datetime) -> list[str | None]:
    return [a.deputy.code if a.deputy else None for a in list_away_at(["guelph"], now=now)]


def test_a_deputy_stands_in_only_once_they_accepted(
    enter: Callable[..., Absence], actor: Callable[[str], Any], now: datetime
) -> None:
    made = enter(by="ada", accepted=False)
    assert (made.answer, stands(now)) == ("asked", [None])
    for other in ("priya", "ada", "martin"):
        assert refused(lambda who=other: run(actor(who), now, absences.accept, made)) == [("not_asked_to_stand_in", "")]
    since = last_mail()
    run(actor("stan"), now, absences.accept, made)
    assert mailed(since) == [("priya", "stands_in_for_you"), ("ada", "stands_in_for_you")]
    assert stands(now) == ["stan"]
    line = Event.objects.get(verb="absences.accept")
    assert (line.subject, line.actor, line.chain.code) == ("priya", "stan", "guelph")
    run(actor("stan"), now, absences.accept, made)
    assert Event.objects.filter(verb="absences.accept").count() == 1, "once is enough"


def test_who_declines_stands_in_no_more_and_makes_way(
    enter: Callable[..., Absence], actor: Callable[[str], Any], now: datetime
) -> None:
    made, since = enter(), last_mail()
    run(actor("stan"), now, absences.decline, made)
    assert (mailed(since), stands(now)) == ([("priya", "stands_in_declined")], [None])
    guelph = Municipality.objects.get(code="guelph")
    run(actor("ada"), now, roles.give_role, guelph, person=person("sam"), role=Role.PROJECT_LEAD)
    enter(deputy="sam")
    assert stands(now) == ["sam"]
    made.refresh_from_db()
    assert (made.answer, made.ended_by and made.ended_by.code) == ("declined", "priya")
    assert refused(lambda: run(actor("stan"), now, absences.accept, made)) == [("absence_over", "")]
    assert refused(lambda: enter(1, 2)) == [("away_already", "first_on")]


def test_who_declined_hears_nothing_of_the_end_and_nobody_accepts_without_the_duty(
    enter: Callable[..., Absence], actor: Callable[[str], Any], now: datetime
) -> None:
    made = enter(accepted=False)
    run(actor("ada"), now, end_role, duty("stan"), reason="Moved")
    assert refused(lambda: run(actor("stan"), now, absences.accept, made)) == [("no_duties", "")]
    run(actor("stan"), now, absences.decline, made)
    since = last_mail()
    run(actor("priya"), now, absences.end, made)
    assert mailed(since) == []


def test_what_is_over_is_not_ended(enter: Callable[..., Absence], actor: Callable[[str], Any], now: datetime) -> None:
    made = enter(0, 0)
    assert refused(lambda: run(actor("priya"), now + 2 * DAY, absences.end, made)) == [("absence_over", "")]


def test_its_days_are_those_of_the_city_s_clock(enter: Callable[..., Absence], today: date) -> None:
    made = enter(1, 2)
    first = datetime.combine(today + DAY, time.min, TORONTO).astimezone(UTC)
    after = datetime.combine(today + 3 * DAY, time.min, TORONTO).astimezone(UTC)
    moment = timedelta(microseconds=1)
    away = [Away("guelph", "project_lead", made.person, made.last_on, made.deputy)]
    for at, found in ((first - moment, []), (first, away), (after - moment, away), (after, [])):
        assert list_away_at(["guelph", "london"], now=at) == found
        assert list_away_among([made.person_id], now=at) == found
    assert list_away_at(["london"], now=first) == list_away_among([made.deputy_id], now=first) == []


def test_somebody_is_away_from_what_their_role_may_do_and_from_what_is_theirs_by_name(
    enter: Callable[..., Absence], now: datetime
) -> None:
    made = enter()
    names = Names({}, {}, {}, {}, {}, {}, {}, list_away_at(["guelph"], now=now))
    wait = Wait(Doing.WORK, now, city="guelph", roles=frozenset({"project_lead", "legal"}))
    away = names.away[0]
    for one, found in (
        (wait, [away]),
        (replace(wait, roles=frozenset({"legal"})), []),
        (replace(wait, city="london"), []),
        (replace(wait, but=frozenset({made.person_id})), []),
        (replace(wait, is_owed_by_vendor=True), []),
        (replace(wait, person=made.deputy_id), []),
        (replace(wait, person=made.person_id), [replace(away, deputy=None)]),
    ):
        assert away_from(one, names) == found


def test_whoever_loses_the_role_stands_in_no_more(
    enter: Callable[..., Absence], actor: Callable[[str], Any], now: datetime
) -> None:
    made = enter()
    run(actor("ada"), now, end_role, duty("stan"), reason="Moved")
    assert [(a.person, a.deputy) for a in list_away_at(["guelph"], now=now)] == [(made.person, None)]
    run(actor("ada"), now, end_role, duty("priya"), reason="Left", successor=person("sam"))
    assert list_away_at(["guelph"], now=now) == []


def test_a_mail_to_all_of_a_duty_says_for_whom_to_the_deputy_alone(
    enter: Callable[..., Absence], now: datetime, challenge: Callable[[str], Any]
) -> None:
    made, since = enter(), last_mail()
    people = [person("priya"), person("stan"), person("olivia")]
    tell(people, "milestone_delivered", now=now, challenge=challenge("guelph-roads-sprint"), title="One", vendor="Two")
    bodies = {m.to_email.partition("@")[0]: m.body for m in Message.objects.filter(pk__gt=since)}
    said = f"You get this for {made.person.name} too, who is away until"
    assert {who: said in body for who, body in bodies.items()} == {"priya": False, "stan": True, "olivia": False}


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("call_sent_back", ["priya", "stan"]),
        ("pilot_ending", ["priya"]),  # a lead keeps no pilot but their own
        ("asked_to_review", ["priya"]),  # nobody reviews for another
        ("need_declined", ["priya"]),  # no duty
    ],
)
def test_a_mail_to_one_person_goes_to_the_deputy_where_the_duty_lets_them(
    enter: Callable[..., Absence],
    now: datetime,
    challenge: Callable[[str], Any],
    code: str,
    told: list[str],
) -> None:
    enter()
    since = last_mail()
    said: dict[str, Any] = dict.fromkeys(("who", "reason", "pilot", "step", "need", "day", "title", "until"), "x")
    tell([person("priya")], code, now=now, challenge=challenge("guelph-roads-sprint"), **said)
    assert [who for who, _code in mailed(since)] == told
    since = last_mail()
    tell([person("priya")], code, now=now, of=Municipality.objects.get(code="london"), **said)
    assert [who for who, _code in mailed(since)] == ["priya"], "they stand in at Guelph alone"


@pytest.mark.parametrize(
    "wrong", [{"last_on": date(2020, 1, 1)}, {"deputy": "priya"}, {"ended_by": "ada"}, {"role": "king"}]
)
def test_the_database_holds_what_the_verbs_keep(enter: Callable[..., Absence], wrong: dict[str, Any]) -> None:
    made = enter()
    for name, value in wrong.items():
        setattr(made, name, person(value) if name in ("deputy", "ended_by") else value)
    with pytest.raises(IntegrityError), transaction.atomic():
        made.save()
