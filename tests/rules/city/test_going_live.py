"""The list that a city ticks before it goes live: each line says what unticks it, and nothing else does."""

from dataclasses import replace

import pytest

from mix.rules.city.going_live import FIRST_CALL, HOLDERS, Essential, Situation, lines, unmet_to_go_live
from mix.rules.core.access import Role

READY = Situation(
    departments=1,
    roles=frozenset(FIRST_CALL),
    by_law=True,
    bands=1,
    posting_address="https://guelph.example/notices",
    holders=HOLDERS,
    rehearsed=True,
    mail_leaves=True,
    opened=1,
)


def test_a_city_that_has_everything_lacks_nothing() -> None:
    assert [line.key for line in lines(READY)] == list(Essential)
    assert all(line.is_met for line in lines(READY))
    assert unmet_to_go_live(READY) == ()


@pytest.mark.parametrize(
    ("without", "key", "code"),
    [
        ({"departments": 0}, Essential.DEPARTMENTS, "live_without_departments"),
        ({"roles": frozenset(FIRST_CALL) - {Role.AUTHORITY}}, Essential.PEOPLE, "live_without_role"),
        ({"by_law": False}, Essential.BY_LAW, "live_without_by_law"),
        ({"bands": 0}, Essential.AUTHORITY, "live_without_bands"),
        ({"posting_address": "  "}, Essential.POSTING, "live_without_posting"),
        ({"holders": HOLDERS - 1}, Essential.RECOVERY, "live_without_recovery"),
        ({"administrators_among_them": 1}, Essential.RECOVERY, "live_recovery_of_administrators"),
        ({"rehearsed": False}, Essential.RECOVERY, "live_recovery_unrehearsed"),
        ({"mail_leaves": False}, Essential.MAIL, "live_without_mail"),
        ({"opened": 0}, Essential.PLAYED, "live_without_play"),
    ],
)
def test_each_line_is_unticked_by_its_own_fact(without: dict[str, object], key: Essential, code: str) -> None:
    found = lines(replace(READY, **without))  # type: ignore[arg-type]  # as its fields say
    assert [(line.key, [u.code for u in line.missing]) for line in found if not line.is_met] == [(key, [code])]


def test_every_role_of_a_first_call_is_named_by_itself() -> None:
    missing = unmet_to_go_live(replace(READY, roles=frozenset()))
    assert [u.params["role"] for u in missing] == [role.value for role in FIRST_CALL]
