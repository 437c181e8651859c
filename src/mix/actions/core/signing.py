"""The key with which this instance signs receipts, checkpoints and bundles, and its name."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from mix.data.private_files import write_private
from mix.rules.core.chain import canonical
from mix.rules.core.notes import Checkpoint, countersign, key_id, open_note, sign_note


def signer_name() -> str:
    """Return the name under which this instance signs: the host of its address."""
    return urlsplit(settings.BASE_URL).netloc


def _key() -> Ed25519PrivateKey:
    path = Path(settings.DATA_DIR) / "keys" / "receipts.ed25519"
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, Ed25519PrivateKey.generate().private_bytes_raw())
    return Ed25519PrivateKey.from_private_bytes(path.read_bytes())


def public_key() -> str:
    """Return the public half of the key, in base64."""
    return base64.b64encode(_key().public_key().public_bytes_raw()).decode()


def verifier_key() -> str:
    """Return name, key id and key in the one line that C2SP calls a vkey."""
    raw = _key().public_key().public_bytes_raw()
    name = signer_name()
    return f"{name}+{key_id(name, raw).hex()}+{base64.b64encode(bytes([1]) + raw).decode()}"


def sign(statement: dict[str, Any]) -> dict[str, Any]:
    """Return a statement with its Ed25519 signature over the canonical form, and the public key."""
    key = _key()
    return {
        "statement": statement,
        "signature": base64.b64encode(key.sign(canonical(statement))).decode(),
        "public_key": base64.b64encode(key.public_key().public_bytes_raw()).decode(),
    }


def countersign_note(note: str) -> str:
    """Return another site's checkpoint with this site's signature added."""
    return countersign(note, name=signer_name(), key=_key())


def open_own_note(note: str) -> str:
    """Return the body of a checkpoint that this instance signed, under the name that it states. Raises NoteWrong.

    A site may have changed its address since; not its key.
    """
    name = note.split("\n", 1)[0].partition("/log/")[0]
    return open_note(note, name=name, public_key=_key().public_key().public_bytes_raw())


def sign_checkpoint(chain: str, *, size: int, root: bytes) -> str:
    """Return the signed note of a checkpoint."""
    name = signer_name()
    return sign_note(Checkpoint(f"{name}/log/{chain}", size, root).text(), name=name, key=_key())
