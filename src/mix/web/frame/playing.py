"""Whoever tries MIX for a city plays a practice vendor: signed in as its person, and back to oneself with one click."""

from __future__ import annotations

from django.contrib.auth import login
from django.http import HttpRequest

from mix.data.models import Person
from mix.readers.city.people import get_person
from mix.readers.core.errors import Unknown
from mix.web.frame.sessions import begin_session

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PLAYER = "player"  # in the session: the code of the person who plays


def is_playing(request: HttpRequest) -> bool:
    """Say whether somebody plays another in this session."""
    return PLAYER in request.session


def begin_to_play(request: HttpRequest, person: Person, *, player: Person) -> None:
    """Sign somebody in as a practice person; who plays stands in the session, which is another one from now on."""
    _sign_in(request, person)
    request.session[PLAYER] = player.code


def stop_playing(request: HttpRequest) -> None:
    """Sign whoever plays in as themselves again. Raises Unknown where nobody plays, or who does may not come in."""
    player = get_person(request.session.get(PLAYER, ""))
    if not player.is_active:
        raise Unknown
    _sign_in(request, player)


def _sign_in(request: HttpRequest, person: Person) -> None:
    login(request, person, backend=BACKEND)
    begin_session(request)
