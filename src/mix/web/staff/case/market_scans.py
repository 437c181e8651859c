"""A market scan, on its step page: begin with what another city found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from mix.actions.case import documents
from mix.data.models import Step
from mix.readers.case.documents import find_latest, list_reusable
from mix.readers.core.errors import Unknown
from mix.rules.core.access import Permission, Role, grants
from mix.rules.core.kinds import StepState
from mix.web.parts import forms
from mix.web.parts.acts import do
from mix.web.parts.loose import Act, stay
from mix.web.parts.pages import actor_of, today_of
from mix.web.parts.showing import day


def part(request: HttpRequest, step: Step, roles: frozenset[Role]) -> tuple[Mapping[str, Act], dict[str, Any]]:
    """Offer the scans of other challenges while nothing is written here."""
    may_write = step.state == StepState.ACTIVE and step.asked_at is None and grants(roles, Permission.DOCUMENT_EDIT)
    if not may_write or find_latest(step.document) is not None:
        return {}, {}
    found = list_reusable(step, actor=actor_of(request), today=today_of(request))
    if not found:
        return {}, {}
    pairs = [
        (s.challenge.code, f"{s.challenge.municipality.name}: {s.challenge.title}, {day(s.done_at)}") for s in found
    ]

    def source(code: str) -> Step:
        for one in found:
            if one.challenge.code == code:
                return one
        raise Unknown

    return {
        "reuse": Act(
            forms.form_of(source=forms.choice(_("Scan of"), pairs)),
            lambda given: stay(do(request, documents.reuse, step, source=source(given["source"]))),
            _("Begin with this scan"),
            _("Copied. Check every line, and set a new day until which it is good."),
        )
    }, {}
