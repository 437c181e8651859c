"""Public pages from memory: whenever one is answered so, it is what a fresh page would be, and nobody else's."""

import gzip
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import brotli
import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mix.actions.case import pilots
from mix.actions.core.run import run
from mix.actions.flow import endings
from mix.actions.flow.due import make_due
from mix.actions.market import addenda, solicitations, submissions
from mix.data import changes
from mix.data.changes import PRIVATE, TOLD_APART, is_public_write, say_changed, stamp
from mix.data.listening import Ear
from mix.data.models import (
    Challenge,
    Engagement,
    Municipality,
    Person,
    Pilot,
    Question,
    Solicitation,
    SolicitationDocument,
    Submission,
)
from mix.readers.city.people import actor_for
from mix.readers.core.errors import Forbidden, Unknown
from mix.rules.core.unmet import Refused
from mix.web.frame import page_cache
from mix.web.frame.page_cache import Entry, Shelf, encoding_for

pytestmark = pytest.mark.django_db
WATER = "/en/challenges/water-leaks/"


@pytest.fixture
def visitor(settings: Any) -> Client:
    """Return somebody without a cookie, at a site that keeps pages; each has a memory of its own."""
    settings.PAGE_CACHE = 8 * 1024 * 1024
    assert soon(lambda: stamp() is not None)
    return Client()


def soon(wanted: Callable[[], bool]) -> bool:
    """Say whether something comes true within five seconds."""
    until = time.monotonic() + 5
    while not wanted() and time.monotonic() < until:
        time.sleep(0.01)
    return wanted()


def fresh(url: str) -> bytes:
    """Draw a page anew, as a process does that has kept nothing."""
    return Client().get(url).content


@contextmanager
def committed() -> Iterator[None]:
    """Say what changed, as no test commits; what else waits for the commit is left, for it will be rolled back."""
    connection.run_on_commit = []
    yield
    waiting, connection.run_on_commit = connection.run_on_commit, []
    for _sids, done, *_rest in waiting:
        if done.__module__ == changes.__name__:
            done()


def addresses() -> list[str]:
    """List a public page of each class, in one language; those of one row for a few rows."""
    from mix.readers.case.challenges import public_challenges

    codes = list(public_challenges().order_by("code").values_list("code", flat=True))
    calls = list(Solicitation.objects.exclude(published_at=None).values_list("reference", flat=True))
    found = ["", "challenges/", "challenges/?city=guelph", "outcomes/", "how/", "measures/", "log/", "pilots/"]
    found += ["accessibility/", "privacy/", "outcomes.csv", "measures.csv", "log/key/", "log/guelph/checkpoint/"]
    found += [f"challenges/{code}/" for code in codes] + [f"calls/{reference}/" for reference in calls]
    found += [f"vendor/calls/{reference}/preview/" for reference in calls[:2]]
    found += [f"pilots/{code}/" for code in Pilot.objects.filter(decision="agree").values_list("code", flat=True)]
    found += [
        f"challenges/{e.step.challenge.code}/events/{e.step.key}/"
        for e in Engagement.objects.exclude(published_at=None).select_related("step__challenge")
    ]
    return [f"/en/{path}" for path in found]


def is_kept(client: Client, url: str) -> bool:
    """Say whether a page comes without a question to the database."""
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    return not queries


def test_a_page_that_was_drawn_is_not_drawn_again(visitor: Client) -> None:
    first = visitor.get(WATER)
    with CaptureQueriesContext(connection) as queries:
        again = visitor.get(WATER)
        none = visitor.get(WATER, headers={"If-None-Match": first["ETag"]})
    assert len(queries) == 0
    assert again.content == first.content == fresh(WATER)
    assert (none.status_code, none.content, none["ETag"]) == (304, b"", first["ETag"])
    assert first["Cache-Control"] == "no-cache"
    assert {name.strip() for name in first["Vary"].split(",")} >= {"Cookie", "Accept-Encoding"}
    assert again["Content-Security-Policy"] == first["Content-Security-Policy"]
    assert again["X-Frame-Options"] == "DENY"


