"""What a challenge came to, in public figures: how many answered, who was paid to sprint, and the contract as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from mix.data.asked import asked
from mix.data.models import Agreement, Challenge, Step, Submission
from mix.data.wall import lifted
from mix.rules.core.kinds import AgreementKind, StepKind
from mix.rules.delivery.states import AgreementState
from mix.rules.market.states import SubmissionState

_AWARDING = Step.objects.filter(challenge=OuterRef("step__challenge"), kind=StepKind.AWARD)
AGREED_WITHOUT_AWARD = Q(~Exists(_AWARDING), signed_at__isnull=False) & ~Q(state=AgreementState.DRAFTING)


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract that both sides signed: until when it runs, and by how much approved changes moved it, in cents."""

    starts_on: date
    ends_on: date
    changed_cents: int


@dataclass(frozen=True, slots=True)
class Result:
    """How many vendors answered any opened call, with how many a sprint was agreed, and the contract."""

    answered: int
    sprinted: int
    contract: Contract | None


def gather_result(challenge: Challenge) -> Result:
    """Count what a challenge came to. Everybody gets the same figures, though few may see each row behind them."""
    with lifted():
        answered = Submission.objects.filter(
            solicitation__step__challenge=challenge,
            solicitation__technical_opened_at__isnull=False,
            state=SubmissionState.FINALISED,
        ).aggregate(n=Count("vendor", distinct=True))["n"]
        agreed = list(_agreed(challenge.pk))
    contracts = [
        Contract(starts_on, ends_on, changed or 0)
        for _pk, kind, starts_on, ends_on, changed in agreed
        if kind == AgreementKind.CONTRACT
    ]
    return Result(answered, len(agreed) - len(contracts), contracts[-1] if contracts else None)


def agreed_with(challenges: Sequence[Challenge]) -> dict[int, list[str]]:
    """Name, by challenge, the vendors with a signed contract where the method awards nothing, as for pilots."""
    found: dict[int, list[str]] = {}
    with lifted():
        for challenge, name in _without_award(tuple(c.pk for c in challenges)):
            found.setdefault(challenge, []).append(name)
    return found


@asked
def _without_award(challenges: tuple[int, ...]) -> QuerySet[Agreement, tuple[int, str]]:
    rows = Agreement.objects.filter(step__challenge_id__in=challenges)
    rows = rows.filter(AGREED_WITHOUT_AWARD).order_by("vendor__name", "id")
    return rows.values_list("step__challenge_id", "vendor__name").distinct()


@asked
def _agreed(challenge: int) -> QuerySet[Agreement, tuple[int, str, date, date, int | None]]:
    rows = Agreement.objects.filter(step__challenge_id=challenge, signed_at__isnull=False)
    rows = rows.exclude(state=AgreementState.DRAFTING).order_by("signed_at", "id")
    approved = Sum("changes__value_cents", filter=Q(changes__approved_at__isnull=False))
    return rows.values_list("pk", "kind", "starts_on", "ends_on").annotate(changed=approved)
