"""Who is away, in words: on a desk, at a gate, beside a name."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from mix.readers.core.absences import Away
from mix.web.drawing.showing import day

FEW = 3  # people of one duty who are named


def away_text(one: Away) -> str:
    """Say until when somebody is away, and who stands in."""
    said = {"person": one.person.name, "day": day(one.until)}
    if one.deputy is None:
        return _("%(person)s is away until %(day)s") % said
    return _("%(person)s is away until %(day)s; %(deputy)s stands in") % {**said, "deputy": one.deputy.name}


def for_text(one: Away) -> str:
    """Say for whom something is done, to whoever stands in."""
    return _("for %(person)s, away until %(day)s") % {"person": one.person.name, "day": day(one.until)}


def few(said: Sequence[str]) -> list[str]:
    """Return the first of several sentences, and how many more there are."""
    more = len(said) - FEW
    return [*said[:FEW], _("and %(n)s more") % {"n": more}] if more > 0 else list(said)
