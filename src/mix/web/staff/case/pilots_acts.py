"""What is done with a pilot: register it, ask, decide, extend it once, end it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mix.actions.case import pilots
from mix.data.models import Pilot
from mix.phrases.words import word
from mix.readers.case.pilots import find_extension, may_agree, may_edit, roles_to_speak_in, standing
from mix.readers.core.actors import Actor
from mix.rules.case.pilots import PilotState, Word
from mix.rules.core.access import Role
from mix.web.drawing.requests import now_of
from mix.web.drawing.showing import language
from mix.web.forms import fields
from mix.web.forms.acts import Act, Acts, Listed, do
from mix.web.forms.wordings import wording
from mix.web.staff.city.departments import ForDepartment, Givable

WRITTEN = (PilotState.DRAFT, PilotState.DECLARED)
OVER = (PilotState.ENDED, PilotState.OVERDUE)


@dataclass(frozen=True)
class Registrable(Givable):
    """The departments for which a pilot may be registered, and whether one that runs already is declared."""

    is_declared: bool


class Begin(ForDepartment[Registrable]):
    """Begin the record of a pilot."""

    label = _("Go on to the record")
    done = _("Registered. Now say what the register asks.")
    style = ""

    title = wording(fields.line(_("What is tried, in one line"), most=150), again=_("The same"))
    runs_already = fields.choice(
        _("Does it run already?"),
        [("no", _("No, it is planned")), ("yes", _("Yes: it is declared now"))],
        hint=_("Nobody is blamed for declaring. There are 30 days to complete the record."),
        radio=True,
    )

    @classmethod
    def first(cls, about: Registrable) -> Mapping[str, Any]:
        """Say what the person came for."""
        return {"runs_already": "yes" if about.is_declared else "no"}

    def run(self, request: HttpRequest) -> str:
        """Register it, and go on to its record."""
        facts = {**self.facts(), "runs_already": self.cleaned_data["runs_already"] == "yes"}
        return reverse("city-pilot", args=[do(request, pilots.register_pilot, self.chosen(), **facts).code])


class Ask(Act[Pilot]):
    """Put a complete record before its deciders."""

    label = _("Ask for approval")
    done = _("Asked. Whoever decides was told.")
    style = ""

    def run(self, request: HttpRequest) -> None:
        """Ask."""
        do(request, pilots.ask, self.about)


class TakeBack(Act[Pilot]):
    """Take a record back before it is decided."""

    label = _("Take it back and change it")
    done = _("Taken back. Words that were given must be given again.")

    def run(self, request: HttpRequest) -> None:
        """Take it back."""
        do(request, pilots.take_back, self.about)


class Stop(Act[Pilot]):
    """End a pilot before its time."""

    label = _("End it today")
    done = _("It has ended. The report is due within 30 days.")

    reason = fields.text(_("Why does it end now?"), rows=2)

    def run(self, request: HttpRequest) -> None:
        """End it."""
        do(request, pilots.stop, self.about, **self.cleaned_data)


@dataclass(frozen=True)
class Decidable:
    """A pilot that was asked for, and the roles in which somebody may speak of it."""

    pilot: Pilot
    roles: tuple[Role, ...]


class Say(Act[Decidable]):
    """Give a decider's word."""

    label = _("Give your word")
    done = _("Noted.")
    style = ""

    role = fields.choice(_("As"), [])
    word = fields.word_choice(_("Your word"), "pilot_word", radio=True)
    reason = fields.text(_("Reason, where you refuse"), required=False, rows=2)

    def fit(self) -> None:
        """Offer the roles whose word is missing."""
        fields.offer(self, "role", [(r.value, word("role", r.value, language())) for r in self.about.roles])

    def run(self, request: HttpRequest) -> None:
        """Say it."""
        given = self.cleaned_data
        facts = {"role": Role(given["role"]), "word": Word(given["word"]), "reason": given["reason"]}
        do(request, pilots.say, self.about.pilot, **facts)


class Extend(Act[Pilot]):
    """Ask for the one extension."""

    label = _("Ask for the one extension")
    done = _("Asked. Whoever decides on its value was told.")

    ends_on = fields.day(_("New last day"))
    reason = fields.text(_("Why?"), rows=2)

    def run(self, request: HttpRequest) -> None:
        """Ask for it."""
        do(request, pilots.ask_extension, self.about, **self.cleaned_data)


class Agree(Act[Pilot]):
    """Agree to the extension."""

    label = _("Agree to the extension")
    done = _("Extended.")
    style = ""

    def run(self, request: HttpRequest) -> None:
        """Agree."""
        do(request, pilots.agree_extension, self.about)


def pilot_acts(request: HttpRequest, found: Pilot, actor: Actor) -> Acts:
    """List what somebody may do with a pilot as it stands: who keeps it, who decides on it."""
    keeps, state = may_edit(found, actor), standing(found, now=now_of(request)).state
    acts: dict[str, Listed[Any]] = {}
    if keeps and state in WRITTEN:
        acts["ask"] = Listed(Ask, found)
    if keeps and state is PilotState.ASKED:
        acts["take_back"] = Listed(TakeBack, found)
    if keeps and state in (PilotState.APPROVED, PilotState.RUNNING):
        acts["stop"] = Listed(Stop, found)
    if state is PilotState.ASKED and (roles := roles_to_speak_in(found, actor)):
        acts["say"] = Listed(Say, Decidable(found, roles))
    if state is PilotState.RUNNING and keeps and find_extension(found) is None:
        acts["extend"] = Listed(Extend, found)
    if state is PilotState.RUNNING and may_agree(found, actor):
        acts["agree"] = Listed(Agree, found)
    return acts
