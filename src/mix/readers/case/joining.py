"""The window in which later cities may join a challenge, and who asked."""

from __future__ import annotations

from datetime import date

from mix.data.models import Challenge, JoinRequest, Municipality
from mix.readers.city.municipalities import gather_bands
from mix.readers.city.trials import unmet_to_take_part
from mix.readers.core.errors import Unknown
from mix.rules.case.states import ChallengeStatus, JoinAnswer
from mix.rules.core.kinds import StepKind, StepState
from mix.rules.core.unmet import Unmet


def list_requests(challenge: Challenge) -> list[JoinRequest]:
    """List who asked to join, those without an answer first, then the latest."""
    rows = challenge.join_requests.select_related("city", "asked_by").order_by("-asked_at", "id")
    return sorted(rows, key=lambda row: row.answer != "")


def get_request(challenge: Challenge, code: str) -> JoinRequest:
    """Return what one city asked. Raises Unknown."""
    found = challenge.join_requests.filter(code=code).first()
    if found is None:
        raise Unknown
    return found


def share_left(challenge: Challenge) -> int:
    """Return the percentage of the value that later cities may still take together."""
    taken = sum(row.share_percent for row in challenge.join_requests.all() if row.answer == JoinAnswer.AGREE)
    return (challenge.joins_percent or 0) - taken


def unmet_to_join(challenge: Challenge, city: Municipality, *, share_percent: int, today: date) -> tuple[Unmet, ...]:
    """List why a city may not join now. `today` is the day at the lead city.

    The first notice said until when and for how much: nobody joins later, or for more, or once the award is decided.
    """
    found: list[Unmet] = []
    until = challenge.joins_until
    if (
        challenge.status != ChallengeStatus.RUNNING
        or until is None
        or challenge.route_frozen_at is None
        or today > until
    ):
        found.append(Unmet("join_closed", {"until": until.isoformat() if until else "–"}))
    if challenge.steps.filter(kind=StepKind.AWARD.value, state=StepState.DONE.value).exists():
        found.append(Unmet("join_after_award"))
    if challenge.cities.filter(municipality=city).exists():
        found.append(Unmet("city_takes_part"))
    if share_percent > share_left(challenge):
        most = {"most": str(max(share_left(challenge), 0))}
        found.append(Unmet("join_share_too_large", most, field="share_percent"))
    return tuple(found)


def unmet_to_ask(city: Municipality) -> tuple[Unmet, ...]:
    """List what a city lacks to decide gates of its own. Its table is its own affair: only its people can be asked."""
    found = () if city.code in gather_bands([city.pk]) else (Unmet("join_without_authority", {"city": city.name}),)
    return (*found, *unmet_to_take_part(city))
