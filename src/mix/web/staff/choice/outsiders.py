"""Who is invited to a panel from outside of the cities: invite, send again, take back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mix.actions.choice import outsiders
from mix.data.models import Evaluation, PanelInvitation, Step
from mix.readers.case.challenges import spec_of
from mix.readers.choice.outsiders import SEATING, get_invited, list_invited
from mix.rules.choice.states import Seat
from mix.rules.core.access import Permission
from mix.web.forms import fields
from mix.web.forms.acts import Act, Acts, Listed, RowAct, do
from mix.web.forms.limits import Limit


class InviteOutsider(Act[Step]):
    """Invite somebody from outside of the cities to the panel."""

    label = _("Invite")
    done = _("The invitation was sent. It works once, for 14 days.")
    limit = Limit(by_person=60)
    needs = Permission.PANEL_APPOINT

    name = fields.line(_("Name"))
    email = fields.email(_("E-mail"))
    organization = fields.line(_("Organization"), hint=_("Where they work. It stands beside the name on the panel."))
    seat = fields.word_choice(_("Seat"), "role", Seat, radio=True)
    language = fields.choice(_("Language of the mail"), fields.languages)

    def fit(self) -> None:
        """Offer the chair where the method lets somebody from outside have it."""
        spec = spec_of(self.about).evaluation
        if spec is None or not spec.outside_chair:
            del self.fields["seat"]

    @classmethod
    def first(cls, about: Step) -> Mapping[str, Any]:  # noqa: ARG003 - the same for every panel
        """Most are no chair."""
        return {"seat": Seat.EVALUATOR}

    def run(self, request: HttpRequest) -> None:
        """Invite them."""
        do(request, outsiders.invite, self.about, **self.cleaned_data)


class SendSeatAgain(RowAct[Evaluation]):
    """Send an invitation to the panel again."""

    label = _("Send again")
    done = _("Sent again. The link that was sent before opens nothing more.")
    limit = Limit(by_person=20)
    style = "btn--link"
    needs = Permission.PANEL_APPOINT

    def run(self, request: HttpRequest) -> None:
        """Send it."""
        do(request, outsiders.send_again, get_invited(self.about, self.row))


class WithdrawSeat(RowAct[Evaluation]):
    """Take an invitation to the panel back."""

    label = _("Withdraw")
    done = _("Withdrawn. Its link says so from now on.")
    style = "btn--link"
    needs = Permission.PANEL_APPOINT

    def run(self, request: HttpRequest) -> None:
        """Take it back."""
        do(request, outsiders.withdraw, get_invited(self.about, self.row))


def outsider_acts(step: Step, evaluation: Evaluation | None) -> Acts:
    """Return what is done about people from outside while anybody may take a seat."""
    if evaluation is None:
        return {"invite_outsider": Listed(InviteOutsider, step)}
    if evaluation.phase not in SEATING:
        return {}
    return {
        "invite_outsider": Listed(InviteOutsider, step),
        "seat_again": Listed(SendSeatAgain, evaluation),
        "seat_back": Listed(WithdrawSeat, evaluation),
    }


def invited_rows(evaluation: Evaluation, *, now: datetime) -> list[tuple[PanelInvitation, bool]]:
    """Return who is invited and does not sit, each with whether the invitation has expired."""
    return [(i, i.declined_at is None and i.expires_at <= now) for i in list_invited(evaluation)]
