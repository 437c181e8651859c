"""A city begins on trial; two people of it end that, and what began on trial stays one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mix.actions.case import challenges, pilots, publishing
from mix.actions.city import going_live as verbs
from mix.actions.core import digests, outbox
from mix.actions.core.run import run
from mix.data.models import (
    Challenge,
    CustodyKey,
    Event,
    GoLiveRequest,
    Message,
    Municipality,
    Person,
    Pilot,
    Solicitation,
    TrialGuest,
)
from mix.readers.city import going_live
from mix.readers.city.methods import get_latest
from mix.readers.city.people import actor_for
from mix.readers.city.trials import check_trial
from mix.readers.core.actors import PUBLIC
from mix.readers.core.errors import Forbidden, Unknown
from mix.rules.case.states import NoticeKind
from mix.rules.core.fields import Wording
from mix.rules.core.kinds import Route
from mix.rules.core.mails import Pace
from mix.rules.core.unmet import Refused
from tests.rules.city.test_going_live import READY

pytestmark = pytest.mark.django_db
PATH = "city/settings/guelph/go-live/"


def refused(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as caught:
        act()
    return [one.code for one in caught.value.unmet]


@pytest.fixture
def guelph() -> Municipality:
    """Return Guelph, on trial."""
    Municipality.objects.filter(code="guelph").update(live_at=None)
    return Municipality.objects.get(code="guelph")


@pytest.fixture
def ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have everything on the list be there."""
    monkeypatch.setattr(going_live, "gather_situation", lambda *_a, **_k: READY)


def begin(actor: Callable[[str], Any], now: Any, city: Municipality, code: str = "tried", **more: Any) -> Challenge:
    words = Wording(en="Tried out", fr="À l’essai")
    given = {"title": words, "question": words, "method": get_latest("sprint"), "route": Route.INNOVATION_PARTNERSHIP}
    return run(actor("priya"), now, challenges.commission, city, code=code, route_reason="One answer", **given, **more)


def test_cities_of_the_demonstration_are_live_and_others_begin_on_trial(now: Any) -> None:
    assert not Municipality.objects.filter(live_at=None).exists()
    from mix.actions.city.municipalities import found
    from mix.actions.city.people import create_person

    admin = run(PUBLIC, now, create_person, "ana@elora.example", name="Ana")
    named = Wording(en="Elora", fr="Elora")
    elora = run(PUBLIC, now, found, "elora", name=named, posting_address="https://elora.example", administrator=admin)
    assert elora.is_on_trial
    assert actor_for(admin).on_trial == {"elora"}


def test_an_administrator_asks_and_somebody_with_authority_confirms(
    actor: Callable[[str], Any], now: Any, guelph: Municipality, ready: None
) -> None:
    for other in ("priya", "olivia", "martin", "anita"):
        with pytest.raises(Forbidden):
            run(actor(other), now, verbs.ask_to_go_live, guelph)
    asked = run(actor("ada"), now, verbs.ask_to_go_live, guelph)
    assert refused(lambda: run(actor("ada"), now, verbs.ask_to_go_live, guelph)) == ["go_live_asked"]
    told = set(Message.objects.filter(code="go_live_asked", path=PATH).values_list("chooser", flat=True))
    assert told == {"martin", "anita"}
    for other in ("ada", "priya", "leah"):
        with pytest.raises(Forbidden):
            run(actor(other), now, verbs.go_live, asked)
    assert Municipality.objects.get(code="guelph").is_on_trial
    run(actor("anita"), now, verbs.go_live, asked)
    assert Municipality.objects.get(code="guelph").live_at == now
    said = list(
        Event.objects.filter(verb__in=["municipalities.ask_to_go_live", "municipalities.go_live"]).order_by("id")
    )
    assert [(e.actor, e.subject, e.payload.get("asked_by")) for e in said] == [
        ("ada", "guelph", None),
        ("anita", "guelph", "ada"),
    ]
    assert refused(lambda: run(actor("martin"), now, verbs.go_live, asked)) == ["already_live"]


