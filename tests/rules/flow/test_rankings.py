"""Rankings in a bundle against the log, the rows and the result: a difference is named by both verifiers."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from mix.rules.choice.evaluation_file import parse_file, recompute, result_document
from mix.rules.core.commitments import commitment
from mix.rules.core.verdicts import Verdict
from mix.rules.flow.proofs import verify_bundle
from tests.rules.flow.test_bundle_rows import SALT, with_rows
from tests.rules.flow.test_proofs import EVALUATION, PUBLIC

PLACE = "evaluations/wins-1-rankings.json"


def result(bid: str, vendor: str, rank: int) -> dict[str, Any]:
    points = {"fit": "60", "price": "149/10"}
    more = {"total": "7474/100", "points": points, "eliminated_by": [], "is_tied": False, "is_selected": rank == 1}
    return {"bid": bid, "submission": f"S{bid}", "vendor": vendor, "rank": rank, **more}


# As it was decided, and after the first fell away.
RANKINGS: list[dict[str, Any]] = [
    {
        "number": 1,
        "cause": "final",
        "vendor": None,
        "at": "2025-03-26T15:00:00+00:00",
        "results": [result("b", "wellington", 1), result("a", "northlight", 2)],
    },
    {
        "number": 2,
        "cause": "disqualification",
        "vendor": "wellington",
        "at": "2025-04-09T15:00:00+00:00",
        "results": [result("a", "northlight", 1)],
    },
]
TOLD = {"wins-1": {"wellington": 1, "northlight": 2}}, {"wins-1": {"northlight": 1}}
GIVEN = deepcopy(EVALUATION)
GIVEN["bids"][1]["disqualified"] = "disqualified"


def rows_of(rankings: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the rows from which rankings are shown."""
    facts: dict[str, Any] = {}
    for ranking in rankings:
        own = {key: ranking[key] for key in ("number", "cause", "vendor")}
        facts[f"ranking/{ranking['number']}"] = {**own, "evaluation": 1, "ranked_at": ranking["at"]}
        for row in ranking["results"]:
            own = {key: value for key, value in row.items() if key not in ("bid", "vendor")}
            facts[f"result/{len(facts)}"] = {**own, "ranking": ranking["number"]}
    return facts


def with_rankings(
    change: Callable[[Any], object] = lambda _: None,
    *,
    told: tuple[Any, ...] = TOLD,
    beside: Any = (),
    without: str = "",
) -> bytes:
    """Return a bundle of two rankings, of which what is shown was changed: a line of the log for each."""
    shown = deepcopy(RANKINGS)
    change(shown)
    facts = rows_of(RANKINGS)
    parsed = parse_file(json.dumps(GIVEN))
    files = {
        "evaluations/wins-1.json": json.dumps(GIVEN).encode(),
        "evaluations/wins-1-result.json": json.dumps(result_document(parsed, recompute(parsed))).encode(),
        PLACE: json.dumps(shown).encode(),
        **dict(beside),
    }
    return with_rows(
        rows={row: {"fact": fact, "salt": SALT} for row, fact in facts.items()},
        told={row: commitment(fact, salt=SALT) for row, fact in facts.items()},
        first={},
        beside={name: raw for name, raw in files.items() if name != without},
        ranks=told,
    )


def swapped(shown: Any) -> None:
    """Show the result after a disqualification as if it had been decided so."""
    shown[0]["results"][0]["rank"], shown[0]["results"][1]["rank"] = 2, 1


WRONG_RANKINGS: list[tuple[bytes, Verdict, str, str]] = [
    (with_rankings(), Verdict.HOLDS, "", ""),
    (with_rankings(swapped), Verdict.TAMPERED, PLACE, "ranking 1 is not that of the log: northlight, wellington"),
    (with_rankings(lambda s: s.pop(0)), Verdict.TAMPERED, PLACE, "holds 1 rankings; the log tells of 2"),
    (
        with_rankings(lambda s: s[0]["results"].pop()),
        Verdict.TAMPERED,
        PLACE,
        "ranking 1 is not that of the log: northlight",
    ),
    (with_rankings(told=TOLD[:1]), Verdict.TAMPERED, PLACE, "holds 2 rankings; the log tells of 1"),
    (with_rankings(without=PLACE), Verdict.INCOMPLETE, PLACE, "is missing"),
    (with_rankings(lambda s: s[0].pop("results")), Verdict.TAMPERED, PLACE, "is no list of rankings"),
    (with_rankings(lambda s: s[0]["results"][0].pop("total")), Verdict.TAMPERED, PLACE, "is no list of rankings"),
    (with_rankings(lambda s: s.clear()), Verdict.TAMPERED, PLACE, "is no list of rankings"),
    (
        with_rankings(lambda s: s[1]["results"][0].update(bid="z")),
        Verdict.TAMPERED,
        PLACE,
        "its last ranking is not that of evaluations/wins-1-result.json",
    ),
    (
        with_rankings(lambda s: s[0]["results"][1].update(total="76")),
        Verdict.TAMPERED,
        "evaluations",
        "the rankings do not follow from the rows",
    ),
    (
        with_rankings(told=(*TOLD, {"other-1": {}})),
        Verdict.INCOMPLETE,
        "evaluations/other-1-rankings.json",
        "is missing",
    ),
]


@pytest.mark.parametrize(("raw", "verdict", "place", "text"), WRONG_RANKINGS)
def test_a_ranking_that_is_not_as_it_was_decided_is_named(raw: bytes, verdict: Verdict, place: str, text: str) -> None:
    found = verify_bundle(raw, public_key=PUBLIC)
    assert (found.verdict, found.place) == (verdict, place), found
    assert not text or found.text == text
