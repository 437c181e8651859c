"""Clauses are chosen by kind and tier, in the library's order, and read in one language."""

import pytest
from pydantic import ValidationError

from mix.rules.core.fields import Bilingual
from mix.rules.delivery.clauses import ClauseText, LibraryClause, choose, followed_by_tests


def clause(key: str, *kinds: str, tier: str = "") -> LibraryClause:
    words = {"title": Bilingual(en=f"{key} en", fr=f"{key} fr"), "text": Bilingual(en="text", fr="texte")}
    return LibraryClause(key=key, topic="t", kinds=kinds, tier=tier, **words)


LIBRARY = (
    clause("scope", "sprint", "contract"),
    clause("cover-low", "sprint", "contract", tier="low"),
    clause("cover-high", "sprint", "contract", tier="high"),
    clause("price", "contract"),
)


@pytest.mark.parametrize(
    ("kind", "tier", "expected"),
    [
        ("sprint", "low", ["scope", "cover-low"]),
        ("contract", "high", ["scope", "cover-high", "price"]),
        ("contract", "medium", ["scope", "price"]),
        ("other", "low", []),
    ],
)
def test_a_clause_fits_its_kinds_and_its_tier_or_every_tier(kind: str, tier: str, expected: list[str]) -> None:
    assert [c.key for c in choose(LIBRARY, kind=kind, tier=tier)] == expected


def test_a_clause_is_read_in_one_language() -> None:
    assert LIBRARY[0].in_("fr") == ClauseText("scope", "scope fr", "texte")
    assert LIBRARY[0].in_("en") == ClauseText("scope", "scope en", "text")


def test_a_clause_that_names_tests_is_followed_by_them_or_left_out() -> None:
    naming = LIBRARY[0].model_copy(update={"names_tests": True}).in_("fr")
    assert followed_by_tests(naming, ["A; 90 %", "B; 8"]) == ClauseText(
        "scope", "scope fr", "texte\n\nA; 90 %\nB; 8", names_tests=True
    )
    assert followed_by_tests(naming, []) is None
    other = LIBRARY[1].in_("en")
    assert followed_by_tests(other, ["A; 90 %"]) == followed_by_tests(other, []) == other


def test_a_library_with_an_unknown_word_is_refused() -> None:
    with pytest.raises(ValidationError):
        LibraryClause.model_validate({**LIBRARY[0].model_dump(), "teir": "low"})
