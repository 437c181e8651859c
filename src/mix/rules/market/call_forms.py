"""The form of one call: what it asks of vendors and by what it is scored, fitted within the bounds of the method.

A form is the method's until somebody at the city fits it; each change makes the next number. It is frozen with the
notice. A question keeps its key, and so its type, for as long as the call lives: what is dropped can be put back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import count

from mix.rules.city.methods import Criterion, EvaluationSpec, SolicitationSpec
from mix.rules.core.fields import FieldSpec, FieldType, Wording
from mix.rules.core.kinds import Basis, Envelope
from mix.rules.core.unmet import Refused, Unmet, require
from mix.rules.core.versioned import Form, Versioned

MOST_ITEMS = 15  # mandatory items of one call
SLACK = 10  # points by which a call may move a weight where the method names no bounds of its own


class Origin(StrEnum):
    """Where a question comes from."""

    METHOD = "method"
    REWORDED = "reworded"
    ADDED = "added"
    REQUIREMENT = "requirement"
    CHANGED = "changed"  # by an addendum, once the call was public


@dataclass(frozen=True, slots=True)
class AskedQuestion(Form):
    """One question: its field, by which criteria its answer is scored ("step.criterion"), and why it was dropped.

    A mandatory item has a `proof`, too: the field in which a vendor says how it meets the item.
    """

    field: FieldSpec
    origin: Origin
    scored_by: tuple[str, ...] = ()
    dropped: str = ""
    proof: FieldSpec | None = None

    @property
    def fields(self) -> tuple[FieldSpec, ...]:
        """What a vendor fills in to answer."""
        return (self.field, self.proof) if self.proof else (self.field,)

    @property
    def is_item(self) -> bool:
        """Say whether this is a mandatory item, pass or fail."""
        return self.field.checked_by is not None

    @property
    def may_stand_in_group(self) -> bool:
        """Say whether it may stand under a heading: among the answers, not a price, and no mandatory item."""
        return not self.is_item and self.field.envelope == Envelope.TECHNICAL

    @property
    def heading(self) -> str:
        """The English heading under which it stands; empty where it stands under none."""
        return self.field.group.en if self.field.group else ""

    @property
    def is_read(self) -> bool:
        """Say whether the panel reads the answer while it scores: no price, nothing asked for other ends."""
        return self.field.for_panel and self.field.envelope == Envelope.TECHNICAL

    @property
    def may_go(self) -> bool:
        """Say whether a call may leave the question out: prices, tables, declarations, what is not the panel's stay.

        What was added to this call alone may always go.
        """
        field = self.field
        if self.origin is Origin.ADDED:
            return True
        is_read = field.type is FieldType.ROWS or field.envelope == Envelope.PRICE
        return not (field.kept or field.must_be_yes or is_read or not field.for_panel)


@dataclass(frozen=True, slots=True)
class ScoredBy(Form):
    """The criteria of one evaluation of the call, by the key of its step."""

    step: str
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class CallForm(Versioned):
    """A whole form. `number` counts its changes: 0 is the method's own.

    `co_applicants` is with how many others a vendor may answer together; 0: each answers alone.
    """

    number: int
    questions: tuple[AskedQuestion, ...]
    evaluations: tuple[ScoredBy, ...]
    co_applicants: int = 0

    @property
    def asked(self) -> tuple[AskedQuestion, ...]:
        """What vendors are asked, in order."""
        return tuple(q for q in self.questions if not q.dropped)

    def may_go(self, question: AskedQuestion) -> bool:
        """Say whether a question may be left out: so may an amount, too, where a price by lines is asked instead."""
        is_amount = question.field.envelope == Envelope.PRICE and question.field.type is FieldType.MONEY
        return question.may_go or (is_amount and any(q.field.lines for q in self.asked))

    @property
    def groups(self) -> tuple[Wording, ...]:
        """The headings under which questions stand, dropped or not, in order; each is known by its English."""
        return tuple({q.field.group.en: q.field.group for q in self.questions if q.field.group}.values())

    def group(self, heading: str) -> Wording:
        """Return a heading by its English. Refuses one that is none."""
        found = next((group for group in self.groups if group.en == heading), None)
        require(found is not None, "group_unknown", field="group")
        return found or Wording(en=heading)

    @property
    def items(self) -> tuple[AskedQuestion, ...]:
        """The mandatory items, in order."""
        return tuple(q for q in self.asked if q.is_item)

    def question(self, key: str) -> AskedQuestion:
        """Return one question, dropped or not. Refuses a key that is none."""
        for question in self.questions:
            if question.field.key == key:
                return question
        raise Refused(Unmet("question_unknown"))

    def criteria_of(self, step: str) -> tuple[Criterion, ...]:
        """Return the criteria of one evaluation; none where it scores something else."""
        return next((e.criteria for e in self.evaluations if e.step == step), ())

    @property
    def titles(self) -> dict[str, Wording]:
        """The titles of every criterion by its name "step.criterion"."""
        return {f"{e.step}.{c.key}": c.title for e in self.evaluations for c in e.criteria}

    @property
    def scored(self) -> dict[str, tuple[Criterion, ...]]:
        """The criteria by which each answer is scored, by the key of its question; what is not scored is not there."""
        named = {f"{e.step}.{c.key}": c for e in self.evaluations for c in e.criteria}
        return {q.field.key: tuple(named[name] for name in q.scored_by) for q in self.asked if q.scored_by}

    def scoring(self, criterion: str) -> tuple[AskedQuestion, ...]:
        """Return the questions whose answers a criterion ("step.criterion") is scored by."""
        return tuple(q for q in self.asked if q.is_read and criterion in q.scored_by)

    # What the next form is made of.

    def asking(self, questions: Sequence[AskedQuestion], *, groups: Sequence[str] = ()) -> CallForm:
        """Return the next form with these questions, or this one where they are the same.

        What stands under one heading is put together: what has none first, then the headings as `groups` lists them
        (their English), or else as they are met.
        """
        found = _together(questions, groups)
        return self if found == self.questions else replace(self, number=self.number + 1, questions=found)

    def adding(self, made: AskedQuestion) -> CallForm:
        """Return the next form with a question more, after what the panel reads and before the prices."""
        places = (n for n, q in enumerate(self.questions, 1) if q.field.envelope == Envelope.TECHNICAL)
        last = max(places, default=0)
        return self.asking((*self.questions[:last], made, *self.questions[last:]))

    def with_question(self, changed: AskedQuestion) -> CallForm:
        """Return the next form with a question as it is asked now."""
        return self.asking([changed if q.field.key == changed.field.key else q for q in self.questions])

    def scoring_by(self, step: str, criteria: tuple[Criterion, ...]) -> CallForm:
        """Return the next form with these criteria of one evaluation."""
        evaluations = tuple(replace(e, criteria=criteria) if e.step == step else e for e in self.evaluations)
        same = evaluations == self.evaluations
        return self if same else replace(self, number=self.number + 1, evaluations=evaluations)

    def new_key(self, letter: str) -> str:
        """Return a key that no question has or had."""
        taken = {q.field.key for q in self.questions}
        return next(f"{letter}{n}" for n in count(1) if f"{letter}{n}" not in taken)

    def known(self, scored_by: Sequence[str]) -> tuple[str, ...]:
        """Return names of criteria ("step.criterion") in their order. Refuses one that is none."""
        known = list(self.titles)
        require(set(scored_by) <= set(known), "no_such_criterion", field="scored_by")
        return tuple(key for key in known if key in scored_by)


def _together(questions: Sequence[AskedQuestion], groups: Sequence[str]) -> tuple[AskedQuestion, ...]:
    order = list(dict.fromkeys(["", *groups, *(q.heading for q in questions)]))
    placed = iter(sorted((q for q in questions if q.may_stand_in_group), key=lambda q: order.index(q.heading)))
    return tuple(next(placed) if q.may_stand_in_group else q for q in questions)


def form_of_method(part: SolicitationSpec, scoring: Mapping[str, EvaluationSpec]) -> CallForm:
    """Return the form as the method has it: a question is scored by the criterion of its own name, where one is."""
    named: dict[str, list[str]] = {}
    for step, evaluation in scoring.items():
        for criterion in evaluation.criteria:
            named.setdefault(criterion.key, []).append(f"{step}.{criterion.key}")
    asked = (AskedQuestion(f, Origin.METHOD) for f in part.answers)
    questions = tuple(replace(q, scored_by=tuple(named.get(q.field.key, ()))) if q.is_read else q for q in asked)
    return CallForm(0, _together(questions, ()), tuple(ScoredBy(step, e.criteria) for step, e in scoring.items()))


def marked_changed(form: CallForm, question: str) -> CallForm:
    """Return a form in which a question says that an addendum changed it."""
    return replace(
        form,
        questions=tuple(replace(q, origin=Origin.CHANGED) if q.field.key == question else q for q in form.questions),
    )


def fitted(part: SolicitationSpec, form: CallForm | None) -> SolicitationSpec:
    """Return what a call asks, by its form."""
    return part.model_copy(update={"answers": tuple(f for q in form.asked for f in q.fields)}) if form else part


def fitted_evaluation(part: EvaluationSpec, form: CallForm | None, step: str) -> EvaluationSpec:
    """Return how one evaluation of a call scores, by its form."""
    return part.model_copy(update={"criteria": form.criteria_of(step)}) if form else part


def most_asked(part: SolicitationSpec) -> int:
    """Return how many questions a call may ask beside mandatory items: what the method asks is always within it."""
    return max(part.most_questions, len(part.answers))


def bounds_of(criterion: Criterion, method: Sequence[Criterion]) -> tuple[int, int]:
    """Return the least and most that a criterion may weigh: the method's bounds, or ten points around its weight.

    A criterion that the method does not have may weigh up to twice that.
    """
    default = next((c for c in method if c.key == criterion.key), None)
    if default is None:
        return 1, 2 * SLACK
    return default.between or (max(0, default.weight - SLACK), min(100, default.weight + SLACK))


# What keeps a form from being published.


def unmet_in_form(form: CallForm, part: SolicitationSpec, scoring: Mapping[str, EvaluationSpec]) -> tuple[Unmet, ...]:
    """List what is wrong with a form that was fitted; `part` and `scoring` are the method's own."""
    return (*_unmet_questions(form, part), *(u for step, e in scoring.items() for u in _unmet_scoring(form, step, e)))


