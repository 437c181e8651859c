"""docs/evaluation-format.md, written from the models that read the format and the function that ranks."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

from pydantic import BaseModel

from mix.rules.choice.evaluation_file import (
    ROUNDING,
    EvaluationFile,
    FileBid,
    FileCriterion,
    FilePrice,
    parse_file,
    recompute,
    result_document,
    result_lines,
)
from mix.rules.city.schemes import TieRule

INTRODUCTION = """# The evaluation format

`mix evaluate FILE.json` recomputes an evaluation outside the product, with the function that the product uses:
points by criterion, totals, who is out and why, ranks. An auditor gets such a file of every final evaluation from
the case file; anybody can write one. It needs no database, no secret and no network. Exit code 0: computed. 2: the
file cannot be evaluated; every wrong place is named.

## Numbers

A number is a JSON number or a text of at most 40 digits and 20 decimals, without exponent. It is read exactly as
written. {rounding} A key that stands twice in one object, an unknown key, NaN and Infinity are refused.

## How bids are ranked

1. A criterion earns score ÷ max × weight. Where a bid gives a list of scores, their exact mean counts.
2. Out are: disqualified bids; bids without a price where price counts; bids above a fixed price; bids with a score
   below a criterion's minimum; bids below `quality_minimum` (points of all criteria together).
3. Price earns points by its formula. The lowest price is taken among the bids that are still in.
4. Out are, then, bids whose price earns less than `price.minimum`, and bids below `total_minimum`.
5. The rest is ordered by total (under `lowest_acceptable` by price). Equal ones are parted by `tie`; what it cannot
   part shares a rank, and the next rank is left out. Where `tie_breaks` holds a recorded order of all who share a
   rank, they are parted by it; of several such orders the last counts.

## Price formulas

| formula | what price does |
|---|---|
| `lowest_over_price` | earns weight × lowest ÷ price; a price of 0 earns the whole weight |
| `linear` | earns its weight up to `full_at`, nothing from `none_at` on, and lies on the straight line between |
| `fixed` | earns nothing: the price is `amount`, and who asks for more is out |
| `quality_per_price` | the total is points of quality per thousand of price; a price of 0 is out |
| `lowest_acceptable` | the lowest price that reaches every minimum is first |

Ties: {ties}. The heaviest criterion is the first of those with the greatest weight; a bid without a price comes
after those with one.
"""

EXAMPLES: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "Lowest over price, with minimums and a disqualified bid",
        {
            "format": "mix-evaluation/1",
            "title": "Twelve vans",
            "criteria": [
                {"key": "technical", "title": "Technical", "weight": 50, "minimum": 2},
                {"key": "delivery", "title": "Delivery", "weight": 10},
                {"key": "team", "title": "Team", "weight": 10},
            ],
            "price": {"weight": 30},
            "tie": TieRule.LOWER_PRICE,
            "bids": [
                {"key": "A", "name": "Alder", "scores": {"technical": 4, "delivery": 4, "team": 4}, "price": "582000"},
                {
                    "key": "B",
                    "name": "Birch",
                    "scores": {"technical": [3, 4], "delivery": 3, "team": 3},
                    "price": 498000,
                },
                {"key": "C", "name": "Cedar", "scores": {"technical": 1, "delivery": 5, "team": 5}, "price": 300000},
                {"key": "D", "name": "Dogwood", "price": 250000, "disqualified": "untrue declaration"},
            ],
        },
    ),
    (
        "Points out of the weight, a straight line for price, a minimum of quality",
        {
            "format": "mix-evaluation/1",
            "criteria": [
                {"key": "understanding", "weight": 35, "max": 35, "minimum": 21},
                {"key": "personnel", "weight": 40, "max": 40, "minimum": 24},
            ],
            "price": {"formula": "linear", "weight": 25, "full_at": 100000, "none_at": 200000},
            "quality_minimum": 50,
            "tie": TieRule.HIGHER_QUALITY,
            "bids": [
                {"key": "A", "scores": {"understanding": "30.5", "personnel": 33}, "price": "133333.33"},
                {"key": "B", "scores": {"understanding": 21, "personnel": 24}, "price": 90000},
            ],
        },
    ),
    (
        "The lowest acceptable price",
        {
            "format": "mix-evaluation/1",
            "price": {"formula": "lowest_acceptable"},
            "tie": TieRule.LOWER_PRICE,
            "bids": [{"key": "A", "price": 1484065}, {"key": "B", "price": 1619001}, {"key": "C"}],
        },
    ),
)


def format_page() -> str:
    """Return the page: rules, every key, and examples with what the command prints."""
    ties = ", ".join(f"`{tie.value}`" for tie in TieRule)
    lines = [INTRODUCTION.format(rounding=ROUNDING, ties=ties), "## Keys\n"]
    for title, model in (
        ("The file", EvaluationFile),
        ("A criterion", FileCriterion),
        ("Price", FilePrice),
        ("A bid", FileBid),
    ):
        lines += _keys(title, model)
    lines.append("The result (`--json`) has format `mix-evaluation-result/1`, each figure exact and rounded.\n")
    for title, document in EXAMPLES:
        parsed = parse_file(json.dumps(document))
        outcomes = recompute(parsed)
        lines += [
            f"## Example: {title.lower()}\n",
            "```json\n" + json.dumps(document, indent=1) + "\n```\n",
            "```text\n" + "\n".join(result_lines(parsed, outcomes)) + "\n```\n",
        ]
    first = parse_file(json.dumps(EXAMPLES[0][1]))
    result = result_document(first, recompute(first))
    shortened = {**result, "results": result["results"][:1]}
    lines.append("The first bid of the first example as JSON:\n")
    lines.append("```json\n" + json.dumps(shortened, indent=1) + "\n```")
    return "\n".join(lines) + "\n"


def _keys(title: str, model: type[BaseModel]) -> list[str]:
    rows = [f"{title}: {(model.__doc__ or '').splitlines()[0]}\n", "| key | | when left out |", "|---|---|---|"]
    for name, field in model.model_fields.items():
        default = "" if field.is_required() else json.dumps(_plain(field.get_default(call_default_factory=True)))
        rows.append(f"| `{name}` | {'required' if field.is_required() else ''} | {default and f'`{default}`'} |")
    return [*rows, ""]


def _plain(value: object) -> object:
    """Return a default as it would be written in a file."""
    if isinstance(value, BaseModel | dict):
        return {}
    if isinstance(value, Fraction):
        return int(value)
    return [] if isinstance(value, tuple) else value
