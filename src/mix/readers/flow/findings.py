"""The facts of a challenge as policy judges them, and what the rules of every city say about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Value

from mix.data.asked import asked
from mix.data.models import (
    Agreement,
    Award,
    Challenge,
    Deliverable,
    Municipality,
    Need,
    ParticipationNotice,
    Purchase,
    RequirementReason,
    RuleConfirmation,
    RuleWaiver,
    Solicitation,
    Step,
)
from mix.readers.case.challenges import has_begun, list_cities, list_steps, method_for, spec_of
from mix.readers.case.documents import buys_now, gather_facts, total_value
from mix.readers.choice.evaluations import find_evaluation, panel_of
from mix.readers.choice.scoring import scoring_of
from mix.readers.city.policies import dispute_days, ruleset_for, stands_confirmed
from mix.readers.core.once import is_read, once
from mix.readers.core.rows import get_row
from mix.readers.delivery.disclosures import list_disclosures
from mix.readers.market.named_vendors import competition_by_names
from mix.readers.market.notices import text_of
from mix.readers.market.shared_people import list_shared
from mix.readers.market.solicitations import find_solicitation, scorings_of, spec_of_call
from mix.rules.city.calendar import day_in
from mix.rules.city.kinds import Facts, kind_of
from mix.rules.city.methods import Fact, Method
from mix.rules.city.policy.documents import Moment
from mix.rules.city.policy.explain import Change, Finding, Outcome, Ruleset, changes, explain
from mix.rules.city.policy.facts import Category, DocumentForm, FactValue, Ground
from mix.rules.city.policy.joint import Period, least_days
from mix.rules.city.policy.lint import Excludes, Hit, lint
from mix.rules.core.fields import Wording
from mix.rules.core.kinds import AgreementKind, Origin, Route, StepKind, StepState
from mix.rules.core.unmet import Unmet
from mix.rules.delivery.states import AgreementState

YEAR = timedelta(days=365)
DEBRIEF_DAYS = 365  # a letter offers its debrief without an end; a table asks for a number of days


@dataclass(frozen=True, slots=True)
class Judged:
    """What policy says of a step: findings, the day whose rules govern, facts by city, hits of the criteria's words."""

    findings: tuple[Finding, ...]
    on: date
    facts: Mapping[str, Mapping[str, FactValue]]
    hits: tuple[Hit, ...]
    rules: Ruleset
    cities: Sequence[Municipality]
    known: Mapping[Fact, Any]


def governing_moment(challenge: Challenge, *, now: datetime) -> datetime:
    """Return when the rules were fixed that judge a challenge: with its first published call; now before that."""
    if is_read(challenge) and hasattr(challenge, "first_call_at"):
        return challenge.first_call_at or now
    first = (
        Solicitation.objects.filter(step__challenge=challenge, published_at__isnull=False)
        .order_by("published_at")
        .values_list("published_at", flat=True)
        .first()
    )
    return first or now


def governing_day(challenge: Challenge, *, now: datetime) -> date:
    """Return the day whose rules judge a challenge: that of its first published call, today before that."""
    return day_in(challenge.municipality.zone, governing_moment(challenge, now=now))


def find_purchase(challenge: Challenge, known: Mapping[Fact, Any] | None = None) -> Purchase | None:
    """Return what was said about the purchase, if anything was; of what is bought, what a document says by now.

    Where that alone is known, the market is asked openly. What is returned is not to be saved.
    """
    if is_read(challenge):
        found: Purchase | None = getattr(challenge, "purchase", None)
    else:
        found = Purchase.objects.filter(challenge=challenge).first()
    said = (gather_facts(challenge) if known is None else known).get(Fact.CATEGORY)
    if said and (found is None or found.category != said):
        found = found or Purchase(challenge=challenge)
        found.category = said
    return found


@once
def judge(step: Step, *, now: datetime) -> Judged:
    """Judge a step by the rules of every city that takes part. The queries do not grow with the rules."""
    challenge = step.challenge
    cities = list_cities(challenge)
    on = governing_day(challenge, now=now)
    rules = ruleset_for(cities, on=on)
    known = gather_facts(challenge)
    facts, hits = gather(step, known, now=now)
    said = _said(challenge, cities)
    signed = {ready.municipality for ready in rules.rules if ready.municipality}
    by_city = {
        city.code: {**facts, "has_bylaw": city.code in signed, "has_participation_notice": city.code in said.noticed}
        for city in cities
    }
    found = explain(
        rules,
        by_city,
        on=on,
        at=kind_of(step.kind).moment,
        confirmed=said.confirmed,
        waived=said.waived,
    )
    return Judged(found, on, by_city, hits, rules, cities, known)


