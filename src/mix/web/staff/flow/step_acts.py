"""What anybody may do on any step, whatever its kind: ask, sign, comment, note hours and lessons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mix.actions.case import documents
from mix.actions.flow import moves
from mix.actions.knowledge import lessons
from mix.data.models import Challenge, Step
from mix.phrases.words import word
from mix.readers.case.challenges import list_cities, spec_of
from mix.readers.case.documents import get_comment
from mix.readers.city.municipalities import get_municipality
from mix.readers.flow.moves import duties_of
from mix.rules.case.states import ChallengeStatus
from mix.rules.city.kinds import kind_of
from mix.rules.core.access import Permission, Role, grants
from mix.rules.core.kinds import Decision, StepState
from mix.web.drawing.requests import actor_of
from mix.web.drawing.showing import language
from mix.web.forms import fields
from mix.web.forms.acts import Act, Acts, Listed, RowAct, do, granted
from mix.web.forms.kinds import is_under_way
from mix.web.forms.wordings import wording


class Complete(Act[Step]):
    """Complete a step that has no gate."""

    label = _("Complete this step")
    done = _("The step is complete.")
    style = ""

    def run(self, request: HttpRequest) -> None:
        """Complete it."""
        do(request, moves.ask, self.about)


class AskForGate(Complete):
    """Ask for the gate of a step."""

    done = _("The deciders were told.")


class Skip(Act[Step]):
    """Leave a step out, with a reason."""

    label = _("Leave this step out")
    done = _("Left out, with your reason.")

    reason = fields.text(_("Reason"), rows=2)

    def run(self, request: HttpRequest) -> None:
        """Leave it out."""
        do(request, moves.skip, self.about, **self.cleaned_data)


class WriteComment(Act[Step]):
    """Comment on an artifact."""

    label = _("Comment")
    done = _("Your comment stands beside the text.")
    needs = Permission.DOCUMENT_COMMENT

    text = fields.text(_("Comment"), rows=2)

    def run(self, request: HttpRequest) -> None:
        """Write it."""
        do(request, documents.comment, self.about, **self.cleaned_data)


class SettleComment(RowAct[Step]):
    """Say that a comment is settled."""

    label = _("Settled")
    done = _("Settled.")
    style = "btn--link"
    needs = Permission.DOCUMENT_COMMENT

    def run(self, request: HttpRequest) -> None:
        """Settle it."""
        do(request, documents.settle_comment, get_comment(self.about, self.row))


class WriteLesson(Act[Step]):
    """Write down what the next city should know."""

    label = _("Write it down")
    done = _("Kept for the next city.")
    needs = Permission.LESSON_RECORD

    text = fields.text(_("What would you tell the next city?"), rows=2)

    def run(self, request: HttpRequest) -> None:
        """Write it."""
        do(request, lessons.write_lesson, self.about, **self.cleaned_data)


class EnterHours(Act[Step]):
    """Enter the hours that one worked on a step."""

    label = _("Enter")
    done = _("Entered.")
    needs = Permission.HOURS_RECORD

    hours = fields.decimal(_("Hours that you worked on this step"))

    def run(self, request: HttpRequest) -> None:
        """Enter them."""
        do(request, lessons.enter_hours, self.about, **self.cleaned_data)


@dataclass(frozen=True)
class Signable:
    """A step at its gate, and what somebody decides there: duties by code, with their names."""

    step: Step
    duties: tuple[tuple[str, str], ...]


class Sign(Act[Signable]):
    """Give one's word at a gate."""

    label = _("Sign")
    done = _("Your word is on record.")
    style = ""

    duty = fields.choice(_("You decide as"), [])
    decision = fields.word_choice(_("Decision"), "decision", radio=True)
    reason = wording(fields.text(_("Reason"), hint=_("For the record; the auditor reads it."), rows=2))
    public_summary = wording(
        fields.text(_("Public summary"), hint=_("It stands on the public page."), required=False, rows=2)
    )

    def fit(self) -> None:
        """Offer the duties that are open."""
        fields.offer(self, "duty", self.about.duties)

    @classmethod
    def first(cls, about: Signable) -> Mapping[str, Any]:
        """Choose the first duty."""
        return {"duty": about.duties[0][0]}

    def run(self, request: HttpRequest) -> str:
        """Sign, and go back to the step."""
        given, step = self.cleaned_data, self.about.step
        city, _sep, role = given["duty"].partition(":")
        do(
            request,
            moves.sign,
            step,
            city=get_municipality(city),
            role=Role(role),
            decision=Decision(given["decision"]),
            reason=given["reason"],
            public_summary=given["public_summary"] or "",
        )
        return reverse("city-step", args=[step.challenge.code, step.key])


def common_acts(request: HttpRequest, challenge: Challenge, step: Step, roles: frozenset[Role]) -> Acts:
    """Return the acts that the person has on a step, beside those of its kind."""
    running = challenge.status == ChallengeStatus.RUNNING
    acts: dict[str, Listed[Step] | Listed[Signable]] = {}
    if is_under_way(step):
        if grants(roles, kind_of(step.kind).permission):
            acts |= _completing(step)
    elif running and step.state == StepState.ACTIVE and (mine := _signable(request, step)).duties:
        acts["sign"] = Listed(Sign, mine)
    if spec_of(step).fields and running:
        acts |= {"comment": Listed(WriteComment, step), "settle": Listed(SettleComment, step)}
    return granted(roles, {**acts, "lesson": Listed(WriteLesson, step), "hours": Listed(EnterHours, step)})


def _completing(step: Step) -> dict[str, Listed[Step]]:
    """Ask for the gate of a step, or complete it; leave it out where the method allows that."""
    spec = spec_of(step)
    if spec.gate is None:
        acts = {"ask": Listed(Complete, step)}
    else:
        acts = {"ask": Listed(AskForGate, step, label=gettext("Ask for gate %(gate)s") % {"gate": spec.gate.key})}
    return {**acts, "skip": Listed(Skip, step)} if spec.optional else acts


def _signable(request: HttpRequest, step: Step) -> Signable:
    mine = duties_of(step, actor_of(request))
    names = {c.code: c.name for c in list_cities(step.challenge)} if mine else {}
    return Signable(
        step,
        tuple(
            (f"{d.municipality}:{d.role.value}", f"{word('role', d.role.value, language())}, {names[d.municipality]}")
            for d in mine
        ),
    )
