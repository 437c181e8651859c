"""What somebody follows: words, a city, or both; a mail comes when such a call is out that everybody may answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from mix.actions.market import following
from mix.data.models import Follow, Municipality, Person
from mix.readers.city.municipalities import list_live_municipalities
from mix.readers.core.outbox import paces_chosen
from mix.readers.market.following import get_follow, list_follows
from mix.rules.core.mails import MailKind, Pace
from mix.rules.market.following import LENGTH
from mix.web.drawing.requests import signed_in
from mix.web.drawing.showing import in_language
from mix.web.forms import fields
from mix.web.forms.acts import Act, Listed, RowAct, do, show, take


@dataclass(frozen=True)
class Followable:
    """The cities that may be followed, and what was looked for on the page from which somebody came."""

    cities: tuple[Municipality, ...]
    words: str = ""
    city: str = ""


class FollowSubject(Act[Followable]):
    """Follow calls that say some words, of one city, or both."""

    label = _("Follow")
    done = _("You follow it. A mail comes when such a call is published.")
    style = ""

    words = fields.line(
        _("Words"),
        hint=_("All of them stand in the call, its title or its question. In either language."),
        required=False,
        most=LENGTH,
    )
    city = fields.optional_choice(_("City"), [])

    def fit(self) -> None:
        """Offer the cities."""
        pairs = [(c.code, in_language(c, "name")) for c in self.about.cities]
        fields.offer(self, "city", [("", _("Every city")), *pairs])

    @classmethod
    def first(cls, about: Followable) -> Mapping[str, Any]:
        """Begin with what was looked for."""
        return {"words": about.words, "city": about.city}

    def run(self, request: HttpRequest) -> None:
        """Follow it."""
        city = next((c for c in self.about.cities if c.code == self.cleaned_data["city"]), None)
        do(request, following.follow, words=self.cleaned_data["words"], city=city)


class Unfollow(RowAct[Person]):
    """Follow something no longer."""

    label = _("Follow no longer")
    done = _("You follow it no longer.")
    style = "btn--link"

    def run(self, request: HttpRequest) -> None:
        """End it."""
        do(request, following.unfollow, get_follow(self.about, self.row))


@dataclass(frozen=True)
class FollowsContext:
    """What the page draws of what somebody follows, and how often its mails come."""

    follows: Sequence[Follow]
    pace: Pace


def follows(request: HttpRequest) -> HttpResponse:
    """Of which calls do I get a mail?"""
    person = signed_in(request).someone
    asked = {key: request.GET.get(key, "").strip()[:LENGTH] for key in ("q", "city")}
    about = Followable(tuple(list_live_municipalities()), asked["q"], asked["city"])
    taken = take(request, {"follow": Listed(FollowSubject, about), "unfollow": Listed(Unfollow, person)})
    if isinstance(taken, HttpResponse):
        return taken
    taken.own = ("follow",)
    pace = paces_chosen(person.code)[MailKind.FOLLOWS]
    return show(request, "entry/follows.html", taken, FollowsContext(list_follows(person), pace))
