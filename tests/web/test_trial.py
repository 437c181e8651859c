"""A trial on pages: nowhere in public, on its own page for its own people, and what it takes to go live."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from mix.data.models import Challenge, Message, Municipality, Notice, Pilot, Solicitation, TrialGuest
from mix.readers.city import going_live
from tests.behind import behind_the_program
from tests.rules.city.test_going_live import READY

pytestmark = pytest.mark.django_db
URL = "/en/city/settings/guelph/go-live/"
TRIED = ("guelph-roads-sprint", "water-leaks", "downtown-parking")
LISTS = (
    "/en/", "/fr/", "/en/challenges/", "/fr/challenges/",
    "/en/challenges/?city=guelph", "/en/challenges/?q=road", "/en/challenges/?q=leak",
    "/en/challenges/?status=completed",
    "/en/outcomes/", "/fr/outcomes/", "/en/outcomes.csv", "/fr/outcomes.csv", "/en/measures/", "/fr/measures/",
    "/en/measures.csv", "/fr/measures.csv", "/en/pilots/", "/fr/pilots/", "/en/calls.atom", "/fr/calls.atom",
    "/en/calls.ics", "/fr/calls.ics", "/en/log/", "/en/how/", "/sitemap.xml", "/robots.txt",
)  # fmt: skip
# What the public may open of one case, by its own address.
OWN = re.compile(r"/(en|fr)/(challenges|calls|documents|pilots|vendor/calls)/[^/\"<]+/")


def canaries() -> set[str]:
    """Return the words by which what was tried would be known anywhere."""
    found = set(TRIED)
    for challenge in Challenge.objects.filter(code__in=TRIED):
        found |= set(challenge.wording("title").texts.values())
    found |= set(Solicitation.objects.filter(step__challenge__code__in=TRIED).values_list("reference", flat=True))
    found |= set(Notice.objects.filter(challenge__code__in=TRIED).values_list("reference", flat=True))
    for pilot in Pilot.objects.filter(municipality__code="guelph", decision="agree"):
        found |= {pilot.code, *pilot.wording("title").texts.values()}
    # a case of the record may be called by the same words
    others = "\n".join(Challenge.objects.exclude(code__in=TRIED).values_list("title", flat=True)).casefold()
    return {word.casefold() for word in found if word.casefold() not in others}


def read(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return b"".join(answer).decode().replace("\r\n ", "")  # long lines of a calendar are folded


def seen(client: Client, words: set[str]) -> dict[str, set[str]]:
    """Return which of some words every public list, feed and file holds, and the pages that these lead to."""
    pages, led = {}, set()
    for url in LISTS:
        pages[url] = read(client, url)
        led |= {m[0] for m in OWN.finditer(pages[url]) if m[1] == "en"}
    for url in sorted(led):
        pages[url] = read(client, url)
    return {url: found for url, text in pages.items() if (found := {w for w in words if w in text.casefold()})}


def make_trial() -> None:
    """Have the cases and pilots of Guelph be what began on trial."""
    Municipality.objects.filter(code="guelph").update(live_at=None)
    Challenge.objects.filter(code__in=TRIED).update(is_trial=True)
    Notice.objects.filter(challenge__code__in=TRIED).update(is_trial=True)
    Solicitation.objects.filter(step__challenge__code__in=TRIED).update(is_trial=True)
    Pilot.objects.filter(municipality__code="guelph").update(is_trial=True)


@pytest.fixture
def tried(db: None) -> Iterator[set[str]]:
    """Make Guelph's cases a trial, behind the program; return the words by which they would be known."""
    with behind_the_program():
        words = canaries()
        make_trial()
        yield words


def test_what_is_tried_is_in_no_public_page_feed_file_or_figure(sign_in: Callable[[str], Client]) -> None:
    with behind_the_program():
        words, anybody = canaries(), sign_in("")
        before = seen(anybody, words)
        # every list shows something of it while it counts, or this test would prove nothing
        assert {u for u in LISTS if u.startswith("/en/") and u not in before} <= {"/en/how/"}
        funnel = read(anybody, "/en/")
        make_trial()
        assert seen(anybody, words) == {}
        assert read(anybody, "/en/") != funnel


def addresses(call: Solicitation) -> list[str]:
    case = call.step.challenge.code
    return [f"/en/challenges/{case}/", f"/en/calls/{call.reference}/", f"/en/vendor/calls/{call.reference}/preview/"]


