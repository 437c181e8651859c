"""Prices by lines through a spreadsheet: the lines with the vendor's prices go out, and come in again all at once."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mix.actions.market import submissions
from mix.data.models import Submission
from mix.phrases.words import word
from mix.readers.core.errors import Unknown
from mix.readers.market.sealing import read_draft
from mix.readers.market.solicitations import spec_of_call
from mix.rules.core.fields import FieldSpec
from mix.rules.core.unmet import refuse_if
from mix.rules.market.price_lines import extended, read_prices
from mix.web.documents.grids import KINDS, hand_out, read_grids
from mix.web.drawing.showing import language, said
from mix.web.forms import fields
from mix.web.forms.acts import Act, Listed, do, show, take
from mix.web.frame.kept import carries_sealed
from mix.web.suppliers.ways import is_open, own_submission, way_of

COLUMNS = ("number", "line", "unit", "quantity", "option", "price", "amount")


@dataclass(frozen=True)
class Priced:
    """A submission, and the question of its call that is priced by lines."""

    submission: Submission
    spec: FieldSpec


@dataclass(frozen=True)
class SheetContext:
    """What the page draws on which prices are brought in."""

    spec: FieldSpec


class BringPrices(Act[Priced]):
    """Bring the prices of all lines in from a spreadsheet."""

    label = _("Bring the prices in")
    done = _("The prices are in. Look at the total.")
    style = ""

    file = fields.upload(
        _("Spreadsheet, XLSX or CSV"),
        hint=_("The file from here with its prices, or number and price."),
        required=False,
    )
    pasted = fields.text(
        _("Or paste the rows here"), hint=_("Number and price, or the column of prices alone."), rows=6, required=False
    )

    def run(self, request: HttpRequest) -> str:
        """Read the prices, and put them into the draft; what has no price in it stays as it was."""
        own, spec = self.about.submission, self.about.spec
        grids = read_grids(self.cleaned_data["file"], self.cleaned_data["pasted"])
        found, wrong = read_prices(spec, grids)
        refuse_if(wrong)
        kept = read_draft(own).get(spec.key) or {}
        do(request, submissions.save_answers, own, answers={spec.key: {**kept, **found}})
        return reverse("vendor-price", args=[own.code])


def _priced(request: HttpRequest, code: str, question: str) -> Priced:
    submission = own_submission(request, code)
    asked = spec_of_call(submission.solicitation).answers
    spec = next((s for s in asked if s.key == question and s.lines), None)
    if spec is None:
        raise Unknown
    return Priced(submission, spec)


@carries_sealed
def sheet(request: HttpRequest, code: str, question: str) -> HttpResponse:
    """Bring in the prices of all lines at once."""
    about = _priced(request, code, question)
    if request.method == "GET" and not is_open(request, about.submission):
        return redirect("vendor-submission", code=code)
    taken = take(request, {"bring": Listed(BringPrices, about)})
    if isinstance(taken, HttpResponse):
        return taken
    way = way_of(about.submission, "price")
    return show(request, "suppliers/price_sheet.html", taken, way, SheetContext(about.spec))


def sheet_file(request: HttpRequest, code: str, question: str, kind: str) -> HttpResponse:
    """Hand out the lines, with the prices that the draft has."""
    about = _priced(request, code, question)
    if kind not in KINDS:
        raise Unknown
    priced = read_draft(about.submission).get(question) or {}
    rows: list[list[str | float]] = [[word("price_column", column, language()) for column in COLUMNS]]
    for number, line in enumerate(about.spec.lines, start=1):
        cents = priced.get(line.key)
        price: list[str | float] = ["", ""] if cents is None else [cents / 100, extended(line, cents) / 100]
        option = "yes" if line.is_option else ""
        rows.append([number, said(line.title), said(line.unit), float(line.quantity), option, *price])
    return hand_out(f"{about.submission.solicitation.reference}-{question}", kind, rows)
