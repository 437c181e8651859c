"""Policy: each threshold on both sides of its value and date, each finding on worked facts, each bad document."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mix.jobs.policy_files import policy_files, read_bylaw, read_file
from mix.rules.city.policy.bylaws import BylawTable, band_for, edges, to_document
from mix.rules.city.policy.documents import (
    Layer,
    Moment,
    PolicyDocument,
    Status,
    parse_policy,
    problems_among,
)
from mix.rules.city.policy.explain import Finding, Outcome, Ruleset, changes, explain, prepare
from mix.rules.city.policy.expressions import ExpressionWrong, Record, compile_expression
from mix.rules.city.policy.facts import ADVISER, FACTS, Category, Competition, FactsWrong, FactType, read_facts
from mix.rules.core.catalogue import DocumentInvalid

CATALOGUE = Path(__file__).resolve().parents[3] / "catalogue"
DOCUMENTS = [read_file(path) for path in policy_files(CATALOGUE)]
SHIPPED = [d for d in DOCUMENTS if not d.municipality]
RULES = prepare(SHIPPED)
DAY = date(2026, 11, 23)
CLEAN: dict[str, Any] = {
    "category": "services",
    "route": "innovation_partnership",
    "value": 50_000_00,
    "related_value": 0,
    "cities": 1,
    "competition": "open",
    "quotes": 0,
    "limited_ground": "none",
    "has_ground_record": False,
    "document_form": "no_contract_a",
    "days_open": 40,
    "is_electronic": True,
    "is_public_call": True,
    "is_final_call": False,
    "has_official_posting": True,
    "has_purchase_option": True,
    "has_weights": True,
    "limits_shortlist": False,
    "tells_shortlist_size": False,
    "prefers_local": False,
    "asks_previous_contract": False,
    "names_brand": False,
    "asks_size": False,
    "has_accessibility": True,
    "has_market_scan": True,
    "contacts_while_open": 0,
    "has_all_declarations": True,
    "has_separate_bidders": True,
    "days_since_award": 10,
    "has_award_notice": True,
    "debrief_days": 15,
    "dispute_days": 10,
    "signs_contract": True,
    "open_objections": 0,
    "lends_value": 0,
    "pays_for_deliverables": True,
    "has_participation_notice": True,
    "has_disclosure_pack": True,
    "is_rollout": False,
    "has_bylaw": True,
    "sprint_value": 0,
}


def judge(rules: Ruleset = RULES, *, on: date = DAY, **facts: Any) -> dict[str, Finding]:
    own = {name: value for name, value in {**CLEAN, **facts}.items() if value is not None}
    return {f.rule.id: f for f in explain(rules, {"guelph": own}, on=on)}


def test_the_catalogue_holds() -> None:
    assert list(problems_among(DOCUMENTS)) == []
    assert set(CLEAN) == {name for name, spec in FACTS.items() if spec.place != ADVISER}


def test_nothing_is_missed_where_all_is_kept() -> None:
    assert {f.outcome for f in judge().values()} <= {Outcome.HOLDS, Outcome.TOLD}


SPANS = [
    (figure.name, category, value)
    for document in SHIPPED
    for figure in document.figures
    for category in figure.categories
    for value in figure.values
]


@pytest.mark.parametrize(("name", "category", "value"), SPANS)
def test_a_threshold_on_both_sides_of_its_value_and_of_its_dates(name: str, category: Category, value: Any) -> None:
    """At the value the rule applies, one cent below it does not; on its last day it does, on the next the next one."""
    rule = {"cfta_threshold": "cfta-open", "ceta_threshold": "ceta-covers", "oqtca_threshold": "oqtca-open"}[name]
    last = value.valid_to or date(2030, 1, 1)
    begins = max(r.rule.valid_from for r in RULES.rules if r.rule.id == rule)
    for day in (max(value.valid_from, begins), last):
        assert rule in judge(on=day, category=category.value, value=value.value), day
        assert judge(on=day, category=category.value, value=value.value)[rule].figures == {name: value.value}
        assert rule not in judge(on=day, category=category.value, value=value.value - 1), day
    if value.valid_to:
        after = judge(on=last + timedelta(days=1), category=category.value, value=value.value).get(rule)
        assert after is None or after.figures != {name: value.value} or after.outcome is Outcome.MISSING


MISSES: list[tuple[str, dict[str, Any], Outcome]] = [
    ("cfta-open", {"value": 139_000_00, "competition": "invited"}, Outcome.WARNING),
    ("oqtca-open", {"value": 100_000_00, "competition": "quotes"}, Outcome.WARNING),
    ("ceta-period", {"value": 400_000_00, "days_open": 24}, Outcome.WARNING),
    ("ceta-period", {"value": 400_000_00, "days_open": 39, "is_electronic": False}, Outcome.WARNING),
    ("cfta-no-local", {"value": 139_000_00, "prefers_local": True}, Outcome.WARNING),
    ("cfta-no-previous-contract", {"value": 139_000_00, "asks_previous_contract": True}, Outcome.WARNING),
    ("cfta-specs", {"names_brand": True}, Outcome.WARNING),
    ("cfta-capacity-only", {"value": 139_000_00, "asks_size": True}, Outcome.WARNING),
    ("notice-weights", {"value": 139_000_00, "has_weights": False}, Outcome.WARNING),
    ("notice-shortlist", {"value": 139_000_00, "limits_shortlist": True}, Outcome.WARNING),
    ("notice-single-access", {"value": 139_000_00, "has_official_posting": False}, Outcome.WARNING),
    ("prototype-ends-with-sprint", {"limited_ground": "prototype", "is_rollout": True}, Outcome.WARNING),
    ("award-notice-72", {"value": 139_000_00, "has_award_notice": False, "days_since_award": 73}, Outcome.WARNING),
    ("review-procedure", {"value": 139_000_00, "dispute_days": 9}, Outcome.WARNING),
    ("participation-notice", {"cities": 2, "has_participation_notice": False}, Outcome.WARNING),
    ("option-declared", {"has_purchase_option": False}, Outcome.WARNING),
    ("municipal-act-270", {"has_bylaw": False}, Outcome.WARNING),
    ("municipal-act-106", {"pays_for_deliverables": False}, Outcome.BLOCKED),
    ("aoda-5", {"has_accessibility": False}, Outcome.BLOCKED),
    ("no-splitting", {"value": 60_000_00, "related_value": 40_000_00, "competition": "quotes"}, Outcome.WARNING),
    ("scan-first", {"has_market_scan": False}, Outcome.WARNING),
    ("one-channel", {"contacts_while_open": 1}, Outcome.WARNING),
    ("declarations", {"has_all_declarations": False}, Outcome.WARNING),
    ("separate-bidders", {"has_separate_bidders": False}, Outcome.WARNING),
    (
        "disclosure-pack",
        {"route": "sprint_then_open", "is_final_call": True, "has_disclosure_pack": False},
        Outcome.WARNING,
    ),
    ("pilot-only-buys-nothing", {"route": "pilot_only", "is_rollout": True}, Outcome.WARNING),
    ("debrief-window", {"debrief_days": 14}, Outcome.WARNING),
]


@pytest.mark.parametrize(("rule", "facts", "outcome"), MISSES)
def test_each_rule_is_missed_on_its_facts_and_holds_on_clean_ones(
    rule: str, facts: dict[str, Any], outcome: Outcome
) -> None:
    found = judge(**facts)
    assert found[rule].outcome is outcome
    assert all(name in found[rule].judged for name in facts if name in found[rule].judged)
    kept = judge(**{name: value for name, value in facts.items() if name in ("value", "cities", "route")})
    assert kept.get(rule) is None or kept[rule].outcome is Outcome.HOLDS


def test_every_rule_that_asks_for_something_is_missed_somewhere() -> None:
    asking = {rule.id for document in SHIPPED for rule in document.rules if rule.needs}
    assert asking == {rule for rule, _facts, _outcome in MISSES}


def test_award_notice_on_both_sides_of_72_days() -> None:
    late = {"value": 139_000_00, "has_award_notice": False}
    assert judge(**late, days_since_award=72)["award-notice-72"].outcome is Outcome.HOLDS
    assert judge(**late, days_since_award=73)["award-notice-72"].outcome is Outcome.WARNING


def test_only_what_is_verified_blocks_and_a_city_can_make_it_so() -> None:
    facts = {**CLEAN, "value": 139_000_00, "competition": "invited"}
    for confirmed, outcome, status in (
        ({}, Outcome.WARNING, Status.UNVERIFIED),
        ({"london": frozenset({"cfta-open"})}, Outcome.WARNING, Status.UNVERIFIED),
        ({"guelph": frozenset({"cfta-open"})}, Outcome.BLOCKED, Status.VERIFIED),
    ):
        found = explain(RULES, {"guelph": facts}, on=DAY, confirmed=confirmed)
        (one,) = [f for f in found if f.rule.id == "cfta-open"]
        assert (one.outcome, one.status) == (outcome, status)


def test_a_waiver_lets_pass_and_is_told() -> None:
    facts = {**CLEAN, "has_accessibility": False}
    found = explain(RULES, {"guelph": facts}, on=DAY, waived=frozenset({("guelph", "aoda-5")}))
    (one,) = [f for f in found if f.rule.id == "aoda-5"]
    assert (one.outcome, one.waived) == (Outcome.WARNING, True)


def test_what_is_absent_is_named_unless_the_rest_decides() -> None:
    found = judge(value=None)
    assert found["cfta-open"].outcome is Outcome.MISSING
    assert found["cfta-open"].unknown == ("value",)
    assert "participation-notice" not in judge(cities=1, has_participation_notice=None)
    assert judge(category=None, value=139_000_00)["cfta-open"].unknown == (
        "category",
    )  # not the figure, which waits for it
    assert judge(on=date(2019, 5, 1), value=139_000_00)["cfta-open"].unknown == ("cfta_threshold",)


def test_a_status_is_never_surer_than_the_figures_under_it() -> None:
    assert judge(value=139_000_00)["award-notice-72"].status is Status.DERIVED
    assert judge(on=date(2022, 6, 1), value=139_000_00)["award-notice-72"].status is Status.UNVERIFIED


def test_findings_of_many_cities_are_told_once_where_they_agree_and_apart_where_not() -> None:
    cities = {"guelph": CLEAN, "london": CLEAN, "barrie": {**CLEAN, "has_bylaw": False}}
    found = [f for f in explain(RULES, cities, on=DAY) if f.rule.id == "municipal-act-270"]
    assert sorted((f.outcome, f.cities) for f in found) == [
        (Outcome.HOLDS, ("guelph", "london")),
        (Outcome.WARNING, ("barrie",)),
    ]


def table(**changes: Any) -> BylawTable:
    return BylawTable.model_validate(
        {
            "citation": "By-law 1",
            "bands": [
                {"category": "services", "up_to_cents": 10_000_00, "method": "direct"},
                {"category": "services", "up_to_cents": 100_000_00, "method": "quotes", "quotes": 3},
                {"category": "services", "method": "open"},
            ],
            **changes,
        }
    )


def of_city(code: str, own: BylawTable, status: Status = Status.VERIFIED) -> PolicyDocument:
    return to_document(own, municipality=code, status=status, valid_from=date(2020, 1, 1))


def test_a_signed_table_blocks_and_a_draft_only_warns() -> None:
    facts = {"value": 100_000_01, "competition": "quotes", "quotes": 5}
    for status, outcome in ((Status.VERIFIED, Outcome.BLOCKED), (Status.UNVERIFIED, Outcome.WARNING)):
        rules = prepare([*SHIPPED, of_city("guelph", table(), status)])
        assert judge(rules, **facts)["guelph-services-3"].outcome is outcome


@pytest.mark.parametrize(
    ("days", "waiting", "signs", "standstill", "objections"),
    [
        (9, 0, True, Outcome.BLOCKED, Outcome.HOLDS),
        (10, 1, True, Outcome.HOLDS, Outcome.BLOCKED),
        (0, 1, False, None, None),
    ],
)
def test_a_contract_waits_for_the_standstill_and_for_objections(
    days: int, waiting: int, signs: bool, standstill: Outcome | None, objections: Outcome | None
) -> None:
    rules = prepare([*SHIPPED, of_city("guelph", table(standstill_days=10, objections_hold=True))])
    found = judge(rules, days_since_award=days, open_objections=waiting, signs_contract=signs)
    outcomes = [found[key].outcome if key in found else None for key in ("guelph-standstill", "guelph-objections")]
    assert outcomes == [standstill, objections]


@pytest.mark.parametrize(
    ("value", "method", "quotes", "outcome"),
    [
        (10_000_00, "direct", 0, Outcome.TOLD),
        (10_000_01, "direct", 0, Outcome.BLOCKED),
        (10_000_01, "quotes", 2, Outcome.BLOCKED),
        (10_000_01, "quotes", 3, Outcome.HOLDS),
        (100_000_00, "invited", 0, Outcome.HOLDS),
        (100_000_01, "invited", 0, Outcome.BLOCKED),
        (100_000_01, "open", 0, Outcome.HOLDS),
    ],
)
def test_bands_on_both_sides_of_their_values(value: int, method: str, quotes: int, outcome: Outcome) -> None:
    found = judge(prepare([of_city("guelph", table())]), value=value, competition=method, quotes=quotes)
    assert [f.outcome for f in found.values()] == [outcome]


def test_the_strictest_of_three_cities_governs_and_is_named() -> None:
    """Guelph lets three quotes do, London asks for five, Barrie for an open call: all are told, Barrie's blocks."""
    five = table(bands=[{"category": "services", "method": "quotes", "quotes": 5}])
    open_call = table(bands=[{"category": "services", "method": "open"}])
    rules = prepare([of_city("guelph", table()), of_city("london", five), of_city("barrie", open_call)])
    facts = {**CLEAN, "value": 50_000_00, "competition": "quotes", "quotes": 5}
    found = explain(rules, dict.fromkeys(("guelph", "london", "barrie"), facts), on=DAY)
    assert [(f.outcome, f.cities) for f in found] == [
        (Outcome.BLOCKED, ("barrie",)),
        (Outcome.HOLDS, ("guelph",)),
        (Outcome.HOLDS, ("london",)),
    ]


