"""What a letter says: for what, by whom, why, and where one asks; the same on paper."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

from mix.actions.city import letterheads
from mix.actions.core.run import run
from mix.data.models import GateSignature, Letter
from mix.readers.flow.moves import list_deciders
from mix.rules.choice.states import AwardState
from mix.rules.core.fields import Wording
from mix.web.documents.looking import look
from tests.rules.city.test_letterheads import png

pytestmark = pytest.mark.django_db


def letter(vendor: str, step: str, **facts: object) -> Letter:
    place = {"evaluation__step__challenge__code": "guelph-roads-sprint", "evaluation__step__key": step}
    return Letter.objects.filter(vendor__code=vendor, **place, **facts).select_related("award__step")[0]


def text(client: Client, row: Letter) -> str:
    page = client.get(reverse("vendor-letter", args=[row.pk])).content.decode().partition("<main")[2]
    return " ".join(unescape(re.sub("<[^>]+>", " ", page)).split())


@pytest.mark.parametrize(
    ("vendor", "person", "step", "said"),
    [
        ("kestrel", "kim", "shortlist", "You are not on the shortlist"),
        ("releve", "remi", "shortlist", "You are on the shortlist"),
        ("releve", "remi", "sprint-admission", "You are admitted to the sprint"),
        ("releve", "remi", "select-winner", "The contract was awarded to another vendor"),
        ("tamarack", "tess", "select-winner", "The contract is awarded to you"),
    ],
)
def test_a_letter_says_for_what_one_was_chosen_or_not(
    sign_in: Callable[[str], Client], vendor: str, person: str, step: str, said: str
) -> None:
    page = text(sign_in(person), letter(vendor, step))
    assert said in page
    assert "This is about your answer to the call " in page


def test_only_an_award_names_who_has_it_and_for_how_much(sign_in: Callable[[str], Client]) -> None:
    row = letter("releve", "select-winner")
    assert row.award
    page = text(sign_in("remi"), row)
    assert "The contract was awarded to Tamarack Ground Data Co-op for CAD " in page
    shortlist = text(sign_in("kim"), letter("kestrel", "shortlist"))
    assert "this decision names nobody else" in shortlist
    assert [name for name in ("Tamarack", "Northlight", "Relevé") if name in shortlist] == []


def test_a_letter_names_who_decided_and_whom_to_ask(sign_in: Callable[[str], Client]) -> None:
    row = letter("releve", "select-winner")
    assert row.award
    words = GateSignature.objects.filter(step=row.award.step, decision="proceed")
    last = words.order_by("-round")[0].round
    names = set(words.filter(round=last).values_list("person__name", flat=True))
    page = text(sign_in("remi"), row).partition("Decided by")[2]
    assert names
    assert [name for name in names if name not in page] == []
    assert f"Questions about this letter are answered by {row.evaluation.solicitation.contact}." in page


def test_who_decided_before_is_not_named_again(sign_in: Callable[[str], Client]) -> None:
    row = letter("releve", "select-winner")
    assert row.award
    assert list_deciders(row.award.step, until=row.award.recommended_at) == []


def test_the_panels_reasons_are_read_as_sentences_and_on_paper(sign_in: Callable[[str], Client]) -> None:
    row, remi = letter("releve", "select-winner"), sign_in("remi")
    sheet = row.debrief_sheet
    reasons = [line.reason for line in sheet.lines if line.reason]
    page = text(remi, row)
    assert reasons
    assert [reason for reason in reasons if " ".join(reason.split()) not in page] == []
    paper = remi.get(reverse("vendor-letter-pdf", args=[row.pk]))
    assert (paper.status_code, paper["Content-Type"]) == (200, "application/pdf")
    said = " ".join(" ".join(look(paper.content, "pdf").pages).split())
    for words in ("The contract was awarded to another vendor", "Decided by", "Rank 3 of 3", *reasons):
        assert words.split("\n")[0][:60] in said, words
    pages = [" ".join(page.split()) for page in look(paper.content, "pdf").pages]
    rows = [rf"{line.title.en.split()[-1]} {line.weight}\W%\W+{line.score}/5" for line in sheet.lines if line.score]
    assert [row for row in rows if not any(re.search(row, page) for page in pages)] == [], "torn by the end of a page"


def test_a_revoked_award_is_said_on_the_letter(sign_in: Callable[[str], Client]) -> None:
    row = Letter.objects.filter(award__state=AwardState.REVOKED, vendor__code="kestrel")[0]
    assert "This award was revoked later." in text(sign_in("kim"), row)


@pytest.mark.parametrize("is_there", [True, False])
def test_a_letter_on_paper_has_the_citys_logo_where_there_is_one(
    sign_in: Callable[[str], Client], actor: Callable[[str], Any], now: Any, is_there: bool
) -> None:
    row = letter("releve", "select-winner")
    city = row.evaluation.step.challenge.municipality
    if is_there:
        run(actor("ada"), now, letterheads.set_logo, city, content=png(), alt=Wording(en="Crest", fr="Armoiries"))
    paper = sign_in("remi").get(reverse("vendor-letter-pdf", args=[row.pk]))
    pictures = [one for one in pypdfium2.PdfDocument(paper.content)[0].get_objects() if one.type == FPDF_PAGEOBJ_IMAGE]
    assert len(pictures) == is_there
    step = "/en/city/challenges/guelph-roads-sprint/procurement-brief/document.pdf"
    assert b"/Subtype /Image" in sign_in("priya").get(step).content or not is_there


def test_every_line_of_the_sheet_is_in_both_languages() -> None:
    lines = [line for row in Letter.objects.all() for line in row.debrief_sheet.lines]
    assert {line.title.in_("fr") for line in lines if line.criterion == "price"} == {"Prix"}
    assert [line.title.en for line in lines if "fr" not in line.title.texts] == []
