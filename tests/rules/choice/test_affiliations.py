"""Affiliations are suggested where something matches, and nowhere else."""

import pytest

from mix.rules.choice.affiliations import Somebody, affiliations, telling

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


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ({1: ("same_domain",), 2: ("same_domain", "same_name")}, {1: (), 2: ("same_name",)}),
        ({1: ("same_domain",), 2: ()}, {1: ("same_domain",), 2: ()}),
        ({1: ("same_domain",)}, {1: ("same_domain",)}),
        ({1: ("was_member",), 2: ("was_member",)}, {1: ("was_member",), 2: ("was_member",)}),
        ({}, {}),
    ],
)
def test_a_domain_that_every_vendor_has_tells_nothing(
    found: dict[int, tuple[str, ...]], told: dict[int, tuple[str, ...]]
) -> None:
    assert telling(found) == told
