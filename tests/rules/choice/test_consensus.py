"""What a panel still has to agree on."""

from fractions import Fraction

import pytest

from mix.rules.choice.consensus import as_reason, common_score, dots, points_so_far, widest_first
from mix.rules.city.schemes import Weighted

FIT, TEAM = Weighted("fit", Fraction(60)), Weighted("team", Fraction(40))


def test_scores_lie_where_they_were_given_and_how_often() -> None:
    assert dots([4, 1, 4]) == ((1, 1), (4, 2))
    assert dots([]) == ()


def test_the_widest_spread_comes_first_and_equals_stay_as_they_stand() -> None:
    assert widest_first({"A-fit": 1, "A-team": 3, "B-fit": 0, "B-team": 3}) == ("A-team", "B-team", "A-fit", "B-fit")


@pytest.mark.parametrize(
    ("agreed", "points"),
    [
        ({}, (Fraction(0), 0)),
        ({"team": 2}, (Fraction(16), 40)),
        ({"team": 2, "fit": 4}, (Fraction(64), 100)),
        ({"team": 2, "elsewhere": 5}, (Fraction(16), 40)),
    ],
)
def test_points_stand_as_far_as_scores_are_agreed(agreed: dict[str, int], points: tuple[Fraction, int]) -> None:
    assert points_so_far(agreed, [FIT, TEAM]) == points


def test_comments_become_one_reason_without_what_is_said_twice() -> None:
    assert as_reason(["Sound. ", "", "The plan\nholds.", "Sound."]) == "Sound.\n\nThe plan\nholds."
    assert as_reason([" ", ""]) == ""


@pytest.mark.parametrize(("scores", "common"), [([3, 3], 3), ([3], 3), ([0, 0, 0], 0), ([3, 4], None), ([], None)])
def test_all_agree_already_where_all_gave_the_same(scores: list[int], common: int | None) -> None:
    assert common_score(scores) == common
