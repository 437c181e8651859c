"""Where a city stands between its trial and going live: what is there, what is missing, who was asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.conf import settings

from mix.data.models import CustodyKey, GoLiveRequest, Message, Municipality, Solicitation
from mix.phrases.words import wording
from mix.readers.city.policies import in_force
from mix.readers.core.rows import get_row
from mix.rules.city.calendar import day_in
from mix.rules.city.going_live import Line, Situation, lines
from mix.rules.core.access import Role
from mix.rules.core.unmet import Unmet


def gather_situation(city: Municipality, *, now: datetime) -> Situation:
    """Gather what is the case at a city, as its list asks."""
    staff = list(city.staff.filter(ended_at=None).values_list("role", "person_id", "person__email"))
    administrators = {person for role, person, _email in staff if role == Role.ADMINISTRATOR}
    key = CustodyKey.objects.filter(municipality=city, solicitation=None, retired_at=None).first()
    holders = set(key.shares.exclude(taken_at=None).values_list("holder_id", flat=True)) if key else set()
    sent = Message.objects.filter(sent_at__isnull=False, to_email__in={email for _role, _person, email in staff})
    opened = Solicitation.objects.filter(municipality=city, is_trial=True, technical_opened_at__isnull=False)
    return Situation(
        departments=city.departments.filter(closed_at=None).count(),
        roles=frozenset(Role(role) for role, _person, _email in staff),
        by_law=in_force(city.bylaws.filter(signed_at__isnull=False), day_in(city.zone, now)) is not None,
        bands=city.bands.count(),
        posting_address=city.posting_address,
        holders=len(holders),
        administrators_among_them=len(holders & administrators),
        rehearsed=bool(key and key.rehearsed_at),
        mail_leaves=(bool(settings.ENVIRONMENT.mail_url) or settings.SANDBOX) and sent.exists(),
        opened=opened.count(),
    )


def list_lines(city: Municipality, *, now: datetime) -> tuple[Line, ...]:
    """Return the list of a city as it ticks itself now, what is missing in words."""
    return tuple(
        replace(line, missing=tuple(map(_named, line.missing))) for line in lines(gather_situation(city, now=now))
    )


def _named(unmet: Unmet) -> Unmet:
    """Name a role by its words, in each language."""
    if "role" not in unmet.params:
        return unmet
    said = wording("role", unmet.params["role"])
    others = {f"role_{code}": text for code, text in said.texts.items() if code != "en"}
    return replace(unmet, params={**unmet.params, "role": said.en, **others})


def unmet_at(city: Municipality, *, now: datetime) -> tuple[Unmet, ...]:
    """List everything that keeps a city on trial."""
    return tuple(unmet for line in list_lines(city, now=now) for unmet in line.missing)


def find_request(city: Municipality) -> GoLiveRequest | None:
    """Return the request that waits for a second person, if one does."""
    return city.go_live_requests.filter(confirmed_at=None, dropped_at=None).select_related("asked_by").first()


def get_request(city: Municipality, item: str) -> GoLiveRequest:
    """Return a request, also one that was decided meanwhile. Raises Unknown."""
    return get_row(city.go_live_requests.select_related("municipality", "asked_by"), item)


def list_kept_mail(city: Municipality, *, most: int = 20) -> tuple[int, list[Message]]:
    """Count the mail that a trial kept in, and list the latest: to whom, of what; its text stays unread."""
    rows = Message.objects.filter(city=city.code, kept_at__isnull=False).order_by("-kept_at", "-id")
    return rows.count(), list(rows[:most])
