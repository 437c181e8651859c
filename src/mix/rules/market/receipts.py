"""What anybody can check of a receipt offline."""

from __future__ import annotations

import hashlib
from typing import Any

from mix.rules.core.chain import written
from mix.rules.core.verdicts import Broken, Finding, Verdict, incomplete, read_json, read_signed, tampered


def verify_receipt(raw: bytes, *, public_key: str = "", copy: bytes = b"") -> Finding:
    """Check a receipt's signature, and that it was made with a key that is known, where one is given (base64).

    With the vendor's own copy: also that each envelope of the receipt is a commitment to what the copy says.
    """
    try:
        statement = read_signed(raw, "receipt", public_key=public_key)
        if copy:
            _copy(statement, read_json(copy, "copy"))
    except Broken as broken:
        return broken.finding
    return Finding(Verdict.HOLDS, "", f"{statement.get('reference')}: received {statement.get('received_at')}")


def _copy(statement: dict[str, Any], copy: object) -> None:
    """Recompute the commitments of a receipt. Raises Broken."""
    envelopes = copy.get("envelopes") if isinstance(copy, dict) else None
    if not isinstance(envelopes, dict):
        raise incomplete("copy", "is not a vendor's own copy")
    lines = statement.get("envelopes")
    if not isinstance(lines, list) or not all(
        isinstance(i, dict) and isinstance(i.get("envelope"), str) for i in lines
    ):
        raise incomplete("receipt.envelopes", "are missing")
    for line in lines:
        name = line["envelope"]
        if name not in envelopes:
            raise incomplete(f"copy.{name}", "is not in the copy")
        if hashlib.sha256(written(envelopes[name])).hexdigest() != line.get("commitment"):
            raise tampered(f"copy.{name}", "is not what the receipt commits to")
