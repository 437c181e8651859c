"""Questions about evaluations. A conflicted member knows nothing of that vendor; nobody sees others' scores early."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db.models import Prefetch

from mix.data.models import (
    Challenge,
    Evaluation,
    Label,
    PanelMember,
    Result,
    Score,
    Solicitation,
    StageInvitation,
    Step,
    Submission,
    TieBreak,
    Vendor,
    VendorMember,
)
from mix.readers.case.challenges import spec_of
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.market.solicitations import part_of
from mix.readers.market.submissions import list_opened, opened_answers, price_total
from mix.rules.choice.affiliations import Somebody, affiliations
from mix.rules.choice.scoring import SPREAD_ALERT, Bid, Outcome, evaluate, invited, spread, tied_for_a_place
from mix.rules.choice.states import Conflict
from mix.rules.city.methods import Criterion, EvaluationPart, ScoringStage, stage_position
from mix.rules.city.schemes import Scheme
from mix.rules.core.access import Permission
from mix.rules.core.kinds import Envelope, EvaluationPhase
from mix.rules.core.unmet import Unmet
from mix.rules.market.freezing import frozen_criteria, frozen_stages, read_scheme


def find_evaluation(step: Step) -> Evaluation | None:
    """Return the evaluation of the step's present round."""
    return (
        Evaluation.objects.filter(step=step, round=step.round)
        .select_related("step__challenge__method", "step__challenge__municipality", "solicitation__step")
        .first()
    )


def part_for(evaluation: Evaluation) -> EvaluationPart:
    """Return what the method says about this evaluation."""
    part = spec_of(evaluation.step).evaluation
    if part is None:
        raise Unknown
    return part


def most_of(evaluation: Evaluation) -> int | None:
    """Return how many the evaluation chooses at most, as it was fixed when its call was published."""
    frozen = evaluation.solicitation.frozen.get(evaluation.step.key, {})
    most = frozen.get("most", part_for(evaluation).most)
    return None if most is None else int(most)


def criteria_of(evaluation: Evaluation) -> tuple[Criterion, ...]:
    """Return the criteria as frozen when the call was published."""
    return criteria_from(evaluation.solicitation, evaluation.step.key)


def criteria_from(solicitation: Solicitation, step_key: str) -> tuple[Criterion, ...]:
    """Read frozen criteria out of a call."""
    return frozen_criteria(solicitation.frozen.get(step_key, {}))


def stages_of(evaluation: Evaluation) -> tuple[ScoringStage, ...]:
    """Return the stages of the scoring as frozen when the call was published; none where there is but one."""
    return frozen_stages(evaluation.solicitation.frozen.get(evaluation.step.key, {}))


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


def in_stage(evaluation: Evaluation) -> list[Submission]:
    """List the contenders that are scored in the present stage, by vendor."""
    found = contenders(evaluation)
    if evaluation.stage == 0:
        return found
    reached = reached_by(evaluation)
    return [s for s in found if reached.get(s.id) == evaluation.stage]


def list_own_meetings(actor: Actor) -> list[StageInvitation]:
    """List the interviews and demonstrations of the actor's vendors in evaluations under way, latest first."""
    return list(
        StageInvitation.objects.filter(submission__vendor_id__in=actor.vendors, meets_at__isnull=False)
        .select_related("evaluation__step__challenge__municipality", "evaluation__solicitation")
        .exclude(evaluation__phase=EvaluationPhase.FINAL)
        .order_by("-meets_at")
    )


def scheme_of(evaluation: Evaluation) -> Scheme:
    """Return the rules by which bids are ranked, as frozen when the call was published."""
    return read_scheme(evaluation.solicitation.frozen.get(evaluation.step.key, {}))


def panel_of(evaluation: Evaluation) -> list[PanelMember]:
    """List the seats that are taken, the chair first."""
    return list(evaluation.panel.filter(left_at=None).select_related("person").order_by("seat", "person__name", "id"))


def get_seat(evaluation: Evaluation, actor: Actor) -> PanelMember:
    """Return the actor's seat. Raises Unknown for anybody without one."""
    found = (
        evaluation.panel.filter(person=actor.person, left_at=None).select_related("person").first()
        if actor.person
        else None
    )
    if found is None:
        raise Unknown
    return found


