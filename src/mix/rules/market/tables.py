"""Tables that a call asks for: their columns as somebody lists them, and rows as they come in from a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mix.rules.core.fields import BadValue, Column, FieldSpec, FieldType, Wording, read_value
from mix.rules.core.unmet import Unmet
from mix.rules.market.price_lines import NO, YES, Grid, fault

KINDS = (FieldType.LINE, FieldType.TEXT, FieldType.NUMBER, FieldType.MONEY, FieldType.DATE, FieldType.YES_NO)
MOST_COLUMNS = 12
_WRONG = {FieldType.MONEY: "cell_no_amount", FieldType.NUMBER: "cell_no_number", FieldType.DATE: "cell_no_date"}


def read_columns(
    grids: Sequence[Grid], *, kinds: Mapping[str, FieldType]
) -> tuple[tuple[Column, ...], tuple[Unmet, ...]]:
    """Read columns: name, kind (by what `kinds` calls it), required, name in French; or say all that is wrong."""
    columns: list[Column] = []
    wrong: list[Unmet] = []
    for grid in grids:
        for number, cells in grid.rows:
            name, kind, required, french = (*(c.strip() for c in cells[:4]), *[""] * 4)[:4]
            found = [] if name else [fault("cell_empty", grid, number, 0, "")]
            type_ = kinds.get(kind.casefold()) if kind else FieldType.LINE
            if type_ is None:
                found.append(fault("cell_no_kind", grid, number, 1, kind))
            if required.casefold() not in YES | NO:
                found.append(fault("cell_no_yes_no", grid, number, 2, required))
            wrong += found
            if not found and type_:
                title = Wording.model_validate({"en": name, **({"fr": french} if french else {})})
                is_due = required.casefold() in YES and type_ is not FieldType.YES_NO
                columns.append(Column(key=f"c{len(columns) + 1}", type=type_, title=title, required=is_due))
    if not wrong and not 1 <= len(columns) <= MOST_COLUMNS:
        wrong.append(Unmet("columns_out_of_bounds", {"most": str(MOST_COLUMNS), "has": str(len(columns))}))
    return tuple(columns), tuple(wrong)


def read_rows(spec: FieldSpec, grids: Sequence[Grid]) -> tuple[list[dict[str, Any]], tuple[Unmet, ...]]:
    """Read the rows of a table, its columns in their order; or say all that is wrong, cell by cell.

    A first row that repeats the titles of the columns, in any language, is passed over.
    """
    rows: list[dict[str, Any]] = []
    wrong: list[Unmet] = []
    titles = {text.casefold() for column in spec.columns for text in column.title.texts.values()}
    for grid in grids:
        for place, (number, cells) in enumerate(grid.rows):
            if place == 0 and all(c.strip().casefold() in titles for c in cells if c.strip()):
                continue
            extra = next((n for n, c in enumerate(cells) if n >= len(spec.columns) and c.strip()), None)
            if extra is not None:
                wrong.append(fault("cell_beside", grid, number, extra, cells[extra], most=str(len(spec.columns))))
            row: dict[str, Any] = {}
            for n, column in enumerate(spec.columns):
                text = cells[n].strip() if n < len(cells) else ""
                try:
                    row[column.key] = _read(column, text)
                except BadValue:
                    wrong.append(fault(_WRONG.get(column.type, "cell_no_yes_no"), grid, number, n, text))
            rows.append(row)
    if not rows and not wrong:
        wrong.append(Unmet("no_row_found"))
    if len(rows) > spec.max_rows:
        wrong.append(Unmet("too_many_rows", {"most": str(spec.max_rows), "given": str(len(rows))}))
    return rows, tuple(wrong)


def _read(column: Column, text: str) -> Any:  # noqa: ANN401 - as it is kept in JSON
    if column.type is not FieldType.YES_NO:
        return read_value(column, text)
    if text.casefold() not in YES | NO:
        raise BadValue("not_an_option")
    return text.casefold() in YES
