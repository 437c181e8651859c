"""How a field of an artifact stands to the source that it is carried from."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Accord(StrEnum):
    """Whether a field says what its source does, and if not, why."""

    SAME = "same"
    OWN = "own"  # it only began with its source, and may say anything
    MOVED = "moved"  # it only began with its source, which says something else since
    DIFFERS = "differs"  # without a reason
    DELIBERATE = "deliberate"  # with one
    CHANGED = "changed"  # the source says something else since the reason was given


def stands(*, is_same: bool, is_one_fact: bool, now: object, then: object, has_reason: bool) -> Accord:
    """Say how a field stands: `now` is what its source says, `then` what it said when the field was last written."""
    has_moved = then is not None and then != now
    if is_same or now is None:
        return Accord.SAME
    if not is_one_fact:
        return Accord.MOVED if has_moved else Accord.OWN
    if not has_reason:
        return Accord.DIFFERS
    return Accord.CHANGED if has_moved else Accord.DELIBERATE


# What keeps a step from its gate, and by which refusal.
OPEN = {Accord.DIFFERS: "differs_from_source", Accord.CHANGED: "source_changed"}


def said_by_sources(
    now: Mapping[str, Any], written: Mapping[str, Any], *, before: Mapping[str, Any], then: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what each source said when its field, or the reason why that differs, was last written.

    `before` is the version that `written` follows, `then` what is kept with it.
    """
    return {key: now[key] if key not in then or _changed(key, before, written) else then[key] for key in now}


def _changed(key: str, before: Mapping[str, Any], written: Mapping[str, Any]) -> bool:
    return any((before.get(k) or None) != (written.get(k) or None) for k in (key, f"{key}_why"))
