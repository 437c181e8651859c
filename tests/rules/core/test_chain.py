import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mix.rules.core.chain import GENESIS, Break, canonical, first_break, link


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
