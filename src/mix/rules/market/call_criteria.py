"""What a city changes of how a call is scored: each change is a value that makes the next form, or refuses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import Literal

from mix.rules.city.methods import Criterion
from mix.rules.core.fields import Wording
from mix.rules.core.unmet import require
from mix.rules.core.versioned import Form
from mix.rules.market.call_forms import CallForm


@dataclass(frozen=True, slots=True, kw_only=True)
class Weigh(Form):
    """Set what the criteria of an evaluation weigh, in percent, and the least scores that they ask for (0 to 5)."""

    change: Literal["weigh"] = "weigh"
    evaluation: str
    weights: dict[str, int]
    minimums: dict[str, int]

    def apply(self, form: CallForm) -> CallForm:
        """Return the form as it weighs now."""
        criteria = form.criteria_of(self.evaluation)
        require(bool(criteria), "no_such_criterion")
        require({*self.weights, *self.minimums} <= {c.key for c in criteria}, "no_such_criterion")
        require(all(0 <= w <= 100 for w in self.weights.values()), "weight_is_percent")
        require(all(0 <= m <= 5 for m in self.minimums.values()), "minimum_is_score")
        return form.scoring_by(
            self.evaluation,
            tuple(
                c.model_copy(
                    update={
                        "weight": self.weights.get(c.key, c.weight),
                        "minimum": self.minimums.get(c.key, c.minimum),
                    }
                )
                for c in criteria
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Describe(Form):
    """Say what a criterion looks at, and what its scores mean in words, by the score ("0" to "5")."""

    change: Literal["describe"] = "describe"
    evaluation: str
    criterion: str
    title: Wording
    guideline: Wording
    anchors: dict[str, Wording]

    def apply(self, form: CallForm) -> CallForm:
        """Return the form in these words."""
        criteria = form.criteria_of(self.evaluation)
        require(any(c.key == self.criterion for c in criteria), "no_such_criterion")
        require(set(self.anchors) <= set("012345"), "minimum_is_score")
        changed = {"title": self.title, "guideline": self.guideline, "anchors": self.anchors}
        described = tuple(c.model_copy(update=changed) if c.key == self.criterion else c for c in criteria)
        return form.scoring_by(self.evaluation, described)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCriterion(Form):
    """Score something more, in the first stage of an evaluation."""

    change: Literal["add_criterion"] = "add_criterion"
    evaluation: str
    title: Wording
    guideline: Wording
    weight: int

    def apply(self, form: CallForm) -> CallForm:
        """Return the form with the criterion."""
        criteria = form.criteria_of(self.evaluation)
        require(bool(criteria), "no_such_criterion")
        require(0 <= self.weight <= 100, "weight_is_percent", field="weight")
        taken = {c.key for c in criteria}
        key = next(f"c{n}" for n in count(1) if f"c{n}" not in taken)
        made = Criterion(key=key, title=self.title, guideline=self.guideline, weight=self.weight)
        return form.scoring_by(self.evaluation, (*criteria, made))


@dataclass(frozen=True, slots=True, kw_only=True)
class DropCriterion(Form):
    """Score something no more; questions that it alone looked at are scored by nothing."""

    change: Literal["drop_criterion"] = "drop_criterion"
    evaluation: str
    criterion: str

    def apply(self, form: CallForm) -> CallForm:
        """Return the form without the criterion."""
        criteria = form.criteria_of(self.evaluation)
        require(any(c.key == self.criterion for c in criteria), "no_such_criterion")
        gone = f"{self.evaluation}.{self.criterion}"
        left = form.scoring_by(self.evaluation, tuple(c for c in criteria if c.key != self.criterion))
        kept = tuple(replace(q, scored_by=tuple(s for s in q.scored_by if s != gone)) for q in form.questions)
        return replace(left, questions=kept)
