"""How a vendor's way through a challenge ended: nobody stays recommended for ever."""

import pytest

from mix.rules.choice.states import AwardState, Ending, ending_of


@pytest.mark.parametrize(
    ("own", "awarded_elsewhere", "ending"),
    [
        ([], False, None),
        ([], True, Ending.NOT_CHOSEN),
        ([AwardState.RECOMMENDED], False, None),
        ([AwardState.APPROVED], False, None),
        ([AwardState.FAILED], False, Ending.FAILED),
        ([AwardState.FAILED], True, Ending.FAILED),
        ([AwardState.REVOKED], True, Ending.REVOKED),
        ([AwardState.FAILED, AwardState.REVOKED], True, Ending.REVOKED),
        ([AwardState.REVOKED, AwardState.APPROVED], False, None),
        ([AwardState.FAILED, AwardState.RECOMMENDED], False, None),
    ],
)
def test_how_it_ended(own: list[AwardState], *, awarded_elsewhere: bool, ending: Ending | None) -> None:
    assert ending_of(own, awarded_elsewhere=awarded_elsewhere) is ending
