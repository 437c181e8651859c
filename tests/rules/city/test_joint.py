"""What rules lead to together: how long a call stays open, and rules that no call can keep at once."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mix.jobs.policy_files import policy_files, read_file
from mix.readers.core.catalogue import CATALOGUE
from mix.rules.city.policy.bylaws import BylawTable, to_document
from mix.rules.city.policy.documents import PolicyDocument, Status, parse_policy
from mix.rules.city.policy.explain import prepare
from mix.rules.city.policy.joint import LONGEST, contradictions, least_days

DAY = date(2026, 11, 23)
SHIPPED = [read_file(path) for path in policy_files(CATALOGUE) if path.parent.name == "policies"]
FACTS: dict[str, Any] = {"category": "services", "value": 90_000_000, "is_public_call": True, "is_electronic": True}


def document(layer: str, city: str, *needs: str, start: int = 0) -> PolicyDocument:
    rules = "".join(
        f"  - {{id: {city or layer.replace('_', '-')}-{n}, at: [publication], needs: '{need}', effect: warn, "
        f"title: {{en: t, fr: t}}, text: {{en: t, fr: t}}, valid_from: 2020-01-01, status: verified, "
        "cites: [{text: c, url: 'https://c', read_on: 2026-01-02}]}\n"
        for n, need in enumerate(needs, start=start)
    )
    return parse_policy(f"layer: {layer}\ntitle: {{en: t, fr: t}}\nmunicipality: '{city}'\nrules:\n{rules}")


def bylaw(city: str, **table: Any) -> PolicyDocument:
    made = BylawTable.model_validate({"citation": "By-law", **table})
    return to_document(made, municipality=city, status=Status.VERIFIED, valid_from=date(2020, 1, 1))


def clashes(*documents: PolicyDocument, facts: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    cities = sorted({d.municipality for d in documents if d.municipality}) or ["x"]
    found = contradictions(prepare(documents), dict.fromkeys(cities, facts or FACTS), on=DAY)
    return [(c.first.rule.id, c.second.rule.id) for c in found]


def test_electronic_notices_shorten_the_time_and_that_is_said() -> None:
    found = least_days(prepare(SHIPPED), {"x": FACTS}, on=DAY)
    assert found.days == 25
    assert [f.rule.id for f in found.reasons] == ["ceta-period"]
    assert [(r.fact, r.value, r.days) for r in found.reductions] == [("is_electronic", False, 40)]
    slow = least_days(prepare(SHIPPED), {"x": {**FACTS, "is_electronic": False}}, on=DAY)
    assert slow.days == 40


def test_the_strictest_city_governs_the_time() -> None:
    rules = prepare([*SHIPPED, bylaw("a", least_days=30), bylaw("b", least_days=60)])
    found = least_days(rules, {"a": FACTS, "b": FACTS}, on=DAY)
    assert found.days == 60
    assert [f.cities for f in found.reasons] == [("b",)]
    assert least_days(rules, {"a": FACTS}, on=DAY).days == 30
    assert least_days(rules, {"c": FACTS}, on=DAY).days == 25


@pytest.mark.parametrize(
    ("needs", "days"), [("days_open >= 0", 0), ("days_open > 399", 400), ("days_open > 5000", 400)]
)
def test_the_ends_of_the_scale(needs: str, days: int) -> None:
    found = least_days(prepare([document("good_practice", "", needs)]), {"x": FACTS}, on=DAY)
    assert found.days == days <= LONGEST


def test_a_rule_that_waits_for_a_fact_asks_for_no_time() -> None:
    assert least_days(prepare(SHIPPED), {"x": {}}, on=DAY).days == 0


@given(st.lists(st.integers(0, 399), min_size=1, max_size=4))
def test_the_least_time_is_the_longest_that_is_asked_for(asked: list[int]) -> None:
    needs = [f"days_open >= {n}" for n in asked]
    assert least_days(prepare([document("good_practice", "", *needs)]), {"x": FACTS}, on=DAY).days == max(asked)


def test_what_ships_contradicts_nothing() -> None:
    everything = [read_file(path) for path in policy_files(CATALOGUE)]
    cities = sorted({d.municipality for d in everything if d.municipality})
    for category, value in product(("goods", "services", "construction"), (1_000, 5_000_000, 90_000_000, 10**12)):
        facts = {city: {**FACTS, "category": category, "value": value} for city in cities}
        assert contradictions(prepare(everything), facts, on=DAY) == ()


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        ("prefers_local", "!prefers_local", True),
        ("prefers_local", "!names_brand", False),
        ("days_open >= 40", "days_open <= 39", True),
        ("days_open >= 40", "days_open <= 40", False),
        ('competition == "open"', 'competition == "invited"', True),
        ('competition == "open"', 'competition in ["open", "invited"]', False),
        ("quotes >= 3 && days_open > 5", "quotes < 3 || days_open < 5", True),
        ("quotes >= 3 && days_open > 5", "quotes < 3 || days_open < 7", False),
        ("days_open > 5 && days_open < 5", "days_open > 2", False),  # the first can never be kept: no contradiction
        ("prefers_local || value > 100", "!prefers_local", False),
    ],
)
def test_two_cities_whose_rules_no_call_keeps_are_named(first: str, second: str, clash: bool) -> None:
    found = clashes(document("bylaw", "a", first), document("bylaw", "b", second))
    assert found == ([("a-0", "b-0")] if clash else [])


def test_a_rule_set_aside_by_another_contradicts_nothing() -> None:
    one, other = document("bylaw", "a", "prefers_local"), document("trade_agreement", "", "!prefers_local")
    assert clashes(one, other) == [("trade-agreement-0", "a-0")]
    higher = other.model_copy(update={"rules": (other.rules[0].model_copy(update={"overrides": ("a-0",)}),)})
    assert clashes(one, higher) == []


def test_the_higher_layer_prevails_and_between_cities_nobody_does() -> None:
    law, own = document("trade_agreement", "", "!prefers_local"), document("bylaw", "a", "prefers_local")
    found = contradictions(prepare([own, law]), {"a": FACTS}, on=DAY)[0]
    assert found.prevails
    assert found.prevails.rule.id == "trade-agreement-0"
    two = contradictions(prepare([own, document("bylaw", "b", "!prefers_local")]), dict.fromkeys("ab", FACTS), on=DAY)[
        0
    ]
    assert two.prevails is None
    assert two.facts == ("prefers_local",)
    assert {two.first.municipality, two.second.municipality} == {"a", "b"}


@given(st.integers(0, 60), st.integers(0, 60))
def test_bounds_clash_exactly_when_they_cross(low: int, high: int) -> None:
    found = clashes(document("bylaw", "a", f"days_open >= {low}"), document("bylaw", "b", f"days_open <= {high}"))
    assert bool(found) == (low > high)
