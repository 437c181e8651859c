"""What vendors handed in is looked at by a virus scanner once it is open: marked, never rejected, never before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mix.data.models import Event, Submission
from mix.jobs import doctor
from mix.jobs.work import scan_waiting
from mix.readers.market.sealing import get_file_sha256, list_files, list_unscanned, stream_opened_file
from mix.rules.core.kinds import Scan
from mix.vault.models import SealedFile
from tests.fake_scanner import FakeScanner, scanning

pytestmark = pytest.mark.django_db


def submission_of(vendor: str, challenge: str = "under-our-streets") -> Submission:
    return Submission.objects.get(
        solicitation__step__challenge__code=challenge, solicitation__step__key="invitation", vendor__code=vendor
    )


@pytest.fixture
def suspect(db: None) -> SealedFile:
    """Return the row of an opened file, whose content the scanner takes for a virus."""
    found = SealedFile.objects.exclude(opened_blob="").filter(submission=submission_of("releve").code).first()
    assert found
    return found


@pytest.fixture
def scanner(suspect: SealedFile, settings: Any) -> Iterator[FakeScanner]:
    _fact, chunks = stream_opened_file(submission_of("releve"), suspect.code)
    with scanning(FakeScanner(virus=b"".join(chunks))) as made:
        settings.SCANNER = made.address
        yield made


def name_of(row: SealedFile) -> str:
    fact, chunks = stream_opened_file(submission_of("releve"), row.code)
    list(chunks)
    return fact.name


def verdicts() -> dict[str, str]:
    return dict(SealedFile.objects.exclude(opened_blob="").values_list("code", "scan"))


def test_every_opened_file_is_looked_at_once_and_what_is_found_is_marked(
    scanner: FakeScanner, suspect: SealedFile, now: Any, sign_in: Callable[[str], Client]
) -> None:
    waiting = list_unscanned(most=1000)
    assert suspect.code in waiting
    assert len(waiting) > 1
    page = reverse("city-step", args=["under-our-streets", "invitation"])
    before = sign_in("olivia").get(page).content.decode()
    assert "Not scanned yet" in before
    assert name_of(suspect) in before
    scan_waiting(now=now)
    assert len(scanner.looked_at) == len(waiting)
    assert list_unscanned(most=1) == []
    alike = {code for code in waiting if get_file_sha256(code) == get_file_sha256(suspect.code)}
    assert {code for code, scan in verdicts().items() if scan == Scan.FOUND} == alike
    assert set(verdicts().values()) == {Scan.FOUND.value, Scan.CLEAN.value}
    told = Event.objects.filter(verb="sealing.warn_of_file")
    assert {(e.payload["file"], e.payload["found"]) for e in told} == {(code, "Test.Virus") for code in alike}
    after = sign_in("olivia").get(page).content.decode()
    assert "The virus scanner warns: Test.Virus" in after
    assert "No virus found" in after
    file = reverse("city-file", args=["under-our-streets", suspect.submission, suspect.code])
    assert sign_in("olivia").get(file).status_code == 200  # marked, never kept from anybody
    scan_waiting(now=now)
    assert len(scanner.looked_at) == len(waiting)


def test_the_panel_reads_what_the_scanner_says(
    scanner: FakeScanner, suspect: SealedFile, now: Any, sign_in: Callable[[str], Client]
) -> None:
    scan_waiting(now=now)
    label = submission_of("releve").labels.get(member__person__code="hugo").label
    page = sign_in("hugo").get(f"/fr/evaluation/under-our-streets/shortlist/score/{label}/").content.decode()
    assert "L’antivirus met en garde\u00a0: Test.Virus" in page


def test_what_is_sealed_is_not_looked_at(scanner: FakeScanner, now: Any) -> None:
    sealed = [f.code for f in list_files(submission_of("northlight", "water-leaks"))]
    assert sealed
    scan_waiting(now=now)
    assert set(SealedFile.objects.filter(code__in=sealed).values_list("scan", flat=True)) == {"waiting"}


def test_a_scanner_that_is_away_holds_nothing_up(suspect: SealedFile, settings: Any, now: Any) -> None:
    settings.SCANNER = "unix:///nowhere/clamd.ctl"
    before = verdicts()
    scan_waiting(now=now)
    assert verdicts() == before
    (word,) = doctor.scanner()
    assert (word.state, "does not answer" in word.text) == (doctor.State.BAD, True)


@pytest.mark.parametrize("facts", [{"most_bytes": 3}, {"breaks_off": True}])
def test_a_file_that_the_scanner_cannot_take_does_not_stop_the_others(
    scanner: FakeScanner, now: Any, facts: dict[str, Any]
) -> None:
    for name, value in facts.items():
        setattr(scanner, name, value)
    scan_waiting(now=now)
    assert set(verdicts().values()) == {Scan.NOT_POSSIBLE.value}


def test_without_a_scanner_nothing_is_said(
    suspect: SealedFile, settings: Any, now: Any, sign_in: Callable[[str], Client]
) -> None:
    settings.SCANNER = ""
    scan_waiting(now=now)
    page = sign_in("olivia").get(reverse("city-step", args=["under-our-streets", "invitation"])).content.decode()
    assert name_of(suspect) in page
    assert "scanned" not in page
    (word,) = doctor.scanner()
    assert word.state is doctor.State.LOOK


def test_the_doctor_names_the_scanner(scanner: FakeScanner) -> None:
    (word,) = doctor.scanner()
    assert (word.state, word.text) == (doctor.State.GOOD, "ClamAV 1.0.7/27500/Mon Nov 23 2026 answers.")
