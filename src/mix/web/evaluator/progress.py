"""An evaluator's own progress: declare about the names, then hand in; the chair opens the consensus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mix.actions.choice import evaluations
from mix.data.models import Declaration, Evaluation, PanelMember, Result, Vendor
from mix.phrases.words import word
from mix.readers.choice.conflicts import Said, last_words, list_declarations
from mix.readers.choice.evaluations import criteria_now, list_results, list_vendors, suggest_conflicts
from mix.readers.choice.scoring import Scoring, scoring_of, unmet_for_consensus
from mix.readers.market.item_checks import list_failed
from mix.rules.choice.states import Conflict, Seat
from mix.rules.city.methods import Criterion
from mix.rules.core.kinds import EvaluationPhase
from mix.rules.core.unmet import Unmet
from mix.web.drawing.showing import language
from mix.web.evaluator.seats import list_context, own_seat, seat_context
from mix.web.forms import fields
from mix.web.forms.acts import Act, Listed, do, show, take


def address(evaluation: Evaluation, page: str) -> str:
    """Return the address of a page of an evaluation."""
    return reverse(page, args=[evaluation.step.challenge.code, evaluation.step.key])


@dataclass(frozen=True)
class Declarable:
    """An evaluation, the vendors on its list with a hint about each, and what was said of them last, by vendor."""

    evaluation: Evaluation
    hints: tuple[tuple[Vendor, str], ...]
    before: Mapping[int, Said] = field(default_factory=dict)


class Declare(Act[Declarable]):
    """Declare about every name on the list, a conflict or none, and sign the statement. One that stands stays."""

    label = _("Sign and declare")
    done = _("Declared and signed.")
    style = ""

    def fit(self) -> None:
        """Ask about every vendor, then for the signature."""
        for vendor, hint in self.about.hints:
            note = gettext("Note on %(vendor)s") % {"vendor": vendor.name}
            stands = vendor.pk in self.about.before and self.about.before[vendor.pk].stands
            codes = [c for c in Conflict if c != Conflict.NONE] if stands else None
            self.fields[vendor.code] = fields.word_choice(vendor.name, "conflict", codes, hint=hint, unsaid=not stands)
            self.fields[f"note-{vendor.code}"] = fields.line(note, required=False)
        self.fields["signed_statement"] = fields.yes(word("statement", "conflict", language()), required=True)

    @classmethod
    def first(cls, about: Declarable) -> Mapping[str, Any]:
        """Show what was declared before; the signature is given each time."""
        known = [(vendor.code, about.before[vendor.pk]) for vendor, _hint in about.hints if vendor.pk in about.before]
        return {code: said.in_force for code, said in known} | {f"note-{code}": said.note for code, said in known}

    def run(self, request: HttpRequest) -> str:
        """Declare, and go on to the list."""
        codes = [vendor.code for vendor, _hint in self.about.hints]
        conflicts = {code: (self.cleaned_data[code], self.cleaned_data[f"note-{code}"]) for code in codes}
        do(request, evaluations.declare, self.about.evaluation, conflicts=conflicts, language=language())
        return address(self.about.evaluation, "evaluator-evaluation")


@dataclass(frozen=True)
class DeclareContext:
    """What the page of a declaration draws: does the member wait for a ruling; what it declared so far."""

    is_waiting: bool
    declared: list[Declaration]


def declare(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Declare about every name on the list, before any content is shown; read what was ruled on it."""
    found, member = own_seat(request, code, key)
    acts = {"declare": Listed(Declare, _declarable(found, member))} if found.phase == EvaluationPhase.SCORING else {}
    taken = take(request, acts)
    if isinstance(taken, HttpResponse):
        return taken
    own = [d for d in list_declarations(found) if d.member_id == member.pk]
    context = DeclareContext(scoring_of(found, member).is_waiting(member), own)
    return show(request, "evaluator/declare.html", taken, seat_context(found, member), context)


def _declarable(evaluation: Evaluation, member: PanelMember) -> Declarable:
    vendors = list_vendors(evaluation)
    suggested = suggest_conflicts(member, vendors)
    hints = [(v.place, *(word("affiliation", code, language()) for code in suggested.get(v.pk, ()))) for v in vendors]
    return Declarable(
        evaluation,
        tuple((v, " · ".join(h for h in said if h)) for v, said in zip(vendors, hints, strict=True)),
        last_words(evaluation, [member]).get(member.pk, {}),
    )


class HandIn(Act[Evaluation]):
    """Hand in one's scores."""

    label = _("Hand in my scores")
    done = _("Handed in. Until consensus nobody else sees them.")
    style = ""

    def run(self, request: HttpRequest) -> None:
        """Hand in."""
        do(request, evaluations.hand_in, self.about)


class OpenConsensus(Act[Evaluation]):
    """Open the consensus, as the chair."""

    label = _("Open the consensus")
    done = _("Everybody on the panel now sees all scores.")

    def run(self, request: HttpRequest) -> str:
        """Open it, and go there."""
        do(request, evaluations.open_consensus, self.about)
        return address(self.about, "evaluator-consensus")


@dataclass(frozen=True)
class ProgressContext:
    """What the page of one's own progress draws: of each submission, by label and name, which scores are missing."""

    missing: Sequence[tuple[str, str, Sequence[tuple[int, Criterion]]]]
    hidden: int
    failed: int
    waits_for: tuple[Unmet, ...]
    results: list[Result]


def evaluation(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """One's own progress: what is scored, what is not, hand in."""
    found, member = own_seat(request, code, key)
    is_scored = found.phase == EvaluationPhase.SCORING
    chairs = is_scored and member.seat == Seat.CHAIR
    so_far = scoring_of(found) if chairs else scoring_of(found, member)
    if not so_far.is_admitted(member):
        return redirect("evaluator-declare", code=code, key=key)
    acts = {}
    if is_scored and member.handed_in_at is None:
        acts["hand_in"] = Listed(HandIn, found)
    if chairs:
        acts["consensus"] = Listed(OpenConsensus, found)
    taken = take(request, acts)
    if isinstance(taken, HttpResponse):
        return taken
    context = ProgressContext(
        missing=_missing(so_far, member) if is_scored else (),
        hidden=len(so_far.hidden_from(member)),
        failed=len(list_failed(found.solicitation)),
        waits_for=unmet_for_consensus(so_far) if chairs else (),
        results=list_results(found) if found.phase == EvaluationPhase.FINAL else [],
    )
    seat, listed = seat_context(found, member), list_context(so_far, member)
    return show(request, "evaluator/evaluation.html", taken, seat, listed, context)


def _missing(so_far: Scoring, member: PanelMember) -> list[tuple[str, str, list[tuple[int, Criterion]]]]:
    """List what the member still owes, with the number of each criterion on the page of its submission."""
    numbered = list(enumerate(criteria_now(so_far.evaluation), start=1))
    found = [
        (
            so_far.letter(s, member),
            so_far.name(s, member),
            [(n, c) for n, c in numbered if so_far.given(member, s, c.key) is None],
        )
        for s in so_far.to_score(member)
    ]
    return [(label, name, criteria) for label, name, criteria in found if criteria]
