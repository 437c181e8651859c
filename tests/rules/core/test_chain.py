import copy
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mix.rules.core import chain as chains
from mix.rules.core.chain import GENESIS, Break, canonical, digest, first_break, link


def chain(count: int) -> list[tuple[int, dict[str, object], str, str]]:
    rows, previous = [], GENESIS
    for seq in range(1, count + 1):
        entry = {"seq": seq, "verb": f"v{seq}"}
        own = link(entry, previous=previous)
        rows.append((seq, entry, previous, own))
        previous = own
    return rows


def test_an_untouched_chain_holds() -> None:
    assert first_break(chain(20)) is None


@given(st.integers(0, 19), st.sampled_from(["edit", "delete", "swap", "insert", "rehash"]))
def test_every_single_change_is_found(place: int, how: str) -> None:
    rows = copy.deepcopy(chain(20))
    if how == "edit":
        rows[place][1]["verb"] = "other"
    elif how == "delete":
        del rows[place]
        if place == 19:
            return  # the end of a chain is compared with its head, see readers.events
    elif how == "swap":
        other = (place + 1) % 20
        rows[place], rows[other] = rows[other], rows[place]
    elif how == "insert":
        rows.insert(place, rows[place])
    else:
        seq, entry, previous, _own = rows[place]
        entry["verb"] = "other"
        rows[place] = (seq, entry, previous, link(entry, previous=previous))
        if place == 19:
            return
    assert isinstance(first_break(rows), Break)


def test_no_floating_point_number_gets_in() -> None:
    with pytest.raises(TypeError):
        canonical({"a": [1, {"b": 0.1}]})
    assert canonical({"b": 1, "a": "é"}) == '{"a":"é","b":1}'.encode()
    with pytest.raises(TypeError):
        digest({"a": (1, [0.5])})


@pytest.mark.parametrize("place", [0, 1, 7, 19])
def test_a_break_says_where_and_what(place: int) -> None:
    rows = chain(20)
    seq, entry, previous, own = rows[place]
    missing = [*rows[:place], *rows[place + 1 :]]
    assert first_break(missing) == (Break(seq, "log_gap") if place < 19 else None)
    other = link({"seq": 0}, previous=GENESIS)
    unlinked = [*rows[:place], (seq, entry, other, own), *rows[place + 1 :]]
    assert first_break(unlinked) == Break(seq, "log_unlinked")
    altered = [*rows[:place], (seq, {**entry, "verb": "x"}, previous, own), *rows[place + 1 :]]
    assert first_break(altered) == Break(seq, "log_altered")
    assert first_break([*rows[: place + 1], rows[place]]) == Break(seq + 1, "log_gap")


def test_the_hashes_are_those_that_anybody_can_compute() -> None:
    """The arithmetic is a promise to whoever verifies years later."""
    entry = {"verb": "é", "seq": 1}
    first, second = chain(2)
    assert GENESIS == "0" * 64
    assert digest(entry) == hashlib.sha256('{"seq":1,"verb":"é"}'.encode()).hexdigest()
    assert first[3] == hashlib.sha256(b"\x00" + b"0" * 64 + b'{"seq":1,"verb":"v1"}').hexdigest()
    assert second[3] == hashlib.sha256(b"\x00" + first[3].encode() + b'{"seq":2,"verb":"v2"}').hexdigest()


def test_a_key_that_is_no_text_is_refused_and_not_left_out() -> None:
    with pytest.raises(TypeError):
        canonical({("a", "b"): 1})


def test_an_interpreter_without_c_writes_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    value = {"b": [1, {"d": None, "c": True}], "a": "é\u2028"}
    monkeypatch.setattr(chains, "c_make_encoder", None)
    assert (
        chains._encoder()(value).encode() == canonical(value) == '{"a":"é\u2028","b":[1,{"c":true,"d":null}]}'.encode()
    )
