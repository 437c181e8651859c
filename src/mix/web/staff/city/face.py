"""How a city appears on its public pages and letters: its name, where it is reached, its colours, its logo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from mix.actions.city import letterheads
from mix.data.models import Letterhead, Municipality
from mix.readers.city.letterheads import find_letterhead
from mix.readers.city.municipalities import get_own_municipality
from mix.rules.core.access import Permission
from mix.web.drawing.requests import signed_in
from mix.web.forms import fields
from mix.web.forms.acts import Act, Acts, Listed, do, show, take
from mix.web.forms.wordings import wording


@dataclass(frozen=True)
class Face:
    """A city, and what is there of how it appears."""

    city: Municipality
    head: Letterhead | None


class Describe(Act[Face]):
    """Say what the city is called and where it is reached."""

    label = _("Save")
    done = _("Saved. Public pages and letters show it from now on.")
    style = ""

    name = wording(fields.line(_("Name of the city"), most=100), again=_("The same"))
    address = fields.text(_("Postal address"), hint=_("As on an envelope, one line each."), rows=4)
    email = fields.email(_("E-mail for questions"), hint=_("Of a team rather than a person: it is public."))
    phone = fields.line(_("Telephone"), required=False, most=40)
    posting_address = forms.URLField(
        label=_("Where official notices are posted"),
        help_text=_("The page of the city’s own site, or of the service, that the by-law names."),
        max_length=300,
        assume_scheme="https",
        validators=[fields.check_line],
    )

    @classmethod
    def first(cls, about: Face) -> Mapping[str, Any]:
        """Show what is kept."""
        head = about.head
        kept = {"address": head.address, "email": head.email, "phone": head.phone} if head else {}
        return {"name": about.city.wording("name"), "posting_address": about.city.posting_address, **kept}

    def run(self, request: HttpRequest) -> None:
        """Save it."""
        do(request, letterheads.describe, self.about.city, **self.cleaned_data)


class Colour(Act[Face]):
    """Choose the city's colours."""

    label = _("Use these colours")
    done = _("The city’s public pages have these colours from now on.")

    colour = fields.line(
        _("Links and buttons"),
        hint=_("As #0b5d6b. At least 4.5 to 1 against the ground of the pages. Empty: the site’s own."),
        required=False,
        most=20,
    )
    accent = fields.line(
        _("The line above the city’s name"),
        hint=_("At least 3 to 1. Empty: the site’s own."),
        required=False,
        most=20,
    )

    @classmethod
    def first(cls, about: Face) -> Mapping[str, Any]:
        """Show what is kept."""
        kept = {"colour": about.head.colour, "accent": about.head.accent} if about.head else {}
        return {name: f"#{digits}" for name, digits in kept.items() if digits}

    def run(self, request: HttpRequest) -> None:
        """Choose them."""
        do(request, letterheads.set_colours, self.about.city, **self.cleaned_data)


class SetLogo(Act[Face]):
    """Set the city's logo."""

    label = _("Set the logo")
    done = _("Set. What the file held beside the picture was left out.")

    logo = fields.small_file(_("Logo"), hint=_("PNG or JPEG, up to 200 KB, each side 32 to 2,000 pixels."))
    alt = wording(
        fields.line(_("What the logo says, for those who do not see it"), hint=_("Such as: City of Guelph."), most=150),
        again=_("The same"),
    )

    def run(self, request: HttpRequest) -> None:
        """Set it."""
        content, alt = self.cleaned_data["logo"].read(), self.cleaned_data["alt"]
        do(request, letterheads.set_logo, self.about.city, content=content, alt=alt)


class DropLogo(Act[Face]):
    """Show the city by its name alone."""

    label = _("Remove the logo")
    done = _("Removed.")
    style = "btn--link"

    def run(self, request: HttpRequest) -> None:
        """Remove it."""
        do(request, letterheads.drop_logo, self.about.city)


@dataclass(frozen=True)
class FaceContext:
    """What the page draws."""

    city: Municipality
    head: Letterhead | None


def face(request: HttpRequest, city: str) -> HttpResponse:
    """What do vendors and residents see of us?"""
    found = get_own_municipality(city, actor=signed_in(request), needs=Permission.CITY_EDIT)
    about = Face(found, find_letterhead(found))
    acts: Acts = {
        "describe": Listed(Describe, about),
        "colour": Listed(Colour, about),
        "logo": Listed(SetLogo, about),
    }
    if about.head and about.head.logo_type:
        acts = {**acts, "drop": Listed(DropLogo, about)}
    taken = take(request, acts)
    if isinstance(taken, HttpResponse):
        return taken
    return show(request, "staff/city/face.html", taken, FaceContext(found, find_letterhead(found)))
