"""Several rows at once: looked through on one page, each a verb of its own; and the next date of each challenge."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mix.data.models import (
    Challenge,
    Evaluation,
    Event,
    Municipality,
    PanelMember,
    Person,
    Question,
    SignOff,
    Solicitation,
    StaffRole,
    Vendor,
)
from mix.readers.flow.date_pages import next_dates
from mix.readers.flow.dates import dates_of_challenges, order_of
from mix.rules.core.kinds import StepState
from mix.web.drawing.dated import next_view
from tests.behind import open_tables

pytestmark = pytest.mark.django_db
CALL = "WATER-LEAKS-RFSQ8"
STEP = "/en/city/challenges/water-leaks/invitation/"


def text(page: Any) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", page.content.decode())))


@pytest.fixture
def answered(now: Any) -> list[Question]:
    """Return two questions whose answers are written, and one asked in confidence."""
    call = Solicitation.objects.get(reference=CALL)
    vendor = Vendor.objects.get(code="kestrel")
    facts = {"solicitation": call, "vendor": vendor, "asked_at": now, "answer": "Yes."}
    kinds = ("general", "general", "confidential")
    return [Question.objects.create(text=f"May we? {n}", kind=kind, **facts) for n, kind in enumerate(kinds)]


def test_answers_are_published_together_and_each_by_itself(
    answered: list[Question], sign_in: Callable[[str], Client]
) -> None:
    olivia = sign_in("olivia")
    page = olivia.get(f"{STEP}?do=give_answers")
    assert ("May we? 0: Yes." in text(page), "May we? 2: Yes." in text(page)) == (True, False)
    since = Event.objects.latest("id").pk
    items = [q.code for q in answered[:2]]
    assert olivia.post(STEP, {"act": "give_answers", "items": [answered[2].code]}).status_code == 422
    assert olivia.post(STEP, {"act": "give_answers", "items": items}).status_code == 302
    lines = Event.objects.filter(pk__gt=since, verb="solicitations.publish_answer")
    assert lines.count() == 2
    assert Question.objects.filter(pk__in=[q.pk for q in answered], published_at=None).count() == 1
    assert "give_answers" not in olivia.get(STEP).content.decode(), "nothing of several is left"


def test_what_one_refuses_holds_up_no_other(answered: list[Question], sign_in: Callable[[str], Client]) -> None:
    olivia, (first, second, _third) = sign_in("olivia"), answered
    Question.objects.filter(pk=second.pk).update(answer="  ")
    items = {"act": "give_answers", "items": [first.code, second.code]}
    answer = olivia.post(STEP, items, follow=True)
    assert ("1 was done." in text(answer), "Write something here" in text(answer)) == (True, True)
    assert 'class="note note--now">Write something here' in answer.content.decode()


def test_several_are_appointed_at_once(sign_in: Callable[[str], Client], now: Any) -> None:
    found = Evaluation.objects.get(step__challenge__code="under-our-streets", step__key="shortlist")
    Evaluation.objects.filter(pk=found.pk).update(phase="panel")
    guelph = Municipality.objects.get(code="guelph")
    for code in ("fay", "gus", "ike"):
        one = Person.objects.create(code=code, email=f"{code}@example.org", name=code.title())
        StaffRole.objects.create(municipality=guelph, person=one, role="evaluator", since=now)
    since, olivia = Event.objects.latest("id").pk, sign_in("olivia")
    url = "/en/city/challenges/under-our-streets/shortlist/"
    page = olivia.get(f"{url}?do=appoint_several").content.decode()
    form = page[page.index('name="items"') :]
    assert ("checked" in form, 'value="hugo"' in form) == (False, False), "whoever appoints chooses"
    assert olivia.post(url, {"act": "appoint_several", "items": []}).status_code == 422
    assert olivia.post(url, {"act": "appoint_several", "items": ["hugo"]}).status_code == 422
    assert olivia.post(url, {"act": "appoint_several", "items": ["fay", "gus"]}).status_code == 302
    made = PanelMember.objects.filter(evaluation=found, person__code__in=["fay", "gus", "ike"])
    assert sorted(made.values_list("person__code", "seat")) == [("fay", "evaluator"), ("gus", "evaluator")]
    assert Event.objects.filter(pk__gt=since, verb="evaluations.appoint").count() == 2


def test_several_areas_are_signed_off_at_once(sign_in: Callable[[str], Client]) -> None:
    found = Challenge.objects.get(code="guelph-roads-sprint")
    Challenge.objects.filter(pk=found.pk).update(status="running")
    found.steps.update(state=StepState.ACTIVE, asked_at=None)
    open_tables("data_signoff")
    SignOff.objects.filter(challenge=found, area__in=["privacy", "accessibility"]).delete()
    noor, url = sign_in("noor"), "/en/city/challenges/guelph-roads-sprint/test-environment/"
    since = Event.objects.latest("id").pk
    assert noor.post(url, {"act": "sign_off"}).status_code == 422
    given = {"act": "sign_off", "area": ["privacy", "accessibility"], "note": "Looked at"}
    assert noor.post(url, given).status_code == 302
    rows = SignOff.objects.filter(challenge=found, note="Looked at")
    assert sorted(rows.values_list("area", flat=True)) == ["accessibility", "privacy"]
    assert Event.objects.filter(pk__gt=since, verb="sprints.sign_off").count() == 2


def test_each_challenge_says_what_it_has_next(sign_in: Callable[[str], Client], now: Any) -> None:
    every = list(Challenge.objects.select_related("municipality", "method"))
    expected: dict[int, Any] = {}
    for dated in sorted(dates_of_challenges(every, now=now), key=order_of):
        if dated.challenge and dated.code not in ("records_until", "objections_until"):
            expected.setdefault(dated.challenge.pk, dated)
    with CaptureQueriesContext(connection) as queries:
        found = next_dates(every, now=now)
    assert len(queries) == 1
    assert {pk: (d.code, d.on) for pk, d in found.items()} == {pk: (d.code, d.on) for pk, d in expected.items()}
    assert len(found) > 1
    page = text(sign_in("priya").get("/en/city/challenges/"))
    for one in found.values():
        assert one.challenge is not None
        view = next_view(one, now=now)
        if one.challenge.municipality.code == "guelph":
            assert view.date.what in page
            assert view.clock.big in page


def test_what_runs_no_more_has_nothing_next(now: Any) -> None:
    ended = list(Challenge.objects.exclude(status="running").select_related("municipality", "method"))
    with CaptureQueriesContext(connection) as queries:
        assert next_dates(ended, now=now) == {}
    assert len(queries) == 0
