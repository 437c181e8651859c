"""Publishing a call takes two people, and what the second publishes is exactly what the first handed over."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mix.actions.core.run import run
from mix.actions.flow.publication import hand_over, publish, send_back
from mix.actions.market import call_forms, solicitations
from mix.data.models import Event, HandOver, Message, Solicitation, Step
from mix.readers.case.challenges import get_step
from mix.readers.core.errors import Forbidden
from mix.readers.market.handing_over import find_hand_over, mark_of, may_publish
from mix.rules.city.schemes import TieRule
from mix.rules.core.unmet import Outdated, Refused
from mix.rules.market.call_changes import Drop

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(challenge: Callable[[str], Any]) -> Step:
    """Return a call's step in a round in which nothing is written yet."""
    step = get_step(challenge("water-leaks"), "invitation")
    step.round += 1
    step.save()
    return step


@pytest.fixture
def call(place: Step, actor: Callable[[str], Any], now: Any) -> Solicitation:
    """Return a call that Olivia wrote and handed over."""
    facts: dict[str, Any] = {"closes_at": now + timedelta(days=60), "questions_until": now + timedelta(days=30)}
    facts |= {"body": "Answer this.", "contact": "Olivia", "purchase_most_cents": 100_00}
    made = run(actor("olivia"), now, solicitations.draft, place, **facts)
    run(actor("olivia"), now, hand_over, made, tie=TieRule.LOWER_PRICE, note="The bound is new.")
    return again(made)


def again(call: Solicitation) -> Solicitation:
    return Solicitation.objects.select_related("step__challenge__method").get(pk=call.pk)


def refusal(error: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [u.code for u in error.value.unmet]


def told(code: str, now: Any) -> set[str]:
    return set(Message.objects.filter(code=code, written_at__gte=now).values_list("to_email", flat=True))


def test_what_was_handed_over_is_published_by_another_with_its_terms_and_mark(
    call: Solicitation, actor: Callable[[str], Any], now: Any
) -> None:
    handed = find_hand_over(call)
    assert handed is not None
    mark = handed.mark
    for who in ("olivia", "priya"):
        with pytest.raises((Refused, Forbidden)):
            run(actor(who), now, publish, call)
    assert may_publish(handed, actor("martin"))
    assert not may_publish(handed, actor("olivia"))
    run(actor("martin"), now, publish, call, seen=mark)
    out = again(call)
    assert {rules.tie for rules in out.rules.values()} == {TieRule.LOWER_PRICE}
    payload = Event.objects.filter(verb="solicitations.publish", subject=call.reference).latest("id").payload
    assert payload["mark"] == mark == mark_of(out, handed.terms)
    handed.refresh_from_db()
    assert (handed.ended_by and handed.ended_by.code, handed.ended_at) == ("martin", now)
    assert find_hand_over(out) is None


def test_nothing_is_published_that_was_not_handed_over(place: Step, actor: Callable[[str], Any], now: Any) -> None:
    facts: dict[str, Any] = {"closes_at": now + timedelta(days=60), "questions_until": now + timedelta(days=30)}
    facts |= {"body": "Answer this.", "contact": "Olivia", "purchase_most_cents": 100_00}
    made = run(actor("priya"), now, solicitations.draft, place, **facts)
    with pytest.raises(Refused) as caught:
        run(actor("martin"), now, publish, made)
    assert refusal(caught) == ["call_not_handed_over"]


CHANGES: list[tuple[str, Any]] = [
    ("body", "Answer that."),
    ("contact", "Somebody else"),
    ("purchase_most_cents", 101_00),
    ("custody_mode", "split"),
]


@pytest.mark.parametrize(("column", "value"), CHANGES)
def test_what_changed_since_is_not_published(
    call: Solicitation, actor: Callable[[str], Any], now: Any, column: str, value: Any
) -> None:
    setattr(call, column, value)
    call.save(update_fields=[column])
    with pytest.raises(Outdated):
        run(actor("martin"), now, publish, again(call))


@pytest.mark.parametrize("change", ["form", "document", "closing"])
def test_a_verb_that_changes_what_binds_undoes_the_hand_over(
    call: Solicitation, place: Step, actor: Callable[[str], Any], now: Any, change: str
) -> None:
    olivia = actor("olivia")
    if change == "form":
        run(olivia, now, call_forms.fit, place, Drop(question="business", reason="Small firms."))
    elif change == "document":
        run(olivia, now, solicitations.add_document, call, title="Terms", name="terms.txt", content=b"Terms")
    else:
        facts: dict[str, Any] = {"closes_at": now + timedelta(days=61), "questions_until": call.questions_until}
        facts |= {"body": call.body, "contact": call.contact, "purchase_most_cents": 100_00}
        run(olivia, now, solicitations.draft, place, **facts)
    with pytest.raises(Outdated) as caught:
        run(actor("martin"), now, publish, again(call))
    assert refusal(caught) == ["call_changed_since"]


def test_another_page_than_the_one_that_was_read_is_refused(
    call: Solicitation, actor: Callable[[str], Any], now: Any
) -> None:
    with pytest.raises(Outdated):
        run(actor("martin"), now, publish, call, seen="0" * 64)
    assert again(call).published_at is None


def test_it_is_sent_back_with_a_reason_and_handed_over_anew(
    call: Solicitation, actor: Callable[[str], Any], now: Any
) -> None:
    assert "martin@demo.mix.invalid" in told("call_handed_over", now)
    assert "olivia@demo.mix.invalid" not in told("call_handed_over", now)
    with pytest.raises(Refused) as caught:
        run(actor("martin"), now, send_back, call, reason=" ")
    assert refusal(caught) == ["reason_missing"]
    with pytest.raises(Refused) as caught:
        run(actor("olivia"), now, send_back, call, reason="Never mind.")
    assert refusal(caught) == ["call_needs_second_person"]
    run(actor("martin"), now, send_back, call, reason="Say who signs.")
    assert told("call_sent_back", now) == {"olivia@demo.mix.invalid"}
    with pytest.raises(Refused) as caught:
        run(actor("martin"), now, publish, call)
    assert refusal(caught) == ["call_not_handed_over"]
    run(actor("olivia"), now, hand_over, call)
    run(actor("olivia"), now, hand_over, call)  # a double click
    run(actor("olivia"), now, hand_over, call, note="Twice.")
    ended = HandOver.objects.filter(solicitation=call).order_by("id").values_list("reply", "ended_by__code", "note")
    assert list(ended) == [
        ("Say who signs.", "martin", "The bound is new."),
        ("", None, ""),
        ("", None, "Twice."),
    ]
    assert run(actor("martin"), now, publish, call).published_at == now


def test_terms_that_do_not_fit_are_refused(call: Solicitation, actor: Callable[[str], Any], now: Any) -> None:
    for bounds in ({"full_at_cents": 1}, {"full_at_cents": 2, "none_at_cents": 1}):
        with pytest.raises(Refused) as caught:
            run(actor("olivia"), now, hand_over, call, **bounds)
        assert refusal(caught) == ["price_bounds_wrong"]
