"""Tables of one's own in a call: their columns, how many rows, and by which criteria they are scored."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from mix.phrases.words import word
from mix.rules.core.fields import MAX_ROWS, FieldType
from mix.rules.core.unmet import refuse_if
from mix.rules.market import call_changes as changes
from mix.rules.market.call_changes import Change
from mix.rules.market.tables import KINDS, read_columns
from mix.web.documents.grids import read_grids
from mix.web.drawing.showing import language
from mix.web.forms import fields
from mix.web.forms.wordings import wording
from mix.web.staff.market.call_form_acts import Fit, FitRow, scored_by

HINT = _("One column a row: name; kind; yes if it must be filled in; name in French, if you like.")


def kinds() -> dict[str, FieldType]:
    """Return the kinds of a column by what they are called, in each language of the site."""
    languages = dict(settings.LANGUAGES)
    said = {word("answer_type", kind.value, code).casefold(): kind for kind in KINDS for code in languages}
    return said | {kind.value: kind for kind in KINDS}


class AddTable(Fit):
    """Ask for a table."""

    label = _("Add the table")

    title = wording(fields.text(_("What the table is of"), rows=2))
    file = fields.upload(_("Columns, from a spreadsheet (XLSX or CSV)"), required=False)
    pasted = fields.text(_("Or write the columns here"), hint=HINT, rows=5, required=False)
    required = fields.yes(_("Must be answered"))
    min_rows = fields.number(_("Rows, at least"), most=MAX_ROWS)
    max_rows = fields.number(_("Rows, at most"), least=1, most=MAX_ROWS)

    def fit(self) -> None:
        """Offer the criteria."""
        self.initial = {"min_rows": 0, "max_rows": 50, **self.initial}
        if self.about.criteria():
            self.fields["scored_by"] = scored_by(self.about)

    def table(self) -> dict[str, Any]:
        """Return what was entered. Raises Refused for all that is wrong with the columns, cell by cell."""
        given = dict(self.cleaned_data)
        columns, wrong = read_columns(read_grids(given["file"], given["pasted"]), kinds=kinds())
        refuse_if(wrong)
        names = ("title", "required", "min_rows", "max_rows")
        return {
            **{name: given[name] for name in names},
            "columns": columns,
            "scored_by": tuple(given.get("scored_by", ())),
        }

    def change(self) -> Change:
        """Return the question."""
        return changes.AskTable(**self.table())


class ChangeTable(FitRow, AddTable):
    """Ask for a table otherwise."""

    label = _("Save the table")

    def fit(self) -> None:
        """Show the table as it stands."""
        asked = self.about.question(self.at())
        if asked:
            field = asked.field
            rows = (
                (
                    column.title.en,
                    word("answer_type", column.type.value, language()),
                    "yes" if column.required else "",
                    column.title.texts.get("fr", ""),
                )
                for column in field.columns
            )
            found = {"title": field.title, "pasted": "\n".join("; ".join(row).rstrip("; ") for row in rows)}
            found |= {"required": field.required, "min_rows": field.min_rows, "max_rows": field.max_rows}
            self.initial = {**found, "scored_by": asked.scored_by, **self.initial}
        super().fit()

    def change(self) -> Change:
        """Return the question as it is asked now."""
        return changes.AskTable(question=self.row, **self.table())