@given(st.integers(1, 10**9), st.sampled_from(list(Competition)), st.integers(0, 6))
def test_a_table_and_its_rules_agree(value: int, method: Competition, quotes: int) -> None:
    """The band that a reader finds in the table is the rule that the engine applies."""
    own = table()
    band = band_for(own, Category.SERVICES, value)
    assert band is not None
    order = list(Competition)
    kept = order.index(method) > order.index(band.method) or (method is band.method and quotes >= band.quotes)
    found = judge(prepare([of_city("guelph", own)]), value=value, competition=method.value, quotes=quotes)
    (finding,) = found.values()
    assert (finding.outcome in (Outcome.HOLDS, Outcome.TOLD)) == kept


def test_the_examples_of_a_table_are_its_edges() -> None:
    assert edges(table()) == [
        (Category.SERVICES, 10_000_00),
        (Category.SERVICES, 10_000_01),
        (Category.SERVICES, 100_000_00),
        (Category.SERVICES, 100_000_01),
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"bands": [{"category": "goods", "up_to_cents": 5, "method": "open"}]}, "last band has no limit"),
        ({"bands": [{"category": "goods", "method": "open"}, {"category": "goods", "method": "direct"}]}, "two bands"),
        ({"bands": [{"category": "goods", "method": "quotes"}]}, "at least one"),
        ({"bands": [{"category": "goods", "method": "open", "quotes": 3}]}, "nowhere else"),
        ({"bands": [{"category": "food", "method": "open"}]}, "category"),
        ({"bands": [{"category": "goods", "up_to_cents": -5, "method": "open"}]}, "greater than 0"),
        ({"bands": [{"category": "goods", "up_to_cents": "much", "method": "open"}]}, "up_to_cents"),
        ({"citation": ""}, "citation"),
        ({"url": "ftp://x"}, "url"),
        ({"debrief_days": 0}, "debrief_days"),
    ],
)
def test_a_table_that_cannot_be_is_refused(changes: dict[str, Any], said: str) -> None:
    text = yaml.safe_dump({"citation": "By-law 1", **changes})
    with pytest.raises(DocumentInvalid, match=said):
        read_bylaw(text, municipality="guelph")


