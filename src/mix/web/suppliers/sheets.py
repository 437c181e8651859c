"""Prices by lines and tables through a spreadsheet: what is asked goes out as a file, and comes in all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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
from mix.rules.market.tables import read_rows
from mix.web.documents.grids import KINDS, hand_out, read_grids
from mix.web.documents.specs import typed
from mix.web.drawing.showing import language, said
from mix.web.forms import fields
from mix.web.forms.acts import Act, Listed, do, show, take
from mix.web.frame.kept import carries_sealed
from mix.web.suppliers.ways import is_open, own_submission, way_of

COLUMNS = ("number", "line", "unit", "quantity", "option", "price", "amount")


@dataclass(frozen=True)
class Asked:
    """A submission, and the question of its call that is answered by a sheet."""

    submission: Submission
    spec: FieldSpec

    @property
    def page(self) -> str:
        """The page on which it is answered by hand."""
        return reverse("vendor-price" if self.spec.lines else "vendor-submission", args=[self.submission.code])


@dataclass(frozen=True)
class SheetContext:
    """What the page draws on which a sheet is brought in, and where it is answered by hand."""

    spec: FieldSpec
    back: str


class BringSheet(Act[Asked]):
    """Bring in prices or rows from a spreadsheet."""

    label = _("Bring it in")
    done = _("It is in. Look at what came.")
    style = ""

    file = fields.upload(_("Spreadsheet, XLSX or CSV"), required=False)
    pasted = fields.pasted(_("Or paste the rows here"))

    def fit(self) -> None:
        """Say how the rows are read."""
        prices = _("Number and price, or the column of prices alone. What has no price in it stays as it was.")
        rows = _("The columns in their order. What comes in takes the place of the rows that are there.")
        self.fields["pasted"].help_text = prices if self.about.spec.lines else rows

    def run(self, request: HttpRequest) -> str:
        """Read it, and put it into the draft."""
        own, spec = self.about.submission, self.about.spec
        grids = read_grids(self.cleaned_data["file"], self.cleaned_data["pasted"])
        found: object
        if spec.lines:
            prices, wrong = read_prices(spec, grids)
            found = {**(read_draft(own).get(spec.key) or {}), **prices}
        else:
            found, wrong = read_rows(spec, grids)
        refuse_if(wrong)
        do(request, submissions.save_answers, own, answers={spec.key: found})
        return self.about.page


def _asked(request: HttpRequest, code: str, question: str) -> Asked:
    submission = own_submission(request, code)
    every = spec_of_call(submission.solicitation).answers
    spec = next((s for s in every if s.key == question and (s.lines or s.columns)), None)
    if spec is None:
        raise Unknown
    return Asked(submission, spec)


@carries_sealed
def sheet(request: HttpRequest, code: str, question: str) -> HttpResponse:
    """Bring in the prices of all lines, or all rows of a table, at once."""
    about = _asked(request, code, question)
    if request.method == "GET" and not is_open(request, about.submission):
        return redirect("vendor-submission", code=code)
    taken = take(request, {"bring": Listed(BringSheet, about)})
    if isinstance(taken, HttpResponse):
        return taken
    way = way_of(about.submission, "price" if about.spec.lines else "answers")
    return show(request, "suppliers/sheet.html", taken, way, SheetContext(about.spec, about.page))


def sheet_file(request: HttpRequest, code: str, question: str, kind: str) -> HttpResponse:
    """Hand out what is asked as a table, with what the draft has of it."""
    about = _asked(request, code, question)
    if kind not in KINDS:
        raise Unknown
    answer = read_draft(about.submission).get(question)
    rows = _lines(about.spec, answer or {}) if about.spec.lines else _rows(about.spec, answer or [])
    return hand_out(f"{about.submission.solicitation.reference}-{question}", kind, rows)


def _lines(spec: FieldSpec, priced: dict[str, int]) -> list[list[str | float]]:
    rows: list[list[str | float]] = [[word("price_column", column, language()) for column in COLUMNS]]
    for number, line in enumerate(spec.lines, start=1):
        cents = priced.get(line.key)
        price: list[str | float] = ["", ""] if cents is None else [cents / 100, extended(line, cents) / 100]
        option = "yes" if line.is_option else ""
        rows.append([number, said(line.title), said(line.unit), float(line.quantity), option, *price])
    return rows


def _rows(spec: FieldSpec, answered: Sequence[dict[str, Any]]) -> list[list[str | float]]:
    heads: list[str | float] = [said(column.title) for column in spec.columns]
    yes = {True: "yes", False: "no"}
    filled: list[list[str | float]] = [
        [yes.get(v, "") if isinstance(v := row.get(c.key), bool) else typed(c, v) for c in spec.columns]
        for row in answered
    ]
    return [heads, *filled]
