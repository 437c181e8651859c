"""Of a form of fields that are data, what a page sends that saves by itself: the fields that were typed into."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict

from mix.phrases.refusals import sentence
from mix.rules.core.fields import BadValue, FieldSpec, read_answers
from mix.rules.core.lines import whole_number
from mix.rules.core.unmet import Unmet
from mix.web.documents.specs import read_post
from mix.web.drawing.showing import language, plain, said, titled
from mix.web.forms.itself import SavedPart, changed_elsewhere


@dataclass(frozen=True)
class Sent:
    """What can be read of the fields that were typed into, why the rest cannot, and what each was called."""

    specs: Sequence[FieldSpec]
    good: Mapping[str, Any]
    bad: Mapping[str, BadValue]
    names: Mapping[str, Sequence[str]]

    def kept(self, number: int, *, without: Iterable[str], unchanged: Iterable[str]) -> list[SavedPart]:
        """Say what was saved, and over which number it is saved next; what was not changed stays over its own."""
        return [
            SavedPart(self.names[key], {} if key in set(unchanged) else {f"over-{key}": str(number)})
            for key in self.good
            if key not in set(without)
        ]

    def why(self, clashes: Iterable[str]) -> list[str]:
        """Say why fields were not saved: what cannot be read, and what somebody else has changed meanwhile."""
        titles = {spec.key: plain(said(spec.title)) for spec in self.specs}
        bad = [titled(titles[key], sentence(Unmet(e.code, e.params), language())) for key, e in self.bad.items()]
        return [*bad, *(titled(titles[key], changed_elsewhere()) for key in clashes)]


def read_sent(request: HttpRequest, specs: Sequence[FieldSpec]) -> Sent:
    """Read the fields that a page names as typed into."""
    names: dict[str, list[str]] = {}
    for name in request.POST.getlist("only"):
        names.setdefault(name.partition("-")[0], []).append(name)
    asked = [spec for spec in specs if spec.key in names]
    good, bad = read_answers(asked, read_post(asked, request.POST))
    return Sent(asked, good, bad, names)


def read_over(data: QueryDict, specs: Sequence[FieldSpec]) -> dict[str, int]:
    """Read of each field that saved itself over which number it is saved next."""
    return {s.key: n for s in specs if (n := whole_number(data.get(f"over-{s.key}", ""))) is not None}
