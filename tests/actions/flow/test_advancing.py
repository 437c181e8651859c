"""Time in a sandbox: moved there with all that becomes due, and nowhere else by anything."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live
from django.http import HttpRequest, HttpResponse
from django.test import Client

from mix.actions.flow.advancing import DUE, advance, be_born, bridge_pause
from mix.config import environment
from mix.data.models import Addendum, Beat, Message, Sandbox, Solicitation
from mix.jobs import sandbox as sandboxes
from mix.jobs.sandbox import refuse_wrong_site
from mix.jobs.work import DUTIES
from mix.readers.core.clock import read_clock, read_work_clock
from mix.readers.core.errors import Unknown
from mix.readers.core.sandboxes import MARK, Mark, read_mark, write_mark
from mix.readers.flow.coming import OPENING, list_coming
from mix.readers.market.solicitations import outage_of
from mix.rules.core.kinds import Envelope
from mix.rules.core.unmet import Refused
from mix.rules.flow.advancing import Stride
from mix.rules.market.closing import EMBARGO
from mix.web.frame.sandbox import SandboxMiddleware

pytestmark = pytest.mark.django_db
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).date()
# What the worker does besides: it sends, looks, and clears up, by the real clock alone.
NOT_BY_THE_CLOCK = {
    "send_all", "scan_waiting", "check_daily", "send_to_witnesses", "forget_sessions", "forget_expired",
    "drop_unreferenced",
}  # fmt: skip


def folder() -> Path:
    return Path(live.DATA_DIR)


@pytest.fixture
def forged(settings: Any) -> Iterator[Mark]:
    """Have the folder and the settings say that this is a sandbox whose time is far ahead; the database does not."""
    settings.SANDBOX = True
    mark = Mark("made-up", TOMORROW, timedelta(days=40))
    write_mark(folder(), mark)
    yield mark
    (folder() / MARK).unlink(missing_ok=True)


@pytest.fixture
def sandbox(settings: Any) -> Iterator[Mark]:
    """Have the demonstration be a sandbox."""
    settings.SANDBOX = True
    mark = Mark("of-a-test", TOMORROW)
    write_mark(folder(), mark)
    Sandbox.objects.create(code=mark.code, born_at=datetime.now(UTC))
    yield mark
    (folder() / MARK).unlink(missing_ok=True)


def call() -> Solicitation:
    return Solicitation.objects.get(step__challenge__code="water-leaks", step__key="invitation")


def close_in(hours: float) -> datetime:
    """Have the open call close so many hours from now, by the clock of pages."""
    closes_at = read_clock() + timedelta(hours=hours)
    Solicitation.objects.filter(pk=call().pk).update(
        closes_at=closes_at, questions_until=closes_at - timedelta(hours=1), technical_opened_at=None
    )
    return closes_at


def is_near(one: datetime, other: datetime) -> bool:
    return abs(one - other) < timedelta(minutes=2)


def test_a_step_carries_out_all_that_becomes_due_in_its_order(sandbox: Mark) -> None:
    closes_at = close_in(60)
    Beat.objects.all().delete()
    Beat.objects.create(at=read_clock())
    stops = advance(Stride.WEEK)
    assert list(stops) == sorted(stops)
    assert {closes_at - timedelta(hours=1), closes_at, closes_at + EMBARGO} <= set(stops)
    assert is_near(read_clock(), stops[-1])
    assert stops[-1] - read_mark(folder()).ahead < datetime.now(UTC) + timedelta(seconds=1)
    told = list(Message.objects.filter(code__in=["draft_soon", "draft_late"], challenge="water-leaks").order_by("id"))
    written = [m.written_at for m in told if m.written_at > closes_at - timedelta(days=3)]
    assert {m.code for m in told} == {"draft_soon", "draft_late"}
    assert written == sorted(written)
    assert closes_at - timedelta(days=2) <= min(written) < closes_at <= max(written)


def test_a_jump_over_a_closing_moves_no_closing(sandbox: Mark, monkeypatch: pytest.MonkeyPatch) -> None:
    closes_at = close_in(12)
    Beat.objects.all().delete()
    Beat.objects.create(at=read_clock())
    advance(Stride.DAY)
    assert call().closes_at == closes_at
    assert outage_of(call(), now=closes_at + timedelta(hours=2)) is None
    assert not Addendum.objects.filter(solicitation=call(), issued_by=None, issued_at__gte=closes_at).exists()


def test_the_same_jump_would_be_an_outage_if_nobody_answered_meanwhile(
    sandbox: Mark, monkeypatch: pytest.MonkeyPatch
) -> None:
    closes_at = close_in(12)
    Beat.objects.all().delete()
    Beat.objects.create(at=read_clock())
    monkeypatch.setattr("mix.actions.flow.advancing.beats", lambda *, until, **_rest: [until])
    advance(Stride.DAY)
    assert call().closes_at > closes_at


def test_a_pause_of_the_sandbox_is_no_outage_either(sandbox: Mark) -> None:
    closes_at = close_in(-1)
    Beat.objects.all().delete()
    Beat.objects.create(at=closes_at - timedelta(hours=9))
    bridge_pause()
    assert call().closes_at == closes_at


def test_the_next_event_is_what_time_is_moved_to(sandbox: Mark) -> None:
    close_in(0.5)
    first = call().closes_at
    stops = advance(Stride.NEXT)
    assert stops[-1] == first
    assert is_near(read_work_clock(), first)


def test_time_never_goes_back(sandbox: Mark) -> None:
    advance(Stride.HOUR)
    before = read_mark(folder()).ahead
    write_mark(folder(), Mark(sandbox.code, TOMORROW, timedelta(days=-3)))
    assert read_mark(folder()).ahead == timedelta()
    write_mark(folder(), Mark(sandbox.code, TOMORROW, before))
    advance(Stride.HOUR)
    assert read_mark(folder()).ahead > before + timedelta(minutes=59)


def test_what_the_clock_makes_due_is_done_by_worker_and_step_alike() -> None:
    by_worker = {duty.__name__ for duty, _every in DUTIES}
    by_step = {duty.__name__ for duty in DUE}
    assert by_step <= by_worker
    assert by_worker - by_step == NOT_BY_THE_CLOCK


def test_no_live_site_moves_time_by_a_page_or_a_file(
    sign_in: Callable[[str], Client], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEMO = False
    write_mark(folder(), Mark("made-up", TOMORROW, timedelta(days=40)))
    (folder() / "clock").write_text("2030-01-01T00:00:00Z")
    try:
        assert is_near(read_clock(), datetime.now(UTC))
        assert is_near(read_work_clock(), datetime.now(UTC))
        with pytest.raises(Unknown):
            advance(Stride.HOUR)
        settings.DEMO = True  # who signs in by card is asked for no second factor
        for method in ("get", "post"):
            assert getattr(sign_in("martin"), method)("/en/sandbox/", {"act": "week"}).status_code == 404
        assert read_mark(folder()).ahead == timedelta(days=40)
    finally:
        (folder() / MARK).unlink()
        (folder() / "clock").unlink()


def test_settings_and_a_file_make_no_sandbox_of_a_database_that_is_none(
    forged: Mark, sign_in: Callable[[str], Client]
) -> None:
    with pytest.raises(Unknown):
        advance(Stride.HOUR)
    assert sign_in("martin").post("/en/sandbox/", {"act": "week"}).status_code == 404
    assert read_mark(folder()).ahead == forged.ahead
    answer = SandboxMiddleware(lambda _request: HttpResponse("a page"))(HttpRequest())
    assert (answer.status_code, b"not this sandbox" in answer.content) == (503, True)
    with pytest.raises(SystemExit, match="not this sandbox's"):
        refuse_wrong_site()


def test_a_database_that_holds_anybody_never_becomes_a_sandboxs() -> None:
    with pytest.raises(Refused):
        be_born(code="late")
    assert not Sandbox.objects.exists()


def test_a_live_site_refuses_a_sandboxs_database(sandbox: Mark, settings: Any) -> None:
    refuse_wrong_site()
    settings.SANDBOX = False
    with pytest.raises(SystemExit, match="never becomes a live site's"):
        refuse_wrong_site()


@pytest.mark.parametrize(
    ("is_set", "has_mark", "said"), [(True, False, "holds no sandbox"), (False, True, "never a live")]
)
def test_folder_and_setting_agree_or_nothing_starts(
    is_set: bool, has_mark: bool, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIX_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MIX_SANDBOX", "1" if is_set else "")
    if has_mark:
        write_mark(tmp_path, Mark("a", TOMORROW))
    with pytest.raises(environment.Misconfigured, match=said):
        environment.read()


def test_a_sandbox_has_no_mail_server_and_no_witness(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIX_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MIX_SANDBOX", "1")
    monkeypatch.setenv("MIX_MAIL_URL", "smtp://mail.guelph.example")
    monkeypatch.setenv("MIX_WITNESSES", "w@guelph.example")
    write_mark(tmp_path, Mark("a", TOMORROW))
    found = environment.read()
    assert (found.sandbox, found.mail_url, found.witnesses) == (True, "", ())


def test_a_sandbox_that_has_ended_serves_nothing_and_says_why(sandbox: Mark) -> None:
    passed = SandboxMiddleware(lambda _request: HttpResponse("a page"))
    assert passed(HttpRequest()).content == b"a page"
    write_mark(folder(), Mark(sandbox.code, date(2020, 1, 1)))
    answer = passed(HttpRequest())
    assert (answer.status_code, b"This sandbox has ended" in answer.content) == (503, True)
    with pytest.raises(SystemExit, match="ended on 2020-01-01"):
        refuse_wrong_site()
    with pytest.raises(Refused):
        advance(Stride.HOUR)


def test_time_is_moved_on_a_page_and_every_page_says_that_it_is_a_sandbox(
    sandbox: Mark, sign_in: Callable[[str], Client]
) -> None:
    close_in(30)
    anybody, martin = sign_in(""), sign_in("martin")
    for url in ("/en/", "/en/challenges/", "/en/account/login/", "/en/sandbox/"):
        assert "<b>Sandbox.</b>" in anybody.get(url).content.decode(), url
    assert "Sign in to move it." in anybody.get("/en/sandbox/").content.decode()
    anybody.post("/en/sandbox/", {"act": "day"})
    assert read_mark(folder()).ahead == timedelta()
    answer = martin.post("/en/sandbox/", {"act": "day"}, follow=True)
    assert "Time was moved, with stops at" in answer.content.decode()
    assert is_near(read_clock(), datetime.now(UTC) + timedelta(days=1))
    assert "Elsewhere it is" in martin.get("/en/sandbox/").content.decode()
    assert json.loads((folder() / MARK).read_text())["ahead"] > 86_000


def test_what_comes_next_opens_no_price_that_a_call_does_not_ask(now: Any) -> None:
    found = [c for c in list_coming(now=now) if c.challenge and c.challenge.code == "water-leaks" and c.what == OPENING]
    assert [c.envelope for c in found] == [Envelope.TECHNICAL]


def test_a_sandbox_stays_of_the_kind_that_it_was_made(tmp_path: Path) -> None:
    assert sandboxes._kept(tmp_path, sandboxes.EMPTY, is_new=True, asked=True)
    assert sandboxes._kept(tmp_path, sandboxes.EMPTY, is_new=False, asked=False)
    assert not sandboxes._kept(tmp_path, sandboxes.OWN, is_new=False, asked=True)


def test_a_refused_database_leaves_no_folder_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "new"
    sandboxes._begin(folder, days=9)
    (folder / "database").write_text("postgresql://somewhere/else", encoding="utf-8")
    monkeypatch.setattr("mix.jobs.start.migrate", lambda: None)
    with pytest.raises(SystemExit, match="holds a site already"):
        sandboxes._fill(folder, is_new=True, empty=False)
    assert not folder.exists()
