import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mix.rules.core.lines import is_one_line, one_line


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Société d’ingénierie", "Société d’ingénierie"),
        ("Écoles : état", "Écoles : état"),
        ("two  spaces", "two  spaces"),
        ("Acme\r\nBcc: x@y.z", "Acme Bcc: x@y.z"),
        ("a \t b\n\n\nc", "a b c"),
        ("\u2028a\x85b\x1c", "a b"),
        ("\n", ""),
    ],
)
def test_a_text_is_folded_to_one_line(text: str, folded: str) -> None:
    assert one_line(text) == folded
    assert is_one_line(text) == (text == folded)


@given(st.text(alphabet=st.characters(categories=["Cc", "Zl", "Zp", "Zs", "L"])))
def test_no_control_character_is_left(text: str) -> None:
    assert is_one_line(text) != any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in text)
    assert is_one_line(one_line(text))
    assert len(one_line(text).splitlines()) <= 1
