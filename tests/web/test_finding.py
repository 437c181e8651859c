"""How the site is found: robots, sitemap, feed, calendar, where a weakness is reported, and what a search finds."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from icalendar import Calendar

from mix.data.models import Notice, Solicitation

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ATOM = "{http://www.w3.org/2005/Atom}"
pytestmark = pytest.mark.django_db


def test_a_demonstration_is_not_indexed(client: Client) -> None:
    assert client.get("/robots.txt").content == b"User-agent: *\nDisallow: /\n"


def test_a_site_is_indexed_but_for_what_is_behind_a_sign_in(client: Client, settings: object) -> None:
    settings.DEMO = False  # type: ignore[attr-defined]  # of the fixture
    said = client.get("/robots.txt").content.decode()
    assert "Disallow: /fr/vendor/" in said
    assert re.search(r"Sitemap: http\S+/sitemap.xml", said)


def test_the_sitemap_lists_public_pages_that_open(client: Client) -> None:
    answer = client.get("/sitemap.xml")
    assert answer["Content-Type"] == "application/xml"
    places = [e.text or "" for e in ET.fromstring(answer.content).iter(f"{SITEMAP}loc")]  # noqa: S314 - what our own page wrote
    paths = [re.sub(r"^https?://[^/]+", "", place) for place in places]
    assert "/fr/challenges/guelph-roads-sprint/" in paths
    assert len(paths) == len(set(paths))
    for path in paths[::7]:
        assert client.get(path).status_code == 200, path


def test_where_a_weakness_is_reported(client: Client, settings: object) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404
    settings.SECURITY_CONTACT = "security@guelph.example"  # type: ignore[attr-defined]  # of the fixture
    said = client.get("/.well-known/security.txt").content.decode()
    assert "Contact: mailto:security@guelph.example\n" in said
    expires = datetime.fromisoformat(re.findall(r"Expires: (\S+)", said)[0])
    assert timedelta(days=90) < expires - datetime.now(UTC) < timedelta(days=365)


def test_the_icon_is_where_browsers_look(client: Client) -> None:
    assert client.get("/favicon.ico")["Location"].endswith(".svg")


@pytest.mark.parametrize(("language", "closes"), [("en", "Closes before"), ("fr", "Clôture avant")])
def test_the_feed_has_the_latest_calls(client: Client, language: str, closes: str) -> None:
    feed = ET.fromstring(client.get(f"/{language}/calls.atom").content)  # noqa: S314 - what our own page wrote
    entries = feed.findall(f"{ATOM}entry")
    latest = Solicitation.objects.filter(published_at__isnull=False).order_by("-published_at", "-id")[0]
    first = entries[0]
    assert f"/{language}/calls/{latest.reference}/" in ET.tostring(first, "unicode")
    assert closes in (first.findtext(f"{ATOM}summary") or "")
    assert f'href="/{language}/calls.atom"' in client.get(f"/{language}/").content.decode()


def test_closings_go_into_a_calendar(client: Client) -> None:
    found = Calendar.from_ical(client.get("/en/calls.ics").content)
    ends = {str(e["url"]).rsplit("/", 2)[1]: e.decoded("dtend") for e in found.walk("VEVENT")}
    call = Solicitation.objects.get(reference="WATER-LEAKS-RFSQ8")
    assert ends[call.reference] == call.closes_at.replace(microsecond=0)


def test_what_is_drafted_is_in_neither(client: Client) -> None:
    Solicitation.objects.filter(reference="WATER-LEAKS-RFSQ8").update(published_at=None)
    for path in ("/en/calls.atom", "/en/calls.ics"):
        assert b"WATER-LEAKS-RFSQ8" not in client.get(path).content


def test_a_search_finds_what_notices_say(client: Client) -> None:
    named = Notice.objects.exclude(details__supplier=None).first()
    assert named is not None
    for word in ("lobbying-free-word", named.details["supplier"].split()[0]):
        found = client.get("/en/challenges/", {"q": word}).content.decode()
        assert (f"/challenges/{named.challenge.code}/" in found) == (word != "lobbying-free-word")


def test_a_page_says_what_it_is_about(client: Client) -> None:
    page = client.get("/en/challenges/guelph-roads-sprint/").content.decode()
    about = re.findall(r'<meta (?:name|property)="(?:og:)?description" content="([^"]+)"', page, re.DOTALL)
    assert len(about) == 2
    assert about[0].strip() == about[1].strip() != ""
