"""Ending a duty: what waits for it goes to a successor."""

from collections.abc import Sequence

from mix.actions.city.people import end_given, grant_role
from mix.actions.core.deeds import Deed
from mix.data.models import (
    Person,
    StaffRole,
)
from mix.phrases.words import word
from mix.readers.case.challenges import spec_of
from mix.readers.city.municipalities import get_own_municipality
from mix.readers.flow.moves import Task, list_left_alone
from mix.rules.core.access import Permission, Role
from mix.rules.core.unmet import require


def end_role(deed: Deed, given: StaffRole, *, reason: str, successor: Person | None = None) -> StaffRole:
    """End a duty, and give it to a successor of the city's staff, who is told what waits.

    Nobody ends the last administrator, or leaves work waiting for a duty that nobody has any more.
    """
    get_own_municipality(given.municipality.code, actor=deed.actor, needs=Permission.PEOPLE_MANAGE)
    require(bool(reason.strip()), "reason_missing", field="reason")
    waiting = list_left_alone(given)
    role, city = Role(given.role), given.municipality
    words = {"role": word("role", role.value, "en"), "role_fr": word("role", role.value, "fr")}
    require(
        not waiting or successor is not None,
        "role_left_alone",
        field="successor",
        city=city.name,
        count=str(len(waiting)),
        **words,
    )
    if successor is not None:
        _hand_over(deed, given, successor=successor, waiting=waiting)
    ended = end_given(deed, given, reason=reason)
    require(ended, "last_administrator")
    return given


def _hand_over(deed: Deed, given: StaffRole, *, successor: Person, waiting: Sequence[Task]) -> None:
    """Give the duty to somebody else of the city's staff, unless they have it, and tell them what waits."""
    city, role = given.municipality, Role(given.role)
    theirs = StaffRole.objects.filter(person=successor, municipality=city, ended_at=None)
    require(
        successor.pk != given.person_id and theirs.exists(),
        "successor_not_staff",
        field="successor",
        city=city.name,
    )
    if not theirs.filter(role=role.value).exists():
        grant_role(deed, city, person=successor, role=role)
    deed.tell(
        [successor],
        "handed_over",
        path="city/",
        who=given.person.name,
        city=city.name,
        role=word("role", role.value, "en"),
        role_fr=word("role", role.value, "fr"),
        tasks="\n".join(f"- {t.challenge.title}: {spec_of(t.step).title.en}" for t in waiting) or "–",
        tasks_fr="\n".join(
            f"- {t.challenge.title_fr or t.challenge.title} : {spec_of(t.step).title.fr}" for t in waiting
        )
        or "–",
    )