def test_who_asked_never_confirms_whatever_duties_they_get(
    actor: Callable[[str], Any], now: Any, guelph: Municipality, ready: None
) -> None:
    asked = GoLiveRequest.objects.create(municipality=guelph, asked_by=actor("anita").person, asked_at=now)
    assert refused(lambda: run(actor("anita"), now, verbs.go_live, asked)) == ["second_person"]


def test_what_is_missing_is_asked_again_when_it_is_confirmed(
    actor: Callable[[str], Any], now: Any, guelph: Municipality, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "live_without_play" in refused(lambda: run(actor("ada"), now, verbs.ask_to_go_live, guelph))
    with monkeypatch.context() as patched:
        patched.setattr(going_live, "gather_situation", lambda *_a, **_k: READY)
        asked = run(actor("ada"), now, verbs.ask_to_go_live, guelph)
    assert "live_without_play" in refused(lambda: run(actor("anita"), now, verbs.go_live, asked))
    dropped = run(actor("anita"), now, verbs.drop_going_live, asked, reason="Play a case first")
    assert dropped.dropped_at == now
    assert Message.objects.get(code="go_live_dropped").chooser == "ada"


def test_the_list_ticks_itself_by_what_is_there(now: Any, guelph: Municipality, settings: Any) -> None:
    def found() -> Any:
        return going_live.gather_situation(guelph, now=now)

    before = found()
    assert (before.departments > 0, before.bands > 0, before.mail_leaves, before.opened) == (True, True, False, 0)
    guelph.departments.update(closed_at=now)
    assert found().departments == 0
    guelph.staff.filter(role="authority").update(ended_at=now)
    assert before.roles - found().roles == {"authority"}
    call = Solicitation.objects.filter(municipality=guelph, technical_opened_at__isnull=False).first()
    Solicitation.objects.filter(pk=call.pk if call else 0).update(is_trial=True)
    assert found().opened == 1
    Message.objects.create(to_email=Person.objects.get(code="ada").email, language="en", written_at=now, sent_at=now)
    assert not found().mail_leaves  # into a folder: no server took it
    from dataclasses import replace

    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, mail_url="smtp://localhost")
    assert found().mail_leaves
    key = CustodyKey.objects.filter(municipality=guelph, solicitation=None, retired_at=None).first()
    taken = key.shares.exclude(taken_at=None).count() if key else 0
    assert (found().holders, found().administrators_among_them) == (taken, 0)
    for bylaw in guelph.bylaws.filter(signed_at__isnull=False):
        bylaw.effective_on = (now + timedelta(days=9)).date()
        bylaw.save()
    assert not found().by_law


def test_what_begins_on_trial_is_one_for_ever(
    actor: Callable[[str], Any], now: Any, guelph: Municipality, ready: None
) -> None:
    tried = begin(actor, now, guelph)
    said = publishing.publish(tried, kind=NoticeKind.ADDENDUM, title="T", text="T", now=now)
    pilot = run(actor("stan"), now, pilots.register_pilot, guelph.departments.first(), title=Wording(en="P", fr="P"))
    assert (tried.is_trial, said.is_trial, pilot.is_trial) == (True, True, True)
    run(actor("martin"), now, verbs.go_live, run(actor("ada"), now, verbs.ask_to_go_live, guelph))
    assert Challenge.objects.get(code="tried").is_trial
    assert Pilot.objects.get(pk=pilot.pk).is_trial
    assert publishing.publish(tried, kind=NoticeKind.ADDENDUM, title="T", text="T", now=now).is_trial
    assert not begin(actor, now, Municipality.objects.get(code="guelph"), "counted").is_trial


def test_a_city_on_trial_buys_with_nobody(actor: Callable[[str], Any], now: Any, guelph: Municipality) -> None:
    london = Municipality.objects.get(code="london")
    partners = {"partners": [challenges.City(london, 20)]}
    assert refused(lambda: begin(actor, now, guelph, **partners)) == ["city_on_trial"]
    Municipality.objects.filter(code="guelph").update(live_at=now)
    Municipality.objects.filter(code="london").update(live_at=None)
    partners = {"partners": [challenges.City(Municipality.objects.get(code="london"), 20)]}
    guelph.refresh_from_db()
    assert refused(lambda: begin(actor, now, guelph, **partners)) == ["city_on_trial"]


