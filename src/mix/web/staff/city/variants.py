"""A city's own variants of methods: begin, write as a form or as the document, compare, try, publish by two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from mix.data.models import MethodDraft, MethodVersion, Municipality
from mix.readers.city.methods import list_latest
from mix.readers.city.municipalities import gather_bands, get_own_municipality
from mix.readers.city.variants import (
    changes_of_parent,
    compare_with_parent,
    get_draft,
    list_drafts,
    list_versions,
    newer_parent,
    read_document,
    tree_of,
)
from mix.rules.city.methods import Method, Step
from mix.rules.city.states import DraftState
from mix.rules.city.variants import Change, Rehearsed, least_days, merge, read_tree, rehearse
from mix.rules.core.access import Permission
from mix.rules.core.catalogue import Problem
from mix.rules.core.fields import MAX_CENTS, Bilingual
from mix.rules.core.kinds import Route
from mix.rules.core.lines import whole_number
from mix.web.drawing.pages import draw_page
from mix.web.drawing.requests import signed_in
from mix.web.drawing.showing import language, use_clock
from mix.web.forms.acts import Acts, Listed, granted, show, take
from mix.web.staff.city.variants_acts import (
    Begin,
    Parents,
    Propose,
    Publish,
    SendBack,
    SetStep,
    StepOf,
    TakeOver,
    WriteDocument,
)

SAMPLE_CENTS = 25_000_000


def _city(request: HttpRequest, city: str) -> Municipality:
    found = get_own_municipality(city, actor=signed_in(request), needs=Permission.METHOD_EDIT)
    use_clock(found.zone)
    return found


@dataclass(frozen=True)
class VariantsContext:
    """What the page of a city's methods draws."""

    city: Municipality
    versions: list[MethodVersion]
    drafts: list[MethodDraft]


def variants_of(request: HttpRequest, city: str) -> HttpResponse:
    """The methods on which the city's challenges may begin; begin a variant of one."""
    found = _city(request, city)
    versions = list_latest(city=found.code)
    taken = take(request, {"begin": Listed(Begin, Parents(found, tuple(versions)))})
    if isinstance(taken, HttpResponse):
        return taken
    return show(request, "staff/city/variants.html", taken, VariantsContext(found, versions, list_drafts(found)))


@dataclass(frozen=True)
class ProblemsContext:
    """What the list of problems of a document draws."""

    problems: tuple[Problem, ...]


def check(request: HttpRequest, city: str, key: str) -> HttpResponse:
    """What is wrong with a text as it is typed; nothing is kept."""
    get_draft(_city(request, city), key)
    _method, problems = read_document(request.POST.get("document", ""))
    return draw_page(request, "staff/flow/_problems.html", ProblemsContext(problems))


def variant(request: HttpRequest, city: str, key: str) -> HttpResponse:
    """One variant: its document, one step as a form, how it differs, how it would run, and the way to publication."""
    found = _city(request, city)
    draft = get_draft(found, key)
    method, _problems = read_document(draft.document)
    step = _chosen(method, request.GET.get("step", ""))
    taken = take(request, _acts(request, draft, method, step))
    if isinstance(taken, HttpResponse):
        return taken
    draft = get_draft(found, key)
    method, _problems = read_document(draft.document)
    context = _shown(found, draft, step)
    return show(request, "staff/city/variant.html", taken, context, *_rehearsal(request, found, method))


def _chosen(method: Method | None, key: str) -> Step | None:
    return next((s for s in method.steps if s.key == key), None) if method else None


@dataclass(frozen=True)
class VariantContext:
    """What a variant draws: its document, how it differs from its parent, and what a newer parent would bring."""

    city: Municipality
    draft: MethodDraft
    problems: tuple[Problem, ...]
    steps: tuple[Step, ...]
    chosen: Step | None
    changes: list[tuple[str, str, str]]
    newer: MethodVersion | None
    parent_changes: list[tuple[str, str, str]]
    kept: list[tuple[str, str, str]]
    versions: list[MethodVersion]


