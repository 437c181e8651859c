"""Questions about those who sit on a panel from outside of the cities: who is invited, and what stands in their way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q

from mix.data.models import Evaluation, PanelInvitation, PanelMember, Person, StaffRole
from mix.data.wall import lifted
from mix.readers.case.challenges import list_cities
from mix.readers.city.people import (
    confirmed_addresses,
    find_account,
    inviter_of,
    panel_invitations,
    unmet_by_address,
    unmet_of_time,
)
from mix.readers.city.separations import unmet_to_be
from mix.readers.core.once import once
from mix.readers.core.rows import get_row
from mix.rules.case.states import ChallengeStatus
from mix.rules.choice.states import Seat
from mix.rules.core.access import Role
from mix.rules.core.kinds import EvaluationPhase, StepState
from mix.rules.core.unmet import Unmet

# While somebody may take a seat.
SEATING = frozenset({EvaluationPhase.PANEL, EvaluationPhase.SCORING})


@once
def list_invited(evaluation: Evaluation) -> list[PanelInvitation]:
    """List who was invited and does not sit, but for those whose invitation was withdrawn, the latest first."""
    rows = evaluation.panel_invitations.filter(accepted_at=None, withdrawn_at=None).select_related("invited_by")
    return list(rows.order_by("-invited_at", "-id"))


def get_invited(evaluation: Evaluation, item: str) -> PanelInvitation:
    """Return an invitation to a panel that a page named. Raises Unknown."""
    return get_row(panel_invitations().filter(evaluation=evaluation), item)


def list_unanswered(evaluation: Evaluation, *, now: datetime) -> list[PanelInvitation]:
    """List the invitations to a panel that may still be accepted, the latest first."""
    return [i for i in list_invited(evaluation) if i.declined_at is None and i.expires_at > now]


def unmet_to_invite(evaluation: Evaluation, email: str) -> Iterator[Unmet]:
    """Say why an address is not one to invite: whose it is has a duty in a city of the challenge, or a seat."""
    person = find_account(email)
    if person is not None:
        yield from _unmet_outside(evaluation, person)


def unmet_to_chair(evaluation: Evaluation, *, now: datetime, but: PanelInvitation | None = None) -> tuple[Unmet, ...]:
    """Say why the chair of a panel is not free: a member has it, or it is offered to somebody who may still accept."""
    if evaluation.panel.filter(seat=Seat.CHAIR, left_at=None).exists():
        return (Unmet("chair_taken"),)
    return tuple(
        Unmet("chair_offered", {"name": offered.name})
        for offered in list_unanswered(evaluation, now=now)
        if offered.seat == Seat.CHAIR and offered != but
    )


def unmet_of_offer(invitation: PanelInvitation, *, now: datetime) -> tuple[Unmet, ...]:
    """List why an invitation to a panel is over, for whoever holds its link: by itself, or since the panel went on."""
    evaluation = invitation.evaluation
    step = evaluation.step
    goes_on = step.challenge.status == ChallengeStatus.RUNNING and step.state == StepState.ACTIVE
    is_open = goes_on and evaluation.phase in SEATING and evaluation.round == step.round
    closed = () if is_open else (Unmet("panel_went_on", {"inviter": inviter_of(invitation)}),)
    return unmet_of_time(invitation, now=now) or closed


def unmet_to_sit(invitation: PanelInvitation, person: Person, *, now: datetime) -> tuple[Unmet, ...]:
    """List why a person may not accept an invitation to a panel: it is over, is another's, or may not be theirs."""
    over = unmet_of_offer(invitation, now=now) or unmet_by_address(invitation, person)
    if over:
        return over
    with lifted():
        cities = [city.code for city in list_cities(invitation.evaluation.step.challenge)]
        chaired = unmet_to_chair(invitation.evaluation, now=now, but=invitation) if is_chair(invitation) else ()
    outside = _unmet_outside(invitation.evaluation, person)
    return (*chaired, *outside, *unmet_to_be(person, Role(invitation.seat), cities))


def is_chair(invitation: PanelInvitation) -> bool:
    """Say whether it is the chair that is offered."""
    return invitation.seat == Seat.CHAIR


def _unmet_outside(evaluation: Evaluation, person: Person) -> Iterator[Unmet]:
    """Say what somebody is here already: of a city of the challenge, which appoints its own, or on this panel."""
    with lifted():  # whoever is invited sees nothing of the panel yet, and a city not who works for a partner
        cities = [city.pk for city in list_cities(evaluation.step.challenge)]
        works_here = StaffRole.objects.filter(municipality__in=cities, person=person, ended_at=None).exists()
        has_sat = evaluation.panel.filter(person=person).exists()
    if works_here:
        yield Unmet("outsider_of_city", {"name": person.name}, field="email")
    if has_sat:
        yield Unmet("on_the_panel", {"name": person.name}, field="email")


def list_offered_to(person: Person, *, now: datetime) -> list[PanelInvitation]:
    """List the seats that are offered to somebody's confirmed addresses and may still be taken, the latest first."""
    whose = Q()
    for email in confirmed_addresses(person):
        whose |= Q(email__iexact=email)
    if not whose:
        return []
    rows = panel_invitations().filter(whose, accepted_at=None, withdrawn_at=None, declined_at=None)
    with lifted():
        found = list(rows.filter(expires_at__gt=now).order_by("-invited_at", "-id"))
    return [one for one in found if not unmet_of_offer(one, now=now)]


def sat_outside(person: Person) -> bool:
    """Say whether somebody once had a seat from outside of the cities; they see nothing of it any more."""
    with lifted():
        return PanelMember.objects.filter(person=person).exclude(organization="").exists()
