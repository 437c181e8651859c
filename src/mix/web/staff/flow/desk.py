"""The desk of city staff, needs, the list of challenges, and the start of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from mix.data.models import Challenge, MethodVersion, Municipality, Need, Pilot, TakeOver
from mix.readers.case.challenge_lists import page_own_challenges
from mix.readers.case.challenges import get_public_challenge
from mix.readers.case.copying import list_sources, may_begin_from
from mix.readers.case.documents import gather_facts
from mix.readers.case.needs import get_need, list_mergeable, page_needs, page_open_needs
from mix.readers.case.pilots import get_pilot
from mix.readers.city.methods import list_latest, method_of
from mix.readers.city.municipalities import list_other_municipalities, list_own_municipalities
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Forbidden
from mix.readers.delivery.milestones import gather_readings, list_take_overs
from mix.readers.flow.date_pages import next_dates
from mix.readers.flow.waits import gather_waits
from mix.rules.case.states import ChallengeStatus
from mix.rules.city.methods import Fact
from mix.rules.core.access import Permission, grants
from mix.rules.core.kinds import NeedState
from mix.web.drawing.cards import Card, cards
from mix.web.drawing.dated import NextView, next_view
from mix.web.drawing.pages import draw_page
from mix.web.drawing.paging import Pager, number_of, pager
from mix.web.drawing.requests import now_of, staff_of
from mix.web.drawing.showing import use_clock
from mix.web.drawing.waits import PLACES
from mix.web.forms.acts import Listed, granted, show, take
from mix.web.staff.city.departments import Givable, WithoutContext, cities_without, open_departments
from mix.web.staff.city.setup import first_runs
from mix.web.staff.flow.desk_acts import (
    AskToTakeOver,
    BeginChallenge,
    Beginnable,
    DeclineNeed,
    Mergeable,
    MergeNeed,
    Offered,
    ReportNeed,
)
from mix.web.staff.flow.waiting import AskAgain, AskAllAgain, Drawn, draw_waiting


@dataclass(frozen=True)
class DeskContext:
    """What the desk draws: what waits for somebody, and where their challenges are; `more` counts all, past a page."""

    drawn: Drawn
    challenges: list[Card]
    more_challenges: int
    needs: list[Need]
    more_needs: int
    may_start: bool


def desk(request: HttpRequest) -> HttpResponse:
    """What do I do next, and may I?"""
    actor, now = staff_of(request), now_of(request)
    waiting = gather_waits(actor, now=now, most=PLACES)
    drawn = draw_waiting(waiting, now=now, me=actor.someone.pk)
    acts: dict[str, Listed[Any]] = {"ask": Listed(AskAgain, None)} if waiting.others else {}
    if len(drawn.to_ask) > 1:
        acts["ask_all"] = Listed(AskAllAgain, drawn.to_ask)
    taken = take(request, acts)
    if isinstance(taken, HttpResponse):
        return taken
    running = page_own_challenges(actor, 1, status=ChallengeStatus.RUNNING)
    open_needs = page_open_needs(actor, everybodys=_may_decide(actor))
    context = DeskContext(
        drawn=drawn,
        challenges=cards(running.rows),
        more_challenges=running.total if running.last > 1 else 0,
        needs=open_needs.rows,
        more_needs=open_needs.total if open_needs.last > 1 else 0,
        may_start=_may_start(actor),
    )
    return show(request, "staff/flow/desk.html", taken, context, first_runs(actor, now=now))


def _may_decide(actor: Actor) -> bool:
    return grants(actor.all_roles(), Permission.NEED_DECIDE)


def _may_start(actor: Actor) -> bool:
    return grants(actor.all_roles(), Permission.DOCUMENT_EDIT)


@dataclass(frozen=True)
class NeedsContext:
    """What the list of needs draws, and what was asked of it."""

    needs: list[Need]
    pager: Pager
    q: str
    state: str
    states: tuple[NeedState, ...] = tuple(NeedState)


def needs(request: HttpRequest) -> HttpResponse:
    """Every need of one's city, open ones first."""
    actor = staff_of(request)
    text, asked = (request.GET.get(key, "").strip()[:200] for key in ("q", "state"))
    state = asked if asked in set(NeedState) else ""
    page = page_needs(actor, number_of(request), text=text, state=state)
    context = NeedsContext(page.rows, pager(request, page), text, state)
    return draw_page(request, "staff/case/needs.html", context)


def need_new(request: HttpRequest) -> HttpResponse:
    """Report a problem in five minutes."""
    actor = staff_of(request)
    about = Givable(open_departments(actor.duties))
    taken = take(request, {"report": Listed(ReportNeed, about)} if about.departments else {})
    if isinstance(taken, HttpResponse):
        return taken
    return show(request, "staff/case/need_new.html", taken, WithoutContext(cities_without(actor.duties, actor=actor)))


@dataclass(frozen=True)
class NeedContext:
    """What the page of one need draws."""

    need: Need
    may_commission: bool


