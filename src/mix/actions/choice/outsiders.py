"""Verbs on seats for people from outside of the cities: offer one by mail, take it back, accept it, decline it."""

from __future__ import annotations

from mix.actions.case.locking import lock_challenge, lock_step
from mix.actions.choice.panels import begin, lock_evaluation
from mix.actions.city.invitations import hashed, make_account, refuse_twice, send
from mix.actions.city.people import lock_person
from mix.actions.core.deeds import Deed
from mix.actions.core.kept import require_as_logged
from mix.actions.core.run import prepared_by
from mix.data.models import PanelInvitation, PanelMember, Person, Step
from mix.data.wall import lifted
from mix.readers.choice.evaluations import find_evaluation, spec_of_evaluation
from mix.readers.choice.outsiders import (
    SEATING,
    is_chair,
    unmet_of_offer,
    unmet_to_chair,
    unmet_to_invite,
    unmet_to_sit,
)
from mix.readers.city.people import get_invitation, panel_invitations, unmet_by_address
from mix.readers.core.errors import Unknown
from mix.rules.choice.states import Seat
from mix.rules.core.access import Permission
from mix.rules.core.kinds import EvaluationPhase
from mix.rules.core.lines import is_one_line
from mix.rules.core.unmet import refuse_if, require


def invite(
    deed: Deed,
    step: Step,
    *,
    email: str,
    name: str,
    organization: str,
    language: str = "en",
    seat: Seat = Seat.EVALUATOR,
) -> PanelInvitation:
    """Offer a seat by mail to somebody from outside of the cities; the link works once, for 14 days.

    They sit once they have accepted, not before. The chair is offered where the method allows that; elsewhere it is
    given to a member, with a reason. Raises Refused for whoever works for a city of the challenge, and while the same
    is offered already.
    """
    step, role = lock_step(step, actor=deed.actor, needs=Permission.PANEL_APPOINT, editing=True)
    evaluation = lock_evaluation(find_evaluation(step) or begin(step), *SEATING)
    for field, line in (("name", name), ("organization", organization)):
        require(bool(line.strip()), f"{field}_missing", field=field)
        require(is_one_line(line), "not_one_line", field=field)
    refuse_if(unmet_to_invite(evaluation, email))
    if seat == Seat.CHAIR:
        require(spec_of_evaluation(evaluation).outside_chair, "chair_from_inside", field="seat")
        refuse_if(unmet_to_chair(evaluation, now=deed.now))
    refuse_twice(deed, evaluation.panel_invitations.filter(declined_at=None), email=email)
    invitation = PanelInvitation(
        evaluation=evaluation,
        email=email,
        name=name.strip(),
        organization=organization.strip(),
        seat=seat,
        language=language,
        invited_by=deed.actor.someone,
        invited_at=deed.now,
    )
    send(deed, invitation)
    deed.record("outsiders.invite", evaluation, role=role.value, payload={"invitation": invitation.code, "seat": seat})
    return invitation


def send_again(deed: Deed, invitation: PanelInvitation) -> PanelInvitation:
    """Send an invitation anew, for two weeks from now; the one who does is now who invites."""
    found, role = _lock_own(deed, invitation)
    refuse_if(unmet_to_invite(found.evaluation, found.email))
    require_as_logged(found)
    if is_chair(found):
        refuse_if(unmet_to_chair(found.evaluation, now=deed.now, but=found))
    found.invited_by = deed.actor.someone
    send(deed, found)
    deed.record("outsiders.send_again", found.evaluation, role=role, payload={"invitation": found.code})
    return found


def withdraw(deed: Deed, invitation: PanelInvitation) -> PanelInvitation:
    """Take an invitation back: its link says so from now on."""
    found, role = _lock_own(deed, invitation, *EvaluationPhase)
    found.withdrawn_at = deed.now
    found.save(update_fields=["withdrawn_at"])
    deed.record("outsiders.withdraw", found.evaluation, role=role, payload={"invitation": found.code})
    return found


