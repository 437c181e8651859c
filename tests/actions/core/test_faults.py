"""Disk full, database gone, mail down: wherever it happens, nothing is half done and a retry succeeds."""

from __future__ import annotations

import errno
import itertools
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.db import OperationalError, connection

from mix.actions.core.run import run
from mix.actions.market import openings, sealing, submissions
from mix.data.models import Message, OpenedEnvelope, Solicitation, Submission, SubmissionVersion, Vendor
from mix.jobs import work
from mix.readers.market.sealing import list_files
from mix.rules.core.kinds import Envelope
from mix.vault.models import SealedFile

pytestmark = pytest.mark.django_db
ANSWERS = {"team": "Three people", "approach": "Listen", "insurance": True}
PLAN = b"How we listen to the pipes. " * 20_000


@pytest.fixture
def draft(actor: Callable[[str], Any], now: Any) -> Submission:
    call = Solicitation.objects.select_related("step__challenge__municipality", "step__challenge__method").get(
        step__challenge__code="water-leaks", step__key="invitation"
    )
    kim = actor("kim")
    submission = run(kim, now, submissions.start, call, Vendor.objects.get(code="kestrel"))
    run(kim, now, submissions.save_answers, submission, answers=ANSWERS)
    submission.solicitation = call
    return submission


@contextmanager
def disk_full_at(monkeypatch: pytest.MonkeyPatch, number: int) -> Iterator[list[int]]:
    """Have the n-th sync of a file fail as on a full disk. Yields a list that tells how many there were."""
    real, calls = os.fsync, [0]

    def fsync(fd: int) -> None:
        calls[0] += 1
        if calls[0] == number:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(fd)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fsync)
        yield calls


@contextmanager
def database_gone_at(number: int) -> Iterator[list[int]]:
    """Have the n-th statement fail as when the database is gone."""
    calls = [0]

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        calls[0] += 1
        if calls[0] == number:
            raise OperationalError("the database is gone")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield calls


def blobs() -> set[Path]:
    return {p for p in (Path(settings.DATA_DIR) / "sealed").rglob("*") if p.is_file()}


def test_a_full_disk_refuses_a_file_whole(
    draft: Submission, actor: Callable[[str], Any], now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def upload() -> None:
        stream = sealing.open_stream(draft.solicitation, envelope="technical")
        stream.write(PLAN)
        facts = {"stored": stream.finish(), "envelope": "technical", "name": "plan.txt"}
        run(actor("kim"), now, submissions.add_file, draft, **facts)

    before = blobs()
    with disk_full_at(monkeypatch, 1), pytest.raises(OSError, match="No space left"):
        upload()
    assert (blobs(), SealedFile.objects.filter(submission=draft.code).count()) == (before, 0)
    upload()
    assert [file.size for file in list_files(draft)] == [len(PLAN)]


def test_a_database_that_goes_away_leaves_no_half_receipt(
    draft: Submission, actor: Callable[[str], Any], now: Any
) -> None:
    """At each statement of finalising in turn; the retry with the same key then gives the one receipt."""
    kim = actor("kim")
    for number in itertools.count(1):
        try:
            with database_gone_at(number) as calls:
                run(kim, now, submissions.finalise, draft, retry_key="one")
        except OperationalError:
            assert not SubmissionVersion.objects.filter(submission=draft).exists()
            assert Submission.objects.get(pk=draft.pk).state == "draft"
            assert sealing.find_draft(draft)  # the draft and its key are still there
            continue
        assert calls[0] < number  # nothing failed this time
        break
    assert number > 15
    first = SubmissionVersion.objects.get(submission=draft)
    assert run(kim, now, submissions.finalise, draft, retry_key="one").receipt == first.receipt


@pytest.mark.parametrize("fault", ["disk", "database"])
def test_an_opening_that_breaks_opens_nothing_and_can_be_done_again(
    draft: Submission, actor: Callable[[str], Any], now: Any, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    kim, call = actor("kim"), draft.solicitation
    stream = sealing.open_stream(call, envelope="technical")
    stream.write(PLAN)
    facts = {"stored": stream.finish(), "envelope": "technical", "name": "plan.txt"}
    run(kim, now, submissions.add_file, draft, **facts)
    run(kim, now, submissions.finalise, draft, retry_key="one")
    later = call.closes_at + timedelta(minutes=60)
    for number in itertools.chain(range(1, 4), range(5, 400, 60)):
        try:
            with disk_full_at(monkeypatch, number) if fault == "disk" else database_gone_at(number) as calls:
                run(actor("olivia"), later, openings.open_envelopes, call, envelope=Envelope.TECHNICAL)
        except (OSError, OperationalError):
            fresh = Solicitation.objects.get(pk=call.pk)
            assert fresh.technical_opened_at is None
            assert not OpenedEnvelope.objects.filter(submission__solicitation=call).exists()
            assert not fresh.openings.exists()
            call.technical_opened_at = None
            continue
        assert calls[0] < number
        break
    else:
        pytest.fail("it never got through")
    assert OpenedEnvelope.objects.get(submission=draft).answers["team"] == "Three people"


class _Down(BaseEmailBackend):
    def send_messages(self, _messages: Any) -> int:
        raise ConnectionRefusedError("the mail server is down")


def test_mail_that_is_down_stops_nobody_and_goes_out_later(
    draft: Submission, actor: Callable[[str], Any], now: Any, settings: Any
) -> None:
    Message.objects.all().delete()
    run(actor("kim"), now, submissions.finalise, draft, retry_key="one")
    waiting = Message.objects.filter(sent_at=None).count()
    assert waiting > 0
    works = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}._Down"
    assert work.send_waiting() == 0
    failed = Message.objects.get(sent_at=None, attempts=1)
    assert failed.reason == "ConnectionRefusedError: the mail server is down"
    settings.EMAIL_BACKEND = works
    assert work.send_waiting() == waiting - 1
    Message.objects.filter(pk=failed.pk).update(due_at=now)
    assert work.send_waiting() == 1


@pytest.mark.parametrize("off_by", [timedelta(minutes=-5), timedelta(minutes=5)])
def test_a_wrong_clock_of_the_program_does_not_open_the_sealers_door(
    draft: Submission, now: Any, off_by: timedelta
) -> None:
    """The sealer as a process reads its own clock, whatever the asking program believes."""
    from mix.vault import wire
    from mix.vault.sealer import Sealer

    sealer = Sealer(settings.SEALER_DIR)
    asked = {"do": "open", "key": draft.solicitation.key_id, "envelope": "technical", "to": "", "size": 1}

    def answered(at: Any, **more: str) -> Any:
        return wire.answer(sealer, json.dumps({**asked, **more}).encode() + b"\n", now=at)

    not_before = draft.solicitation.closes_at + timedelta(hours=1)
    early, believed = not_before - timedelta(seconds=1), (not_before + off_by).isoformat()
    assert [u["code"] for u in answered(early)["unmet"]] == ["not_openable_yet"]
    assert [u["code"] for u in answered(early, now=believed)["unmet"]] == ["not_understood"]
    assert isinstance(answered(not_before), wire.Granted)
    assert now < not_before
