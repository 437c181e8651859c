"""What a city sets up: each thing is done or not by what is there, and never ticked.

Two views of one list: what it sets up before its people work, and what it takes to go live (`going_live`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from mix.rules.core.access import TABLE, Permission, Role


class Setting(StrEnum):
    """One thing to set up, in the order in which a city does it."""

    NAME = "name"
    ADDRESS = "address"
    LOOK = "look"
    DEPARTMENTS = "departments"
    PEOPLE = "people"
    MAIL = "mail"
    BYLAW = "bylaw"
    BANDS = "bands"
    DAYS = "days"
    POSTING = "posting"
    RECOVERY = "recovery"
    TEMPLATE = "template"
    IDENTITY = "identity"
    PLAYED = "played"


# What a city does once its people work: it is no first step.
LATER = frozenset({Setting.PLAYED})
FIRST = tuple(setting for setting in Setting if setting not in LATER)

# What a city can do without: the plain template, the site's own look, passwords with second factors.
OPTIONAL = frozenset({Setting.LOOK, Setting.TEMPLATE, Setting.IDENTITY})

# Who can do it, by what the page asks; without one: whoever runs the site.
NEEDS: dict[Setting, Permission] = {
    Setting.NAME: Permission.CITY_EDIT,
    Setting.ADDRESS: Permission.CITY_EDIT,
    Setting.LOOK: Permission.CITY_EDIT,
    Setting.DEPARTMENTS: Permission.DEPARTMENT_EDIT,
    Setting.PEOPLE: Permission.PEOPLE_MANAGE,
    Setting.MAIL: Permission.MAIL_MANAGE,
    Setting.BYLAW: Permission.DELEGATION_EDIT,
    Setting.BANDS: Permission.DELEGATION_EDIT,
    Setting.DAYS: Permission.DELEGATION_EDIT,
    Setting.POSTING: Permission.CITY_EDIT,
    Setting.RECOVERY: Permission.DELEGATION_EDIT,
    Setting.TEMPLATE: Permission.METHOD_EDIT,
}

# Roles without which a challenge stops at its first gates.
FIRST_ROLES = (
    Role.ADMINISTRATOR,
    Role.PROCUREMENT_MANAGER,
    Role.PROCUREMENT_OFFICER,
    Role.PROJECT_LEAD,
    Role.SPONSOR,
    Role.FINANCE,
    Role.LEGAL,
    Role.AUTHORITY,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is there of a city."""

    is_named: bool  # in every language of the site
    has_address: bool
    has_look: bool
    departments: int
    roles: frozenset[Role]
    mail_arrived: bool
    has_bylaw: bool
    has_bands: bool
    has_days: bool
    has_posting: bool
    has_recovery: bool
    has_template: bool
    has_identity: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One line: what it is, whether it is done, whether a city can do without, and which roles can do it."""

    setting: Setting
    is_done: bool
    is_optional: bool
    by: tuple[Role, ...]
    missing: tuple[Role, ...] = ()


def lacking(roles: Collection[Role]) -> tuple[Role, ...]:
    """Return the first roles that nobody has."""
    return tuple(role for role in FIRST_ROLES if role not in roles)


def list_items(facts: Facts) -> tuple[Item, ...]:
    """List everything, in order."""
    done = {
        Setting.NAME: facts.is_named,
        Setting.ADDRESS: facts.has_address,
        Setting.LOOK: facts.has_look,
        Setting.DEPARTMENTS: facts.departments > 0,
        Setting.PEOPLE: not lacking(facts.roles),
        Setting.MAIL: facts.mail_arrived,
        Setting.BYLAW: facts.has_bylaw,
        Setting.BANDS: facts.has_bands,
        Setting.DAYS: facts.has_days,
        Setting.POSTING: facts.has_posting,
        Setting.RECOVERY: facts.has_recovery,
        Setting.TEMPLATE: facts.has_template,
        Setting.IDENTITY: facts.has_identity,
    }
    return tuple(
        Item(
            setting,
            done[setting],
            setting in OPTIONAL,
            _doers(setting),
            lacking(facts.roles) if setting is Setting.PEOPLE else (),
        )
        for setting in FIRST
    )


def _doers(setting: Setting) -> tuple[Role, ...]:
    needed = NEEDS.get(setting)
    return tuple(role for role in Role if needed and role in TABLE[needed])


def is_ready(items: Iterable[Item]) -> bool:
    """Say whether everything is done that a city cannot do without."""
    return all(item.is_done or item.is_optional for item in items)
