"""Agreements, on their step page: draft from the library with everyone concerned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from mix.actions.delivery import agreements
from mix.data.models import Step, Vendor
from mix.readers.case.challenges import spec_of
from mix.readers.case.documents import gather_facts
from mix.readers.choice.awards import find_approved
from mix.readers.delivery.agreements import list_to_agree_with
from mix.readers.delivery.clauses import list_library
from mix.rules.case.states import ChallengeStatus
from mix.rules.city.methods import Fact
from mix.rules.core.access import Permission, Role, grants
from mix.rules.core.kinds import AgreementKind, StepState
from mix.rules.delivery.clauses import choose
from mix.rules.delivery.states import AgreementState
from mix.web.parts import forms
from mix.web.parts.acts import do
from mix.web.parts.loose import Act
from mix.web.parts.showing import language


def part(request: HttpRequest, step: Step, roles: frozenset[Role]) -> tuple[Mapping[str, Act], dict[str, Any]]:
    """Draft an agreement with each vendor that lacks one."""
    kind = spec_of(step).agreement or AgreementKind.CONTRACT
    award = find_approved(step.challenge)
    vendors = list_to_agree_with(step)
    have = set(step.agreements.exclude(state=AgreementState.ENDED).values_list("vendor_id", flat=True))
    without = [v for v in vendors if v.id not in have]
    acts: dict[str, Act] = {}
    working = (
        step.state == StepState.ACTIVE and step.asked_at is None and step.challenge.status == ChallengeStatus.RUNNING
    )
    if working and without and grants(roles, Permission.AGREEMENT_EDIT):
        fee = gather_facts(step.challenge).get(Fact.SPRINT_FEE)
        value = fee if kind == AgreementKind.SPRINT else award.value_cents if award else None
        acts["draft"] = _draft(request, step, without, kind=kind, value=value)
    return acts, {
        "agreements": step.agreements.select_related("vendor").order_by("vendor__name", "id"),
        "agreement_kind": kind,
        "library": choose(list_library(), kind=kind, tier="medium"),
    }


def _draft(request: HttpRequest, step: Step, vendors: list[Vendor], *, kind: AgreementKind, value: int | None) -> Act:
    fields: dict[str, Any] = {
        "vendor": forms.choice(_("Vendor"), [(v.code, v.name) for v in vendors]),
        "value_cents": forms.money(_("Fee") if kind == AgreementKind.SPRINT else _("Value, first term")),
        "options_cents": forms.money(_("All options"), required=False),
        "starts_on": forms.day(_("Starts")),
        "ends_on": forms.day(_("Ends")),
        "tier": forms.choice(_("Insurance tier"), [("low", _("Low")), ("medium", _("Medium")), ("high", _("High"))]),
        "paper": forms.line(_("Certificate that must come in"), required=False),
    }
    if kind == AgreementKind.SPRINT:
        fields["first"] = forms.line(_("First deliverable, half of the fee"), required=False)
        fields["second"] = forms.line(_("Second deliverable, the other half"), required=False)

    def run(given: dict[str, Any]) -> str:
        half = given["value_cents"] // 2
        dues = [
            agreements.Due(given[name], day, fee)
            for name, day, fee in (
                ("first", given["starts_on"] + (given["ends_on"] - given["starts_on"]) / 2, half),
                ("second", given["ends_on"], given["value_cents"] - half),
            )
            if given.get(name)
        ]
        made = do(
            request,
            agreements.draft,
            step,
            vendor=next(v for v in vendors if v.code == given["vendor"]),
            value_cents=given["value_cents"],
            options_cents=given["options_cents"] or 0,
            starts_on=given["starts_on"],
            ends_on=given["ends_on"],
            deliverables=dues,
            clauses=[c.in_(language()) for c in choose(list_library(), kind=kind, tier=given["tier"])],
            papers=[("insurance", given["paper"])] if given["paper"] else [],
        )
        return reverse("city-agreement", args=[step.challenge.code, made.code])

    initial = {"value_cents": value, "tier": "medium", "paper": _("Certificate of insurance")}
    return Act(
        forms.form_of(**fields),
        run,
        _("Draft the agreement"),
        _("Drafted. The vendor was told."),
        initial=initial,
        style="",
    )
