"""Files that a call asks for: asked on its page, sent at the question, sealed, missed, and read beside the answer."""
# ruff: noqa: F401, F811 - the fixture is taken from where it stands

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mix.actions.core.run import run
from mix.actions.market import call_forms, openings, solicitations, submissions
from mix.data.models import Evaluation, Event, Solicitation, Submission, Vendor
from mix.readers.choice.evaluations import spec_of_evaluation
from mix.readers.market.sealing import list_files, read_draft
from mix.readers.market.solicitations import form_of
from mix.readers.market.submissions import envelopes_of, find_draft, opened_answers
from mix.rules.core.fields import FieldType, Wording
from mix.rules.core.file_kinds import FileKind
from mix.rules.core.kinds import Envelope
from mix.rules.market.call_changes import Reword
from mix.rules.market.call_files import AskFile
from mix.rules.market.closing import EMBARGO
from mix.web.documents.looking import look
from mix.web.documents.specs import read_only
from mix.web.evaluator import reading
from tests.two_hands import publish_in_two_hands
from tests.web.test_call_form import PAGE, call, now_of, post

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4 a drawing"
DRAWING = AskFile(title=Wording(en="A drawing"), kinds=(FileKind.PDF,), scored_by=("shortlist.fit",))
FILMS = AskFile(title=Wording(en="Films"), kinds=(FileKind.FILM, FileKind.TEXT), most_files=2, required=False)
TIE = Reword(question="approach", title=Wording(en="How?"), scored_by=("shortlist.fit", "shortlist.feasible"))
ANSWERS = {"legal_status": "Co-op", "team": "Three", "approach": "Listen", "newness": "Much", "business": "Fees"}
ANSWERS |= {"insurance": True, "conflicts": "None"}


def again(call: Solicitation) -> Solicitation:
    around = ("step__challenge__method", "step__challenge__municipality")
    return Solicitation.objects.select_related(*around).get(pk=call.pk)


@pytest.fixture
def own(call: Solicitation, actor: Callable[[str], Any], now: datetime) -> Submission:
    """Return a submission that kestrel has written and not finalised, to a call that asks for two kinds of files."""
    for change in (TIE, DRAWING, FILMS):
        run(actor("olivia"), now, call_forms.fit, call.step, change)
    Solicitation.objects.filter(pk=call.pk).update(outage_rule="bidder")
    publish_in_two_hands(again(call), now)
    row = run(actor("kim"), now, submissions.start, again(call), Vendor.objects.get(code="kestrel"))
    run(actor("kim"), now, submissions.save_answers, row, answers=ANSWERS)
    return row


def files_page(own: Submission, question: str = "") -> str:
    return f"/en/vendor/submissions/{own.code}/files/" + (f"?question={question}" if question else "")


def send(client: Client, own: Submission, question: str, name: str, content: bytes = PDF) -> Any:
    return client.post(files_page(own, question), {"file": SimpleUploadedFile(name, content)})


def text(answer: Any) -> str:
    return " ".join(unescape(re.sub("<[^>]+>", " ", answer.content.decode())).split())


def test_a_file_is_asked_and_changed_on_the_page(call: Solicitation, sign_in: Callable[[str], Client]) -> None:
    olivia = sign_in("olivia")
    given = {"title": "A drawing", "title_fr": "Un dessin", "hint": "Two pages.", "most_files": 3, "required": "on"}
    made = post(olivia, call, "add_file", **given, kinds=["pdf", "picture"], scored_by=["shortlist.fit"])
    assert made.status_code == 302
    field = now_of(call).question("f1").field
    assert (field.type, field.kinds, field.most_files) == (FieldType.FILE, (FileKind.PDF, FileKind.PICTURE), 3)
    assert "Up to 3 files: PDF, picture (pdf, png, jpg, jpeg)." in text(olivia.get(PAGE))
    shown = olivia.get(f"{PAGE}?do=change_file&item=f1").content.decode()
    assert "Two pages." in shown
    changed = post(olivia, call, "change_file", item="f1", title="A drawing", most_files=1, kinds=[])
    assert changed.status_code == 302
    field = now_of(call).question("f1").field
    assert (field.kinds, field.most_files, field.required, field.title.in_("fr")) == ((), 1, False, "A drawing")
    wrong = post(olivia, call, "add_file", title="A film", most_files=50)
    assert wrong.status_code == 422
    assert "A film" in wrong.content.decode()


