"""Second factors: their seeds stand in no database and no backup in clear."""

from __future__ import annotations

import base64
import secrets

from allauth.mfa.adapter import DefaultMFAAdapter

from mix.readers.core.ciphers import hide, reveal

FACTORS = "second factors"


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """Encrypts the seeds of authenticators and of recovery codes."""

    def encrypt(self, text: str) -> str:
        """Encrypt a seed."""
        return hide(text, use=FACTORS)

    def decrypt(self, encrypted_text: str) -> str:
        """Return a seed; one that nobody has when the key of the instance is another: then no code fits."""
        return reveal(encrypted_text, use=FACTORS) or base64.b32encode(secrets.token_bytes(20)).decode()
