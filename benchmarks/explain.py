"""Explaining one challenge of three cities: milliseconds, warm, on one core; and how that grows with the rules.

The limit is 5 ms for 500 rules. Rules are those of the catalogue, the tables of the three cities, and copies of the
catalogue's rules with other amounts until there are enough; every one is compiled and in force.
"""

import statistics
import sys
import time
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from mix.jobs.policy_files import policy_files, read_file  # noqa: E402 - found by the line above
from mix.rules.city.policy.documents import PolicyDocument  # noqa: E402 - found by the line above
from mix.rules.city.policy.explain import Ruleset, explain, prepare  # noqa: E402 - found by the line above
from tests.rules.city.test_policy import CLEAN  # noqa: E402 - found by the line above

LIMIT_MS = 5.0
CITIES = ("guelph", "london", "barrie")
ON = date(2026, 11, 23)


def many(count: int) -> Ruleset:
    """Return a set of that many rules: a tenth of what is copied applies at this value, as in a real catalogue."""
    documents = [read_file(path) for path in policy_files(ROOT / "catalogue")]
    have = sum(len(document.rules) for document in documents)
    model = next(r for document in documents for r in document.rules if r.id == "no-splitting")
    copies = tuple(
        model.model_copy(
            update={"id": f"copy-{n}", "when": f"value > {n * 4_000_00} && value <= {(n + 40) * 4_000_00}"}
        )
        for n in range(count - have)
    )
    extra = PolicyDocument.model_validate({"layer": "good_practice", "title": {"en": "Copies", "fr": "Copies"}})
    return prepare([*documents, extra.model_copy(update={"rules": copies})])


def milliseconds(rules: Ruleset) -> tuple[float, int]:
    """Return the median time of one explanation, and how many findings it has."""
    facts = {city: {**CLEAN, "value": 400_000_00, "cities": 3} for city in CITIES}
    found = explain(rules, facts, on=ON)
    times = []
    for _ in range(200):
        began = time.perf_counter()
        explain(rules, facts, on=ON)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times), len(found)


def main() -> None:
    """Print both."""
    figures = {count: milliseconds(many(count)) for count in (250, 500, 1000)}
    took, findings = figures[500]
    print(f"500 rules, three cities, {findings} findings: {took:.2f} ms, {took / LIMIT_MS:.2f} of the limit")
    print(f"1000 rules against 500: {figures[1000][0] / took:.2f} times; 250 against 500: {figures[250][0] / took:.2f}")


if __name__ == "__main__":
    main()
