"""Pages that list things cost as much, and weigh as much, when there is ten times as much to list."""

from __future__ import annotations

import gzip
import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, resolve

from mix.data.models import Chain, Challenge, Checkpoint, Pilot, Solicitation
from mix.readers.core.events import SEALED
from tests.lab.grow import grow
from tests.web.addresses import ADDRESSES
from tests.web.test_pages import STATIC

pytestmark = pytest.mark.django_db
FEW, TEN_TIMES = 22, 198  # more than a page holds; with the first, ten times as many
LISTS = [
    ("", "/en/", 12),
    ("", "/en/challenges/", 4),
    ("", "/en/challenges/?q=water", 4),
    ("", "/en/challenges/?city=guelph&status=running", 4),
    ("", "/en/outcomes/", 6),
    ("", "/en/measures/", 8),
    ("", "/en/log/", 2),
    ("", "/en/pilots/", 2),
    ("", "/en/how/", 1),
    ("", "/en/challenges/water-leaks/", 12),
    ("", "/en/calls/WATER-LEAKS-RFSQ8/", 6),
    ("priya", "/en/city/", 21),
    ("priya", "/en/city/needs/", 5),
    ("priya", "/en/city/challenges/", 7),
    ("priya", "/en/city/dates/", 16),
    ("priya", "/en/city/pilots/", 4),
    ("priya", "/en/city/waits/", 13),
    ("priya", "/en/city/search/?q=water", 11),
    ("ada", "/en/city/settings/guelph/mail/", 6),
    ("audrey", "/en/oversight/", 6),
    ("hugo", "/en/evaluation/", 8),
    ("tess", "/en/vendor/", 25),
    ("tess", "/en/vendor/calls/WATER-LEAKS-RFSQ8/", 14),
    ("tess", "/en/vendor/results/", 8),
]


def more(numbers: range) -> None:
    """Add challenges with an open call and some that ended, with the signed chains of their calls, and pilots."""
    for code in ("water-leaks", "fleet-vans"):
        grow(Challenge.objects.get(code=code), numbers)
    grow(Pilot.objects.filter(decision="agree", challenge=None).order_by("pk")[0], numbers)
    calls = Solicitation.objects.filter(technical_opened_at__isnull=False, reference__regex=r"^\d+-")
    known = set(Chain.objects.values_list("code", flat=True))
    codes = {f"{SEALED}{reference}" for reference in calls.values_list("reference", flat=True)} - known
    chains = Chain.objects.bulk_create(Chain(code=code, seq=1, hash="") for code in codes)
    note = Checkpoint.objects.order_by("pk")[0]
    Checkpoint.objects.bulk_create(
        Checkpoint(chain=c, size=1, note=note.note, before=b"", made_at=note.made_at) for c in chains
    )


def cost(client: Client, url: str) -> tuple[int, int]:
    """Return queries and bytes of a page, asked a second time."""
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(url)
    assert page.status_code == 200
    assert not [q for q in queries if '"data_methodversion"."document"' in q["sql"]], url
    return len(queries), len(page.content)


def test_ten_times_as_much_costs_no_more(sign_in: Callable[[str], Client]) -> None:
    clients = {code: sign_in(code) for code, _url, _count in LISTS}
    more(range(FEW))
    few = {(code, url): cost(clients[code], url) for code, url, _count in LISTS}
    more(range(FEW, FEW + TEN_TIMES))
    many = {(code, url): cost(clients[code], url) for code, url, _count in LISTS}
    assert {where: found[0] for where, found in many.items()} == {(code, url): count for code, url, count in LISTS}
    assert {where: found[0] for where, found in few.items()} == {(code, url): count for code, url, count in LISTS}
    heavier = {where: (few[where][1], found[1]) for where, found in many.items() if found[1] > few[where][1] * 1.1}
    assert heavier == {}


# Pages of lists that are not asked here, each with why its list is as long as before.
APART = {
    "evaluator-consensus": "the scores of one evaluation",
    "vendor-drafts": "the earlier drafts of one answer",
    "city-log": "the events of one challenge",
}


def calls_pager(view: Callable[..., Any]) -> bool:
    """Say whether a view, or a function that it calls in its module, draws the way to a list's next page."""
    found = inspect.unwrap(view)
    names = set(re.findall(r"\b(\w+)\(", inspect.getsource(found)))
    near = [f for name, f in inspect.getmembers(inspect.getmodule(found), inspect.isfunction) if name in names]
    own = [f for f in near if f.__module__ == found.__module__]
    return "pager" in names or any(re.search(r"\bpager\(", inspect.getsource(f)) for f in own)


def test_every_page_of_a_list_is_asked_here_or_says_why_not() -> None:
    lists = {name for name, view in views() if calls_pager(view)}
    asked = {resolve(url.partition("?")[0]).url_name for _code, url, _count in LISTS}
    assert lists - asked == set(APART)


def views() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield every address of ours by its name, with the view that answers it."""
    todo: list[Any] = [get_resolver()]
    while todo:
        one = todo.pop()
        todo += getattr(one, "url_patterns", [])
        if getattr(one, "name", None) in ADDRESSES:
            yield one.name, one.callback


FIRST = ["mix.css", "mix.js", "icon.svg"]


def test_a_first_view_of_every_public_page_is_light(sign_in: Callable[[str], Client]) -> None:
    """At most 60 kB transferred and 5 requests: page, style, script, font, icon; when lists are full too."""
    more(range(FEW))
    files = sum(len(gzip.compress((STATIC / name).read_bytes())) for name in FIRST)
    files += (STATIC / "fonts/public-sans.woff2").stat().st_size
    client, heavy = sign_in(""), {}
    for url in sorted(public_pages(client)):
        page: Any = client.get(url).content
        requests = 1 + len(set(re.findall(rb'<(?:link|script|img)[^>]+(?:href|src)="/static/([^"]+)"', page)))
        if len(gzip.compress(page)) + files > 60_000 or requests > 5:
            heavy[url] = (len(gzip.compress(page)) + files, requests)
    assert heavy == {}


def public_pages(client: Client) -> set[str]:
    """Return every address within the public pages that a visitor comes to from the start page."""
    todo, seen = ["/en/"], set[str]()
    while todo:
        url = todo.pop()
        if url in seen or re.search(r"/(account|demo|vendor|documents|\d+-)|/checkpoint/|\.csv|/key/", url):
            continue
        seen.add(url)
        answer = client.get(url)
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            todo += re.findall(r'href="(/en/[^"#]*)', answer.content.decode().replace("&amp;", "&"))
    assert len(seen) > 30
    return seen
