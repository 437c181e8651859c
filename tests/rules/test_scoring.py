from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from mix.rules.scoring import Bid, Outcome, TieRule, Weighted, evaluate, shown, spread

CRITERIA = (Weighted("fit", Fraction(50), 2), Weighted("team", Fraction(30)))


def bid(key: str, fit: int, team: int, price: int | None) -> Bid:
    return Bid(key, {"fit": Fraction(fit), "team": Fraction(team)}, price)


def test_lowest_price_counts_among_those_that_stand() -> None:
    outcomes = evaluate(
        [bid("a", 4, 4, 200), bid("b", 3, 5, 100), bid("c", 1, 5, 1)],
        criteria=CRITERIA,
        price_weight=Fraction(20),
        tie=TieRule.LOWER_PRICE,
    )
    assert outcomes == (
        Outcome("b", {"fit": Fraction(30), "team": Fraction(30), "price": Fraction(20)}, Fraction(80), 1),
        Outcome("a", {"fit": Fraction(40), "team": Fraction(24), "price": Fraction(10)}, Fraction(74), 2),
        Outcome("c", {"fit": Fraction(10), "team": Fraction(30), "price": Fraction(20)}, Fraction(60), None, ("fit",)),
    )


def test_ties_are_parted_by_the_rule_of_the_notice() -> None:
    bids = [bid("a", 5, 0, 300), bid("b", 2, 5, 200)]
    by_price = evaluate(bids, criteria=CRITERIA, price_weight=Fraction(0), tie=TieRule.LOWER_PRICE)
    by_weight = evaluate(bids, criteria=CRITERIA, price_weight=Fraction(0), tie=TieRule.HEAVIEST_CRITERION)
    assert [(o.key, o.rank) for o in by_price] == [("b", 1), ("a", 2)]
    assert [(o.key, o.rank) for o in by_weight] == [("a", 1), ("b", 2)]


def test_what_no_rule_parts_shares_a_rank() -> None:
    outcomes = evaluate(
        [bid("a", 3, 3, 100), bid("b", 3, 3, 100)],
        criteria=CRITERIA,
        price_weight=Fraction(20),
        tie=TieRule.LOWER_PRICE,
    )
    assert [(o.key, o.rank, o.tied) for o in outcomes] == [("a", 1, True), ("b", 1, True)]


bids = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.one_of(st.none(), st.integers(0, 10**40))),
    min_size=1,
    max_size=12,
)


@settings(max_examples=400)
@given(bids, st.sampled_from(TieRule))
def test_totals_agree_with_a_plain_recomputation(rows: list[tuple[int, int, int | None]], tie: TieRule) -> None:
    entries = [bid(str(n), fit, team, price) for n, (fit, team, price) in enumerate(rows)]
    outcomes = evaluate(entries, criteria=CRITERIA, price_weight=Fraction(20), tie=tie)
    prices = [p for fit, _team, p in rows if fit >= 2 and p is not None]
    for outcome in outcomes:
        fit, team, price = rows[int(outcome.key)]
        share = Fraction(0)
        if price is not None and prices:
            share = Fraction(1) if price <= min(prices) or price == 0 else Fraction(min(prices), price)
        assert outcome.total == Fraction(fit * 10) + Fraction(team * 6) + 20 * share
        assert (outcome.rank is None) == (fit < 2)
    ranked = [o for o in outcomes if o.rank]
    assert [o.total for o in ranked] == sorted((o.total for o in ranked), reverse=True)


def test_rounding_is_for_the_eye_alone() -> None:
    assert str(shown(Fraction(2, 3))) == "0.67"
    assert str(shown(Fraction(1, 8))) == "0.13"
    assert spread([1, 4, 3]) == 3