A_RULE = """layer: province
title: {en: "A", fr: "A"}
figures:
  - name: limit
    title: {en: "A", fr: "A"}
    values:
      - {valid_from: 2020-01-01, valid_to: 2020-12-31, value: 5, status: derived, cites: [{text: "A"}]}
      - {valid_from: 2021-01-01, value: 6, status: derived, cites: [{text: "A"}]}
rules:
  - id: one
    at: [publication]
    when: 'value >= limit'
    needs: 'competition == "open"'
    effect: warn
    title: {en: "A", fr: "A"}
    text: {en: "A", fr: "A"}
    cites: [{text: "A"}]
    valid_from: 2020-01-01
    status: derived
"""


@pytest.mark.parametrize(
    ("old", "new", "said", "line"),
    [
        ("value >= limit", "valeu >= limit", "one: no fact or figure is called 'valeu'", 12),
        ("value >= limit", 'value >= "many"', "one: found no matching overload", 12),
        ("value >= limit", "value +", "one: Syntax error", 12),
        ("value >= limit", "value + 1", "one: comes to INT", 12),
        ('competition == "open"', 'competition == "opne"', "no fact in it is ever 'opne'", 13),
        ("valid_from: 2021-01-01", "valid_from: 2020-06-01", "limit: two values are in force on 2020-06-01", 8),
        ("valid_from: 2021-01-01", "valid_from: 2021-01-02", "limit: no value between 2020-12-31 and 2021-01-02", 8),
        ("value: 6", 'value: "six"', "value", 8),
        ("value: 6", "value: -6", "greater than or equal to 0", 8),
        ('text: {en: "A", fr: "A"}', 'text: {en: "A"}', "missing French at rules.0.text", 16),
        ('    cites: [{text: "A"}]\n', "", "missing citation at rules.0", 10),
        ("status: derived\n", "status: sure\n", "status", 19),
        ("status: derived\n", "status: verified\n", "one: what is verified names the page on which it was", 19),
        ("value: 6, status: derived", "value: 6, status: verified", "limit: what is verified names the page", 8),
        ("value: 6", "value: 6.00", "a whole number, without a point", 8),
        ("value: 6", "value: 6, value: 7", "'value' is given twice", 8),
        ("effect: warn", "effect: shout", "effect", 14),
        ("effect: warn", "effect: warn\n    colour: red", "unknown key 'colour'", 15),
        ("    needs: 'competition == \"open\"'\n", "", "says what it needs", 10),
        ("layer: province", "layer: bylaw", "names its municipality", 0),
        ("  - id: one", "  - id: one\n    valid_to: 2019-01-01", "ends before it begins", 10),
        ("name: limit", "name: value", "'value' is called twice", 4),
        ("rules:", "rules: [", "not YAML", 10),
    ],
)
def test_what_is_wrong_with_a_document_is_named_with_its_line(old: str, new: str, said: str, line: int) -> None:
    assert old in A_RULE
    with pytest.raises(DocumentInvalid) as caught:
        parse_policy(A_RULE.replace(old, new, 1))
    assert any(said in p.text for p in caught.value.problems), caught.value.problems
    assert any(abs(p.line - line) <= 1 for p in caught.value.problems if said in p.text), caught.value.problems


