"""What a password is made of: the words that are guessed first, and whether enough is left without them."""

import pytest

from mix.rules.core.passwords import TRADE, is_made_of, words_of


def test_words_of_names_and_addresses_lose_accents_and_what_is_short() -> None:
    assert words_of("Ville de Québec", "Ada.Moreau@mix.example.ca") == {
        "ville", "quebec", "ada", "moreau", "mix", "example",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("password", "made_of"),
    [
        ("QuébecQuebec2026", True),
        ("quebec12345678", True),
        ("quebec!!!!!!!!", True),
        ("Approvisionnement", True),
        ("abcabcabcabc", True),  # a run
        ("quebec pearl", True),  # five letters are left
        ("quebec pearly", False),
        ("zinc bright pumps", False),
        ("8kf0-39!x2q quebec", False),
    ],
)
def test_a_password_is_made_of_the_words_that_leave_little(password: str, *, made_of: bool) -> None:
    assert is_made_of(password, {"quebec"}) is made_of


def test_what_the_site_does_is_guessed_first_in_both_languages() -> None:
    assert {"sprint", "procurement", "approvisionnement", "municipalite"} <= TRADE
    assert is_made_of("SprintApprovisionnement2026", ())
