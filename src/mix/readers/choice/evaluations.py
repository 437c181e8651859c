"""Questions about evaluations. A conflicted member knows nothing of that vendor; nobody sees others' scores early."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import F, QuerySet

from mix.data.asked import asked
from mix.data.models import (
    Challenge,
    ConsensusScore,
    Evaluation,
    Label,
    PanelMember,
    Ranking,
    Result,
    StageInvitation,
    Step,
    Submission,
    TieBreak,
    Vendor,
    VendorMember,
)
from mix.readers.case.challenges import list_steps, spec_of
from mix.readers.city.people import SEES_PANEL
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Unknown
from mix.readers.core.events import who_did
from mix.readers.core.once import is_read, once
from mix.readers.market.co_applicants import answered_by
from mix.readers.market.solicitations import spec_of_call
from mix.readers.market.submissions import list_opened, opened_answers, price_total
from mix.rules.choice.affiliations import Somebody, affiliations, telling
from mix.rules.choice.scoring import Bid, Outcome, evaluate, invited, tied_for_a_place
from mix.rules.city.methods import Criterion, EvaluationSpec, ScoringStage, stage_position
from mix.rules.city.schemes import Scheme
from mix.rules.core.kinds import Envelope, EvaluationPhase
from mix.rules.core.unmet import Unmet
from mix.rules.market.freezing import FrozenRules


@once
def find_evaluation(step: Step) -> Evaluation | None:
    """Return the evaluation of the step's present round."""
    if is_read(step):
        every = list_evaluations(step.challenge)
        return next((e for e in every if (e.step_id, e.round) == (step.pk, step.round)), None)
    found = next((e for e in _of_step(step.pk) if e.round == step.round), None)
    if found:
        found.step = step
    return _in_its_challenge(found)


@asked
def _of_step(step: int) -> QuerySet[Evaluation]:
    return Evaluation.objects.filter(step_id=step).select_related("solicitation__step").order_by("id")


@once
def list_evaluations(challenge: Challenge) -> list[Evaluation]:
    """List the evaluations of every step and round of a challenge, final or not."""
    steps = {s.pk: s for s in list_steps(challenge)}
    rows = _of_challenge(challenge)
    for row in rows:
        row.step = steps[row.step_id]
        _in_its_challenge(row)
    return rows


@asked
def _of_challenge(challenge: Challenge) -> QuerySet[Evaluation]:
    rows = Evaluation.objects.filter(step__challenge=challenge)
    return rows.select_related("solicitation__step").order_by("id")


def _in_its_challenge(found: Evaluation | None) -> Evaluation | None:
    """Let the call of an evaluation be of the same challenge, which is fetched already."""
    if found:
        found.solicitation.step.challenge = found.step.challenge
    return found


def get_evaluation(code: str, key: str) -> Evaluation:
    """Return the evaluation of a step's present round, by the challenge's code and the step's key. Raises Unknown."""
    found = _in_its_challenge(next(iter(_of_round(code, key)), None))
    if found is None:
        raise Unknown
    return found


@asked
def _of_round(code: str, key: str) -> QuerySet[Evaluation]:
    rows = Evaluation.objects.filter(step__challenge__code=code, step__key=key, round=F("step__round"))
    challenge = ("step__challenge__method", "step__challenge__municipality")
    rows = rows.select_related(*challenge, "solicitation__step").defer("step__challenge__method__document")
    return rows.order_by("id")


def spec_of_evaluation(evaluation: Evaluation) -> EvaluationSpec:
    """Return what the method says about this evaluation."""
    part = spec_of(evaluation.step).evaluation
    if part is None:
        raise Unknown
    return part


def most_of(evaluation: Evaluation) -> int | None:
    """Return how many the evaluation chooses at most, as it was fixed when its call was published."""
    return rules_of(evaluation).most


def rules_of(evaluation: Evaluation) -> FrozenRules:
    """Return the rules of an evaluation as frozen when its call was published."""
    return evaluation.solicitation.rules[evaluation.step.key]


def criteria_of(evaluation: Evaluation) -> tuple[Criterion, ...]:
    """Return the criteria as frozen when the call was published."""
    return rules_of(evaluation).criteria


def stages_of(evaluation: Evaluation) -> tuple[ScoringStage, ...]:
    """Return the stages of the scoring as frozen when the call was published; none where there is but one."""
    return rules_of(evaluation).stages


