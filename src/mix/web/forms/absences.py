"""The forms by which somebody of a city's staff is away, on their own page and on that of the city's people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mix.actions.city import absences
from mix.data.models import Municipality, Person, StaffRole
from mix.phrases.words import word
from mix.readers.core.absences import Entered, get_absence_in, get_absence_of, get_asked
from mix.rules.core.access import Permission
from mix.web.drawing.showing import in_language, language
from mix.web.forms import fields
from mix.web.forms.acts import Act, RowAct, do


@dataclass(frozen=True)
class AbsencesContext:
    """What a page draws of absences: those that last or come, and the last of those that are over."""

    absences: Sequence[Entered]
    over: Sequence[Entered]


def drawn(found: Sequence[Entered]) -> AbsencesContext:
    """Return what a page draws of some absences."""
    return AbsencesContext([one for one in found if not one.is_over], [one for one in found if one.is_over])


@dataclass(frozen=True)
class Offer:
    """For which duties somebody may be away, and who may stand in."""

    duties: Sequence[StaffRole]
    deputies: Sequence[StaffRole]


class BeAway(Act[Offer]):
    """Say from when to when one is away, and who stands in."""

    label = _("Enter the absence")
    done = _("Entered. Whoever is asked to stand in was told by mail, and you are told what they say.")

    duty = fields.choice(_("As what"), [])
    first_on = fields.day(_("First day"))
    last_on = fields.day(_("Last day"))
    deputy = fields.choice(
        _("Who stands in"), [], hint=_("Somebody with the same role. They act in their own name, as they may already.")
    )

    def fit(self) -> None:
        """Offer the duties, and everybody who has one of them, with their roles."""
        fields.offer(self, "duty", [(str(d.pk), self.named(d)) for d in self.about.duties])
        people: dict[str, tuple[str, list[str]]] = {}
        for duty in self.about.deputies:
            people.setdefault(duty.person.code, (duty.person.name, []))[1].append(word("role", duty.role, language()))
        fields.offer(
            self, "deputy", [(code, ", ".join((name, *dict.fromkeys(roles)))) for code, (name, roles) in people.items()]
        )

    @staticmethod
    def named(duty: StaffRole) -> str:
        """Return how a duty stands among the own ones."""
        return f"{word('role', duty.role, language())}, {in_language(duty.municipality, 'name')}"

    def run(self, request: HttpRequest) -> None:
        """Enter it."""
        given = self.cleaned_data
        duty = next(d for d in self.about.duties if str(d.pk) == given["duty"])
        deputy = next(d.person for d in self.about.deputies if d.person.code == given["deputy"])
        do(request, absences.enter, duty, deputy=deputy, first_on=given["first_on"], last_on=given["last_on"])


class EnterAway(BeAway):
    """Say it of somebody else, as who manages a city's people."""

    needs = Permission.PEOPLE_MANAGE

    def fit(self) -> None:
        """Offer everybody with each of their duties."""
        super().fit()
        self.fields["duty"].label = gettext("Who is away, and as what")

    @staticmethod
    def named(duty: StaffRole) -> str:
        """Return how a duty stands among those of all."""
        return f"{duty.person.name}, {word('role', duty.role, language())}"


class StandIn(RowAct[Person]):
    """Accept to stand in, as who was asked."""

    label = _("Stand in")
    done = _("You stand in. Whoever is away was told.")
    style = ""

    def run(self, request: HttpRequest) -> None:
        """Accept."""
        do(request, absences.accept, get_asked(self.about, self.row))


class Decline(RowAct[Person]):
    """Decline to stand in, or stand in no longer."""

    label = _("Decline")
    done = _("Declined. Whoever is away was told, and asks somebody else.")

    def run(self, request: HttpRequest) -> None:
        """Decline."""
        do(request, absences.decline, get_asked(self.about, self.row))


class EndOwn(RowAct[Person]):
    """End one's own absence early, or withdraw it."""

    label = _("End or withdraw")
    done = _("Ended. Whoever stood in was told by mail.")
    style = "btn--link"

    def run(self, request: HttpRequest) -> None:
        """End it."""
        do(request, absences.end, get_absence_of(self.about, self.row))


class EndOfOther(RowAct[Municipality]):
    """End somebody's absence early, or withdraw it, as who manages a city's people."""

    label = EndOwn.label
    done = EndOwn.done
    style = EndOwn.style
    needs = Permission.PEOPLE_MANAGE

    def run(self, request: HttpRequest) -> None:
        """End it."""
        do(request, absences.end, get_absence_in(self.about, self.row))
