"""A disclosure, on its step page: what will be published, the firewall, and the neutral review."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from mix.actions.delivery import disclosures
from mix.data.models import Person, Step
from mix.readers.core.errors import Unknown
from mix.readers.delivery.disclosures import (
    find_disclosure,
    gather_pack,
    list_candidates,
    list_insiders,
    may_review,
    requirements_digest,
    trace_requirements,
)
from mix.rules.case.states import ChallengeStatus
from mix.rules.core.access import Permission, Role, grants
from mix.rules.core.kinds import StepState
from mix.rules.delivery.states import Review
from mix.web.parts import forms
from mix.web.parts.acts import do
from mix.web.parts.loose import Act, stay
from mix.web.parts.packs import show_pack
from mix.web.parts.pages import actor_of


def part(request: HttpRequest, step: Step, roles: frozenset[Role]) -> tuple[Mapping[str, Act], dict[str, Any]]:
    """Show the pack as it would be published, trace every requirement, appoint a reviewer, review."""
    acts: dict[str, Act] = {}
    working = (
        step.state == StepState.ACTIVE and step.asked_at is None and step.challenge.status == ChallengeStatus.RUNNING
    )
    disclosure = find_disclosure(step)
    if working and grants(roles, Permission.SOLICITATION_PUBLISH) and (people := list_candidates(step)):
        acts["appoint"] = _appoint(request, step, people)
    if working and may_review(step, actor_of(request)):
        acts["review"] = Act(
            forms.form_of(
                finding=forms.word_choice(
                    _("Could several vendors meet these requirements?"), "review", Review, radio=True
                ),
                note=forms.text(_("Reasons"), hint=_("Name every requirement that you doubt, and why it may stay.")),
            ),
            lambda given: stay(do(request, disclosures.review, step, **given)),
            _("Give this word"),
            _("On record. It holds for the requirements as they stand now."),
        )
    published = disclosure.pack if disclosure and disclosure.published_at else None
    return acts, {
        "disclosure": disclosure,
        "is_outdated": bool(disclosure and disclosure.review)
        and disclosure is not None
        and disclosure.reviewed != requirements_digest(step.challenge),
        "pack": show_pack(step.challenge, published or gather_pack(step.challenge)),
        "traced": trace_requirements(step.challenge),
        "insiders": list_insiders(step.challenge),
    }


def _appoint(request: HttpRequest, step: Step, people: list[Person]) -> Act:
    def appoint(given: dict[str, Any]) -> None:
        person = next((p for p in people if p.code == given["person"]), None)
        if person is None:
            raise Unknown
        do(request, disclosures.appoint_reviewer, step, person=person)

    return Act(
        forms.form_of(
            person=forms.choice(
                _("Neutral reviewer"),
                [(p.code, p.name) for p in people],
                hint=_("Only people who saw no vendor’s ideas and wrote no requirement are listed."),
            )
        ),
        appoint,
        _("Ask for a review"),
        _("Asked. The reviewer was told."),
    )
