"""Search for staff: what they may see is found, and nothing else, by whatever they type."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mix.data.models import DocumentVersion, Person
from mix.readers.city.people import actor_for
from mix.readers.flow.search import Found, search, words_of


def totals(code: str, text: str) -> dict[str, int]:
    found = search(actor_for(Person.objects.get(code=code)), text)
    return {section.kind.value: section.page.total for section in found if section.page.total}


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("leaks bill", {"cases", "documents"}),
        ("Gate asked", {"log"}),
        ("point de décision", {"log"}),
        ("Tamarack", {"vendors"}),
        ("Priya Nair", {"people"}),
        ("poubelles", {"cases"}),
        ("no-such-word-anywhere", set()),
    ],
)
def test_each_kind_is_found_by_its_words(db: None, text: str, kinds: set[str]) -> None:
    assert kinds <= set(totals("priya", text))
    if not kinds:
        assert totals("priya", text) == {}


def test_nobody_finds_what_they_may_not_read(db: None) -> None:
    assert "cases" in totals("priya", "leaks bill")
    assert totals("lena", "leaks bill") == {}
    assert totals("stan", "leaks bill") == {}
    assert "people" not in totals("lena", "Priya")


def test_a_document_is_found_as_it_stands_now_also_with_accents(db: None) -> None:
    version = DocumentVersion.objects.filter(document__step__challenge__code="water-leaks").latest("id")
    fresh = DocumentVersion(
        document=version.document,
        number=version.number + 1,
        content={**version.content, "note": "Une canalisation éventrée"},
        author=version.author,
        saved_at=version.saved_at,
    )
    fresh.save()
    assert totals("priya", "éventrée") == {"documents": 1}
    fresh.pk, fresh.number, fresh.content = None, version.number + 2, version.content
    fresh.save(force_insert=True)
    assert totals("priya", "éventrée") == {}


def test_the_log_tells_of_nothing_sealed(db: None) -> None:
    for code in ("priya", "olivia", "martin", "audrey"):
        found = search(actor_for(Person.objects.get(code=code)), "submissions", kind=Found.LOG, number=1)
        assert not [e for e in found[0].page.rows if e.chain.code.startswith("sealed:")]


def test_a_page_of_each_kind_and_of_one(sign_in: Callable[[str], Client]) -> None:
    client = sign_in("priya")
    page = client.get("/en/city/search/?q=the").content.decode()
    assert page.count("<h2 id=") >= 2
    assert re.search(r'href="\?q=the&amp;in=documents"', page)
    alone = client.get("/en/city/search/?q=the&in=documents&page=2")
    assert alone.status_code == 200
    assert "Nothing of what you may see" in client.get("/en/city/search/?q=zzzzqq").content.decode()
    assert "Words need two letters" in client.get("/en/city/search/?q=x").content.decode()
    assert client.get("/en/city/search/?q=the&in=nothing&page=x").status_code == 200


def test_a_search_costs_the_same_whatever_it_finds(sign_in: Callable[[str], Client]) -> None:
    client = sign_in("priya")
    counts = set()
    for text in ("zzzzqq", "the"):
        client.get(f"/en/city/search/?q={text}")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/en/city/search/?q={text}")
        counts.add(len(queries))
    assert max(counts) - min(counts) <= 5  # a count that is 0 needs no rows
    assert max(counts) <= 20


def test_words_are_eight_at_most() -> None:
    assert words_of("a bb " + "cc " * 20) == ("bb", *["cc"] * 6)


@pytest.mark.parametrize(
    ("url", "has", "lacks"),
    [
        ("challenges/?q=leaks", "water-leaks", "under-our-streets"),
        ("challenges/?status=completed", "guelph-roads-sprint", "water-leaks"),
        ("challenges/?q=zzzz", "Nothing fits", "water-leaks"),
        ("challenges/?status=nothing&sort=title", "water-leaks", "Nothing fits"),
        ("needs/?state=open", "N-TREES", "N-COFFEE"),
        ("needs/?q=zzzz", "Nothing fits", "N-TREES"),
        ("needs/?q=trees", "N-TREES", "N-COFFEE"),
    ],
)
def test_lists_have_words_states_and_an_order(sign_in: Callable[[str], Client], url: str, has: str, lacks: str) -> None:
    page = sign_in("priya").get(f"/en/city/{url}").content.decode().partition("</form>")[2]
    assert (has in page, lacks in page) == (True, False)
