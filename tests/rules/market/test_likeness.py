"""Names of organizations that look alike."""

import pytest

from mix.rules.market.likeness import FORMS, MOST, likeness


@pytest.mark.parametrize(
    "group",
    [
        ("Relevé Souterrain inc.", "RELEVE SOUTERRAIN Ltée", "Releve-Souterrain", "relevé  souterrain, Inc"),
        ("Smith & Sons Ltd.", "Smith and Sons, Limited", "Smith et Sons L.L.C.", "The Smith Sons Company Ltd"),
        ("Tamarack Ground Data Co-op", "Тамarack Ground Data Coop", "Tamarack Ground\u200b Data Co-op Inc."),
        ("O'Neil", "O’Neil Corp", "ONEIL CORPORATION"),
        ("Straße", "STRASSE GmbH"),
    ],
)
def test_what_looks_alike_is_alike(group: tuple[str, ...]) -> None:
    assert len({likeness(name) for name in group}) == 1


def test_what_differs_stays_apart() -> None:
    names = ["Northlight Sensing", "Northlight Sensors", "North Light", "Kestrel Analytics", "Kestrel 2", "株式会社"]
    assert len({likeness(name) for name in names}) == len(names)


@pytest.mark.parametrize("form", sorted(FORMS))
def test_every_legal_form_falls_away_at_the_end_alone(form: str) -> None:
    assert likeness(f"Kestrel {form.upper()}.") == "kestrel"
    assert likeness(f"{form} Kestrel") == f"{form}kestrel"


@pytest.mark.parametrize("name", ["Inc.", "!!!", "The", "&"])
def test_a_name_that_is_nothing_else_is_itself(name: str) -> None:
    assert likeness(name)


def test_a_likeness_fits_its_column() -> None:
    assert len(likeness("ﬃ" * 200)) == MOST
