"""The adviser: each route and each instrument on facts for which it fits and for which it does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mix.rules.city.method_files import parse
from mix.rules.city.policy.adviser import Fit, Kind, advise, parse_instruments, runs_by, wholly
from mix.rules.city.policy.facts import ADVISER, FACTS
from mix.rules.core.catalogue import DocumentInvalid
from mix.rules.core.kinds import Route

CATALOGUE = Path(__file__).resolve().parents[3] / "catalogue"
TEXT = CATALOGUE.joinpath("instruments.yaml").read_text(encoding="utf-8")
TOOLBOX = parse_instruments(TEXT)
NEW = {"scan_says": "develop", "need_is_firm": True, "has_purchase_budget": True, "is_urgent": False}


def said(**facts: Any) -> dict[str, Fit]:
    return {a.instrument.key: a.fit for a in advise(TOOLBOX, facts)}


def test_the_toolbox_has_every_route_and_more_than_twenty_instruments() -> None:
    assert {i.route for i in TOOLBOX if i.kind is Kind.ROUTE} == set(Route)
    assert len(TOOLBOX) >= 24


def test_an_instrument_names_methods_that_there_are() -> None:
    there = {path.stem for path in CATALOGUE.joinpath("methods").glob("*.yaml")}
    named = {key for one in TOOLBOX for key in one.runs_in}
    assert named
    assert named <= there
    assert all(one.kind is Kind.INSTRUMENT for one in TOOLBOX if one.runs_in)


# What runs here and by what; an instrument that is not named does not, and whoever advises says so.
RUNS = {
    "rfi": ["request-for-information"],
    "reverse-trade-show": ["sprint"],
    "eoi": ["sprint"],
    "prequalification": ["sprint"],
    "quotation": ["quotations"],
    "tender": ["tender"],
    "negotiable-rfp": ["sprint", "traditional-rfp"],
    "invitation-to-negotiate": ["invitation-to-negotiate"],
    "research-procurement": ["research-in-phases"],
    "design-contest": ["contest"],
    "prize": ["contest"],
    "pilot-agreement": ["agile-pilot"],
    "cooperative": ["sprint"],
    "micro-purchase": ["micro-purchase"],
}


def test_what_runs_here_is_said_of_each_instrument() -> None:
    methods = [parse(path.read_text(encoding="utf-8")) for path in sorted(CATALOGUE.glob("methods/*.yaml"))]
    here = {key: [m.key for m in found] for key, found in runs_by(TOOLBOX, methods).items()}
    found = {one.key: here[one.key] for one in TOOLBOX if one.kind is Kind.INSTRUMENT}
    assert found == {key: RUNS.get(key, []) for key in found}
    withdrawn = [m.model_copy(update={"is_offered": False}) for m in methods]
    assert not any(runs_by(TOOLBOX, withdrawn).values())


def test_a_route_runs_by_methods_that_are_more_than_one_instrument_where_there_are_such() -> None:
    methods = [parse(path.read_text(encoding="utf-8")) for path in sorted(CATALOGUE.glob("methods/*.yaml"))]
    here = {key: [m.key for m in found] for key, found in runs_by(TOOLBOX, methods).items()}
    assert here["route-traditional"] == ["civic-accelerator", "traditional-rfp"]
    assert here["route-no-purchase"] == ["contest", "request-for-information"]
    assert "invitation-to-negotiate" not in here["route-innovation-partnership"]
    contest = next(m for m in methods if m.key == "contest")
    assert [one.key for one in wholly(TOOLBOX, contest)] == ["design-contest", "prize"]


@pytest.mark.parametrize(
    ("facts", "route"),
    [
        (NEW, "route-innovation-partnership"),
        ({**NEW, "need_is_firm": False}, "route-sprint-then-open"),
        ({**NEW, "has_purchase_budget": False}, "route-pilot-only"),
        ({"scan_says": "buy", "solution_is_defined": True}, "route-traditional"),
        ({"scan_says": "nothing", "is_duty": False}, "do-nothing"),
        ({"market_is_known": False, "has_purchase_budget": True, "scan_says": "buy"}, "route-no-purchase"),
        ({"wants_concept": True, "has_purchase_budget": True}, "route-no-purchase"),
    ],
)
def test_the_route_that_fits(facts: dict[str, Any], route: str) -> None:
    found = said(**facts)
    assert found[route] is Fit.FITS
    others = {i.key for i in TOOLBOX if i.kind is Kind.ROUTE} - {route}
    assert not [key for key in others if found[key] is Fit.FITS]


def test_a_duty_speaks_against_doing_nothing() -> None:
    assert said(scan_says="nothing", is_duty=True)["do-nothing"] is Fit.NOT


FITTING: dict[str, dict[str, Any]] = {
    "rfi": {"market_is_known": False},
    "planned-procurement": {"market_is_thin": True, "is_urgent": False},
    "reverse-trade-show": {"market_is_known": False, "is_confidential": False},
    "eoi": {"market_is_known": False, "solution_is_defined": False},
    "prequalification": {"field_is_large": True, "value": 200_000_00},
    "quotation": {"solution_is_defined": True, "value": 99_999_99},
    "tender": {"solution_is_defined": True, "value": 100_000_00, "category": "goods"},
    "negotiable-rfp": {"solution_is_defined": False, "value": 100_000_00},
    "invitation-to-negotiate": {"is_complex": True, "market_is_thin": True, "field_is_large": False},
    "research-procurement": {"scan_says": "develop", "needs_research": True},
    "competitive-dialogue": {"is_complex": True, "value": 1_000_000_00},
    "design-contest": {"wants_concept": True},
    "prize": {"field_is_large": True, "need_is_firm": False},
    "pilot-agreement": {"scan_says": "adapt", "is_urgent": False},
    "unsolicited": {"is_unsolicited": True, "scan_says": "develop"},
    "limited-tendering": {"limited_ground": "prototype", "has_ground_record": True},
    "standing-offer": {"is_repeated": True},
    "cooperative": {"other_city_has_contract": True, "scan_says": "buy"},
    "micro-purchase": {"value": 9_999_99},
}
UNFIT: dict[str, dict[str, Any]] = {
    "rfi": {"market_is_known": True},
    "planned-procurement": {"is_urgent": True},
    "reverse-trade-show": {"is_confidential": True},
    "eoi": {"market_is_known": True, "solution_is_defined": True},
    "prequalification": {"value": 99_999_99},
    "quotation": {"solution_is_defined": False},
    "tender": {"solution_is_defined": False},
    "negotiable-rfp": {"solution_is_defined": True, "is_complex": False},
    "invitation-to-negotiate": {"field_is_large": True},
    "research-procurement": {"scan_says": "buy"},
    "competitive-dialogue": {"value": 999_999_99},
    "design-contest": {"need_is_firm": True, "wants_concept": False},
    "prize": {"need_is_firm": True, "has_purchase_budget": True},
    "pilot-agreement": {"scan_says": "buy"},
    "unsolicited": {"is_unsolicited": False},
    "limited-tendering": {"limited_ground": "none"},
    "standing-offer": {"is_repeated": False},
    "cooperative": {"scan_says": "develop"},
    "micro-purchase": {"value": 10_000_00},
}


@pytest.mark.parametrize("key", [i.key for i in TOOLBOX if i.kind is Kind.INSTRUMENT])
def test_each_instrument_fits_somewhere_and_not_elsewhere_with_its_reason(key: str) -> None:
    assert said(**FITTING[key])[key] is Fit.FITS
    assert said(**UNFIT[key])[key] is Fit.NOT
    (one,) = [a for a in advise(TOOLBOX, UNFIT[key]) if a.instrument.key == key]
    assert one.reason == one.instrument.why_not
    assert one.judged
    assert one.unknown == ()


def test_what_would_decide_is_named() -> None:
    (one,) = [
        a for a in advise(TOOLBOX, {"scan_says": "develop"}) if a.instrument.key == "route-innovation-partnership"
    ]
    assert one.fit is Fit.OPEN
    assert one.unknown == ("has_purchase_budget", "need_is_firm")


def test_every_question_decides_something() -> None:
    asked = {name for name, spec in FACTS.items() if spec.place == ADVISER}
    named = {name for i in TOOLBOX for name in asked if name in f"{i.fits} {i.not_if}"}
    assert named == asked


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("market_is_known'", "market_is_knwon'", "no fact or figure is called 'market_is_knwon'"),
        ("key: rfi", "key: eoi", "two instruments are called 'eoi'"),
        ("    kind: route\n    route: traditional", "    kind: route", "names its route"),
        (
            "    runs_in: [tender]\n    whole: true",
            "    whole: true",
            "no method is the whole of what does not run here",
        ),
        ("instruments:", "tools:", "missing key 'instruments'"),
        ("fits: '!market_is_known'", "fits: 'value'", "comes to INT"),
        ("binds: simple", "binds: ''", "at least 1 character"),
    ],
)
def test_what_is_wrong_with_a_toolbox_is_named(old: str, new: str, text: str) -> None:
    assert old in TEXT
    with pytest.raises(DocumentInvalid, match=text):
        parse_instruments(TEXT.replace(old, new, 1))
