"""What a list shows of a challenge: drawn from one row, as the steps themselves would have it drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from mix.data.models import Challenge
from mix.readers.case.challenges import gather_bar_steps
from mix.web.drawing.cards import BarContext, cards, mini_bar
from mix.web.drawing.pages import draw_for_all
from mix.web.drawing.stagebar import stage_bar

pytestmark = pytest.mark.django_db


def listed() -> list[Challenge]:
    return list(Challenge.objects.select_related("municipality", "method").order_by("code"))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_small_bar_is_drawn_as_its_steps_would_be(language: str) -> None:
    found = listed()
    steps = gather_bar_steps(found)
    with override(language):
        for challenge in found:
            bar = stage_bar(challenge, steps[challenge.pk], is_mini=True)
            drawn = mini_bar(challenge)
            assert drawn == draw_for_all("parts/_mini_bar.html", BarContext(bar))
            assert bar.sentence in drawn
            assert mini_bar(challenge) is drawn
        assert len({mini_bar(c) for c in found}) > 5


def test_a_bar_that_is_kept_drawn_is_that_of_its_language_and_clock() -> None:
    challenge = next(c for c in listed() if c.code == "guelph-roads-sprint")
    drawn = set()
    for language in ("en", "fr"):
        for zone in ("America/Toronto", "Pacific/Kiritimati"):  # where the next day has begun
            with override(language), timezone.override(zone):
                drawn.add(mini_bar(challenge))
    assert len(drawn) == 4


def test_a_list_holds_its_bars_as_elements(sign_in: Callable[[str], Client]) -> None:
    page = sign_in("").get("/en/challenges/").content.decode()
    assert page.count('<p class="small quiet">') == page.count("sb--mini") == page.count("</ol>") > 5
    assert "&lt;ol" not in page


def test_cards_ask_once(django_assert_num_queries: Any) -> None:
    found = listed()
    cards(found)
    with django_assert_num_queries(1):
        made = cards(found)
    assert [[city.code for city in card.cities] for card in made] == [
        list(c.cities.order_by("-is_lead", "id").values_list("municipality__code", flat=True)) for c in found
    ]
