"""Search for staff: one page, no script, over everything that they may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from mix.data.models import Challenge, DocumentVersion, Event, Person, Vendor
from mix.phrases.words import word
from mix.readers.case.challenges import spec_of
from mix.readers.flow.search import Found, Section, search, words_of
from mix.web.drawing.pages import draw_page
from mix.web.drawing.paging import Pager, number_of, pager
from mix.web.drawing.requests import staff_of
from mix.web.drawing.showing import day, in_language, language, said


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found: what it is called, where it is read, and what else is said of it."""

    title: str
    address: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DrawnSection:
    """What was found of one kind; `pager` where it is shown alone."""

    kind: Found
    hits: tuple[Hit, ...]
    total: int
    pager: Pager | None


@dataclass(frozen=True)
class SearchContext:
    """What the page draws: what was typed, in what was searched, and what was found."""

    text: str
    kind: str
    is_asked: bool
    sections: tuple[DrawnSection, ...]


def page(request: HttpRequest) -> HttpResponse:
    """Find anything that one may see, by its words."""
    actor, text = staff_of(request), request.GET.get("q", "").strip()[:200]
    asked = request.GET.get("in", "")
    kind = Found(asked) if asked in set(Found) else None
    found = search(actor, text, kind=kind, number=number_of(request))
    sections = tuple(_drawn(request, one, alone=kind is not None) for one in found)
    return draw_page(request, "staff/flow/search.html", SearchContext(text, kind or "", bool(words_of(text)), sections))


def _drawn(request: HttpRequest, section: Section, *, alone: bool) -> DrawnSection:
    draw = _HITS[section.kind]
    hits = tuple(draw(row) for row in section.page.rows)
    return DrawnSection(section.kind, hits, section.page.total, pager(request, section.page) if alone else None)


def _case(row: Challenge) -> Hit:
    facts = (in_language(row.municipality, "name"), word("status", row.status, language()))
    return Hit(in_language(row, "title"), reverse("city-challenge", args=[row.code]), facts)


def _document(row: DocumentVersion) -> Hit:
    step = row.document.step
    facts = (in_language(step.challenge, "title"), row.author.name, day(row.saved_at))
    return Hit(said(spec_of(step).title), reverse("city-step", args=[step.challenge.code, step.key]), facts)


def _vendor(row: Vendor) -> Hit:
    return Hit(row.name, row.website, tuple(fact for fact in (row.place, row.capability[:200]) if fact))


def _person(row: Person) -> Hit:
    return Hit(row.name, "", (row.email,))


def _entry(row: Event) -> Hit:
    facts = (row.challenge, day(row.happened_at), row.reason[:200])
    title = word("verb", row.verb, language())
    return Hit(title, reverse("city-log", args=[row.challenge]), tuple(fact for fact in facts if fact))


_HITS: dict[Found, Callable[[Any], Hit]] = {
    Found.CASES: _case,
    Found.DOCUMENTS: _document,
    Found.VENDORS: _vendor,
    Found.PEOPLE: _person,
    Found.LOG: _entry,
}
