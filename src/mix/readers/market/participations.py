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
    return _reaching(least, _undisqualified(challenge))


def _reaching(least: Standing, rows: Iterable[Participation]) -> list[Vendor]:
    return [row.vendor for row in rows if Standing(row.standing).reaches(least)]


@asked
def _undisqualified(challenge: Challenge) -> QuerySet[Participation]:
    rows = challenge.participations.filter(disqualified_at=None)
    return rows.select_related("vendor").order_by("vendor__name", "id")


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
    return _reaching(Standing.INVITED, _chosen_by(challenge, tuple(done), tuple(s.round for s in done)))


@asked
def _chosen_by(challenge: Challenge, steps: tuple[Step, ...], rounds: tuple[int, ...]) -> QuerySet[Participation]:
    made = reduce(
        or_,
        (Q(ranking__evaluation__step=s, ranking__evaluation__round=r) for s, r in zip(steps, rounds, strict=True)),
    )
    chosen = Result.objects.in_force().filter(made, is_selected=True, submission__vendor=OuterRef("vendor"))
    rows = challenge.participations.filter(Exists(chosen), disqualified_at=None)
    return rows.select_related("vendor").order_by("vendor__name", "id")


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
    return {(row.challenge_id, row.vendor_id): row for row in _of_vendors(tuple(vendor_ids))}


@asked
def _of_vendors(vendors: tuple[int, ...]) -> QuerySet[Participation]:
    return Participation.objects.filter(vendor_id__in=vendors)


@once
def list_participations(challenge: Challenge) -> list[Participation]:
    """List every participation, disqualified ones included, by vendor, with the standings that were reached."""
    return _everybody(challenge)


@asked
def _everybody(challenge: Challenge) -> QuerySet[Participation]:
    reached = Prefetch("reached", StandingReached.objects.order_by("since", "id"))
    rows = challenge.participations.select_related("vendor").prefetch_related(reached)
    return rows.order_by("vendor__name", "id")
