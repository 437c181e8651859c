"""What the rules say of a challenge: findings of the steps at hand, what they must know, and what is set aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from mix.data.models import Challenge, Municipality, ParticipationNotice, Purchase, RuleWaiver, Step
from mix.phrases.words import word
from mix.readers.case.challenges import (
    get_challenge,
    list_active_steps,
    list_cities,
    method_for,
    roles_in,
    roles_in_each,
    spec_of,
)
from mix.readers.city.calendars import calendar_of
from mix.readers.city.methods import list_latest, method_of
from mix.readers.city.policies import figures_by_name, tables_in_force, toolbox
from mix.readers.core.actors import PUBLIC, Actor
from mix.readers.flow.findings import (
    Judged,
    find_purchase,
    is_in_effect,
    judge,
    later_changes,
    like_purchases,
    list_participation_notices,
    list_waivers,
    reasons_given,
    time_to_answer,
)
from mix.rules.case.states import ChallengeStatus
from mix.rules.city.calendar import ONTARIO
from mix.rules.city.methods import Fact, Method
from mix.rules.city.policy.adviser import Advice, Fit, Instrument, advise, runs_by
from mix.rules.city.policy.facts import FACTS, Category
from mix.rules.city.policy.joint import contradictions
from mix.rules.core.access import Permission, grants
from mix.rules.core.fields import Bilingual
from mix.web.drawing.findings import FindingView, fact_title, fact_value, view_findings, waiver_title
from mix.web.drawing.judgements import JudgementView, view_judgements
from mix.web.drawing.requests import now_of, signed_in, staff_of, today_of
from mix.web.drawing.showing import in_language, language, use_clock
from mix.web.drawing.together import (
    ClashView,
    DifferenceRow,
    PeriodView,
    view_clash,
    view_differences,
    view_period,
)
from mix.web.forms.acts import Acts, Listed, Taken, granted, show, take
from mix.web.staff.flow.findings_acts import (
    Adviser,
    AgreeToWaive,
    Bought,
    DescribePurchase,
    Joint,
    Justify,
    NoteParticipation,
    Waive,
)


@dataclass(frozen=True)
class StepFindings:
    """What the rules say of one step, by the rules of a day: what is open, and what holds or only tells."""

    step: str
    open: list[FindingView]
    rest: list[FindingView]
    on: date

    @property
    def firm(self) -> list[FindingView]:
        """What is open and does not wait for an answer."""
        return [f for f in self.open if not f.unknown]

    @property
    def waiting(self) -> list[FindingView]:
        """What waits for an answer."""
        return [f for f in self.open if f.unknown]

    @property
    def asked(self) -> list[tuple[str, str]]:
        """The questions that are waited for, each once, with where it is asked."""
        return list(dict.fromkeys(question for f in self.waiting for question in f.unknown))


def step_findings(step: Step, judged: Judged, *, actor: Actor = PUBLIC) -> StepFindings:
    """Return what the rules say of one step, ready to draw; with what this actor may set aside."""
    names = {c.code: in_language(c, "name") for c in judged.cities}
    given = reasons_given(step) if judged.hits else {}
    views = view_findings(
        judged.findings,
        figures=figures_by_name(),
        names=names,
        hits=judged.hits,
        given=given,
        actor=actor,
        asked_at=_asked_at(step, judged),
    )
    return StepFindings(
        step=step.key, open=[v for v in views if v.is_open], rest=[v for v in views if not v.is_open], on=judged.on
    )


# The facts of a value, in the order in which they are asked for.
OF_THE_VALUE = (Fact.SPRINT_FEE, Fact.SPRINT_PLACES, Fact.PURCHASE_VALUE, Fact.OPTION_VALUE)


def _asked_at(step: Step, judged: Judged) -> dict[str, str]:
    """Return where each fact that rules wait for is asked, as far as a page asks for it."""
    code, method = step.challenge.code, method_for(step.challenge)

    def page(fact: Fact) -> str:
        place = method.place_of(fact)
        return f"{reverse('city-step', args=[code, place[0]])}#f-{place[1]}" if place else ""

    rules = reverse("city-policy", args=[code])
    found = {name: rules for name, spec in FACTS.items() if spec.place == "policy"}
    value = next((page(fact) for fact in OF_THE_VALUE if fact not in judged.known and method.place_of(fact)), "")
    return {**found, "category": page(Fact.CATEGORY) or rules, "value": value, "sprint_value": value}


@dataclass(frozen=True)
class PolicyContext:
    """What the page of the rules draws; `parts` are the steps at hand, `waivers` with whether each holds and waits.

    `judged` holds what was said at each gate.
    """

    challenge: Challenge
    parts: list[tuple[Bilingual, Step, StepFindings]]
    purchase: Purchase | None
    like: list[Challenge]
    cities: list[Municipality]
    changes: list[tuple[str, str, str]]
    periods: dict[str, PeriodView]
    clashes: list[ClashView]
    differences: list[DifferenceRow]
    notices: list[ParticipationNotice]
    waivers: list[tuple[RuleWaiver, str, bool, bool]]
    judged: list[JudgementView]


def policy(request: HttpRequest, code: str) -> HttpResponse:
    """Everything that the rules say of the steps at hand, and the facts that no other step asks for."""
    actor = signed_in(request)
    challenge = get_challenge(code, actor=actor, needs=Permission.CHALLENGE_READ)
    use_clock(challenge.municipality.zone)
    running = challenge.status == ChallengeStatus.RUNNING
    taken = take(request, granted(roles_in(challenge, actor), _acts(challenge)) if running else {})
    if isinstance(taken, HttpResponse):
        return taken
    judged = [(s, judge(s, now=now_of(request))) for s in list_active_steps(challenge)]
    cities, purchase = list_cities(challenge), find_purchase(challenge)
    context = PolicyContext(
        challenge=challenge,
        parts=[(spec_of(s).title, s, step_findings(s, found, actor=actor)) for s, found in judged],
        purchase=purchase,
        like=_like(request, challenge, purchase) if purchase else [],
        cities=cities,
        changes=_changes(request, judged),
        periods=_periods(request, challenge, judged),
        clashes=_clashes(judged, cities),
        differences=_differences(judged, cities),
        notices=list_participation_notices(challenge),
        waivers=[(w, waiver_title(w), is_in_effect(w), _may_agree(w, actor)) for w in list_waivers(challenge)],
        judged=view_judgements(challenge),
    )
    return show(request, "staff/flow/policy.html", taken, context)


def _acts(challenge: Challenge) -> Acts:
    joint = Joint(challenge, tuple(list_cities(challenge)))
    return {
        "purchase": Listed(
            DescribePurchase,
            Bought(challenge, find_purchase(challenge), method_for(challenge).place_of(Fact.CATEGORY) is not None),
        ),
        "participation": Listed(NoteParticipation, joint),
        "justify": Listed(Justify, challenge),
        "waive": Listed(Waive, joint),
        "agree": Listed(AgreeToWaive, challenge),
    }


@dataclass(frozen=True)
class Advised:
    """One instrument or route as the adviser draws it: why, judged by what, what is unknown, what runs it here."""

    instrument: Instrument
    reason: Bilingual | None
    judged: list[tuple[str, str]]
    unknown: list[str]
    methods: list[Method]


@dataclass(frozen=True)
class AdviceContext:
    """What the adviser draws; `groups` are what fits, what may and what does not."""

    form: Adviser
    asked: bool
    groups: list[tuple[str, list[Advised]]]
    may_begin: bool


def advice(request: HttpRequest) -> HttpResponse:
    """Which instrument and which route fit, from what is known; nothing is stored, so a link keeps the answers."""
    actor = staff_of(request)
    form = Adviser(request.GET or None)
    facts = form.facts()
    found = advise(toolbox(), facts)
    methods = [method_of(version) for version in list_latest()]
    here = runs_by(toolbox(), methods)
    groups = [(fit.value, [_advised(a, here) for a in found if a.fit is fit]) for fit in Fit]
    context = AdviceContext(
        form=form,
        asked=bool(facts),
        groups=[(fit, rows) for fit, rows in groups if rows],
        may_begin=grants(actor.all_roles(), Permission.DOCUMENT_EDIT),
    )
    return show(request, "staff/flow/advice.html", Taken({}, status=422 if form.errors else 200), context)


def _advised(one: Advice, here: Mapping[str, list[Method]]) -> Advised:
    return Advised(
        instrument=one.instrument,
        reason=one.reason,
        judged=[(fact_title(n), fact_value(n, v)) for n, v in one.judged.items()],
        unknown=[fact_title(n) for n in one.unknown],
        methods=here[one.instrument.key],
    )


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
    return is_second and not is_in_effect(waiver) and waiver.asked_by_id != actor.someone.pk
