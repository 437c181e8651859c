"""What a city sets up before its people work: the list on an administrator's desk, and its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from mix.data.models import Municipality
from mix.phrases.words import word
from mix.readers.city.first_run import gather_first_run
from mix.readers.city.municipalities import get_own_municipality, list_own_municipalities
from mix.readers.core.actors import Actor
from mix.rules.city.calendar import day_in
from mix.rules.city.first_run import NEEDS, Item, Setting, is_ready
from mix.rules.core.access import Permission, Role, grants
from mix.web.drawing.pages import draw_page
from mix.web.drawing.requests import now_of, signed_in
from mix.web.drawing.showing import language

# The page on which each is done; one without is done by whoever runs the site, by a command.
PAGES = {
    Setting.NAME: "city-face",
    Setting.ADDRESS: "city-face",
    Setting.LOOK: "city-face",
    Setting.DEPARTMENTS: "city-departments",
    Setting.PEOPLE: "city-staff",
    Setting.MAIL: "city-mail",
    Setting.BYLAW: "city-bylaw",
    Setting.BANDS: "city-authority",
    Setting.DAYS: "city-days",
    Setting.POSTING: "city-face",
    Setting.RECOVERY: "city-recovery",
    Setting.TEMPLATE: "city-template",
}


@dataclass(frozen=True)
class Line:
    """One thing to set up, as it is drawn: `place` is empty where whoever reads cannot do it; `by` who can."""

    item: Item
    title: str
    why: str
    place: str
    by: str


@dataclass(frozen=True)
class FirstRun:
    """What a city has set up, and what is left: first that which it cannot do without."""

    city: Municipality
    left: tuple[Line, ...]
    done: tuple[Line, ...]
    is_ready: bool


def first_run_of(city: Municipality, *, actor: Actor, now: datetime) -> FirstRun:
    """Return the list of one city, as somebody may act on it."""
    items = gather_first_run(city, on=day_in(city.zone, now))
    roles = actor.roles_at(city.code)
    lines = [_line(item, city, roles) for item in items]
    left = sorted((line for line in lines if not line.item.is_done), key=lambda line: line.item.is_optional)
    return FirstRun(city, tuple(left), tuple(line for line in lines if line.item.is_done), is_ready(items))


def place_of(setting: Setting, city: Municipality, roles: frozenset[Role]) -> str:
    """Return the address at which somebody with these roles does it; empty where they cannot."""
    page, needed = PAGES.get(setting), NEEDS.get(setting)
    return reverse(page, args=[city.code]) if page and needed and grants(roles, needed) else ""


def _line(item: Item, city: Municipality, roles: frozenset[Role]) -> Line:
    return Line(
        item=item,
        title=word("setting", item.setting, language()),
        why=word("setting_why", item.setting, language()),
        place=place_of(item.setting, city, roles),
        by=", ".join(word("role", role, language()) for role in item.by),
    )


@dataclass(frozen=True)
class FirstRunsContext:
    """The lists of the cities whose people somebody manages, while something is left there."""

    first_runs: list[FirstRun]


def first_runs(actor: Actor, *, now: datetime) -> FirstRunsContext:
    """Return what stands on an administrator's desk until all is set up."""
    managed = {code for code in actor.duties if grants(actor.roles_at(code), Permission.PEOPLE_MANAGE)}
    own = [city for city in list_own_municipalities(actor) if city.code in managed] if managed else []
    found = [first_run_of(city, actor=actor, now=now) for city in own]
    return FirstRunsContext([one for one in found if not one.is_ready])


@dataclass(frozen=True)
class SetupContext:
    """What the page of one city draws."""

    run: FirstRun


def setup(request: HttpRequest, city: str) -> HttpResponse:
    """What is set up, and what is left?"""
    actor = signed_in(request)
    found = get_own_municipality(city, actor=actor, needs=Permission.PEOPLE_READ)
    return draw_page(
        request, "staff/city/setup.html", SetupContext(first_run_of(found, actor=actor, now=now_of(request)))
    )