def _lock_own(deed: Deed, invitation: PanelInvitation, *phases: EvaluationPhase) -> tuple[PanelInvitation, str]:
    """Lock an invitation that nobody has answered, as whoever forms the panel; return it with the role of who does."""
    challenge = invitation.evaluation.step.challenge
    _, role = lock_challenge(challenge, actor=deed.actor, needs=Permission.PANEL_APPOINT)
    lock_evaluation(invitation.evaluation, *(phases or SEATING))
    found = panel_invitations().select_for_update(of=("self",)).get(pk=invitation.pk)
    require(found.accepted_at is None, "invitation_used")
    require(found.withdrawn_at is None, "invitation_withdrawn", inviter=found.invited_by.name)
    require(found.declined_at is None, "seat_declined", name=found.name)
    return found, role.value


def accept(deed: Deed, token: str) -> PanelMember:
    """Take the seat that was offered to one's own, confirmed address.

    Raises Unknown for a secret that never was; Refused when it is over, is for another address, or may not be taken
    (`unmet_to_sit`), and then nothing is used up.
    """
    with lifted():  # whoever is invited sees nothing of the panel before this
        invitation = _lock(deed, token)
        return _take(deed, invitation, lock_person(deed.actor.someone))


@prepared_by(hashed)
def join(deed: Deed, kept: str, token: str, *, name: str, password: str | None, language: str) -> PanelMember:
    """Make an account with an invitation, whose secret shows that the address is one's own, and take the seat.

    Raises as `accept` does, and Refused when somebody came in by an account with that address before.
    """
    del password
    with lifted():  # as above
        invitation = _lock(deed, token)
        own, person = make_account(deed, invitation, name=name, kept=kept, language=language)
        return _take(own, invitation, person)


def decline(deed: Deed, token: str) -> PanelInvitation:
    """Decline a seat: whoever holds the link may, without an account; who is signed in, if it is for them.

    Whoever invited hears of it. Raises as `accept` does.
    """
    with lifted():  # as above
        invitation = _lock(deed, token)
        refuse_if(unmet_by_address(invitation, deed.actor.person) if deed.actor.person else ())
        invitation.declined_at = deed.now
        invitation.save(update_fields=["declined_at"])
        _tell_inviter(deed, invitation, "seat_declined")
        deed.record("outsiders.decline", invitation.evaluation, payload={"invitation": invitation.code})
        return invitation


def _lock(deed: Deed, token: str) -> PanelInvitation:
    """Lock an invitation by its secret, after the panel that it is to. Raises Unknown, and Refused when it is over."""
    found = get_invitation(token)
    if not isinstance(found, PanelInvitation):
        raise Unknown
    refuse_if(unmet_of_offer(found, now=deed.now))
    lock_evaluation(found.evaluation, *SEATING)
    fresh = panel_invitations().select_for_update(of=("self",)).get(pk=found.pk)
    refuse_if(unmet_of_offer(fresh, now=deed.now))
    return fresh


def _take(deed: Deed, invitation: PanelInvitation, person: Person) -> PanelMember:
    refuse_if(unmet_to_sit(invitation, person, now=deed.now))
    require_as_logged(invitation)
    member = PanelMember.objects.create(
        evaluation=invitation.evaluation,
        person=person,
        seat=invitation.seat,
        organization=invitation.organization,
        appointed_at=deed.now,
    )
    invitation.accepted_at, invitation.member = deed.now, member
    invitation.save(update_fields=["accepted_at", "member"])
    _tell_inviter(deed, invitation, "seat_accepted")
    payload = {"invitation": invitation.code, "person": person.code}
    deed.record("outsiders.accept", invitation.evaluation, role=member.seat, payload=payload)
    return member


def _tell_inviter(deed: Deed, invitation: PanelInvitation, code: str) -> None:
    step = invitation.evaluation.step
    path = f"city/challenges/{step.challenge.code}/{step.key}/"
    who, where = invitation.name, invitation.organization
    deed.tell([invitation.invited_by], code, challenge=step.challenge, path=path, who=who, organization=where)
