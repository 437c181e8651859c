"""What French writes otherwise than it was typed: spaces at which no line ends, days, times."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mix.rules.core.typography import spaced, written


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Motif : retard", "Motif\u00a0: retard"),
        ("Motif: retard", "Motif\u00a0: retard"),
        ("Le « mot » et «l’autre»", "Le «\u00a0mot\u00a0» et «\u00a0l’autre\u00a0»"),
        ("5 % de 25 000 $ CA", "5\u00a0% de 25\u00a0000\u00a0$ CA"),
        ("%(n)s %% de {left} %", "%(n)s\u00a0%% de {left}\u00a0%"),
        ("Pourquoi ?\nVraiment !", "Pourquoi\u00a0?\nVraiment\u00a0!"),
        ("Avant :\n- un", "Avant\u00a0:\n- un"),
        # what is no French sentence stays: addresses, times, tables of Markdown, what is filled in
        ("https://mix.example/a 14:00 |:---| %(a)s %(b)s a:b", "https://mix.example/a 14:00 |:---| %(a)s %(b)s a:b"),
        ("en 2027 100 personnes", "en 2027\u00a0100 personnes"),
    ],
)
def test_french_ends_no_line_where_it_may_not(typed: str, shown: str) -> None:
    for language in ("fr", "fr-ca"):
        assert spaced(typed, language) == shown
    assert spaced(typed, "en") == typed


@given(st.text(alphabet=st.sampled_from("aé1 :«»%$?!;\n\u00a0\u202f")))
def test_spaces_are_set_once_and_nothing_else_changes(text: str) -> None:
    shown = spaced(text, "fr")
    assert spaced(shown, "fr") == shown
    assert [c for c in shown if not c.isspace()] == [c for c in text if not c.isspace()]


@pytest.mark.parametrize(
    ("value", "french"),
    [
        ("2027-01-14", "14 janvier 2027"),
        ("2027-08-01", "1er août 2027"),
        ("2026-11-07 10:00:03 EST", "7 novembre 2026 à 10 h 00 min 03 s (HNE)"),
        ("2026-07-01 09:05:00 EDT", "1er juillet 2026 à 9 h 05 min 00 s (HAE)"),
        ("2026-07-01 09:05:00 UTC", "1er juillet 2026 à 9 h 05 min 00 s (UTC)"),
        ("2026-11-07T15:00:03.000+00:00", "2026-11-07T15:00:03.000+00:00"),
        ("MIX-2026-11-07", "MIX-2026-11-07"),
        ("3", "3"),
    ],
)
def test_french_says_days_and_times_in_words(value: str, french: str) -> None:
    assert written(value, "fr").replace("\u00a0", " ") == french
    assert written(value, "en") == value
