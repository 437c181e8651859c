"""Rankings in a bundle: each is what its rows, the log and the recomputed result say of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from mix.rules.core.chain import written
from mix.rules.core.verdicts import incomplete, read_json, tampered

LOGS, ROWS = "logs/", "rows.json"
EVALUATIONS = "evaluations/"
RESULT, RANKINGS = "-result.json", "-rankings.json"
OF_RANKING = ("number", "cause", "vendor")
OF_RESULT = ("submission", "rank", "total", "points", "eliminated_by", "is_tied", "is_selected")
Ranks = Mapping[str, Any]


def check_rankings(files: Mapping[str, bytes], *, challenge: object) -> None:
    """Compare every ranking with its rows, with the ranks that the log tells, and the last one with the result.

    Raises Broken.
    """
    told = _told(files, challenge=challenge)
    names = {n.removeprefix(EVALUATIONS).removesuffix(RESULT) for n in files if n.endswith(RESULT)}
    shown: list[dict[str, Any]] = []
    for name in sorted(names | told.keys()):
        place = f"{EVALUATIONS}{name}{RANKINGS}"
        if place not in files:
            raise incomplete(place, "is missing")
        rankings = read_json(files[place], place)
        try:
            ranks = [{str(r["vendor"]): r["rank"] for r in ranking["results"]} for ranking in rankings]
            last = {r["bid"]: r["rank"] for r in rankings[-1]["results"]}
            shown += [_plain(ranking) for ranking in rankings]
        except (KeyError, TypeError, IndexError, AttributeError):
            raise tampered(place, "is no list of rankings") from None
        _as_told(ranks, told.get(name, []), place)
        if f"{EVALUATIONS}{name}{RESULT}" in files and last != _computed(files, name):
            raise tampered(place, f"its last ranking is not that of {EVALUATIONS}{name}{RESULT}")
    if ROWS in files and sorted(map(written, shown)) != sorted(map(written, _of_rows(read_json(files[ROWS], ROWS)))):
        raise tampered("evaluations", "the rankings do not follow from the rows")


def _told(files: Mapping[str, bytes], *, challenge: object) -> dict[str, list[Ranks]]:
    """Return, by evaluation, the ranks that the lines of the logs on one case tell, in their order."""
    told: dict[str, list[Ranks]] = {}
    for name in sorted(n for n in files if n.startswith(LOGS)):
        for line in files[name].splitlines():
            entry = json.loads(line)
            payload = entry.get("payload")
            if entry.get("challenge") != challenge or not isinstance(payload, dict):
                continue
            ranks = payload.get("ranks")
            for evaluation, said in ranks.items() if isinstance(ranks, dict) else ():
                told.setdefault(evaluation, []).append(said if isinstance(said, dict) else {})
    return told


def _as_told(ranks: list[dict[str, Any]], told: list[Ranks], place: str) -> None:
    if len(ranks) != len(told):
        raise tampered(place, f"holds {len(ranks)} rankings; the log tells of {len(told)}")
    for number, (here, said) in enumerate(zip(ranks, told, strict=True), start=1):
        wrong = sorted(v for v in here.keys() | said.keys() if v not in here or v not in said or here[v] != said[v])
        if wrong:
            raise tampered(place, f"ranking {number} is not that of the log: {', '.join(wrong)}")


def _computed(files: Mapping[str, bytes], name: str) -> dict[str, Any]:
    """Return the recomputed ranks by bid, but for those who fell away."""
    place = f"{EVALUATIONS}{name}{RESULT}"
    results = read_json(files[place], place)["results"]
    return {r["key"]: r["rank"] for r in results if "disqualified" not in r["eliminated_by"]}


def _plain(ranking: Mapping[str, Any]) -> dict[str, Any]:
    results = [{key: result[key] for key in OF_RESULT} for result in ranking["results"]]
    return {**{key: ranking[key] for key in OF_RANKING}, "at": ranking["at"], "results": _in_order(results)}


def _in_order(results: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(results, key=written)


def _of_rows(rows: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rankings as the rows have them, to which the log commits."""
    results: dict[str, list[dict[str, Any]]] = {}
    try:
        for name, held in rows.items():
            if name.startswith("result/"):
                fact = held["fact"]
                results.setdefault(f"ranking/{fact['ranking']}", []).append({key: fact[key] for key in OF_RESULT})
        return [
            {
                **{key: held["fact"][key] for key in OF_RANKING},
                "at": held["fact"]["ranked_at"],
                "results": _in_order(results.get(name, [])),
            }
            for name, held in rows.items()
            if name.startswith("ranking/")
        ]
    except (KeyError, TypeError):
        raise tampered("rows.json", "holds a ranking that nobody can read") from None
