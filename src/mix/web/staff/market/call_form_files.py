"""Files that a call asks for: which kinds, how many, and by which criteria they are scored."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from mix.phrases.words import word
from mix.rules.core.fields import MAX_FILES
from mix.rules.core.file_kinds import ENDINGS, FileKind
from mix.rules.market.call_changes import Change
from mix.rules.market.call_files import AskFile
from mix.web.drawing.showing import language
from mix.web.forms import fields
from mix.web.forms.wordings import wording
from mix.web.staff.market.call_form_acts import Fit, FitRow, scored_by, under


def _kinds() -> list[tuple[str, str]]:
    """Return the kinds of files, each with the endings by which it is known."""
    named = ((kind, word("file_kind", kind.value, language())) for kind in FileKind)
    return [(kind.value, f"{name} ({', '.join(ENDINGS[kind])})") for kind, name in named]


class AddFile(Fit):
    """Ask for a file."""

    label = _("Ask for the file")

    title = wording(fields.text(_("Which file"), rows=2))
    hint = wording(fields.text(_("What it shows, and how long it is"), rows=2, required=False))
    most_files = fields.number(_("Files, at most"), least=1, most=MAX_FILES)
    required = fields.yes(_("Must be there"))

    def fit(self) -> None:
        """Offer the kinds, the headings and the criteria."""
        self.initial = {"most_files": 1, **self.initial}
        self.fields["kinds"] = fields.many(_("Kinds that are taken; none ticked: all"), _kinds())
        if self.about.form.groups and not isinstance(self, FitRow):
            self.fields["group"] = under(self.about)
        if self.about.criteria():
            self.fields["scored_by"] = scored_by(self.about)

    def wanted(self) -> dict[str, Any]:
        """Return what was entered."""
        given = dict(self.cleaned_data)
        names = ("title", "hint", "most_files", "required")
        kinds = tuple(FileKind(kind) for kind in given["kinds"])
        return {name: given[name] for name in names} | {"kinds": kinds, "scored_by": tuple(given.get("scored_by", ()))}

    def change(self) -> Change:
        """Return the question."""
        return AskFile(**self.wanted(), group=self.about.heading(self.cleaned_data.get("group", "")))


class ChangeFile(FitRow, AddFile):
    """Ask for a file otherwise."""

    label = _("Save the question")

    def fit(self) -> None:
        """Show what is asked for as it stands."""
        asked = self.about.question(self.at())
        if asked:
            field = asked.field
            found: dict[str, Any] = {"title": field.title, "hint": field.hint, "most_files": field.most_files}
            found |= {"required": field.required, "kinds": [kind.value for kind in field.kinds]}
            self.initial = {**found, "scored_by": asked.scored_by, **self.initial}
        super().fit()

    def change(self) -> Change:
        """Return the question as it is asked now."""
        return AskFile(question=self.row, **self.wanted())
