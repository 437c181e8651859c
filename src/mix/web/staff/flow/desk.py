"""The desk of city staff, needs, the list of challenges, and the start of one."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from mix.actions.case import challenges, pilots
from mix.actions.delivery import milestones
from mix.data.models import Challenge, Municipality, Need
from mix.phrases.words import word
from mix.readers.case.challenges import get_need, get_public_challenge, list_needs, list_own_challenges, method_for
from mix.readers.case.documents import latest_content
from mix.readers.case.pilots import get_pilot
from mix.readers.city.methods import get_latest, list_latest, method_of
from mix.readers.city.municipalities import list_own_municipalities
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.flow.moves import list_tasks
from mix.rules.case.states import ChallengeStatus
from mix.rules.city.methods import Fact
from mix.rules.core.access import Permission, grants
from mix.rules.core.kinds import NeedState, Origin, Route
from mix.rules.core.unmet import require
from mix.web.parts import forms
from mix.web.parts.acts import do
from mix.web.parts.loose import Act, answer, stay
from mix.web.parts.pages import signed_in
from mix.web.parts.showing import language, use_clock
from mix.web.parts.stagebar import stage_bar
from mix.web.staff.city.departments import choice_of_department, cities_without, open_departments


def _staff(request: HttpRequest) -> Actor:
    actor = signed_in(request)
    if not actor.is_staff:
        raise Unknown
    return actor


def desk(request: HttpRequest) -> HttpResponse:
    """What do I do next, and may I?"""
    actor = _staff(request)
    challenges_now = [
        c for c in list_own_challenges(actor) if c.status == ChallengeStatus.RUNNING and c.origin != Origin.HISTORY
    ]
    needs = [n for n in list_needs(actor) if n.state == NeedState.OPEN]
    context = {
        "tasks": list_tasks(actor),
        "challenges": [(c, stage_bar(c, list(c.steps.all()))) for c in challenges_now],
        "needs": needs if _may_decide(actor) else [n for n in needs if n.reported_by_id == actor.someone.pk],
        "may_start": grants(actor.all_roles(), Permission.DOCUMENT_EDIT),
    }
    return render(request, "staff/flow/desk.html", context)


def _may_decide(actor: Actor) -> bool:
    return grants(actor.all_roles(), Permission.NEED_DECIDE)


def needs(request: HttpRequest) -> HttpResponse:
    """Every need of one's city, open ones first."""
    actor = _staff(request)
    return render(request, "staff/case/needs.html", {"needs": list_needs(actor), "may_decide": _may_decide(actor)})


def need_new(request: HttpRequest) -> HttpResponse:
    """Report a problem in five minutes."""
    actor = _staff(request)
    departments = open_departments(actor.duties)

    def go(given: dict[str, Any]) -> str:
        department = departments[int(given.pop("department"))]
        made = do(request, challenges.report_need, department, **given)
        return reverse("city-need", args=[made.code])

    acts = {
        "report": Act(
            forms.form_of(
                department=choice_of_department(departments.values()),
                title=forms.line(_("The problem in one line"), most=150),
                what=forms.text(_("What happens?"), hint=_("Say what you see. No product and no solution yet.")),
                who=forms.text(_("Who suffers from it?"), rows=2),
                cost=forms.text(_("What does it cost, in money or time?"), required=False, rows=2),
                tried=forms.text(_("What was tried?"), required=False, rows=2),
            ),
            go,
            _("Report the problem"),
            _("Reported. The department decides, and you are told."),
            style="",
        )
    }
    without = cities_without(actor.duties, actor=actor)
    return answer(request, "staff/case/need_new.html", acts if departments else {}, lambda: {"without": without})


def need(request: HttpRequest, code: str) -> HttpResponse:
    """One need: read it; whoever decides merges, declines with a reason, or commissions a challenge."""
    actor = _staff(request)
    found = get_need(code, actor=actor)
    acts: dict[str, Act] = {}
    if found.state == NeedState.OPEN and grants(actor.roles_at(found.municipality.code), Permission.NEED_DECIDE):
        others = (
            Need.objects.filter(municipality=found.municipality, state=NeedState.OPEN)
            .exclude(pk=found.pk)
            .order_by("title")
        )
        acts["decline"] = Act(
            forms.form_of(reason=forms.text(_("Reason"), hint=_("The reporter is told."), rows=2)),
            lambda given: stay(do(request, challenges.decline_need, found, **given)),
            _("Decline"),
            _("Declined. The reporter was told why."),
        )
        if others:
            acts["merge"] = Act(
                forms.form_of(into=forms.choice(_("The same problem as"), [(n.code, n.title) for n in others])),
                lambda given: stay(
                    do(request, challenges.merge_need, found, into=get_need(given["into"], actor=actor))
                ),
                _("Merge"),
                _("Merged."),
            )
    may_commission = found.state == NeedState.OPEN and grants(
        actor.roles_at(found.municipality.code), Permission.DOCUMENT_EDIT
    )
    return answer(request, "staff/case/need.html", acts, lambda: {"need": found, "may_commission": may_commission})


def challenge_list(request: HttpRequest) -> HttpResponse:
    """Every challenge of one's cities, on the stage bar."""
    actor = _staff(request)
    rows = [c for c in list_own_challenges(actor) if c.origin != Origin.HISTORY]
    context = {
        "rows": [(c, stage_bar(c, list(c.steps.all()))) for c in rows],
        "may_start": grants(actor.all_roles(), Permission.DOCUMENT_EDIT),
    }
    return render(request, "staff/case/challenges.html", context)


