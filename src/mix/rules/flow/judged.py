"""What policy said, as a bundle shows it: it follows from the rows, and each rule is the text that was judged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from mix.rules.core.chain import written
from mix.rules.core.verdicts import incomplete, read_json, tampered

POLICY, ROWS = "policy.json", "rows.json"
OF_WORD = ("gate", "round", "city", "role")


def check_policy(files: Mapping[str, bytes]) -> None:
    """Compare what was judged with its rows, and the text of each rule with its digest. Raises Broken."""
    if not {POLICY, ROWS} <= files.keys():
        return
    rows, policy = read_json(files[ROWS], ROWS), read_json(files[POLICY], POLICY)
    try:
        shown = [
            {**{key: said[key] for key in OF_WORD}, "at": said["at"], "said": said["said"]} for said in policy["judged"]
        ]
        fits = sorted(map(written, shown)) == sorted(map(written, _of_rows(rows)))
        digests = sorted({rule["digest"] for said in shown for rule in said["said"]["rules"]})
        rules = policy["rules"]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise tampered(POLICY, "cannot be read") from None
    if not isinstance(rules, dict):
        raise tampered(POLICY, "cannot be read")
    if not fits:
        raise tampered(POLICY, "does not follow from the rows")
    for digest in digests:
        if digest not in rules:
            raise incomplete(f"{POLICY}: {digest}", "the text of a rule that was judged is missing")
    for digest in sorted(rules):
        if hashlib.sha256(written(rules[digest])).hexdigest() != digest:
            raise tampered(f"{POLICY}: {digest}", "is not the text that was judged")


def _of_rows(rows: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, held in rows.items():
        if name.startswith("judgement/"):
            word = rows[f"gatesignature/{held['fact']['signature']}"]["fact"]
            yield {**{key: word[key] for key in OF_WORD}, "at": word["signed_at"], "said": held["fact"]["said"]}
