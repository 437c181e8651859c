"""A city's own settings: who has which duty, and who may approve how much."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from mix.actions.city import identities, municipalities, people
from mix.actions.flow.succession import end_role
from mix.data.models import Municipality, StaffRole
from mix.readers.city.identities import list_duties, list_providers
from mix.readers.city.municipalities import (
    get_own_municipality,
    list_bands,
    list_invitations,
    list_own_municipalities,
    list_staff,
)
from mix.readers.core.errors import Forbidden, Unknown
from mix.rules.city.delegation import Band
from mix.rules.core.access import Permission, Role, grants
from mix.rules.core.kinds import OutageRule
from mix.web.parts import forms
from mix.web.parts.acts import do
from mix.web.parts.loose import Act, answer, stay
from mix.web.parts.pages import signed_in

GIVEN_ROLES = tuple(r.value for r in Role if r not in (Role.CHAIR, Role.PARTNER_CITY, Role.VENDOR))
BAND_ROLES = (
    Role.PROCUREMENT_OFFICER,
    Role.PROCUREMENT_MANAGER,
    Role.SPONSOR,
    Role.FINANCE,
    Role.AUTHORITY,
    Role.COUNCIL,
)
ROWS = 6


def cities(request: HttpRequest) -> HttpResponse:
    """The cities whose settings this person may change."""
    actor = signed_in(request)
    rows = [
        (
            city,
            grants(actor.roles_at(city.code), Permission.PEOPLE_MANAGE),
            grants(actor.roles_at(city.code), Permission.DELEGATION_EDIT),
            grants(actor.roles_at(city.code), Permission.BYLAW_SIGN),
            grants(actor.roles_at(city.code), Permission.METHOD_EDIT),
            grants(actor.roles_at(city.code), Permission.DEPARTMENT_EDIT),
        )
        for city in list_own_municipalities(actor)
    ]
    if not any(any(row[1:]) for row in rows):
        raise Forbidden(Permission.PEOPLE_MANAGE) if actor.is_staff else Unknown
    return render(request, "staff/city/settings.html", {"rows": rows})


def staff(request: HttpRequest, city: str) -> HttpResponse:
    """Who has which duty; invite, end."""
    actor = signed_in(request)
    found = get_own_municipality(city, actor=actor, needs=Permission.PEOPLE_MANAGE)

    acts = {
        "invite": Act(
            forms.form_of(
                email=forms.email(_("E-mail")),
                role=forms.word_choice(_("Role"), "role", GIVEN_ROLES),
                language=forms.choice(_("Language of the mail"), forms.LANGUAGES),
            ),
            lambda given: stay(do(request, people.invite_staff, found, **{**given, "role": Role(given["role"])})),
            _("Invite"),
            _("The invitation was sent. It works once, for 14 days."),
            style="",
        ),
        "end": _end_act(request, found),
    }
    return answer(
        request,
        "staff/city/staff.html",
        {**acts, **_group_acts(request, found)},
        lambda: {
            "city": found,
            "staff": list_staff(found),
            "invitations": list_invitations(found),
            "providers": list_providers(found),
            "duties": list_duties(found),
        },
    )


def _end_act(request: HttpRequest, city: Municipality) -> Act:
    """Return the act that ends a role, and hands it over where work waits for it."""
    rows = list_staff(city)
    names = sorted({(r.person.code, r.person.name) for r in rows}, key=lambda pair: pair[1])

    def end(given: dict[str, Any]) -> None:
        row = (
            StaffRole.objects.filter(
                municipality=city, ended_at=None, pk=int(given["item"]) if given["item"].isdigit() else 0
            )
            .select_related("municipality", "person")
            .first()
        )
        if row is None:
            raise Unknown
        successor = next((r.person for r in rows if r.person.code == given["successor"]), None)
        do(request, end_role, row, reason=given["reason"], successor=successor)

    return Act(
        forms.form_of(
            item=forms.hidden(),
            reason=forms.line(_("Reason")),
            successor=forms.optional_choice(
                _("Who takes over"), names, hint=_("They get the role and are told what waits.")
            ),
        ),
        end,
        _("End this role"),
        _("Ended."),
    )


def _group_acts(request: HttpRequest, city: Municipality) -> dict[str, Act]:
    """Return the acts by which groups of the city's own sign-in service get duties; none without a service."""
    providers = {p.key: p for p in list_providers(city)}

    def drop(given: dict[str, Any]) -> None:
        row = next((d for d in list_duties(city) if str(d.pk) == given["item"]), None)
        if row is None:
            raise Unknown
        do(request, identities.drop_group, row)

    def add(given: dict[str, Any]) -> None:
        do(request, identities.map_group, providers[given["at"]], group=given["group"], role=Role(given["role"]))

    if not providers:
        return {}
    return {
        "map": Act(
            forms.form_of(
                at=forms.choice(_("Sign-in service"), [(p.key, p.name) for p in providers.values()]),
                group=forms.line(_("Group"), hint=_("As the service names it; often a long identifier.")),
                role=forms.word_choice(_("Role"), "role", GIVEN_ROLES),
            ),
            add,
            _("Give the role to this group"),
            _("Its members have the role from their next sign-in on."),
        ),
        "drop": Act(
            forms.form_of(item=forms.hidden()),
            drop,
            _("Take the role away"),
            _("Its members lose the role when they sign in next."),
            style="btn--link",
        ),
    }


def authority(request: HttpRequest, city: str) -> HttpResponse:
    """Who may approve how much: the table by which gates find their decider."""
    actor = signed_in(request)
    found = get_own_municipality(city, actor=actor, needs=Permission.DELEGATION_EDIT)
    present = list_bands(found)

    def set_bands(given: dict[str, Any]) -> None:
        bands = [
            Band(None if given[f"open{n}"] else given[f"limit{n}"], Role(given[f"role{n}"]))
            for n in range(ROWS)
            if given[f"open{n}"] or given[f"limit{n}"]
        ]
        do(request, municipalities.set_bands, found, bands=bands, source=given["source"])

    fields: dict[str, Any] = {}
    initial: dict[str, Any] = {"source": present[0].source if present else ""}
    for n in range(ROWS):
        fields[f"limit{n}"] = forms.money(_("Row %(n)d: up to") % {"n": n + 1}, required=False)
        fields[f"open{n}"] = forms.yes(_("Without limit"))
        fields[f"role{n}"] = forms.word_choice(_("Decides"), "role", BAND_ROLES)
        if n < len(present):
            initial |= {
                f"limit{n}": present[n].up_to_cents,
                f"open{n}": present[n].up_to_cents is None,
                f"role{n}": present[n].role,
            }
    fields["source"] = forms.line(_("By-law and section"), hint=_("Where this table comes from."))
    acts = {
        "set": Act(
            forms.form_of(**fields),
            set_bands,
            _("Set the table"),
            _("Set. Gates use it from now on."),
            initial=initial,
            style="",
        ),
        "outage": Act(
            forms.form_of(rule=forms.word_choice(_("In calls that are published from now on"), "outage", radio=True)),
            lambda given: stay(do(request, municipalities.set_outage_rule, found, rule=OutageRule(given["rule"]))),
            _("Set the rule"),
            _("Set. It is printed in every notice from now on."),
            initial={"rule": found.outage_rule},
        ),
    }
    return answer(request, "staff/city/authority.html", acts, lambda: {"city": found, "bands": list_bands(found)})
