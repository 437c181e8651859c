"""Letters to the vendors of an evaluation: chosen or not, with a debrief sheet."""

from __future__ import annotations

from collections.abc import Mapping

from mix.actions.core.deeds import Deed
from mix.data.models import Award, ConsensusScore, Evaluation, Letter
from mix.phrases.words import wording
from mix.readers.case.challenges import spec_of
from mix.readers.choice.evaluations import compute, criteria_of, latest_consensus, list_results, scheme_of
from mix.readers.city.people import list_members
from mix.rules.choice.debriefs import DebriefLine, DebriefSheet
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

    With an award that was made, it alone decides who was chosen; the ranks are those of the moment.
    """
    challenge, title = evaluation.step.challenge, spec_of(evaluation.step).title
    outcomes = {int(o.key): o for o in compute(evaluation)}
    agreed = latest_consensus(evaluation)
    letters = []
    for result in list_results(evaluation):
        outcome, vendor = outcomes.get(result.submission_id), result.submission.vendor
        if outcome is None or evaluation.letters.filter(vendor=vendor, award=award).exists():
            continue
        is_chosen = result.is_selected if award is None else vendor.pk == award.vendor_id
        letter = Letter.objects.create(
            evaluation=evaluation,
            award=award,
            vendor=vendor,
            is_selected=is_chosen,
            sheet=_sheet(evaluation, outcome, list(outcomes.values()), agreed).write(),
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
            winner=award.vendor.name if award else "",
        )
    deed.record("evaluations.send_letters", evaluation, role="", payload={"count": len(letters)})
    return letters


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
        title = wording("envelope", "price")
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