def stage_now(evaluation: Evaluation) -> ScoringStage | None:
    """Return the stage that is under way, or was last."""
    stages = stages_of(evaluation)
    return stages[evaluation.stage] if stages else None


def criteria_now(evaluation: Evaluation) -> tuple[Criterion, ...]:
    """Return the criteria that are scored in the present stage."""
    keys = [stage.key for stage in stages_of(evaluation)]
    return tuple(c for c in criteria_of(evaluation) if stage_position(keys, c) == evaluation.stage)


def list_invitations(evaluation: Evaluation) -> list[StageInvitation]:
    """List who was invited to later stages, by stage and vendor."""
    return list(
        evaluation.invitations.select_related("submission__vendor").order_by("stage", "submission__vendor__name", "id")
    )


def reached_by(evaluation: Evaluation) -> dict[int, int]:
    """Return, by submission, the position of the last stage that it reached, where that is not the first."""
    found: dict[int, int] = {}
    for submission, stage in evaluation.invitations.values_list("submission_id", "stage"):
        found[submission] = max(stage, found.get(submission, 0))
    return found


def list_own_meetings(actor: Actor) -> list[StageInvitation]:
    """List the interviews and demonstrations of the actor's vendors in evaluations under way, latest first."""
    return _meetings(tuple(sorted(actor.vendors)))


@asked
def _meetings(vendors: tuple[int, ...]) -> QuerySet[StageInvitation]:
    rows = StageInvitation.objects.filter(submission__in=answered_by(vendors), meets_at__isnull=False)
    rows = rows.select_related("evaluation__step__challenge__municipality", "evaluation__solicitation")
    return rows.exclude(evaluation__phase=EvaluationPhase.FINAL).order_by("-meets_at", "id")


def scheme_of(evaluation: Evaluation) -> Scheme:
    """Return the rules by which bids are ranked, as frozen when the call was published."""
    return rules_of(evaluation).scheme


def panel_of(evaluation: Evaluation) -> list[PanelMember]:
    """List the seats that are taken, the chair first."""
    return [member for member in list_seats(evaluation) if member.left_at is None]


def list_left(evaluation: Evaluation) -> list[PanelMember]:
    """List who was on the panel and left it."""
    return [member for member in list_seats(evaluation) if member.left_at is not None]


@once
def list_seats(evaluation: Evaluation) -> list[PanelMember]:
    """List everybody who sits or sat on a panel, the chair first."""
    found = _seats(evaluation.pk)
    for member in found:
        member.evaluation = evaluation
    return found


@asked
def _seats(evaluation: int) -> QuerySet[PanelMember]:
    rows = PanelMember.objects.filter(evaluation_id=evaluation).select_related("person")
    return rows.order_by("seat", "person__name", "id")


def get_seat(evaluation: Evaluation, actor: Actor) -> PanelMember:
    """Return the actor's seat. Raises Unknown without one, and for an outsider's once the result is final."""
    found = _seat(evaluation.pk, actor.person.pk) if actor.person else []
    if not found:
        raise Unknown
    found[0].evaluation = evaluation
    return found[0]


@asked
def _seat(evaluation: int, person: int) -> QuerySet[PanelMember]:
    rows = PanelMember.objects.filter(SEES_PANEL, evaluation_id=evaluation, person_id=person, left_at=None)
    return rows.select_related("person").order_by("id")


def list_own_seats(actor: Actor) -> list[PanelMember]:
    """List the actor's seats in evaluations that are not final first, latest first; an outsider's only in these."""
    rows = (
        PanelMember.objects.filter(SEES_PANEL, person=actor.person, left_at=None)
        .select_related("evaluation__step__challenge__municipality", "evaluation__step__challenge__method")
        .defer("evaluation__step__challenge__method__document")
        .order_by("-appointed_at", "-id")
    )
    return sorted(rows, key=lambda m: m.evaluation.phase == EvaluationPhase.FINAL)


def contenders(evaluation: Evaluation) -> list[Submission]:
    """List the opened submissions that are scored, by vendor: neither disqualified, nor failed at a mandatory item."""
    return [s for s in list_opened(evaluation.solicitation) if not s.is_out]


def vendors_in(submission: Submission) -> frozenset[int]:
    """Return the vendors of a contender: whoever has to do with one of them has to do with its answer."""
    return frozenset(vendor.pk for vendor in submission.parties)


def list_vendors(evaluation: Evaluation) -> list[Vendor]:
    """List the vendors of every contender, by name."""
    return sorted({v for s in contenders(evaluation) for v in s.parties}, key=lambda v: v.name)


