"""What somebody follows: which calls that is, whatever the case and the accents."""

from __future__ import annotations

import pytest

from mix.rules.market.following import Subject, folded, told

SAID = ("Finding leaks before the bill does", "Trouver les fuites d’eau avant la facture, à Montréal")
CITIES = {"guelph", "london"}


@pytest.mark.parametrize(
    ("subject", "fits"),
    [
        (Subject("leaks"), True),
        (Subject("LEAKS bill"), True),
        (Subject("leaks roads"), False),
        (Subject("montreal"), True),
        (Subject("Montréal fuites"), True),
        (Subject("", "guelph"), True),
        (Subject("", "barrie"), False),
        (Subject("leaks", "barrie"), False),
        (Subject("leaks", "london"), True),
    ],
)
def test_a_call_is_of_a_subject(subject: Subject, fits: bool) -> None:
    assert subject.fits(folded(" ".join(SAID)), CITIES) is fits


def test_each_follower_is_told_once() -> None:
    follows = [(1, Subject("leaks")), (1, Subject("", "guelph")), (2, Subject("roads")), (3, Subject("facture"))]
    assert told(follows, SAID, CITIES) == {1, 3}
    assert told([], SAID, CITIES) == set()
