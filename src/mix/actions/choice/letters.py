"""Letters to the vendors of an evaluation: chosen or not, with a debrief sheet."""

from __future__ import annotations

from collections.abc import Mapping

from mix.actions.core.deeds import Deed
from mix.data.models import Award, ConsensusScore, Evaluation, Letter, Submission
from mix.phrases.words import wording
from mix.readers.case.challenges import spec_of
from mix.readers.choice.evaluations import compute, criteria_of, latest_consensus, list_results, scheme_of
from mix.readers.city.people import list_members
from mix.readers.market.co_applicants import parties_of
from mix.readers.market.item_checks import list_failed
from mix.rules.choice.debriefs import DebriefLine, DebriefSheet, FailedItem
from mix.rules.choice.scoring import Outcome, digits_apart, shown
from mix.rules.core.fields import Wording

MAILS = {  # by whether an award decided, and whether it was for this vendor
    (False, True): "letter_chosen",
    (False, False): "letter_regret",
    (True, True): "awarded",
    (True, False): "award_elsewhere",
}


def send_letters(deed: Deed, evaluation: Evaluation, *, award: Award | None = None) -> list[Letter]:
    """Tell every vendor: chosen or not, its own points beside the range, strengths, and what was better.

    Of those that answered together each gets its own letter.
    With an award that was made, it alone decides who was chosen; the ranks are those of the moment.
    """
    challenge, title = evaluation.step.challenge, spec_of(evaluation.step).title
    outcomes = {int(o.key): o for o in compute(evaluation)}
    agreed = latest_consensus(evaluation)
    letters = []
    scored = [
        (r.submission, r.is_selected, _sheet(evaluation, own, list(outcomes.values()), agreed))
        for r in list_results(evaluation)
        if (own := outcomes.get(r.submission_id))
    ]
    told = (*scored, *_not_scored(evaluation, of=len(outcomes)))
    parties = parties_of([submission for submission, _is_selected, _sheet in told])
    every = ((vendor, *one) for one in told for vendor in parties[one[0].pk])
    for vendor, submission, is_selected, sheet in every:
        if evaluation.letters.filter(vendor=vendor, award=award).exists():
            continue
        is_chosen = is_selected if award is None else submission.vendor_id == award.vendor_id
        letter = Letter.objects.create(
            evaluation=evaluation,
            award=award,
            vendor=vendor,
            is_selected=is_chosen,
            sheet=sheet.write(),
            sent_at=deed.now,
        )
        letters.append(letter)
        deed.tell(
            list_members(vendor.pk),
            MAILS[award is not None, is_chosen],
            challenge=challenge,
            path=f"vendor/letters/{letter.pk}/",
            step=title,
            vendor=vendor.name,
            winner=award.names if award else "",
        )
    deed.record("evaluations.send_letters", evaluation, role="", payload={"count": len(letters)})
    return letters


def _not_scored(evaluation: Evaluation, *, of: int) -> list[tuple[Submission, bool, DebriefSheet]]:
    """Return who failed a mandatory item, not chosen, with the reasons instead of points."""
    return [
        (
            submission,
            False,
            DebriefSheet(
                lines=(),
                total="0",
                rank=None,
                of=of,
                best_total="0",
                eliminated_by=("mandatory",),
                failed=tuple(FailedItem(title, reason) for title, reason in failures),
            ),
        )
        for submission, failures in list_failed(evaluation.solicitation)
    ]


def _sheet(
    evaluation: Evaluation, own: Outcome, every: list[Outcome], agreed: Mapping[tuple[int, str], ConsensusScore]
) -> DebriefSheet:
    """Return the debrief sheet: by criterion own points, lowest, highest, and the panel's reason."""

    def line(
        key: str, among: list[Outcome], *, title: Wording, weight: int, score: int | None = None, reason: str = ""
    ) -> DebriefLine:
        points = [outcome.points[key] for outcome in among]
        digits = digits_apart(points)
        own_points, lowest, highest = (
            str(shown(value, digits=digits)) for value in (own.points[key], min(points), max(points))
        )
        return DebriefLine(key, title, weight, score, own_points, lowest, highest, reason)

    lines = []
    for criterion in criteria_of(evaluation):
        cell = agreed.get((int(own.key), criterion.key))
        if cell is None:  # of a stage to which this vendor was not invited
            continue
        among = [o for o in every if (int(o.key), criterion.key) in agreed]
        lines.append(
            line(
                criterion.key,
                among,
                title=criterion.title,
                weight=criterion.weight,
                score=cell.score,
                reason=cell.reason,
            )
        )
    if "price" in own.points:
        title = Wording.of(wording("envelope", "price").texts)  # kept in each language, as a criterion's is
        lines.append(line("price", every, title=title, weight=int(scheme_of(evaluation).price.weight)))
    digits = digits_apart(o.total for o in every)
    return DebriefSheet(
        lines=tuple(lines),
        total=str(shown(own.total, digits=digits)),
        rank=own.rank,
        of=len(every),
        best_total=str(shown(max(o.total for o in every), digits=digits)),
        eliminated_by=tuple(own.eliminated_by),
    )
