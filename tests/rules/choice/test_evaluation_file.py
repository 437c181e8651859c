"""The open format: what is read, what is refused, and that the product's own export gives the product's ranks."""

import csv
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from mix.jobs.cli import app
from mix.rules.choice.evaluation_file import (
    FileInvalid,
    exact,
    parse_file,
    read_number,
    recompute,
    result_document,
    to_document,
)
from mix.rules.choice.scoring import Bid, evaluate
from mix.rules.city.schemes import PriceFormula, PriceRule, Scheme, TieRule, Weighted

REAL = Path(__file__).resolve().parents[4] / "shared/data/ontario-evaluations"


def file(**changes: Any) -> dict[str, Any]:
    return {
        "format": "mix-evaluation/1",
        "title": "Vans",
        "criteria": [{"key": "fit", "weight": 60, "minimum": 2}, {"key": "team", "weight": 20}],
        "price": {"weight": 20},
        "tie": "lower_price",
        "bids": [
            {"key": "A", "name": "Alder", "scores": {"fit": 4, "team": 3}, "price": "498000.00"},
            {"key": "B", "name": "Birch", "scores": {"fit": [5, 4, 4], "team": 3}, "price": 521000},
        ],
    } | changes


def read(document: dict[str, Any]) -> dict[str, Any]:
    parsed = parse_file(json.dumps(document))
    return result_document(parsed, recompute(parsed))


def test_a_file_is_recomputed_exactly() -> None:
    result = read(file())
    assert [(r["key"], r["rank"], r["total"]) for r in result["results"]] == [
        ("B", 1, {"exact": "43304/521", "shown": "83.12"}),
        ("A", 2, {"exact": "80", "shown": "80.00"}),
    ]
    assert result["results"][0]["points"]["fit"] == {"exact": "52", "shown": "52.00"}


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"format": "mix-evaluation/2"}, "format"),
    ({"tie": "coin"}, "tie"),
    ({"extra": 1}, "extra"),
    ({"criteria": [{"key": "fit", "weight": "79.99"}]}, "add up to 99.99, not 100"),
    ({"criteria": [{"key": "fit", "weight": 80}, {"key": "fit", "weight": 0}]}, "'fit' stands twice"),
    ({"criteria": [{"key": "price", "weight": 80}]}, "may be called 'price'"),
    ({"criteria": [{"key": "fit", "weight": 80, "minimum": 6}]}, "minimum 6 is above 5"),
    ({"criteria": [{"key": "fit", "weight": 80, "max": 0}]}, "max"),
    ({"price": {"weight": 20, "formula": "linear"}}, "needs full_at below none_at"),
    ({"price": {"weight": 20, "formula": "fixed", "amount": 5}}, "no weight under 'fixed'"),
    ({"bids": [{"key": "A", "scores": {"fit": 6, "team": 1}, "price": 1}]}, "not between 0 and 5"),
    ({"bids": [{"key": "A", "scores": {"fit": 1}, "price": 1}]}, "no score for 'team'"),
    ({"bids": [{"key": "A", "scores": {"fit": 1, "team": 1, "x": 1}, "price": 1}]}, "'x' is no criterion"),
    ({"bids": [{"key": "A", "scores": {"fit": [], "team": 1}, "price": 1}]}, "fit"),
    ({"bids": [{"key": "A", "scores": {"fit": 1, "team": 1}, "price": -1}]}, "price"),
    ({"bids": [{"key": "A", "scores": {"fit": True, "team": 1}, "price": 1}]}, "plain decimal number"),
    ({"bids": [{"key": "A", "scores": {"fit": "1e3", "team": 1}, "price": 1}]}, "plain decimal number"),
    ({"bids": [{"key": "A", "scores": {"fit": 1, "team": 1}}] * 2}, "bid 'A' stands twice"),
    ({"bids": None}, "bids"),
    ({"tie_breaks": [["A", "A"]]}, "bid 'A' stands twice"),
    ({"tie_breaks": [["no-such-bid"]]}, "no bid 'no-such-bid'"),
]