def labels_of(evaluation: Evaluation) -> dict[int | None, dict[int, str]]:
    """Return the letters by submission: each member's own by its seat, those of the whole panel by None."""
    found: dict[int | None, dict[int, str]] = {}
    for member, submission, label in _labels(evaluation.pk):
        found.setdefault(member, {})[submission] = label
    return found


@asked
def _labels(evaluation: int) -> QuerySet[Label, tuple[int | None, int, str]]:
    rows = Label.objects.filter(evaluation_id=evaluation).order_by("id")
    return rows.values_list("member_id", "submission_id", "label")


def find_meeting(evaluation: Evaluation, submission: Submission) -> StageInvitation | None:
    """Return the record of the meeting in the present stage, once it was held."""
    return next(iter(_meeting(evaluation, submission, evaluation.stage)), None)


@asked
def _meeting(evaluation: Evaluation, submission: Submission, stage: int) -> QuerySet[StageInvitation]:
    rows = evaluation.invitations.filter(submission=submission, stage=stage, recorded_at__isnull=False)
    return rows.order_by("id")


@once
def latest_consensus(evaluation: Evaluation) -> dict[tuple[int, str], ConsensusScore]:
    """Return the latest consensus by submission and criterion."""
    return {(c.submission_id, c.criterion): c for c in _consensus(evaluation.pk)}


@asked
def _consensus(evaluation: int) -> QuerySet[ConsensusScore]:
    return ConsensusScore.objects.filter(evaluation_id=evaluation).order_by("id")


def gather_bids(evaluation: Evaluation, *, everybody: bool = False) -> list[tuple[Submission, Bid]]:
    """Gather the stored inputs: agreed scores and evaluated prices; of those that are out only when asked for."""
    agreed = latest_consensus(evaluation)
    specs = spec_of_call(evaluation.solicitation).answers
    criteria, reached, stages = criteria_of(evaluation), reached_by(evaluation), stages_of(evaluation)
    found = []
    for submission in list_opened(evaluation.solicitation):
        if submission.is_out and not everybody:
            continue
        cents = price_total(specs, opened_answers(submission, Envelope.PRICE))
        scores = {
            c.key: Fraction(agreed[submission.id, c.key].score) for c in criteria if (submission.id, c.key) in agreed
        }
        price = None if cents is None else Fraction(cents, 100)
        last = reached.get(submission.id, 0) if stages else None
        out = "mandatory" if submission.has_failed else "disqualified" if submission.is_out else ""
        found.append((submission, Bid(str(submission.id), scores, price, out, last)))
    return found


def earned_invitations(evaluation: Evaluation) -> list[Submission]:
    """List who reaches the stage after the present one, by the rules of the notice, the best first."""
    bids = gather_bids(evaluation)
    by_key = {bid.key: submission for submission, bid in bids}
    keys = invited([bid for _submission, bid in bids], scheme_of(evaluation), stage=evaluation.stage + 1)
    return [by_key[key] for key in keys]


@once
def compute(evaluation: Evaluation) -> tuple[Outcome, ...]:
    """Compute points, totals and ranks from the stored inputs."""
    tie_breaks = [row.order for row in list_tie_breaks(evaluation)]
    return evaluate([bid for _submission, bid in gather_bids(evaluation)], scheme_of(evaluation), tie_breaks)


def list_tie_breaks(evaluation: Evaluation) -> list[TieBreak]:
    """List the orders that were drawn among equals, oldest first."""
    return list(evaluation.tie_breaks.select_related("recorded_by").order_by("recorded_at", "id"))


@once
def tied_now(evaluation: Evaluation) -> list[list[Result]]:
    """List who shares a rank in a final result, group by group, the best first."""
    groups: dict[int, list[Result]] = {}
    for result in list_results(evaluation):
        if result.is_tied and result.rank is not None:
            groups.setdefault(result.rank, []).append(result)
    return list(groups.values())


@once
def list_results(evaluation: Evaluation) -> list[Result]:
    """List the results in force, by rank, eliminated ones last."""
    rows = Result.objects.in_force().filter(ranking__evaluation=evaluation)
    return by_rank(rows.select_related("submission__vendor"))


def list_rankings(evaluation: Evaluation) -> list[tuple[Ranking, list[Result]]]:
    """List the rankings of an evaluation with their results, oldest first; the last is in force."""
    return _ranked((evaluation.pk,))


