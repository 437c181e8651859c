"""What a thief of the database, of a mail or of a backup learns of sealed files before the opening: that there are."""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from mix.actions.core.run import run
from mix.actions.core.signing import public_key
from mix.actions.market import openings, sealing, submissions
from mix.data.models import Solicitation, Submission, Vendor
from mix.rules.core.kinds import Envelope
from mix.rules.core.verdicts import Verdict
from mix.rules.market.receipts import verify_receipt
from tests.stolen import backed_up, every_row

pytestmark = pytest.mark.django_db
NAME = "CANARY-our-price-of-next-year.txt"
SHORT = b"412000"  # who may test guesses soon has it
SIZE = 1_234_567
LARGE = b"x" * SIZE
ANSWERS = {"team": "Three people", "insurance": True, "approach": "a", "newness": "n", "business": "b"}


@pytest.fixture
def call() -> Solicitation:
    return Solicitation.objects.select_related("step__challenge__municipality", "step__challenge__method").get(
        step__challenge__code="water-leaks", step__key="invitation"
    )


@pytest.fixture
def kim(sign_in: Callable[[str], Client]) -> Client:
    return sign_in("kim")


@pytest.fixture
def drafted(call: Solicitation, actor: Callable[[str], Any], now: Any, kim: Client) -> Submission:
    """Two files that are in a draft, one that was taken out again, and one of which half has come."""
    submission = run(actor("kim"), now, submissions.start, call, Vendor.objects.get(code="kestrel"))
    run(actor("kim"), now, submissions.save_answers, submission, answers=ANSWERS)
    codes = []
    for name, content in ((NAME, SHORT), ("large-CANARY.txt", LARGE), ("away-CANARY.txt", SHORT)):
        stream = sealing.open_stream(call, envelope="technical")
        stream.write(content)
        facts = {"stored": stream.finish(), "envelope": "technical", "name": name}
        codes.append(run(actor("kim"), now, submissions.add_file, submission, **facts))
    run(actor("kim"), now, submissions.drop_file, submission, code=codes[-1])
    url = f"/en/vendor/submissions/{submission.code}/uploads/"
    begun = kim.post(url, {"name": "half-CANARY.txt", "size": SIZE + 1}).json()
    part = kim.post(f"{url}{begun['upload']}/?start=0", LARGE[:1000], content_type="application/octet-stream")
    assert part.json() == {"there": 1000}
    return submission


def given_away(text: bytes) -> list[str]:
    """Name what a text tells of the files."""
    told = {
        "name": b"CANARY",
        "size": rb"(?<![0-9a-f])123456[78](?![0-9a-f])",
        "fingerprint": hashlib.sha256(SHORT).hexdigest().encode(),
        "fingerprint of the large one": hashlib.sha256(LARGE).hexdigest().encode(),
    }
    return [what for what, pattern in told.items() if re.search(pattern, text)]


def test_a_draft_gives_nothing_away(
    drafted: Submission, kim: Client, now: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    page = kim.get(f"/en/vendor/submissions/{drafted.code}/files/").content
    assert given_away(page) == ["name", "fingerprint", "fingerprint of the large one"]  # its own team reads it
    assert given_away(every_row()) == []
    assert given_away(backed_up(tmp_path, now=now)) == []
    assert given_away(caplog.text.encode()) == []


def test_what_is_finalised_gives_nothing_away_and_the_vendor_has_its_receipt(
    drafted: Submission,
    actor: Callable[[str], Any],
    kim: Client,
    now: Any,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    version = run(actor("kim"), now, submissions.finalise, drafted, retry_key="one")
    assert given_away(every_row()) == []  # receipts, log and mails are rows
    assert given_away(backed_up(tmp_path, now=now)) == []
    assert given_away(caplog.text.encode()) == []
    page = kim.get(f"/en/vendor/receipts/{version.reference}/").content
    assert given_away(page) == ["name", "fingerprint", "fingerprint of the large one"]
    receipt = kim.get(f"/en/vendor/receipts/{version.reference}/json/").content
    own = [line["fact"] for line in json.loads(receipt)["files"]["technical"]]
    assert [(f["name"], f["size"]) for f in own] == [(NAME, len(SHORT)), ("large-CANARY.txt", SIZE)]
    assert own[0]["sha256"] == hashlib.sha256(SHORT).hexdigest()
    assert verify_receipt(receipt, public_key=public_key()).verdict is Verdict.HOLDS
    forged = receipt.replace(own[0]["sha256"].encode(), b"0" * 64)
    found = verify_receipt(forged, public_key=public_key())
    assert (found.verdict, found.place) == (Verdict.TAMPERED, "receipt.files.technical")


def test_a_receipt_whose_key_is_lost_still_holds(
    drafted: Submission, actor: Callable[[str], Any], kim: Client, now: Any
) -> None:
    version = run(actor("kim"), now, submissions.finalise, drafted, retry_key="one")
    (Path(settings.DATA_DIR) / "keys" / f"own-{drafted.code}.age").unlink()
    assert kim.get(f"/en/vendor/receipts/{version.reference}/").status_code == 200
    receipt = kim.get(f"/en/vendor/receipts/{version.reference}/json/").content
    assert "files" not in json.loads(receipt)
    assert verify_receipt(receipt, public_key=public_key()).verdict is Verdict.HOLDS


def test_after_the_opening_everything_is_read_by_its_name(
    drafted: Submission, call: Solicitation, actor: Callable[[str], Any], sign_in: Callable[[str], Client], now: Any
) -> None:
    run(actor("kim"), now, submissions.finalise, drafted, retry_key="one")
    later = call.closes_at + timedelta(minutes=60)
    run(actor("olivia"), later, openings.open_envelopes, call, envelope=Envelope.TECHNICAL)
    page = sign_in("olivia").get("/en/city/challenges/water-leaks/invitation/").content.decode()
    assert (NAME in page, "large-CANARY.txt" in page, "away-CANARY.txt" in page) == (True, True, False)
