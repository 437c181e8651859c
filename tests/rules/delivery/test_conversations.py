"""What binds the two sides of a document that they write together, and whose turn it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mix.rules.core.fields import FieldSpec, Wording
from mix.rules.delivery.conversations import (
    Reply,
    Word,
    agreed,
    fingerprint,
    other,
    unmet_to_agree,
    unmet_to_hand_over,
)
from mix.rules.delivery.states import Side

SAID = Reply(Side.CITY, "priya", "sites", 1, "Would three do?")
PAGE: dict[str, Any] = {"conversation": "ABC", "number": 1, "content": {"sites": "Five"}, "replies": (SAID,)}
BOX = FieldSpec(key="sites", required=True, title=Wording.model_validate({"en": "Sites", "fr": "Lieux"}))
NOBODY = frozenset[Side]()


@pytest.mark.parametrize(
    "change",
    [
        {"conversation": "ABD"},
        {"number": 2},
        {"content": {"sites": "Three"}},
        {"replies": ()},
        {"replies": (SAID, SAID)},
        *({"replies": (replace(SAID, **{name: value}),)} for name, value in [
            ("side", Side.VENDOR),
            ("person", "sam"),
            ("field", ""),
            ("on_version", 2),
            ("text", "Would two do?"),
        ]),
    ],
)  # fmt: skip
def test_all_that_stands_on_the_page_is_in_the_fingerprint(change: dict[str, Any]) -> None:
    assert fingerprint(**PAGE) == fingerprint(**PAGE)
    assert fingerprint(**{**PAGE, **change}) != fingerprint(**PAGE)


def test_a_word_is_for_what_stood_there_then() -> None:
    words = [Word(Side.CITY, "old"), Word(Side.VENDOR, "new")]
    assert (agreed(words, "old"), agreed(words, "new"), agreed(words, "")) == ({Side.CITY}, {Side.VENDOR}, NOBODY)
    assert agreed([*words, Word(Side.CITY, "new")], "new") == set(Side)


def test_each_side_has_another() -> None:
    assert {side: other(side) for side in Side} == {Side.CITY: Side.VENDOR, Side.VENDOR: Side.CITY}


@pytest.mark.parametrize(
    ("content", "handed", "said", "code"),
    [
        ({"sites": "Three"}, 1, NOBODY, []),
        ({"sites": "Three"}, 1, frozenset({Side.CITY}), []),
        ({"sites": "Three"}, 1, frozenset({Side.VENDOR}), ["conversation_agreed_already"]),
        ({"sites": "Three"}, 0, NOBODY, ["conversation_unwritten"]),
        ({"sites": ""}, 1, NOBODY, ["field_missing"]),
    ],
)
def test_what_is_not_handed_over_or_not_complete_is_not_agreed_to(
    content: dict[str, str], handed: int, said: frozenset[Side], code: list[str]
) -> None:
    found = unmet_to_agree([BOX], content, handed=handed, said=said, side=Side.VENDOR)
    assert [u.code for u in found] == code


@pytest.mark.parametrize(
    ("side", "turn", "handed", "version", "has_replied", "code"),
    [
        (Side.VENDOR, Side.VENDOR, 0, 0, False, ["conversation_unwritten"]),
        (Side.VENDOR, Side.VENDOR, 0, 1, False, []),
        (Side.VENDOR, Side.VENDOR, 1, 1, False, ["nothing_new_to_hand_over"]),
        (Side.VENDOR, Side.VENDOR, 1, 1, True, []),
        (Side.VENDOR, Side.CITY, 1, 1, True, ["turn_is_theirs"]),
        (Side.VENDOR, Side.CITY, 1, 2, False, []),  # it wrote on meanwhile
        (Side.CITY, Side.VENDOR, 1, 1, True, ["turn_is_theirs"]),
        (Side.CITY, Side.CITY, 1, 1, False, ["nothing_new_to_hand_over"]),
        (Side.CITY, Side.CITY, 1, 2, False, ["nothing_new_to_hand_over"]),  # of which it knows nothing
        (Side.CITY, Side.CITY, 1, 1, True, []),
    ],
)
def test_the_turn_passes_with_something_new(
    side: Side, turn: Side, handed: int, version: int, has_replied: bool, code: list[str]
) -> None:
    found = unmet_to_hand_over(side=side, turn=turn, handed=handed, version=version, has_replied=has_replied)
    assert [u.code for u in found] == code
