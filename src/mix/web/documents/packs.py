"""A disclosure pack as it is shown: its public answers under the titles that the method gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mix.data.models import Challenge
from mix.readers.case.challenges import method_for
from mix.rules.core.fields import Bilingual
from mix.web.documents.specs import Answer, read_only


@dataclass(frozen=True)
class Pack:
    """A pack as a page draws it: what each sprint found, the public answers of steps, and general questions."""

    sprints: list[dict[str, object]]
    published: list[tuple[Bilingual, list[Answer]]]
    questions: list[dict[str, str]]


def show_pack(challenge: Challenge, pack: Mapping[str, Any]) -> Pack:
    """Return a pack with the answers of each step drawn, the parts of no step left out."""
    method = method_for(challenge)
    known = {step.key: step for step in method.steps}
    published = [
        (known[part["step"]].title, read_only(known[part["step"]].fields, part["content"], public=True))
        for part in pack["published"]
        if part["step"] in known
    ]
    return Pack(pack["sprints"], published, pack["questions"])
