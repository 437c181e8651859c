"""A challenge that begins from another, on pages: chosen, marked box by box, confirmed, and said in public."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from mix.actions.case.publishing import publish
from mix.data.models import Challenge, DocumentVersion
from mix.rules.case.states import NoticeKind
from tests.actions.case.test_copying import drafted, fitted

pytestmark = pytest.mark.django_db
ROADS = "guelph-roads-sprint"
NEW = "/en/city/challenges/new/"
FORM = {
    "act": "begin",
    "city": "guelph",
    "title": "Roads again",
    "question": "How might roads be read again?",
    "way": "sprint:innovation_partnership",
    "route_reason": "As before.",
    "source": ROADS,
}
URL = "/en/city/challenges/guelph-roads-again/commissioning/"


def read(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return " ".join(unescape(answer.content.decode()).split())


def beside(page: str, field: str) -> str:
    """Return what stands of one field."""
    return re.split(r'<(?:fieldset|div) class="field', page.partition(f'id="f-{field}"')[2])[0]


@pytest.fixture
def priya(sign_in: Callable[[str], Client]) -> Client:
    """Return a lead of Guelph who began a challenge from another."""
    client = sign_in("priya")
    assert client.post(NEW, FORM).status_code == 302
    return client


def test_one_chooses_from_which_challenge_to_begin(sign_in: Callable[[str], Client]) -> None:
    page = read(sign_in("priya"), NEW)
    chosen = re.search(r'<select name="source".*?</select>', page)
    assert chosen is not None
    assert '<option value="" selected>' in chosen[0]
    assert f'<option value="{ROADS}">Better information for better roads, Guelph</option>' in chosen[0]
    there = read(sign_in("pat"), f"{NEW}?from={ROADS}")
    assert f'<option value="{ROADS}" selected>' in there
    assert "water-leaks" not in there, "another city's is offered once it is over"
    french = read(sign_in("priya"), NEW.replace("/en/", "/fr/"))
    assert "Commencer à partir d’un autre défi" in french
    assert "De meilleurs renseignements pour de meilleures routes, Guelph" in french


def test_what_is_refused_keeps_what_was_typed(sign_in: Callable[[str], Client]) -> None:
    Challenge.objects.filter(code=ROADS).update(status="running")
    answer = sign_in("pat").post(NEW, {**FORM, "city": "london"})
    assert answer.status_code == 422
    assert "How might roads be read again?" in answer.content.decode()
    assert not Challenge.objects.filter(code="london-roads-again").exists()


def test_without_a_source_nothing_is_copied(sign_in: Callable[[str], Client]) -> None:
    client = sign_in("priya")
    assert client.post(NEW, {**FORM, "source": ""}).status_code == 302
    assert "From:" not in read(client, URL)
    assert Challenge.objects.get(code="guelph-roads-again").begun_from is None


def test_each_copied_box_says_from_where_until_it_is_changed_or_confirmed(priya: Client) -> None:
    page = read(priya, URL)
    for field in ("outcomes", "constraints"):
        assert f'From: <a href="/en/challenges/{ROADS}/">Better information for better roads</a>' in beside(page, field)
        assert f'name="keep" value="{field}"' in beside(page, field)
    for field in ("product_owner", "budget_account", "sprint_budget", "question"):
        assert "From:" not in beside(page, field), field
    constraints = re.search(r'<textarea[^>]*name="constraints"[^>]*>([^<]+)<', page)
    assert constraints is not None
    rows = {
        name: value.strip()
        for name, value in re.findall(r'<textarea name="(outcomes-\d+-\w+)"[^>]*>([^<]*)<', page)
        if value.strip()
    }
    typed = {"act": "save", "version": "0", "constraints": "Ours alone", **rows}
    assert priya.post(URL, {**typed, "keep": "outcomes"}).status_code == 302
    page = read(priya, URL)
    assert "From:" not in beside(page, "constraints")
    assert "From:" not in beside(page, "outcomes")
    said = DocumentVersion.objects.get(document__step__challenge__code="guelph-roads-again")
    assert (said.number, said.content["constraints"], bool(said.content["outcomes"])) == (1, "Ours alone", True)


def test_what_nobody_touched_is_marked_after_a_save_too(priya: Client) -> None:
    page = read(priya, URL)
    boxes = dict(re.findall(r'<textarea[^>]*name="([\w-]+)"[^>]*>([^<]*)<', page))
    priya.post(URL, {"act": "save", "version": "0", **boxes, "evidence": "Seen by us"})
    page = read(priya, URL)
    assert "From:" in beside(page, "constraints")
    assert "From:" not in beside(page, "evidence")


def test_a_page_that_saves_by_itself_confirms_what_was_ticked(priya: Client) -> None:
    sent = {"act": "save", "version": "0", "who": "priya", "keep": "constraints", "only": "keep"}
    answer = priya.post(URL, sent, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    assert answer.json()["saved"] == [{"names": ["keep"], "tokens": {}, "fields": {}}]
    page = read(priya, URL)
    assert "From:" not in beside(page, "constraints")
    assert "From:" in beside(page, "outcomes")
    again = priya.post(URL, {**sent, "keep": ""}, headers={"Accept": "application/json"})
    assert [part["names"] for part in again.json()["saved"]] == [["keep"]]
    assert DocumentVersion.objects.filter(document__step__challenge__code="guelph-roads-again").count() == 1


def test_a_document_in_french_says_from_where(priya: Client) -> None:
    page = read(priya, URL.replace("/en/", "/fr/"))
    assert "Source : <a href=" in beside(page, "constraints").replace("\xa0", " ")
    assert "De meilleurs renseignements pour de meilleures routes</a>, Guelph" in beside(page, "constraints")


def test_the_public_page_says_from_which_public_challenge_it_began(
    priya: Client, sign_in: Callable[[str], Client], now: Any
) -> None:
    assert priya
    made = Challenge.objects.get(code="guelph-roads-again")
    publish(made, kind=NoticeKind.ENGAGEMENT, title="Come", text="Come and see.", now=now)
    url = "/en/challenges/guelph-roads-again/"
    assert f'Begun from: <a href="/en/challenges/{ROADS}/">' in read(sign_in(""), url)
    Challenge.objects.filter(code=ROADS).update(is_trial=True)
    assert "Begun from" not in read(sign_in(""), url)
    assert ROADS not in read(sign_in(""), url)


def test_a_call_says_with_whose_questions_it_begins(
    priya: Client, sign_in: Callable[[str], Client], actor: Callable[[str], Any], now: Any
) -> None:
    assert priya
    fitted(ROADS, published=True)
    drafted(Challenge.objects.get(code="guelph-roads-again"), actor("olivia"), now)
    url = "/en/city/challenges/guelph-roads-again/invitation/call/"
    page = read(sign_in("olivia"), url)
    assert "It begins with the questions and criteria of:" in page
    assert "What did you learn of pipes?" in page


def test_whoever_takes_over_may_begin_from_it(sign_in: Callable[[str], Client]) -> None:
    url = f"/en/city/take-over/{ROADS}/"
    assert f'href="/en/city/challenges/new/?from={ROADS}"' in read(sign_in("pat"), url)
    assert "?from=" not in read(sign_in("lucia"), url), "who may not begin a challenge"