def challenge_new(request: HttpRequest) -> HttpResponse:
    """Begin a challenge: title, question, method, route with its reason, cities."""
    actor = _staff(request)
    if not grants(actor.all_roles(), Permission.DOCUMENT_EDIT):
        raise Forbidden(Permission.DOCUMENT_EDIT)
    cities = [c for c in list_own_municipalities(actor) if grants(actor.roles_at(c.code), Permission.DOCUMENT_EDIT)]
    pilot = get_pilot(request.GET["pilot"], actor=actor) if request.GET.get("pilot") else None
    if pilot:
        cities = [c for c in cities if c.pk == pilot.municipality_id]
    origin = get_need(request.GET["need"], actor=actor) if request.GET.get("need") else None
    others = Municipality.objects.exclude(code__in=[c.code for c in cities]).order_by("name")

    def go(given: dict[str, Any]) -> str:
        lead = next(c for c in cities if c.code == given["city"])
        key, _sep, route = given["way"].partition(":")
        partners = [
            challenges.City(m, int(given[f"share_{m.code}"] or 0)) for m in others if given.get(f"share_{m.code}")
        ]
        code = slugify(given["title"])[:50]
        require(bool(code), "answer_missing", field="title")
        facts = {
            "code": f"{lead.code}-{code}"[:60],
            "method": get_latest(key),
            "route": Route(route),
            "partners": partners,
            **{name: given[name] for name in ("title", "title_fr", "question", "question_fr", "route_reason")},
        }
        if given["pilot"]:
            made = do(request, pilots.convert, get_pilot(given["pilot"], actor=actor), **facts)
        else:
            need = get_need(given["need"], actor=actor) if given["need"] else None
            made = do(request, challenges.commission, lead, need=need, **facts)
        return reverse("city-challenge", args=[made.code])

    fields = _begin_fields(cities, others)
    initial = {"need": origin.code, "title": origin.title} if origin else {}
    if pilot:
        initial = {"pilot": pilot.code, "title": pilot.title, "title_fr": pilot.title_fr}
    acts = {
        "begin": Act(
            forms.form_of(**fields),
            go,
            _("Begin the challenge"),
            _("The challenge has begun."),
            initial=initial,
            style="",
        )
    }
    return answer(
        request, "staff/case/challenge_new.html", acts, lambda: {"need": origin, "pilot": pilot, "cities": cities}
    )


def _begin_fields(cities: list[Municipality], others: QuerySet[Municipality]) -> dict[str, Any]:
    own = [v for city in cities for v in list_latest(city=city.code)]
    methods = [v for v in {v.pk: v for v in own}.values() if method_of(v).is_offered]
    pairs = [
        (
            f"{v.key}:{route.value}",
            f"{method_of(v).title.in_(language())}: {word('route', route.value, language())}",
        )
        for v in methods
        for route in method_of(v).routes
    ]
    fields: dict[str, Any] = {
        "city": forms.choice(_("Lead city"), [(c.code, c.name) for c in cities]),
        "title": forms.line(_("Title"), most=120),
        "title_fr": forms.line(_("Title in French"), required=False, most=120),
        "question": forms.text(_("How might we …?"), hint=_("One sentence, no product and no brand."), rows=2),
        "question_fr": forms.text(_("The question in French"), required=False, rows=2),
        "way": forms.choice(
            _("Method and route"), pairs, hint=_("The route is frozen by the first public notice."), radio=True
        ),
        "route_reason": forms.text(_("Why this route?"), rows=2),
    }
    for city in others:
        share = forms.number(_("%(city)s takes part, share in percent") % {"city": city.name}, most=99)
        share.required = False
        fields[f"share_{city.code}"] = share
    for origin in ("need", "pilot"):
        fields[origin] = forms.hidden()
        fields[origin].required = False
    return fields


def take_over(request: HttpRequest, code: str) -> HttpResponse:
    """Ask, as another city, to take over what worked in a published challenge."""
    actor = _staff(request)
    challenge = get_public_challenge(code)
    use_clock(challenge.municipality.zone)
    part_of_it = {c.municipality.code for c in challenge.cities.all()}
    others = [c for c in list_own_municipalities(actor) if c.code not in part_of_it]
    acts: dict[str, Act] = {}
    if others and challenge.outcomereadings.exists():
        acts["take_over"] = Act(
            forms.form_of(
                city=forms.choice(_("City"), [(c.code, c.name) for c in others]),
                note=forms.text(_("What would you like to take over?"), rows=2),
            ),
            lambda given: stay(
                do(
                    request,
                    milestones.take_over,
                    challenge,
                    city=next(c for c in others if c.code == given["city"]),
                    note=given["note"],
                )
            ),
            _("Ask to take over"),
            _("The city was told."),
            style="",
        )
    return answer(
        request,
        "staff/case/take_over.html",
        acts,
        lambda: {
            "challenge": challenge,
            "asked": challenge.takeovers.select_related("city").order_by("asked_at"),
            "offer": _offer(challenge),
        },
    )


def _offer(challenge: Challenge) -> str:
    place = method_for(challenge).place_of(Fact.OFFER)
    step = challenge.steps.filter(key=place[0]).first() if place else None
    return str(latest_content(step).get(place[1]) or "") if step and place else ""
