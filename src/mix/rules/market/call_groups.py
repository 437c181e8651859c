"""What a city changes of the headings under which a call asks: each change is a value that makes the next form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from mix.rules.core.fields import Wording
from mix.rules.core.unmet import require
from mix.rules.core.versioned import Form
from mix.rules.market.call_forms import CallForm


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupQuestions(Form):
    """Put questions under a heading, one that is there or a new one; without a title, under none."""

    change: Literal["group_questions"] = "group_questions"
    title: Wording | None = None
    questions: tuple[str, ...]

    def apply(self, form: CallForm) -> CallForm:
        """Return the form with these questions under the heading."""
        require(bool(self.questions), "group_empty", field="questions")
        moved = {key: form.question(key) for key in self.questions}
        require(all(q.may_stand_in_group for q in moved.values()), "group_not_for_it", field="questions")
        there = {group.en: group for group in form.groups}
        group = there.get(self.title.en, self.title) if self.title else None
        put = {key: replace(q, field=q.field.model_copy(update={"group": group})) for key, q in moved.items()}
        kept = [q for q in form.questions if q.field.key not in put]
        last = max((n for n, q in enumerate(kept, 1) if q.may_stand_in_group), default=len(kept))
        return form.asking((*kept[:last], *put.values(), *kept[last:]), groups=list(there))


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameGroup(Form):
    """Say a heading in other words; it is known by its English."""

    change: Literal["rename_group"] = "rename_group"
    group: str
    title: Wording

    def apply(self, form: CallForm) -> CallForm:
        """Return the form with the heading in these words."""
        form.group(self.group)
        others = {group.en for group in form.groups} - {self.group}
        require(self.title.en not in others, "group_twice", field="title")
        renamed = (
            replace(q, field=q.field.model_copy(update={"group": self.title})) if q.heading == self.group else q
            for q in form.questions
        )
        return form.asking(tuple(renamed))


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveGroup(Form):
    """Put a heading with its questions before the one before it, or after. At an end nothing moves."""

    change: Literal["move_group"] = "move_group"
    group: str
    up: bool

    def apply(self, form: CallForm) -> CallForm:
        """Return the form in the new order."""
        order = [group.en for group in form.groups]
        here = order.index(form.group(self.group).en)
        there = here + (-1 if self.up else 1)
        if not 0 <= there < len(order):
            return form
        order[here], order[there] = order[there], order[here]
        return form.asking(form.questions, groups=order)
