"""The files of a bundle as tests touch them, before they are signed for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mix.data.models import Challenge
from mix.readers.flow.bundles import gather_logs, gather_records
from mix.rules.flow.proofs import MANIFEST, pack


def gather_files(challenge: Challenge) -> dict[str, bytes]:
    """Return every file of a case by its name, but for the signed list of them."""
    return gather_records(challenge) | {name: b"".join(pieces) for name, pieces in gather_logs(challenge)}


def pack_signed(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> bytes:
    """Return the archive of the files and their signed list."""
    return pack({**files, MANIFEST: json.dumps(manifest, indent=1, sort_keys=True).encode()})
