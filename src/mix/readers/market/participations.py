"""Which vendors take part, and how far they have come."""

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from mix.data.asked import asked
from mix.data.models import Challenge, Participation, Result, StandingReached, Step, Vendor
from mix.readers.case.challenges import list_steps, method_for
from mix.readers.core.once import once
from mix.rules.core.kinds import Standing, StepState


def list_standing(challenge: Challenge, least: Standing) -> list[Vendor]:
    """List the vendors that have reached a standing and are not disqualified, by name."""
    return _standing(challenge.participations.all(), least)


def _standing(rows: QuerySet[Participation], least: Standing) -> list[Vendor]:
    found = rows.filter(disqualified_at=None).select_related("vendor").order_by("vendor__name", "id")
    return [row.vendor for row in found if Standing(row.standing).reaches(least)]


@once
def list_chosen(step: Step) -> list[Vendor]:
    """List the vendors that a step is for, by name: chosen by the evaluation before it, and not disqualified.

    Where no evaluation comes before it, those are meant that were admitted.
    """
    challenge = step.challenge
    keys = [choice.key for choice in method_for(challenge).chosen_by(step.key)]
    done = [s for s in list_steps(challenge) if s.key in keys and s.state == StepState.DONE]
    if not done:
        return list_standing(challenge, Standing.ADMITTED)
    made = reduce(or_, (Q(ranking__evaluation__step=s, ranking__evaluation__round=s.round) for s in done))
    chosen = Result.objects.in_force().filter(made, is_selected=True, submission__vendor=OuterRef("vendor"))
    return _standing(challenge.participations.filter(Exists(chosen)), Standing.INVITED)


def find_participation(challenge: Challenge, vendor_id: int) -> Participation | None:
    """Return a vendor's participation, if it has one."""
    found = _participation(challenge.pk, vendor_id)
    return found[0] if found else None


@asked
def _participation(challenge: int, vendor: int) -> QuerySet[Participation]:
    return Participation.objects.filter(challenge_id=challenge, vendor_id=vendor).select_related("vendor")


def has_reached(found: Participation | None, least: Standing | None) -> bool:
    """Say whether a vendor stands high enough, and is not disqualified; without a least standing anybody does."""
    if found and found.disqualified_at:
        return False
    return least is None or (found is not None and Standing(found.standing).reaches(least))


def list_taking_part(vendor_ids: Iterable[int]) -> dict[tuple[int, int], Participation]:
    """Return the participations of some vendors, by challenge and vendor."""
    rows = Participation.objects.filter(vendor_id__in=list(vendor_ids))
    return {(row.challenge_id, row.vendor_id): row for row in rows}


@once
def list_participations(challenge: Challenge) -> list[Participation]:
    """List every participation, disqualified ones included, by vendor, with the standings that were reached."""
    reached = Prefetch("reached", StandingReached.objects.order_by("since", "id"))
    rows = challenge.participations.select_related("vendor").prefetch_related(reached)
    return list(rows.order_by("vendor__name", "id"))
