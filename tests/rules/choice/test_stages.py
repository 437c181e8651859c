"""Scoring in stages: who reaches the next, what that does to ranks; in the product and in the open format."""

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mix.rules.choice.evaluation_file import FileInvalid, parse_file, recompute
from mix.rules.choice.scoring import Bid, evaluate, invited
from mix.rules.city.method_files import parse
from mix.rules.city.schemes import PriceRule, Scheme, TieRule, Weighted
from mix.rules.core.catalogue import DocumentInvalid
from mix.rules.market.freezing import Terms, freeze
from tests.rules.city.test_methods import CATALOGUE

SCHEME = Scheme(
    (Weighted("paper", Fraction(60), Fraction(2)), Weighted("talk", Fraction(20), stage=1)),
    PriceRule(weight=Fraction(20)),
    TieRule.LOWER_PRICE,
    places=(None, 2),
)


def written(key: str, paper: int, *, disqualified: str = "") -> Bid:
    return Bid(key, {"paper": Fraction(paper)}, Fraction(100), disqualified, reached=0)


def heard(key: str, paper: int, talk: int) -> Bid:
    return Bid(key, {"paper": Fraction(paper), "talk": Fraction(talk)}, Fraction(100), reached=1)


def test_the_best_of_those_that_stand_are_invited() -> None:
    bids = [written("a", 3), written("b", 5), written("c", 4), written("d", 1), written("e", 5, disqualified="untrue")]
    assert invited(bids, SCHEME, stage=1) == ("b", "c")


def test_all_who_share_the_last_place_are_invited() -> None:
    bids = [written("a", 3), written("b", 5), written("c", 3)]
    assert invited(bids, SCHEME, stage=1) == ("b", "a", "c")


def test_nobody_is_invited_when_all_are_below_the_minimum() -> None:
    assert invited([written("a", 1), written("b", 0)], SCHEME, stage=1) == ()


def test_who_was_not_invited_has_no_rank_and_does_not_set_the_lowest_price() -> None:
    cheap = Bid("c", {"paper": Fraction(2)}, Fraction(1), reached=0)
    outcomes = evaluate([heard("a", 4, 2), heard("b", 3, 5), cheap], SCHEME)
    assert [(o.key, o.rank, o.total, o.eliminated_by) for o in outcomes] == [
        ("a", 1, 76, ()),
        ("b", 1, 76, ()),
        ("c", None, 44, ("not_invited",)),
    ]


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=12), st.integers(1, 5))
def test_nobody_with_fewer_points_is_invited_before_one_with_more(rows: list[tuple[int, bool]], most: int) -> None:
    scheme = Scheme(SCHEME.criteria, SCHEME.price, SCHEME.tie, places=(None, most))
    bids = [written(str(n), paper, disqualified="x" if bad else "") for n, (paper, bad) in enumerate(rows)]
    chosen = {int(key) for key in invited(bids, scheme, stage=1)}
    standing = {n for n, (paper, bad) in enumerate(rows) if paper >= 2 and not bad}
    assert chosen <= standing
    assert len(chosen) >= min(most, len(standing))
    if left := standing - chosen:
        worst = min(rows[n][0] for n in chosen)
        assert worst > max(rows[n][0] for n in left)
        above = [n for n in chosen if rows[n][0] > worst]
        assert len(above) < most  # only a shared last place brings more than there are places


def a_file(**changes: Any) -> dict[str, Any]:
    return {
        "format": "mix-evaluation/1",
        "tie": "higher_quality",
        "stages": [{"key": "paper"}, {"key": "talk", "most": 1}],
        "criteria": [
            {"key": "fit", "weight": 80},
            {"key": "team", "weight": 20, "stage": "talk"},
        ],
        "bids": [
            {"key": "a", "scores": {"fit": 4, "team": 5}},
            {"key": "b", "scores": {"fit": 3}, "reached": "paper"},
        ],
        **changes,
    }


def test_a_file_with_stages_is_recomputed() -> None:
    outcomes = recompute(parse_file(json.dumps(a_file())))
    assert [(o.key, o.rank, o.eliminated_by) for o in outcomes] == [("a", 1, ()), ("b", None, ("not_invited",))]


def test_a_place_that_falls_free_later_is_given_to_nobody() -> None:
    bids = [
        {"key": "a", "scores": {"fit": 4, "team": 5}, "reached": "talk", "disqualified": "untrue"},
        {"key": "b", "scores": {"fit": 3}, "reached": "paper"},
        {"key": "c", "scores": {"fit": 5}, "reached": "paper", "disqualified": "before anybody was invited"},
    ]
    outcomes = recompute(parse_file(json.dumps(a_file(bids=bids))))
    assert {o.key: o.rank for o in outcomes} == {"a": None, "b": None, "c": None}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"bids": [{"key": "a", "scores": {"fit": 4}}]}, "no score for 'team'"),
        ({"bids": [{"key": "a", "scores": {"fit": 4, "team": 1}, "reached": "paper"}]}, "did not reach"),
        ({"bids": [{"key": "a", "scores": {"fit": 4}, "reached": "dinner"}]}, "no stage 'dinner'"),
        ({"stages": [{"key": "paper"}, {"key": "paper"}]}, "stands twice"),
        ({"stages": [{"key": "paper"}, {"key": "talk", "most": 0}]}, "greater than or equal to 1"),
        (
            {
                "bids": [
                    {"key": "a", "scores": {"fit": 3, "team": 5}},
                    {"key": "b", "scores": {"fit": 4}, "reached": "paper"},
                ]
            },
            "bid 'b' was kept from stage 'talk' against its points",
        ),
    ],
)
def test_a_file_whose_stages_do_not_fit_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(FileInvalid, match=said):
        parse_file(json.dumps(a_file(**changes)))


def test_what_a_method_says_of_stages_is_frozen_with_the_call() -> None:
    part = parse((CATALOGUE / "traditional-rfp.yaml").read_text(encoding="utf-8")).step("company-wins").evaluation
    assert part is not None
    scheme = freeze(part, terms=Terms(TieRule.LOWER_PRICE), places=None).scheme
    assert scheme.places == (None, 3)
    assert {c.key: c.stage for c in scheme.criteria} == {"technical": 0, "delivery": 0, "team": 1}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("stage: interview, title", "stage: dinner, title", "'dinner' is no stage"),
        ("stage: interview, title", "title", "stage 'interview' of the scoring scores nothing"),
        ("{key: written, basis", "{key: interview, basis", "two stages of the scoring have one key"),
        ("{key: written, basis: reading,", "{key: written, basis: reading, most: 2,", "reaches the first stage"),
    ],
)
def test_a_method_whose_stages_do_not_fit_is_refused(old: str, new: str, said: str) -> None:
    text = (CATALOGUE / "traditional-rfp.yaml").read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(DocumentInvalid, match=said):
        parse(text.replace(old, new))
