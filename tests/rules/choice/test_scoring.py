"""Points, totals and ranks, against a plain recomputation with fractions."""

import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mix.rules.choice.scoring import Bid, Outcome, evaluate, selected, shown, spread, tied_for_a_place
from mix.rules.city.schemes import PriceFormula, PriceRule, Scheme, TieRule, Weighted

CRITERIA = (Weighted("fit", Fraction(50), Fraction(2)), Weighted("team", Fraction(30)))


def bid(key: str, fit: int, team: int, price: int | None, *, disqualified: str = "") -> Bid:
    return Bid(
        key, {"fit": Fraction(fit), "team": Fraction(team)}, None if price is None else Fraction(price), disqualified
    )


def scheme(tie: TieRule = TieRule.LOWER_PRICE, **price: object) -> Scheme:
    rule = {"weight": Fraction(20)} | price
    return Scheme(CRITERIA, PriceRule(**rule), tie)  # type: ignore[arg-type]  # each test gives what its formula needs


def ranks(outcomes: tuple[Outcome, ...]) -> list[tuple[str, int | None]]:
    return [(o.key, o.rank) for o in outcomes]


def test_lowest_price_counts_among_those_that_stand() -> None:
    outcomes = evaluate([bid("a", 4, 4, 200), bid("b", 3, 5, 100), bid("c", 1, 5, 1)], scheme())
    assert [(o.key, o.points, o.total, o.rank, o.eliminated_by) for o in outcomes] == [
        ("b", {"fit": 30, "team": 30, "price": 20}, 80, 1, ()),
        ("a", {"fit": 40, "team": 24, "price": 10}, 74, 2, ()),
        ("c", {"fit": 10, "team": 30, "price": 20}, 60, None, ("fit",)),
    ]


def test_ties_are_parted_by_the_rule_of_the_notice() -> None:
    bids = [bid("a", 5, 0, 300), bid("b", 2, 5, 200)]
    none = Fraction(0)
    assert ranks(evaluate(bids, scheme(TieRule.LOWER_PRICE, weight=none))) == [("b", 1), ("a", 2)]
    assert ranks(evaluate(bids, scheme(TieRule.HEAVIEST_CRITERION, weight=none))) == [("a", 1), ("b", 2)]


def test_quality_parts_what_price_made_equal() -> None:
    bids = [bid("a", 3, 3, 200), bid("b", 4, 3, None)]
    rule = scheme(TieRule.HIGHER_QUALITY, weight=Fraction(0))
    assert ranks(evaluate(bids, rule)) == [("b", 1), ("a", 2)]


def test_a_bid_without_a_price_never_wins_a_tie_by_price() -> None:
    bids = [bid("a", 3, 3, None), bid("b", 3, 3, 10**9)]
    assert ranks(evaluate(bids, scheme(weight=Fraction(0)))) == [("b", 1), ("a", 2)]


def test_what_no_rule_parts_shares_a_rank_and_the_next_is_third() -> None:
    outcomes = evaluate([bid("a", 3, 3, 100), bid("b", 3, 3, 100), bid("c", 2, 2, 100)], scheme())
    assert [(o.key, o.rank, o.tied) for o in outcomes] == [("a", 1, True), ("b", 1, True), ("c", 3, False)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (PriceRule(PriceFormula.LOWEST_OVER_PRICE, Fraction(20)), {"a": 20, "b": 10, "c": 5}),
        (
            PriceRule(PriceFormula.LINEAR, Fraction(20), full_at=Fraction(100), none_at=Fraction(400)),
            {"a": 20, "b": Fraction(40, 3), "c": 0},
        ),
    ],
)
def test_what_a_price_earns(rule: PriceRule, expected: dict[str, Fraction]) -> None:
    bids = [bid("a", 3, 3, 100), bid("b", 3, 3, 200), bid("c", 3, 3, 400)]
    outcomes = evaluate(bids, Scheme(CRITERIA, rule))
    assert {o.key: o.points["price"] for o in outcomes} == expected


def test_a_fixed_price_leaves_quality_alone_and_puts_out_who_asks_more() -> None:
    rule = PriceRule(PriceFormula.FIXED, amount=Fraction(100))
    bids = [bid("a", 3, 3, 100), bid("b", 5, 5, 101), bid("c", 4, 3, 90), bid("d", 5, 5, None)]
    outcomes = evaluate(bids, Scheme(CRITERIA, rule))
    assert ranks(outcomes) == [("c", 1), ("a", 2), ("b", None), ("d", None)]
    assert {o.key: o.eliminated_by for o in outcomes if o.rank is None} == {
        "b": ("price_above_fixed",),
        "d": ("price_missing",),
    }
    assert all("price" not in o.points for o in outcomes)