def _unmet_questions(form: CallForm, part: SolicitationSpec) -> Iterable[Unmet]:
    items = len(form.items)
    asked = len(form.asked) - items
    most = most_asked(part)
    if not asked:
        yield Unmet("call_asks_nothing", place="questions")
    if asked > most:
        yield Unmet("too_many_questions", {"most": str(most), "has": str(asked)}, place="questions")
    if Envelope.PRICE in part.envelopes and not any(q.field.envelope == Envelope.PRICE for q in form.asked):
        yield Unmet("price_not_asked", place="questions")
    if form.co_applicants > part.most_co_applicants:
        params = {"most": str(part.most_co_applicants), "has": str(form.co_applicants)}
        yield Unmet("too_many_allowed", params, place="together")
    if items > MOST_ITEMS:
        yield Unmet("too_many_items", {"most": str(MOST_ITEMS), "has": str(items)}, place="items")


def _unmet_scoring(form: CallForm, step: str, part: EvaluationSpec) -> Iterable[Unmet]:
    criteria = form.criteria_of(step)
    total = sum(c.weight for c in criteria) + part.price_weight
    if total != 100:
        yield Unmet("weights_off", {"total": str(total), "off": str(abs(total - 100))}, place=f"weights-{step}")
    bases = {stage.key: stage.basis for stage in part.stages}
    for stage in part.stages:
        if not any(c.stage == stage.key or (c.stage is None and stage is part.stages[0]) for c in criteria):
            yield Unmet("stage_scores_nothing", stage.title.params("stage"), place=f"weights-{step}")
    for c in criteria:
        params, place = c.title.params("criterion"), f"weight-{step}-{c.key}"
        least, most = bounds_of(c, part.criteria)
        if not least <= c.weight <= most:
            bounds = {"least": str(least), "most": str(most), "weight": str(c.weight)}
            yield Unmet("weight_out_of_bounds", {**params, **bounds}, place=place)
        reads = bases.get(c.stage or "", part.stages[0].basis if part.stages else Basis.READING)
        if reads is Basis.READING and not form.scoring(f"{step}.{c.key}"):
            yield Unmet("criterion_without_question", params, place=place)


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which a form is not the method's: what kind, of what (None: of the whole), before and after."""

    code: str
    what: Wording | None
    before: str
    after: str