def need(request: HttpRequest, code: str) -> HttpResponse:
    """One need: read it; whoever decides merges, declines with a reason, or commissions a challenge."""
    actor = staff_of(request)
    found = get_need(code, actor=actor)
    roles = actor.roles_at(found.municipality.code)
    acts: dict[str, Listed[Any]] = {}
    if found.state == NeedState.OPEN:
        acts["decline"] = Listed(DeclineNeed, found)
        if others := list_mergeable(found):
            acts["merge"] = Listed(MergeNeed, Mergeable(found, tuple(others)))
    taken = take(request, granted(roles, acts))
    if isinstance(taken, HttpResponse):
        return taken
    may_commission = found.state == NeedState.OPEN and grants(roles, Permission.DOCUMENT_EDIT)
    return show(request, "staff/case/need.html", taken, NeedContext(found, may_commission))


@dataclass(frozen=True)
class ChallengesContext:
    """What the list of challenges draws, and what was asked of it; `next` is what each has next, by its number."""

    rows: list[Card]
    next: Mapping[int, NextView]
    pager: Pager
    may_start: bool
    q: str
    status: str
    sort: str


def challenge_list(request: HttpRequest) -> HttpResponse:
    """Every challenge of one's cities, on the stage bar."""
    actor = staff_of(request)
    text, asked, sort = (request.GET.get(key, "").strip()[:200] for key in ("q", "status", "sort"))
    status = asked if asked in set(ChallengeStatus) else ""
    page = page_own_challenges(actor, number_of(request), text=text, status=status, by_title=sort == "title")
    now = now_of(request)
    coming = {pk: next_view(dated, now=now) for pk, dated in next_dates(page.rows, now=now).items()}
    context = ChallengesContext(cards(page.rows), coming, pager(request, page), _may_start(actor), text, status, sort)
    return draw_page(request, "staff/case/challenges.html", context)


@dataclass(frozen=True)
class BeginContext:
    """What the page draws on which a challenge begins: from what, and in which cities."""

    need: Need | None
    pilot: Pilot | None
    cities: tuple[Municipality, ...]


def challenge_new(request: HttpRequest) -> HttpResponse:
    """Begin a challenge: title, question, method, route with its reason, cities."""
    actor = staff_of(request)
    if not _may_start(actor):
        raise Forbidden(Permission.DOCUMENT_EDIT)
    about = _beginnable(request, actor)
    taken = take(request, {"begin": Listed(BeginChallenge, about)})
    if isinstance(taken, HttpResponse):
        return taken
    return show(request, "staff/case/challenge_new.html", taken, BeginContext(about.need, about.pilot, about.cities))


def _beginnable(request: HttpRequest, actor: Actor) -> Beginnable:
    cities = _beginning(actor)
    pilot = get_pilot(request.GET["pilot"], actor=actor) if request.GET.get("pilot") else None
    if pilot:
        cities = [c for c in cities if c.pk == pilot.municipality_id]
    return Beginnable(
        cities=tuple(cities),
        others=tuple(list_other_municipalities(cities)),
        methods=_offered(cities),
        need=get_need(request.GET["need"], actor=actor) if request.GET.get("need") else None,
        pilot=pilot,
        sources=tuple(list_sources(cities, actor=actor)),
        begun_from=request.GET.get("from", "")[:60],
        is_example="example" in request.GET and any(c.is_on_trial for c in cities),
    )


def _beginning(actor: Actor) -> list[Municipality]:
    """Return the cities of which the actor may begin a challenge."""
    return [c for c in list_own_municipalities(actor) if grants(actor.roles_at(c.code), Permission.DOCUMENT_EDIT)]


def _offered(cities: list[Municipality]) -> tuple[MethodVersion, ...]:
    """Return the methods that a challenge of these cities may run by, their own variants among them."""
    own = {v.pk: v for city in cities for v in list_latest(city=city.code)}
    return tuple(v for v in own.values() if method_of(v).is_offered)


@dataclass(frozen=True)
class TakeOverContext:
    """What the page draws on which another city takes over."""

    challenge: Challenge
    asked: list[TakeOver]
    offer: str
    may_begin: bool


def take_over(request: HttpRequest, code: str) -> HttpResponse:
    """Ask, as another city, to take over what worked in a published challenge."""
    actor = staff_of(request)
    challenge = get_public_challenge(code, actor=actor)
    use_clock(challenge.municipality.zone)
    part_of_it = {c.municipality.code for c in challenge.cities.all()}
    about = Offered(challenge, tuple(c for c in list_own_municipalities(actor) if c.code not in part_of_it))
    may_ask = about.cities and gather_readings(challenge)
    taken = take(request, {"take_over": Listed(AskToTakeOver, about)} if may_ask else {})
    if isinstance(taken, HttpResponse):
        return taken
    context = TakeOverContext(
        challenge=challenge,
        asked=list_take_overs(challenge),
        offer=str(gather_facts(challenge).get(Fact.OFFER, "")),
        may_begin=may_begin_from(challenge, cities=_beginning(actor), actor=actor),
    )
    return show(request, "staff/case/take_over.html", taken, context)
