"""What waits is called, and by whom it is done: fetched for what is shown alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Max

from mix.data.models import Challenge, Event, Municipality, Need, Person, Pilot, Vendor
from mix.readers.case.challenge_lists import fetch_challenges
from mix.readers.city.people import list_members, list_with_role
from mix.readers.core.absences import Away, list_away_at
from mix.rules.core.access import Role
from mix.rules.flow.waits import Doing, Wait

ASKED_AGAIN = "chasing.ask_again"
_PILOTS = (Doing.DECIDE_PILOT, Doing.ASK_PILOT, Doing.AGREE_EXTENSION, Doing.CLOSE_PILOT)


@dataclass(frozen=True, slots=True)
class Names:
    """What stands for the numbers and codes of what waits; `asked` says when each was asked again last, by its name.

    `away` are those who are away today in the cities that owe it.
    """

    challenges: Mapping[int, Challenge]
    people: Mapping[int, str]
    vendors: Mapping[int, str]
    cities: Mapping[str, Municipality]
    pilots: Mapping[str, Pilot]
    needs: Mapping[str, Need]
    asked: Mapping[str, datetime]
    away: Sequence[Away] = ()


def gather_names(waits: Sequence[Wait], *, asked: bool = False, away_at: datetime | None = None) -> Names:
    """Gather what waits are called, and who is away at an instant. A query for each kind of name that occurs."""
    challenges = _numbers(w.challenge for w in waits)
    people, vendors = _numbers(w.person for w in waits), _numbers(w.vendor for w in waits)
    cities = {w.city for w in waits if w.city}
    pilots = {w.at for w in waits if w.doing in _PILOTS}
    needs = {w.at for w in waits if w.doing is Doing.DECIDE_NEED}
    found = fetch_challenges(challenges) if challenges else []
    return Names(
        {c.pk: c for c in found},
        dict(Person.objects.filter(pk__in=people).values_list("pk", "name")) if people else {},
        dict(Vendor.objects.filter(pk__in=vendors).values_list("pk", "name")) if vendors else {},
        {c.code: c for c in Municipality.objects.filter(code__in=cities)} if cities else {},
        {p.code: p for p in Pilot.objects.filter(code__in=pilots)} if pilots else {},
        {n.code: n for n in Need.objects.filter(code__in=needs)} if needs else {},
        _asked_again([c.code for c in found]) if asked and found else {},
        list_away_at({w.city for w in waits if w.city and not w.is_owed_by_vendor}, now=away_at) if away_at else (),
    )


def away_from(wait: Wait, names: Names) -> list[Away]:
    """Return who of those for whom something waits is away, each once. For a person by name nobody stands in."""
    if wait.is_owed_by_vendor:
        return []
    here = [one for one in names.away if one.city == wait.city and one.person.pk not in wait.but]
    if wait.person is not None:
        return [replace(one, deputy=None) for one in here if one.person.pk == wait.person][:1]
    return list({one.person.pk: one for one in here if one.role in wait.roles}.values())


def _numbers(found: Iterable[int | None]) -> tuple[int, ...]:
    return tuple(sorted({number for number in found if number is not None}))


def _asked_again(challenges: Sequence[str]) -> dict[str, datetime]:
    rows = Event.objects.filter(challenge__in=challenges, verb=ASKED_AGAIN)
    return dict(rows.values_list("subject").annotate(Max("happened_at")))


def asked_again_at(challenge: Challenge, wait: Wait) -> datetime | None:
    """Return when somebody was asked again for this last; None where nobody was."""
    return _asked_again([challenge.code]).get(wait.name)


def list_owing(wait: Wait) -> list[Person]:
    """List the people who are asked for something: who holds its duty in the city, the person, or a vendor's team."""
    if wait.is_owed_by_vendor:
        return list_members(wait.vendor) if wait.vendor else []
    if wait.person is not None:
        return list(Person.objects.filter(pk=wait.person, is_active=True))
    city = Municipality.objects.get(code=wait.city)
    return list_with_role([city.pk], *(Role(role) for role in sorted(wait.roles)))
