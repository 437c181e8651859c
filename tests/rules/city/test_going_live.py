"""The list that a city ticks before it goes live: each line says what unticks it, and nothing else does."""

from dataclasses import replace

import pytest

from mix.rules.city.first_run import FIRST, Setting
from mix.rules.city.going_live import ESSENTIAL, FIRST_CALL, HOLDERS, Situation, lines, unmet_to_go_live
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
    assert [line.key for line in lines(READY)] == list(ESSENTIAL)
    assert all(line.is_met for line in lines(READY))
    assert unmet_to_go_live(READY) == ()


@pytest.mark.parametrize(
    ("without", "key", "code"),
    [
        ({"departments": 0}, Setting.DEPARTMENTS, "live_without_departments"),
        ({"roles": frozenset(FIRST_CALL) - {Role.AUTHORITY}}, Setting.PEOPLE, "live_without_role"),
        ({"by_law": False}, Setting.BYLAW, "live_without_by_law"),
        ({"bands": 0}, Setting.BANDS, "live_without_bands"),
        ({"posting_address": "  "}, Setting.POSTING, "live_without_posting"),
        ({"holders": HOLDERS - 1}, Setting.RECOVERY, "live_without_recovery"),
        ({"administrators_among_them": 1}, Setting.RECOVERY, "live_recovery_of_administrators"),
        ({"rehearsed": False}, Setting.RECOVERY, "live_recovery_unrehearsed"),
        ({"mail_leaves": False}, Setting.MAIL, "live_without_mail"),
        ({"opened": 0}, Setting.PLAYED, "live_without_play"),
    ],
)
def test_each_line_is_unticked_by_its_own_fact(without: dict[str, object], key: Setting, code: str) -> None:
    found = lines(replace(READY, **without))  # type: ignore[arg-type]  # as its fields say
    assert [(line.key, [u.code for u in line.missing]) for line in found if not line.is_met] == [(key, [code])]


def test_both_lists_are_of_one_and_only_a_case_is_played_later() -> None:
    assert set(ESSENTIAL) - set(FIRST) == {Setting.PLAYED}
    assert set(FIRST) | set(ESSENTIAL) == set(Setting)


def test_every_role_of_a_first_call_is_named_by_itself() -> None:
    missing = unmet_to_go_live(replace(READY, roles=frozenset()))
    assert [u.params["role"] for u in missing] == [role.value for role in FIRST_CALL]