def test_what_is_wrong_between_documents_is_named() -> None:
    one = parse_policy(A_RULE)
    circle = A_RULE.replace("id: one", "id: two\n    overrides: [three]").replace("limit", "other")
    back = A_RULE.replace("id: one", "id: three\n    overrides: [two]").replace("limit", "third")
    nothing = A_RULE.replace("id: one", "id: four\n    overrides: [nobody]").replace("limit", "fourth")
    found = list(problems_among([one, one, parse_policy(circle), parse_policy(back), parse_policy(nothing)]))
    assert found == [
        "two rules are called 'one'",
        "two figures are called 'limit'",
        "'two' overrides itself in a circle",
        "'three' overrides itself in a circle",
        "'four' overrides 'nobody', which is no rule",
    ]


def test_a_rule_that_overrides_another_replaces_it_where_both_apply() -> None:
    special = A_RULE.replace("id: one", "id: two\n    overrides: [one]").replace("limit", "other")
    special = special.replace("value >= other", 'value >= other && route == "pilot_only"')
    rules = prepare([parse_policy(A_RULE), parse_policy(special)])
    assert set(judge(rules, value=10)) == {"one"}
    assert set(judge(rules, value=10, route="pilot_only")) == {"two"}


def test_findings_of_one_moment_only() -> None:
    found = explain(RULES, {"guelph": CLEAN}, on=DAY, at=Moment.EVALUATION)
    assert {f.rule.id for f in found} == {"declarations", "separate-bidders"}
    assert {f.layer for f in found} == {Layer.GOOD_PRACTICE}


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"valeu": 1}, "no fact is called 'valeu'"),
        ({"value": "100"}, "'value' is a whole number of cents"),
        ({"value": 1.5}, "'value' is a whole number of cents"),
        ({"value": True}, "'value' is a whole number of cents"),
        ({"value": -1}, "'value' is between 0"),
        ({"value": 10**14}, "'value' is between 0"),
        ({"category": "food"}, "'category' is one of goods, services, construction"),
        ({"has_bylaw": "yes"}, "'has_bylaw' is true or false"),
        (["value"], "facts are a table"),
    ],
)
def test_facts_that_cannot_be_are_named(facts: object, said: str) -> None:
    with pytest.raises(FactsWrong, match=said):
        read_facts(facts)


