"""Mail at the pace that somebody chose: now, daily, weekly, never; digests are made once, stops are one POST."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError
from django.test import Client

from mix.actions.core import digests
from mix.actions.core.outbox import tell, tell_address
from mix.actions.core.run import run
from mix.actions.flow.reminding import remind_of_drafts, remind_of_scores
from mix.data.models import Digest, Event, MailChoice, Message, PanelMember, Person, Submission
from mix.jobs import work
from mix.readers.city.people import actor_for
from mix.readers.core.outbox import list_held, stop_token
from mix.rules.core.mails import MailKind, Pace
from mix.rules.core.unmet import Refused

pytestmark = pytest.mark.django_db(transaction=False)
MONDAY = datetime(2027, 1, 11, 14, tzinfo=UTC)  # nine in the morning at Toronto
DAY = timedelta(days=1)


def person(code: str) -> Person:
    return Person.objects.get(code=code)


def choose(code: str, **paces: Pace) -> None:
    for kind, pace in paces.items():
        MailChoice.objects.create(to=code, kind=MailKind[kind].value, pace=pace.value, chosen_at=MONDAY)


@pytest.fixture
def _no_mail(db: None) -> None:
    Message.objects.all().delete()


def news(at: datetime, *codes: str) -> None:
    tell([person(code) for code in codes], "need_declined", now=at, need="Ploughs rust", reason="Next year")


@pytest.mark.usefixtures("_no_mail")
def test_each_gets_mail_at_the_pace_it_chose_in_a_simulated_week() -> None:
    choose("sam", NEWS=Pace.DAILY)
    choose("stan", NEWS=Pace.WEEKLY)
    choose("noor", NEWS=Pace.OFF)
    made = []
    for day in range(8):
        now = MONDAY + day * DAY
        made.append(digests.make_digests(now=now))
        if day < 3:
            news(now + timedelta(hours=1), "priya", "sam", "stan", "noor")
    got = {
        code: list(Message.objects.filter(chooser=code, held="").order_by("id").values_list("code", flat=True))
        for code in ("priya", "sam", "stan", "noor")
    }
    assert got == {
        "priya": ["need_declined"] * 3,
        "sam": ["digest"] * 3,
        "stan": ["digest"],
        "noor": [],
    }
    assert made == [0, 1, 1, 1, 0, 0, 0, 1]
    assert Message.objects.get(code="digest", chooser="stan").subject == "3 mails of MIX in one"
    assert list_held(Pace.DAILY) == list_held(Pace.WEEKLY) == []


@pytest.mark.usefixtures("_no_mail")
def test_a_digest_that_dies_half_way_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for code in ("sam", "stan"):
        choose(code, NEWS=Pace.DAILY)
    news(MONDAY - timedelta(hours=2), "sam", "stan")
    real, calls = digests.tell, []

    def dies(people: Any, code: str, **params: Any) -> None:
        real(people, code, **params)
        calls.append(code)
        if len(calls) == 2:
            raise DatabaseError("killed")

    monkeypatch.setattr(digests, "tell", dies)
    with pytest.raises(DatabaseError):
        digests.make_digests(now=MONDAY)
    assert Message.objects.filter(code="digest").count() == 1
    for _ in range(2):
        digests.make_digests(now=MONDAY + timedelta(minutes=10))
    assert sorted(Message.objects.filter(code="digest").values_list("chooser", flat=True)) == ["sam", "stan"]
    assert Digest.objects.count() == 2


@pytest.mark.usefixtures("_no_mail")
def test_what_is_a_duty_or_late_comes_whatever_was_chosen() -> None:
    choose("sam", TURN=Pace.DAILY, NEWS=Pace.OFF)
    params = dict.fromkeys(("day", "what", "why", "city", "role", "person", "who"), "x")
    for code in ("date_late", "role_waits"):
        tell([person("sam")], code, now=MONDAY, challenge=None, **params)
    assert list(Message.objects.values_list("code", "held")) == [("date_late", ""), ("role_waits", "daily")]
    with pytest.raises(Refused) as refused:
        run(actor_for(person("sam")), MONDAY, digests.stop, chooser="sam", kind=MailKind.TURN)
    assert [u.code for u in refused.value.unmet] == ["mail_without_stop"]


def test_one_post_stops_a_kind_and_a_link_scanner_does_not(sign_in: Callable[[str], Client]) -> None:
    news(MONDAY, "sam")
    token = stop_token(Message.objects.get(code="need_declined", to_name=person("sam").name))
    place, outside = f"/en/mail/stop/{token}/", Client(enforce_csrf_checks=True)
    assert "Shall mails of this kind no longer come?" in outside.get(place).content.decode()
    assert outside.head(place).status_code == 200
    assert not MailChoice.objects.filter(to="sam").exists()
    assert outside.post(place, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert MailChoice.objects.get(to="sam").pace == Pace.OFF
    forged = outside.post(f"/en/mail/stop/{token[:-2]}/", {"List-Unsubscribe": "One-Click"})
    assert (forged.status_code, MailChoice.objects.filter(to="sam").count()) == (302, 1)
    before = Message.objects.count()
    news(MONDAY, "sam")
    assert Message.objects.count() == before


@pytest.mark.usefixtures("_no_mail")
def test_a_mail_that_can_be_stopped_says_how(settings: Any) -> None:
    news(MONDAY, "sam")
    tell([person("sam")], "date_late", now=MONDAY, day="x", what="x", why="x")
    work.send_waiting()
    stoppable, duty = mail.outbox
    link = stoppable.extra_headers["List-Unsubscribe"].strip("<>")
    assert link.startswith(f"{settings.BASE_URL}/en/mail/stop/")
    assert stoppable.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in stoppable.body
    assert "List-Unsubscribe" not in duty.extra_headers


def test_somebody_chooses_on_their_account_page(sign_in: Callable[[str], Client]) -> None:
    client = sign_in("sam")
    typed = {"act": "mail", "turn": "daily", "dates": "now", "news": "off", "follows": "now", "invitations": "now"}
    assert client.post("/en/me/account/", typed).status_code == 302
    assert {(c.kind, c.pace) for c in MailChoice.objects.filter(to="sam")} == {("turn", "daily"), ("news", "off")}
    assert client.post("/en/me/account/", {**typed, "turn": "off"}).status_code == 422
    assert client.post("/en/me/account/", typed).status_code == 302
    assert MailChoice.objects.filter(to="sam").count() == 2


def test_no_import_and_no_page_takes_a_stop_back() -> None:
    choose("sam", NEWS=Pace.OFF)
    with pytest.raises(DatabaseError):
        MailChoice.objects.filter(to="sam").update(pace=Pace.NOW.value)


def test_no_module_but_the_digests_writes_a_choice() -> None:
    source = Path(digests.__file__).parents[2]
    writing = re.compile(r"MailChoice\.objects\.(bulk_)?(create|update)|MailChoice\((?!models)")
    assert {path.name for path in source.rglob("*.py") if writing.search(path.read_text())} == {"digests.py"}


@pytest.mark.usefixtures("_no_mail")
def test_teams_with_drafts_are_reminded_before_and_after_and_nothing_tells_of_it() -> None:
    draft = Submission.objects.get(solicitation__reference="WATER-LEAKS-RFSQ8", vendor__members__person__code="tess")
    closes, events = draft.solicitation.closes_at, Event.objects.count()
    told = [remind_of_drafts(now=closes + timedelta(hours=h)) for h in (-49, -40, -1, 1, 2)]
    assert told == [0, 1, 0, 1, 0]
    codes = Message.objects.filter(to_name=person("tess").name).order_by("id").values_list("code", flat=True)
    assert list(codes) == ["draft_soon", "draft_late"]
    assert Event.objects.count() == events


@pytest.mark.usefixtures("_no_mail")
def test_who_scores_is_reminded_before_and_after() -> None:
    seat = PanelMember.objects.get(evaluation__step__challenge__code="under-our-streets", person__code="hugo")
    seat.evaluation.due_at = MONDAY
    seat.evaluation.save(update_fields=["due_at"])
    told = [remind_of_scores(now=MONDAY + timedelta(hours=h)) for h in (-60, -30, -1, 1, 30)]
    assert (told[0], told[2], told[4]) == (0, 0, 0)
    codes = Message.objects.filter(to_name=person("hugo").name).order_by("id").values_list("code", flat=True)
    assert list(codes) == ["scores_soon", "scores_late"]


@pytest.mark.usefixtures("_no_mail")
def test_an_address_without_an_account_keeps_its_stop() -> None:
    params = dict.fromkeys(("city", "role", "who", "to", "until", "by"), "x")
    tell_address("new@example.org", "staff_invitation", language="en", now=MONDAY, path="x", **params)
    found = Message.objects.get()
    assert (len(found.chooser), stop_token(found), "new@" in found.chooser) == (64, "", False)
