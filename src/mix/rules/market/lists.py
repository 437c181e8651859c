"""What is listed in a call, as the rows of a table: read cell by cell, put in order, and compared with what was there.

Questions, mandatory items and the lines of a price are lists of one kind each; what is the same of all stands here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mix.rules.core.fields import Wording
from mix.rules.core.unmet import Unmet
from mix.rules.market.call_forms import AskedQuestion
from mix.rules.market.price_lines import Grid, fault, is_heading


@dataclass(frozen=True, slots=True)
class Cells:
    """One row as it came in: its sheet, its number there, and its cells by the columns of the list."""

    grid: Grid
    number: int
    columns: tuple[str, ...]
    texts: tuple[str, ...]

    def at(self, column: str) -> str:
        """Return what a column says; empty beyond the last cell."""
        place = self.columns.index(column)
        return self.texts[place] if place < len(self.texts) else ""

    def fault(self, code: str, column: str, **more: str) -> Unmet:
        """Name the cell of a column with what was found in it."""
        return fault(code, self.grid, self.number, self.columns.index(column), self.at(column), **more)

    def in_two(self, column: str) -> Wording | None:
        """Return the words of a column with those of its French one; None where there are none."""
        english, french = self.at(column), self.at(f"{column}_fr")
        return Wording.model_validate({"en": english, **({"fr": french} if french else {})}) if english else None

    def beside(self) -> Iterator[Unmet]:
        """Name the first cell that stands in no column."""
        extra = next((n for n, text in enumerate(self.texts) if n >= len(self.columns) and text), None)
        if extra is not None:
            many = str(len(self.columns))
            yield fault("cell_beside", self.grid, self.number, extra, self.texts[extra], most=many)

    def untold(self, due: Collection[str], pairs: Iterable[str]) -> Iterator[Unmet]:
        """Name the cells that are empty: those that are `due`, and the English of what is said in French alone."""
        for column in pairs:
            if not self.at(column) and (column in due or self.at(f"{column}_fr")):
                yield self.fault("cell_empty", column)


def rows_in(grids: Sequence[Grid], columns: tuple[str, ...], *, headings: Collection[str]) -> Iterator[Cells]:
    """Yield the rows of a table; those that hold nothing but headings are passed over."""
    for grid in grids:
        for number, cells in grid.rows:
            if not is_heading(cells, headings):
                yield Cells(grid, number, columns, tuple(c.strip() for c in cells))


def every_name(names: Iterable[Wording], param: str, between: str) -> dict[str, str]:
    """Return names in each language as one parameter of a phrase."""
    every = list(names) or [Wording(en="–")]
    codes = set.union(*(set(name.texts) for name in every))
    return Wording.model_validate({code: between.join(n.in_(code) for n in every) for code in codes}).params(param)


def part_found(unmet: Unmet, found: str) -> Unmet:
    """Name the part of a cell that is wrong in place of all of it."""
    return replace(unmet, params={**unmet.params, "found": found[:40]})


def in_order(questions: Sequence[AskedQuestion], listed: Sequence[AskedQuestion]) -> list[AskedQuestion]:
    """Return every question in the order of a list; what it does not hold stays behind what stood before it."""
    order = list(listed)
    keys = {q.field.key for q in listed}
    before = -1
    for q in questions:
        if q.field.key in keys:
            before = next(n for n, one in enumerate(order) if one.field.key == q.field.key)
            continue
        before += 1
        order.insert(before, q)
    return order


# What a list changes.


@dataclass(frozen=True, slots=True)
class Listed:
    """One row as it is handed out: its key, what it is called, and what stands in each column."""

    key: str
    title: Wording
    cells: Mapping[str, str | float]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a list would do to one row: as it is, as it would be (None: it comes, it goes), in which columns."""

    before: Listed | None
    after: Listed | None
    parts: tuple[str, ...]

    @property
    def title(self) -> Wording:
        """What the row is called: as it would be, and where it goes, as it was."""
        found = self.after or self.before
        return found.title if found else Wording(en="–")


def effects(before: Sequence[Listed], after: Sequence[Listed]) -> tuple[Effect, ...]:
    """List the rows that differ, in the order of the later ones; then those that would go."""
    earlier, later = {row.key: row for row in before}, {row.key for row in after}
    pairs = [*((earlier.get(row.key), row) for row in after), *((row, None) for row in before if row.key not in later)]
    return tuple(Effect(old, new, parts) for old, new in pairs if (parts := _differing(old, new)))


def _differing(old: Listed | None, new: Listed | None) -> tuple[str, ...]:
    then, now = old.cells if old else {}, new.cells if new else {}
    return tuple(column for column in (now or then) if now.get(column, "") != then.get(column, ""))


def is_reordered(before: Sequence[Listed], after: Sequence[Listed]) -> bool:
    """Say whether what is in both stands in another order."""
    here = {row.key for row in after}
    known = [row.key for row in before if row.key in here]
    return known != [row.key for row in after if row.key in set(known)]
