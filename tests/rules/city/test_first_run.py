"""The first steps of a city: computed from what is there, each undone by what is missing."""

from dataclasses import fields, replace
from typing import Any

import pytest

from mix.rules.city.first_run import FIRST, FIRST_ROLES, OPTIONAL, Facts, Setting, is_ready, lacking, list_items
from mix.rules.core.access import Role

ALL = Facts(
    is_named=True,
    has_address=True,
    has_look=True,
    departments=1,
    roles=frozenset(FIRST_ROLES),
    mail_arrived=True,
    has_bylaw=True,
    has_bands=True,
    has_days=True,
    has_posting=True,
    has_recovery=True,
    has_template=True,
    has_identity=True,
)
NONE: dict[str, Any] = {"departments": 0, "roles": frozenset[Role]()}


@pytest.mark.parametrize("name", [f.name for f in fields(Facts)])
def test_each_fact_undoes_one_line(name: str) -> None:
    items = list_items(replace(ALL, **{name: NONE.get(name, False)}))
    undone = [item for item in items if not item.is_done]
    assert len(undone) == 1
    assert is_ready(items) is (undone[0].setting in OPTIONAL)


def test_all_is_all_and_nothing_is_nothing() -> None:
    assert [item.is_done for item in list_items(ALL)] == [True] * len(FIRST)
    nothing = Facts(**{f.name: NONE.get(f.name, False) for f in fields(Facts)})
    assert not any(item.is_done for item in list_items(nothing))


def test_people_say_which_roles_nobody_has() -> None:
    some = replace(ALL, roles=frozenset(FIRST_ROLES) - {Role.SPONSOR, Role.LEGAL})
    people = next(item for item in list_items(some) if item.setting is Setting.PEOPLE)
    assert (people.missing, lacking(some.roles)) == ((Role.SPONSOR, Role.LEGAL),) * 2


def test_every_line_says_who_can_do_it() -> None:
    for item in list_items(ALL):
        assert bool(item.by) is (item.setting is not Setting.IDENTITY), item.setting
    name = list_items(ALL)[0]
    assert (Role.ADMINISTRATOR in name.by, Role.STAFF in name.by) == (True, False)
