"""A city's departments: the page where they are kept, and what the forms that ask for one offer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

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
from mix.web.parts import forms
from mix.web.parts.acts import do
from mix.web.parts.filters import in_language
from mix.web.parts.loose import Act, answer, stay
from mix.web.parts.pages import signed_in


def departments(request: HttpRequest, city: str) -> HttpResponse:
    """The departments of a city: add, rename, close one that is no longer used, open it again."""
    actor = signed_in(request)
    found = get_own_municipality(city, actor=actor, needs=Permission.DEPARTMENT_EDIT)

    def one(given: dict[str, Any]) -> Department:
        return get_department(found, given.pop("item"))

    acts = {
        "add": Act(
            forms.form_of(**_names()),
            lambda given: stay(do(request, verbs.add, found, **given)),
            _("Add the department"),
            _("Added. Needs and pilots can be given to it."),
            style="",
        ),
        **{_rename(d): _rename_act(request, d) for d in list_departments(found) if d.closed_at is None},
        "close": Act(
            forms.form_of(item=forms.hidden()),
            lambda given: stay(do(request, verbs.close, one(given))),
            _("Close the department"),
            _("Closed. Nothing new is given to it; what was stays under its name."),
        ),
        "open_again": Act(
            forms.form_of(item=forms.hidden()),
            lambda given: stay(do(request, verbs.open_again, one(given))),
            _("Open again"),
            _("Open again."),
            style="btn--link",
        ),
    }

    def context() -> dict[str, Any]:
        rows = list_departments(found)
        return {
            "city": found,
            "open": [(d, _rename(d)) for d in rows if d.closed_at is None],
            "closed": [d for d in rows if d.closed_at is not None],
        }

    return answer(request, "staff/city/departments.html", acts, context)


def _rename(department: Department) -> str:
    """Name the act that renames one department: a form of its own, which holds the names that it has."""
    return f"rename_{department.pk}"


def _rename_act(request: HttpRequest, department: Department) -> Act:
    return Act(
        forms.form_of(**_names()),
        lambda given: stay(do(request, verbs.rename, department, **given)),
        _("Rename"),
        _("Renamed, wherever it stands."),
        initial={"name": department.name, "name_fr": department.name_fr},
    )


def _names() -> dict[str, django_forms.Field]:
    return {
        "name": forms.line(_("Name of the department"), most=120),
        "name_fr": forms.line(_("The same in French"), required=False, most=120),
    }


def choice_of_department(rows: Iterable[Department]) -> django_forms.ChoiceField:
    """Make the field that asks for one of these departments."""
    pairs = [(str(d.pk), f"{in_language(d.municipality, 'name')}: {in_language(d, 'name')}") for d in rows]
    return forms.choice(_("Department"), pairs)


def open_departments(codes: Iterable[str]) -> dict[int, Department]:
    """Return the departments of these cities that are offered, by their row's number."""
    return {d.pk: d for d in list_open_departments(codes)}


def cities_without(codes: Iterable[str], *, actor: Actor) -> list[dict[str, Any]]:
    """List those of an actor's cities that have no department yet, with whether the actor, or who else, adds them."""
    wanted = set(codes)
    have = {d.municipality.code for d in list_open_departments(wanted)}
    return [
        {"city": city, "may_add": grants(actor.roles_at(city.code), Permission.DEPARTMENT_EDIT), "people": _who(city)}
        for city in list_own_municipalities(actor)
        if city.code in wanted - have
    ]


def _who(city: Municipality) -> str:
    names = {p.name for role in TABLE[Permission.DEPARTMENT_EDIT] for p in list_with_role([city.pk], role)}
    return ", ".join(sorted(names))
