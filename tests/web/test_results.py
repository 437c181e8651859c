"""A vendor's history: outcome, points, reasons, and the hours that it notes for itself."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mix.actions.core.run import run
from mix.actions.market import submissions
from mix.data.models import Event, Letter, OwnHours, Submission
from mix.readers.market.results import page_results
from mix.rules.core.unmet import Refused

pytestmark = pytest.mark.django_db
PAGE = "/en/vendor/results/"


def read(client: Client, page: str = PAGE) -> str:
    return client.get(page).content.decode()


def test_each_closed_call_says_what_came_of_it_with_points_and_reasons(sign_in: Callable[[str], Client]) -> None:
    page = read(sign_in("tess"))
    letters = Letter.objects.filter(vendor__code="tamarack").select_related("evaluation")
    assert letters
    latest = letters.order_by("-sent_at", "-id")[0]
    assert f'href="{reverse("vendor-letter", args=[latest.pk])}"' in page
    assert "Awarded" in page
    sheet = latest.debrief_sheet
    assert f"rank {sheet.rank} of {sheet.of}" in page
    assert "WATER-LEAKS-RFSQ8" not in page  # still open
    others = Letter.objects.exclude(vendor__code="tamarack").values_list("pk", flat=True)
    assert not any(f'href="{reverse("vendor-letter", args=[pk])}"' in page for pk in others)


def test_a_call_that_nobody_scores_waits_for_no_decision(sign_in: Callable[[str], Client]) -> None:
    for page in (PAGE, "/en/vendor/"):
        text = read(sign_in("tess"), page)
        row = text.split("YOUNG-TREES-EOI7")[1].split("</tr>")[0]
        assert ("Received; this call is not scored" in row, "Not decided yet" in row) == (True, False)
        won = text.split("WINDROW-PILOTS-RFP2")[1].split("</tr>")[0]
        assert ("Chosen" in won, "Submitted" in won) == (True, False)
        assert "Invitation and qualification" in text


def test_hours_are_noted_for_the_team_alone_and_the_log_says_nothing(
    sign_in: Callable[[str], Client], actor: Callable[[str], Any], now: Any
) -> None:
    tess = sign_in("tess")
    own = page_results(actor("tess"), 1, now=now).rows[0].submission
    before = Event.objects.count()
    assert tess.post(PAGE, {"act": "hours", "item": own.code, "hours": "41.25"}).status_code == 302
    assert OwnHours.objects.get().hours == Decimal("41.25")
    assert Event.objects.count() == before
    assert "41.25" in read(tess)
    assert "41,25" in read(tess, "/fr/vendor/results/")
    for other in ("nora", "olivia", "audrey"):
        assert "41.25" not in read(sign_in(other))
        assert sign_in(other).post(PAGE, {"act": "hours", "item": own.code, "hours": "1"}).status_code == 404
    assert "41.25" not in read(sign_in("olivia"), f"/en/city/challenges/{own.solicitation.step.challenge.code}/")
    assert OwnHours.objects.get().hours == Decimal("41.25")


def test_hours_are_corrected_and_forgotten(actor: Callable[[str], Any], now: Any) -> None:
    own = Submission.objects.filter(vendor__code="tamarack")[0]
    for hours in (Decimal(3), Decimal("4.5")):
        run(actor("tess"), now, submissions.note_hours, own, hours=hours)
    assert OwnHours.objects.get().hours == Decimal("4.5")
    with pytest.raises(Refused):
        run(actor("tess"), now + timedelta(minutes=1), submissions.note_hours, own, hours=Decimal(0))
    run(actor("tess"), now, submissions.note_hours, own, hours=None)
    assert not OwnHours.objects.exists()
