"""Money is written by one function, in one form for each language: nobody writes an amount by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mix.rules.core.typography import amount

SOURCE = Path(__file__).resolve().parents[2] / "src/mix"
# How an amount is written by hand: its currency, thousands parted by a format, cents divided.
BY_HAND = re.compile(r"\bCAD\b|\$ ?CA\b|:,\.\df\}|cents\w*\)? *//? *100\b")
ALLOWED = {
    "rules/core/typography.py": "the function itself",
    "rules/core/fields.py": "reads what people write",
    "phrases/market.py": "names a kind of answer",
    "web/drawing/tables.py": "a table for other programs",
    "web/staff/delivery/contracts.py": "a table for other programs",
    "web/suppliers/sheets.py": "a number in a spreadsheet",
    "web/staff/city/variants.py": "a number in a box",
    "web/drawing/showing.py": "as it is typed into a box",
    "jobs/policy_page.py": "a column of figures in a document",
}
EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%-?\s*trans\b.*?%\}", re.DOTALL)
CENTS = re.compile(r"\w*cents\b(?!(?:\[0\]|\|last)?\s*\|\s*money)")


def by_hand(source: str) -> list[str]:
    """List what writes an amount in code, comments and docstrings left out."""
    bare = re.sub(r'""".*?"""|#[^\n]*', "", source, flags=re.DOTALL)
    return BY_HAND.findall(bare)


def unwritten(template: str) -> Iterator[str]:
    """Yield the amounts that a template draws as they are kept."""
    for found in EXPRESSION.findall(template):
        if "if " not in found:
            yield from CENTS.findall(found)


def test_amounts_by_hand_are_found() -> None:
    assert by_hand('x = f"{value / 100:,.2f}"') == [":,.2f}"]
    assert by_hand('f"CAD {n}"  # CAD') == ["CAD"]
    assert by_hand("value_cents // 100") == ["cents // 100"]
    assert list(unwritten("{{ a.value_cents|money }} {{ a.value_cents }}")) == ["value_cents"]
    assert list(unwritten("{% trans most=call.most_cents %}up to {{ most }}{% endtrans %}")) == ["most_cents"]


def test_no_code_writes_an_amount_by_hand() -> None:
    found = {p.relative_to(SOURCE).as_posix() for p in SOURCE.rglob("*.py") if by_hand(p.read_text(encoding="utf-8"))}
    assert found == set(ALLOWED)


def test_no_template_draws_cents() -> None:
    found = {p.name: cents for p in SOURCE.rglob("*.html") if (cents := list(unwritten(p.read_text("utf-8"))))}
    assert found == {}


@pytest.mark.parametrize(
    ("cents", "english", "french"),
    [
        (0, "CAD 0", "0 $ CA"),
        (2_500_000, "CAD 25,000", "25 000 $ CA"),
        (123_456_789, "CAD 1,234,567.89", "1 234 567,89 $ CA"),
        (-150_005, "CAD -1,500.05", "-1 500,05 $ CA"),
    ],
)
def test_an_amount_has_one_form_in_each_language(cents: int, english: str, french: str) -> None:
    assert (amount(cents, "en"), amount(cents, "fr")) == (english.replace(" ", "\u00a0"), french.replace(" ", "\u00a0"))
    assert amount(cents, "fr-ca") == amount(cents, "fr")
    assert amount(cents, "es") == amount(cents, "en")
