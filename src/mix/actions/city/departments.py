"""Verbs on a city's departments: add, rename, close, open again. Needs and pilots keep the one that they were given."""

from __future__ import annotations

from django.utils.text import slugify

from mix.actions.core.deeds import Deed
from mix.data.models import Department, Municipality
from mix.data.models.core.columns import new_code
from mix.data.models.core.wordings import columns_of
from mix.readers.city.municipalities import get_own_municipality
from mix.readers.core.actors import Actor
from mix.rules.core.access import Permission
from mix.rules.core.fields import Wording
from mix.rules.core.kinds import NeedState
from mix.rules.core.unmet import require

_LONGEST = 60


def place(municipality: Municipality, name: Wording, *, code: str = "") -> Department:
    """Put a department into a city, under a code that is made of its name where none is given."""
    name = _name(municipality, name)
    return Department.objects.create(
        municipality=municipality, code=code or _free_code(municipality, name.en), **columns_of(name=name)
    )


def _name(municipality: Municipality, name: Wording, *, but: int = 0) -> Wording:
    """Return a name as it is kept. Raises Refused where another department has it."""
    name = Wording.of({code: " ".join(text.split()) for code, text in name.texts.items()})
    others = municipality.departments.exclude(pk=but).values_list("name", flat=True)
    # compared here: SQLite folds the case of ASCII alone
    taken = name.en.casefold() in {other.casefold() for other in others}
    require(not taken, "department_twice", field="name", name=name.en)
    return name


def _free_code(municipality: Municipality, name: str) -> str:
    wanted = slugify(name)[:_LONGEST] or new_code().lower()
    taken = set(municipality.departments.values_list("code", flat=True))
    return f"{wanted[:40]}-{new_code().lower()}" if wanted in taken else wanted


def _hold(municipality: Municipality, actor: Actor) -> Municipality:
    """Lock a city whose departments the actor may change. Raises Unknown, Forbidden."""
    get_own_municipality(municipality.code, actor=actor, needs=Permission.DEPARTMENT_EDIT)
    return Municipality.objects.select_for_update().get(pk=municipality.pk)


def add(deed: Deed, municipality: Municipality, *, name: Wording) -> Department:
    """Add a department to a city."""
    made = place(_hold(municipality, deed.actor), name)
    _record(deed, "add", made)
    return made


def rename(deed: Deed, department: Department, *, name: Wording) -> Department:
    """Give a department another name, everywhere; its code stays."""
    city = _hold(department.municipality, deed.actor)
    department.reword(name=_name(city, name, but=department.pk)).save(update_fields=["name", "translations"])
    _record(deed, "rename", department)
    return department


def close(deed: Deed, department: Department) -> Department:
    """Offer a department no longer. Raises Refused while somebody waits for an answer to a need."""
    _hold(department.municipality, deed.actor)
    require_open(department)
    waiting = department.needs.filter(state=NeedState.OPEN).count()
    require(not waiting, "department_waits", name=department.name, count=str(waiting))
    department.closed_at = deed.now
    department.save(update_fields=["closed_at"])
    _record(deed, "close", department)
    return department


def open_again(deed: Deed, department: Department) -> Department:
    """Offer a department that was closed again."""
    _hold(department.municipality, deed.actor)
    department.closed_at = None
    department.save(update_fields=["closed_at"])
    _record(deed, "open_again", department)
    return department


def require_open(department: Department) -> None:
    """Hold a department open until the transaction ends. Raises Refused when it is closed."""
    is_open = Department.objects.select_for_update().filter(pk=department.pk, closed_at=None).first() is not None
    require(is_open, "department_closed", field="department", name=department.name)


def _record(deed: Deed, verb: str, department: Department) -> None:
    deed.record(f"departments.{verb}", department, payload={"name": department.wording("name").texts})
