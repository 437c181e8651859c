"""What vendors read beforehand about the panel, and that it holds."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from mix.data.models import Solicitation, Submission

pytestmark = pytest.mark.django_db


def _call() -> Solicitation:
    return Solicitation.objects.get(step__challenge__code="under-our-streets", step__key="invitation")


def test_the_panel_does_not_read_what_was_asked_for_other_ends(sign_in: Callable[[str], Client]) -> None:
    pages = [
        sign_in("hugo")
        .get(reverse("evaluator-score", args=["under-our-streets", "shortlist", letter]))
        .content.decode()
        for letter in "ABCD"
    ]
    page = "".join(pages)
    assert "Un radar léger, tiré par un vélo." in page
    assert "What this answer cost you" not in page
    copy = sign_in("tess").get(reverse("vendor-preview", args=[_call().reference])).content.decode()
    assert "the panel does not see it" in copy


@pytest.mark.parametrize(("code", "page"), [("", "public-notice"), ("kim", "vendor-call"), ("", "vendor-preview")])
def test_vendors_read_beforehand_that_names_are_hidden(sign_in: Callable[[str], Client], code: str, page: str) -> None:
    calls = {c.step.key: c for c in Solicitation.objects.filter(step__challenge__code="water-leaks")}
    pages = {
        key: sign_in(code).get(reverse(page, args=[call.reference])).content.decode()
        for key, call in calls.items()
        if call.published_at
    }
    told = {key: "The panel scores this without your name." in text for key, text in pages.items()}
    assert told == {"expression-of-interests": False, "invitation": True}


def test_a_draft_says_that_names_are_hidden(sign_in: Callable[[str], Client]) -> None:
    calls = Solicitation.objects.filter(step__challenge__code="water-leaks", step__key="invitation")
    submission = Submission.objects.get(solicitation__in=calls, vendor__code="northlight")
    for name in ("vendor-submission", "vendor-files", "vendor-check"):
        page = sign_in("nora").get(reverse(name, args=[submission.code])).content.decode()
        assert page.count("The panel scores this without your name.") == 1, name
