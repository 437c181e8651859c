"""What is changed of the form of a call: its questions, their order, and what is scored by which weight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms as django_forms
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mix.actions.market import call_forms
from mix.data.models import Step
from mix.phrases.words import word
from mix.rules.city.methods import Criterion
from mix.rules.core.access import Permission
from mix.rules.core.fields import FieldType, Wording
from mix.rules.core.lines import whole_number
from mix.rules.market import call_changes as changes
from mix.rules.market import call_criteria as criteria
from mix.rules.market.call_changes import Change
from mix.rules.market.call_forms import AskedQuestion, CallForm, bounds_of
from mix.rules.market.question_lists import MOST_WORDS, TYPES
from mix.web.drawing.showing import language
from mix.web.forms import fields
from mix.web.forms.acts import Act, RowAct, do
from mix.web.forms.wordings import wording

SCORES = range(6)


@dataclass(frozen=True)
class Fitting:
    """A step, the form of its call as it stands, and the method's own."""

    step: Step
    form: CallForm
    method: CallForm
    most_co_applicants: int = 0

    def criteria(self) -> list[tuple[str, str]]:
        """Return every criterion by its name "step.criterion", with its title."""
        return [(f"{e.step}.{c.key}", c.title.in_(language())) for e in self.form.evaluations for c in e.criteria]

    def criterion(self, name: str) -> tuple[str, Criterion] | None:
        """Return the step of the evaluation and the criterion that a name stands for, if any does."""
        step, _dot, key = name.partition(".")
        found = next((c for c in self.form.criteria_of(step) if c.key == key), None)
        return (step, found) if found else None

    def heading(self, number: str) -> str:
        """Return the English of a heading by its number on the page; empty where there is none of it."""
        numbered = {str(n): group.en for n, group in enumerate(self.form.groups, start=1)}
        return numbered.get(number, "")

    def question(self, key: str) -> AskedQuestion | None:
        """Return a question, if there is one of this key."""
        return next((q for q in self.form.questions if q.field.key == key), None)