@dataclass(frozen=True, slots=True)
class _Said:
    """What cities said about rules: those confirmed, by city; those set aside; and who published that it takes part."""

    confirmed: Mapping[str, frozenset[str]]
    waived: frozenset[tuple[str, str]]
    noticed: frozenset[str]


def _said(challenge: Challenge, cities: Sequence[Municipality]) -> _Said:
    """Gather what the cities of a challenge said. One query."""
    by: dict[str, list[tuple[str, str, str]]] = {"confirmed": [], "waived": [], "noticed": []}
    for what, city, rule, digest in _words_of(challenge, tuple(cities)):
        by[what].append((city, rule, digest))
    return _Said(
        confirmed={c.code: stands_confirmed(row[1:] for row in by["confirmed"] if row[0] == c.code) for c in cities},
        waived=frozenset((city, rule) for city, rule, _ in by["waived"]),
        noticed=frozenset(city for city, *_ in by["noticed"]),
    )


@asked
def _words_of(challenge: Challenge, cities: tuple[Municipality, ...]) -> QuerySet[Any, tuple[str, str, str, str]]:
    confirmed = RuleConfirmation.objects.filter(municipality__in=cities, confirmed_at__isnull=False)
    waived = challenge.waivers.filter(_IN_EFFECT)
    return confirmed.values_list(Value("confirmed"), "municipality__code", "rule", "digest").union(
        waived.values_list(Value("waived"), "municipality__code", "rule", Value("")),
        challenge.participation_notices.values_list(Value("noticed"), "municipality__code", Value(""), Value("")),
        all=True,
    )


def later_changes(step: Step, judged: Judged, *, now: datetime) -> tuple[tuple[Change, Finding], ...]:
    """List what changed in the rules since the governing day: told, and never applied to this challenge."""
    today = day_in(step.challenge.municipality.zone, now)
    if judged.on >= today:
        return ()
    at = kind_of(step.kind).moment
    rules = ruleset_for(list_cities(step.challenge), on=today)
    return changes(judged.findings, explain(rules, judged.facts, on=today, at=at))


def time_to_answer(step: Step, judged: Judged) -> Period | None:
    """Return how long a call that is being prepared must stay open; None for anything else."""
    if step.kind != StepKind.SOLICITATION:
        return None
    if step.solicitations.filter(round=step.round, published_at__isnull=False).exists():
        return None
    return least_days(judged.rules, judged.facts, on=judged.on)


@asked
def list_waivers(challenge: Challenge) -> QuerySet[RuleWaiver]:
    """List the rules that were set aside for a challenge, or are asked to be, oldest first."""
    rows = challenge.waivers.select_related("municipality", "asked_by", "agreed_by")
    return rows.order_by("asked_at", "id")


def get_waiver(challenge: Challenge, item: str) -> RuleWaiver:
    """Return one rule that was set aside for a challenge, or is asked to be. Raises Unknown."""
    return get_row(challenge.waivers.all(), item)


@asked
def list_participation_notices(challenge: Challenge) -> QuerySet[ParticipationNotice]:
    """List where cities published that they take part, by city."""
    return challenge.participation_notices.select_related("municipality").order_by("municipality__name")


_IN_EFFECT = Q(agreed_at__isnull=False) | Q(needs_second=False)


def is_in_effect(waiver: RuleWaiver) -> bool:
    """Say whether a waiver is in effect: agreed by a second person where the rule asks for one."""
    return waiver.agreed_at is not None or not waiver.needs_second


def policy_unmet(step: Step, *, now: datetime) -> tuple[Unmet, ...]:
    """List the verified rules that block a step, and the words that may keep firms out and have no reason yet."""
    found = judge(step, now=now)
    blocked = [
        Unmet(
            "policy_blocks",
            {**f.rule.text.params("rule"), "cities": ", ".join(f.cities)},
            place="policy",
        )
        for f in found.findings
        if f.outcome is Outcome.BLOCKED
    ]
    warned = {name for f in found.findings if f.outcome is Outcome.WARNING and not f.waived for name in f.judged}
    hits = [h for h in found.hits if h.excludes.value in warned]
    given = reasons_given(step) if hits else {}
    unsaid = {h.words: "exclusion_reason_missing" for h in hits if h.mark not in given}
    return (*blocked, *(Unmet(code, {"words": words}, place="policy") for words, code in unsaid.items()))


@once
def reasons_given(step: Step) -> dict[str, RequirementReason]:
    """Return, by the mark of its words, why a requirement of a step that may keep firms out stays."""
    return {row.mark: row for row in RequirementReason.objects.filter(step=step).select_related("given_by")}


