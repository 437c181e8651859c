"""Rows whose texts cities write by language: English in columns of their own, what else was written beside them."""

from typing import Any, Self

from django.db import models

from mix.rules.core.fields import Said, Wording, as_wording


def columns_of(**texts: Wording) -> dict[str, Any]:
    """Return what a row keeps of its texts: each in English in its column, the others by language and column."""
    others: dict[str, dict[str, str]] = {}
    for column, wording in texts.items():
        for code, text in wording.texts.items():
            if code != "en":
                others.setdefault(code, {})[column] = text
    return {**{column: wording.en for column, wording in texts.items()}, "translations": others}


def column_of(column: str, text: Said) -> dict[str, Any]:
    """Return what a row keeps of its one text, which may be missing."""
    wording = as_wording(text)
    return columns_of(**{column: wording}) if wording else {column: "", "translations": {}}


class Worded(models.Model):
    """A row with texts by language. Its columns are sorted and searched in English.

    `translations` holds what was written in other languages: {"fr": {"title": "…"}}.
    """

    translations = models.JSONField(default=dict)

    class Meta:
        abstract = True

    def wording(self, column: str) -> Wording:
        """Return one of the row's texts by language. What was checked when it was written is not checked again."""
        others = {code: texts[column] for code, texts in self.translations.items() if column in texts}
        return Wording.model_construct({"en", *others}, en=getattr(self, column), **others)

    def spoken(self, column: str, language: str) -> tuple[str, str]:
        """Return one of the row's texts as it is read in a language (two letters), and the one that it is in.

        As `wording(column)` would say, without making all of it: lists ask for hundreds.
        """
        text = self.translations.get(language, {}).get(column)
        return (getattr(self, column), "en") if text is None else (text, language)

    def reword(self, **texts: Wording) -> Self:
        """Set all of the row's texts; the caller saves them."""
        for column, value in columns_of(**texts).items():
            setattr(self, column, value)
        return self