def list_own_seats(actor: Actor) -> list[PanelMember]:
    """List the actor's seats in evaluations that are not final first, latest first."""
    rows = (
        PanelMember.objects.filter(person=actor.person, left_at=None)
        .select_related("evaluation__step__challenge__municipality", "evaluation__step__challenge__method")
        .order_by("-appointed_at", "-id")
    )
    return sorted(rows, key=lambda m: m.evaluation.phase == EvaluationPhase.FINAL)


def contenders(evaluation: Evaluation) -> list[Submission]:
    """List the opened submissions of vendors that are not disqualified, by vendor."""
    out = set(
        evaluation.step.challenge.participations.filter(disqualified_at__isnull=False).values_list(
            "vendor_id", flat=True
        )
    )
    return [s for s in list_opened(evaluation.solicitation) if s.vendor_id not in out]


def conflicted_vendors(member: PanelMember) -> frozenset[int]:
    """Return the vendors of which this member may know nothing."""
    return frozenset(member.declarations.exclude(conflict=Conflict.NONE).values_list("vendor_id", flat=True))


def has_declared(member: PanelMember) -> bool:
    """Say whether the member has declared about every vendor on the list."""
    names = {s.vendor_id for s in contenders(member.evaluation)}
    return names <= set(member.declarations.values_list("vendor_id", flat=True))


def readable(member: PanelMember) -> list[Submission]:
    """List what a member may read and score, in its own order by lot. Raises Forbidden before it has declared."""
    if not has_declared(member):
        raise Forbidden(Permission.SUBMISSION_READ)
    hidden = conflicted_vendors(member)
    labels = labels_of(member.evaluation)
    own = [s for s in contenders(member.evaluation) if s.vendor_id not in hidden]
    return sorted(own, key=lambda s: labels.get(s.id, ""))


def labels_of(evaluation: Evaluation) -> dict[int, str]:
    """Return the letters by submission."""
    return dict(Label.objects.filter(evaluation=evaluation).values_list("submission_id", "label"))


def shown_name(evaluation: Evaluation, submission: Submission) -> str:
    """Return what panel members call a submission: its letter while names are hidden, else the vendor's name."""
    if part_for(evaluation).anonymous and evaluation.phase != EvaluationPhase.FINAL:
        return labels_of(evaluation).get(submission.id, "?")
    return submission.vendor.name


def to_score(member: PanelMember) -> list[Submission]:
    """List what a member scores in the present stage, by lot. Raises Forbidden before it has declared."""
    here = {s.id for s in in_stage(member.evaluation)}
    return [s for s in readable(member) if s.id in here]


def get_readable(member: PanelMember, label: str) -> Submission:
    """Return one submission that a member may read, by its letter. Raises Unknown, Forbidden."""
    labels = labels_of(member.evaluation)
    for submission in readable(member):
        if labels.get(submission.id) == label:
            return submission
    raise Unknown


def latest_scores(evaluation: Evaluation) -> dict[tuple[int, int, str], Score]:
    """Return the latest score by member, submission and criterion."""
    rows = Score.objects.filter(member__evaluation=evaluation, member__left_at=None).order_by("id")
    return {(s.member_id, s.submission_id, s.criterion): s for s in rows}


def own_scores(member: PanelMember) -> dict[tuple[int, str], Score]:
    """Return a member's own latest scores by submission and criterion."""
    return {(s.submission_id, s.criterion): s for s in Score.objects.filter(member=member).order_by("id")}


def progress(member: PanelMember) -> tuple[int, int]:
    """Return how many scores of the present stage a member has given, and how many it owes. Raises Forbidden."""
    given = own_scores(member)
    cells = [(s.id, c.key) for s in to_score(member) for c in criteria_now(member.evaluation)]
    return sum(cell in given for cell in cells), len(cells)


def find_meeting(evaluation: Evaluation, submission: Submission) -> StageInvitation | None:
    """Return the record of the meeting in the present stage, once it was held."""
    return evaluation.invitations.filter(
        submission=submission, stage=evaluation.stage, recorded_at__isnull=False
    ).first()


