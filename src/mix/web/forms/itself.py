"""Forms that save by themselves: a page sends the fields that were typed into, and is answered in JSON (saving.js).

It is the address, the token and the verb of the button. What cannot be saved stays typed on the page; of what was
saved the page hears the tokens over which the next save is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from zoneinfo import ZoneInfo

from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _

from mix.web.drawing.requests import actor_of, now_of
from mix.web.drawing.showing import clock, clock_words
from mix.web.forms.limits import Limit

LIMIT = Limit(by_person=900)
KIND = "application/json"


@dataclass(frozen=True)
class SavedPart:
    """Something that was saved: the fields that named it, the tokens of the next save, and fields that read otherwise.

    `fields` are those into which another page had written meanwhile: they are taken into the page.
    """

    names: Sequence[str]
    tokens: Mapping[str, str]
    fields: Mapping[str, str] = field(default_factory=dict)


def is_by_itself(request: HttpRequest) -> bool:
    """Say whether a page saves by itself, and waits for JSON."""
    return request.method == "POST" and request.headers.get("Accept") == KIND


def hindrance(request: HttpRequest) -> JsonResponse | None:
    """Refuse what somebody else typed on a page that was left open, and more than one person types."""
    if request.POST.get("who") != actor_of(request).code:
        return answered(
            request, [], [_("you are signed in as somebody else now. Your text is kept on this page.")], status=409
        )
    if not LIMIT.allows(request, "by-itself"):
        return answered(request, [], [_("this was saved very often in this hour. Press Save.")], status=429)
    return None


def answered(
    request: HttpRequest,
    kept: Iterable[SavedPart],
    why: Sequence[str] = (),
    *,
    status: int = 200,
    texts: Mapping[str, str] | None = None,
    parts: Mapping[str, str] | None = None,
) -> JsonResponse:
    """Say what was saved and when; of what was not, why.

    `texts` are what else reads otherwise by now, by its id, and `parts` what is drawn anew, in HTML.
    """
    local = now_of(request).astimezone(ZoneInfo(clock()))
    done = [asdict(one) for one in kept]
    told = [_("Saved at %(time)s.") % {"time": clock_words(local.timetz())}] if done or not why else []
    told += [_("Not saved: %(why)s") % {"why": text} for text in why]
    reply = {"saved": done, "told": " ".join(told), "whole": not why, "texts": texts or {}, "parts": parts or {}}
    return JsonResponse(reply, status=status)


def changed_elsewhere() -> str:
    """Say that another page changed the same, and how both texts are seen."""
    return _("this was changed on another page meanwhile. Press Save to see both texts.")


def ended() -> JsonResponse:
    """Say that whoever typed is signed out."""
    return JsonResponse({"failed": "ended"}, status=401)


def renewed(request: HttpRequest) -> JsonResponse:
    """Hand a page of ours the token that holds now, so that it sends once more."""
    return JsonResponse({"token": get_token(request)}, status=403)
