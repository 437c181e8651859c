"""What every page's frame needs: the visitor's menu, the other languages, the demonstration strip."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language_info, override
from django.utils.translation import gettext as _

from mix.phrases.words import word
from mix.readers.core.actors import PUBLIC, Actor
from mix.rules.core.access import Permission, Role, grants
from mix.web.drawing.requests import now_of
from mix.web.drawing.showing import language
from mix.web.frame.playing import is_playing


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the frame's variables."""
    actor: Actor = getattr(request, "actor", PUBLIC)
    # A page for everybody says until when it holds, so its view hands it the clock (page_cache).
    clock = {"now": now_of(request)} if actor.person else {}
    return clock | {
        "demo": settings.DEMO,
        "sandbox": settings.SANDBOX,
        "lang": language(),
        "actor": actor,
        "menu": list(_menu(actor, request.path)),
        "capacity": _capacity(actor),
        "trials": sorted(actor.on_trial),
        "plays": actor.person is not None and is_playing(request),
        "other_languages": [_page_in(code, request) for code, _name in settings.LANGUAGES if code != language()],
    }


def _capacity(actor: Actor) -> str:
    if actor.person is None:
        return _("Municipal Innovation Exchange")
    roles = [r.value for r in Role if r in actor.all_roles() and r is not Role.STAFF]
    role = roles[0] if roles else Role.STAFF.value if actor.is_staff else "public"
    return f"{actor.person.name}, {word('role', role, language())}"


def _menu(actor: Actor, path: str) -> list[tuple[str, str, bool]]:
    """List the menu as (address, title, is here), by audience."""
    entries: list[tuple[str, str]] = []
    roles = actor.all_roles()
    if actor.person is None:
        entries = [
            (reverse("public-challenges"), _("Challenges")),
            (reverse("public-outcomes"), _("Outcomes")),
            (reverse("public-how"), _("How it works")),
            (reverse("public-measures"), _("Measures")),
        ]
    else:
        if actor.vendors:
            entries += [(reverse("vendor-home"), _("My work")), (reverse("public-challenges"), _("Challenges"))]
        if grants(roles, Permission.CHALLENGE_READ) or Role.STAFF in roles or actor.is_staff:
            entries.append((reverse("city-desk"), _("Desk")))
        if grants(roles, Permission.CHALLENGE_READ):
            entries.append((reverse("city-challenges"), _("Challenges")))
        if actor.is_staff:
            entries += [(reverse("city-needs"), _("Needs")), (reverse("city-pilots"), _("Pilots"))]
        if roles & {Role.EVALUATOR, Role.CHAIR}:
            entries.append((reverse("evaluator-home"), _("Evaluation")))
        if grants(roles, Permission.CASE_FILE_READ):
            entries.append((reverse("oversight-home"), _("Case files")))
        if grants(roles, Permission.PEOPLE_MANAGE) or grants(roles, Permission.DELEGATION_EDIT):
            entries.append((reverse("city-settings"), _("City")))
        if not actor.vendors and not actor.is_staff:
            entries += [] if actor.sits else [(reverse("vendor-register"), _("Register a vendor"))]
            entries.append((reverse("public-challenges"), _("Challenges")))
    longest = max((url for url, _title in entries if path.startswith(url)), key=len, default="")
    return [(url, title, url == longest) for url, title in entries]


def _page_in(code: str, request: HttpRequest) -> tuple[str, str, str]:
    """Return code, own name and address of this page in another language."""
    name = get_language_info(code)["name_local"].capitalize()
    parts = request.get_full_path().split("/", 2)
    if len(parts) == 3 and parts[1] in dict(settings.LANGUAGES):
        return code, name, f"/{code}/{parts[2]}"
    with override(code):
        return code, name, reverse("public-home")
