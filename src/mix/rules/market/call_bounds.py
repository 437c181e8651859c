"""What the method leaves to whoever fits a call: within which bounds each thing may be changed, what stays, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mix.rules.city.methods import Criterion, EvaluationSpec, SolicitationSpec
from mix.rules.core.fields import FieldType
from mix.rules.core.kinds import Envelope
from mix.rules.core.unmet import Unmet
from mix.rules.market.call_forms import MOST_ITEMS, AskedQuestion, CallForm, Origin, bounds_of, most_asked


class Stays(StrEnum):
    """Why a question of the method is asked in every call."""

    PRICE = "price"
    TABLE = "table"
    DECLARATION = "declaration"
    APART = "apart"  # not the panel's to read
    KEPT = "kept"


class Bound(StrEnum):
    """Where the bounds of a weight come from."""

    METHOD = "method"
    AROUND = "around"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Weights:
    """What a criterion may weigh, in percent, and by what; `default` is its weight in the method, if it is there."""

    least: int
    most: int
    by: Bound
    default: int | None


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many questions and mandatory items a call may have, and with how many others a vendor may answer."""

    questions: int
    items: int
    co_applicants: int


def bounds_in(part: SolicitationSpec) -> Bounds:
    """Return the bounds of a method for one call."""
    return Bounds(most_asked(part), MOST_ITEMS, part.most_co_applicants)


def weights_of(criterion: Criterion, method: Sequence[Criterion]) -> Weights:
    """Return what a criterion may weigh, and why."""
    default = next((c for c in method if c.key == criterion.key), None)
    by = Bound.OWN if default is None else Bound.METHOD if default.between else Bound.AROUND
    return Weights(*bounds_of(criterion, method), by, default.weight if default else None)


def stays_for(form: CallForm, question: AskedQuestion) -> Stays | None:
    """Say why a question may not be left out; None where it may."""
    field = question.field
    if question.origin is Origin.ADDED or form.may_go(question):
        return None
    if field.envelope == Envelope.PRICE:
        return Stays.PRICE
    if field.must_be_yes:
        return Stays.DECLARATION
    if field.type is FieldType.ROWS:
        return Stays.TABLE
    return Stays.KEPT if field.kept else Stays.APART


def unmet_by_change(
    before: CallForm, after: CallForm, part: SolicitationSpec, scoring: Mapping[str, EvaluationSpec]
) -> tuple[Unmet, ...]:
    """List the bounds that a change breaks, each with its figures; `part` and `scoring` are the method's own.

    What was outside before and is not made worse may be put right step by step.
    """
    return (*_counted(before, after, bounds_in(part)), *_weighed(before, after, scoring))


def _counted(before: CallForm, after: CallForm, bounds: Bounds) -> Iterable[Unmet]:
    for code, most, had, has in (
        ("too_many_questions", bounds.questions, _questions(before), _questions(after)),
        ("too_many_items", bounds.items, len(before.items), len(after.items)),
        ("too_many_allowed", bounds.co_applicants, before.co_applicants, after.co_applicants),
    ):
        if has > most and has > had:
            field = "most" if code == "too_many_allowed" else ""
            yield Unmet(code, {"most": str(most), "has": str(has)}, field=field)


def _questions(form: CallForm) -> int:
    return len(form.asked) - len(form.items)


def _weighed(before: CallForm, after: CallForm, scoring: Mapping[str, EvaluationSpec]) -> Iterable[Unmet]:
    for step, part in scoring.items():
        had = {c.key: c.weight for c in before.criteria_of(step)}
        for c in after.criteria_of(step):
            least, most = bounds_of(c, part.criteria)
            if c.weight == had.get(c.key) or least <= c.weight <= most:
                continue
            figures = {"least": str(least), "most": str(most), "weight": str(c.weight)}
            field = f"weight_{c.key}" if c.key in had else "weight"
            yield Unmet("weight_out_of_bounds", {**c.title.params("criterion"), **figures}, field=field)
