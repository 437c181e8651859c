"""Shares: any two of three, and nothing less; read as people type."""

import hashlib
import itertools
import re
from datetime import timedelta

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shamir_mnemonic import MnemonicError, combine_mnemonics
from shamir_mnemonic.share import Share

from mix.rules.core.unmet import Refused, Unmet
from mix.rules.market.shares import (
    HELD_FOR,
    WORDLIST,
    Probe,
    age_key,
    combine,
    fingerprint,
    new_secret,
    probe_of,
    read_share,
    split,
)

SECRETS = st.binary(min_size=32, max_size=32)


@given(SECRETS)
def test_any_two_shares_give_the_secret_and_one_does_not(secret: bytes) -> None:
    shares = split(secret)
    for pair in itertools.permutations(shares, 2):
        assert combine(pair) == secret
    with pytest.raises(MnemonicError):
        combine_mnemonics(shares[:1])
    for wrong in (shares[:1], [shares[0], shares[0]], [shares[0], split(secret)[1]]):
        with pytest.raises(Refused) as caught:
            combine(wrong)
        assert caught.value.unmet == (Unmet("shares_differ", field="words"),)


@given(SECRETS)
def test_the_key_is_the_one_that_age_reads(secret: bytes) -> None:
    assert str(pyrage.x25519.Identity.from_str(age_key(secret))) == age_key(secret)


@given(SECRETS, st.sampled_from(["{n}. {w}\n", "{w}, ", "{w}\t", "{W} ", "({n}) {w4} "]))
def test_a_share_is_read_however_it_is_typed(secret: bytes, shape: str) -> None:
    share = split(secret)[0]
    typed = "".join(shape.format(n=n, w=w, W=w.upper(), w4=w[:4]) for n, w in enumerate(share.split(), start=1))
    assert read_share(typed) == share


@given(SECRETS, st.integers(0, 32), st.sampled_from(WORDLIST))
def test_another_word_of_the_list_is_noticed(secret: bytes, place: int, word: str) -> None:
    words = split(secret)[0].split()
    changed = [*words[:place], word, *words[place + 1 :]]
    if changed != words:
        with pytest.raises(Refused):
            read_share(" ".join(changed))


@given(SECRETS)
def test_a_probe_knows_its_two_words_alone(secret: bytes) -> None:
    share = split(secret)[0]
    probe, words = probe_of(share), share.split()
    first, second = probe.positions
    assert 4 <= first < second <= 30
    assert probe.holds([f" {words[first - 1].upper()} ", words[second - 1][:4]])
    other = next(w for w in WORDLIST if w != words[first - 1])
    assert not probe.holds([other, words[second - 1]])
    assert not probe.holds([words[first - 1]])


SHARE = split(bytes(range(32)))[0].split()


def said_of(words: list[str]) -> tuple[Unmet, ...]:
    with pytest.raises(Refused) as caught:
        read_share(" ".join(words))
    return caught.value.unmet


def test_what_is_wrong_with_a_share_is_said_with_its_place() -> None:
    count = {"count": "32", "most": "33"}
    assert said_of(SHARE[:-1]) == (Unmet("words_count", count, field="words"),)
    assert said_of([*SHARE, SHARE[0]]) == (Unmet("words_count", {**count, "count": "34"}, field="words"),)
    assert said_of([*SHARE[:-2], SHARE[-1], SHARE[-2]]) == (Unmet("words_checksum", field="words"),)
    near = {"number": "3", "word": "acadmic", "near": "academic"}
    assert said_of([*SHARE[:2], "acadmic", *SHARE[3:]]) == (Unmet("word_unknown_near", near, field="words"),)
    far = {"number": "1", "word": "zzzzzz", "near": ""}
    assert said_of(["zzzzzz", *SHARE[1:]]) == (Unmet("word_unknown", far, field="words"),)


@pytest.mark.parametrize(("cut", "is_read"), [(1, False), (2, False), (3, False), (4, True)])
def test_four_letters_complete_a_word_and_fewer_do_not(cut: int, is_read: bool) -> None:
    place = next(n for n, word in enumerate(SHARE) if len(word) > 4 and word[:3] not in WORDLIST)
    typed = [*SHARE[:place], SHARE[place][:cut], *SHARE[place + 1 :]]
    if is_read:
        assert read_share(" ".join(typed)) == " ".join(SHARE)
    else:
        (unmet,) = said_of(typed)
        assert (unmet.code[:12], unmet.params["number"]) == ("word_unknown", str(place + 1))


def test_a_share_is_cut_and_mixed_as_the_standard_says() -> None:
    share = Share.from_mnemonic(" ".join(SHARE))
    found = (share.iteration_exponent, share.group_count, share.member_threshold, len(SHARE))
    assert found == (0, 1, 2, 33)
    assert len(split(bytes(32))) == 3


def test_secrets_and_salts_are_long_and_never_the_same() -> None:
    drawn = {new_secret() for _ in range(20)}
    assert (len(drawn), {len(secret) for secret in drawn}) == (20, {32})
    probes = [probe_of(" ".join(SHARE)) for _ in range(400)]
    assert {len(p.salt) for p in probes} == {32}
    assert {n for p in probes for n in p.positions} == set(range(4, 30))
    assert timedelta(minutes=30) == HELD_FOR


def test_what_a_probe_and_a_fingerprint_keep_is_a_plain_digest() -> None:
    assert fingerprint("a b") == hashlib.sha256(b"a b").hexdigest()
    probe = Probe((4, 9), "ab", hashlib.sha256(b"ab academic zero").hexdigest())
    typed = (["academic", "zero"], ["zero", "academic"], ["aca", "zero"])
    assert [probe.holds(words) for words in typed] == [True, False, False]


def test_an_age_key_holds_the_secret_itself() -> None:
    """A key that `age` made, read here letter by letter: another key of the right form would open nothing."""
    for _ in range(20):
        made = str(pyrage.x25519.Identity.generate())
        bits = 0
        for letter in made.lower().removeprefix("age-secret-key-1")[:-6]:
            bits = bits << 5 | "qpzry9x8gf2tvdw0s3jn54khce6mua7l".index(letter)
        assert age_key((bits >> 4).to_bytes(32, "big")) == made


def test_an_age_key_is_bech32() -> None:
    assert re.fullmatch(r"AGE-SECRET-KEY-1[AC-HJ-NP-Z02-9]{58}", age_key(bytes(range(32))))
