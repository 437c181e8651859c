"""A city's own variants of methods: begin, write as a form or as the document, compare, try, publish by two."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from mix.actions.city import variants
from mix.data.models import MethodDraft, MethodVersion, Municipality
from mix.phrases.words import word
from mix.readers.city.methods import list_latest
from mix.readers.city.municipalities import gather_bands, get_own_municipality
from mix.readers.city.variants import (
    MOST_CHARACTERS,
    changes_of_parent,
    compare_with_parent,
    get_draft,
    list_drafts,
    list_versions,
    newer_parent,
    read_document,
    tree_of,
)
from mix.readers.core.errors import Unknown
from mix.rules.city.methods import Method, Step
from mix.rules.city.states import DraftState
from mix.rules.city.variants import Change, Path, least_days, merge, read_tree, rehearse
from mix.rules.core.access import Permission, Role, grants
from mix.rules.core.fields import MAX_CENTS
from mix.rules.core.kinds import Route
from mix.web.parts import forms
from mix.web.parts.acts import do
from mix.web.parts.loose import Act, answer, stay
from mix.web.parts.pages import signed_in
from mix.web.parts.showing import in_language, language, use_clock

DECIDERS = tuple(r for r in Role if r not in (Role.VENDOR, Role.PARTNER_CITY, Role.EVALUATOR, Role.CHAIR, Role.STAFF))
SAMPLE_CENTS = 25_000_000


def _city(request: HttpRequest, city: str) -> Municipality:
    found = get_own_municipality(city, actor=signed_in(request), needs=Permission.METHOD_EDIT)
    use_clock(found.zone)
    return found


def variants_of(request: HttpRequest, city: str) -> HttpResponse:
    """The methods on which the city's challenges may begin; begin a variant of one."""
    found = _city(request, city)
    versions = list_latest(city=found.code)

    def begin(given: dict[str, Any]) -> str:
        parent = next((v for v in versions if v.key == given["parent"]), None)
        if parent is None:
            raise Unknown
        words = {key: given[key] for key in ("key", "title", "title_fr")}
        made = do(request, variants.begin, found, parent=parent, **words)
        return reverse("city-variant", args=[found.code, made.key])

    pairs = [(v.key, in_language(v, "title")) for v in versions]
    acts = {
        "begin": Act(
            forms.form_of(
                parent=forms.choice(_("Begin from"), pairs),
                key=django_forms.SlugField(
                    label=_("Key"), max_length=60, help_text=_("Small letters and hyphens, for example guelph-sprint.")
                ),
                title=forms.line(_("Title"), most=120),
                title_fr=forms.line(_("Title in French"), most=120),
            ),
            begin,
            _("Begin a variant"),
            _("A copy is yours to change. Nothing begins on it before two people publish it."),
        )
    }
    context = {"city": found, "versions": versions, "drafts": list_drafts(found)}
    return answer(request, "staff/city/variants.html", acts, lambda: context)


def check(request: HttpRequest, city: str, key: str) -> HttpResponse:
    """What is wrong with a text as it is typed; nothing is kept."""
    get_draft(_city(request, city), key)
    _method, problems = read_document(request.POST.get("document", ""))
    return render(request, "staff/flow/_problems.html", {"problems": problems, "checked": True})


def variant(request: HttpRequest, city: str, key: str) -> HttpResponse:
    """One variant: its document, one step as a form, how it differs, how it would run, and the way to publication."""
    found = _city(request, city)
    draft = get_draft(found, key)
    method, _problems = read_document(draft.document)
    step = _chosen(method, request.GET.get("step", ""))
    acts = _acts(request, draft, method, step)
    return answer(
        request,
        "staff/city/variant.html",
        acts,
        lambda: _shown(request, found, get_draft(found, key), step),
    )


def _chosen(method: Method | None, key: str) -> Step | None:
    return next((s for s in method.steps if s.key == key), None) if method else None


