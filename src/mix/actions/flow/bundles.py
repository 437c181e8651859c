"""Signing the bundle of a case."""

from __future__ import annotations

import hashlib

from mix.actions.core.signing import public_key, sign, signer_name
from mix.data.models import Challenge
from mix.readers.flow.bundles import gather_files, pack_signed
from mix.rules.flow.proofs import BUNDLE_FORMAT


def make_bundle(challenge: Challenge) -> bytes:
    """Return the whole case as a signed archive. The same records give the same bytes."""
    files = gather_files(challenge)
    statement = {
        "format": BUNDLE_FORMAT,
        "challenge": challenge.code,
        "signer": signer_name(),
        "public_key": public_key(),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
    return pack_signed(files, sign(statement))
