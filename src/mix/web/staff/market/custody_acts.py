"""What is done with a key in split custody: name its holders, take and show a share, type it, open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mix.actions.market import custody, openings
from mix.data.models import CustodyShare, Municipality, Person, Solicitation
from mix.rules.core.access import Permission
from mix.rules.core.kinds import Envelope
from mix.web.forms import fields
from mix.web.forms.acts import Act, do

T = TypeVar("T")

PLACES = {"first": _("First share"), "second": _("Second share"), "third": _("Third share")}


@dataclass(frozen=True)
class Keyless(Generic[T]):
    """What a key is made for, and who may hold a share of it."""

    of: T
    people: tuple[Person, ...]


class NameHolders(Act[Keyless[T]]):
    """Make a key by naming three holders."""

    label = _("Make the key")
    done = _("Made. Each holder was asked to take a share.")

    def fit(self) -> None:
        """Ask for a holder of each share."""
        pairs = [("", "–"), *((p.code, p.name) for p in self.about.people)]
        for place, label in PLACES.items():
            self.fields[place] = fields.choice(label, pairs)

    def holders(self) -> list[Person]:
        """Return who was named, by the number of the share."""
        by_code = {person.code: person for person in self.about.people}
        return [by_code[self.cleaned_data[place]] for place in PLACES]


class MakeKey(NameHolders[Solicitation]):
    """Make the key of a call."""

    needs = Permission.SOLICITATION_PUBLISH

    def run(self, request: HttpRequest) -> None:
        """Make it."""
        do(request, custody.make_key, self.about.of, holders=self.holders())


class MakeRecoveryKey(NameHolders[Municipality]):
    """Make the recovery key of a city."""

    needs = Permission.DELEGATION_EDIT

    def run(self, request: HttpRequest) -> None:
        """Make it."""
        do(request, custody.make_recovery_key, self.about.of, holders=self.holders())


class Probe(Act[CustodyShare]):
    """What a holder shows by typing two words of a share."""

    def fit(self) -> None:
        """Ask for the two words that are asked for now."""
        for name, place in zip(("first", "second"), custody.probe_in(self.about).positions, strict=True):
            self.fields[name] = fields.line(gettext("Word %(n)d") % {"n": place}, most=20)


class TakeShare(Probe):
    """Take a share."""

    label = _("I have written them down")
    done = _("Yours alone now.")

    def run(self, request: HttpRequest) -> None:
        """Take it."""
        do(request, custody.take_share, self.about, **self.cleaned_data)


class ShowPossession(Probe):
    """Show before closing that a share is there."""

    label = _("Show that I have it")
    done = _("Thank you: your share is at hand.")

    def run(self, request: HttpRequest) -> None:
        """Show it."""
        do(request, custody.check_possession, self.about, **self.cleaned_data)


class Rehearse(Act[CustodyShare]):
    """Type a share at the rehearsal."""

    label = _("Check my words")
    done = _("Your share holds.")
    style = ""

    words = fields.words(_("Your 33 words"))

    def run(self, request: HttpRequest) -> None:
        """Try it."""
        do(request, custody.rehearse, self.about, words=self.cleaned_data["words"])


class OfferShare(Act[Solicitation]):
    """Type a share for the opening of a call."""

    label = _("Check my words")
    done = _("Your share is accepted. It is held for half an hour, in memory only.")
    style = ""

    words = fields.words(_("Your 33 words"))

    def run(self, request: HttpRequest) -> None:
        """Offer it."""
        do(request, custody.offer_share, self.about, words=self.cleaned_data["words"])


class OpenEnvelopes(Act[Solicitation]):
    """Open the technical envelopes of a call."""

    label = _("Open the envelopes")
    done = _("Opened. Every vendor was told.")
    style = ""
    needs = Permission.ENVELOPE_OPEN
    envelope = Envelope.TECHNICAL

    sure = fields.yes(_("Opening is recorded and cannot be undone."), required=True)

    def run(self, request: HttpRequest) -> None:
        """Open them."""
        do(request, openings.open_envelopes, self.about, envelope=self.envelope)


class OpenPrices(OpenEnvelopes):
    """Open the price envelopes of a call."""

    label = _("Open the prices")
    envelope = Envelope.PRICE
