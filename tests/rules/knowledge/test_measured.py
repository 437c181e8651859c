"""What a measure showed against its target, however people write figures."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mix.rules.knowledge.measured import Measured, TargetVerdict, figure, latest, verdict

R, N, NOT = TargetVerdict.REACHED, TargetVerdict.NEARLY, TargetVerdict.NOT_REACHED


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("88 %", 88),
        ("1,250", 1250),
        ("1 250", 1250),
        ("1\u202f250,5", Fraction("1250.5")),
        ("12,345,678.9", Fraction("12345678.9")),
        ("5,6 minutes", Fraction("5.6")),
        ("-3 °C", -3),
        ("−3", -3),
        ("CAD 12,000", 12000),
        ("not measured", None),
        ("", None),
        ("9 of 10", None),
        ("between 3 and 4", None),
    ],
)
def test_a_figure_is_read_as_it_is_written(text: str, value: Fraction | None) -> None:
    assert figure(text) == value


@pytest.mark.parametrize(
    ("before", "target", "actual", "said"),
    [
        ("4 %", "90 %", "95 %", R),
        ("41", "7", "6", R),
        ("41", "7", "9", N),
        ("41", "7", "19", NOT),
        ("55", "5", "5.6", N),
        ("61 %", "85 %", "60 %", NOT),
        ("not measured", "80 %", "77 %", N),
        ("not measured", "80 %", "80", R),
        ("not measured", "80 %", "30 %", None),
        ("80", "80", "100", None),
        ("4 %", "90 %", "not measured", None),
        ("4 %", "fewer calls", "12", None),
    ],
)
def test_a_reading_is_compared_on_the_way_that_was_promised(
    before: str, target: str, actual: str, said: TargetVerdict | None
) -> None:
    assert verdict(before, target, actual) == said


@given(st.integers(-999, 999), st.integers(-999, 999), st.integers(-999, 999))
def test_more_and_less_are_judged_alike(before: int, target: int, actual: int) -> None:
    assert verdict(str(before), str(target), str(actual)) == verdict(str(-before), str(-target), str(-actual))


def test_the_latest_reading_with_a_figure_counts() -> None:
    def read(measure: str, month: int, actual: str) -> Measured:
        return Measured(measure, "1", "2", actual, month)

    rows = [read("a", 3, "1"), read("b", 3, "not measured"), read("a", 12, "not measured"), read("a", 6, "2")]
    assert [(r.measure, r.month, r.actual) for r in latest(rows)] == [("a", 6, "2"), ("b", 3, "not measured")]
