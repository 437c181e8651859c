"""Answers to a question that an addendum changed once they were finalised, and the question as it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from mix.data.models import Addendum, Submission
from mix.readers.market.submissions import list_earlier_asked, open_addenda
from mix.rules.core.fields import FieldSpec
from mix.rules.market.call_forms import Origin
from mix.web.documents.specs import Answer
from mix.web.drawing.showing import said


@dataclass(frozen=True)
class Changed:
    """A question that an addendum changed: its key, the number of the addendum, its words before and after."""

    key: str
    number: int
    before: str
    after: str


def changed_by(addendum: Addendum) -> Changed | None:
    """Return which question an addendum changes, if it changes one."""
    if not addendum.question:
        return None
    before, after = (FieldSpec.model_validate(a) for a in (addendum.asked_before, addendum.asked_after))
    return Changed(addendum.question, addendum.number, said(before.title), said(after.title))


def changed_for(submission: Submission) -> list[Changed]:
    """List the questions that addenda changed and of which the vendor has not given its word yet."""
    form = submission.solicitation.fitted
    if form is None or not any(q.origin is Origin.CHANGED for q in form.questions):
        return []
    return [changed for addendum in open_addenda(submission) if (changed := changed_by(addendum))]


def noting_earlier(submission: Submission, answers: Iterable[Answer]) -> list[Answer]:
    """Say of each answer that is to a question as it was before an addendum how that read, and what its vendor says."""
    notes: dict[str, str] = {}
    for addendum, stands in list_earlier_asked(submission):
        changed = changed_by(addendum)
        if changed and changed.key not in notes:
            words = {"number": changed.number, "before": changed.before}
            text = _("It answers the question as it was before addendum %(number)d: “%(before)s”.") % words
            says = _("Its vendor says that it stands.") if stands else _("It was not answered anew.")
            notes[changed.key] = f"{text} {says}"
    return [replace(a, note=notes[a.spec.key]) if a.spec.key in notes else a for a in answers]
