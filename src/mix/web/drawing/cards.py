"""Challenges in lists: each with its cities and its bar, which is drawn once for all that stand at the same place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from mix.data.models import Challenge, Municipality
from mix.readers.case.challenges import gather_cities
from mix.rules.case.bars import read_bar
from mix.web.drawing.pages import draw_for_all
from mix.web.drawing.showing import clock, language
from mix.web.drawing.stagebar import StageBar, stage_bar


@dataclass(frozen=True, slots=True)
class Card:
    """What a list shows of a challenge."""

    challenge: Challenge
    cities: Sequence[Municipality]
    bar: SafeString


def cards(challenges: Iterable[Challenge]) -> list[Card]:
    """Return the card of each challenge. One query."""
    rows = list(challenges)
    cities = gather_cities(rows)
    return [Card(c, cities[c.pk], mini_bar(c)) for c in rows]


@dataclass(frozen=True)
class BarContext:
    """What a small bar draws."""

    bar: StageBar


MOST = 512  # bars that a process keeps drawn; with more of them all are drawn anew
_drawn: dict[tuple[str, ...], SafeString] = {}


def mini_bar(challenge: Challenge) -> SafeString:
    """Return the small bar of a challenge and its sentence, by what is kept with it."""
    key = challenge.method.digest, challenge.route, challenge.bar, language(), clock()
    found = _drawn.get(key)
    if found is None:
        bar = stage_bar(challenge, read_bar(challenge.bar), is_mini=True)
        if len(_drawn) >= MOST:
            _drawn.clear()
        _drawn[key] = found = draw_for_all("parts/_mini_bar.html", BarContext(bar))
    return found