def _shown(request: HttpRequest, city: Municipality, draft: MethodDraft, step: Step | None) -> dict[str, Any]:
    method, problems = read_document(draft.document)
    newer = newer_parent(draft)
    return {
        "city": city,
        "draft": draft,
        "problems": problems,
        "steps": method.steps if method else (),
        "chosen": step,
        "changes": [_worded(c, method) for c in compare_with_parent(draft)],
        "newer": newer,
        "parent_changes": [_worded(c, method) for c in changes_of_parent(draft)],
        "kept": [_worded(c, method) for c in _clashes(draft, newer)],
        "versions": list_versions(draft),
        **(_rehearsal(request, city, method) if method else {}),
    }


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


def _rehearsal(request: HttpRequest, city: Municipality, method: Method) -> dict[str, Any]:
    """Walk the sample challenge that the address asks for; a strange value is the sample's own."""
    asked, dollars = request.GET.get("route", ""), request.GET.get("value", "").replace(",", "").replace(" ", "")
    route = Route(asked) if asked in {r.value for r in method.routes} else method.routes[0]
    cents = int(dollars) * 100 if dollars.isdigit() and int(dollars) * 100 <= MAX_CENTS else SAMPLE_CENTS
    bands = gather_bands([city.id]).get(city.code, ())
    walked = rehearse(method, route, value_cents=cents, bands=bands)
    titles = {s.key: s.title for s in method.steps}
    return {
        "walked": [(r, titles[r.key]) for r in walked],
        "least": least_days(walked),
        "route": route.value,
        "routes": [r.value for r in method.routes],
        "value": cents // 100,
    }


def _acts(request: HttpRequest, draft: MethodDraft, method: Method | None, step: Step | None) -> dict[str, Act]:
    roles = signed_in(request).roles_at(draft.municipality.code)
    if draft.state == DraftState.PROPOSED:
        return _deciding(request, draft, may_publish=grants(roles, Permission.METHOD_PUBLISH))
    mark = {"mark": forms.hidden()}
    acts = {
        "write": Act(
            forms.form_of(
                document=django_forms.CharField(
                    label=_("Document (YAML)"),
                    max_length=MOST_CHARACTERS,
                    strip=False,
                    widget=django_forms.Textarea({"rows": 26, "class": "code", "spellcheck": "false"}),
                ),
                **mark,
            ),
            lambda given: stay(
                do(request, variants.write, draft, document=given["document"], mark=_mark(given["mark"]))
            ),
            _("Save the document"),
            _("Saved."),
            initial={"document": draft.document, "mark": str(draft.mark)},
        ),
        "propose": Act(
            forms.form_of(**mark),
            lambda given: stay(do(request, variants.propose, draft, mark=_mark(given["mark"]))),
            _("Propose for publication"),
            _("Proposed. A second person reads and publishes it."),
            initial={"mark": str(draft.mark)},
        ),
    }
    if step is not None and method is not None:
        acts["step"] = _step_act(request, draft, method, step)
    if newer_parent(draft):
        acts["take_over"] = Act(
            forms.form_of(**mark),
            lambda given: stay(do(request, variants.take_over, draft, mark=_mark(given["mark"]))),
            _("Take over the changes"),
            _("Taken over. What you had changed yourself stayed as it was."),
            initial={"mark": str(draft.mark)},
        )
    return acts


