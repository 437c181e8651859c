"""Verbs by which later cities join a challenge: declare the window, ask, answer."""

from __future__ import annotations

from datetime import date, datetime

from mix.actions.case.locking import lock_challenge
from mix.actions.core.deeds import Deed
from mix.data.models import Challenge, ChallengeCity, JoinRequest, Municipality
from mix.readers.case.joining import unmet_to_ask, unmet_to_join
from mix.readers.city.municipalities import get_own_municipality
from mix.readers.city.people import list_with_role
from mix.readers.core.errors import Unknown
from mix.rules.case.states import JoinAnswer
from mix.rules.city.calendar import day_in
from mix.rules.core.access import Permission, Role
from mix.rules.core.unmet import refuse_if, require

MOST_PERCENT = 90


def declare_window(deed: Deed, challenge: Challenge, *, until: date | None, most_percent: int = 0) -> Challenge:
    """Say until which day (at the lead city) later cities may join, and for how much of the value in all; None: none.

    The first public notice declares it, so it cannot change after that.
    """
    challenge, role = lock_challenge(challenge, actor=deed.actor, needs=Permission.DOCUMENT_EDIT)
    require(challenge.route_frozen_at is None, "join_window_frozen", field="until")
    if until is not None:
        today = day_in(challenge.municipality.zone, deed.now)
        require(until > today, "join_window_past", field="until")
        require(
            1 <= most_percent <= MOST_PERCENT,
            "join_window_share",
            field="most_percent",
            most=str(MOST_PERCENT),
        )
    challenge.joins_until, challenge.joins_percent = until, most_percent if until else None
    challenge.save(update_fields=["joins_until", "joins_percent"])
    deed.record(
        "joining.declare_window",
        challenge,
        role=role.value,
        payload={"until": until.isoformat() if until else "", "percent": challenge.joins_percent},
    )
    return challenge


def ask(deed: Deed, challenge: Challenge, *, city: Municipality, share_percent: int, note: str) -> JoinRequest:
    """Ask for one's city to take part. Its own table of authority must be there: its gates are decided by it."""
    get_own_municipality(city.code, actor=deed.actor, needs=Permission.DOCUMENT_EDIT)
    require(bool(note.strip()), "answer_missing", field="note")
    closed = unmet_to_join(challenge, city, share_percent=share_percent, today=_today(challenge, deed.now))
    refuse_if((*closed, *unmet_to_ask(city)))
    require(not challenge.join_requests.filter(city=city, answer="").exists(), "join_asked_already")
    made = JoinRequest.objects.create(
        municipality_id=challenge.municipality_id,
        challenge=challenge,
        city=city,
        share_percent=share_percent,
        note=note,
        asked_by=deed.actor.someone,
        asked_at=deed.now,
    )
    path = f"city/challenges/{challenge.code}/whole/"
    officers = list_with_role([challenge.municipality_id], Role.PROCUREMENT_OFFICER)
    deed.tell(officers, "join_asked", challenge=challenge, path=path, city=city.wording("name"))
    _record(deed, "ask", made, role=Role.PARTNER_CITY)
    return made


def answer(deed: Deed, request: JoinRequest, *, agree: bool, reason: str) -> JoinRequest:
    """Let a city in, its share taken from the lead's, or refuse with a reason. From then on it decides its gates."""
    challenge, role = lock_challenge(request.challenge, actor=deed.actor, needs=Permission.SOLICITATION_PUBLISH)
    rows = challenge.join_requests.select_for_update(of=("self",)).select_related("city", "asked_by")
    row = rows.filter(pk=request.pk).first()
    if row is None:
        raise Unknown
    require(row.answer == "", "join_answered")
    require(row.asked_by_id != deed.actor.someone.pk, "join_by_another")
    require(bool(reason.strip()), "reason_missing", field="reason")
    if agree:
        refuse_if(
            unmet_to_join(challenge, row.city, share_percent=row.share_percent, today=_today(challenge, deed.now))
        )
        lead = challenge.cities.select_for_update().get(is_lead=True)
        require(lead.share_percent > row.share_percent, "shares_wrong")
        lead.share_percent -= row.share_percent
        lead.save(update_fields=["share_percent"])
        ChallengeCity.objects.create(challenge=challenge, municipality=row.city, share_percent=row.share_percent)
    row.answer, row.reason = (JoinAnswer.AGREE if agree else JoinAnswer.REFUSE), reason
    row.answered_by, row.answered_at = deed.actor.someone, deed.now
    row.save(update_fields=["answer", "reason", "answered_by", "answered_at"])
    deed.tell(
        [row.asked_by],
        "join_agreed" if agree else "join_refused",
        challenge=challenge,
        path=f"city/challenges/{challenge.code}/" if agree else f"city/join/{challenge.code}/",
        reason=reason,
    )
    _record(deed, "answer", row, role=role)
    return row


def _today(challenge: Challenge, now: datetime) -> date:
    return day_in(challenge.municipality.zone, now)


def _record(deed: Deed, verb: str, request: JoinRequest, *, role: Role) -> None:
    deed.record(
        f"joining.{verb}",
        request.challenge,
        role=role.value,
        payload={"city": request.city.code, "share": request.share_percent, "answer": request.answer},
        reason=request.reason or request.note,
    )
