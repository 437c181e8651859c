"""Ending a challenge before its end, and beginning it anew."""

from __future__ import annotations

from mix.actions.case.challenges import City, commission, end
from mix.actions.case.locking import lock_challenge
from mix.actions.case.publishing import publish
from mix.actions.core.deeds import Deed
from mix.data.models import (
    Challenge,
    Document,
)
from mix.readers.case.documents import latest_versions
from mix.readers.city.people import list_members
from mix.readers.market.participations import list_participations
from mix.rules.case.states import ChallengeStatus, NoticeKind
from mix.rules.core.access import Permission
from mix.rules.core.kinds import CityState, Route
from mix.rules.core.unmet import require


def cancel(deed: Deed, challenge: Challenge, *, reason: str) -> Challenge:
    """Cancel a challenge: public notice, and word to every vendor that takes part."""
    challenge, role = lock_challenge(challenge, actor=deed.actor, needs=Permission.CHALLENGE_CANCEL)
    require(bool(reason.strip()), "reason_missing", field="reason")
    end(challenge, status=ChallengeStatus.CANCELLED, reason=reason, now=deed.now)
    if challenge.route_frozen_at:
        publish(challenge, kind=NoticeKind.CANCELLATION, title=challenge.title, text=reason, now=deed.now)
    for participation in list_participations(challenge):
        deed.tell(
            list_members(participation.vendor_id),
            "challenge_cancelled",
            challenge=challenge,
            path=f"challenges/{challenge.code}/",
            reason=reason,
        )
    deed.record("challenges.cancel", challenge, role=role.value, reason=reason)
    return challenge


def reissue(deed: Deed, challenge: Challenge, *, code: str, reason: str) -> Challenge:
    """Begin again after a cancellation or a stop, with the documents of before as drafts."""
    challenge, _ = lock_challenge(challenge, actor=deed.actor, needs=Permission.DOCUMENT_EDIT, running=False)
    require(challenge.status in (ChallengeStatus.CANCELLED, ChallengeStatus.STOPPED), "challenge_not_over")
    cities = [
        City(row.municipality, row.share_percent)
        for row in challenge.cities.filter(is_lead=False, state=CityState.TAKING_PART).select_related("municipality")
    ]
    again = commission(
        deed,
        challenge.municipality,
        code=code,
        title=challenge.wording("title"),
        question=challenge.wording("question"),
        method=challenge.method,
        route=Route(challenge.route),
        route_reason=reason,
        partners=cities,
        is_fictional=challenge.is_fictional,
    )
    again.reissue_of, again.begun_from = challenge, challenge.begun_from
    again.save(update_fields=["reissue_of", "begun_from"])
    written = latest_versions(challenge)
    for before in Document.objects.filter(step__challenge=challenge).select_related("step"):
        version = written.get(before.step.key)
        document = Document.objects.get(step=again.steps.get(key=before.step.key))
        document.copies = before.copies
        if version and version.content:
            document.version = 1
            document.versions.create(
                number=1,
                content=version.content,
                copied=version.copied,
                author=deed.actor.someone,
                saved_at=deed.now,
            )
        if document.version or document.copies:
            document.save(update_fields=["version", "copies"])
    deed.record("challenges.reissue", again, payload={"of": challenge.code}, reason=reason)
    return again
