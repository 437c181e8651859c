"""Affiliations are suggested where something matches, and nowhere else."""

import pytest

from mix.rules.choice.affiliations import Somebody, affiliations

EVA = Somebody("eva", "Eva Müller", "eva@city.example")


@pytest.mark.parametrize(
    ("team", "found"),
    [
        ([], ()),
        ([Somebody("kim", "Kim Lee", "kim@kestrel.example")], ()),
        ([Somebody("eva", "Eva Müller", "eva@city.example")], ("was_member",)),
        ([Somebody("tom", "Tom Lee", "tom@CITY.example")], ("same_domain",)),
        ([Somebody("uwe", "Uwe Muller", "uwe@kestrel.example")], ("same_name",)),
        ([Somebody("uwe", "MÜLLER", "uwe@city.example")], ("same_domain", "same_name")),
        ([Somebody("nob", "", "")], ()),
    ],
)
def test_what_matches(team: list[Somebody], found: tuple[str, ...]) -> None:
    assert affiliations(EVA, team) == found


def test_an_address_that_everybody_may_have_says_nothing() -> None:
    member = Somebody("eva", "Eva", "eva@gmail.com")
    assert affiliations(member, [Somebody("kim", "Kim", "kim@gmail.com")]) == ()
