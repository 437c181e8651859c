"""The public challenges: found, then each with everything that was published about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mix.data.models import (
    Addendum,
    Challenge,
    ContactLogEntry,
    Disclosure,
    Engagement,
    HistoryFact,
    Municipality,
    Notice,
    OutcomeReading,
    Question,
    Solicitation,
    Step,
)
from mix.readers.case.challenge_lists import page_public_challenges
from mix.readers.case.challenges import get_public_challenge, has_begun, list_steps, method_for, spec_of
from mix.readers.case.copying import find_public_beginning
from mix.readers.case.documents import gather_facts, latest_versions
from mix.readers.choice.awards import list_award_notices
from mix.readers.choice.prizes import list_published_prizes
from mix.readers.city.municipalities import list_live_municipalities
from mix.readers.core.events import list_public_events
from mix.readers.delivery.disclosures import list_disclosures
from mix.readers.delivery.milestones import gather_readings
from mix.readers.flow.moves import list_decisions
from mix.readers.knowledge.lessons import list_facts
from mix.readers.knowledge.results import Result, agreed_with, gather_result
from mix.readers.market.engagements import list_contacts, list_public_engagements
from mix.readers.market.solicitations import list_addenda_in, list_answers_in, list_public
from mix.rules.case.states import ChallengeStatus
from mix.rules.choice.states import AwardState
from mix.rules.city.methods import Fact, Method
from mix.rules.city.methods import Step as StepSpec
from mix.rules.core.fields import Wording
from mix.rules.core.kinds import Origin, StepKind, StepState
from mix.rules.knowledge.measured import Measured, TargetVerdict, latest
from mix.web.documents.corrected import noting_corrections
from mix.web.documents.specs import Answer, read_only
from mix.web.drawing.cards import Card, cards
from mix.web.drawing.pages import draw_page
from mix.web.drawing.paging import Pager, number_of, pager
from mix.web.drawing.requests import actor_of, holds_until, now_of, only_read
from mix.web.drawing.showing import time_left_changes, use_clock
from mix.web.drawing.stagebar import StageBar, stage_bar
from mix.web.drawing.weighing import Weighing, weighings
from mix.web.public.told import Decided, Update, decided, updates


@dataclass(frozen=True)
class ChallengesContext:
    """What the list of challenges draws: a page of what was found, and what was asked for."""

    rows: Sequence[Card]
    pager: Pager
    cities: Sequence[Municipality]
    q: str
    city: str
    status: str


def challenges(request: HttpRequest) -> HttpResponse:
    """List and search the public challenges."""
    text, city, status = (request.GET.get(key, "")[:100] for key in ("q", "city", "status"))
    page = page_public_challenges(number_of(request), city=city, text=text, status=status)
    context = ChallengesContext(
        rows=cards(page.rows),
        pager=pager(request, page),
        cities=list_live_municipalities(),
        q=text,
        city=city,
        status=status,
    )
    return draw_page(request, "public/challenges.html", context)


@dataclass(frozen=True)
class HistoryContext:
    """What a case from before draws: each fact with its source, and by its key what is on the record."""

    challenge: Challenge
    facts: Sequence[HistoryFact]
    on_record: Mapping[str, HistoryFact]


def _history(challenge: Challenge) -> HistoryContext:
    facts = list_facts(challenge)
    return HistoryContext(
        challenge=challenge,
        facts=facts,
        on_record={f.key: f for f in facts if f.is_on_record},
    )


@dataclass(frozen=True)
class ChallengeContext:
    """What the page of a challenge draws; `current` is the call that is open, `facts` stand by their names.

    `begun_from` is the public challenge from which it began.
    """

    challenge: Challenge
    begun_from: Challenge | None
    bar: StageBar
    facts: Mapping[str, object]
    planned: Sequence[tuple[date, str]]
    calls: Sequence[Solicitation]
    current: Solicitation | None
    questions: Sequence[tuple[Solicitation, Sequence[Question]]]
    addenda: Sequence[Addendum]
    criteria: Sequence[tuple[Solicitation, Sequence[Weighing]]]
    engagements: Sequence[Engagement]
    contacts: Sequence[ContactLogEntry]
    decisions: Sequence[Decided]
    awards: Sequence[Notice]
    prizes: Sequence[Mapping[str, Any]]
    method: Method
    titles: Mapping[int, Wording]
    updates: Sequence[Update]
    published: Sequence[tuple[StepSpec, Sequence[Answer]]]
    disclosures: Sequence[Disclosure]
    readings: Sequence[OutcomeReading]
    is_open: bool
    now: datetime


def challenge(request: HttpRequest, code: str) -> HttpResponse:
    """One challenge: the problem first, then dates and money, then everything that was published."""
    found = only_read(request, get_public_challenge(code, actor=actor_of(request)))
    use_clock(found.municipality.zone)
    if found.origin == Origin.HISTORY:
        return draw_page(request, "public/history.html", _history(found))
    facts = gather_facts(found)
    calls = list_public(found)
    now = now_of(request)
    current = next((c for c in calls if c.closes_at > now), None)
    holds_until(
        request, *(c.closes_at for c in calls), *([time_left_changes(current.closes_at, now)] if current else [])
    )
    answered = list_answers_in(calls)
    context = ChallengeContext(
        challenge=found,
        begun_from=find_public_beginning(found),
        bar=stage_bar(found, list_steps(found)),
        facts={fact.value: value for fact, value in facts.items()},
        planned=_planned(facts),
        calls=calls,
        current=current,
        questions=[(call, [q for q in answered if q.solicitation_id == call.pk]) for call in calls],
        addenda=list_addenda_in(calls),
        criteria=[(call, weighings(call)) for call in calls if call.frozen],
        engagements=list_public_engagements(found) if has_begun(found, StepKind.ENGAGEMENT) else [],
        contacts=list_contacts(found),
        decisions=decided(found, list_decisions(found)),
        awards=list_award_notices(found) if has_begun(found, StepKind.AWARD) else [],
        prizes=list_published_prizes(found) if Fact.PRIZES in facts else (),
        method=method_for(found),
        titles={call.pk: spec_of(call.step).title for call in calls},
        updates=updates(found, list_public_events(found), calls),
        published=_published(found, list_steps(found)),
        disclosures=list_disclosures(found) if has_begun(found, StepKind.DISCLOSURE) else [],
        readings=list(gather_readings(found).values()) if has_begun(found, StepKind.DELIVERY) else [],
        is_open=current is not None and found.status == ChallengeStatus.RUNNING,
        now=now,
    )
    if found.status == ChallengeStatus.COMPLETED:
        return draw_page(request, "public/done.html", context, _done(context))
    return draw_page(request, "public/challenge.html", context)


@dataclass(frozen=True)
class DoneContext:
    """What the page of a finished challenge draws beside that of any: what was chosen, and what came of it.

    `award` is the notice that is in force, `chosen` whom it names, or who got a contract where nothing is awarded;
    `reached` counts the measures that reached their target. Headings of what is folded say how much there is.
    """

    award: Notice | None
    chosen: Sequence[str]
    result: Result
    measured: Sequence[Measured]
    reached: int
    answered: int
    earlier: str
    calls_in_all: str
    answers_in_all: str


SHOWN = 4  # decisions that are not folded


def _done(context: ChallengeContext) -> DoneContext:
    measured = latest(Measured(r.measure, r.baseline, r.target, r.actual, r.month) for r in context.readings)
    award = next((n for n in context.awards if n.award.state == AwardState.APPROVED), None)
    answered = sum(len(rows) for _call, rows in context.questions)
    count = len(context.decisions) - SHOWN
    return DoneContext(
        award=award,
        chosen=_chosen(context, award),
        result=gather_result(context.challenge),
        measured=measured,
        reached=sum(m.verdict is TargetVerdict.REACHED for m in measured),
        answered=answered,
        earlier=ngettext("%(n)s earlier decision", "%(n)s earlier decisions", count) % {"n": count},
        calls_in_all=_("Calls and documents (%(n)s)") % {"n": len(context.calls)},
        answers_in_all=_("Questions and answers (%(n)s)") % {"n": answered},
    )


def _chosen(context: ChallengeContext, award: Notice | None) -> Sequence[str]:
    """Name who got the award or a prize, or else a contract without either."""
    if award or context.prizes:
        return [award.details["supplier"]] if award else [won["vendor"] for won in context.prizes]
    return agreed_with([context.challenge]).get(context.challenge.pk, [])


def _planned(facts: Mapping[Fact, Any]) -> list[tuple[date, str]]:
    rows = facts.get(Fact.TIMELINE) or ()
    return [(date.fromisoformat(row["planned_on"]), row.get("what") or "") for row in rows if row.get("planned_on")]


def _published(challenge: Challenge, steps: Sequence[Step]) -> list[tuple[StepSpec, Sequence[Answer]]]:
    """Return the public answers of every step that is done and has a public field."""
    method = method_for(challenge)
    done = [method.step(step.key) for step in steps if step.state == StepState.DONE]
    said, rows = latest_versions(challenge), {step.key: step for step in steps}
    found: list[tuple[StepSpec, Sequence[Answer]]] = []
    for spec in done:
        if any(f.public for f in spec.fields):
            version = said.get(spec.key)
            answers = read_only(spec.fields, version.content if version else {}, public=True)
            found.append((spec, noting_corrections(rows[spec.key], version, answers)))
    return found
