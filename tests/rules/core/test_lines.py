import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mix.rules.core.lines import address_in, file_name, is_one_line, lines, one_line


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


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("plan.pdf", "plan.pdf"),
        ("../../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\li\\plan.pdf", "plan.pdf"),
        ("\u202egnp.fdp", "gnp.fdp"),
        ("a\u2066b\u200e.pdf", "ab.pdf"),
        ("a\r\nb\x00.pdf", "a b.pdf"),
        ("Résumé équipe.pdf", "Résumé équipe.pdf"),
        ("Re\u0301sume\u0301.pdf", "Résumé.pdf"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
        ("x" * 300, "x" * 150),
        ("x." + "y" * 300, "x." + "y" * 148),
        (".pdf", ".pdf"),
        ("folder/", ""),
    ],
)
def test_a_file_has_a_bare_name(raw: str, name: str) -> None:
    assert file_name(raw) == name
    assert file_name(name) == name


def test_each_line_ends_as_all_others_do() -> None:
    assert lines("R&D\x0bx\ry\r\nz\u2028 & \x00\x07t\tt\x85u") == "R&D\nx\ny\nz\n & t\tt\nu"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Olivia Grant, olivia.grant@guelph.example, 519 555-0100", "olivia.grant@guelph.example"),
        ("<olivia@guelph.ca>; olivia@guelph.ca.", "olivia@guelph.ca"),
        ("a@guelph.ca or b@guelph.ca", ""),
        ("Olivia Grant", ""),
        ("a@localhost", ""),
    ],
)
def test_the_one_address_of_a_contact_is_found(text: str, address: str) -> None:
    assert address_in(text) == address