def _ranked(evaluations: tuple[int, ...]) -> list[tuple[Ranking, list[Result]]]:
    """Return the rankings of some evaluations with their results by rank. Two queries."""
    results: dict[int, list[Result]] = {}
    for result in _results_of(evaluations):
        results.setdefault(result.ranking_id, []).append(result)
    return [(ranking, by_rank(results.get(ranking.pk, ()))) for ranking in _rankings_of(evaluations)]


def by_rank(results: Iterable[Result]) -> list[Result]:
    """Order results by rank, equals by name, eliminated ones last; submissions and vendors are fetched already."""
    return sorted(results, key=lambda r: (r.rank is None, r.rank or 0, r.submission.vendor.name, r.id))


@dataclass(frozen=True, slots=True)
class FinalEvaluation:
    """An evaluation that is final, with its rankings and their results, and what was drawn among equals."""

    evaluation: Evaluation
    rankings: Sequence[tuple[Ranking, list[Result]]]
    tie_breaks: Sequence[TieBreak]


def list_final_evaluations(challenge: Challenge) -> list[FinalEvaluation]:
    """List the evaluations of a challenge that are final, by step and round. Three queries, and `list_evaluations`."""
    final = [e for e in list_evaluations(challenge) if e.phase == EvaluationPhase.FINAL]
    keys = tuple(e.pk for e in final)
    rankings, drawn = _ranked(keys), _drawn_in(keys)
    return [
        FinalEvaluation(
            evaluation,
            [pair for pair in rankings if pair[0].evaluation_id == evaluation.pk],
            [row for row in drawn if row.evaluation_id == evaluation.pk],
        )
        for evaluation in sorted(final, key=lambda e: (e.step.position, e.round))
    ]


@asked
def _rankings_of(evaluations: tuple[int, ...]) -> QuerySet[Ranking]:
    return Ranking.objects.filter(evaluation__in=evaluations).select_related("vendor").order_by("number")


@asked
def _results_of(evaluations: tuple[int, ...]) -> QuerySet[Result]:
    return Result.objects.filter(ranking__evaluation__in=evaluations).select_related("submission__vendor")


@asked
def _drawn_in(evaluations: tuple[int, ...]) -> QuerySet[TieBreak]:
    rows = TieBreak.objects.filter(evaluation__in=evaluations).select_related("recorded_by")
    return rows.order_by("recorded_at", "id")


def unmet_in(step: Step) -> tuple[Unmet, ...]:
    """List what an evaluation lacks before its gate: it must be final."""
    evaluation = find_evaluation(step)
    if evaluation is None or not panel_of(evaluation):
        return (Unmet("panel_missing", place="panel"),)
    if evaluation.phase != EvaluationPhase.FINAL:
        return (Unmet(f"evaluation_in_{evaluation.phase}", place="panel"),)
    return unmet_by_tie(evaluation)


def authors_of_result(step: Step) -> frozenset[str]:
    """Return the codes of everybody whose scores, agreed scores or order among equals make the result of a step.

    Who says that it is final decides nothing: points and ranks follow from frozen scores by the published rule.
    """
    verbs = ("evaluations.score", "evaluations.agree", "evaluations.break_tie")
    return who_did(step, *verbs, subjects=[f"{step.challenge.code}/{step.key}"])


def unmet_by_tie(evaluation: Evaluation) -> tuple[Unmet, ...]:
    """Name the equals for whom there are too few places, if any: the order among them must be drawn and recorded."""
    most = most_of(evaluation)
    keys = tied_for_a_place(compute(evaluation), most)
    names = [r.submission.names for r in list_results(evaluation) if str(r.submission_id) in keys]
    return (Unmet("tie_unbroken", {"names": ", ".join(names), "most": str(most)}, place="tie"),) if names else ()


def suggest_conflicts(member: PanelMember, vendors: Iterable[Vendor]) -> dict[int, tuple[str, ...]]:
    """Return, by vendor, what suggests that the member may have to do with it; teams past and present are compared."""
    person = Somebody(member.person.code, member.person.name, member.person.email)
    teams: dict[int, list[Somebody]] = {vendor.pk: [] for vendor in vendors}
    for row in VendorMember.objects.filter(vendor_id__in=teams).select_related("person"):
        teams[row.vendor_id].append(Somebody(row.person.code, row.person.name, row.person.email))
    found = telling({vendor: affiliations(person, team) for vendor, team in teams.items()})
    return {vendor: codes for vendor, codes in found.items() if codes}