def test_a_condition_is_refused_before_it_is_ever_judged() -> None:
    with pytest.raises(ExpressionWrong):
        compile_expression("value > route", wants=FactType.FLAG)
    good = compile_expression("value > 5", wants=FactType.FLAG)
    assert good.value(Record({}, figures=frozenset())) is None


def test_what_changed_between_two_days_is_named() -> None:
    from tests.rules.city.test_joint import FACTS, document

    old, same = document("bylaw", "a", "days_open >= 10"), document("good_practice", "", "!prefers_local")
    new = old.model_copy(update={"rules": (old.rules[0].model_copy(update={"needs": "days_open >= 20"}),)})
    told = [explain(prepare(d), {"a": FACTS}, on=date(2026, 11, 23)) for d in ([old, same], [new, same], [same])]
    named = [[(c.value, f.rule.id) for c, f in changes(told[0], later)] for later in told]
    assert named == [[], [("changed", "a-0")], [("ended", "a-0")]]
    assert [(c.value, f.rule.id) for c, f in changes(told[2], told[0])] == [("began", "a-0")]


def test_a_table_that_asks_the_market_less_at_a_higher_value_is_refused() -> None:
    bands = [
        {"category": "goods", "up_to_cents": 500_000, "method": "quotes", "quotes": 3},
        {"category": "goods", "method": "direct"},
    ]
    with pytest.raises(ValidationError, match="a higher value asks the market less than a lower one"):
        BylawTable.model_validate({"citation": "By-law 1", "bands": bands})
    assert BylawTable.model_validate({"citation": "By-law 1", "bands": [bands[0], {**bands[1], "method": "invited"}]})
