"""Files that arrive in parts: broken off, gone on with, sent twice, cut short, too large; never plain on the disk."""

import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mix.actions.core.run import run
from mix.actions.market import submissions
from mix.data.models import Solicitation, Submission, Vendor
from mix.readers.market.sealing import list_files
from mix.vault.models import SealedFile, Upload
from tests.web.reading import finalising_form

pytestmark = pytest.mark.django_db
CANARY = b"PARTS-CANARY-5b1f-NOBODY-READS-THIS "
FILE = CANARY * 60_000  # 2.1 MB, three parts
PART = 2**20


@pytest.fixture
def draft(actor: Callable[[str], Any], now: Any) -> Submission:
    call = Solicitation.objects.get(step__challenge__code="water-leaks", step__key="invitation")
    return run(actor("kim"), now, submissions.start, call, Vendor.objects.get(code="kestrel"))


class Sender:
    """A browser that sends a file in parts."""

    def __init__(self, client: Client, submission: Submission) -> None:
        self.client, self.base = client, f"/en/vendor/submissions/{submission.code}/uploads/"

    def begin(self, *, name: str = "plan.txt", size: int = len(FILE), **more: str) -> Any:
        """Begin, or go on."""
        return self.client.post(self.base, {"name": name, "size": size, **more})

    def part(self, upload: str, start: int, content: bytes) -> Any:
        """Send one part."""
        url = f"{self.base}{upload}/?start={start}"
        return self.client.post(url, content, content_type="application/octet-stream")

    def finish(self, upload: str) -> Any:
        """Say that all parts are sent."""
        return self.client.post(f"{self.base}{upload}/finish/")


@pytest.fixture
def sender(sign_in: Callable[[str], Client], draft: Submission) -> Sender:
    return Sender(sign_in("kim"), draft)


def test_a_connection_that_breaks_at_twenty_places_loses_nothing(sender: Sender, draft: Submission) -> None:
    chance = random.Random(20)  # noqa: S311 - the same breaks every time
    breaks = sorted(chance.sample(range(1, len(FILE)), 20))
    for end in [*breaks, len(FILE)]:
        said = sender.begin().json()  # the page was left and the same file chosen again
        start = said["there"]
        while start < end:
            start = sender.part(said["upload"], start, FILE[start : min(start + PART, end)]).json()["there"]
    again = sender.part(said["upload"], 0, FILE[:PART])
    assert (again.status_code, again.json()["there"]) == (200, len(FILE))  # twice is once
    done = sender.finish(said["upload"])
    assert done.json() == {"sha256": hashlib.sha256(FILE).hexdigest()}
    (file,) = list_files(draft)
    assert (file.name, file.size, file.sha256) == ("plan.txt", len(FILE), hashlib.sha256(FILE).hexdigest())
    assert not Upload.objects.exists()
    assert sender.finish(said["upload"]).status_code == 422


def test_no_part_is_ever_plain(sender: Sender) -> None:
    said = sender.begin().json()
    sender.part(said["upload"], 0, FILE[:PART])
    files = [p for p in Path(settings.DATA_DIR).rglob("*") if p.is_file()]
    assert [p for p in files if CANARY in p.read_bytes()] == []


@pytest.mark.parametrize(
    ("start", "content", "there"),
    [(5, b"x", "0"), (-1, b"x", "0"), (0, b"", "0"), (0, b"x" * (PART + 1), "0"), (10**9, b"x", "0")],
)
def test_a_part_out_of_place_is_refused_and_says_where(sender: Sender, start: int, content: bytes, there: str) -> None:
    answer = sender.part(sender.begin().json()["upload"], start, content)
    assert (answer.status_code, answer.json()["there"]) == (422, there)


def test_more_than_was_said_is_refused_and_less_is_not_finished(sender: Sender, draft: Submission) -> None:
    upload = sender.begin(size=10).json()["upload"]
    assert sender.part(upload, 0, b"12345678901").status_code == 422
    assert sender.part(upload, 0, b"12345").json() == {"there": 5}
    assert sender.finish(upload).json()["there"] == "5"
    assert list_files(draft) == []


@pytest.mark.parametrize(
    ("name", "size", "says"),
    [
        ("plan.txt", 0, "empty"),
        ("plan.txt", 10**9, "larger than 100 MB"),
        ("", 5, "Give a name"),
        ("plan.txt", -3, "empty"),
    ],
)
def test_what_may_not_begin(sender: Sender, name: str, size: int, says: str) -> None:
    answer = sender.begin(name=name, size=size)
    assert answer.status_code == 422
    assert says in answer.json()["refused"][0]


def test_a_program_that_calls_itself_a_plan_is_refused(sender: Sender) -> None:
    answer = sender.part(sender.begin(name="plan.pdf", size=500).json()["upload"], 0, b"MZ" + b"\0" * 400)
    assert answer.status_code == 422
    assert "is not what its name says" in answer.json()["refused"][0]


def test_another_vendors_upload_is_unknown(sender: Sender, sign_in: Callable[[str], Client]) -> None:
    upload = sender.begin().json()["upload"]
    for code in ("tess", "olivia", ""):
        client = sign_in(code)
        for url in (sender.base, f"{sender.base}{upload}/?start=0", f"{sender.base}{upload}/finish/"):
            assert client.post(url, b"x", content_type="application/octet-stream").status_code in (302, 403, 404)
    assert sender.client.get(sender.base).status_code == 405


def test_nothing_late_is_put_together(sender: Sender, draft: Submission, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = sender.begin(size=5).json()["upload"]
    assert sender.part(upload, 0, b"12345").status_code == 200
    monkeypatch.setattr("mix.web.drawing.requests.read_clock", lambda: draft.solicitation.closes_at)
    for answer in (sender.begin(), sender.part(upload, 0, b"12345"), sender.finish(upload)):
        assert answer.status_code == 409, json.loads(answer.content)
    assert not SealedFile.objects.filter(submission=draft.code).exists()


def test_finalising_drops_what_was_not_finished(
    sender: Sender, draft: Submission, actor: Callable[[str], Any], now: Any
) -> None:
    sender.part(sender.begin().json()["upload"], 0, FILE[:PART])
    run(actor("kim"), now, submissions.save_answers, draft, answers={"team": "Three", "insurance": True})
    version = run(actor("kim"), now, submissions.finalise, draft, retry_key="one")
    assert version.receipt["statement"]["envelopes"][0]["files"] == []
    assert not Upload.objects.exists()


def test_where_there_is_no_room_files_wait_and_finalising_goes_on(
    sender: Sender, draft: Submission, settings: Any, actor: Callable[[str], Any], now: Any
) -> None:
    run(actor("kim"), now, submissions.save_answers, draft, answers={"team": "Three", "insurance": True})
    said = sender.begin().json()
    settings.UPLOADS_LEAVE = 2**60
    for refused in (sender.begin(name="other.txt"), sender.part(said["upload"], 0, FILE[:PART])):
        assert (refused.status_code, "no room for files" in refused.json()["refused"][0]) == (422, True)
    page = f"/en/vendor/submissions/{draft.code}/files/"
    answer = sender.client.post(page, {"envelope": "technical", "file": SimpleUploadedFile("plan.txt", b"plan")})
    assert (answer.status_code, "no room for files" in answer.content.decode()) == (422, True)
    assert list_files(draft) == []
    check = f"/en/vendor/submissions/{draft.code}/check/"
    form = finalising_form(sender.client.get(check).content.decode())
    assert sender.client.post(check, form).status_code == 302
