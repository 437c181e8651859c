"""Points, totals and ranks, against a plain recomputation with fractions."""

import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mix.rules.choice.scoring import (
    SPREAD_ALERT,
    Bid,
    Outcome,
    digits_apart,
    evaluate,
    invited,
    line_share,
    price_share,
    selected,
    shown,
    spread,
    tied_for_a_place,
)
from mix.rules.city.schemes import MAX_SCORE, PriceFormula, PriceRule, Scheme, TieRule, Weighted

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


@pytest.mark.parametrize(("minimum", "out"), [(46, ()), (Fraction(461, 10), ("quality_minimum",))])
def test_a_bid_exactly_at_the_minimum_of_quality_stands(minimum: Fraction, out: tuple[str, ...]) -> None:
    found = evaluate([bid("a", 4, 1, 100)], Scheme(CRITERIA, quality_minimum=Fraction(minimum)))
    assert (found[0].quality, found[0].eliminated_by) == (46, out)


@pytest.mark.parametrize(("minimum", "out"), [(56, ()), (Fraction(561, 10), ("total_minimum",))])
def test_a_bid_exactly_at_the_minimum_of_the_total_stands(minimum: Fraction, out: tuple[str, ...]) -> None:
    rule = PriceRule(weight=Fraction(20))
    found = evaluate(
        [bid("a", 4, 1, 200), bid("b", 5, 5, 100)], Scheme(CRITERIA, rule, total_minimum=Fraction(minimum))
    )
    assert {o.key: (o.total, o.eliminated_by) for o in found}["a"] == (56, out)


@pytest.mark.parametrize(("minimum", "out"), [(10, ()), (Fraction(101, 10), ("price",))])
def test_a_bid_exactly_at_the_minimum_of_price_points_stands(minimum: Fraction, out: tuple[str, ...]) -> None:
    rule = PriceRule(weight=Fraction(20), minimum=Fraction(minimum))
    found = evaluate([bid("a", 4, 1, 200), bid("b", 5, 5, 100)], Scheme(CRITERIA, rule))
    assert {o.key: o.eliminated_by for o in found}["a"] == out


def test_everything_that_puts_a_bid_out_is_said_in_its_order() -> None:
    criteria = (Weighted("fit", Fraction(50), Fraction(2)), Weighted("talk", Fraction(50), stage=1))
    rule = PriceRule(PriceFormula.FIXED, amount=Fraction(10))
    early = Bid("a", {"fit": Fraction(1)}, None, "untrue", reached=0)
    (found,) = evaluate([early], Scheme(criteria, rule, quality_minimum=Fraction(90)))
    assert found.eliminated_by == ("disqualified", "price_missing", "fit", "not_invited")
    assert (found.rank, found.tied, found.points) == (None, False, {"fit": 10, "talk": 0})


def test_what_is_not_set_puts_nobody_out() -> None:
    nothing = Bid("a", {"fit": Fraction(0)})
    (found,) = evaluate([nothing], Scheme((Weighted("fit", Fraction(50)),)))
    assert (found.rank, found.eliminated_by, found.total, found.points, found.tied) == (1, (), 0, {"fit": 0}, False)
    assert evaluate([Bid("a", {"fit": Fraction(5)})], Scheme((Weighted("fit", Fraction(50)),)))[0].total == 50


def test_what_is_not_said_is_nothing() -> None:
    criterion, rule, plain = Weighted("fit", Fraction(50)), PriceRule(), Scheme(())
    assert (criterion.minimum, criterion.most, criterion.stage) == (0, 5, 0)
    assert (rule.formula, rule.weight, rule.minimum) == (PriceFormula.LOWEST_OVER_PRICE, 0, 0)
    assert (plain.quality_minimum, plain.total_minimum, plain.places) == (0, 0, (None,))
    assert Outcome("a", {}, Fraction(0), Fraction(0), 1).tied is False


def test_the_smallest_price_counts_as_a_price() -> None:
    rule = Scheme(CRITERIA, PriceRule(PriceFormula.QUALITY_PER_PRICE))
    bids = [bid("a", 4, 5, 1), Bid("b", {"fit": Fraction(5), "team": Fraction(5)}, Fraction(1, 2))]
    found = evaluate(bids, rule)
    assert [(o.key, o.rank, o.total, o.eliminated_by) for o in found] == [("b", 1, 160_000, ()), ("a", 2, 70_000, ())]
    free = [bid("a", 3, 3, 1), bid("b", 3, 3, 0)]
    assert ranks(evaluate(free, scheme(weight=Fraction(0)))) == [("b", 1), ("a", 2)]


def test_of_equal_totals_the_higher_quality_comes_first() -> None:
    bids = [bid("a", 4, 5, 200), bid("b", 5, 5, 400), bid("c", 3, 5, 100)]
    outcomes = evaluate(bids, scheme(TieRule.HIGHER_QUALITY, weight=Fraction(20)))
    assert [(o.key, o.quality, o.total, o.rank) for o in outcomes] == [
        ("b", 80, 85, 1),
        ("a", 70, 80, 2),
        ("c", 60, 80, 3),
    ]


