"""What happens around every request: who acts, the second factor, and refusals as pages."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseNotFound
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from requests import RequestException

from mix.actions.market.locking import Late
from mix.data.models import Person, SubmissionVersion
from mix.data.wall import lower_wall, raise_wall
from mix.readers.city.people import actor_for, has_second_factor, lacks_way_in
from mix.readers.core.actors import PUBLIC
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.market.submissions import list_own_counting
from mix.rules.core.access import SECOND_FACTOR
from mix.rules.core.unmet import Refused, Unmet
from mix.rules.market.sealed import SealerDown
from mix.web.drawing.pages import RefusedContext, draw_bare, draw_page
from mix.web.drawing.requests import actor_of, stamp
from mix.web.drawing.showing import HOME_ZONE, closing_words, use_clock
from mix.web.forms.itself import answered, ended, is_by_itself
from mix.web.forms.limits import address_of, is_within, place_of
from mix.web.frame.crowds import later
from mix.web.frame.heard import listen
from mix.web.frame.idle import is_over
from mix.web.frame.kept import draw_kept, is_sealed, typed_in
from mix.web.frame.playing import is_playing
from mix.web.frame.shares import Shares
from mix.web.frame.turns import Turns

listen()
logger = logging.getLogger(__name__)
STASH_LIMIT = 400_000  # characters: a long form
MOST_STASHES = 60  # an hour, from one address
# Acts in one process take turns, three at once, in the order in which they came: when they compete for the interpreter,
# whoever holds a lock of the database is slowed by those who wait for it; one alone leaves the processor idle while the
# database works (docs/operations.md). Whoever has waited for five seconds, because acts take long, goes ahead.
TURNS = Turns(3, patience=5.0)
# What is sent holds one of the process's 64 threads until its last byte: whoever sends slowly holds few, and pages are
# answered whatever is on its way (tests/lab/slow.py).
ON_ITS_WAY = Shares(48, each=16)
METHODS = ("GET", "HEAD", "POST")
OPEN_WITHOUT_FACTOR = re.compile(r"/[a-z-]+/(account|demo|sandbox)/")  # where one gets a second factor, or needs none


class MethodMiddleware:
    """Answers what the site speaks: to read, and to act by a form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse every other method, before anything is looked at."""
        return self.get_response(request) if request.method in METHODS else HttpResponseNotAllowed(METHODS)


class ClockMiddleware:
    """Stamps every request, once: with the instant at which its last byte was read, before anything else is done.

    A file that streams in is stamped when it begins; a form that came as multipart is stamped again when it has been
    read (`acts.take`). No answer is in time by its first byte.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Read the clock, a small body to its end, and the clock again: the second is what counts."""
        stamp(request)
        request.began = request.now  # type: ignore[attr-defined]  # read by requests.began_of; no page read the clock
        if request.method != "POST":
            return self.get_response(request)
        place = place_of(request)
        if not ON_ITS_WAY.take(place):
            return _too_slow()
        try:
            if request.content_type == "multipart/form-data":
                return self.get_response(request)  # it is read by whoever keeps its files
            request.body  # noqa: B018 - read to its last byte
            request.POST  # noqa: B018 - and its fields are counted
        except (RequestDataTooBig, TooManyFieldsSent):
            return draw_bare("too_much.html", status=413)
        finally:
            ON_ITS_WAY.give(place)
        stamp(request)
        with TURNS.taken():
            return self.get_response(request)


def _too_slow() -> HttpResponse:
    """Answer before anything is read."""
    answer = draw_bare("too_slow.html", status=503)
    answer["Retry-After"] = "60"
    return answer


class ActorMiddleware:
    """Gives every request its actor, and asks staff and evaluators for a second factor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Read who acts, once. An address with a NUL in it names nothing."""
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponseNotFound()
        if is_over(request):
            logout(request)
        request.came_from = address_of(request)  # type: ignore[attr-defined]  # read by config.lines
        use_clock(HOME_ZONE)
        person = request.user if isinstance(request.user, Person) else None
        raise_wall(person.pk if person else None)
        try:
            actor = actor_for(person) if person else PUBLIC
            request.actor = actor  # type: ignore[attr-defined]  # read by requests.actor_of
            if must_make_passkey(request) and not OPEN_WITHOUT_FACTOR.match(request.path):
                return redirect(reverse("mfa_add_webauthn"))
            if lacks_second_factor(request) and not OPEN_WITHOUT_FACTOR.match(request.path):
                return redirect(reverse("mfa_index"))
            response = self.get_response(request)
        finally:
            lower_wall()
        if isinstance(request.user, Person):
            response.headers.setdefault("Cache-Control", "no-store")
        elif actor.person and request.path == reverse("account_logout"):
            response.headers["Clear-Site-Data"] = '"cache", "storage"'  # what was typed and not sent is gone too
        return response


def must_make_passkey(request: HttpRequest) -> bool:
    """Say whether this person made an account without a password, and has not made its passkey yet."""
    person = actor_of(request).person
    if person is None or is_playing(request) or (settings.DEMO and person.is_demo):
        return False
    return lacks_way_in(person)


def lacks_second_factor(request: HttpRequest) -> bool:
    """Say whether this person needs a second factor and has none; who signs in by card or is played needs none."""
    actor = actor_of(request)
    person = actor.person
    if person is None or is_playing(request) or (settings.DEMO and person.is_demo):
        return False
    return bool(actor.all_roles() & SECOND_FACTOR) and not has_second_factor(person)


@dataclass(frozen=True)
class LateContext:
    """What the page draws that says when something came, when it could have come at the latest, and what counts."""

    received: str
    closed: str
    counting: list[SubmissionVersion]


def _refused(request: HttpRequest, *unmet: Unmet, status: int) -> HttpResponse:
    return draw_page(request, "parts/refused.html", RefusedContext(unmet), typed_in(request), status=status)


class RefusalMiddleware:
    """Turns what readers and verbs raise into pages: 404, 403, 409."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer with the page that fits; anything unforeseen goes on to Django."""
        if isinstance(exception, Unknown | Forbidden) and not request.user.is_authenticated and not _is_public(request):
            return to_sign_in(request)
        if is_by_itself(request) and isinstance(exception, Unknown | Forbidden | Refused | SealerDown):
            return answered(request, [], [_("this is not possible now. Press Save to see why.")], status=409)
        if isinstance(exception, Unknown):
            return draw_page(request, "404.html", typed_in(request), status=404)
        if isinstance(exception, Forbidden):
            return draw_page(request, "403.html", typed_in(request), status=403)
        if isinstance(exception, Late):
            late = LateContext(
                received=closing_words(exception.received_at, exception.zone),
                closed=closing_words(exception.closed_at, exception.zone),
                counting=list_own_counting(exception.call, actor=actor_of(request)),
            )
            return draw_page(request, "parts/late.html", late, typed_in(request), status=409)
        if isinstance(exception, SealerDown):
            logger.error("%s", exception)
            return _refused(request, Unmet("sealer_down"), status=503)
        if isinstance(exception, RequestException):  # only a city's sign-in service is ever asked
            logger.error("a sign-in service does not answer: %s", exception)
            unmet = Unmet("identity_down", {"name": _("The sign-in service of your city")})
            return _refused(request, unmet, status=503)
        if isinstance(exception, Refused):
            return _refused(request, *exception.unmet, status=409)
        if isinstance(exception, OperationalError | OSError) and (code := _waits_for(exception)):
            logger.error("%s: %s", code, exception)
            return later(request, Unmet(code), status=503)
        return None


