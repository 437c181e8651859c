"""Ending a duty: what waits for it goes to a successor."""

from collections.abc import Sequence

from django.conf import settings

from mix.actions.city.roles import end_given, grant_role
from mix.actions.core.deeds import Deed
from mix.data.models import (
    Person,
    StaffRole,
)
from mix.phrases.words import wording
from mix.readers.case.challenges import spec_of
from mix.readers.city.municipalities import get_own_municipality
from mix.readers.flow.moves import Task, list_left_alone
from mix.rules.core.access import TWO_PEOPLE, Permission, Role
from mix.rules.core.fields import Wording
from mix.rules.core.unmet import require


def end_role(deed: Deed, given: StaffRole, *, reason: str, successor: Person | None = None) -> StaffRole:
    """End a duty, and give it to a successor of the city's staff, who is told what waits.

    Nobody ends the last administrator, or leaves work waiting for a duty that nobody has any more.
    """
    get_own_municipality(given.municipality.code, actor=deed.actor, needs=Permission.PEOPLE_MANAGE)
    require(bool(reason.strip()), "reason_missing", field="reason")
    waiting = list_left_alone(given)
    role, city = Role(given.role), given.municipality
    require(
        not waiting or successor is not None,
        "role_left_alone",
        field="successor",
        **city.wording("name").params("city"),
        **wording("role", role).params("role"),
        count=str(len(waiting)),
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
        **city.wording("name").params("city"),
    )
    if not theirs.filter(role=role.value).exists():
        require(
            role not in TWO_PEOPLE, "successor_needs_role", field="successor", **wording("role", role).params("role")
        )
        grant_role(deed, city, person=successor, role=role, by=deed.actor.someone)
    deed.tell(
        [successor],
        "handed_over",
        of=city,
        path="city/",
        who=given.person.name,
        city=city.wording("name"),
        role=wording("role", role),
        tasks=_list_of(waiting),
    )


def _list_of(waiting: Sequence[Task]) -> Wording:
    """Return what waits, one line each, in every language."""
    lines = {code: [_line(t, code) for t in waiting] for code, _name in settings.LANGUAGES}
    return Wording.of({code: "\n".join(said) or "–" for code, said in lines.items()})


def _line(task: Task, language: str) -> str:
    return f"- {task.challenge.wording('title').in_(language)} – {spec_of(task.step).title.in_(language)}"