def test_whoever_plays_a_vendor_is_asked_by_name_and_works_for_nobody(
    actor: Callable[[str], Any], now: Any, guelph: Municipality
) -> None:
    tried = begin(actor, now, guelph)
    with pytest.raises(Forbidden):
        run(actor("martin"), now, verbs.add_guest, guelph, email="kim@demo.mix.invalid")
    assert refused(lambda: run(actor("ada"), now, verbs.add_guest, guelph, email=actor("lena").person.email)) == [
        "guest_works_for_city"
    ]
    for nobody in (PUBLIC, actor("kim"), actor("lena")):
        with pytest.raises(Unknown):
            check_trial(tried, actor=nobody)
    kim = actor("kim").person.email
    guest = run(actor("ada"), now, verbs.add_guest, guelph, email=kim.upper())
    assert Message.objects.get(code="trial_guest").path == "vendor/trials/"
    assert refused(lambda: run(actor("ada"), now, verbs.add_guest, guelph, email=kim)) == ["guest_twice"]
    check_trial(tried, actor=actor("kim"))
    check_trial(tried, actor=actor("stan"))
    run(actor("ada"), now, verbs.end_guest, guest)
    with pytest.raises(Unknown):
        check_trial(tried, actor=actor("kim"))


def leaves(code: str, now: Any, **of: Any) -> set[str]:
    """Write a mail to a member of staff, a vendor, and somebody of another city; return whom the outbox lets go."""
    Message.objects.filter(kept_at=None).update(sent_at=now, given_up_at=None)
    outbox.tell(Person.objects.filter(code__in=["ada", "kim", "lena"]), code, now=now, **of)
    found = set()
    while taken := outbox.claim(now=now, most=2):
        found |= {message.chooser for message in taken}
        for message in taken:
            outbox.mark_sent(message, now=now)
    return found


def test_mail_of_a_trial_reaches_its_own_people_alone(
    actor: Callable[[str], Any], now: Any, guelph: Municipality
) -> None:
    tried = begin(actor, now, guelph)
    given = {"what": Wording(en="x", fr="x"), "why": Wording(en="x", fr="x"), "day": "2027-01-01"}
    everybody = {"ada", "kim", "lena"}
    assert leaves("date_soon", now, of=Municipality.objects.get(code="london"), **given) == everybody
    assert leaves("date_soon", now, of=guelph, **given) == {"ada"}
    assert leaves("date_soon", now, challenge=tried, **given) == {"ada"}
    assert {m.chooser for m in Message.objects.filter(kept_at=now)} == {"kim", "lena"}
    TrialGuest.objects.create(
        municipality=guelph, email=actor("kim").person.email, added_by=actor("ada").person, added_at=now
    )
    assert leaves("date_soon", now, challenge=tried, **given) == {"ada", "kim"}
    Municipality.objects.filter(code="guelph").update(live_at=now)
    assert leaves("date_soon", now, challenge=tried, **given) == {"ada", "kim"}
    assert leaves("date_soon", now, of=guelph, **given) == everybody
    assert Message.objects.filter(kept_at__isnull=False, sent_at__isnull=False).count() == 0


def test_what_waits_for_a_digest_is_looked_at_too(actor: Callable[[str], Any], now: Any, guelph: Municipality) -> None:
    tried = begin(actor, now, guelph)
    for who in ("ada", "kim"):
        Message.objects.create(
            to_email=actor(who).person.email, language="en", subject="Of the trial", body="Zebra", code="date_soon",
            challenge=tried.code, city="guelph", chooser=who, held=Pace.DAILY.value, written_at=now - timedelta(days=2),
        )  # fmt: skip
    digests.make_digests(now=now)
    made = Message.objects.filter(code="digest", written_at=now)
    assert [(m.chooser, "Zebra" in m.body) for m in made if "Zebra" in m.body] == [("ada", True)]
    assert Message.objects.get(chooser="kim", subject="Of the trial").kept_at == now
