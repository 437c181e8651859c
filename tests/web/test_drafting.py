"""A team writes its submission together: nobody's text is lost, and what is finalised is what was checked."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256
from html import unescape
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pypdfium2
import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from mix.actions.core.run import run
from mix.actions.market import openings, submissions
from mix.data.models import Solicitation, Submission
from mix.readers.market.sealing import list_files, list_opened_files, read_draft
from mix.rules.core.kinds import Envelope
from mix.vault.models import SealedFile
from mix.web.drawing.downloads import attachment
from tests.web.reading import entered, finalising_form

pytestmark = pytest.mark.django_db
CANARY = "TYPED-AND-SEALED-7c1d"
WHOLE = {
    "legal_status": "c",
    "team": "t",
    "approach": "a",
    "newness": "n",
    "business": "b",
    "insurance": "yes",
    "conflicts": "none",
}


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def draft() -> Submission:
    return Submission.objects.select_related("vendor", "solicitation").get(
        solicitation__step__challenge__code="water-leaks", solicitation__step__key="invitation", vendor__code="tamarack"
    )


def page_of(client: Client, url: str) -> str:
    return str(client.get(url).content.decode())


def finalising(client: Client, draft: Submission) -> dict[str, str]:
    return finalising_form(page_of(client, reverse("vendor-check", args=[draft.code])))


def test_two_people_on_two_fields_both_keep_their_text(sign_in: Callable[[str], Client], draft: Submission) -> None:
    url, tess, tom = reverse("vendor-submission", args=[draft.code]), sign_in("tess"), sign_in("tom")
    assert tess.post(url, {**WHOLE, "draft": entered(page_of(tess, url), "draft")}).status_code == 302
    number = entered(page_of(tom, url), "draft")
    assert tess.post(url, {**WHOLE, "draft": number, "team": "by Tess", "go": "stay"}).status_code == 302
    answer = tom.post(url, {**WHOLE, "draft": number, "approach": "by Tom", "go": "stay"}, follow=True)
    assert "Saved, with what your team changed meanwhile: " in answer.content.decode()
    content = read_draft(draft)
    assert (content["team"], content["approach"]) == ("by Tess", "by Tom")


def test_a_clash_shows_both_texts_until_one_is_chosen(sign_in: Callable[[str], Client], draft: Submission) -> None:
    url, tess, tom = reverse("vendor-submission", args=[draft.code]), sign_in("tess"), sign_in("tom")
    number = entered(page_of(tom, url), "draft")
    tess.post(url, {**WHOLE, "draft": number, "team": "by Tess", "approach": "Tess too"})
    mine = {**WHOLE, "team": "by Tom", "approach": read_draft(draft)["approach"]}
    answer = tom.post(url, {**mine, "draft": number})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert ("by Tess" in page, "by Tom" in page, 'name="choose-team"' in page) == (True, True, True)
    given = {**mine, "draft": entered(page, "draft"), "since-team": entered(page, "since-team")}
    assert tom.post(url, given).status_code == 409  # saved again without a choice
    assert read_draft(draft)["team"] == "by Tess"
    assert tom.post(url, {**given, "choose-team": "theirs"}).status_code == 302
    assert read_draft(draft)["team"] == "by Tess"
    assert tom.post(url, {**given, "choose-team": "mine"}).status_code == 302
    assert read_draft(draft)["team"] == "by Tom"


def test_a_choice_does_not_reach_over_a_third_text(sign_in: Callable[[str], Client], draft: Submission) -> None:
    url, tess, tom = reverse("vendor-submission", args=[draft.code]), sign_in("tess"), sign_in("tom")
    number = entered(page_of(tom, url), "draft")
    tess.post(url, {**WHOLE, "draft": number, "team": "first"})
    page = tom.post(url, {**WHOLE, "draft": number, "team": "by Tom"}).content.decode()
    tess.post(url, {**WHOLE, "draft": entered(page_of(tess, url), "draft"), "team": "second"})
    given = {**WHOLE, "team": "by Tom", "draft": entered(page, "draft"), "since-team": number, "choose-team": "mine"}
    answer = tom.post(url, given)
    assert (answer.status_code, "second" in answer.content.decode(), read_draft(draft)["team"]) == (409, True, "second")


def test_what_cannot_be_read_still_clashes(sign_in: Callable[[str], Client], draft: Submission) -> None:
    url, tess, tom = reverse("vendor-submission", args=[draft.code]), sign_in("tess"), sign_in("tom")
    number = entered(page_of(tom, url), "draft")
    tess.post(url, {**WHOLE, "draft": number, "team": "by Tess"})
    answer = tom.post(url, {**WHOLE, "draft": number, "team": "by Tom" + "x" * 60_001})
    assert (answer.status_code, entered(answer.content.decode(), "draft")) == (422, number)
    assert tom.post(url, {**WHOLE, "draft": number, "team": "by Tom"}).status_code == 409


def test_an_earlier_draft_is_seen_and_brought_back(sign_in: Callable[[str], Client], draft: Submission) -> None:
    url, tess = reverse("vendor-submission", args=[draft.code]), sign_in("tess")
    first = entered(page_of(tess, url), "draft")
    tess.post(url, {**WHOLE, "draft": first, "team": "Three plumbers"})
    history = reverse("vendor-drafts", args=[draft.code])
    page = page_of(tess, f"{history}?number={first}")
    assert ("Three people, one of them a plumber" in unescape(re.sub("<[^>]+>", "", page)), "plumbers" in page) == (
        True,
        True,
    )
    assert tess.get(f"{history}?number=999").status_code == 404
    assert tess.post(history, {"act": "bring_back", "item": first}).status_code == 302
    assert read_draft(draft)["team"] == "Three people, one of them a plumber"
    assert sign_in("nora").get(history).status_code == 404


def test_many_earlier_drafts_are_listed_page_by_page(
    sign_in: Callable[[str], Client], actor: Callable[[str], Any], draft: Submission, now: Any
) -> None:
    for n in range(20):  # as a page does that saves itself
        run(actor("tess"), now, submissions.save_answers, draft, answers={"team": f"{n} people"})
    history, tess = reverse("vendor-drafts", args=[draft.code]), sign_in("tess")
    first, second = page_of(tess, history), page_of(tess, f"{history}?page=2")
    assert [page.count("How the draft differs from it") for page in (first, second)] == [19, 1]
    assert (">Next page<" in first, ">Previous page<" in second) == (True, True)


def test_what_is_finalised_is_what_was_checked(sign_in: Callable[[str], Client], draft: Submission) -> None:
    url, tess, tom = reverse("vendor-submission", args=[draft.code]), sign_in("tess"), sign_in("tom")
    tess.post(url, {**WHOLE, "draft": entered(page_of(tess, url), "draft")})
    check, seen = reverse("vendor-check", args=[draft.code]), finalising(tess, draft)
    tom.post(url, {**WHOLE, "draft": entered(page_of(tom, url), "draft"), "approach": "REPLACED"})
    answer = tess.post(check, seen)
    page = answer.content.decode()
    assert (answer.status_code, draft.versions.exists()) == (409, False)
    assert re.search(r"was changed by Tom [^<]+ \(\d{4}-", page), page
    assert "REPLACED" in page
    blind = tess.post(check, {"act": "finalise", "retry": "k", "bind": "on"})
    assert (blind.status_code, draft.versions.exists()) == (409, False)
    assert tess.post(check, finalising_form(page)).status_code == 302


def test_a_file_that_came_meanwhile_is_not_finalised_unseen(
    sign_in: Callable[[str], Client], draft: Submission
) -> None:
    url, tess, tom = reverse("vendor-submission", args=[draft.code]), sign_in("tess"), sign_in("tom")
    tess.post(url, {**WHOLE, "draft": entered(page_of(tess, url), "draft")})
    files, seen = reverse("vendor-files", args=[draft.code]), finalising(tess, draft)
    tom.post(files, {"envelope": "technical", "file": SimpleUploadedFile("more.txt", b"more")})
    answer = tess.post(reverse("vendor-check", args=[draft.code]), seen)
    assert (answer.status_code, "The file “more.txt” was added by Tom" in answer.content.decode()) == (409, True)


@pytest.mark.parametrize("name", ["vendor-submission", "vendor-price"])
def test_a_sealed_text_that_was_typed_while_signed_out_waits_on_its_page_alone(
    sign_in: Callable[[str], Client], draft: Submission, name: str
) -> None:
    client, url = sign_in(""), reverse(name, args=[draft.code])
    answer = client.post(url, {**WHOLE, "draft": "1", "team": f"{CANARY}\nsecond line"})
    page = answer.content.decode()
    assert (answer.status_code, "You are signed out" in page) == (403, True)
    assert entered(page, "team").splitlines() == [CANARY, "second line"]
    assert [s for s in Session.objects.all() if CANARY in str(s.get_decoded())] == []


def test_a_form_with_an_old_token_is_sent_again_from_the_page_that_says_so(
    sign_in: Callable[[str], Client], draft: Submission
) -> None:
    tess = sign_in("tess")
    client, url = Client(enforce_csrf_checks=True), reverse("vendor-submission", args=[draft.code])
    client.cookies = tess.cookies
    given = {**WHOLE, "draft": entered(page_of(tess, url), "draft"), "team": CANARY, "csrfmiddlewaretoken": "old"}
    answer = client.post(f"/fr{url[3:]}", given, headers={"Referer": "http://testserver/fr/vendor/"})
    page = answer.content.decode()
    assert (answer.status_code, 'lang="fr-CA"' in page, "L’envoyer de nouveau" in page) == (403, True, True)
    assert entered(page, "team") == CANARY
    again = {**given, "csrfmiddlewaretoken": entered(page, "csrfmiddlewaretoken")}
    assert client.post(url, again, headers={"Origin": "http://testserver"}).status_code == 302
    assert read_draft(draft)["team"] == CANARY


@pytest.mark.parametrize(
    ("origin", "more"), [("https://elsewhere.example", {}), ("", {}), ("http://testserver", {"password": "hunter"})]
)
def test_a_form_of_another_site_or_with_a_password_is_not_offered_again(
    sign_in: Callable[[str], Client], draft: Submission, origin: str, more: dict[str, str]
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = sign_in("tess").cookies
    headers = {"Origin": origin} if origin else {}
    answer = client.post(reverse("vendor-submission", args=[draft.code]), {"team": CANARY, **more}, headers=headers)
    page = answer.content.decode()
    assert (answer.status_code, CANARY in page, "This form was not taken" in page) == (403, False, True)


def test_more_rows_than_are_taken_are_refused_with_all_that_was_typed(
    sign_in: Callable[[str], Client], step: Callable[[str, str], Any]
) -> None:
    url = reverse("city-step", args=["downtown-parking-2", "commissioning"])
    page = page_of(sign_in("priya"), url)
    rows, column = re.findall(r'name="(\w+)-0-(\w+)"', page)[0]
    typed = {f"{rows}-{n}-{column}": f"row {n}" for n in range(201)}
    answer = sign_in("priya").post(url, {"act": "save", "version": entered(page, "version"), **typed})
    said = answer.content.decode()
    assert (answer.status_code, "At most 200 rows are taken here; there are 201" in said) == (422, True)
    assert "row 200<" in said


def test_a_name_reads_as_it_is_spelt_however_it_comes(sign_in: Callable[[str], Client], draft: Submission) -> None:
    tess, name = sign_in("tess"), "\u202egnp.fdp " + "é" * 200 + ".txt"
    given = {"envelope": "technical", "file": SimpleUploadedFile(name, b"a")}
    tess.post(reverse("vendor-files", args=[draft.code]), given)
    upload = reverse("vendor-upload", args=[draft.code])
    said = tess.post(upload, {"name": name, "size": "1", "envelope": "technical"}).json()["upload"]
    tess.post(f"{upload}{said}/?start=0", b"a", content_type="application/octet-stream")
    tess.post(f"{upload}{said}/finish/")
    clean = "gnp.fdp " + "é" * 138 + ".txt"
    assert {f.name for f in list_files(draft)} == {clean}


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("plan.pdf", "attachment; filename=\"plan.pdf\"; filename*=UTF-8''plan.pdf"),
        (
            "Résumé été.pdf",
            "attachment; filename=\"Resume ete.pdf\"; filename*=UTF-8''R%C3%A9sum%C3%A9%20%C3%A9t%C3%A9.pdf",
        ),
        ('a"b;c.pdf', "attachment; filename=\"a_b_c.pdf\"; filename*=UTF-8''a%22b%3Bc.pdf"),
        ("../../x.pdf", "attachment; filename=\"x.pdf\"; filename*=UTF-8''x.pdf"),
    ],
)
def test_a_file_is_fetched_under_its_own_name(name: str, header: str) -> None:
    assert attachment(name) == header


def test_who_has_begun_goes_on_and_does_not_start_again(sign_in: Callable[[str], Client], draft: Submission) -> None:
    page = page_of(sign_in("tess"), reverse("vendor-call", args=[draft.solicitation.reference]))
    assert ("Go on for" in page, "Start a submission" in page) == (True, False)
    other = page_of(sign_in("kim"), reverse("vendor-call", args=[draft.solicitation.reference]))
    assert ("Go on for" in other, "Start a submission" in other) == (False, True)


def test_after_closing_a_draft_is_read_and_not_written(
    sign_in: Callable[[str], Client], draft: Submission, now: Any
) -> None:
    Solicitation.objects.filter(pk=draft.solicitation_id).update(closes_at=now - timedelta(seconds=1))
    tess = sign_in("tess")
    page = page_of(tess, reverse("vendor-submission", args=[draft.code]))
    assert ("<textarea" in page, "You have no submission that counts" in page) == (False, True)
    assert "Three people, one of them a plumber" in page
    for name in ("vendor-files", "vendor-check", "vendor-copy", "vendor-drafts"):
        assert tess.get(reverse(name, args=[draft.code])).status_code == 302
    late = tess.post(reverse("vendor-check", args=[draft.code]), {"act": "finalise", "retry": "k", "bind": "on"})
    assert (late.status_code, "You have no submission that counts" in late.content.decode()) == (409, True)


def test_a_vendor_reads_its_own_submission_once_it_is_open(
    sign_in: Callable[[str], Client], draft: Submission, actor: Callable[[str], Any], now: Any, monkeypatch: Any
) -> None:
    url, tess, call = reverse("vendor-submission", args=[draft.code]), sign_in("tess"), draft.solicitation
    tess.post(url, {**WHOLE, "draft": entered(page_of(tess, url), "draft"), "team": CANARY})
    given = {"envelope": "technical", "file": SimpleUploadedFile("Résumé.txt", b"our file")}
    tess.post(reverse("vendor-files", args=[draft.code]), given)
    receipt = tess.post(reverse("vendor-check", args=[draft.code]), finalising(tess, draft)).headers["Location"]
    file = SealedFile.objects.get(submission=draft.code)
    own = reverse("vendor-own-file", args=[draft.code, file.code])
    whole = [reverse(name, args=[draft.code]) for name in ("vendor-own-pdf", "vendor-own-archive")]
    assert [tess.get(address).status_code for address in (own, *whole)] == [404, 404, 404]
    later = call.closes_at + timedelta(hours=2)
    monkeypatch.setattr("mix.web.drawing.requests.read_clock", lambda: later)
    page = page_of(tess, url)
    assert ("Version 1 counts" in page, "Nobody can read it here before opening" in page, CANARY in page) == (
        True,
        True,
        False,
    )
    late = tess.post(reverse("vendor-check", args=[draft.code]), {"act": "finalise", "retry": "k", "bind": "on"})
    assert "Version 1 of Tamarack" in late.content.decode()
    run(actor("olivia"), later, openings.open_envelopes, call, envelope=Envelope.TECHNICAL)
    assert CANARY in page_of(tess, url)
    fetched = tess.get(own)
    assert b"".join(fetched.streaming_content) == b"our file"
    assert fetched.headers["Content-Disposition"].endswith("filename*=UTF-8''R%C3%A9sum%C3%A9.txt")
    assert "Read your submission" in page_of(tess, receipt)
    assert all(address in page_of(tess, url) for address in whole)
    assert [sign_in("nora").get(address).status_code for address in (own, *whole)] == [404, 404, 404]


def test_a_vendor_takes_home_what_it_handed_in_with_its_files(sign_in: Callable[[str], Client]) -> None:
    own = Submission.objects.get(solicitation__reference="GUELPH-ROADS-SPRIN-RFP21", vendor__code="tamarack")
    tess, name = sign_in("tess"), f"GUELPH-ROADS-SPRIN-RFP21-{own.code}"
    answer = tess.get(reverse("vendor-own-archive", args=[own.code]))
    assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="{name}.zip"')
    with ZipFile(BytesIO(b"".join(answer.streaming_content))) as pack:
        inside = {entry: pack.read(entry) for entry in pack.namelist()}
    assert list(inside) == [f"{name}.pdf", "Answers/01 solution.txt", "Price/02 price-notes.txt"]
    facts = {f.name: f.sha256 for row in list_opened_files([own], envelopes=list(Envelope)).values() for f in row}
    for entry, content in list(inside.items())[1:]:
        assert sha256(content).hexdigest() == facts[entry.split(" ", 1)[1]]
    paper = pypdfium2.PdfDocument(tess.get(reverse("vendor-own-pdf", args=[own.code])).content)
    text = " ".join(page.get_textpage().get_text_range() for page in paper).replace("\u00a0", " ")
    for said in (
        "Twelve weeks, then support in office hours.",
        "CAD 360,000",
        "solution.txt",
        facts["price-notes.txt"],
    ):
        assert said in text
    assert inside[f"{name}.pdf"][:5] == b"%PDF-"


def test_a_vendor_reads_its_prices_with_their_total(sign_in: Callable[[str], Client]) -> None:
    own = Submission.objects.get(solicitation__reference__startswith="YOUNG-TREES-RFP", vendor__code="tamarack")
    page = page_of(sign_in("tess"), reverse("vendor-submission", args=[own.code])).replace("\u00a0", " ")
    assert [amount in page for amount in ("CAD 95,000", "CAD 25,000", "Total, computed for you:</b> CAD 120,000")] == [
        True
    ] * 3


def test_a_receipt_knows_what_became_of_it(
    sign_in: Callable[[str], Client], actor: Callable[[str], Any], draft: Submission, now: Any
) -> None:
    tess, answers = actor("tess"), {**WHOLE, "insurance": True}
    for key in ("one", "two"):
        run(tess, now, submissions.save_answers, draft, answers=answers)
        run(tess, now, submissions.finalise, draft, retry_key=key)
    first, second = draft.versions.order_by("number")
    client = sign_in("tess")
    page = page_of(client, reverse("vendor-receipt", args=[first.reference]))
    assert (draft.vendor.name in page, "version 2 took its place" in page, second.reference in page) == (
        True,
        True,
        True,
    )
    assert "Your prices are in the sealed part" not in page  # this call asks for none
    assert "took its place" not in page_of(client, reverse("vendor-receipt", args=[second.reference]))
    run(tess, now, submissions.withdraw, draft)
    assert "Nothing of yours counts" in page_of(client, reverse("vendor-receipt", args=[second.reference]))


def test_a_vendor_takes_a_copy_to_read(sign_in: Callable[[str], Client], draft: Submission) -> None:
    answer = sign_in("tess").get(reverse("vendor-export-pdf", args=[draft.code]))
    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
    assert sign_in("nora").get(reverse("vendor-export-pdf", args=[draft.code])).status_code == 404
