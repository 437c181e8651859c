"""Answers of a step that were corrected once it was done: how each read before, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.utils.translation import gettext as _

from mix.data.models import DocumentVersion, Step
from mix.readers.case.documents import list_corrections
from mix.web.documents.specs import Answer, in_lines, read_only
from mix.web.drawing.showing import day


def noting_corrections(step: Step, latest: DocumentVersion | None, answers: Iterable[Answer]) -> list[Answer]:
    """Say of each answer that was corrected when, how it read before, and why; the last correction of each."""
    found = list(answers)
    if latest is None or not latest.reason:
        return found
    notes: dict[str, str] = {}
    for version, before in list_corrections(step):
        for answer in found:
            key = answer.spec.key
            if key not in notes and version.content.get(key) != before.content.get(key):
                words = {
                    "day": day(version.saved_at),
                    "before": "; ".join(in_lines(read_only([answer.spec], before.content))) or _("nothing"),
                    "reason": version.reason,
                }
                notes[key] = _("Corrected on %(day)s. It read: %(before)s. Why: %(reason)s") % words
    return [replace(a, note=notes[a.spec.key]) if a.spec.key in notes else a for a in found]
