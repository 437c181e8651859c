"""What the fields of an artifact are carried from: what each source says now, and whether the field still says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mix.data.models import Challenge, DocumentVersion, Need, Step
from mix.data.wall import lifted
from mix.readers.case.challenges import method_for, spec_of
from mix.readers.case.documents import latest_contents, latest_versions
from mix.readers.core.once import once
from mix.rules.case.carrying import OPEN, Accord, stands
from mix.rules.city.sources import BEFORE, CHALLENGE, NEED, carried, says_the_same, source_of, split, title_of
from mix.rules.core.fields import FieldSpec, Wording
from mix.rules.core.unmet import Unmet


@dataclass(frozen=True, slots=True)
class Carried:
    """The source of one field: its step, or NEED or CHALLENGE; its title; what it says, as the field would."""

    spec: FieldSpec
    head: str
    title: Wording | None
    now: Any
    standing: Accord


@once
def gather_sources(step: Step) -> dict[str, Any]:
    """Return what the source of each field says, in the field's own form, by the field's key; None is nothing.

    Whoever writes a step may read what stands before it.
    """
    method = method_for(step.challenge)
    specs = [spec for spec in spec_of(step).fields if spec.place]
    if not specs:
        return {}
    contents = latest_contents(step.challenge)
    before = _before(step, {split(spec.place)[0] for spec in specs})
    found = {}
    for spec in specs:
        head, field = split(spec.place)
        said = before[head] if head in BEFORE else contents.get(head, {})
        found[spec.key] = carried(spec, source_of(method, spec), said.get(field))
    return found


def _before(step: Step, heads: set[str]) -> dict[str, Mapping[str, Any]]:
    """Return what was there before any step, as far as it is asked for."""
    challenge = step.challenge
    found: dict[str, Mapping[str, Any]] = {CHALLENGE: {"title": challenge.title, "question": challenge.question}}
    if NEED in heads:
        need = find_need(challenge)
        found[NEED] = vars(need) if need else {}
    return found


@once
def find_need(challenge: Challenge) -> Need | None:
    """Return the need with which a challenge began, if it did with one. The caller works on the challenge."""
    with lifted():
        return Need.objects.filter(challenge=challenge).order_by("id").first()


def begun_with(sources: Mapping[str, Any], latest: DocumentVersion | None) -> dict[str, Any]:
    """Return what each field that has a source is begun with: what was written, or what its source says.

    A field that was left empty while its source said nothing yet is begun once that does.
    """
    if latest is None:
        return dict(sources)
    return {
        key: latest.content.get(key) or (said if latest.sources.get(key) is None else None)
        for key, said in sources.items()
    }


def list_carried(step: Step, content: Mapping[str, Any], version: DocumentVersion | None) -> dict[str, Carried]:
    """List the sources of a step's fields by their keys, and how its answers stand to them."""
    method, now = method_for(step.challenge), gather_sources(step)
    then = version.sources if version else {}
    found = {}
    for spec in spec_of(step).fields:
        if not spec.place:
            continue
        said, value = now[spec.key], content.get(spec.key)
        standing = stands(
            is_same=says_the_same(spec, source_of(method, spec), value, said),
            is_one_fact=bool(spec.source),
            now=said,
            then=then.get(spec.key),
            has_reason=bool(content.get(f"{spec.key}_why")),
        )
        found[spec.key] = Carried(spec, split(spec.place)[0], title_of(method, spec.place), said, standing)
    return found


def unmet_by_sources(step: Step) -> tuple[Unmet, ...]:
    """List the fields that say something else than their source without a reason that still holds."""
    version = latest_versions(step.challenge).get(step.key)
    if version is None:
        return ()
    found = list_carried(step, version.content, version).values()
    return tuple(
        Unmet(OPEN[c.standing], {**c.spec.title.params("field"), **c.title.params("step")}, field=c.spec.key)
        for c in found
        if c.standing in OPEN and c.title
    )
