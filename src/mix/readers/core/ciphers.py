"""Secrets that this instance must read again and a thief of its database must not: encrypted, authenticated.

The key is derived from MIX_SECRET_KEY, which is in no backup. Under another one nothing of it is readable.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def _cipher(use: str) -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=f"mix {use}".encode()).derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def hide(text: str, *, use: str) -> str:
    """Encrypt a secret for one use."""
    return _cipher(use).encrypt(text.encode()).decode()


def reveal(hidden: str, *, use: str) -> str | None:
    """Return a secret; None when it was hidden for another use, or under another key of the instance."""
    try:
        return _cipher(use).decrypt(hidden.encode()).decode()
    except InvalidToken:
        return None
