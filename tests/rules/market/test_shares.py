"""Shares: any two of three, and nothing less; read as people type."""

import itertools

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shamir_mnemonic import MnemonicError, combine_mnemonics

from mix.rules.core.unmet import Refused
from mix.rules.market.shares import WORDLIST, age_key, combine, probe_of, read_share, split

SECRETS = st.binary(min_size=32, max_size=32)


@given(SECRETS)
def test_any_two_shares_give_the_secret_and_one_does_not(secret: bytes) -> None:
    shares = split(secret)
    for pair in itertools.permutations(shares, 2):
        assert combine(pair) == secret
    with pytest.raises(MnemonicError):
        combine_mnemonics(shares[:1])
    for wrong in (shares[:1], [shares[0], shares[0]], [shares[0], split(secret)[1]]):
        with pytest.raises(Refused):
            combine(wrong)


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
