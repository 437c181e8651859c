"""A price by lines: quantity times unit price, their sum, and what a table says of lines or of their prices.

Amounts are in cents. A product is rounded half up to the cent, line by line; the sum adds what was rounded, as whoever
checks it by hand does. Options are added up apart, and do not count into the price that is scored.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from mix.rules.core.fields import MAX_ROWS, BadValue, FieldSpec, PriceLine, Wording, read_money
from mix.rules.core.unmet import Unmet

YES = frozenset({"yes", "y", "x", "oui", "o", "true", "vrai", "1", "option"})
NO = frozenset({"", "no", "n", "non", "false", "faux", "0", "-", "–"})
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a sheet as they are shown, by their rows, each row with its number. A text has no sheet."""

    sheet: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def extended(line: PriceLine, cents: int) -> int:
    """Return quantity times unit price, in cents."""
    return int((Decimal(line.quantity) * cents).quantize(Decimal(1), ROUND_HALF_UP))


def total_of(spec: FieldSpec, value: object) -> int | None:
    """Return the sum of all lines that are no options; None while one of them has no price."""
    priced = _known(value)
    owed = [line for line in spec.lines if not line.is_option]
    if not owed or any(line.key not in priced for line in owed):
        return None
    return sum(extended(line, priced[line.key]) for line in owed)


def options_of(spec: FieldSpec, value: object) -> int:
    """Return the sum of the options that have a price."""
    priced = _known(value)
    return sum(extended(line, priced[line.key]) for line in spec.lines if line.is_option and line.key in priced)


def _known(value: object) -> dict[str, int]:
    """Return the prices that are known, by the key of their line; what was typed and not read yet is none."""
    given = value if isinstance(value, Mapping) else {}
    return {key: cents for key, cents in given.items() if isinstance(cents, int)}


def read_lines(grids: Sequence[Grid], *, headings: Collection[str]) -> tuple[tuple[PriceLine, ...], tuple[Unmet, ...]]:
    """Read lines: what, unit, quantity, option, and in French what and unit; or say all that is wrong, cell by cell.

    A row of headings (any of `headings`) is passed over.
    """
    lines: list[PriceLine] = []
    wrong: list[Unmet] = []
    for grid in grids:
        for number, cells in grid.rows:
            if is_heading(cells, headings):
                continue
            title, unit, quantity, option, title_fr, unit_fr = (*(c.strip() for c in cells[:6]), *[""] * 6)[:6]
            found = [
                fault("cell_empty", grid, number, column, "")
                for column, text in ((0, title), (1, unit), (2, quantity))
                if not text
            ]
            amount = _quantity(quantity)
            if quantity and amount is None:
                found.append(fault("cell_no_quantity", grid, number, 2, quantity))
            if option.casefold() not in YES | NO:
                found.append(fault("cell_no_yes", grid, number, 3, option))
            wrong += found
            if not found and amount is not None:
                made = PriceLine(
                    key=f"l{len(lines) + 1}",
                    title=_in_two(title, title_fr),
                    unit=_in_two(unit, unit_fr),
                    quantity=amount,
                    is_option=option.casefold() in YES,
                )
                lines.append(made)
    if not wrong and not any(not line.is_option for line in lines):
        wrong.append(Unmet("no_line_counts"))
    if len(lines) > MAX_ROWS:
        wrong.append(Unmet("too_many_rows", {"most": str(MAX_ROWS), "given": str(len(lines))}))
    return tuple(lines), tuple(wrong)


def read_prices(spec: FieldSpec, grids: Sequence[Grid]) -> tuple[dict[str, int], tuple[Unmet, ...]]:
    """Read the unit prices of lines by their numbers in the first column, from the last; or all that is wrong.

    A single column is the prices of all lines, in their order. A first row without a number is one of headings.
    """
    found: dict[str, int] = {}
    wrong: list[Unmet] = []
    for grid in grids:
        rows = [(n, cells) for n, cells in grid.rows if any(c.strip() for c in cells)]
        is_column = all(len(cells) == 1 for _n, cells in rows)
        if rows and not re.search(r"\d", rows[0][1][-1] if is_column else rows[0][1][0]):
            rows = rows[1:]
        for place, (number, cells) in enumerate(rows, start=1):
            at = str(place) if is_column else cells[0].strip().removesuffix(".")
            last = 0 if is_column else min(5, len(cells) - 1) if len(cells) > 2 else 1
            line = next((one for one in spec.lines if one.key == f"l{at}"), None)
            text = cells[last].strip()
            if line is None:
                wrong.append(fault("cell_no_line", grid, number, 0, at, most=str(len(spec.lines))))
            elif line.key in found:
                wrong.append(fault("cell_line_twice", grid, number, 0, at))
            elif text:
                try:
                    found[line.key] = read_money(text)
                except BadValue:
                    wrong.append(fault("cell_no_amount", grid, number, last, text))
    if not found and not wrong:
        wrong.append(Unmet("no_price_found"))
    return found, tuple(wrong)


def is_heading(cells: Sequence[str], headings: Collection[str]) -> bool:
    """Say whether a row holds nothing but what headings of columns are called."""
    known = {text.casefold() for text in headings}
    return all(c.strip().casefold() in known for c in cells if c.strip())


def _quantity(text: str) -> str | None:
    bare = re.sub(r"[\s\u00a0\u202f]", "", text)
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d{1,3})?", bare):
        bare = bare.replace(",", "")
    bare = bare.replace(",", ".")
    if not re.fullmatch(r"\d{1,9}(\.\d{1,3})?", bare) or Decimal(bare) == 0:
        return None
    return format(Decimal(bare), "f")


def _in_two(text: str, french: str) -> Wording:
    return Wording.model_validate({"en": text, **({"fr": french} if french else {})})


def fault(code: str, grid: Grid, row: int, column: int, found: str, **more: str) -> Unmet:
    """Name a cell with what was found in it; the code says what would be right."""
    cell = f"{LETTERS[column]}{row}"
    return Unmet(code, {"cell": f"{grid.sheet}!{cell}" if grid.sheet else cell, "found": found[:40], **more})
