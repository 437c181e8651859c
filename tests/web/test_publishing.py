"""A call before it binds: one person checks and hands over, another reads the same page and publishes."""

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

pytestmark = pytest.mark.django_db
PAGE = "/en/city/challenges/water-leaks/invitation/publish/"


@pytest.fixture
def place(challenge: Callable[[str], Any], actor: Callable[[str], Any], now: Any) -> Step:
    """Return the step of a call that Olivia wrote in a new round."""
    step = get_step(challenge("water-leaks"), "invitation")
    step.round, step.state, step.done_at = step.round + 1, "active", None
    step.save()
    facts: dict[str, Any] = {"closes_at": now + timedelta(days=60), "questions_until": now + timedelta(days=30)}
    facts |= {"body": "Answer **this**.", "contact": "Olivia", "purchase_most_cents": 396_000_00}
    run(actor("olivia"), now, solicitations.draft, step, **facts)
    return step


def read(client: Client, page: str = PAGE) -> str:
    return client.get(page).content.decode()


def mark(page: str) -> str:
    found = re.search(r'name="mark" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]


def test_one_hands_over_and_another_publishes_what_stood_on_the_page(
    place: Step, sign_in: Callable[[str], Client]
) -> None:
    officer, manager = sign_in("olivia"), sign_in("martin")
    shown = read(officer)
    assert "396,000" in shown
    assert "<strong>this</strong>" in shown
    assert 'value="publish"' not in shown
    assert 'value="publish"' not in read(manager)
    sent = officer.post(PAGE, {"act": "hand_over", "tie": "lower_price", "note": "The bound is new."}, follow=True)
    assert "Those who may publish were told" in sent.content.decode()
    assert 'value="publish"' not in read(officer)
    shown = read(manager)
    assert "The bound is new." in shown
    assert f'<span class="hash">{mark(shown)}</span>' in shown
    assert "Handed over by Olivia" in read(officer, "/en/city/challenges/water-leaks/invitation/")
    assert manager.post(PAGE, {"act": "publish", "mark": mark(shown)}).status_code == 302
    out = Solicitation.objects.get(step=place, round=place.round)
    assert out.published_at is not None
    assert {rules.tie for rules in out.rules.values()} == {"lower_price"}
    after = read(manager)
    assert "hand_over" not in after
    assert f"/en/calls/{out.reference}/" in after


def test_a_page_that_is_out_of_date_publishes_nothing_and_says_so(
    place: Step, sign_in: Callable[[str], Client], actor: Callable[[str], Any], now: Any
) -> None:
    officer, manager = sign_in("olivia"), sign_in("martin")
    officer.post(PAGE, {"act": "hand_over", "tie": "lower_price"})
    seen = mark(read(manager))
    call = Solicitation.objects.get(step=place, round=place.round)
    run(actor("olivia"), now, solicitations.add_document, call, title="Terms", name="t.txt", content=b"T")
    answer = manager.post(PAGE, {"act": "publish", "mark": seen})
    assert answer.status_code == 409
    assert "has changed since it was handed over" in answer.content.decode()
    assert 'value="publish"' not in answer.content.decode()
    again = officer.post(PAGE, {"act": "hand_over", "tie": "lower_price"})
    assert again.status_code == 302
    assert manager.post(PAGE, {"act": "publish", "mark": seen}).status_code == 409
    assert manager.post(PAGE, {"act": "publish", "mark": mark(read(manager))}).status_code == 302


def test_what_is_sent_back_says_why_and_a_reason_that_is_missing_loses_nothing(
    place: Step, sign_in: Callable[[str], Client]
) -> None:
    officer, manager = sign_in("olivia"), sign_in("martin")
    officer.post(PAGE, {"act": "hand_over", "tie": "lower_price"})
    assert manager.post(PAGE, {"act": "send_back", "reason": " "}).status_code == 422
    manager.post(PAGE, {"act": "send_back", "reason": "Say who signs."})
    assert "Say who signs." in read(officer)
    assert 'value="publish"' not in read(manager)


def test_bounds_that_do_not_fit_stay_in_their_fields(place: Step, sign_in: Callable[[str], Client]) -> None:
    officer = sign_in("olivia")
    answer = officer.post(PAGE, {"act": "hand_over", "tie": "dice", "note": "Kept."})
    assert answer.status_code == 422
    assert "Kept." in answer.content.decode()


def test_a_vendor_and_a_stranger_find_nothing(place: Step, sign_in: Callable[[str], Client]) -> None:
    for who in ("kim", "remi"):
        assert sign_in(who).get(PAGE).status_code in (403, 404)
    assert sign_in("olivia").get("/en/city/challenges/water-leaks/commissioning/publish/").status_code == 404


def test_a_call_that_was_handed_over_stands_on_the_desk_of_who_may_publish_it(
    place: Step, sign_in: Callable[[str], Client]
) -> None:
    sign_in("olivia").post(PAGE, {"act": "hand_over", "tie": "lower_price"})
    assert f'href="{PAGE}"' in read(sign_in("martin"), "/en/city/")
    own = read(sign_in("olivia"), "/en/city/").partition('<h2 id="others">')[0]
    assert f'href="{PAGE}"' not in own
