"""Prizes by rank, shared among equals, and what is wrong with a list of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mix.rules.choice.prizes import prizes_by_rank
from mix.rules.market.freezing import unmet_prizes


@pytest.mark.parametrize(
    ("prizes", "ranks", "won"),
    [
        ((600, 250), {"a": 1, "b": 2, "c": 3}, {"a": 600, "b": 250}),
        ((600, 250), {"a": 1, "b": 1, "c": 3}, {"a": 425, "b": 425}),
        ((600, 250), {"a": 1, "b": 2, "c": 2}, {"a": 600, "b": 125, "c": 125}),
        ((100,), {"a": 1, "b": 1, "c": 1}, {"a": 33, "b": 33, "c": 33}),
        ((600,), {}, {}),
        ((), {"a": 1}, {}),
    ],
)
def test_each_rank_has_its_prize_and_equals_share_what_their_places_are_worth(
    prizes: tuple[int, ...], ranks: dict[str, int], won: dict[str, int]
) -> None:
    assert prizes_by_rank(prizes, ranks) == won


@given(st.lists(st.integers(1, 10**9), max_size=5), st.lists(st.integers(0, 3), max_size=8))
def test_never_more_is_given_than_there_is(prizes: list[int], scores: list[int]) -> None:
    ranks = {n: 1 + sum(other > own for other in scores) for n, own in enumerate(scores)}
    won = prizes_by_rank(sorted(prizes, reverse=True), ranks)
    assert sum(won.values()) <= sum(prizes)
    assert all(won.get(a, 0) >= won.get(b, 0) for a in ranks for b in ranks if ranks[a] <= ranks[b])


@pytest.mark.parametrize(
    ("prizes", "codes"),
    [((600, 250), []), ((250, 250), []), ((), ["prizes_missing"]), ((250, 600), ["prizes_rise"])],
)
def test_prizes_are_there_and_never_rise(prizes: tuple[int, ...], codes: list[str]) -> None:
    assert [unmet.code for unmet in unmet_prizes(prizes)] == codes
