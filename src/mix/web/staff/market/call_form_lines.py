"""A price by lines, as whoever fits a call brings it in, changes it and takes it out: a table, from a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from mix.phrases.words import wording as said_in_each
from mix.readers.case.challenges import get_challenge, get_step
from mix.readers.core.errors import Unknown
from mix.readers.market.solicitations import find_solicitation, form_of
from mix.rules.core.access import Permission
from mix.rules.core.fields import PriceLine, Wording
from mix.rules.core.unmet import refuse_if
from mix.rules.market import call_changes as changes
from mix.rules.market.call_changes import Change
from mix.rules.market.price_lines import read_lines
from mix.web.documents.grids import KINDS, hand_out, read_grids
from mix.web.drawing.requests import signed_in
from mix.web.drawing.showing import language
from mix.web.forms import fields
from mix.web.forms.wordings import wording
from mix.web.staff.market.call_form_acts import Fit, FitRow

COLUMNS = ("line", "unit", "quantity", "option", "line_fr", "unit_fr")
HINT = _("One line a row: what, unit, quantity, yes if it is an option; in French what and unit, if you like.")


def _headings() -> set[str]:
    """Return what a heading of each column is called, in any language."""
    return {text for column in COLUMNS for text in said_in_each("price_column", column).texts.values()}


def rows_of(lines: Sequence[PriceLine]) -> list[list[str | float]]:
    """Return lines as the rows of a table, in the order in which they are read."""
    yes = {True: "yes", False: ""}
    return [
        [
            line.title.en,
            line.unit.en,
            float(line.quantity) if "." in line.quantity else int(line.quantity),
            yes[line.is_option],
            *(text.texts.get("fr", "") for text in (line.title, line.unit)),
        ]
        for line in lines
    ]


class AddLines(Fit):
    """Ask for a price line by line."""

    label = _("Add the lines")

    title = wording(fields.line(_("What is priced"), most=200))
    file = fields.upload(_("Spreadsheet, XLSX or CSV"), hint=HINT, required=False)
    pasted = fields.pasted(_("Or paste the rows here"))

    def lines(self) -> tuple[PriceLine, ...]:
        """Read the lines. Raises Refused for all that is wrong, cell by cell."""
        grids = read_grids(self.cleaned_data["file"], self.cleaned_data["pasted"])
        lines, wrong = read_lines(grids, headings=_headings())
        refuse_if(wrong)
        return lines

    def change(self) -> Change:
        """Return the question."""
        title: Wording = self.cleaned_data["title"]
        return changes.PriceByLines(title=title, lines=self.lines())


class ChangeLines(FitRow, AddLines):
    """Change the lines of a price; a file takes the place of all of them."""

    label = _("Save the lines")

    def fit(self) -> None:
        """Show the lines as they stand."""
        asked = self.about.question(self.at())
        if asked:
            text = "\n".join("\t".join(map(str, row)).rstrip("\t") for row in rows_of(asked.field.lines))
            self.initial = {"title": asked.field.title, "pasted": text, **self.initial}

    def change(self) -> Change:
        """Return the question with these lines."""
        title: Wording = self.cleaned_data["title"]
        return changes.PriceByLines(question=self.row, title=title, lines=self.lines())


def lines_file(request: HttpRequest, code: str, key: str, question: str, kind: str) -> HttpResponse:
    """Hand out the lines of a price as a table that can be changed and brought in again."""
    challenge = get_challenge(code, actor=signed_in(request), needs=Permission.CHALLENGE_READ)
    call = find_solicitation(get_step(challenge, key))
    if call is None or kind not in KINDS:
        raise Unknown
    asked = next((q for q in form_of(call).questions if q.field.key == question and q.field.lines), None)
    if asked is None:
        raise Unknown
    heads: list[str | float] = [said_in_each("price_column", column).in_(language()) for column in COLUMNS]
    return hand_out(f"{call.reference}-{question}", kind, [heads, *rows_of(asked.field.lines)])
