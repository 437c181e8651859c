"""What anybody may do on any step, whatever its kind: ask, sign, comment, note hours and lessons."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from mix.actions.case import documents
from mix.actions.flow import moves
from mix.actions.knowledge import lessons
from mix.data.models import Challenge, Comment, Municipality, Step
from mix.phrases.words import word
from mix.readers.case.challenges import list_cities, spec_of
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Unknown
from mix.readers.flow.moves import duties_of
from mix.rules.case.states import ChallengeStatus
from mix.rules.city.kinds import kind_of
from mix.rules.core.access import Permission, Role, grants
from mix.rules.core.kinds import Decision, StepState
from mix.web.parts import forms
from mix.web.parts.acts import do
from mix.web.parts.loose import Act, stay
from mix.web.parts.pages import actor_of
from mix.web.parts.showing import language


def common_acts(request: HttpRequest, challenge: Challenge, step: Step, roles: frozenset[Role]) -> dict[str, Act]:
    """Return the acts that the person has on a step, beside those of its kind."""
    actor = actor_of(request)
    acts: dict[str, Act] = {}
    running = challenge.status == ChallengeStatus.RUNNING
    if running and step.state == StepState.ACTIVE and step.asked_at is None:
        gate = spec_of(step).gate
        label = _("Ask for gate %(gate)s") % {"gate": gate.key} if gate else _("Complete this step")
        done = _("The deciders were told.") if gate else _("The step is complete.")
        if grants(roles, kind_of(step.kind).permission):
            acts["ask"] = Act(forms.form_of(), lambda _given: stay(do(request, moves.ask, step)), label, done, style="")
            if spec_of(step).optional:
                acts["skip"] = Act(
                    forms.form_of(reason=forms.text(_("Reason"), rows=2)),
                    lambda given: stay(do(request, moves.skip, step, **given)),
                    _("Leave this step out"),
                    _("Left out, with your reason."),
                )
    if running and step.state == StepState.ACTIVE and step.asked_at:
        acts |= _sign_acts(request, step, actor)
    if grants(roles, Permission.DOCUMENT_COMMENT) and spec_of(step).fields and running:
        acts["comment"] = Act(
            forms.form_of(text=forms.text(_("Comment"), rows=2)),
            lambda given: stay(do(request, documents.comment, step, **given)),
            _("Comment"),
            _("Your comment stands beside the text."),
        )
        acts["settle"] = Act(
            forms.form_of(item=forms.hidden()),
            lambda given: stay(do(request, documents.settle_comment, _comment(step, given["item"]))),
            _("Settled"),
            _("Settled."),
            style="btn--link",
        )
    if grants(roles, Permission.LESSON_RECORD):
        acts["lesson"] = Act(
            forms.form_of(text=forms.text(_("What would you tell the next city?"), rows=2)),
            lambda given: stay(do(request, lessons.write_lesson, step, **given)),
            _("Write it down"),
            _("Kept for the next city."),
        )
    if grants(roles, Permission.HOURS_RECORD):
        acts["hours"] = Act(
            forms.form_of(hours=forms.decimal(_("Hours that you worked on this step"))),
            lambda given: stay(do(request, lessons.enter_hours, step, **given)),
            _("Enter"),
            _("Entered."),
        )
    return acts


def _comment(step: Step, item: str) -> Comment:
    found = Comment.objects.filter(document__step=step, pk=int(item) if item.isdigit() else 0).first()
    if found is None:
        raise Unknown
    found.document.step.challenge = step.challenge
    return found


def _sign_acts(request: HttpRequest, step: Step, actor: Actor) -> dict[str, Act]:
    mine = duties_of(step, actor)
    if not mine:
        return {}
    names = {c.code: c.name for c in list_cities(step.challenge)}
    pairs = [
        (f"{d.municipality}:{d.role.value}", f"{word('role', d.role.value, language())}, {names[d.municipality]}")
        for d in mine
    ]

    def sign(given: dict[str, Any]) -> str:
        city, _sep, role = given["duty"].partition(":")
        do(
            request,
            moves.sign,
            step,
            city=Municipality.objects.get(code=city),
            role=Role(role),
            decision=Decision(given["decision"]),
            reason=given["reason"],
            public_summary=given["public_summary"],
        )
        return reverse("city-step", args=[step.challenge.code, step.key])

    return {
        "sign": Act(
            forms.form_of(
                duty=forms.choice(_("You decide as"), pairs),
                decision=forms.word_choice(_("Decision"), "decision", radio=True),
                reason=forms.text(_("Reason"), hint=_("For the record; the auditor reads it."), rows=2),
                public_summary=forms.text(
                    _("Public summary"), hint=_("It stands on the public page."), required=False, rows=2
                ),
            ),
            sign,
            _("Sign"),
            _("Your word is on record."),
            initial={"duty": pairs[0][0]},
            style="",
        )
    }
