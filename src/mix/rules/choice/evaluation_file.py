"""The open format in which an evaluation is exchanged and recomputed: `mix-evaluation/1` (docs/evaluation-format.md).

Numbers are exact: they are read as written, never through binary floating point. What is ambiguous is refused: a key
given twice, an exponent, NaN, a score for a criterion that is not there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Annotated, Any, Literal, NoReturn

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from mix.rules.choice.scoring import PRICE, Bid, Outcome, evaluate, invited, shown
from mix.rules.city.schemes import WEIGHED, PriceFormula, PriceRule, Scheme, TieRule, Weighted

FORMAT = "mix-evaluation/1"
RESULT_FORMAT = "mix-evaluation-result/1"
ROUNDING = "Figures are shown half up to two decimals; ranks, minimums and ties use the exact ones."
NUMBER = re.compile(r"-?\d{1,40}(\.\d{1,20})?")
MOST_BIDS = 10_000


class FileInvalid(ValueError):
    """A file that cannot be evaluated: every place that is wrong, and what is wrong there."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{place}: {text}" if place else text for place, text in problems))
        self.problems = tuple(problems)


def read_number(value: object) -> Fraction:
    """Read a number as it is written, in JSON or as a text. Raises ValueError for what is no plain decimal number."""
    if isinstance(value, Fraction):
        return value
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return Fraction(value)
    raise ValueError("not a plain decimal number of at most 40 digits and 20 decimals")


def read_count(value: object) -> object:
    """Read a whole number; numbers of a file come as fractions. Raises ValueError for anything else."""
    if isinstance(value, Fraction) and value.denominator == 1:
        return int(value)
    raise ValueError("not a whole number")


