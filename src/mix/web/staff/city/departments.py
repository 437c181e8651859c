"""A city's departments: the page where they are kept, and what the forms that ask for one offer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from mix.actions.city import departments as verbs
from mix.data.models import Department, Municipality
from mix.readers.city.municipalities import (
    get_department,
    get_own_municipality,
    list_departments,
    list_open_departments,
    list_own_municipalities,
)
from mix.readers.city.people import list_with_role
from mix.readers.core.actors import Actor
from mix.rules.core.access import TABLE, Permission, grants
from mix.web.drawing.requests import signed_in
from mix.web.drawing.showing import in_language, titled
from mix.web.forms import fields
from mix.web.forms.acts import Act, Acts, Listed, RowAct, do, show, take
from mix.web.forms.wordings import wording

S = TypeVar("S")


class Named(Act[S]):
    """What asks for the name of a department."""

    name = wording(fields.line(_("Name of the department"), most=120), again=_("The same"))


class Add(Named[Municipality]):
    """Add a department to a city."""

    label = _("Add the department")
    done = _("Added. Needs and pilots can be given to it.")
    style = ""

    def run(self, request: HttpRequest) -> None:
        """Add it."""
        do(request, verbs.add, self.about, **self.cleaned_data)


class Rename(Named[Department]):
    """Rename a department."""

    label = _("Rename")
    done = _("Renamed, wherever it stands.")

    @classmethod
    def first(cls, about: Department) -> Mapping[str, Any]:
        """Show the name that it has."""
        return {"name": about.wording("name")}

    def run(self, request: HttpRequest) -> None:
        """Rename it."""
        do(request, verbs.rename, self.about, **self.cleaned_data)


class Close(RowAct[Municipality]):
    """Close a department that is no longer used."""

    label = _("Close the department")
    done = _("Closed. Nothing new is given to it; what was stays under its name.")

    def run(self, request: HttpRequest) -> None:
        """Close it."""
        do(request, verbs.close, get_department(self.about, self.row))


class OpenAgain(RowAct[Municipality]):
    """Open a department again."""

    label = _("Open again")
    done = _("Open again.")
    style = "btn--link"

    def run(self, request: HttpRequest) -> None:
        """Open it."""
        do(request, verbs.open_again, get_department(self.about, self.row))


@dataclass(frozen=True)
class DepartmentsContext:
    """What the page of departments draws; those that are open each with the act that renames it."""

    city: Municipality
    open: list[tuple[Department, str]]
    closed: list[Department]


def departments(request: HttpRequest, city: str) -> HttpResponse:
    """The departments of a city: add, rename, close one that is no longer used, open it again."""
    actor = signed_in(request)
    found = get_own_municipality(city, actor=actor, needs=Permission.DEPARTMENT_EDIT)
    acts: Acts = {
        "add": Listed(Add, found),
        **{_rename(d): Listed(Rename, d) for d in list_departments(found) if d.closed_at is None},
        "close": Listed(Close, found),
        "open_again": Listed(OpenAgain, found),
    }
    taken = take(request, acts)
    if isinstance(taken, HttpResponse):
        return taken
    rows = list_departments(found)
    context = DepartmentsContext(
        city=found,
        open=[(d, _rename(d)) for d in rows if d.closed_at is None],
        closed=[d for d in rows if d.closed_at is not None],
    )
    return show(request, "staff/city/departments.html", taken, context)


def _rename(department: Department) -> str:
    """Name the act that renames one department: a form of its own, which holds the name that it has."""
    return f"rename_{department.pk}"


@dataclass(frozen=True)
class Givable:
    """The departments to which somebody may give something new, by their row's number."""

    departments: Mapping[int, Department]


G = TypeVar("G", bound=Givable)


class ForDepartment(Act[G]):
    """Something new that is given to a department."""

    department = fields.choice(_("Department"), [])

    def fit(self) -> None:
        """Offer the departments, each with its city."""
        rows = self.about.departments.items()
        pairs = [(str(n), titled(in_language(d.municipality, "name"), in_language(d, "name"))) for n, d in rows]
        fields.offer(self, "department", pairs)

    def chosen(self) -> Department:
        """Return the department that was chosen."""
        return self.about.departments[int(self.cleaned_data["department"])]

    def facts(self) -> dict[str, Any]:
        """Return what was entered beside the department."""
        return {name: value for name, value in self.cleaned_data.items() if name != "department"}


def open_departments(codes: Iterable[str]) -> dict[int, Department]:
    """Return the departments of these cities that are offered, by their row's number."""
    return {d.pk: d for d in list_open_departments(codes)}


@dataclass(frozen=True)
class CityWithout:
    """A city that has no department yet: whether the actor may add one, and the names of those who may."""

    city: Municipality
    may_add: bool
    people: str


@dataclass(frozen=True)
class WithoutContext:
    """What a form that asks for a department draws beside it."""

    without: list[CityWithout]


def cities_without(codes: Iterable[str], *, actor: Actor) -> list[CityWithout]:
    """List those of an actor's cities that have no department yet, with whether the actor, or who else, adds them."""
    wanted = set(codes)
    have = {d.municipality.code for d in list_open_departments(wanted)}
    return [
        CityWithout(city, grants(actor.roles_at(city.code), Permission.DEPARTMENT_EDIT), _who(city))
        for city in list_own_municipalities(actor)
        if city.code in wanted - have
    ]


def _who(city: Municipality) -> str:
    names = {p.name for role in TABLE[Permission.DEPARTMENT_EDIT] for p in list_with_role([city.pk], role)}
    return ", ".join(sorted(names))