def test_a_page_that_is_drawn_anew_and_the_same_is_still_the_one_that_the_browser_has(visitor: Client) -> None:
    tag = visitor.get(WATER)["ETag"]
    assert Client().get(WATER, headers={"If-None-Match": f'"other", {tag}'}).status_code == 304
    assert Client().get(WATER, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("GZIP;q=0.5, br;q=0", "gzip"),
        ("br;q=0.0, gzip;q=0, *", "identity"),
        ("*", "br"),
        ("", "identity"),
        ("deflate", "identity"),
    ],
)
def test_a_page_is_compressed_as_the_browser_takes_it(visitor: Client, accepted: str, encoding: str) -> None:
    assert encoding_for(accepted) == encoding
    decode = {"br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes}[encoding]
    for _ in range(2):
        answer = visitor.get(WATER, headers={"Accept-Encoding": accepted})
        assert answer.get("Content-Encoding", "identity") == encoding
        assert decode(answer.content) == fresh(WATER)
        assert int(answer["Content-Length"]) == len(answer.content)


def test_each_encoding_of_a_kept_page_is_the_same_page(visitor: Client) -> None:
    pages = {visitor.get(WATER).content}
    pages.add(gzip.decompress(visitor.get(WATER, headers={"Accept-Encoding": "gzip"}).content))
    pages.add(brotli.decompress(visitor.get(WATER, headers={"Accept-Encoding": "br"}).content))
    assert len(pages) == 1


def test_a_head_has_the_headers_and_no_body(visitor: Client) -> None:
    page = visitor.get(WATER)
    for client in (visitor, Client()):
        head = client.head(WATER)
        assert (head.content, head["ETag"], head["Content-Length"]) == (b"", page["ETag"], str(len(page.content)))


def test_no_page_crosses_to_another_language_host_or_person(visitor: Client, sign_in: Callable[[str], Client]) -> None:
    english = visitor.get(WATER).content
    assert b'lang="fr-CA"' in visitor.get("/fr/challenges/water-leaks/").content
    assert b'lang="en-CA"' in visitor.get(WATER, headers={"Accept-Language": "fr"}).content
    assert b'lang="en-CA"' in visitor.get(WATER, headers={"Cookie": "django_language=fr"}).content
    client = sign_in("priya")
    own = client.get(WATER)
    assert b"Priya" in own.content
    assert (own["Cache-Control"], own.has_header("ETag"), own.has_header("Content-Encoding")) == (
        "no-store",
        False,
        False,
    )
    visitor.cookies[settings.SESSION_COOKIE_NAME] = "gone"
    assert not is_kept(visitor, WATER)
    assert b"Priya" not in english


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1"])
def test_a_wrong_host_is_refused_though_the_page_is_kept(visitor: Client, settings: Any, host: str) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    visitor.get(WATER)
    assert visitor.get(WATER, headers={"Host": host}).status_code == 400


def test_a_page_with_the_token_of_a_form_is_neither_kept_nor_compressed(visitor: Client) -> None:
    event = Engagement.objects.exclude(published_at=None).select_related("step__challenge").first()
    assert event
    url = f"/en/challenges/{event.step.challenge.code}/events/{event.step.key}/"
    answers = [Client().get(url, headers={"Accept-Encoding": "br"}) for _ in range(2)]
    tokens = [re.search(rb'csrfmiddlewaretoken" value="(\w+)"', a.content) for a in answers]
    assert all(tokens)
    assert not any(a.has_header("Content-Encoding") or a.has_header("ETag") for a in answers)
    assert not is_kept(visitor, url)
    assert not is_kept(visitor, url)
    assert is_kept(visitor, WATER) is False  # with the cookie of the token one is nobody in particular still
    assert is_kept(visitor, WATER) is True


def test_what_is_sent_passes(visitor: Client) -> None:
    visitor.get(WATER)
    with CaptureQueriesContext(connection) as queries:
        visitor.post(WATER)
    assert len(queries) > 0


def test_nothing_but_a_page_is_kept(visitor: Client) -> None:
    document = SolicitationDocument.objects.filter(solicitation__published_at__isnull=False).first()
    paths = ["/en/challenges/nothing/", "/en/account/login/", "/healthz", "/en/city/", "/en/demo/"]
    for url in paths + ([f"/en/documents/{document.code}/"] if document else []):
        answer = visitor.get(url)
        assert answer.get("Cache-Control") != "no-cache", url
        for close in answer._resource_closers:
            close()
    assert not is_kept(visitor, "/en/challenges/nothing/")


def test_every_public_page_is_kept_but_those_with_a_form(visitor: Client) -> None:
    left_out = []
    for url in addresses():
        first = visitor.get(url).content
        if is_kept(visitor, url):
            assert visitor.get(url).content == first
        else:
            left_out.append(url)
    assert [url for url in left_out if "/events/" not in url] == []


# What changes public pages.


def test_public_pages_read_no_table_whose_writes_are_not_counted(visitor: Client) -> None:
    """Whatever verb or duty changes such a page writes to a table that it reads: no list of verbs is needed."""
    read: dict[str, set[str]] = {}
    for url in addresses():
        with CaptureQueriesContext(connection) as queries:
            visitor.get(url)
        for query in queries:
            for table in re.findall(r'(?:FROM|JOIN)\s+"(\w+)"', query["sql"]):
                read.setdefault(table, set()).add(query["sql"])
    assert len(read) > 25
    assert read.keys() & PRIVATE == set()
    assert read.keys() & TOLD_APART == TOLD_APART
    assert all('"verb" IN' in sql for sql in read["data_event"])
    assert all('."technical_opened_at" IS NOT NULL' in sql for sql in read["data_submission"])
    assert all("sealed:" in sql for sql in read["data_chain"] if '"data_checkpoint"' not in sql)


@pytest.mark.parametrize(
    ("sql", "counts"),
    [
        ('INSERT INTO "data_notice" ("id") VALUES (%s)', True),
        ('UPDATE "data_step" SET "state" = %s', True),
        ('DELETE FROM "data_engagement" WHERE 1', True),
        ('WITH found AS (SELECT 1) UPDATE "data_award" SET "state" = %s', True),
        ('INSERT OR IGNORE INTO "data_checkpoint" ("id") VALUES (%s)', True),
        ('INSERT INTO "django_session" ("session_key") VALUES (%s)', False),
        ("INSERT INTO data_cacheentry (key) VALUES (%s) ON CONFLICT (key) DO UPDATE SET value = 1", False),
        ('INSERT INTO "data_message" ("id") VALUES (%s)', False),
        ('SELECT * FROM "data_step" WHERE "title" = \'UPDATE data_step\' FOR UPDATE', False),
        ("SAVEPOINT s1", False),
    ],
)
def test_a_write_that_public_pages_may_show_counts(sql: str, counts: bool) -> None:
    assert is_public_write(sql) is counts


def test_what_is_taken_back_does_not_count() -> None:
    before = stamp()
    with committed():
        Challenge.objects.filter(pk=0).update(title="")
        Challenge.objects.filter(pk=0).update(title="")
    once = stamp()
    with committed(), suppress(Refused), transaction.atomic():
        Challenge.objects.filter(pk=0).update(title="")
        raise Refused
    assert stamp() == once != before


def test_a_change_by_another_process_is_seen_at_once(visitor: Client) -> None:
    visitor.get(WATER)
    assert is_kept(visitor, WATER)
    with committed():
        say_changed()
    assert not is_kept(visitor, WATER)
    assert is_kept(visitor, WATER)


def test_a_page_that_was_drawn_while_something_changed_is_not_answered(
    visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The change holds after the page read its rows, and before it was kept."""

    def changing(request: Any, response: Any) -> bool:
        with committed():
            Challenge.objects.filter(code="water-leaks").update(title="Another title")
        return known(request, response)

    known = page_cache.is_everybodys
    monkeypatch.setattr(page_cache, "is_everybodys", changing)
    visitor.get(WATER)
    monkeypatch.setattr(page_cache, "is_everybodys", known)
    assert b"Another title" in visitor.get(WATER).content


def somebody_does(verb: Callable[..., Any], *args: Any, **facts: Any) -> Any:
    """Have whoever of the cast may do it carry out a verb."""
    for person in Person.objects.filter(is_demo=True).order_by("code"):
        with suppress(Refused, Forbidden, Unknown):
            return run(actor_for(person), datetime.now(UTC), verb, *args, **facts)
    raise AssertionError(verb.__name__)


def _of_water_leaks() -> Solicitation:
    return Solicitation.objects.select_related("step__challenge").get(reference="WATER-LEAKS-RFSQ8")


def _answer() -> None:
    question = Question.objects.filter(solicitation__reference="WATER-LEAKS-RFSQ8").select_related(
        "solicitation__step__challenge"
    )
    asked = fresh_copy(question[0], code="Q-NEW", published_at=None, text="Is the key of the question new?", answer="")
    asked.save()
    somebody_does(solicitations.draft_answer, asked, text="A key answer")
    somebody_does(solicitations.publish_answer, asked)


def _running_pilot() -> Pilot:
    running = Pilot.objects.filter(decision="agree", stopped_on=None, closed_at=None, starts_on__lte=datetime.now(UTC))
    return running.order_by("-ends_on")[0]


def fresh_copy(row: Any, **changes: Any) -> Any:
    values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if not f.primary_key}
    return type(row)(**values | changes)


ACTS: dict[str, Callable[[], object]] = {
    "addendum": lambda: somebody_does(addenda.issue, _of_water_leaks(), text="It is metres", is_substantial=False),
    "answer": _answer,
    "pilot stopped": lambda: somebody_does(pilots.stop, _running_pilot(), reason="It rained in"),
    "checkpoints": lambda: make_due(now=datetime.now(UTC) + timedelta(days=2)),
    "cancelled": lambda: somebody_does(endings.cancel, _of_water_leaks().step.challenge, reason="The pipes hold"),
    "renamed": lambda: Municipality.objects.filter(code="guelph").update(name="Guelph on the Speed"),
}
SEEN = ["/en/", "/fr/", "/en/challenges/", WATER, "/fr/challenges/water-leaks/", "/en/calls/WATER-LEAKS-RFSQ8/"]
SEEN += ["/en/log/", "/en/pilots/", "/en/outcomes/", "/en/measures/", "/en/outcomes.csv"]


def test_whatever_is_done_kept_pages_are_as_fresh_ones(visitor: Client) -> None:
    for name, act in ACTS.items():
        before = {url: visitor.get(url).content for url in SEEN}
        assert all(is_kept(visitor, url) for url in SEEN)
        with committed():
            act()
        after = {url: visitor.get(url).content for url in SEEN}
        assert after != before, name
        for url in SEEN:
            assert after[url] == fresh(url), (name, url)


def test_what_is_sealed_ends_no_page(visitor: Client, actor: Callable[[str], Any], now: datetime) -> None:
    """Who watches how fast a page comes learns nothing of drafts and submissions."""
    submission = Submission.objects.filter(
        solicitation__reference="WATER-LEAKS-RFSQ8", vendor__members__person__code="nora"
    ).get()
    visitor.get(WATER)
    with committed():
        run(actor("nora"), now, submissions.save_answers, submission, answers={"approach": "We listen."})
    assert is_kept(visitor, WATER)


# The clock.


@pytest.fixture
def clock(settings: Any) -> Iterator[Callable[[datetime], None]]:
    """Return what sets the clock of the demonstration."""
    path = Path(settings.DATA_DIR) / "clock"

    def turn(to: datetime) -> None:
        path.write_text(to.isoformat())

    yield turn
    path.unlink(missing_ok=True)


def test_a_page_holds_until_the_clock_changes_it(
    visitor: Client, clock: Callable[[datetime], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each page is asked at the edges of the time for which it says that it holds."""
    monkeypatch.setattr(page_cache, "LONGEST", timedelta(days=36500))
    kept: dict[tuple[str, ...], Entry] = {}
    monkeypatch.setattr(Shelf, "keep", lambda _self, key, entry: kept.__setitem__(key, entry))
    closing = Solicitation.objects.filter(reference="WATER-LEAKS-RFSQ8").values_list("closes_at", flat=True).get()
    moments = [datetime.now(UTC), closing - timedelta(days=2, seconds=30), closing - timedelta(seconds=1.5)]
    bounded = 0
    for now in moments:
        for url in ["/en/", "/fr/", "/en/challenges/", WATER, "/en/calls/WATER-LEAKS-RFSQ8/", "/en/pilots/"]:
            kept.clear()
            clock(now)
            page = fresh(url)
            (entry,) = kept.values()
            last = min(entry.until - timedelta(microseconds=1), now + timedelta(days=400))
            for instant in (now + (last - now) / 3, last):
                clock(instant)
                assert fresh(url) == page, (url, now, instant)
            bounded += entry.until < now + timedelta(days=400)
    assert bounded >= 12


def test_a_call_that_closes_is_not_shown_open_for_an_instant(
    visitor: Client, clock: Callable[[datetime], None]
) -> None:
    call = Solicitation.objects.get(reference="WATER-LEAKS-RFSQ8")
    for url, said in (("/en/calls/WATER-LEAKS-RFSQ8/", b"Answer this call"), ("/en/", b"Open for submissions")):
        clock(call.closes_at - timedelta(milliseconds=1))
        assert said in visitor.get(url).content
        assert is_kept(visitor, url)
        clock(call.closes_at)
        assert visitor.get(url).content == fresh(url)
        assert b"WATER" not in visitor.get("/en/").content


def test_a_page_that_reads_the_clock_and_says_nothing_of_it_is_not_kept(
    visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_kept(visitor, "/en/pilots/")
    assert is_kept(visitor, "/en/pilots/")
    monkeypatch.setattr("mix.web.public.pilots.holds_until", lambda *_: None)
    other = Client()
    assert not is_kept(other, "/en/pilots/")
    assert not is_kept(other, "/en/pilots/")


# What it takes.


def test_the_shelf_holds_no_more_than_its_bytes() -> None:
    shelf, now = Shelf(50_000), datetime.now(UTC)
    for number in range(100):
        shelf.keep((str(number),), Entry(1, now, now, {}, {"br": b"x" * 3000}))
        assert shelf.bytes <= 50_000
        shelf.find(("0",))
    assert shelf.find(("0",))
    assert not shelf.find(("1",))
    assert len(shelf) == 50_000 // (6000 + page_cache.OVERHEAD + 2)
    shelf.keep(("0",), Entry(1, now, now, {}, {"br": b"x" * 40_000}))
    assert not shelf.find(("0",))


def test_a_crawler_of_every_filter_pushes_out_no_page(visitor: Client, settings: Any) -> None:
    settings.PAGE_CACHE = 120_000
    visitor = Client()
    visitor.get(WATER)
    for number in range(40):
        visitor.get("/en/challenges/", {"q": f"nothing {number}"})
    assert is_kept(visitor, WATER)


def test_an_address_of_any_length_is_answered_and_not_kept(visitor: Client) -> None:
    url = "/en/challenges/?q=" + "x" * 600
    assert visitor.get(url).status_code == 200
    assert not is_kept(visitor, url)


# PostgreSQL.


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one node")
def test_processes_hear_of_each_other_on_postgresql() -> None:
    ear = Ear()
    assert ear.stamp() is None, "it knows nothing before it listens"
    assert soon(lambda: ear.stamp() is not None)
    before = ear.stamp()

    def elsewhere() -> None:
        with transaction.atomic():
            Challenge.objects.filter(pk=0).update(title="")
        connection.close()

    other = threading.Thread(target=elsewhere)
    other.start()
    other.join()
    assert soon(lambda: ear.stamp() not in (before, None))
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query IN ('SELECT 1', 'LISTEN mix_public')"
            " AND pid <> pg_backend_pid() AND datname = current_database()"
        )
    assert soon(lambda: ear.stamp() is None), "who hears nothing says so"
    assert soon(lambda: ear.stamp() is not None)
