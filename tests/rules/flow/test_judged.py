"""What policy said, as a bundle shows it: what does not follow from the rows, or is another text, is named by both."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from mix.rules.core.chain import digest
from mix.rules.core.commitments import commitment
from mix.rules.core.verdicts import Verdict
from mix.rules.flow.proofs import verify_bundle
from tests.rules.flow.test_bundle_rows import SALT, with_rows
from tests.rules.flow.test_proofs import PUBLIC

RULE = {"id": "posted", "text": {"en": "Publish it.", "fr": "À publier."}, "cites": [{"text": "CFTA, art. 506"}]}
KEY = digest(RULE)
SAID = {"version": 1, "on": "2025-01-06", "rules": [{"rule": "posted", "digest": KEY, "outcome": "holds"}]}
WORD = {"gate": "G5", "round": 1, "city": "guelph", "role": "authority"}
POLICY = {"rules": {KEY: RULE}, "judged": [{**WORD, "at": "a", "said": SAID}]}
FACTS: dict[str, Any] = {
    "gatesignature/7": {**WORD, "signed_at": "a"},
    "judgement/3": {"signature": 7, "said": SAID},
}


def with_policy(
    change: Callable[[Any], object] = lambda _: None, *, policy: Any = POLICY, facts: dict[str, Any] = FACTS
) -> bytes:
    """Return a bundle that shows what policy said at one gate, of which what is shown was changed."""
    shown = deepcopy(policy)
    change(shown)
    return with_rows(
        rows={row: {"fact": fact, "salt": SALT} for row, fact in facts.items()},
        told={row: commitment(fact, salt=SALT) for row, fact in facts.items()},
        first={},
        beside={"policy.json": json.dumps(shown).encode()},
    )


PLACE = "policy.json"
DIFFERS = (Verdict.TAMPERED, PLACE, "does not follow from the rows")
UNREADABLE = (Verdict.TAMPERED, PLACE, "cannot be read")
WRONG_POLICIES: list[tuple[bytes, Verdict, str, str]] = [
    (with_policy(), Verdict.HOLDS, "", ""),
    (with_policy(lambda p: p["judged"][0]["said"]["rules"][0].update(outcome="warning")), *DIFFERS),
    (with_policy(lambda p: p["judged"][0].update(gate="G6")), *DIFFERS),
    (with_policy(lambda p: p["judged"].clear()), *DIFFERS),
    (with_policy(lambda p: p["judged"].append(p["judged"][0])), *DIFFERS),
    (with_policy(lambda p: p["judged"][0].pop("said")), *UNREADABLE),
    (with_policy(lambda p: p["judged"][0].pop("role")), *UNREADABLE),
    (with_policy(lambda p: p.pop("judged")), *UNREADABLE),
    (with_policy(lambda p: p.update(rules=[])), *UNREADABLE),
    (with_policy(facts={"judgement/3": FACTS["judgement/3"]}), *UNREADABLE),
    (
        with_policy(lambda p: p["rules"].clear()),
        Verdict.INCOMPLETE,
        f"{PLACE}: {KEY}",
        "the text of a rule that was judged is missing",
    ),
    (
        with_policy(lambda p: p["rules"][KEY]["text"].update(en="Do not publish it.")),
        Verdict.TAMPERED,
        f"{PLACE}: {KEY}",
        "is not the text that was judged",
    ),
    (
        with_policy(lambda p: p["rules"].update({"0" * 64: RULE})),
        Verdict.TAMPERED,
        f"{PLACE}: {'0' * 64}",
        "is not the text that was judged",
    ),
]


@pytest.mark.parametrize(("raw", "verdict", "place", "text"), WRONG_POLICIES)
def test_a_judgement_that_is_not_as_it_was_is_named(raw: bytes, verdict: Verdict, place: str, text: str) -> None:
    found = verify_bundle(raw, public_key=PUBLIC)
    assert (found.verdict, found.place) == (verdict, place), found
    assert not text or found.text == text
