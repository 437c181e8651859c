"""The field for a text by language: one box for each language of the settings, posted as `title`, `title_fr`, …."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _

from mix.data.models.core.wordings import Worded
from mix.phrases.refusals import sentence
from mix.rules.core.fields import Wording
from mix.rules.core.unmet import Refused
from mix.web.drawing.showing import language, language_name, titled
from mix.web.forms.fields import Label

_OF_DUE = ("aria-describedby", "aria-invalid")  # hint and errors stand beside the box that is due


def _name_in(name: str, code: str) -> str:
    return name if code == "en" else f"{name}_{code}"


def _codes() -> list[str]:
    """Return the languages of the site: the page's own first, whose box needs no word on its language, then English."""
    return list(dict.fromkeys([language(), "en", *dict(settings.LANGUAGES)]))


def _first_due(due: frozenset[str]) -> str:
    """Return the language of the first box that must be filled in: what is said of all boxes stands there."""
    return next((code for code in _codes() if code in due), _codes()[0])


class WordingWidget(forms.Widget):
    """The boxes: that of the page's language first, each drawn as the single field would be."""

    input_type = "wording"

    def __init__(self, part: forms.CharField, *, again: Label, due: frozenset[str]) -> None:
        super().__init__()
        self.part, self.again, self.due = part, again, due

    def subwidgets(self, name: str, value: Any, attrs: dict[str, Any] | None = None) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - Django's
        """Yield what each box is drawn from."""
        given = attrs or {}
        texts = value.texts if isinstance(value, Wording) else {"en": value} if isinstance(value, str) else value or {}
        for code in _codes():
            is_told = code == _first_due(self.due)
            own = {key: value for key, value in given.items() if key not in _OF_DUE or is_told}
            own |= {"lang": code, "id": _name_in(given.get("id", ""), code), "required": code in self.due}
            box = self.part.widget.get_context(_name_in(name, code), texts.get(code), own)["widget"]
            again = _("%(what)s in %(language)s") % {"what": self.again, "language": language_name(code)}
            label = self.part.label if code == language() else again
            yield {**box, "label": label, "is_due": code in self.due, "is_told": is_told}

    def value_from_datadict(self, data: Any, _files: Any, name: str) -> dict[str, str]:  # noqa: ANN401 - Django's
        """Return what was typed, by language."""
        return {code: str(data.get(_name_in(name, code), "")) for code in _codes()}

    def value_omitted_from_data(self, data: Any, _files: Any, name: str) -> bool:  # noqa: ANN401 - Django's
        """Say whether the boxes were not there."""
        return name not in data


class WordingField(forms.Field):
    """A text by language; cleans to a value of the type that is wanted, which says which languages are due."""

    def __init__(self, part: forms.CharField, *, again: Label, of: type[Wording]) -> None:
        self.part, self.of = part, of
        self.due = frozenset(of.model_fields) if part.required else frozenset()
        widget = WordingWidget(part, again=again, due=self.due)
        super().__init__(label=part.label, help_text=part.help_text, widget=widget, required=part.required)

    def clean(self, value: Mapping[str, str] | None) -> Wording | None:
        """Check each box as the single field would; the error of another language says which. None: all were empty."""
        texts: dict[str, str] = {}
        wrong: list[str] = []
        told = _first_due(self.due)
        for code, text in (value or {}).items():
            try:
                texts[code] = self.part.clean(text) if code in self.due or text.strip() else ""
            except forms.ValidationError as error:
                wrong += error.messages if code == told else [titled(language_name(code), m) for m in error.messages]
        if wrong:
            raise forms.ValidationError(wrong)
        if not self.required and not any(texts.values()):
            return None
        try:
            return self.of.of(texts)
        except Refused as error:  # one that need not be written was written in another language alone
            raise forms.ValidationError(sentence(error.unmet[0], language())) from None


def words_of(row: Worded, column: str) -> Wording | None:
    """Return what stands in the boxes at first: a row's text by language, where there is one."""
    return row.wording(column) if getattr(row, column) else None


def wording(part: forms.CharField, *, again: Label = "", of: type[Wording] = Wording) -> WordingField:
    """Make the field for a text by language of one for the page's; the others are labelled `again … in French`."""
    return WordingField(part, again=again or part.label or "", of=of)