@asked
def list_reasons(challenge: Challenge) -> QuerySet[RequirementReason]:
    """List why requirements of a challenge that may keep firms out stay, oldest first."""
    return challenge.requirement_reasons.select_related("given_by").order_by("given_at")


def gather(step: Step, known: Mapping[Fact, Any], *, now: datetime) -> tuple[dict[str, FactValue], tuple[Hit, ...]]:
    """Gather every fact beside those `known` from the documents, and what the words of the requirements may exclude."""
    challenge = step.challenge
    award = _last_approved(challenge)
    value = award.value_cents if award else total_value(challenge, known)
    sprint_value = _sprint_value(known)
    purchase = _of_purchase(find_purchase(challenge, known))
    if challenge.route == Route.SPRINT_THEN_OPEN and buys_now(challenge):
        # the sprint was a procurement of its own, and counts with this one
        purchase["related_value"] = (purchase.get("related_value") or 0) + (sprint_value or 0)
    facts: dict[str, Any] = {
        "route": challenge.route,
        "value": value,
        "sprint_value": sprint_value,
        "cities": len(list_cities(challenge)),
        "has_market_scan": any(
            s.kind == StepKind.MARKET_SCAN and s.state == StepState.DONE for s in list_steps(challenge)
        ),
        "debrief_days": DEBRIEF_DAYS,
        "is_electronic": True,  # MIX publishes and receives in no other way
        **purchase,
        **_of_names(challenge),
        **_of_award(award, now=now),
        **_of_agreements(challenge),
    }
    kind = kind_of(step.kind)
    said, hits = kind.facts(step, now)
    facts |= said
    if kind.moment is Moment.AWARD:
        facts["dispute_days"] = dispute_days([challenge], now=now)[challenge.pk]
        facts.setdefault("signs_contract", False)
    if challenge.route == Route.SPRINT_THEN_OPEN:
        facts["has_disclosure_pack"] = bool(list_disclosures(challenge))
    return {name: value for name, value in facts.items() if value is not None}, hits


def _last_approved(challenge: Challenge) -> Award | None:
    rows = Award.objects.filter(step__challenge=challenge, approved_at__isnull=False).order_by("-approved_at")
    return rows.first() if has_begun(challenge, StepKind.AWARD) else None


def _sprint_value(facts: Mapping[Fact, Any]) -> int | None:
    if Fact.SPRINT_FEE not in facts or Fact.SPRINT_PLACES not in facts:
        return None
    return int(facts[Fact.SPRINT_FEE]) * int(float(facts[Fact.SPRINT_PLACES]))


def like_purchases(challenge: Challenge, category: Category, *, now: datetime) -> list[Challenge]:
    """List what counts together with a purchase: challenges of the twelve months before it, of the same category.

    Before its governing day, whenever that is asked: what came later never counts with it. Of the same department
    where a need says which, else of the whole lead city; latest first.
    """
    needs, at = Need.objects.filter(challenge=challenge), governing_moment(challenge, now=now)
    rows = Challenge.objects.filter(
        ~Exists(needs) | Q(needs__department__in=needs.values("department")),
        municipality=challenge.municipality,
        is_trial=challenge.is_trial,
        purchase__category=category.value,
        commissioned_at__gt=at - YEAR,
        commissioned_at__lte=at,
        value_cents__isnull=False,
    )
    return list(rows.exclude(pk=challenge.pk).exclude(origin=Origin.HISTORY).distinct().order_by("-commissioned_at"))


def category_of(challenge: Challenge) -> Category | None:
    """Return what is bought, as a document of the challenge says; None where its method asks for it in none."""
    said = gather_facts(challenge).get(Fact.CATEGORY)
    return Category(said) if said else None


def _of_purchase(purchase: Purchase | None) -> dict[str, Any]:
    if purchase is None:
        return {}
    return {
        "category": purchase.category,
        "competition": purchase.competition,
        "quotes": purchase.quotes,
        "limited_ground": purchase.limited_ground,
        "has_ground_record": purchase.limited_ground != Ground.NONE and bool(purchase.circumstances.strip()),
        "related_value": purchase.related_cents,
        "lends_value": purchase.lends_cents,
    }


def _of_names(challenge: Challenge) -> dict[str, Any]:
    """Return how the market is asked where its method asks by invitation: whom the city names says it, not a form."""
    found = competition_by_names(challenge)
    return {"competition": found[0].value, "quotes": found[1]} if found else {}


def _of_award(award: Award | None, *, now: datetime) -> dict[str, Any]:
    if award is None or award.approved_at is None:
        return {}
    return {
        "days_since_award": max((now - award.approved_at).days, 0),
        "has_award_notice": award.notice_id is not None,
    }


