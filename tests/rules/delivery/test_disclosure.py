"""Tracing requirements to evidence, and what speaks against them."""

import pytest

from mix.rules.case.valuation import estimated_value
from mix.rules.core.kinds import Route
from mix.rules.delivery.disclosure import Doubt, cited, names_of, trace

NAMES = ["Alder Works Ltd.", "Birch Inc."]
MET = {"H1": frozenset(NAMES), "H2": frozenset({"Birch Inc."})}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("H1", ("H1",)),
        ("h1 and H12", ("H1", "H12")),
        ("see H12", ("H12",)),
        ("H", ()),
        ("xH1 H1x", ()),
        ("(H1)", ("H1",)),
    ],
)
def test_hypotheses_are_found_as_whole_words(text: str, found: tuple[str, ...]) -> None:
    assert cited(text, ["H1", "H12"]) == found


@pytest.mark.parametrize(
    ("text", "evidence", "doubts"),
    [
        ("Rates streets", "H1", ()),
        ("Rates streets", "", (Doubt.UNTRACED,)),
        ("Rates streets", "interviews", (Doubt.UNTRACED,)),
        ("Rates streets", "H1 and H2", (Doubt.ONE_VENDOR,)),
        ("Rates streets", "H3", ()),  # nobody met it: it favours nobody
        ("As good as Alder", "H1", (Doubt.NAMES_VENDOR,)),
        ("Uses a birch sensor", "H2", (Doubt.ONE_VENDOR, Doubt.NAMES_VENDOR)),
        ("Works Ltd.", "H1", ()),
    ],
)
def test_doubts(text: str, evidence: str, doubts: tuple[Doubt, ...]) -> None:
    rows = [{"text": text, "evidence": evidence}]
    (found,) = trace(rows, hypotheses=["H1", "H2", "H3"], met=MET, vendors=NAMES)
    assert found.doubts == doubts


def test_a_vendor_is_known_by_its_name_and_its_first_telling_word() -> None:
    assert names_of("The Alder Co. Ltd.") == ("The Alder Co. Ltd.", "Alder")
    assert names_of("IT Inc") == ("IT Inc",)


@pytest.mark.parametrize(
    ("route", "buys_now", "value"),
    [
        (Route.INNOVATION_PARTNERSHIP, True, 170),
        (Route.TRADITIONAL, True, 170),
        (Route.SPRINT_THEN_OPEN, False, 20),
        (Route.SPRINT_THEN_OPEN, True, 150),
        (Route.PILOT_ONLY, False, 20),
    ],
)
def test_the_value_is_what_one_procurement_commits_to(route: Route, *, buys_now: bool, value: int) -> None:
    parts = {"fee": 10, "places": 2, "purchase": 100, "options": 50}
    assert estimated_value(route, **parts, buys_now=buys_now) == value
    assert estimated_value(Route.NO_PURCHASE, **parts, buys_now=buys_now, prizes=7) == 7
    unknown = {**parts, "fee": None} if value == 20 else {**parts, "options": None}
    assert estimated_value(route, **unknown, buys_now=buys_now) is None
