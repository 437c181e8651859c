"""Practice evaluators of a panel that tries: seated and played from the panel's own page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mix.actions.choice import practice_seats
from mix.data.models import Evaluation, PanelMember, Step
from mix.readers.choice.evaluations import panel_of
from mix.readers.choice.outsiders import SEATING
from mix.readers.core.errors import Unknown
from mix.rules.choice.states import Seat
from mix.rules.core.access import Permission
from mix.rules.core.practice import is_practice_address
from mix.web.drawing.requests import signed_in
from mix.web.forms import fields
from mix.web.forms.acts import Act, Acts, Listed, RowAct, do
from mix.web.frame.playing import begin_to_play


class SeatPractice(Act[Step]):
    """Seat a practice evaluator."""

    label = _("Seat a practice evaluator")
    done = _("Seated. Play it to see what the panel sees.")
    needs = Permission.PANEL_APPOINT

    seat = fields.word_choice(_("Seat"), "role", Seat, radio=True)

    @classmethod
    def first(cls, about: Step) -> Mapping[str, Any]:  # noqa: ARG003 - the same for every panel
        """Most are no chair."""
        return {"seat": Seat.EVALUATOR}

    def run(self, request: HttpRequest) -> None:
        """Seat it."""
        do(request, practice_seats.seat, self.about, seat=Seat(self.cleaned_data["seat"]))


class PlayMember(RowAct[Evaluation]):
    """Play a practice evaluator."""

    label = _("Play it")
    style = "btn--link"
    needs = Permission.PANEL_APPOINT

    def run(self, request: HttpRequest) -> str:
        """Sign in as it."""
        player = signed_in(request).someone
        member = next((m for m in practising(self.about) if str(m.pk) == self.row), None)
        if member is None:
            raise Unknown
        member.evaluation = self.about
        begin_to_play(request, do(request, practice_seats.play, member), player=player)
        step = self.about.step
        return reverse("evaluator-evaluation", args=[step.challenge.code, step.key])


def practising(evaluation: Evaluation | None) -> list[PanelMember]:
    """List the members of a panel that are practice evaluators."""
    return [m for m in panel_of(evaluation) if is_practice_address(m.person.email)] if evaluation else []


def practice_acts(step: Step, evaluation: Evaluation | None) -> Acts:
    """Return what is done about practice evaluators of a challenge that tries; nothing elsewhere."""
    if not step.challenge.is_trial:
        return {}
    acts: dict[str, Listed[Any]] = {}
    if evaluation is None or evaluation.phase in SEATING:
        acts["seat_practice"] = Listed(SeatPractice, step)
    if evaluation is not None and practising(evaluation):
        acts["play_member"] = Listed(PlayMember, evaluation)
    return acts
