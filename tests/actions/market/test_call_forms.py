"""A call fitted to its challenge: what was fitted is asked, frozen, scored and logged; a second person publishes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mix.actions.core.run import run
from mix.actions.flow.publication import hand_over, publish
from mix.actions.market import call_forms, solicitations
from mix.data.models import Event, Solicitation, Step
from mix.readers.case.challenges import get_step
from mix.readers.choice.evaluations import criteria_of, get_evaluation
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.market.solicitations import form_of, hides_names, spec_of_call, unmet_to_publish
from mix.rules.core.chain import digest
from mix.rules.core.fields import Wording
from mix.rules.core.unmet import Outdated, Refused
from mix.rules.market.call_changes import AddQuestion, Drop, Move, Reword, Weigh
from tests.two_hands import publish_in_two_hands

TITLE = Wording(en="What would you show us first?")
TIE = Reword(question="approach", title=TITLE, max_words=500, scored_by=("shortlist.fit", "shortlist.feasible"))


@pytest.fixture
def place(challenge: Callable[[str], Any]) -> Step:
    """Return a call's step in a round in which nothing is written yet."""
    step = get_step(challenge("water-leaks"), "invitation")
    step.round += 1
    step.save()
    return step


@pytest.fixture
def call(place: Step, actor: Callable[[str], Any], now: Any) -> Solicitation:
    """Return a call that is written and not published."""
    facts: dict[str, Any] = {"closes_at": now + timedelta(days=60), "questions_until": now + timedelta(days=30)}
    facts |= {"body": "Answer this.", "contact": "Olivia", "purchase_most_cents": 100_00}
    return run(actor("olivia"), now, solicitations.draft, place, **facts)


def again(call: Solicitation) -> Solicitation:
    return Solicitation.objects.select_related("step__challenge__method").get(pk=call.pk)


def refusal(error: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [u.code for u in error.value.unmet]


def test_what_was_fitted_is_asked_frozen_and_scored(
    call: Solicitation, place: Step, actor: Callable[[str], Any], now: Any
) -> None:
    for change in (TIE, AddQuestion(title=TITLE, max_words=80), Drop(question="evidence", reason="In the sprint.")):
        run(actor("olivia"), now, call_forms.fit, place, change)
    run(
        actor("priya"),
        now,
        call_forms.fit,
        place,
        Weigh(evaluation="shortlist", weights={"fit": 35, "business": 5}, minimums={"fit": 2}),
    )
    asked = [f.key for f in spec_of_call(again(call)).answers]
    assert asked[-1] == "q1"
    assert "evidence" not in asked
    publish_in_two_hands(again(call), now)
    out = again(call)
    assert [(c.key, c.weight, c.minimum) for c in out.rules["shortlist"].criteria][:2] == [
        ("fit", 35, 2),
        ("team", 25, 0),
    ]
    said = Event.objects.filter(verb="solicitations.publish", subject=call.reference).latest("id").payload
    assert said["form"] == digest(out.form)
    made = Event.objects.filter(verb="call_forms.fit", subject=call.reference).order_by("id")
    assert [e.payload["change"] for e in made] == ["reword", "add_question", "drop", "weigh"]
    assert [e.payload["number"] for e in made] == [1, 2, 3, 4]
    with pytest.raises(Refused) as caught:
        run(actor("olivia"), now, call_forms.fit, place, Move(question="q1", up=True))
    assert refusal(caught) == ["already_published"]


def test_whoever_fitted_does_not_publish(
    call: Solicitation, place: Step, actor: Callable[[str], Any], now: Any
) -> None:
    run(actor("olivia"), now, call_forms.fit, place, TIE)
    run(actor("priya"), now, hand_over, again(call))
    with pytest.raises(Refused) as caught:
        run(actor("olivia"), now, publish, again(call))
    assert refusal(caught) == ["call_needs_second_person"]
    assert run(actor("martin"), now, publish, again(call)).published_at == now


def test_a_form_that_scores_what_it_does_not_ask_is_not_published(
    call: Solicitation, place: Step, actor: Callable[[str], Any], now: Any
) -> None:
    assert unmet_to_publish(call, now=now) == ()
    run(actor("olivia"), now, call_forms.fit, place, Drop(question="newness", reason="No."))
    unmet = unmet_to_publish(again(call), now=now)
    assert {(u.code, u.place) for u in unmet} == {("criterion_without_question", "call-form")}
    with pytest.raises(Refused) as caught:
        run(actor("olivia"), now, hand_over, again(call))
    assert set(refusal(caught)) == {"criterion_without_question"}


def test_a_change_of_another_form_than_the_one_on_the_page_is_refused(
    call: Solicitation, place: Step, actor: Callable[[str], Any], now: Any
) -> None:
    run(actor("olivia"), now, call_forms.fit, place, TIE, number=0)
    with pytest.raises(Outdated):
        run(actor("priya"), now, call_forms.fit, place, Drop(question="evidence", reason="No."), number=0)
    assert form_of(again(call)).number == 1


def test_what_changes_nothing_is_not_recorded(
    call: Solicitation, place: Step, actor: Callable[[str], Any], now: Any
) -> None:
    run(actor("olivia"), now, call_forms.fit, place, Move(question="legal_status", up=True))
    assert again(call).form == {}
    assert not Event.objects.filter(verb="call_forms.fit", subject=call.reference).exists()


def test_only_those_who_write_calls_fit_them(
    call: Solicitation, place: Step, actor: Callable[[str], Any], now: Any
) -> None:
    for who in ("eva", "tess", "carl", "audrey"):
        with pytest.raises((Refused, Unknown, Forbidden)):
            run(actor(who), now, call_forms.fit, place, TIE)
    assert again(call).form == {}


def test_without_a_notice_there_is_nothing_to_fit(place: Step, actor: Callable[[str], Any], now: Any) -> None:
    with pytest.raises(Refused) as caught:
        run(actor("olivia"), now, call_forms.fit, place, TIE)
    assert refusal(caught) == ["solicitation_not_drafted"]


def test_the_next_round_begins_with_the_questions_of_this_one(
    call: Solicitation, place: Step, actor: Callable[[str], Any], now: Any
) -> None:
    run(actor("olivia"), now, call_forms.fit, place, TIE)
    place.round += 1
    place.save()
    facts: dict[str, Any] = {"closes_at": now + timedelta(days=60), "questions_until": now + timedelta(days=30)}
    later = run(actor("olivia"), now, solicitations.draft, place, body="Again.", contact="Olivia", **facts)
    assert later.form == again(call).form != {}


def test_what_is_written_into_a_notice_keeps_the_questions(
    call: Solicitation, place: Step, actor: Callable[[str], Any], now: Any
) -> None:
    run(actor("olivia"), now, call_forms.fit, place, TIE)
    facts: dict[str, Any] = {"closes_at": now + timedelta(days=61), "questions_until": now + timedelta(days=30)}
    run(actor("olivia"), now, solicitations.draft, place, body="Other words.", contact="Olivia", **facts)
    assert form_of(again(call)).number == 1


@pytest.mark.django_db
def test_a_case_that_was_fitted_is_scored_by_its_own_words() -> None:
    evaluation = get_evaluation("guelph-roads-sprint", "shortlist")
    criteria = {c.key: c for c in criteria_of(evaluation)}
    assert (criteria["fit"].weight, criteria["business"].weight) == (35, 5)
    assert sorted(criteria["feasible"].anchors) == ["0", "3", "5"]
    assert hides_names(evaluation.solicitation)