def test_quality_per_price_never_divides_by_zero() -> None:
    rule = PriceRule(PriceFormula.QUALITY_PER_PRICE)
    bids = [bid("a", 4, 5, 100), bid("b", 5, 5, 200), bid("c", 5, 5, 0)]
    outcomes = evaluate(bids, Scheme(CRITERIA, rule))
    assert [(o.key, o.rank, o.total) for o in outcomes] == [("a", 1, 700), ("b", 2, 400), ("c", None, 0)]
    assert outcomes[2].eliminated_by == ("price_not_positive",)


def test_the_lowest_acceptable_price_wins_whatever_its_quality() -> None:
    rule = PriceRule(PriceFormula.LOWEST_ACCEPTABLE)
    bids = [bid("a", 5, 5, 300), bid("b", 2, 0, 200), bid("c", 1, 5, 100)]
    assert ranks(evaluate(bids, Scheme(CRITERIA, rule))) == [("b", 1), ("a", 2), ("c", None)]


def test_minimums_of_quality_price_and_total() -> None:
    rule = PriceRule(weight=Fraction(20), minimum=Fraction(10))
    bids = [bid("a", 5, 5, 100), bid("b", 5, 5, 300), bid("c", 3, 0, 100), bid("d", 5, 0, 100)]
    outcomes = evaluate(bids, Scheme(CRITERIA, rule, quality_minimum=Fraction(40), total_minimum=Fraction(71)))
    assert {o.key: o.eliminated_by for o in outcomes} == {
        "a": (),
        "b": ("price",),
        "c": ("quality_minimum",),
        "d": ("total_minimum",),
    }


def test_a_disqualified_bid_changes_what_the_others_earn() -> None:
    bids = [bid("a", 4, 4, 200), bid("b", 4, 4, 100)]
    before = evaluate(bids, scheme())
    after = evaluate([bids[0], bid("b", 4, 4, 100, disqualified="untrue")], scheme())
    assert ranks(before) == [("b", 1), ("a", 2)]
    assert ranks(after) == [("a", 1), ("b", None)]
    assert after[0].points["price"] == 20


@pytest.mark.parametrize(
    "wrong",
    [
        {"formula": PriceFormula.FIXED, "weight": Fraction(1)},
        {"formula": PriceFormula.LINEAR, "weight": Fraction(20)},
        {"formula": PriceFormula.LINEAR, "full_at": Fraction(5), "none_at": Fraction(5)},
    ],
)
def test_a_price_rule_that_ranks_nothing_cannot_be_made(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"weight|full_at"):
        PriceRule(**wrong)  # type: ignore[arg-type]  # wrong on purpose


def test_nobody_at_all() -> None:
    assert evaluate([], scheme()) == ()


entries = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.one_of(st.none(), st.integers(0, 10**40)), st.booleans()),
    max_size=12,
)
rules = st.sampled_from(
    [
        PriceRule(weight=Fraction(20)),
        PriceRule(PriceFormula.LINEAR, Fraction(20), full_at=Fraction(10), none_at=Fraction(10**30)),
        PriceRule(PriceFormula.FIXED, amount=Fraction(10**20)),
        PriceRule(PriceFormula.QUALITY_PER_PRICE),
        PriceRule(PriceFormula.LOWEST_ACCEPTABLE),
    ]
)


def oracle(rows: list[tuple[int, int, int | None, bool]], rule: PriceRule, tie: TieRule) -> dict[str, object]:
    """Rank by the words of the docs, one bid after the other, without sharing a line with the product."""
    out, points = {}, {}
    for n, (fit, _team, price, bad) in enumerate(rows):
        asks_price = rule.weight > 0 or rule.formula not in ("lowest_over_price", "linear")
        out[n] = (
            bad
            or fit < 2
            or (asks_price and price is None)
            or (rule.formula == "quality_per_price" and price == 0)
            or (rule.formula == "fixed" and price is not None and price > 10**20)
        )
    cheapest = min((r[2] for n, r in enumerate(rows) if not out[n] and r[2] is not None), default=None)
    for n, (fit, team, price, _bad) in enumerate(rows):
        total = Fraction(fit * 50, 5) + Fraction(team * 30, 5)
        if rule.formula == "lowest_over_price" and price is not None and cheapest is not None:
            total += 20 if price <= cheapest else Fraction(20 * cheapest, price)
        elif rule.formula == "linear" and price is not None and cheapest is not None:
            total += 20 * max(Fraction(0), min(Fraction(1), Fraction(10**30 - price, 10**30 - 10)))
        elif rule.formula == "quality_per_price":
            total = total * 1000 / price if price else Fraction(0)
        points[n] = total
    places: dict[str, object] = {}
    for n in points:
        if out[n]:
            places[str(n)] = None
            continue
        places[str(n)] = 1 + sum(1 for o in points if not out[o] and _before(rows, points, o, n, rule=rule, tie=tie))
    return places


