"""What the rules say of a challenge: findings of the steps at hand, what they must know, and what is set aside."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from mix.actions.flow import findings
from mix.data.models import Challenge, Municipality, Purchase, RuleWaiver, Step
from mix.phrases.words import word
from mix.readers.case.challenges import get_challenge, get_step, list_cities, roles_in, roles_in_each, spec_of
from mix.readers.city.calendars import calendar_of
from mix.readers.city.policies import figures_by_name, tables_in_force, toolbox
from mix.readers.core.actors import PUBLIC, Actor
from mix.readers.core.errors import Unknown
from mix.readers.flow.findings import (
    Judged,
    find_purchase,
    holds,
    judge,
    later_changes,
    like_purchases,
    list_waivers,
    reasons_given,
    time_to_answer,
)
from mix.rules.case.states import ChallengeStatus
from mix.rules.city.calendar import ONTARIO
from mix.rules.city.policy.adviser import Advice, Fit, advise
from mix.rules.city.policy.facts import ADVISER, FACTS, Category, Competition, FactType, FactValue, Ground
from mix.rules.city.policy.joint import contradictions
from mix.rules.core.access import Permission, grants
from mix.rules.core.kinds import StepState
from mix.web.parts import forms
from mix.web.parts.acts import do
from mix.web.parts.findings import fact_title, fact_value, view_findings, waiver_title
from mix.web.parts.loose import Act, answer
from mix.web.parts.pages import now_of, signed_in, today_of
from mix.web.parts.showing import in_language, language, use_clock
from mix.web.parts.together import (
    ClashView,
    DifferenceRow,
    PeriodView,
    view_clash,
    view_differences,
    view_period,
)


def step_findings(step: Step, judged: Judged, *, actor: Actor = PUBLIC) -> dict[str, Any]:
    """Return what the rules say of one step, ready to draw; with what this actor may set aside."""
    names = {c.code: in_language(c, "name") for c in list_cities(step.challenge)}
    given = reasons_given(step) if judged.hits else {}
    views = view_findings(
        judged.findings, figures=figures_by_name(), names=names, hits=judged.hits, given=given, actor=actor
    )
    return {
        "step": step.key,
        "open": [v for v in views if v.is_open],
        "rest": [v for v in views if not v.is_open],
        "on": judged.on,
    }


def policy(request: HttpRequest, code: str) -> HttpResponse:
    """Everything that the rules say of the steps at hand, and the facts that no other step asks for."""
    actor = signed_in(request)
    challenge = get_challenge(code, actor=actor, needs=Permission.CHALLENGE_READ)
    use_clock(challenge.municipality.zone)
    roles = roles_in(challenge, actor)
    acts: dict[str, Act] = {}
    if challenge.status == ChallengeStatus.RUNNING and grants(roles, Permission.SOLICITATION_EDIT):
        acts |= {"purchase": _purchase(request, challenge), "participation": _participation(request, challenge)}
        acts["justify"] = _justify(request, challenge)
    if challenge.status == ChallengeStatus.RUNNING:
        acts |= {"waive": _waive(request, challenge), "agree": _agree(request, challenge)}

    def context() -> dict[str, Any]:
        steps = challenge.steps.filter(state=StepState.ACTIVE).order_by("position")
        for step in steps:
            step.challenge = challenge
        judged = [(s, judge(s, now=now_of(request))) for s in steps]
        cities, purchase = list_cities(challenge), find_purchase(challenge)
        return {
            "challenge": challenge,
            "parts": [(spec_of(s).title, s, step_findings(s, found, actor=actor)) for s, found in judged],
            "purchase": purchase,
            "like": _like(request, challenge, purchase) if purchase else [],
            "cities": cities,
            "changes": _changes(request, judged),
            "periods": _periods(request, challenge, judged),
            "clashes": _clashes(judged, cities),
            "differences": _differences(judged, cities),
            "notices": challenge.participation_notices.select_related("municipality").order_by("municipality__name"),
            "waivers": [(w, waiver_title(w), holds(w), _may_agree(w, actor)) for w in list_waivers(challenge)],
        }

    return answer(request, "staff/flow/policy.html", acts, context)


def advice(request: HttpRequest) -> HttpResponse:
    """Which instrument and which route fit, from what is known; nothing is stored, so a link keeps the answers."""
    actor = signed_in(request)
    if not actor.is_staff:
        raise Unknown
    form = forms.form_of(**_questions())(request.GET or None)
    facts: dict[str, FactValue] = {}
    if request.GET and form.is_valid():
        facts = {name: _fact(name, value) for name, value in form.cleaned_data.items() if value not in (None, "")}
    found = advise(toolbox(), facts)
    groups = [(fit, [a for a in found if a.fit is fit]) for fit in Fit]
    context = {
        "form": form,
        "asked": bool(facts),
        "groups": [(fit.value, [_advised(a) for a in rows]) for fit, rows in groups if rows],
        "may_begin": grants(actor.all_roles(), Permission.DOCUMENT_EDIT),
    }
    return render(request, "staff/flow/advice.html", context, status=422 if form.errors else 200)


def _questions() -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name in [*(n for n, spec in FACTS.items() if spec.place == ADVISER), "category", "value"]:
        spec, title = FACTS[name], fact_title(name)
        pairs = [("", _("not known"))]
        if spec.type is FactType.CENTS:
            fields[name] = forms.money(title, required=False)
            continue
        pairs += [(w, fact_value(name, w)) for w in spec.words] or [("yes", _("yes")), ("no", _("no"))]
        fields[name] = forms.choice(title, pairs)
        fields[name].required = False
    return fields


def _fact(name: str, value: Any) -> FactValue:  # noqa: ANN401 - an amount, a word, yes or no
    return value == "yes" if FACTS[name].type is FactType.FLAG else value  # type: ignore[no-any-return]  # cleaned


def _advised(one: Advice) -> dict[str, Any]:
    return {
        "instrument": one.instrument,
        "reason": one.reason,
        "judged": [(fact_title(n), fact_value(n, v)) for n, v in one.judged.items()],
        "unknown": [fact_title(n) for n in one.unknown],
    }


def _changes(request: HttpRequest, judged: list[tuple[Step, Judged]]) -> list[tuple[str, str, str]]:
    """Return what changed in the rules of the steps at hand since the governing day: how, the rule, what it says."""
    found = {
        (f.rule.id, f.cities): (
            word("policy_change", change, language()),
            f.rule.title.in_(language()),
            f.rule.text.in_(language()),
        )
        for s, one in judged
        for change, f in later_changes(s, one, now=now_of(request))
    }
    return list(found.values())


def _periods(request: HttpRequest, challenge: Challenge, judged: list[tuple[Step, Judged]]) -> dict[str, PeriodView]:
    """Return, by step, how long a call that is being prepared must stay open."""
    found = {s.key: p for s, one in judged if (p := time_to_answer(s, one)) and p.days}
    calendar = calendar_of(challenge.municipality) if found else ONTARIO
    return {key: view_period(p, today=today_of(request), calendar=calendar) for key, p in found.items()}


def _clashes(judged: list[tuple[Step, Judged]], cities: list[Municipality]) -> list[ClashView]:
    """Return the rules that nobody can keep at once, in any of the steps at hand."""
    names = {c.code: in_language(c, "name") for c in cities}
    found = {
        (c.first.rule.id, c.second.rule.id): c for _s, j in judged for c in contradictions(j.rules, j.facts, on=j.on)
    }
    return [view_clash(c, names=names) for c in found.values()]


def _differences(judged: list[tuple[Step, Judged]], cities: list[Municipality]) -> list[DifferenceRow]:
    """Return where the by-laws of several cities differ for this purchase; nothing until both are known."""
    facts = next((f for _s, j in judged for f in j.facts.values()), {})
    if len(cities) < 2 or "category" not in facts or "value" not in facts:
        return []
    tables = tables_in_force(cities, on=judged[0][1].on)
    return view_differences(tables, Category(str(facts["category"])), int(facts["value"]))


def _like(request: HttpRequest, challenge: Challenge, purchase: Purchase) -> list[Challenge]:
    """Return what counts together with a purchase, as far as this person may read it."""
    found = like_purchases(challenge, Category(purchase.category), now=now_of(request))
    roles = roles_in_each(found, signed_in(request))
    return [c for c in found if grants(roles[c.pk], Permission.CHALLENGE_READ)]


def _may_agree(waiver: RuleWaiver, actor: Actor) -> bool:
    """Say whether a waiver waits for this person as its second."""
    is_second = grants(actor.roles_at(waiver.municipality.code), Permission.BYLAW_SIGN)
    return is_second and not holds(waiver) and waiver.asked_by_id != actor.someone.pk


def _purchase(request: HttpRequest, challenge: Challenge) -> Act:
    present = find_purchase(challenge)
    fields = {
        "category": forms.word_choice(_("What is bought"), "category", radio=True),
        "competition": forms.word_choice(_("How the market is asked"), "competition", radio=True),
        "quotes": forms.number(_("Quotes asked for"), most=20),
        "limited_ground": forms.word_choice(_("Ground for not asking openly"), "limited_ground"),
        "circumstances": forms.text(_("Circumstances of that ground"), required=False),
        "related_cents": forms.money(
            _("The department’s like purchases of the last twelve months"),
            hint=_("They count together with this one."),
            required=False,
        ),
        "lends_cents": forms.money(_("Value of what the city lends to vendors"), required=False),
    }

    def run(given: dict[str, Any]) -> None:
        facts = {
            **given,
            "category": Category(given["category"]),
            "competition": Competition(given["competition"]),
            "limited_ground": Ground(given["limited_ground"]),
        }
        do(request, findings.describe_purchase, challenge, **facts)

    initial: dict[str, Any] = {"competition": Competition.OPEN, "limited_ground": Ground.NONE, "quotes": 0}
    if present:
        initial = {name: getattr(present, name) for name in fields}
    return Act(forms.form_of(**fields), run, _("Save"), _("Saved. The findings follow."), initial=initial)


def _participation(request: HttpRequest, challenge: Challenge) -> Act:
    cities = {c.code: c for c in list_cities(challenge)}

    def run(given: dict[str, Any]) -> None:
        city: Municipality = cities[given.pop("city")]
        do(request, findings.note_participation, challenge, municipality=city, **given)

    return Act(
        forms.form_of(
            city=forms.choice(_("City"), [(c.code, c.name) for c in cities.values()]),
            address=forms.link(_("Where the notice stands")),
            published_on=forms.day(_("Published on")),
        ),
        run,
        _("Record the notice"),
        _("Recorded."),
    )


def _justify(request: HttpRequest, challenge: Challenge) -> Act:
    def run(given: dict[str, Any]) -> None:
        key, _sep, mark = given["item"].partition("/")
        step = get_step(challenge, key)
        step.challenge = challenge
        do(request, findings.justify, step, mark=mark, reason=given["reason"])

    return Act(
        forms.form_of(item=forms.hidden(), reason=forms.text(_("Why must it be asked?"), rows=2)),
        run,
        _("Keep it, with this reason"),
        _("Noted. The reason stands in the case file."),
    )


def _waive(request: HttpRequest, challenge: Challenge) -> Act:
    cities = {c.code: c for c in list_cities(challenge)}

    def run(given: dict[str, Any]) -> None:
        code, _sep, rule = given["item"].partition("/")
        if code not in cities:
            raise Unknown
        facts = {"municipality": cities[code], "rule": rule, "reason": given["reason"]}
        do(request, findings.waive, challenge, **facts)

    return Act(
        forms.form_of(item=forms.hidden(), reason=forms.text(_("Why is this rule set aside here?"), rows=2)),
        run,
        _("Set the rule aside"),
        _("Noted, with your reason. Where the rule asks for a second person, it waits for one."),
    )


def _agree(request: HttpRequest, challenge: Challenge) -> Act:
    def run(given: dict[str, Any]) -> None:
        pk = int(given["item"]) if given["item"].isdigit() else 0
        found = challenge.waivers.filter(pk=pk).first()
        if found is None:
            raise Unknown
        found.challenge = challenge
        do(request, findings.agree_to_waive, found)

    return Act(
        forms.form_of(item=forms.hidden()),
        run,
        _("Agree as the second person"),
        _("Agreed. The rule is set aside for this challenge."),
    )
