"""What documents say in a notice, ready to read."""

from __future__ import annotations

from mix.data.models import Solicitation
from mix.readers.market.notices import list_sections
from mix.web.documents.specs import Answer, read_only


def read_sections(call: Solicitation) -> list[Answer]:
    """Make the sections of a notice ready to read, each under the title of its field."""
    return [answer for s in list_sections(call) for answer in read_only([s.spec], {s.spec.key: s.value}, marked=True)]