def test_a_scheme_without_criteria_ranks_by_price() -> None:
    bids = [Bid("a", {}, Fraction(200)), Bid("b", {}, Fraction(100))]
    assert ranks(evaluate(bids, Scheme((), PriceRule(weight=Fraction(20))))) == [("b", 1), ("a", 2)]


@pytest.mark.parametrize(
    ("formula", "weight", "counts"),
    [
        (PriceFormula.LOWEST_OVER_PRICE, 0, False),
        (PriceFormula.LOWEST_OVER_PRICE, 1, True),
        (PriceFormula.FIXED, 0, True),
        (PriceFormula.QUALITY_PER_PRICE, 0, True),
        (PriceFormula.LOWEST_ACCEPTABLE, 0, True),
    ],
)
def test_when_a_bid_needs_a_price(formula: PriceFormula, weight: int, counts: bool) -> None:
    assert PriceRule(formula, Fraction(weight)).counts is counts


def test_a_line_may_begin_at_nothing_and_not_below() -> None:
    bounds = {"formula": PriceFormula.LINEAR, "weight": Fraction(20), "none_at": Fraction(10)}
    rule = PriceRule(**bounds, full_at=Fraction(0))  # type: ignore[arg-type]  # what a line needs
    outcomes = evaluate([bid("a", 3, 3, 0), bid("b", 3, 3, 5)], Scheme(CRITERIA, rule))
    assert [o.points["price"] for o in outcomes] == [20, 10]
    with pytest.raises(ValueError, match=r"^full_at$"):
        PriceRule(**bounds, full_at=Fraction(-1))  # type: ignore[arg-type]  # wrong on purpose


def test_shares_of_a_price_weight() -> None:
    lowest = Fraction(100)
    assert [price_share(Fraction(p), lowest=lowest) for p in (0, 50, 100, 200)] == [1, 1, 1, Fraction(1, 2)]
    assert price_share(Fraction(1), lowest=Fraction(1, 2)) == Fraction(1, 2)
    assert [price_share(Fraction(p, 2), lowest=Fraction(-2)) for p in (-2, -1, 0)] == [1, 1, 1]
    line = [line_share(Fraction(p), full_at=Fraction(100), none_at=200) for p in (50, 100, 150, 200, 250)]
    assert line == [1, 1, Fraction(1, 2), 0, 0]


def test_a_price_earns_nothing_where_none_stands_or_none_was_given() -> None:
    out = evaluate([bid("a", 1, 3, 100)], scheme())
    assert (out[0].points["price"], out[0].eliminated_by) == (0, ("fit",))
    assert evaluate([bid("a", 3, 3, None), bid("b", 3, 3, 1)], scheme())[1].points["price"] == 0


def test_three_stages_ask_for_all_that_come_before() -> None:
    criteria = tuple(
        Weighted(key, Fraction(30), Fraction(2), stage=n) for n, key in enumerate(("read", "talk", "show"))
    )
    rule = Scheme(criteria, places=(None, None, 1))
    bids = [
        Bid("a", {"read": Fraction(5), "talk": Fraction(2)}, reached=1),
        Bid("b", {"read": Fraction(5)}, reached=0),
        Bid("c", {"read": Fraction(2), "talk": Fraction(4), "show": Fraction(0)}),
        Bid("d", {"read": Fraction(5), "talk": Fraction(1)}, reached=1),
    ]
    assert invited(bids, rule, stage=2) == ("a",)
    assert invited(bids, rule, stage=1) == ("a", "b", "d", "c")
    assert [bids[0].was_scored(c) for c in criteria] == [True, True, False]
    assert [bids[2].was_scored(c) for c in criteria] == [True, True, True]


def test_as_many_as_there_are_places_are_all_invited() -> None:
    rule = Scheme((Weighted("fit", Fraction(50)), Weighted("talk", Fraction(50), stage=1)), places=(None, 2))
    bids = [Bid(key, {"fit": Fraction(score)}, reached=0) for key, score in (("a", 1), ("b", 2), ("c", 0))]
    assert invited(bids[:2], rule, stage=1) == ("b", "a")
    assert invited(bids, rule, stage=1) == ("b", "a")


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
    with pytest.raises(ValueError, match=r"^(weight|full_at)$"):
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
    assert [spread([]), spread([4]), spread([1, 1]), spread([2, 5])] == [0, 0, 0, 3]
    assert (MAX_SCORE, SPREAD_ALERT) == (5, 2)


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


@pytest.mark.parametrize(
    ("values", "digits"),
    [
        ([], 2),
        ([Fraction(1)], 2),
        ([Fraction("0.01"), Fraction("0.02")], 2),
        ([Fraction("0.0112"), Fraction("0.0108"), Fraction("0.0131")], 4),
        ([Fraction(1, 3), Fraction(1, 3)], 2),  # equal totals look equal
        ([Fraction(1), 1 + Fraction(1, 10**12)], 9),
    ],
)
def test_points_that_differ_look_different(values: list[Fraction], digits: int) -> None:
    assert digits_apart(values) == digits
    assert (str(shown(values[0], digits=digits)) if values else "").count(".") == bool(values)