def _waits_for(error: OperationalError | OSError) -> str:
    """Say by a code of refusals what an act must wait for that the machine could not do now; "" for any other fault."""
    if isinstance(error, OperationalError) and "locked" in str(error):
        return "database_busy"
    return "disk_full" if re.search(r"disk is full|No space left on device", str(error)) else ""


def _is_public(request: HttpRequest) -> bool:
    """Say whether the address is one that everybody may open: what is not there is not there for anybody."""
    match = request.resolver_match
    return match is not None and match.func.__module__.startswith("mix.web.public.")


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send somebody who is signed out to sign in; what they had typed waits for them in the session.

    What is sealed waits nowhere: it stays on the page that says so. A file is chosen again, its text waits.
    """
    if is_by_itself(request):
        return ended()
    if request.method == "POST" and is_sealed(request):
        return draw_kept(request)
    if request.method == "POST":
        typed = {key: values for key, values in request.POST.lists() if key != "csrfmiddlewaretoken"}
        size = sum(len(v) for values in typed.values() for v in values)
        if size < STASH_LIMIT and is_within("stash", address_of(request), most=MOST_STASHES, within=3600):
            for key in [key for key in request.session.keys() if key.startswith("stash:")]:  # noqa: SIM118 - no dict
                del request.session[key]
            request.session[f"stash:{request.path}"] = typed
    return redirect_to_login(request.get_full_path() if request.method == "GET" else request.path)
