"""Ciphertext that nobody keeps: refused, sent twice, broken off, taken out, left; and how much one vendor may have."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.urls import reverse

from mix.actions.core.run import run
from mix.actions.market import submissions
from mix.actions.market.sealing import LEFT_FOR, begin_upload, drop_unreferenced, open_stream
from mix.data.models import Person, Submission
from mix.readers.market.sealing import list_files
from mix.vault import storage
from mix.vault.models import SealedFile, Upload
from mix.web.suppliers.uploads import sealing

pytestmark = pytest.mark.django_db
GOOD = ("plan.txt", b"plan " * 1000)


@pytest.fixture
def draft() -> Submission:
    return Submission.objects.select_related("vendor", "solicitation").get(
        solicitation__step__challenge__code="water-leaks", solicitation__step__key="invitation", vendor__code="tamarack"
    )


@pytest.fixture
def tess(draft: Submission) -> Client:
    client = Client(enforce_csrf_checks=True)
    person = Person.objects.get(code="tess")
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def lying() -> set[str]:
    return {path.name for path in (Path(site.DATA_DIR) / "sealed").rglob("*") if path.is_file()}


def post(client: Client, draft: Submission, *files: tuple[str, bytes], token: bool = True, **more: Any) -> Any:
    url = reverse("vendor-files", args=[draft.code]) + more.pop("query", "")
    client.get(url)
    typed: dict[str, Any] = {}
    if token:
        typed["csrfmiddlewaretoken"] = client.cookies["csrftoken"].value
    return client.post(url, {**typed, "file": [SimpleUploadedFile(*f) for f in files]}, **more)


def test_a_request_without_its_token_leaves_nothing(tess: Client, draft: Submission) -> None:
    before = lying()
    assert post(tess, draft, GOOD, token=False).status_code == 403
    assert lying() == before


def test_a_request_of_another_site_is_refused_before_anything_is_encrypted(
    tess: Client, draft: Submission, monkeypatch: Any
) -> None:
    begun: list[object] = []
    monkeypatch.setattr(
        "mix.web.suppliers.submitting.open_stream", lambda call, **to: (begun.append(call), open_stream(call, **to))[1]
    )
    assert post(tess, draft, GOOD, headers={"origin": "https://evil.example"}).status_code == 403
    assert begun == []
    assert post(tess, draft, GOOD).status_code == 302
    assert len(begun) == 1


def test_of_several_files_in_one_request_none_is_kept_and_that_is_said(tess: Client, draft: Submission) -> None:
    before = lying()
    answer = post(tess, draft, GOOD, ("more.txt", b"more"), ("last.txt", b"last"))
    assert (answer.status_code, "Send one file at a time" in answer.content.decode()) == (422, True)
    assert (lying(), list_files(draft)) == (before, [])


@pytest.mark.parametrize("limit", ["SEALED_FILE_LIMIT", "SEALED_SUBMISSION_LIMIT", "VENDOR_FILES_LIMIT"])
def test_a_file_that_is_refused_leaves_nothing(tess: Client, draft: Submission, settings: Any, limit: str) -> None:
    setattr(settings, limit, 1000)
    before = lying()
    assert post(tess, draft, GOOD).status_code in (413, 422)
    assert lying() == before


def test_an_envelope_that_is_not_there_leaves_nothing(tess: Client, draft: Submission) -> None:
    before = lying()
    assert post(tess, draft, GOOD, query="?envelope=none").status_code == 422
    assert lying() == before


def test_a_connection_that_breaks_leaves_nothing(draft: Submission) -> None:
    before = lying()
    with (
        pytest.raises(OSError, match="gone"),
        sealing(RequestFactory().post("/"), lambda: open_stream(draft.solicitation, envelope="technical")) as handler,
    ):
        handler.new_file("file", "plan.txt", "text/plain", 100)
        handler.receive_data_chunk(b"plan " * 20, 0)
        assert handler.sealer is not None
        raise OSError("gone")
    assert lying() == before


def test_a_file_that_was_never_handed_in_is_gone_when_it_is_taken_out(
    tess: Client, draft: Submission, actor: Callable[[str], Any], now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    before = lying()
    post(tess, draft, GOOD)
    (file,) = list_files(draft)
    with django_capture_on_commit_callbacks(execute=True):
        run(actor("tess"), now, submissions.drop_file, draft, code=file.code)
    row = SealedFile.objects.get(code=file.code)  # who took it out and when is told to the team
    assert (lying(), row.blob, row.removed_by, list_files(draft)) == (before, "", "tess", [])


def test_a_file_that_was_handed_in_stays_when_it_is_taken_out(
    tess: Client, draft: Submission, actor: Callable[[str], Any], now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    post(tess, draft, GOOD)
    (file,) = list_files(draft)
    run(actor("tess"), now, submissions.save_answers, draft, answers={"team": "Three", "insurance": True})
    run(actor("tess"), now, submissions.finalise, draft, retry_key="one")
    with django_capture_on_commit_callbacks(execute=True):
        run(actor("tess"), now, submissions.drop_file, draft, code=file.code)
    row = SealedFile.objects.get(code=file.code)
    assert (row.removed_at, row.blob in lying(), list_files(draft)) == (now, True, [])


def test_what_nothing_refers_to_goes_after_a_week(tess: Client, draft: Submission, now: datetime) -> None:
    drop_unreferenced(now=now)
    key = storage.make_key("opened")
    old, young = (storage.write_blob(b"stray", key) for _ in range(2))
    post(tess, draft, GOOD)
    kept = SealedFile.objects.get(submission=draft.code, removed_at=None).blob
    week_ago = (now - LEFT_FOR - timedelta(minutes=1)).timestamp()
    for blob in (old, kept):
        os.utime(storage.blob_path(blob), (week_ago, week_ago))
    assert drop_unreferenced(now=now) == 1
    assert {old, young, kept} & lying() == {young, kept}


def test_an_upload_that_was_left_goes_after_a_week(
    tess: Client, draft: Submission, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    url, token = f"/en/vendor/submissions/{draft.code}/uploads/", {}
    tess.get(reverse("vendor-files", args=[draft.code]))
    token = {"x-csrftoken": tess.cookies["csrftoken"].value}
    before = lying()
    upload = tess.post(url, {"name": "plan.txt", "size": 10}, headers=token).json()["upload"]
    part = tess.post(f"{url}{upload}/?start=0", b"12345", content_type="application/octet-stream", headers=token)
    assert (part.json(), len(lying() - before)) == ({"there": 5}, 1)
    Upload.objects.filter(code=upload).update(started_at=now - LEFT_FOR + timedelta(hours=1))
    with django_capture_on_commit_callbacks(execute=True):
        drop_unreferenced(now=now)
    assert Upload.objects.filter(code=upload).exists()
    Upload.objects.filter(code=upload).update(started_at=now - LEFT_FOR - timedelta(hours=1))
    with django_capture_on_commit_callbacks(execute=True):
        drop_unreferenced(now=now)
    assert (Upload.objects.filter(code=upload).exists(), lying() - before) == (False, set())


def test_one_vendor_cannot_fill_the_disk_by_beginning(tess: Client, draft: Submission, settings: Any) -> None:
    settings.VENDOR_FILES_LIMIT = 5 * 2**30
    url = f"/en/vendor/submissions/{draft.code}/uploads/"
    tess.get(reverse("vendor-files", args=[draft.code]))
    token = {"x-csrftoken": tess.cookies["csrftoken"].value}
    begin_upload(draft, envelope="technical", name="b", size=5 * 2**30, now=draft.started_at)
    answer = tess.post(url, {"name": "plan.txt", "size": 10}, headers=token)
    assert answer.status_code == 422
    (said,) = answer.json()["refused"]
    assert said.startswith("The files of your organization in open calls would be larger than 5 GB together.")