def _mark(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _deciding(request: HttpRequest, draft: MethodDraft, *, may_publish: bool) -> dict[str, Act]:
    acts = {
        "send_back": Act(
            forms.form_of(reason=forms.text(_("Reason"), rows=2)),
            lambda given: stay(do(request, variants.send_back, draft, **given)),
            _("Send back"),
            _("Sent back. It can be written on."),
        )
    }
    if may_publish and draft.proposed_by != signed_in(request).person:
        acts["publish"] = Act(
            forms.form_of(),
            lambda _given: stay(do(request, variants.publish, draft)),
            _("Publish this version"),
            _("Published. New challenges may begin on it; running ones keep theirs."),
            style="",
        )
    return acts


def _step_act(request: HttpRequest, draft: MethodDraft, method: Method, step: Step) -> Act:
    fields, initial = _step_form(step)

    def save(given: dict[str, Any]) -> str:
        places = _places(method, step, given)
        do(request, variants.set_places, draft, places=places, mark=_mark(given["mark"]))
        return f"{request.path}?step={step.key}"

    return Act(
        forms.form_of(**fields, mark=forms.hidden()),
        save,
        _("Save this step"),
        _("Saved."),
        initial={**initial, "mark": str(draft.mark)},
    )


def _step_form(step: Step) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the fields of one step's form, with what stands there now."""
    fields: dict[str, Any] = {
        "title_en": forms.line(_("Title"), most=120),
        "title_fr": forms.line(_("Title in French"), most=120),
        "guidance_en": forms.text(_("Guidance"), rows=2),
        "guidance_fr": forms.text(_("Guidance in French"), rows=2),
        "optional": forms.choice(_("May it be left out?"), [("no", _("no")), ("yes", _("yes"))], radio=True),
    }
    initial: dict[str, Any] = {
        "title_en": step.title.en,
        "title_fr": step.title.fr,
        "guidance_en": step.guidance.en,
        "guidance_fr": step.guidance.fr,
        "optional": "yes" if step.optional else "no",
    }
    if step.gate:
        words = [(r.value, word("role", r.value, language())) for r in DECIDERS]
        fields["decided_by"] = forms.many(_("Who decides at gate %(gate)s") % {"gate": step.gate.key}, words)
        yes_no = [("no", _("the lead city")), ("yes", _("each city"))]
        fields["each_city"] = forms.choice(_("For whom?"), yes_no, radio=True)
        initial |= {"decided_by": [r.value for r in step.gate.decided_by]}
        initial |= {"each_city": "yes" if step.gate.each_city else "no"}
    if step.solicitation:
        fields["minimum_days"] = forms.number(_("Days that the call stays open, at least"), most=365)
        initial["minimum_days"] = step.solicitation.minimum_days
    if step.evaluation:
        for criterion in step.evaluation.criteria:
            title = criterion.title.in_(language())
            fields[f"weight_{criterion.key}"] = forms.number(_("Weight of “%(title)s”") % {"title": title}, most=100)
            initial[f"weight_{criterion.key}"] = criterion.weight
        fields["price_weight"] = forms.number(_("Weight of the price"), most=100)
        initial["price_weight"] = step.evaluation.price_weight
    return fields, initial


def _places(method: Method, step: Step, given: dict[str, Any]) -> dict[Path, Any]:
    """Return which places of the document the form of a step sets; what stands there already is not touched."""
    stage = next(s.key for s in method.stages if step in s.steps)
    at: Path = ("stages", stage, "steps", step.key)
    places: dict[Path, Any] = {
        (*at, "title", "en"): given["title_en"],
        (*at, "title", "fr"): given["title_fr"],
        (*at, "guidance", "en"): given["guidance_en"],
        (*at, "guidance", "fr"): given["guidance_fr"],
        (*at, "optional"): True if given["optional"] == "yes" else None,
    }
    if step.gate:
        places[(*at, "gate", "decided_by")] = given["decided_by"] or None
        places[(*at, "gate", "each_city")] = True if given["each_city"] == "yes" else None
    if step.solicitation:
        places[(*at, "solicitation", "minimum_days")] = given["minimum_days"]
    if step.evaluation:
        for criterion in step.evaluation.criteria:
            places[(*at, "evaluation", "criteria", criterion.key, "weight")] = given[f"weight_{criterion.key}"]
        if given["price_weight"] != step.evaluation.price_weight:
            places[(*at, "evaluation", "price_weight")] = given["price_weight"]
    return places
