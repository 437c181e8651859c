"""The documents of `catalogue/policies` and the drafts of `catalogue/bylaws`, as files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from mix.rules.city.policy.bylaws import BylawTable, to_document
from mix.rules.city.policy.documents import PolicyDocument, Status, parse_policy
from mix.rules.core.catalogue import decode, read

DRAFTS_FROM = date(2018, 1, 1)


def read_file(path: Path) -> PolicyDocument:
    """Read one file: a document of rules, or a by-law's table named after its city. Raises DocumentInvalid, OSError."""
    text = decode(path.read_bytes())
    return read_bylaw(text, municipality=path.stem) if path.parent.name == "bylaws" else parse_policy(text)


def read_bylaw(text: str, *, municipality: str) -> PolicyDocument:
    """Read a draft of a by-law's table; its rules are unverified. Raises DocumentInvalid."""
    table = read(text, BylawTable)
    return to_document(table, municipality=municipality, status=Status.UNVERIFIED, valid_from=DRAFTS_FROM)


def policy_files(catalogue: Path) -> list[Path]:
    """List the documents of a catalogue, those for everybody first."""
    return [*sorted(catalogue.glob("policies/*.yaml")), *sorted(catalogue.glob("bylaws/*.yaml"))]
