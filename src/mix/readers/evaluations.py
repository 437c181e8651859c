"""Questions about evaluations. A conflicted member knows nothing of that vendor; nobody sees others' scores early."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from mix.data.models import (
    Evaluation,
    Label,
    PanelMember,
    Result,
    Score,
    Solicitation,
    Step,
    Submission,
    Vendor,
    VendorMember,
)
from mix.readers.challenges import spec_of
from mix.readers.errors import Forbidden, Unknown
from mix.readers.people import Actor
from mix.readers.solicitations import part_of
from mix.readers.submissions import list_opened, opened_answers, price_total
from mix.rules.access import Permission
from mix.rules.affiliations import Somebody, affiliations
from mix.rules.fields import Bilingual
from mix.rules.freezing import frozen_criteria, read_scheme
from mix.rules.kinds import Envelope
from mix.rules.methods import Criterion, EvaluationPart
from mix.rules.scoring import SPREAD_ALERT, Bid, Outcome, Scheme, evaluate, spread
from mix.rules.unmet import Unmet


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


def criteria_of(evaluation: Evaluation) -> tuple[Criterion, ...]:
    """Return the criteria as frozen when the call was published."""
    return criteria_from(evaluation.solicitation, evaluation.step.key)


def criteria_from(solicitation: Solicitation, step_key: str) -> tuple[Criterion, ...]:
    """Read frozen criteria out of a call."""
    return frozen_criteria(solicitation.frozen.get(step_key, {}))


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
    return sorted(rows, key=lambda m: m.evaluation.phase == "final")


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
    return frozenset(member.declarations.exclude(conflict="none").values_list("vendor_id", flat=True))


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
    if part_for(evaluation).anonymous and evaluation.phase != "final":
        return labels_of(evaluation).get(submission.id, "?")
    return submission.vendor.name


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


def unmet_to_hand_in(member: PanelMember) -> tuple[Unmet, ...]:
    """List the scores that a member still owes."""
    if not has_declared(member):
        return (Unmet("declaration_missing", {"name": member.person.name}, "declare"),)
    given = own_scores(member)
    owed = sum((s.id, c.key) not in given for s in readable(member) for c in criteria_of(member.evaluation))
    return (Unmet("scores_missing", {"name": member.person.name, "count": str(owed)}, "scores"),) if owed else ()


@dataclass(frozen=True, slots=True)
class Cell:
    """One criterion of one submission at consensus: everybody's scores, how far they differ, what was agreed."""

    criterion: Criterion
    scores: list[tuple[PanelMember, Score]]
    spread: int
    is_wide: bool
    agreed: Any


def consensus_table(evaluation: Evaluation, submissions: Sequence[Submission]) -> list[tuple[Submission, list[Cell]]]:
    """Gather the consensus table, by submission and criterion."""
    scores = latest_scores(evaluation)
    agreed = latest_consensus(evaluation)
    members = panel_of(evaluation)
    table = []
    for submission in submissions:
        cells = []
        for criterion in criteria_of(evaluation):
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
        Unmet("not_handed_in", {"name": m.person.name}, "panel") for m in panel_of(evaluation) if m.handed_in_at is None
    ]
    scores = latest_scores(evaluation)
    for submission in contenders(evaluation):
        by = {member for member, scored, _ in scores if scored == submission.id}
        if len(by) < 2:
            found.append(Unmet("too_few_scores", {"name": shown_name(evaluation, submission)}, "panel"))
    return tuple(found)


def unmet_to_freeze(evaluation: Evaluation) -> tuple[Unmet, ...]:
    """List the cells without an agreed score."""
    agreed = latest_consensus(evaluation)
    owed = sum((s.id, c.key) not in agreed for s in contenders(evaluation) for c in criteria_of(evaluation))
    return (Unmet("consensus_incomplete", {"count": str(owed)}, "consensus"),) if owed else ()


def gather_bids(evaluation: Evaluation) -> list[tuple[Submission, Bid]]:
    """Gather the stored inputs: agreed scores and evaluated prices of everybody who is not disqualified."""
    agreed = latest_consensus(evaluation)
    specs = part_of(evaluation.solicitation).answers
    criteria = criteria_of(evaluation)
    found = []
    for submission in contenders(evaluation):
        cents = price_total(specs, opened_answers(submission, Envelope.PRICE))
        scores = {c.key: Fraction(agreed[submission.id, c.key].score) for c in criteria}
        found.append((submission, Bid(str(submission.id), scores, None if cents is None else Fraction(cents, 100))))
    return found


def compute(evaluation: Evaluation) -> tuple[Outcome, ...]:
    """Compute points, totals and ranks from the stored inputs."""
    return evaluate([bid for _submission, bid in gather_bids(evaluation)], scheme_of(evaluation))


def list_results(evaluation: Evaluation) -> list[Result]:
    """List the results, by rank, eliminated ones last."""
    rows = evaluation.results.select_related("submission__vendor").order_by("rank", "id")
    return sorted(rows, key=lambda r: (r.rank is None, r.rank or 0, r.id))


def unmet_in(step: Step) -> tuple[Unmet, ...]:
    """List what an evaluation lacks before its gate: it must be final."""
    evaluation = find_evaluation(step)
    if evaluation is None or not panel_of(evaluation):
        return (Unmet("panel_missing", {}, "panel"),)
    if evaluation.phase != "final":
        return (Unmet(f"evaluation_in_{evaluation.phase}", {}, "panel"),)
    return ()


def criterion_title(criteria: Sequence[Criterion], key: str) -> Bilingual:
    """Return a criterion's title by key; price has its own."""
    for criterion in criteria:
        if criterion.key == key:
            return criterion.title
    return Bilingual(en="Price", fr="Prix")


def suggest_conflicts(member: PanelMember, vendors: Iterable[Vendor]) -> dict[int, tuple[str, ...]]:
    """Return, by vendor, what suggests that the member may have to do with it; teams past and present are compared."""
    person = Somebody(member.person.code, member.person.name, member.person.email)
    teams: dict[int, list[Somebody]] = {vendor.pk: [] for vendor in vendors}
    for row in VendorMember.objects.filter(vendor_id__in=teams).select_related("person"):
        teams[row.vendor_id].append(Somebody(row.person.code, row.person.name, row.person.email))
    found = {vendor: affiliations(person, team) for vendor, team in teams.items()}
    return {vendor: codes for vendor, codes in found.items() if codes}