def _shown(city: Municipality, draft: MethodDraft, step: Step | None) -> VariantContext:
    method, problems = read_document(draft.document)
    newer = newer_parent(draft)
    return VariantContext(
        city=city,
        draft=draft,
        problems=problems,
        steps=method.steps if method else (),
        chosen=step,
        changes=[_worded(c, method) for c in compare_with_parent(draft)],
        newer=newer,
        parent_changes=[_worded(c, method) for c in changes_of_parent(draft)],
        kept=[_worded(c, method) for c in _clashes(draft, newer)],
        versions=list_versions(draft),
    )


def _clashes(draft: MethodDraft, newer: MethodVersion | None) -> tuple[Change, ...]:
    mine = tree_of(draft)
    if newer is None or mine is None:
        return ()
    return merge(read_tree(draft.parent.document), mine, read_tree(newer.document))[1]


def _worded(change: Change, method: Method | None) -> tuple[str, str, str]:
    """Say where something changed by the titles of stage and step, and both sides in short."""
    titles = {s.key: s.title.in_(language()) for s in method.steps} if method else {}
    titles |= {stage.key: stage.title.in_(language()) for stage in method.stages} if method else {}
    hidden = ("stages", "steps", "fields", "criteria", "columns", "options")
    path = [titles.get(key, key) for key in change.path if key not in hidden]
    return " › ".join(path), _short(change.before), _short(change.after)


def _short(value: Any) -> str:  # noqa: ANN401 - any part of a document
    if value is None:
        return "–"
    if isinstance(value, dict):
        title = value.get("title")
        named = title.get(language()) if isinstance(title, dict) else None
        return str(named or ", ".join(k for k in value if k != "#"))[:300]
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return (", ".join(str(v) for v in value) if isinstance(value, list) else str(value))[:300]


@dataclass(frozen=True)
class RehearsalContext:
    """How a sample challenge would run: each step with its title, the days of its calls, and what was asked."""

    walked: list[tuple[Rehearsed, Bilingual]]
    least: int
    route: str
    routes: list[str]
    value: int


def _rehearsal(request: HttpRequest, city: Municipality, method: Method | None) -> tuple[RehearsalContext, ...]:
    """Walk the sample challenge that the address asks for, if the document can be read; a strange value is ours."""
    if method is None:
        return ()
    asked, dollars = request.GET.get("route", ""), request.GET.get("value", "").replace(",", "").replace(" ", "")
    route = Route(asked) if asked in {r.value for r in method.routes} else method.routes[0]
    amount = whole_number(dollars, digits=15)
    cents = SAMPLE_CENTS if amount is None or amount * 100 > MAX_CENTS else amount * 100
    bands = gather_bands([city.id]).get(city.code, ())
    walked = rehearse(method, route, value_cents=cents, bands=bands)
    titles = {s.key: s.title for s in method.steps}
    return (
        RehearsalContext(
            walked=[(r, titles[r.key]) for r in walked],
            least=least_days(walked),
            route=route.value,
            routes=[r.value for r in method.routes],
            value=cents // 100,
        ),
    )


def _acts(request: HttpRequest, draft: MethodDraft, method: Method | None, step: Step | None) -> Acts:
    acts: dict[str, Listed[Any]] = {}
    if draft.state == DraftState.PROPOSED:
        acts["send_back"] = Listed(SendBack, draft)
        if draft.proposed_by != signed_in(request).person:
            acts["publish"] = Listed(Publish, draft)
    else:
        acts |= {"write": Listed(WriteDocument, draft), "propose": Listed(Propose, draft)}
        if step is not None and method is not None:
            acts["step"] = Listed(SetStep, StepOf(draft, method, step))
        if newer_parent(draft):
            acts["take_over"] = Listed(TakeOver, draft)
    return granted(signed_in(request).roles_at(draft.municipality.code), acts)