def test_the_public_reads_which_files_are_asked(own: Submission, client: Client) -> None:
    reference = own.solicitation.reference
    for page in (f"/en/calls/{reference}/", f"/en/vendor/calls/{reference}/preview/"):
        said = text(client.get(page))
        assert "One file: PDF (pdf)." in said, page
        assert "Up to 2 files: document, film (docx, odt, txt, mp4, mov, webm)." in said, page


def test_a_file_is_sent_at_its_question_without_script(own: Submission, sign_in: Callable[[str], Client]) -> None:
    kim, base = sign_in("kim"), f"/en/vendor/submissions/{own.code}/"
    form = kim.get(base).content.decode()
    assert 'name="go" value="file-f1"' in form
    draft = re.search(r'name="draft" value="(\d+)"', form)
    assert draft
    went = kim.post(base, {**ANSWERS, "team": "Four", "insurance": "yes", "draft": draft[1], "go": "file-f1"})
    assert (went.status_code, went["Location"]) == (302, files_page(own, "f1"))
    assert read_draft(own)["team"] == "Four"
    page = text(kim.get(files_page(own, "f1")))
    assert "A drawing" in page
    assert "One file: PDF (pdf)." in page
    sent = send(kim, own, "f1", "plan.pdf")
    assert (sent.status_code, sent["Location"]) == (302, files_page(own, "f1"))
    assert [(f.question, f.name, f.envelope) for f in list_files(own)] == [("f1", "plan.pdf", "technical")]
    assert "No more than one file is taken here" in text(kim.get(files_page(own, "f1")))
    assert "plan.pdf" in text(kim.get(base))
    every = text(kim.get(files_page(own)))
    assert "One is there." in every
    (file,) = list_files(own)
    drop = urlencode({"act": "drop", "item": file.code})
    gone = kim.post(files_page(own, "f1"), drop, content_type="application/x-www-form-urlencoded")
    assert (gone.status_code, gone["Location"]) == (302, files_page(own, "f1"))
    assert list_files(own) == []


@pytest.mark.parametrize(
    ("question", "name", "content", "said"),
    [
        ("f1", "plan.docx", b"PK\x03\x04 a drawing", "of another kind than is asked for here: pdf"),
        ("f1", "plan.pdf", b"MZ", "is not what its name says"),
        ("team", "plan.pdf", PDF, "There is no such question"),
        ("nothing", "plan.pdf", PDF, "There is no such question"),
    ],
)
def test_what_does_not_fit_is_refused_and_not_kept(
    own: Submission, sign_in: Callable[[str], Client], question: str, name: str, content: bytes, said: str
) -> None:
    kim = sign_in("kim")
    before = {p for p in Path(settings.DATA_DIR).rglob("*") if p.is_file() and "sealed" in p.parts}
    answer = send(kim, own, question, name, content)
    assert answer.status_code == 422
    assert said in text(answer)
    assert list_files(own) == []
    assert {p for p in Path(settings.DATA_DIR).rglob("*") if p.is_file() and "sealed" in p.parts} == before


def test_one_file_more_than_is_taken_is_refused(own: Submission, sign_in: Callable[[str], Client]) -> None:
    kim = sign_in("kim")
    for name in ("a.txt", "b.txt"):
        assert send(kim, own, "f2", name, b"text").status_code == 302
    third = send(kim, own, "f2", "c.txt", b"text")
    assert third.status_code == 422
    assert "No more than 2 may be here" in text(third)


def test_a_file_comes_in_parts_to_its_question(own: Submission, sign_in: Callable[[str], Client]) -> None:
    kim, base = sign_in("kim"), f"/en/vendor/submissions/{own.code}/uploads/"
    wrong = kim.post(base, {"name": "plan.txt", "size": len(PDF), "question": "f1"})
    assert wrong.status_code == 422
    assert "of another kind" in wrong.json()["refused"][0]
    begun = kim.post(base, {"name": "plan.pdf", "size": len(PDF), "question": "f1"}).json()
    other = kim.post(base, {"name": "plan.pdf", "size": len(PDF)}).json()
    assert begun["upload"] != other["upload"]
    part = f"{base}{begun['upload']}/?start=0"
    kim.post(part, PDF, content_type="application/octet-stream")
    assert kim.post(f"{base}{begun['upload']}/finish/").status_code == 200
    assert [(f.question, f.name) for f in list_files(own)] == [("f1", "plan.pdf")]