def test_the_page_of_a_trial_is_for_its_own_people_and_says_so(
    sign_in: Callable[[str], Client], tried: set[str], actor: Callable[[str], Any], now: Any
) -> None:
    call = Solicitation.objects.get(step__challenge__code="water-leaks", step__key="invitation")
    pilot = Pilot.objects.filter(municipality__code="guelph", decision="agree").first()
    assert pilot
    urls = [*addresses(call), f"/en/pilots/{pilot.code}/"]
    kim = actor("kim").person.email
    TrialGuest.objects.create(
        municipality_id=call.municipality_id, email=kim, added_by=actor("ada").person, added_at=now
    )
    for code, status in (("", 404), ("lena", 404), ("tess", 404), ("stan", 200), ("kim", 200)):
        client = sign_in(code)
        for url in urls:
            answer = client.get(url)
            assert answer.status_code in ((404, 302) if status == 404 else (200,)), (code, url)
            if status == 200:
                assert "<b>Trial.</b>" in answer.content.decode(), (code, url)
    assert call.reference in sign_in("kim").get("/en/vendor/trials/").content.decode()
    assert call.reference not in sign_in("tess").get("/en/vendor/trials/").content.decode()


def test_a_document_event_and_checkpoint_of_a_trial_open_for_nobody_outside(
    sign_in: Callable[[str], Client], tried: set[str]
) -> None:
    anybody = sign_in("")
    for case in TRIED:
        for step in Challenge.objects.get(code=case).steps.all():
            for url in (f"/en/challenges/{case}/events/{step.key}/", f"/en/challenges/{case}/disclosures/{step.key}/"):
                assert anybody.get(url).status_code == 404, url
    for call in Solicitation.objects.filter(is_trial=True, published_at__isnull=False):
        assert anybody.get(f"/en/log/sealed:{call.reference}/checkpoint/").status_code == 404
        for document in call.documents.all():
            assert anybody.get(f"/en/documents/{document.code}/").status_code == 404


def test_pages_of_a_city_on_trial_say_so_and_those_of_others_do_not(sign_in: Callable[[str], Client]) -> None:
    assert "<b>Trial.</b>" not in sign_in("priya").get("/en/city/").content.decode()
    Municipality.objects.filter(code="guelph").update(live_at=None)
    page = sign_in("priya").get("/en/city/").content.decode()
    assert "<b>Trial.</b>" in page
    assert f'href="{URL}"' in page
    assert "<b>Essai.</b>" in sign_in("priya").get("/fr/city/").content.decode()
    assert "<b>Trial.</b>" not in sign_in("lena").get("/en/city/").content.decode()


def test_the_list_says_what_is_missing_and_where_it_is_put_right(sign_in: Callable[[str], Client]) -> None:
    Municipality.objects.filter(code="guelph").update(live_at=None)
    page = sign_in("ada").get(URL).content.decode()
    assert "No call was opened on trial yet" in page
    assert "Ask to go live" not in page
    guelph = Municipality.objects.get(code="guelph")
    guelph.staff.filter(role="authority").update(ended_at=guelph.staff.first().since)
    page = sign_in("ada").get(URL).content.decode()
    assert "Nobody has the role “" in page
    assert 'href="/en/city/settings/guelph/staff/"' in page
    french = sign_in("ada").get(URL.replace("/en/", "/fr/")).content.decode()
    assert "Personne n’a le rôle «" in french


def test_a_city_goes_live_on_its_page_in_two_hands(
    sign_in: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    Municipality.objects.filter(code="guelph").update(live_at=None)
    monkeypatch.setattr(going_live, "gather_situation", lambda *_a, **_k: READY)
    ada, anita, stan = sign_in("ada"), sign_in("anita"), sign_in("stan")
    assert "An administrator of the city asks." in stan.get(URL).content.decode()
    assert ada.post(URL, {"act": "ask"}, follow=True).status_code == 200
    assert "Go live, as the second person" not in ada.get(URL).content.decode()
    assert "Anita Desrosiers" in ada.get(URL).content.decode()
    assert "goes live" in anita.get("/en/city/").content.decode()
    anita.post(URL, {"act": "confirm"})
    assert Municipality.objects.get(code="guelph").live_at is not None
    page = ada.get(URL).content.decode()
    assert "This city is live since" in page
    assert "<b>Trial.</b>" not in page


def test_who_plays_a_vendor_and_what_mail_was_kept_stand_on_the_page(
    sign_in: Callable[[str], Client], actor: Callable[[str], Any], now: Any
) -> None:
    Municipality.objects.filter(code="guelph").update(live_at=None)
    ada = sign_in("ada")
    ada.post(URL, {"act": "guest", "guest-email": "play@vendor.example", "email": "play@vendor.example"})
    guest = TrialGuest.objects.get()
    assert guest.email in ada.get(URL).content.decode()
    assert guest.email not in sign_in("martin").get(URL).content.decode()
    twice = ada.post(URL, {"act": "guest", "guest-email": guest.email, "email": guest.email})
    assert "This address plays along already" in twice.content.decode()
    Message.objects.create(
        to_email="out@side.example", subject="Kept in", language="en", city="guelph", written_at=now, kept_at=now
    )
    assert "Kept in" in ada.get(URL).content.decode()
    assert "Kept in" not in ada.get("/en/city/settings/guelph/mail/").content.decode()
    ada.post(URL, {"act": "end_guest", "item": str(guest.pk)})
    guest.refresh_from_db()
    assert guest.ended_at