def unmet_to_hand_in(member: PanelMember) -> tuple[Unmet, ...]:
    """List the scores that a member still owes."""
    if not has_declared(member):
        return (Unmet("declaration_missing", {"name": member.person.name}),)
    given = own_scores(member)
    owed = sum((s.id, c.key) not in given for s in to_score(member) for c in criteria_now(member.evaluation))
    unmet = [Unmet("scores_missing", {"name": member.person.name, "count": str(owed)})] if owed else []
    return (*unmet, *unmet_meetings(member.evaluation))


def unmet_meetings(evaluation: Evaluation) -> tuple[Unmet, ...]:
    """Say how many vendors of the present stage were not met yet, where the stage rests on meeting them."""
    stage = stage_now(evaluation)
    if stage is None or not stage.basis.is_met:
        return ()
    here = [s.id for s in in_stage(evaluation)]
    owed = evaluation.invitations.filter(
        stage=evaluation.stage, submission_id__in=here, recorded_at__isnull=True
    ).count()
    return (Unmet("meetings_missing", {"count": str(owed)}, place="meetings"),) if owed else ()


@dataclass(frozen=True, slots=True)
class Cell:
    """One criterion of one submission at consensus: everybody's scores, how far they differ, what was agreed."""

    criterion: Criterion
    scores: list[tuple[PanelMember, Score]]
    spread: int
    is_wide: bool
    agreed: Any


def consensus_table(
    evaluation: Evaluation, submissions: Sequence[Submission], criteria: Sequence[Criterion]
) -> list[tuple[Submission, list[Cell]]]:
    """Gather the consensus table, by submission and criterion."""
    scores = latest_scores(evaluation)
    agreed = latest_consensus(evaluation)
    members = panel_of(evaluation)
    table = []
    for submission in submissions:
        cells = []
        for criterion in criteria:
            given = [(m, scores[key]) for m in members if (key := (m.id, submission.id, criterion.key)) in scores]
            wide = spread([s.score for _, s in given])
            cells.append(Cell(criterion, given, wide, wide > SPREAD_ALERT, agreed.get((submission.id, criterion.key))))
        table.append((submission, cells))
    return table


def latest_consensus(evaluation: Evaluation) -> dict[tuple[int, str], Any]:
    """Return the latest consensus by submission and criterion."""
    return {(c.submission_id, c.criterion): c for c in evaluation.consensus.order_by("id")}


def unmet_for_consensus(evaluation: Evaluation) -> tuple[Unmet, ...]:
    """List what keeps the scores from being shown: members who have not handed in, too few for a submission."""
    found = [
        Unmet("not_handed_in", {"name": m.person.name}, place="panel")
        for m in panel_of(evaluation)
        if m.handed_in_at is None
    ]
    scores = latest_scores(evaluation)
    keys = {c.key for c in criteria_now(evaluation)}
    for submission in in_stage(evaluation):
        by = {member for member, scored, key in scores if scored == submission.id and key in keys}
        if len(by) < 2:
            found.append(Unmet("too_few_scores", {"name": shown_name(evaluation, submission)}, place="panel"))
    return tuple(found)


def unmet_to_freeze(evaluation: Evaluation) -> tuple[Unmet, ...]:
    """List the cells without an agreed score."""
    agreed = latest_consensus(evaluation)
    owed = sum((s.id, c.key) not in agreed for s in in_stage(evaluation) for c in criteria_now(evaluation))
    return (Unmet("consensus_incomplete", {"count": str(owed)}, place="consensus"),) if owed else ()


def gather_bids(evaluation: Evaluation, *, everybody: bool = False) -> list[tuple[Submission, Bid]]:
    """Gather the stored inputs: agreed scores and evaluated prices; of the disqualified only when asked for."""
    agreed = latest_consensus(evaluation)
    specs = part_of(evaluation.solicitation).answers
    criteria, reached, stages = criteria_of(evaluation), reached_by(evaluation), stages_of(evaluation)
    found = []
    live = {s.id for s in contenders(evaluation)}
    for submission in list_opened(evaluation.solicitation):
        if submission.id not in live and not everybody:
            continue
        cents = price_total(specs, opened_answers(submission, Envelope.PRICE))
        scores = {
            c.key: Fraction(agreed[submission.id, c.key].score) for c in criteria if (submission.id, c.key) in agreed
        }
        price = None if cents is None else Fraction(cents, 100)
        last = reached.get(submission.id, 0) if stages else None
        out = "" if submission.id in live else "disqualified"
        found.append((submission, Bid(str(submission.id), scores, price, out, last)))
    return found


