"""Where somebody is signed in, as allauth keeps it: of the site, never of the record."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.http import HttpRequest

from mix.data.models import Person
from mix.readers.core.rows import get_row


def begin_session(request: HttpRequest) -> None:
    """Note where somebody has just signed in."""
    UserSession.objects.create_from_request(request)


def get_session(person: Person, item: str) -> UserSession:
    """Return one of somebody's sessions. Raises Unknown."""
    return get_row(UserSession.objects.filter(user=person), item)


def list_sessions(request: HttpRequest, person: Person) -> list[tuple[UserSession, bool]]:
    """List the sessions that still hold, each with whether it is this one: this one first, then the latest."""
    key = request.session.session_key
    live = UserSession.objects.purge_and_list(person)
    found = [(one, one.session_key == key) for one in sorted(live, key=lambda s: s.created_at, reverse=True)]
    return sorted(found, key=lambda row: not row[1])