def differences(form: CallForm, before: CallForm) -> tuple[Difference, ...]:
    """List how a form differs from the method's: who may answer together, headings, questions, criteria."""
    found: list[Difference] = []
    if form.co_applicants:
        found.append(Difference("answer_together", None, "", str(form.co_applicants)))
    earlier = {q.field.key: q for q in before.questions}
    had = {group.en for group in before.groups}
    found.extend(Difference("group_added", group, "", "") for group in form.groups if group.en not in had)
    for q in form.questions:
        old = earlier.get(q.field.key)
        if q.dropped:
            found.append(Difference("question_dropped", q.field.title, "", q.dropped))
        elif old is None:
            found.append(Difference("item_added" if q.is_item else "question_added", q.field.title, "", ""))
        elif old.field != q.field.model_copy(update={"group": old.field.group}):
            found.append(Difference("question_reworded", q.field.title, old.field.title.en, ""))
    for e in form.evaluations:
        known = {c.key: c for c in before.criteria_of(e.step)}
        for c in e.criteria:
            default = known.pop(c.key, None)
            if default is None:
                found.append(Difference("criterion_added", c.title, "", str(c.weight)))
            elif default.weight != c.weight:
                found.append(Difference("weight_changed", c.title, str(default.weight), str(c.weight)))
        found.extend(Difference("criterion_dropped", c.title, str(c.weight), "") for c in known.values())
    return tuple(found)