def earned_invitations(evaluation: Evaluation) -> list[Submission]:
    """List who reaches the stage after the present one, by the rules of the notice, the best first."""
    bids = gather_bids(evaluation)
    by_key = {bid.key: submission for submission, bid in bids}
    keys = invited([bid for _submission, bid in bids], scheme_of(evaluation), stage=evaluation.stage + 1)
    return [by_key[key] for key in keys]


def compute(evaluation: Evaluation) -> tuple[Outcome, ...]:
    """Compute points, totals and ranks from the stored inputs."""
    tie_breaks = [row.order for row in list_tie_breaks(evaluation)]
    return evaluate([bid for _submission, bid in gather_bids(evaluation)], scheme_of(evaluation), tie_breaks)


def list_tie_breaks(evaluation: Evaluation) -> list[TieBreak]:
    """List the orders that were drawn among equals, oldest first."""
    return list(evaluation.tie_breaks.select_related("recorded_by").order_by("recorded_at", "id"))


def tied_now(evaluation: Evaluation) -> list[list[Result]]:
    """List who shares a rank in a final result, group by group, the best first."""
    groups: dict[int, list[Result]] = {}
    for result in list_results(evaluation):
        if result.is_tied and result.rank is not None:
            groups.setdefault(result.rank, []).append(result)
    return list(groups.values())


def list_results(evaluation: Evaluation) -> list[Result]:
    """List the results, by rank, eliminated ones last."""
    return by_rank(evaluation.results.select_related("submission__vendor"))


def by_rank(results: Iterable[Result]) -> list[Result]:
    """Order results by rank, eliminated ones last."""
    return sorted(results, key=lambda r: (r.rank is None, r.rank or 0, r.id))


def list_final_evaluations(challenge: Challenge) -> list[Evaluation]:
    """List the evaluations of a challenge that are final, by step and round, with results and tie-breaks."""
    results = Prefetch("results", Result.objects.select_related("submission__vendor"))
    rows = Evaluation.objects.filter(step__challenge=challenge, phase=EvaluationPhase.FINAL).select_related("step")
    return list(rows.prefetch_related(results, "tie_breaks").order_by("step__position", "round"))


def unmet_in(step: Step) -> tuple[Unmet, ...]:
    """List what an evaluation lacks before its gate: it must be final."""
    evaluation = find_evaluation(step)
    if evaluation is None or not panel_of(evaluation):
        return (Unmet("panel_missing", place="panel"),)
    if evaluation.phase != EvaluationPhase.FINAL:
        return (Unmet(f"evaluation_in_{evaluation.phase}", place="panel"),)
    return unmet_by_tie(evaluation)


def unmet_by_tie(evaluation: Evaluation) -> tuple[Unmet, ...]:
    """Name the equals for whom there are too few places, if any: the order among them must be drawn and recorded."""
    most = most_of(evaluation)
    keys = tied_for_a_place(compute(evaluation), most)
    names = [r.submission.vendor.name for r in list_results(evaluation) if str(r.submission_id) in keys]
    return (Unmet("tie_unbroken", {"names": ", ".join(names), "most": str(most)}, place="tie"),) if names else ()


def suggest_conflicts(member: PanelMember, vendors: Iterable[Vendor]) -> dict[int, tuple[str, ...]]:
    """Return, by vendor, what suggests that the member may have to do with it; teams past and present are compared."""
    person = Somebody(member.person.code, member.person.name, member.person.email)
    teams: dict[int, list[Somebody]] = {vendor.pk: [] for vendor in vendors}
    for row in VendorMember.objects.filter(vendor_id__in=teams).select_related("person"):
        teams[row.vendor_id].append(Somebody(row.person.code, row.person.name, row.person.email))
    found = {vendor: affiliations(person, team) for vendor, team in teams.items()}
    return {vendor: codes for vendor, codes in found.items() if codes}
