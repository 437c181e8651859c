"""A secret as three lists of 33 words, any two of which give it back (SLIP-39; docs/opening.md).

A recovery key is the secret itself. Of a call's secret each envelope has a key of its own, from which neither the
secret nor the other key can be computed. One list tells nothing of the secret. The words, their checksum and the
arithmetic are those of the published standard, so that any program that follows it can put a key together again.
"""

from __future__ import annotations

import difflib
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.share import Share
from shamir_mnemonic.wordlist import WORDLIST as STANDARD_WORDS

from mix.rules.core.kinds import Envelope
from mix.rules.core.unmet import Refused, Unmet

WORDLIST: tuple[str, ...] = tuple(STANDARD_WORDS)
WORDS = 33
HELD_FOR = timedelta(minutes=30)  # how long the sealer holds a share that was typed
SHARES = 3
NEEDED = 2
# The first three words tell which set a share is from, the last three check the rest: a probe asks for others.
_PROBED = range(4, WORDS - 3)


def new_secret() -> bytes:
    """Draw the 32 bytes of a private key."""
    return secrets.token_bytes(32)


def envelope_secret(secret: bytes, envelope: Envelope) -> bytes:
    """Return the 32 bytes of the private key of one envelope: HMAC-SHA256 with the secret of the call."""
    return hmac.digest(secret, f"MIX envelope {envelope.value}".encode(), "sha256")


def split(secret: bytes) -> list[str]:
    """Return three shares of a secret of 32 bytes."""
    return list(generate_mnemonics(1, [(NEEDED, SHARES)], secret, iteration_exponent=0)[0])


def combine(shares: Iterable[str]) -> bytes:
    """Return the secret of two shares of one set. Raises Refused when they are not from one set, or are the same."""
    try:
        return bytes(combine_mnemonics(list(shares)))
    except MnemonicError:
        raise Refused(Unmet("shares_differ", field="words")) from None


def read_share(text: str) -> str:
    """Return a share as it was given out, whatever numbers, commas and line breaks it was typed with.

    A word may be cut after its fourth letter. Raises Refused with the first wrong word and its number, a wrong count,
    or a checksum that does not hold (two words exchanged, or a word for another of the list).
    """
    typed = re.sub(r"[^a-z]+", " ", text.lower()).split()
    words = [_complete(word) for word in typed]
    for number, (word, given) in enumerate(zip(words, typed, strict=True), start=1):
        if not word:
            near = difflib.get_close_matches(given, WORDLIST, n=1, cutoff=0.5)
            code = "word_unknown_near" if near else "word_unknown"
            raise Refused(Unmet(code, {"number": str(number), "word": given, "near": "".join(near)}, field="words"))
    if len(words) != WORDS:
        raise Refused(Unmet("words_count", {"count": str(len(words)), "most": str(WORDS)}, field="words"))
    share = " ".join(words)
    try:
        Share.from_mnemonic(share)
    except MnemonicError:
        raise Refused(Unmet("words_checksum", field="words")) from None
    return share


def _complete(typed: str) -> str:
    if typed in WORDLIST:
        return typed
    found = [word for word in WORDLIST if len(typed) >= 4 and word.startswith(typed)]
    return found[0] if found else ""


def fingerprint(share: str) -> str:
    """Return the SHA-256 of a share, in hex: it tells shares apart and, of 330 random bits, nothing more."""
    return hashlib.sha256(share.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Probe:
    """Two words of a share that its holder is asked for. The digest gives away 20 of its 330 bits at most."""

    positions: tuple[int, int]
    salt: str
    digest: str

    def holds(self, words: Sequence[str]) -> bool:
        """Say whether these are the two words, in the order of their positions."""
        given = [_complete(word.strip().lower()) for word in words]
        return secrets.compare_digest(_digest(self.salt, given), self.digest)


def probe_of(share: str) -> Probe:
    """Draw two positions and keep a digest of the words there."""
    words = share.split()
    first, second = sorted(secrets.SystemRandom().sample(_PROBED, 2))
    salt = secrets.token_hex(16)
    return Probe((first, second), salt, _digest(salt, [words[first - 1], words[second - 1]]))


def _digest(salt: str, words: Sequence[str]) -> str:
    return hashlib.sha256(" ".join([salt, *words]).encode()).hexdigest()


_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_PREFIX = "age-secret-key-"


def age_key(secret: bytes) -> str:
    """Write 32 bytes as the private key that the `age` program reads (Bech32, BIP 173)."""
    bits = int.from_bytes(secret, "big") << 4  # 256 bits fill 52 groups of five with four to spare
    data = [bits >> shift & 31 for shift in range(255, -1, -5)]
    stretched = [ord(c) >> 5 for c in _PREFIX] + [0] + [ord(c) & 31 for c in _PREFIX]
    check = _polymod([*stretched, *data, 0, 0, 0, 0, 0, 0]) ^ 1
    data += [check >> shift & 31 for shift in range(25, -1, -5)]
    return (_PREFIX + "1" + "".join(_BECH32[d] for d in data)).upper()


def _polymod(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> bit & 1 else 0
    return check
