"""The method of a bundle and the digest that its log has of the one by which the case was begun."""

import hashlib
from typing import Any

import pytest

from mix.rules.core.verdicts import Verdict
from mix.rules.flow.proofs import verify_bundle
from tests.rules.flow.test_proofs import PUBLIC, entries, log, packed

METHOD = "gates: [G1]\n# é".encode()
TOLD = {"method": "sprint-1", "digest": hashlib.sha256(METHOD).hexdigest(), "route": "traditional"}


def with_method(
    method: bytes | None = METHOD, *, told: Any = TOLD, verb: str = "challenges.commission", count: int = 3
) -> bytes:
    """Return a bundle with the text of a method, whose log tells by which one the case was begun."""
    held = {"logs/guelph.jsonl": log(entries(count, begun=told, verb=verb))}
    return packed(held if method is None else held | {"method.yaml": method})


ANOTHER = (Verdict.TAMPERED, "method.yaml")
WRONG_METHODS: list[tuple[bytes, Verdict, str]] = [
    (with_method(), Verdict.HOLDS, ""),
    (with_method(verb="challenges.record_history"), Verdict.HOLDS, ""),
    (with_method(METHOD + b" "), *ANOTHER),
    (with_method(b""), *ANOTHER),
    (with_method(told={"digest": [TOLD["digest"]]}), *ANOTHER),
    (with_method(told={"method": "sprint-1"}), *ANOTHER),
    (with_method(verb="documents.save"), *ANOTHER),
    (with_method(None), Verdict.INCOMPLETE, "method.yaml"),
    (with_method(None, verb="documents.save"), Verdict.HOLDS, ""),
]


@pytest.mark.parametrize(("raw", "verdict", "place"), WRONG_METHODS)
def test_another_method_than_the_one_of_the_log_is_found(raw: bytes, verdict: Verdict, place: str) -> None:
    found = verify_bundle(raw, public_key=PUBLIC)
    assert (found.verdict, found.place) == (verdict, place), found