def test_the_check_names_the_file_that_is_missing(own: Submission, sign_in: Callable[[str], Client]) -> None:
    kim, page = sign_in("kim"), f"/en/vendor/submissions/{own.code}/check/"
    missed = text(kim.get(page))
    assert "The file for “A drawing” is missing" in missed
    assert "Films” is missing" not in missed
    send(kim, own, "f1", "plan.pdf")
    there = text(kim.get(page))
    assert "is missing" not in there
    assert "A drawing plan.pdf" in there


def opened(own: Submission, actor: Callable[[str], Any], now: datetime) -> Submission:
    """Finalise as kestrel, close, and open."""
    run(actor("kim"), now, submissions.finalise, own, retry_key="one")
    later = now + timedelta(days=60) + EMBARGO + timedelta(minutes=1)
    run(actor("olivia"), later, openings.open_envelopes, again(own.solicitation), envelope=Envelope.TECHNICAL)
    return Submission.objects.select_related("solicitation").get(pk=own.pk)


def test_it_stands_beside_the_answer_once_it_is_open(
    own: Submission, sign_in: Callable[[str], Client], actor: Callable[[str], Any], now: datetime
) -> None:
    kim = sign_in("kim")
    send(kim, own, "f1", "plan.pdf")
    send(kim, own, "", "other.pdf", PDF + b" other")
    sealed = envelopes_of(again(own.solicitation), find_draft(own), list_files(own))["technical"]
    (drawing, _other) = list_files(own)
    assert sealed["answers"]["f1"] == [drawing.sha256]
    assert sealed["answers"]["f2"] == []
    printed = " ".join(look(kim.get(f"/en/vendor/submissions/{own.code}/export/pdf/").content, "pdf").pages)
    assert "plan.pdf" in printed
    found = opened(own, actor, now)
    assert opened_answers(found, Envelope.TECHNICAL)["f1"] == [drawing.sha256]
    city = sign_in("olivia").get("/en/city/challenges/water-leaks/invitation/").content.decode()
    beside = re.search(r"<dt>A drawing</dt>.*?</dd>", city, re.DOTALL)
    assert beside
    assert "plan.pdf" in beside[0]
    assert f"/{drawing.code}/" in beside[0]
    assert "other.pdf" not in beside[0]


def test_nothing_tells_which_question_a_file_answers_before_the_opening(
    own: Submission, sign_in: Callable[[str], Client]
) -> None:
    send(sign_in("kim"), own, "f1", "plan.pdf")
    said = Event.objects.filter(verb="submissions.add_file").order_by("-id")[0]
    assert set(said.payload) == {"file"}


@pytest.mark.parametrize("anonymous", [True, False])
def test_the_panel_finds_a_file_by_its_number_and_no_name_where_names_are_hidden(
    anonymous: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Evaluation.objects.get(step__challenge__code="guelph-roads-sprint", step__key="shortlist")
    spec = spec_of_evaluation(found).model_copy(update={"anonymous": anonymous})
    monkeypatch.setattr(reading, "spec_of_evaluation", lambda _found: spec)
    submission = found.solicitation.submissions.get(vendor__code="tamarack")
    (file,) = reading.files_of(submission)
    asked = DRAWING.apply(form_of(found.solicitation)).question("f1").field
    (bare,) = read_only([asked], {"f1": [file.sha256]})
    assert (bare.value, bare.files) == ("1 file", ())
    (named,) = reading.naming_files(found, submission, "B", [bare])
    (beside,) = named.files
    assert beside.title == ("File 1" if anonymous else "File 1: approach.txt")
    assert beside.address.endswith(f"/B/{file.code}/")


def test_a_copy_brings_answers_back_and_no_files(
    own: Submission, actor: Callable[[str], Any], sign_in: Callable[[str], Client], now: datetime
) -> None:
    kim = sign_in("kim")
    send(kim, own, "f1", "plan.pdf")
    copy = kim.get(f"/en/vendor/submissions/{own.code}/export/").json()
    run(actor("kim"), now, submissions.finalise, own, retry_key="one")
    run(actor("kim"), now, submissions.bring_copy, own, brought=copy)
    draft = find_draft(own)
    assert draft
    assert draft.answers["team"] == "Three"
    assert "f1" not in draft.answers
    assert [f.question for f in list_files(own)] == ["f1"]
    version = run(actor("kim"), now, submissions.finalise, own, retry_key="two")
    assert version.number == 2
