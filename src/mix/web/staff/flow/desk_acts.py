"""What begins on the desk: needs and what is decided of them, a challenge, and what another city takes over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mix.actions.case import challenges, copying, pilots
from mix.actions.delivery import milestones
from mix.data.models import Challenge, MethodVersion, Municipality, Need, Pilot
from mix.phrases.words import word
from mix.phrases.words import wording as wording_of
from mix.readers.case.needs import get_need
from mix.readers.case.pilots import get_pilot
from mix.readers.city.methods import get_latest, method_of
from mix.rules.core.access import Permission
from mix.rules.core.kinds import Route
from mix.rules.core.unmet import require
from mix.web.drawing.requests import actor_of
from mix.web.drawing.showing import in_language, language, titled
from mix.web.forms import fields
from mix.web.forms.acts import Act, do
from mix.web.forms.wordings import wording
from mix.web.staff.city.departments import ForDepartment, Givable


class ReportNeed(ForDepartment[Givable]):
    """Report a problem to a department."""

    label = _("Report the problem")
    done = _("Reported. The department decides, and you are told.")
    style = ""

    title = fields.line(_("The problem in one line"), most=150)
    what = fields.text(_("What happens?"), hint=_("Say what you see. No product and no solution yet."))
    who = fields.text(_("Who suffers from it?"), rows=2)
    cost = fields.text(_("What does it cost, in money or time?"), required=False, rows=2)
    tried = fields.text(_("What was tried?"), required=False, rows=2)

    def run(self, request: HttpRequest) -> str:
        """Report it, and go there."""
        made = do(request, challenges.report_need, self.chosen(), **self.facts())
        return reverse("city-need", args=[made.code])


class DeclineNeed(Act[Need]):
    """Decline a need, with a reason."""

    label = _("Decline")
    done = _("Declined. The reporter was told why.")
    needs = Permission.NEED_DECIDE

    reason = fields.text(_("Reason"), hint=_("The reporter is told."), rows=2)

    def run(self, request: HttpRequest) -> None:
        """Decline it."""
        do(request, challenges.decline_need, self.about, **self.cleaned_data)


@dataclass(frozen=True)
class Mergeable:
    """A need, and the open needs that may be the same problem."""

    need: Need
    others: tuple[Need, ...]


class MergeNeed(Act[Mergeable]):
    """Say that a need is the same problem as another."""

    label = _("Merge")
    done = _("Merged.")
    needs = Permission.NEED_DECIDE

    into = fields.choice(_("The same problem as"), [])

    def fit(self) -> None:
        """Offer the other needs."""
        fields.offer(self, "into", [(n.code, n.title) for n in self.about.others])

    def run(self, request: HttpRequest) -> None:
        """Merge it."""
        into = next(n for n in self.about.others if n.code == self.cleaned_data["into"])
        do(request, challenges.merge_need, self.about.need, into=into)


@dataclass(frozen=True)
class Beginnable:
    """Who may lead a challenge, which cities may take part, by which methods it runs, and what it comes from.

    With the words of one of `sources` it may begin; `begun_from` is the one that the address names. `is_example`: with
    sample words, by a city that tries.
    """

    cities: tuple[Municipality, ...]
    others: tuple[Municipality, ...]
    methods: tuple[MethodVersion, ...]
    need: Need | None = None
    pilot: Pilot | None = None
    sources: tuple[Challenge, ...] = ()
    begun_from: str = ""
    is_example: bool = False

    @property
    def offered(self) -> list[tuple[str, str]]:
        """Return the challenges from which this one may begin: their codes, and what they are called."""
        return [(c.code, f"{in_language(c, 'title')}, {in_language(c.municipality, 'name')}") for c in self.sources]

    @property
    def ways(self) -> list[tuple[str, str]]:
        """Return every method with each of its routes: what is posted, and what it is called."""
        return [
            (f"{v.key}:{route}", titled(method.title.in_(language()), word("route", route, language())))
            for v in self.methods
            for method in [method_of(v)]
            for route in method.routes
        ]


class BeginChallenge(Act[Beginnable]):
    """Begin a challenge, after a need or a pilot or out of nothing."""

    label = _("Begin the challenge")
    done = _("The challenge has begun.")
    style = ""

    city = fields.choice(_("Lead city"), [])
    source = fields.optional_choice(
        _("Begin from another challenge"),
        [],
        hint=_(
            "Its documents and calls begin with the words that stand there, and each box says so. Dates, amounts, "
            "people and yes-or-no answers stay empty. Of another city only what is public is copied."
        ),
    )
    title = wording(fields.line(_("Title"), most=120))
    question = wording(
        fields.text(_("How might we …?"), hint=_("One sentence, no product and no brand."), rows=2),
        again=_("The question"),
    )
    way = fields.choice(
        _("Method and route"), [], hint=_("The route is frozen by the first public notice."), radio=True
    )
    route_reason = fields.text(_("Why this route?"), rows=2)
    need = fields.hidden(required=False)
    pilot = fields.hidden(required=False)

    def fit(self) -> None:
        """Offer the cities and the methods, and ask for the share of every other city."""
        fields.offer(self, "city", [(c.code, c.name) for c in self.about.cities])
        fields.offer(self, "way", self.about.ways)
        if self.about.sources:
            fields.offer(self, "source", [fields.UNSAID, *self.about.offered])
        else:
            del self.fields["source"]
        for city in self.about.others:
            share = fields.number(gettext("%(city)s takes part, share in percent") % {"city": city.name}, most=99)
            share.required = False
            self.fields[_share(city)] = share

    @classmethod
    def first(cls, about: Beginnable) -> Mapping[str, Any]:
        """Begin with what the need or the pilot is called, and from the challenge that the address names."""
        first: dict[str, Any] = {"source": about.begun_from} if about.begun_from else {}
        if about.is_example:
            first |= {name: wording_of("example", name) for name in ("title", "question")}
            first["route_reason"] = word("example", "route_reason", language())
        if about.pilot:
            return {**first, "pilot": about.pilot.code, "title": about.pilot.wording("title")}
        return {**first, "need": about.need.code, "title": about.need.title} if about.need else first

    def run(self, request: HttpRequest) -> str:
        """Begin it, and go there."""
        given, actor = self.cleaned_data, actor_of(request)
        lead = next(c for c in self.about.cities if c.code == given["city"])
        key, _sep, route = given["way"].partition(":")
        code = slugify(given["title"].en)[:50]
        require(bool(code), "answer_missing", field="title")
        facts = {
            "code": f"{lead.code}-{code}"[:60],
            "method": get_latest(key),
            "route": Route(route),
            "partners": self.partners(),
            **{name: given[name] for name in ("title", "question", "route_reason")},
        }
        pilot = get_pilot(given["pilot"], actor=actor) if given["pilot"] else None
        need = get_need(given["need"], actor=actor) if given["need"] and not pilot else None
        if source := given.get("source"):
            made = do(request, copying.begin_from, lead, source=source, need=need, pilot=pilot, **facts)
        elif pilot:
            made = do(request, pilots.convert, pilot, **facts)
        else:
            made = do(request, challenges.commission, lead, need=need, **facts)
        return reverse("city-challenge", args=[made.code])

    def partners(self) -> list[challenges.City]:
        """Return the other cities that were given a share."""
        given = self.cleaned_data
        return [challenges.City(c, share) for c in self.about.others if (share := given.get(_share(c)))]


def _share(city: Municipality) -> str:
    return f"share_{city.code}"


@dataclass(frozen=True)
class Offered:
    """A challenge whose outcomes were measured, and the cities of somebody that took no part in it."""

    challenge: Challenge
    cities: tuple[Municipality, ...]


class AskToTakeOver(Act[Offered]):
    """Ask, as another city, to take over what worked."""

    label = _("Ask to take over")
    done = _("The city was told.")
    style = ""

    city = fields.choice(_("City"), [])
    note = fields.text(_("What would you like to take over?"), rows=2)

    def fit(self) -> None:
        """Offer the person's cities."""
        fields.offer(self, "city", [(c.code, c.name) for c in self.about.cities])

    def run(self, request: HttpRequest) -> None:
        """Ask."""
        city = next(c for c in self.about.cities if c.code == self.cleaned_data["city"])
        do(request, milestones.take_over, self.about.challenge, city=city, note=self.cleaned_data["note"])