def _before(
    rows: list[tuple[int, int, int | None, bool]],
    totals: dict[int, Fraction],
    one: int,
    other: int,
    *,
    rule: PriceRule,
    tie: TieRule,
) -> bool:
    dear = 10**50
    prices = [dear if rows[n][2] is None else rows[n][2] for n in (one, other)]
    if rule.formula == "lowest_acceptable":
        if prices[0] != prices[1]:
            return bool(prices[0] < prices[1])
    elif totals[one] != totals[other]:
        return totals[one] > totals[other]
    if tie == "lower_price":
        return bool(prices[0] < prices[1])
    if tie == "heaviest_criterion":
        return rows[one][0] > rows[other][0]
    quality = [rows[n][0] * 10 + rows[n][1] * 6 for n in (one, other)]
    return quality[0] > quality[1]


@settings(max_examples=400)
@given(entries, rules, st.sampled_from(TieRule))
def test_ranks_agree_with_the_oracle(
    rows: list[tuple[int, int, int | None, bool]], rule: PriceRule, tie: TieRule
) -> None:
    bids = [bid(str(n), f, t, p, disqualified="x" if bad else "") for n, (f, t, p, bad) in enumerate(rows)]
    assert {o.key: o.rank for o in evaluate(bids, Scheme(CRITERIA, rule, tie))} == oracle(rows, rule, tie)


@settings(max_examples=100)
@given(entries, rules, st.sampled_from(TieRule), st.randoms())
def test_the_order_in_which_bids_are_given_changes_nothing(
    rows: list[tuple[int, int, int | None, bool]], rule: PriceRule, tie: TieRule, chance: random.Random
) -> None:
    bids = [bid(str(n), f, t, p, disqualified="x" if bad else "") for n, (f, t, p, bad) in enumerate(rows)]
    mixed = list(bids)
    chance.shuffle(mixed)
    assert evaluate(bids, Scheme(CRITERIA, rule, tie)) == evaluate(mixed, Scheme(CRITERIA, rule, tie))


def test_rounding_is_for_the_eye_alone() -> None:
    assert [str(shown(f)) for f in (Fraction(2, 3), Fraction(1, 8), Fraction(-1, 8), Fraction(0))] == [
        "0.67",
        "0.13",
        "-0.13",
        "0.00",
    ]
    assert str(shown(Fraction(10**40) + Fraction(1, 200))) == "1" + "0" * 40 + ".01"
    assert spread([1, 4, 3]) == 3


@pytest.mark.parametrize(
    ("most", "chosen", "waiting"),
    [
        (None, {"a", "b", "c", "d"}, ()),
        (1, {"a"}, ()),
        (2, {"a"}, ("b", "c")),
        (3, {"a", "b", "c"}, ()),
        (9, {"a", "b", "c", "d"}, ()),
    ],
)
def test_selection_never_exceeds_the_number_of_places(
    most: int | None, chosen: set[str], waiting: tuple[str, ...]
) -> None:
    scheme = Scheme((Weighted("one", Fraction(100)),))
    scores = {"a": 5, "b": 4, "c": 4, "d": 3}
    bids = [Bid(key, {"one": Fraction(score)}) for key, score in scores.items()]
    outcomes = evaluate(bids, scheme)
    assert (selected(outcomes, most), tied_for_a_place(outcomes, most)) == (chosen, waiting)
    parted = evaluate(bids, scheme, [("c", "b")])
    assert [(o.key, o.rank, o.tied) for o in parted] == [
        ("a", 1, False),
        ("c", 2, False),
        ("b", 3, False),
        ("d", 4, False),
    ]
    assert tied_for_a_place(parted, most) == ()


def test_a_tie_break_counts_for_those_equals_alone_whom_it_names() -> None:
    scheme = Scheme((Weighted("one", Fraction(100)),))
    bids = [Bid(key, {"one": Fraction(score)}) for key, score in {"a": 4, "b": 4, "c": 4, "d": 5}.items()]

    def ranks(*tie_breaks: tuple[str, ...]) -> list[tuple[str, int | None, bool]]:
        return [(o.key, o.rank, o.tied) for o in evaluate(bids, scheme, tie_breaks)]

    shared = [("d", 1, False), ("a", 2, True), ("b", 2, True), ("c", 2, True)]
    assert ranks() == ranks(("a", "b")) == shared
    assert ranks(("a", "d", "c", "b")) == [("d", 1, False), ("a", 2, False), ("c", 3, False), ("b", 4, False)]
    assert ranks(("a", "b", "c"), ("c", "b", "a")) == [
        ("d", 1, False),
        ("c", 2, False),
        ("b", 3, False),
        ("a", 4, False),
    ]
