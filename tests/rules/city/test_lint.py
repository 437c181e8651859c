"""Words that keep new firms out: found in both languages, with where and which; the harmless are left alone."""

import pytest

from mix.rules.city.policy.lint import Excludes, Hit, lint


def found(text: str) -> list[tuple[Excludes, str]]:
    return [(hit.excludes, hit.words) for hit in lint({"p": text})]


@pytest.mark.parametrize(
    ("text", "excludes", "words"),
    [
        ("Only local firms may answer.", Excludes.LOCAL, "local firms"),
        ("An office located in the city is needed.", Excludes.LOCAL, "office located in the city"),
        ("Un bureau situé dans la ville.", Excludes.LOCAL, "bureau situé dans la ville"),
        ("It creates local jobs.", Excludes.LOCAL, "local jobs"),
        ("Les entreprises locales d’abord.", Excludes.LOCAL, "entreprises locales"),
        ("Ontario-made sensors.", Excludes.LOCAL, "Ontario-made"),
        ("Prior work with the city counts.", Excludes.PREVIOUS, "Prior work with the city"),
        ("Vendors must have worked with our city.", Excludes.PREVIOUS, "must have worked with our city"),
        ("Des contrats antérieurs avec la ville.", Excludes.PREVIOUS, "contrats antérieurs avec la ville"),
        ("ayant déjà travaillé pour la municipalité", Excludes.PREVIOUS, "ayant déjà travaillé pour la municipalité"),
        ("It must run on Azure.", Excludes.BRAND, "must run on Azure"),
        ("Il doit utiliser ArcGIS.", Excludes.BRAND, "doit utiliser ArcGIS"),
        ("At least five years' experience.", Excludes.SIZE, "At least five years’ experience"),
        ("State your annual revenue.", Excludes.SIZE, "annual revenue"),
        ("Au moins 5 ans d'expérience.", Excludes.SIZE, "Au moins 5 ans d’expérience"),
        ("Le chiffre d'affaires de l'an passé.", Excludes.SIZE, "chiffre d’affaires"),
    ],
)
def test_each_way_is_found_in_both_languages(text: str, excludes: Excludes, words: str) -> None:
    assert found(text) == [(excludes, words)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hear from firms that work locally elsewhere.",
        "It must run on Azure or an equivalent.",
        "Il doit utiliser ArcGIS ou l’équivalent.",
        "It must be readable by Microsoft products.",
        "The trial runs at least five weeks.",
        "Who has worked with a city of this size?",
    ],
)
def test_harmless_words_are_left_alone(text: str) -> None:
    assert found(text) == []


def test_equivalent_softens_its_own_sentence_and_brands_alone() -> None:
    assert found("It must use Oracle. A screen or equivalent.") == [(Excludes.BRAND, "must use Oracle")]
    assert found("Local firms or equivalent.") == [(Excludes.LOCAL, "Local firms")]


def test_a_hit_says_where_once_for_each_sentence_and_way() -> None:
    texts = {"a": "Local firms and local jobs; annual sales. Local vendors.", "b": "Nothing.", "c": "must use SAP"}
    assert lint(texts) == (
        Hit(Excludes.LOCAL, "a", "Local firms"),
        Hit(Excludes.SIZE, "a", "annual sales"),
        Hit(Excludes.LOCAL, "a", "Local vendors"),
        Hit(Excludes.BRAND, "c", "must use SAP"),
    )


def test_a_mark_knows_the_way_and_the_words_wherever_they_stand() -> None:
    one = Hit(Excludes.LOCAL, "a", "Local Firms")
    assert one.mark == Hit(Excludes.LOCAL, "b", "local firms").mark
    assert (
        len({one.mark, Hit(Excludes.SIZE, "a", "local firms").mark, Hit(Excludes.LOCAL, "a", "local jobs").mark}) == 3
    )
    assert len(one.mark) == 32
