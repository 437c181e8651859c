"""How the site is found and followed: for search engines, feed readers, calendars, and who found a weakness."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.utils.translation import override

from mix.data.models import Solicitation
from mix.readers.case.challenge_lists import list_public_codes
from mix.readers.case.challenges import spec_of
from mix.readers.case.pilots import list_public_pilot_codes
from mix.readers.core.errors import Unknown
from mix.readers.market.solicitations import list_latest_calls
from mix.web.drawing.pages import draw_part
from mix.web.drawing.requests import now_of
from mix.web.drawing.showing import closing_words, in_language, language, said

PLAIN: Final = "text/plain; charset=utf-8"
MOST_ADDRESSES = 10_000  # of a kind; the protocol of sitemaps allows 50,000 in all
MOST_CALLS = 50
PAGES = ("home", "challenges", "outcomes", "pilots", "how", "measures", "log", "accessibility", "privacy")
# Whoever crawls has nothing to look for behind a sign-in.
CLOSED = ("account", "city", "vendor", "evaluation", "oversight", "demo")
WEAKNESS_HOLDS = timedelta(days=180)  # RFC 9116 asks for less than a year


def robots(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view's shape
    """Say what search engines may read: everything public, and nothing of a demonstration."""
    if settings.DEMO or settings.SANDBOX:
        return HttpResponse("User-agent: *\nDisallow: /\n", content_type=PLAIN)
    lines = ["User-agent: *", *(f"Disallow: /{code}/{part}/" for code, _name in settings.LANGUAGES for part in CLOSED)]
    lines.append(f"Sitemap: {settings.BASE_URL}{reverse('sitemap')}")
    return HttpResponse("\n".join([*lines, ""]), content_type=PLAIN)


@dataclass(frozen=True)
class SitemapContext:
    """What the list of public pages draws: the address of each by language."""

    pages: list[dict[str, str]]


def sitemap(request: HttpRequest) -> HttpResponse:
    """List every public page, in each language with the others beside it."""
    names: list[tuple[str, list[str]]] = [(f"public-{page}", []) for page in PAGES]
    names += [("public-challenge", [code]) for code in list_public_codes(MOST_ADDRESSES)]
    names += [("public-pilot", [code]) for code in list_public_pilot_codes(MOST_ADDRESSES)]
    pages = [_in_languages(name, args) for name, args in names]
    text = draw_part(request, "public/sitemap.xml", SitemapContext(pages))
    return HttpResponse(text, content_type="application/xml")


def _in_languages(name: str, args: list[str]) -> dict[str, str]:
    found = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found[code] = f"{settings.BASE_URL}{reverse(name, args=args)}"
    return found


def security(request: HttpRequest) -> HttpResponse:
    """Say where a weakness is reported (RFC 9116), where the site has somebody for it."""
    if not settings.SECURITY_CONTACT:
        raise Unknown
    lines = (
        f"Contact: mailto:{settings.SECURITY_CONTACT}",
        f"Expires: {(now_of(request) + WEAKNESS_HOLDS).strftime('%Y-%m-%dT00:00:00Z')}",
        "Preferred-Languages: en, fr",
        f"Canonical: {settings.BASE_URL}{reverse('security-contact')}",
    )
    return HttpResponse("\n".join([*lines, ""]), content_type=PLAIN)


def icon(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view's shape
    """Lead to the icon whoever asks for it without reading a page."""
    return redirect(static("icon.svg"))


def _of_site() -> str:
    calls = _("Calls")
    return f"MIX: {calls}"


def _title(call: Solicitation) -> str:
    return f"{in_language(call.step.challenge, 'title')}: {said(spec_of(call.step).title)}"


def _closes(call: Solicitation) -> str:
    return _("Closes before %(when)s.") % {"when": closing_words(call.closes_at, call.zone)}


def feed(request: HttpRequest) -> HttpResponse:
    """The latest calls as an Atom feed, in the language of its address."""
    made = Atom1Feed(
        title=_of_site(),
        link=f"{settings.BASE_URL}{reverse('public-home')}",
        description="",
        language=f"{language()}-CA",
        feed_url=f"{settings.BASE_URL}{request.path}",
    )
    for call in list_latest_calls(MOST_CALLS):
        address = f"{settings.BASE_URL}{reverse('public-notice', args=[call.reference])}"
        made.add_item(
            title=_title(call),
            link=address,
            description=_closes(call),
            unique_id=f"{settings.BASE_URL}/calls/{call.reference}",
            pubdate=call.published_at,
            updateddate=call.published_at,
            categories=[call.reference],
        )
    return HttpResponse(made.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


def calendar(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view's shape
    """The closings of the latest calls, for a calendar program."""
    from icalendar import Calendar, Event  # large, and rarely asked for

    made = Calendar()
    made.add("prodid", "-//MIX//Calls//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", _of_site())
    for call in list_latest_calls(MOST_CALLS):
        event = Event()
        event.add("uid", f"{call.reference}@{settings.BASE_URL.split('//', 1)[-1]}")
        event.add("dtstamp", call.published_at)
        event.add("summary", f"{_title(call)} ({call.reference})")
        event.add("description", _closes(call))
        event.add("url", f"{settings.BASE_URL}{reverse('public-notice', args=[call.reference])}")
        event.add("dtstart", call.closes_at - timedelta(minutes=30))
        event.add("dtend", call.closes_at)
        made.add_component(event)
    return HttpResponse(made.to_ical(), content_type="text/calendar; charset=utf-8")