Number = Annotated[Fraction, BeforeValidator(read_number)]
Positive = Annotated[Fraction, BeforeValidator(read_number), Field(gt=0)]
NotNegative = Annotated[Fraction, BeforeValidator(read_number), Field(ge=0)]
Name = Annotated[str, Field(min_length=1, max_length=100)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class FileCriterion(_Part):
    """A criterion: `max` is the top of its scale, `minimum` the least score that is not eliminated.

    `stage` names the stage in which it is scored, the first when left out.
    """

    key: Name
    title: str = ""
    weight: NotNegative
    max: Positive = Fraction(5)
    minimum: NotNegative = Fraction(0)
    stage: str = ""


class FileStage(_Part):
    """A stage of the scoring: `most` is how many bids reach it at most. Every bid reaches the first."""

    key: Name
    most: Annotated[int, BeforeValidator(read_count), Field(ge=1)] | None = None


class FilePrice(_Part):
    """How price counts; see PriceRule. `minimum` is in points."""

    formula: PriceFormula = PriceFormula.LOWEST_OVER_PRICE
    weight: NotNegative = Fraction(0)
    full_at: NotNegative | None = None
    none_at: NotNegative | None = None
    amount: NotNegative | None = None
    minimum: NotNegative = Fraction(0)


class FileBid(_Part):
    """A bid: one agreed score by criterion, or the list of scores whose exact mean counts.

    `reached` names the last stage in which it was scored; criteria of later stages need no score.
    """

    key: Name
    name: str = ""
    scores: dict[str, Number | Annotated[tuple[Number, ...], Field(min_length=1)]] = Field(default_factory=dict)
    price: NotNegative | None = None
    disqualified: str = ""
    reached: str = ""


class EvaluationFile(_Part):
    """A whole evaluation. Weights of criteria and price add up to exactly 100.

    `tie_breaks` are recorded decisions, the latest last: the order of bids that no rule could part.
    """

    format: Literal["mix-evaluation/1"]
    title: str = ""
    criteria: tuple[FileCriterion, ...] = ()
    stages: tuple[FileStage, ...] = ()
    price: FilePrice = FilePrice()
    quality_minimum: NotNegative = Fraction(0)
    total_minimum: NotNegative = Fraction(0)
    tie: TieRule
    bids: Annotated[tuple[FileBid, ...], Field(max_length=MOST_BIDS)]
    tie_breaks: tuple[tuple[Name, ...], ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> EvaluationFile:
        problems = [*self._wrong_weights(), *self._wrong_keys()]
        if not problems:
            for bid in self.bids:
                problems += _wrong_scores(bid, self.criteria, self.position_of)
        if not problems:
            problems += self._wrong_invitations()
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _wrong_weights(self) -> Iterable[str]:
        total = sum((c.weight for c in self.criteria), Fraction(0)) + self.price.weight
        if total != 100 and (self.criteria or self.price.formula is not PriceFormula.LOWEST_ACCEPTABLE):
            yield f"weights of criteria and price add up to {exact(total)}, not 100"
        if self.price.weight and self.price.formula not in WEIGHED:
            yield f"price has no weight under '{self.price.formula}'"
        if self.price.formula is PriceFormula.LINEAR and not (
            self.price.full_at is not None
            and self.price.none_at is not None
            and self.price.full_at < self.price.none_at
        ):
            yield "'linear' needs full_at below none_at"
        if self.price.formula is PriceFormula.FIXED and self.price.amount is None:
            yield "'fixed' needs its amount"

    def _wrong_keys(self) -> Iterable[str]:
        for what, keys in (
            ("criterion", [c.key for c in self.criteria]),
            ("stage", [s.key for s in self.stages]),
            ("bid", [b.key for b in self.bids]),
        ):
            yield from (f"{what} '{key}' stands twice" for key in sorted({k for k in keys if keys.count(k) > 1}))
        bids = [b.key for b in self.bids]
        for drawn in self.tie_breaks:
            yield from (
                f"tie break: bid '{key}' stands twice" for key in sorted({k for k in drawn if drawn.count(k) > 1})
            )
            yield from (f"tie break: no bid '{key}'" for key in drawn if key not in bids)
        if any(c.key == PRICE for c in self.criteria):
            yield f"no criterion may be called '{PRICE}'"
        for c in self.criteria:
            if c.minimum > c.max:
                yield f"criterion '{c.key}': minimum {exact(c.minimum)} is above {exact(c.max)}"
        known = {"", *(s.key for s in self.stages)}
        yield from (f"criterion '{c.key}': no stage '{c.stage}'" for c in self.criteria if c.stage not in known)
        yield from (f"bid '{b.key}': no stage '{b.reached}'" for b in self.bids if b.reached not in known)

    def _wrong_invitations(self) -> Iterable[str]:
        """Find bids that were scored in a stage that others had earned, or were kept from one that they had earned.

        A bid that was disqualified once it was there had its place: nobody is called in later.
        """
        bids = self.to_bids()
        for position in range(1, len(self.stages)):
            there = {b.key for b in bids if b.reached is None or b.reached >= position}
            field = [replace(b, disqualified="") for b in bids if not b.disqualified or b.key in there]
            earned = set(invited(field, self.scheme, stage=position))
            for key in [b.key for b in bids if not b.disqualified and (b.key in there) != (b.key in earned)]:
                verb = "was scored in" if key in there else "was kept from"
                yield f"bid '{key}' {verb} stage '{self.stages[position].key}' against its points"

    def position_of(self, stage: str) -> int:
        """Return the position of a stage; no name is the first."""
        return next((n for n, s in enumerate(self.stages) if s.key == stage), 0)

    def to_bids(self) -> tuple[Bid, ...]:
        """Return the bids as the scoring takes them."""
        return tuple(
            Bid(
                b.key,
                {c.key: _mean(b.scores.get(c.key, Fraction(0))) for c in self.criteria},
                b.price,
                b.disqualified,
                self.position_of(b.reached) if b.reached else None,
            )
            for b in self.bids
        )

    @property
    def scheme(self) -> Scheme:
        """The rules of this evaluation."""
        price = self.price
        return Scheme(
            tuple(Weighted(c.key, c.weight, c.minimum, c.max, self.position_of(c.stage)) for c in self.criteria),
            PriceRule(price.formula, price.weight, price.full_at, price.none_at, price.amount, price.minimum),
            self.tie,
            self.quality_minimum,
            self.total_minimum,
            tuple(s.most for s in self.stages) or (None,),
        )


def _wrong_scores(bid: FileBid, criteria: Sequence[FileCriterion], position_of: Callable[[str], int]) -> Iterable[str]:
    tops = {c.key: c.max for c in criteria}
    for c in criteria:
        is_due = not bid.reached or position_of(c.stage) <= position_of(bid.reached)
        if is_due and not bid.disqualified and c.key not in bid.scores:
            yield f"bid '{bid.key}': no score for '{c.key}'"
        if not is_due and c.key in bid.scores:
            yield f"bid '{bid.key}': a score for '{c.key}', whose stage it did not reach"
    for key, given in bid.scores.items():
        if key not in tops:
            yield f"bid '{bid.key}': '{key}' is no criterion"
        elif any(not 0 <= score <= tops[key] for score in _listed(given)):
            yield f"bid '{bid.key}': a score for '{key}' is not between 0 and {exact(tops[key])}"


def _listed(given: Fraction | tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    return given if isinstance(given, tuple) else (given,)


def _mean(given: Fraction | tuple[Fraction, ...]) -> Fraction:
    scores = _listed(given)
    return sum(scores, Fraction(0)) / len(scores)


def parse_file(text: str) -> EvaluationFile:
    """Read an evaluation. Raises FileInvalid with every place that is wrong."""
    try:
        document = json.loads(
            text,
            parse_int=read_number,
            parse_float=read_number,
            parse_constant=_refuse_constant,
            object_pairs_hook=_once,
        )
    except RecursionError:
        raise FileInvalid([("", "nested too deeply")]) from None
    except ValueError as error:
        raise FileInvalid([("", f"not a readable file: {error}")]) from None
    try:
        return EvaluationFile.model_validate(document)
    except ValidationError as error:
        problems = [
            (".".join(str(p) for p in e["loc"]), str(e["msg"]).removeprefix("Value error, ")) for e in error.errors()
        ]
        raise FileInvalid(problems) from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return made


def recompute(file: EvaluationFile) -> tuple[Outcome, ...]:
    """Rank the bids of a file, by the same function that the product uses."""
    return evaluate(file.to_bids(), file.scheme, file.tie_breaks)


def exact(value: Fraction) -> str:
    """Write a figure exactly: as a decimal where it has one, else as a fraction."""
    if value.denominator == 1:
        return str(value.numerator)
    rest, counts = value.denominator, {2: 0, 5: 0}
    for prime in counts:
        while rest % prime == 0:
            rest //= prime
            counts[prime] += 1
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    places = max(counts.values())
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def figure(value: Fraction) -> dict[str, str]:
    """Write a figure twice: exactly, and rounded for reading."""
    return {"exact": exact(value), "shown": str(shown(value))}


def result_document(file: EvaluationFile, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return the result as a JSON document: ranks, points, totals, and why somebody is out."""
    bids = {b.key: b for b in file.bids}
    return {
        "format": RESULT_FORMAT,
        "title": file.title,
        "rounding": ROUNDING,
        "results": [
            {
                "key": o.key,
                "name": bids[o.key].name,
                "rank": o.rank,
                "tied": o.tied,
                "eliminated_by": list(o.eliminated_by),
                "points": {key: figure(value) for key, value in o.points.items()},
                "quality": figure(o.quality),
                "total": figure(o.total),
            }
            for o in outcomes
        ],
    }


def result_lines(file: EvaluationFile, outcomes: Sequence[Outcome]) -> list[str]:
    """Return the result as lines to read: a table by rank, then who is out and why."""
    names = {b.key: b.name or b.key for b in file.bids}
    titles = {c.key: c.title or c.key for c in file.criteria} | {PRICE: "Price"}
    lines = [file.title] if file.title else []
    lines.append(ROUNDING)
    for outcome in outcomes:
        place = f"{outcome.rank}{' (tied)' if outcome.tied else ''}" if outcome.rank else "out"
        points = "  ".join(f"{titles[key]} {shown(value)}" for key, value in outcome.points.items())
        lines.append(f"{place:>4}  {names[outcome.key]}: {shown(outcome.total)}  [{points}]")
        if outcome.eliminated_by:
            reasons = ", ".join(titles.get(r, r.replace("_", " ")) for r in outcome.eliminated_by)
            lines.append(f"      below the minimum, or out by: {reasons}")
    return lines if outcomes else [*lines, "No bid."]


def to_document(
    title: str,
    scheme: Scheme,
    *,
    criteria: dict[str, str],
    stages: Sequence[str] = (),
    bids: Sequence[tuple[str, Bid]],
    tie_breaks: Sequence[Sequence[str]] = (),
) -> dict[str, Any]:
    """Write an evaluation in this format: titles by criterion, keys of stages, bids with the names of their vendors."""
    price = scheme.price
    amounts = {"full_at": price.full_at, "none_at": price.none_at, "amount": price.amount}
    return {
        "format": FORMAT,
        "title": title,
        "criteria": [
            {
                "key": c.key,
                "title": criteria.get(c.key, ""),
                "weight": exact(c.weight),
                "max": exact(c.most),
                "minimum": exact(c.minimum),
                **({"stage": stages[c.stage]} if stages else {}),
            }
            for c in scheme.criteria
        ],
        **({"stages": [_stage(key, most) for key, most in zip(stages, scheme.places, strict=True)]} if stages else {}),
        "price": {
            "formula": price.formula.value,
            "weight": exact(price.weight),
            "minimum": exact(price.minimum),
            **{key: exact(value) for key, value in amounts.items() if value is not None},
        },
        "quality_minimum": exact(scheme.quality_minimum),
        "total_minimum": exact(scheme.total_minimum),
        "tie": scheme.tie.value,
        "bids": [
            {
                "key": bid.key,
                "name": name,
                "scores": {key: exact(score) for key, score in bid.scores.items()},
                "price": None if bid.price is None else exact(bid.price),
                "disqualified": bid.disqualified,
                **({"reached": stages[bid.reached]} if stages and bid.reached is not None else {}),
            }
            for name, bid in bids
        ],
        **({"tie_breaks": [list(drawn) for drawn in tie_breaks]} if tie_breaks else {}),
    }


def _stage(key: str, most: int | None) -> dict[str, Any]:
    return {"key": key} if most is None else {"key": key, "most": most}