class Fit(Act[Fitting]):
    """A change of the form; its number says which form was on the page."""

    needs = Permission.SOLICITATION_EDIT
    done = _("Saved.")

    number = fields.hidden()

    def __init__(self, about: Fitting, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(about, *args, **kwargs)
        self.initial = {"number": str(about.form.number), **self.initial}

    def change(self) -> Change:
        """Return what was entered as a change."""
        raise TypeError(f"{type(self).__name__} has no change")

    def run(self, request: HttpRequest) -> str | None:
        """Change the form, and stay on its page."""
        number = whole_number(self.cleaned_data["number"])
        do(request, call_forms.fit, self.about.step, self.change(), number=-1 if number is None else number)
        return None


class FitRow(Fit, RowAct[Fitting]):
    """A change of one question, criterion or evaluation."""

    def at(self) -> str:
        """Return the name of the row, before and after something was typed."""
        return str(self.data.get("item") or self.initial.get("item") or "")

    def given(self, *names: str) -> dict[str, Any]:
        """Return what was entered in these fields."""
        return {name: self.cleaned_data[name] for name in names}


def _words() -> django_forms.IntegerField:
    field = fields.number(_("At most, words"), least=1, most=MOST_WORDS)
    field.required = False
    return field


def scored_by(about: Fitting) -> django_forms.MultipleChoiceField:
    """Make the boxes of the criteria by which an answer is scored."""
    return fields.many(_("Its answer is scored by"), about.criteria())


def under(about: Fitting) -> django_forms.ChoiceField:
    """Make the list of the headings under which a question may stand, and of none."""
    named = [(str(n), group.in_(language())) for n, group in enumerate(about.form.groups, start=1)]
    field = fields.choice(_("Stands under"), [("", _("no heading")), *named])
    field.required = False
    return field


class AddQuestion(Fit):
    """Ask vendors something more."""

    label = _("Add the question")

    title = wording(
        fields.text(_("Question"), hint=_("Ask for what they can show, not for whom they showed it to."), rows=2)
    )
    type = fields.choice(_("Kind of answer"), [])
    required = fields.yes(_("Must be answered"))
    max_words = _words()

    def fit(self) -> None:
        """Offer the kinds of answer and the criteria."""
        fields.offer(self, "type", [(t.value, word("answer_type", t.value, language())) for t in TYPES])
        if self.about.form.groups:
            self.fields["group"] = under(self.about)
        if self.about.criteria():
            self.fields["scored_by"] = scored_by(self.about)

    def change(self) -> Change:
        """Return the question."""
        given = self.cleaned_data
        return changes.AddQuestion(
            title=given["title"],
            type=FieldType(given["type"]),
            required=given["required"],
            max_words=given["max_words"],
            scored_by=tuple(given.get("scored_by", ())),
            group=self.about.heading(given.get("group", "")),
        )


class Reword(FitRow):
    """Ask the same in other words."""

    label = _("Keep this wording")

    title = wording(fields.text(_("Question"), rows=2))

    def fit(self) -> None:
        """Show the question as it stands, and ask what one of its kind has."""
        asked = self.about.question(self.at())
        if asked is None:
            return
        self.initial = {"title": asked.field.title, **self.initial}
        if asked.field.type is not FieldType.YES_NO and asked.may_go:
            self.fields["required"] = fields.yes(_("Must be answered"))
            self.initial["required"] = asked.field.required
        if asked.field.type in (FieldType.TEXT, FieldType.LINE):
            self.fields["max_words"] = _words()
            self.initial["max_words"] = asked.field.max_words
        if self.about.criteria() and asked.is_read:
            self.fields["scored_by"] = scored_by(self.about)
            self.initial["scored_by"] = asked.scored_by

    def change(self) -> Change:
        """Return the question in other words; what was not asked here stays."""
        given, asked = self.cleaned_data, self.about.question(self.row)
        return changes.Reword(
            question=self.row,
            title=given["title"],
            required=given.get("required", asked.field.required if asked else True),
            max_words=given.get("max_words"),
            scored_by=tuple(given.get("scored_by", asked.scored_by if asked else ())),
        )


class DropQuestion(FitRow):
    """Leave a question out."""

    label = _("Drop the question")

    reason = fields.line(_("Why it is not asked here"))

    def change(self) -> Change:
        """Drop it."""
        return changes.Drop(question=self.row, reason=self.cleaned_data["reason"])


class PutBack(FitRow):
    """Ask a dropped question again."""

    label = _("Put back")

    def change(self) -> Change:
        """Put it back."""
        return changes.PutBack(question=self.row)


class MoveUp(FitRow):
    """Ask a question earlier."""

    label = _("Earlier")
    up = True

    def change(self) -> Change:
        """Move it."""
        return changes.Move(question=self.row, up=self.up)


class MoveDown(MoveUp):
    """Ask a question later."""

    label = _("Later")
    up = False


class AnswerTogether(Fit):
    """Say whether several vendors may answer together, and how many."""

    label = _("Save")

    most = fields.number(_("With how many others a vendor may answer together"))

    def fit(self) -> None:
        """Show what holds, and the bounds of the method."""
        bounds = gettext("0 to %(most)s, by the method; with 0 each answers alone.")
        self.fields["most"].help_text = bounds % {"most": self.about.most_co_applicants}
        self.initial = {"most": self.about.form.co_applicants, **self.initial}

    def change(self) -> Change:
        """Return how many."""
        return changes.AnswerTogether(most=self.cleaned_data["most"])


class Weigh(FitRow):
    """Set weights and least scores of an evaluation; its item is the key of the evaluation's step."""

    label = _("Save the weights")

    def fit(self) -> None:
        """Ask for the weight and least score of each criterion."""
        method = self.about.method.criteria_of(self.at())
        for criterion in self.about.form.criteria_of(self.at()):
            least, most = bounds_of(criterion, method)
            title = {"title": criterion.title.in_(language())}
            bounds = gettext("%(least)s to %(most)s") % {"least": least, "most": most}
            self.fields[f"weight_{criterion.key}"] = fields.number(
                gettext("Weight of “%(title)s”") % title, hint=bounds, most=100
            )
            self.fields[f"least_{criterion.key}"] = fields.number(gettext("Least score of “%(title)s”") % title, most=5)
            self.initial = {
                f"weight_{criterion.key}": criterion.weight,
                f"least_{criterion.key}": criterion.minimum,
                **self.initial,
            }

    def change(self) -> Change:
        """Return the weights."""
        named = {
            what: {
                name.removeprefix(f"{what}_"): value
                for name, value in self.cleaned_data.items()
                if name.startswith(f"{what}_")
            }
            for what in ("weight", "least")
        }
        return criteria.Weigh(evaluation=self.row, weights=named["weight"], minimums=named["least"])


class Describe(FitRow):
    """Say what a criterion looks at, and what its scores mean."""

    label = _("Keep these words")

    title = wording(fields.line(_("Criterion"), most=120))
    guideline = wording(fields.text(_("What the panel looks at"), rows=2))

    def fit(self) -> None:
        """Show the words as they stand, and ask for those of each score."""
        found = self.about.criterion(self.at())
        for score in SCORES:
            label = gettext("What %(score)s means") % {"score": score}
            self.fields[f"anchor_{score}"] = wording(fields.line(label, required=False))
            if found and (text := found[1].anchors.get(str(score))):
                self.initial[f"anchor_{score}"] = text
        if found:
            self.initial = {"title": found[1].title, "guideline": found[1].guideline, **self.initial}

    def change(self) -> Change:
        """Return the words."""
        step, _dot, key = self.row.partition(".")
        written: dict[str, Wording | None] = {str(s): self.cleaned_data[f"anchor_{s}"] for s in SCORES}
        return criteria.Describe(
            evaluation=step,
            criterion=key,
            **self.given("title", "guideline"),
            anchors={score: text for score, text in written.items() if text},
        )


class AddCriterion(FitRow):
    """Score something more; its item is the key of the evaluation's step."""

    label = _("Add the criterion")

    title = wording(fields.line(_("Criterion"), most=120))
    guideline = wording(fields.text(_("What the panel looks at"), rows=2))
    weight = fields.number(_("Weight"), most=100)

    def change(self) -> Change:
        """Return the criterion."""
        return criteria.AddCriterion(evaluation=self.row, **self.given("title", "guideline", "weight"))


class DropCriterion(FitRow):
    """Score something no more."""

    label = _("Drop the criterion")

    def change(self) -> Change:
        """Drop it."""
        step, _dot, key = self.row.partition(".")
        return criteria.DropCriterion(evaluation=step, criterion=key)
