"""The page on which a call is fitted: every change on it, what is refused keeps what was typed, who may open it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from mix.actions.core.run import run
from mix.actions.market import solicitations
from mix.data.models import Solicitation, Step
from mix.readers.case.challenges import get_step
from mix.readers.market.solicitations import form_of
from mix.rules.market.call_forms import CallForm

PAGE = "/en/city/challenges/water-leaks/invitation/call/"


@pytest.fixture
def call(challenge: Callable[[str], Any], actor: Callable[[str], Any], now: Any) -> Solicitation:
    """Return a call that is written and not published."""
    step: Step = get_step(challenge("water-leaks"), "invitation")
    step.round, step.state = step.round + 1, "active"
    step.save()
    facts: dict[str, Any] = {"closes_at": now + timedelta(days=60), "questions_until": now + timedelta(days=30)}
    facts |= {"body": "Answer this.", "contact": "Olivia", "purchase_most_cents": 100_00}
    return run(actor("olivia"), now, solicitations.draft, step, **facts)


def now_of(call: Solicitation) -> CallForm:
    return form_of(Solicitation.objects.select_related("step__challenge__method").get(pk=call.pk))


def post(client: Client, call: Solicitation, act: str, **given: Any) -> Any:
    return client.post(PAGE, {"act": act, "number": now_of(call).number, **given})


def weights(**changed: int) -> dict[str, Any]:
    own = {"fit": 30, "team": 25, "newness": 20, "feasible": 15, "business": 10} | changed
    return {"item": "shortlist"} | {f"weight_{k}": w for k, w in own.items()} | {f"least_{k}": 0 for k in own}


def test_each_change_is_made_on_the_page(call: Solicitation, sign_in: Callable[[str], Client]) -> None:
    olivia = sign_in("olivia")
    tied = {"scored_by": ["shortlist.fit", "shortlist.feasible"], "required": "on", "max_words": 300}
    asked = {"title": "Which pipes first?", "title_fr": "Quels tuyaux d’abord?", "type": "text", "max_words": 80}
    words = {"title": "Fit", "guideline": "Does it find leaks?", "anchor_0": "No"}
    made: list[tuple[str, dict[str, Any]]] = [
        ("reword", {"item": "approach", "title": "Show us how.", **tied}),
        ("add_question", asked),
        ("up", {"item": "q1"}),
        ("down", {"item": "q1"}),
        ("drop", {"item": "evidence", "reason": "Shown in the sprint."}),
        ("put_back", {"item": "evidence"}),
        ("weigh", {**weights(fit=35, business=5), "least_fit": 3}),
        ("describe", {"item": "shortlist.fit", **words, "anchor_5": "Every one", "anchor_5_fr": "Toutes"}),
        ("add_criterion", {"item": "shortlist", "title": "Quiet", "guideline": "At night?", "weight": 5}),
        ("drop_criterion", {"item": "shortlist.c1"}),
    ]
    for number, (act, given) in enumerate(made, start=1):
        assert post(olivia, call, act, **given).status_code == 302, act
        assert now_of(call).number == number, act
    form = now_of(call)
    assert form.question("q1").field.title.texts == {"en": "Which pipes first?", "fr": "Quels tuyaux d’abord?"}
    fit = form.criteria_of("shortlist")[0]
    assert (fit.weight, fit.minimum, {k: a.en for k, a in fit.anchors.items()}) == (
        35,
        3,
        {"0": "No", "5": "Every one"},
    )
    shown = olivia.get(PAGE).content.decode()
    for text in ("Show us how.", "Which pipes first?", "Scored by:"):
        assert text in shown
    assert "This call cannot go on yet" not in shown


def test_what_keeps_the_call_from_going_on_links_to_its_place(
    call: Solicitation, sign_in: Callable[[str], Client]
) -> None:
    olivia = sign_in("olivia")
    post(olivia, call, "weigh", **weights(fit=35))
    shown = olivia.get(PAGE).content.decode()
    assert "The weights add up to 105" in shown
    places = re.findall(r'<li><a href="#([^"]+)">', shown)
    assert places[0] == "weights-shortlist"
    assert all(f'id="{place}"' in shown for place in places)


@pytest.mark.parametrize(
    ("act", "given", "kept"),
    [
        ("reword", {"item": "team", "title": "", "title_fr": "Votre équipe?"}, "Votre équipe?"),
        ("add_question", {"title": "Which pipes first?", "type": "rows"}, "Which pipes first?"),
        ("add_question", {"title": "Which pipes first?", "type": "text", "max_words": "many"}, "Which pipes first?"),
        ("drop", {"item": "insurance", "reason": "We do not ask for it."}, "keeps this question"),
        ("describe", {"item": "shortlist.fit", "title": "Fit", "guideline": "Leaks?", "anchor_3_fr": "Oui"}, "Oui"),
        ("weigh", {"item": "shortlist", "weight_fit": "a third"}, "a third"),
    ],
)
def test_what_is_refused_keeps_what_was_typed(
    call: Solicitation, sign_in: Callable[[str], Client], act: str, given: dict[str, Any], kept: str
) -> None:
    answer = post(sign_in("olivia"), call, act, **given)
    assert answer.status_code == 422
    assert kept in answer.content.decode()
    assert now_of(call).number == 0


def test_a_second_tab_is_told(call: Solicitation, sign_in: Callable[[str], Client]) -> None:
    olivia = sign_in("olivia")
    assert post(olivia, call, "drop", item="evidence", reason="No.").status_code == 302
    answer = olivia.post(PAGE, {"act": "up", "item": "team", "number": "0"})
    assert answer.status_code == 409
    assert "Somebody changed the questions or criteria" in answer.content.decode()
    for wrong in ("x", "", "²", "9" * 50):
        assert olivia.post(PAGE, {"act": "up", "item": "team", "number": wrong}).status_code in (409, 422)


def test_items_that_are_none_are_refused(call: Solicitation, sign_in: Callable[[str], Client]) -> None:
    olivia = sign_in("olivia")
    for act, given in (
        ("reword", {"item": "nothing", "title": "x"}),
        ("up", {"item": "nothing"}),
        ("drop_criterion", {"item": "shortlist.nothing"}),
        ("add_criterion", {"item": "award", "title": "x", "guideline": "x", "weight": 5}),
        ("weigh", {"item": "nothing"}),
        ("describe", {"item": "nothing", "title": "x", "guideline": "x"}),
    ):
        assert post(olivia, call, act, **given).status_code == 422, act


def test_those_who_read_the_case_read_it_and_change_nothing(
    call: Solicitation, sign_in: Callable[[str], Client]
) -> None:
    sam = sign_in("sam")
    shown = sam.get(PAGE)
    assert shown.status_code == 200
    assert 'name="act"' not in shown.content.decode().split("<main", 1)[1]
    assert post(sam, call, "drop", item="evidence", reason="No.").status_code == 404


def test_a_published_call_shows_its_frozen_form(sign_in: Callable[[str], Client]) -> None:
    shown = sign_in("olivia").get("/en/city/challenges/guelph-roads-sprint/invitation/call/").content.decode()
    assert "The notice is public. What is asked and how it is scored is frozen." in shown
    assert "reworded for this challenge" in shown
    assert sign_in("olivia").get("/en/city/challenges/guelph-roads-sprint/commissioning/call/").status_code == 404


def test_the_notice_says_by_what_each_answer_is_scored(client: Client, db: None) -> None:
    call = Solicitation.objects.get(step__challenge__code="guelph-roads-sprint", step__key="invitation")
    shown = re.sub(r"\s+", " ", client.get(f"/en/calls/{call.reference}/").content.decode())
    assert "How would you rate every street while driving it" in shown
    assert "Scored by:" in shown