def _of_agreements(challenge: Challenge) -> dict[str, Any]:
    if not has_begun(challenge, StepKind.AGREEMENT):
        return {}
    rows = Agreement.objects.filter(step__challenge=challenge, kind=AgreementKind.SPRINT)
    due = Exists(Deliverable.objects.filter(agreement=OuterRef("pk")))
    pays = list(rows.exclude(state=AgreementState.ENDED).values_list(due, flat=True))
    return {"pays_for_deliverables": all(pays)} if pays else {}


def facts_of_panel(step: Step) -> dict[str, Any]:
    """Gather what policy asks about the people who score."""
    evaluation = find_evaluation(step)
    if evaluation is None:
        return {}
    members = panel_of(evaluation)
    so_far = scoring_of(evaluation)
    return {
        "has_all_declarations": bool(members) and all(map(so_far.has_declared, members)),
        "has_separate_bidders": not list_shared(evaluation.solicitation),
    }


def _asked(method: Method) -> str:
    """Return everything that vendors and panels are asked: what is bought is asked for in all of it together."""
    answers = [f.title.en for s in method.steps for f in s.answers]
    criteria = [c.title.en for s in method.steps if s.evaluation for c in s.evaluation.criteria]
    return " ".join([*answers, *criteria])


def _is_final(method: Method, key: str) -> bool:
    """Say whether a call is the one that an award follows from."""
    awards = [step for step in method.steps if step.kind == StepKind.AWARD]
    return any(c.evaluation and c.evaluation.of == key for step in awards for c in method.chosen_by(step.key))


def _contacts_while_open(call: Solicitation) -> int:
    """Count the talks that were logged from the day of a notice to that of its closing, on the clock of the call."""
    if call.published_at is None:
        return 0
    days = (day_in(call.zone, call.published_at), day_in(call.zone, call.closes_at))
    return call.step.challenge.contacts.filter(happened_on__range=days).count()


def _declares_purchase(challenge: Challenge) -> bool:
    return bool(_declared(challenge))


@asked
def _declared(challenge: Challenge) -> QuerySet[Solicitation, int]:
    rows = Solicitation.objects.filter(step__challenge=challenge, purchase_most_cents__isnull=False)
    return rows.values_list("pk", flat=True)


def facts_of_call(step: Step, now: datetime) -> Facts:
    """Gather what the call at hand says, and what its words and criteria may exclude."""
    spec, method = spec_of(step), method_for(step.challenge)
    part = spec.solicitation
    call = find_solicitation(step)
    scoring = [s.evaluation for s in method.steps if s.evaluation and s.evaluation.of == step.key]
    if call:
        part, scoring = spec_of_call(call), list(scorings_of(call).values())
    criteria = [c for evaluation in scoring for c in evaluation.criteria]
    texts = {"notice": text_of(call) if call else ""}
    hits = lint(texts)
    words: dict[str, tuple[Wording, ...]] = {f"criterion {c.key}": (c.title, c.guideline) for c in criteria}
    if call and call.fitted:  # what a method asks was read when it was published
        words |= {
            f"question {q.field.key}": (q.field.title, *([q.field.hint] if q.field.hint else ()))
            for q in call.fitted.asked
        }
    for place, texts_of in words.items():  # another language only where English says nothing: it asks for the same
        languages = dict.fromkeys(["en", *(code for text in texts_of for code in text.texts)])
        for language in languages:
            if found := lint({place: ". ".join(text.in_(language) for text in texts_of)}):
                hits += found
                break
    asks_purchase = part is not None and part.purchase_option
    binds = part is not None and part.binds
    negotiable = step.challenge.route != Route.TRADITIONAL
    form = DocumentForm.NO_CONTRACT_A if negotiable or not binds else DocumentForm.CONTRACT_A
    facts: dict[str, Any] = {
        "document_form": form.value,
        "has_weights": all(sum(c.weight for c in e.criteria) + e.price_weight == 100 for e in scoring),
        "is_public_call": part is not None and part.open_to is None,
        "limits_shortlist": any(e.most for e in scoring),
        "tells_shortlist_size": True,  # a notice is drawn with `most` of each evaluation
        "has_accessibility": "accessib" in f"{texts['notice']} {_asked(method)}".lower(),
        "has_purchase_option": not binds or not asks_purchase or _declares_purchase(step.challenge),
        "is_final_call": _is_final(method, step.key),
        "contacts_while_open": _contacts_while_open(call) if call else 0,
        **{hit.excludes.value: True for hit in hits},
    }
    if call:
        facts |= {
            "days_open": max((call.closes_at - (call.published_at or now)).days, 0),
            "has_official_posting": bool(call.posting_address),
        }
        facts |= {kind.value: False for kind in Excludes if kind.value not in facts}
    return facts, hits
