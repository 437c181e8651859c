"""The table of OWASP ASVS: every requirement of levels 1 and 2 once, and what is said to hold it is there."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/asvs.md"
# The level of each requirement of version 5.0.0, by section: a digit for each, in their order.
LEVELS = {
    "V1": ("22", "1111122223", "112222222223", "222", "123"),
    "V2": ("122", "112", "12223", "23"),
    "V3": ("3", "113", "12223", "11222233", "11122333", "3", "22333"),
    "V4": ("12233", "23333", "22", "1222"),
    "V5": ("2", "112333", "113", "222"),
    "V6": ("122", "111111112222", "11223333", "112233", "22222333", "2223", "33", "2222"),
    "V7": ("222", "1111", "22", "11222", "223", "22"),
    "V8": ("1233", "1123", "133", "23"),
    "V9": ("111", "1222"),
    "V10": ("22", "223", "22223", "1111122222233333", "22222", "22", "222"),
    "V11": ("2233", "22233", "11233", "1222", "23", "23", "33"),
    "V12": ("12233", "11", "22223"),
    "V13": ("2333", "222223", "2233", "1222233"),
    "V14": ("22", "12223333", "122"),
    "V15": ("12233", "12233", "1222222", "3333"),
    "V16": ("2", "22222", "2222", "222", "2223"),
    "V17": ("23", "22223333", "22"),
}
STATES = ("met", "not met", "not applicable")
SUMMED = re.compile(r"^\| (V\d+) [^|]+\| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE)
HELD = re.compile(r"`([^`]+?)::([^`]+)`")


class Row(NamedTuple):
    """One requirement, as the page has it."""

    number: str
    level: str
    asks: str
    state: str
    why: str


def rows() -> list[Row]:
    """Read the page."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| V\d+\.", line)]
    return [Row(*(cell.strip() for cell in line.strip("|").split(" | "))) for line in lines]


def asked_for() -> Iterator[tuple[str, str]]:
    """Name each requirement of levels 1 and 2 with its level."""
    for chapter, sections in LEVELS.items():
        for section, levels in enumerate(sections, start=1):
            yield from ((f"{chapter}.{section}.{n}", level) for n, level in enumerate(levels, start=1) if level < "3")


def is_there(path: str, what: str) -> bool:
    """Say whether a file holds a test of that name, or where it is no test, these very words."""
    file = ROOT / path
    if not file.is_file():
        return False
    text = file.read_text(encoding="utf-8")
    return (
        bool(re.search(rf"^def {re.escape(what)}\(", text, re.MULTILINE)) if path.startswith("tests/") else what in text
    )


def test_what_is_not_there_is_found() -> None:
    assert is_there("tests/architecture/test_asvs.py", "test_what_is_not_there_is_found")
    assert is_there("SECURITY.md", "three working days")
    assert not is_there("tests/architecture/test_asvs.py", "test_what")
    assert not is_there("tests/architecture/test_none.py", "test_what_is_not_there_is_found")
    assert not is_there("SECURITY.md", "three years")


def test_the_standard_has_as_many_requirements_as_it_says() -> None:
    digits = Counter("".join(section for sections in LEVELS.values() for section in sections))
    assert digits == {"1": 70, "2": 183, "3": 92}


def test_every_requirement_of_levels_1_and_2_stands_once_in_its_order() -> None:
    assert [(row.number, row.level) for row in rows()] == list(asked_for())


def test_every_row_says_what_it_asks_and_what_holds_it_or_why_not() -> None:
    assert {row.state for row in rows()} == set(STATES)
    assert [row.number for row in rows() if not row.asks or not row.why] == []
    assert [row.number for row in rows() if (row.state == "met") != bool(HELD.search(row.why))] == []


def test_what_holds_a_requirement_is_there() -> None:
    held = [(row.number, path, what) for row in rows() for path, what in HELD.findall(row.why)]
    assert len(held) > 100
    assert [one for one in held if not is_there(one[1], one[2])] == []


def test_the_sums_are_those_of_the_table() -> None:
    counted = Counter((row.number.split(".")[0], row.state) for row in rows())
    sums = {chapter: tuple(counted[chapter, state] for state in STATES) for chapter in LEVELS}
    said = {name: tuple(map(int, numbers)) for name, *numbers in SUMMED.findall(PAGE.read_text(encoding="utf-8"))}
    assert said == sums
    assert f"**{sum(s[0] for s in sums.values())} met, {sum(s[1] for s in sums.values())} not met" in PAGE.read_text()