@pytest.mark.parametrize(("changes", "said"), REFUSED)
def test_what_cannot_be_ranked_is_refused_with_its_place(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(FileInvalid) as caught:
        read(file(**changes))
    assert said in str(caught.value)


UNREADABLE: list[tuple[str, str]] = [
    ("", "not a readable file"),
    ("[1, 2]", "valid dictionary"),
    ('{"format": "mix-evaluation/1", "format": "mix-evaluation/1"}', "a key stands twice"),
    ('{"x": NaN}', "NaN is no number"),
    ('{"x": -Infinity}', "no number"),
    ('{"x": 1e400}', "plain decimal number"),
    ('{"x": ' + "9" * 41 + "}", "at most 40 digits"),
    ("[" * 100_000, "nested too deeply"),
]


@pytest.mark.parametrize(("text", "said"), UNREADABLE)
def test_what_is_no_file_is_refused(text: str, said: str) -> None:
    with pytest.raises(FileInvalid) as caught:
        parse_file(text)
    assert said in str(caught.value)


def test_forty_digits_and_a_price_of_nothing_are_exact() -> None:
    big = "1" + "0" * 39
    bids = [
        {"key": "A", "scores": {"fit": 4, "team": 3}, "price": 0},
        {"key": "B", "scores": {"fit": 4, "team": 3}, "price": big},
    ]
    result = read(file(bids=bids))
    assert [r["points"]["price"]["exact"] for r in result["results"]] == ["20", "0"]
    bids[0]["price"] = 3
    second = read(file(bids=bids))["results"][1]["points"]["price"]["exact"]
    assert Fraction(second) == Fraction(20 * 3, 10**39)


def test_nobody_and_weight_nought() -> None:
    assert read(file(bids=[]))["results"] == []
    criteria = [{"key": "fit", "weight": 100}, {"key": "talk", "weight": 0}]
    bids = [{"key": "A", "scores": {"fit": "4.5", "talk": 1}}]
    result = read(file(criteria=criteria, price={}, bids=bids))
    assert result["results"][0]["total"] == {"exact": "90", "shown": "90.00"}


numbers = st.fractions(min_value=0, max_value=10**12, max_denominator=10**6)


@given(numbers)
def test_a_figure_is_written_so_that_it_can_be_read_again(value: Fraction) -> None:
    assert Fraction(exact(value)) == value
    assert Fraction(exact(-value)) == -value


schemes = st.builds(
    Scheme,
    st.just((Weighted("fit", Fraction(60), Fraction(1)), Weighted("team", Fraction(20)))),
    st.sampled_from(
        [
            PriceRule(weight=Fraction(20)),
            PriceRule(PriceFormula.LINEAR, Fraction(20), full_at=Fraction(10), none_at=Fraction(100)),
        ]
    ),
    st.sampled_from(TieRule),
    st.sampled_from([Fraction(0), Fraction(40)]),
)
scores = st.integers(0, 5).map(Fraction)
prices = st.one_of(st.none(), st.integers(0, 10**9).map(lambda cents: Fraction(cents, 100)))
several = st.lists(st.tuples(scores, scores, prices, st.sampled_from(["", "untrue"])), max_size=8)


@given(schemes, several)
def test_what_is_written_ranks_as_it_did(
    scheme: Scheme, rows: list[tuple[Fraction, Fraction, Fraction | None, str]]
) -> None:
    bids = [Bid(str(n), {"fit": f, "team": t}, p, d) for n, (f, t, p, d) in enumerate(rows)]
    document = to_document("x", scheme, criteria={}, bids=[(f"Vendor {b.key}", b) for b in bids])
    assert recompute(parse_file(json.dumps(document))) == evaluate(bids, scheme)


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        value = read_number(text)
    except ValueError:
        return
    assert Fraction(text) == value


def test_the_command_says_what_is_wrong_and_where(tmp_path: Path) -> None:
    path = tmp_path / "vans.json"
    path.write_text(json.dumps(file()))
    good = CliRunner().invoke(app, ["evaluate", str(path)])
    assert (good.exit_code, "1  Birch: 83.12" in good.output) == (0, True), good.output
    parsed = json.loads(CliRunner().invoke(app, ["evaluate", str(path), "--json"]).output)
    assert parsed["format"] == "mix-evaluation-result/1"
    path.write_text(json.dumps(file(tie="coin")))
    bad = CliRunner().invoke(app, ["evaluate", str(path)])
    assert (bad.exit_code, "tie" in bad.output) == (2, True)
    assert CliRunner().invoke(app, ["evaluate", str(tmp_path / "none.json")]).exit_code == 2


@pytest.mark.skipif(not REAL.exists(), reason="the real evaluations are not beside this checkout")
def test_real_schemes_of_ontario_are_held_by_the_format() -> None:
    """TRCA's tables of criteria hold points out of the weight; its prices rank as its boards reported."""
    for case in json.loads((REAL / "evaluation_schemes.json").read_text(encoding="utf-8")):
        if not case.get("criteria"):
            continue
        criteria = [c for c in case["criteria"] if c["name"] != "Pricing"]
        priced = next((c for c in case["criteria"] if c["name"] == "Pricing"), None)
        document = file(
            criteria=[
                {"key": c["name"], "weight": c["weight"], "max": c["weight"], "minimum": c["minimum"] or 0}
                for c in criteria
            ],
            price={"weight": priced["weight"], "minimum": priced["minimum"] or 0} if priced else {},
            quality_minimum=case.get("technical_minimum", 0),
            total_minimum=case.get("total_minimum", 0),
            bids=[
                {"key": "full", "scores": {c["name"]: c["weight"] for c in criteria}, "price": 1000},
                {"key": "least", "scores": {c["name"]: c["minimum"] or 0 for c in criteria}, "price": 2000},
                {"key": "below", "scores": {c["name"]: (c["minimum"] or 1) - 1 for c in criteria}, "price": 1},
            ],
        )
        found = {r["key"]: r for r in read(document)["results"]}
        assert found["full"]["total"]["exact"] == "100", case["id"]
        assert found["below"]["rank"] is None, case["id"]
        assert (found["least"]["rank"] is None) == (
            int(Fraction(found["least"]["total"]["exact"])) < case.get("total_minimum", 0)
        ), case["id"]


@pytest.mark.skipif(not REAL.exists(), reason="the real evaluations are not beside this checkout")
def test_lowest_price_wins_where_the_boards_say_so() -> None:
    """Exhibition Place's tenders: the lowest compliant price is first, and bids without a valid price are out."""
    for case in json.loads((REAL / "evaluation_schemes.json").read_text(encoding="utf-8")):
        if not case.get("bids"):
            continue
        bids = [
            {
                "key": b["name"],
                "scores": {},
                "price": None if b["price"] is None else f"{b['price']:.2f}",
                "disqualified": "" if b.get("compliant", True) else "non-compliant",
            }
            for b in case["bids"]
        ]
        result = read(file(criteria=[], price={"formula": "lowest_acceptable"}, bids=bids))["results"]
        assert [r["key"] for r in result if r["rank"] == 1] == case["awarded"], case["id"]
        assert {r["key"] for r in result if r["rank"] is None} == {
            b["name"] for b in case["bids"] if b["price"] is None
        }


@pytest.mark.skipif(not REAL.exists(), reason="the real evaluations are not beside this checkout")
def test_real_bids_can_all_be_read() -> None:
    with (REAL / "trca_bids_labelled.csv").open(encoding="utf-8") as rows:
        amounts = [row["amount_cad"] for row in csv.DictReader(rows) if row["amount_cad"]]
    assert len(amounts) > 40
    for amount in amounts:
        assert read_number(amount.rstrip("0").rstrip(".") if "." in amount else amount) > 0
