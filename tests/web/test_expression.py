"""A call for expressions of interest says what it is: nothing is bought by it, nobody is chosen, no tie is parted."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from mix.data.models import Solicitation, Step
from mix.readers.case.challenges import get_step

pytestmark = pytest.mark.django_db
STEP = "/en/city/challenges/water-leaks/expression-of-interests/"


@pytest.fixture
def step(challenge: Callable[[str], Any]) -> Step:
    """Return the step in a round in which nothing is written yet."""
    found: Step = get_step(challenge("water-leaks"), "expression-of-interests")
    found.round, found.state = found.round + 1, "active"
    found.save()
    return found


def text(client: Client, path: str) -> str:
    page = client.get(path).content.decode().partition("<main")[2]
    return " ".join(re.sub("<[^>]+>", " ", page).split())


def test_no_purchase_and_no_tie_is_asked_or_printed(
    step: Step, sign_in: Callable[[str], Client], now: datetime
) -> None:
    olivia = sign_in("olivia")
    page = olivia.get(STEP).content.decode()
    assert 'name="closes_at"' in page
    assert "purchase_most_cents" not in page
    closes = (now + timedelta(days=60)).strftime("%Y-%m-%dT%H:%M")
    asked = (now + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")
    given = {"body": "Who?", "closes_at": closes, "questions_until": asked, "contact": "Olivia", "custody": "managed"}
    assert olivia.post(STEP, {"act": "draft", **given, "purchase_most_cents": "400000"}).status_code == 302
    assert step.solicitations.get(round=step.round).purchase_most_cents is None
    publishing = olivia.get(f"{STEP}publish/").content.decode()
    assert "Ties are parted by" not in publishing
    assert "tie rule" not in publishing
    assert "Purchase, at most" not in publishing
    assert "It binds nobody and limits nobody" in publishing


def test_the_notice_says_what_it_is(client: Client) -> None:
    calls = {c.step.key: c.reference for c in Solicitation.objects.filter(step__challenge__code="water-leaks")}
    said = text(client, f"/en/calls/{calls['expression-of-interests']}/")
    assert "It binds nobody and limits nobody" in said
    assert "The city negotiates with the best-ranked proponent" not in said
    assert "Purchase, at most" not in said
    binding = text(client, f"/en/calls/{calls['invitation']}/")
    assert "The city negotiates with the best-ranked proponent" in binding
    assert "Purchase, at most" in binding
