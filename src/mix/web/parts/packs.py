"""A disclosure pack as it is shown: its public answers under the titles that the method gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mix.data.models import Challenge
from mix.readers.case.challenges import method_for
from mix.web.parts.specs import read_only


def show_pack(challenge: Challenge, pack: Mapping[str, Any]) -> dict[str, Any]:
    """Return a pack with the answers of each step drawn, the parts of no step left out."""
    method = method_for(challenge)
    known = {step.key: step for step in method.steps}
    return {
        **pack,
        "published": [
            (known[part["step"]].title, read_only(known[part["step"]].fields, part["content"], public=True))
            for part in pack["published"]
            if part["step"] in known
        ],
    }
