"""Random evaluations against an oracle that shares no line with the product.

python -m tests.lab.matrices --count 100000
"""

from __future__ import annotations

import argparse
import random
import sys
from fractions import Fraction

from mix.rules.choice.scoring import evaluate
from mix.rules.city.schemes import PriceFormula, PriceRule, Scheme, TieRule
from tests.rules.choice.test_scoring import CRITERIA, bid, oracle

RULES = (
    PriceRule(weight=Fraction(20)),
    PriceRule(PriceFormula.LINEAR, Fraction(20), full_at=Fraction(10), none_at=Fraction(10**30)),
    PriceRule(PriceFormula.FIXED, amount=Fraction(10**20)),
    PriceRule(PriceFormula.QUALITY_PER_PRICE),
    PriceRule(PriceFormula.LOWEST_ACCEPTABLE),
)


def price(chance: random.Random) -> int | None:
    """Draw a price: none, nothing, everyday, repeated, or of forty digits."""
    small, everyday, near = chance.randrange(1, 9) * 100, chance.randrange(1, 10**7), 10**20 + chance.randrange(-1, 2)
    return chance.choice([None, 0, small, everyday, near, 10**40])


def main() -> int:
    """Draw, compare, print the first that differs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=20261123)
    given = parser.parse_args()
    chance = random.Random(given.seed)  # noqa: S311 - the same matrices again
    for number in range(given.count):
        rows = [
            (chance.randrange(6), chance.randrange(6), price(chance), chance.random() < 0.1)
            for _ in range(chance.randrange(13))
        ]
        rule, tie = chance.choice(RULES), chance.choice(list(TieRule))
        bids = [bid(str(n), f, t, p, disqualified="x" if bad else "") for n, (f, t, p, bad) in enumerate(rows)]
        ranks = {o.key: o.rank for o in evaluate(bids, Scheme(CRITERIA, rule, tie))}
        if ranks != oracle(rows, rule, tie):
            print(f"matrix {number} differs: {rows} {rule} {tie}: {ranks}")
            return 1
    print(f"{given.count} random matrices, 0 differ from the oracle")
    return 0


if __name__ == "__main__":
    sys.exit(main())
