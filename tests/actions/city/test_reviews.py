"""Once a year somebody else looks at who has which duty."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from mix.actions.city.reviews import ask_for_reviews, confirm_duties
from mix.actions.core.run import run
from mix.data.models import Event, Message, Municipality, Person, StaffRole
from mix.readers.city.municipalities import list_staff, waiting_for_review
from mix.readers.core.errors import Forbidden
from mix.rules.city.reviews import EVERY, is_asked_again, is_due
from mix.rules.core.unmet import Refused

THEN = datetime(2025, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reviewed", "after", "due"),
    [
        (None, EVERY - timedelta(seconds=1), False),
        (None, EVERY, True),
        (THEN + timedelta(days=10), EVERY, False),
        (THEN + timedelta(days=10), EVERY + timedelta(days=10), True),
        (THEN - timedelta(days=900), EVERY - timedelta(days=1), False),
    ],
)
def test_a_duty_is_due_a_year_after_somebody_last_looked(
    reviewed: datetime | None, after: timedelta, due: bool
) -> None:
    assert is_due(since=THEN, reviewed_at=reviewed, now=THEN + after) is due


@pytest.mark.parametrize(("days", "asked"), [(0, False), (29, False), (30, True)])
def test_who_is_to_look_is_asked_once_a_month(days: int, asked: bool) -> None:
    assert is_asked_again(None, now=THEN)
    assert is_asked_again(THEN, now=THEN + timedelta(days=days)) is asked


@pytest.fixture
def guelph(db: None, now: Any) -> Municipality:
    """Return Guelph where every duty is fresh, but Frank's, which is a year old."""
    city = Municipality.objects.get(code="guelph")
    StaffRole.objects.update(reviewed_at=now)
    StaffRole.objects.filter(person__code="frank").update(reviewed_at=None, since=now - EVERY)
    return city


def waiting(city: Municipality, now: datetime) -> list[str]:
    return [row.person.code for row in waiting_for_review(list_staff(city), now=now)]


def test_they_are_asked_once_a_month_until_somebody_looked(
    guelph: Municipality, actor: Callable[[str], Any], now: datetime
) -> None:
    assert waiting(guelph, now) == ["frank"]
    before = Message.objects.count()
    assert ask_for_reviews(now=now) == 1
    told = set(Message.objects.order_by("id").values_list("to_email", flat=True)[before:])
    assert told == {Person.objects.get(code=code).email for code in ("ada", "audrey")}
    assert ask_for_reviews(now=now + timedelta(days=29)) == 0
    assert ask_for_reviews(now=now + timedelta(days=30)) == 1
    run(actor("ada"), now, confirm_duties, guelph, person=Person.objects.get(code="frank"))
    assert waiting(guelph, now) == []
    assert ask_for_reviews(now=now + timedelta(days=90)) == 0
    line = Event.objects.get(verb="people.confirm_duties")
    assert (line.subject, line.actor, line.payload["roles"]) == ("frank", "ada", ["finance"])


def test_nobody_looks_at_their_own_or_without_being_asked_to(
    guelph: Municipality, actor: Callable[[str], Any], now: datetime
) -> None:
    with pytest.raises(Refused) as caught:
        run(actor("ada"), now, confirm_duties, guelph, person=Person.objects.get(code="ada"))
    assert [u.code for u in caught.value.unmet] == ["own_duties"]
    with pytest.raises(Forbidden):
        run(actor("olivia"), now, confirm_duties, guelph, person=Person.objects.get(code="frank"))
    run(actor("martin"), now, confirm_duties, guelph, person=Person.objects.get(code="ada"))


def test_on_the_page_what_waits_is_marked_and_confirmed(
    guelph: Municipality, sign_in: Callable[[str], Client], now: datetime
) -> None:
    client, url = sign_in("ada"), "/en/city/settings/guelph/staff/"
    assert "to look at" in client.get(url).content.decode()
    row = StaffRole.objects.get(person__code="frank", ended_at=None)
    assert client.post(url, {"act": "review", "item": str(row.pk)}).status_code == 302
    assert "to look at" not in client.get(url).content.decode()
    assert client.post(url, {"act": "review", "item": "0"}).status_code == 404
    StaffRole.objects.filter(person__code="ada").update(reviewed_at=None, since=now - EVERY)
    page = client.get(url).content.decode()
    assert ("to look at" in page, "Still right" in page) == (True, False), "nobody confirms their own"
