"""How what was submitted to a call is weighed, as its notice prints it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from mix.data.models import Solicitation
from mix.readers.case.challenges import method_for
from mix.rules.city.methods import Criterion
from mix.rules.city.schemes import Scheme
from mix.rules.core.fields import Bilingual

# title, criteria, scheme, titles of the stages by key, and how many are chosen at most
Weighing: TypeAlias = tuple[Bilingual, tuple[Criterion, ...], Scheme, Mapping[str, Bilingual], int | None]


def weighings(call: Solicitation) -> list[Weighing]:
    """Return how each evaluation of a call weighs what was submitted, as frozen when the call was published."""
    method = method_for(call.step.challenge)
    return [
        (method.step(key).title, rules.criteria, rules.scheme, {s.key: s.title for s in rules.stages}, rules.most)
        for key, rules in call.rules.items()
    ]
