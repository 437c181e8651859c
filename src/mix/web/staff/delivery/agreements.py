"""Agreements, on their step page: draft from the library with everyone concerned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mix.actions.delivery import agreements
from mix.data.models import Agreement, Step, Vendor
from mix.readers.case.challenges import spec_of
from mix.readers.case.documents import fact_date, gather_facts
from mix.readers.choice.awards import find_approved
from mix.readers.delivery.acceptance import Flowing, find_tests
from mix.readers.delivery.agreements import list_agreements_of, list_to_agree_with
from mix.readers.delivery.clauses import list_library
from mix.rules.city.methods import Fact
from mix.rules.core.access import Permission, Role
from mix.rules.core.kinds import AgreementKind
from mix.rules.delivery.clauses import LibraryClause, choose
from mix.rules.delivery.states import AgreementState
from mix.web.drawing.showing import language
from mix.web.forms import fields
from mix.web.forms.acts import Act, Acts, Listed, do, granted
from mix.web.forms.kinds import is_under_way

EVERYONE = "*"


@dataclass(frozen=True)
class Draftable:
    """A step, the vendors that lack an agreement of its kind, and what is known of its terms; `others` have one."""

    step: Step
    kind: AgreementKind
    vendors: tuple[Vendor, ...]
    known: Mapping[str, Any]
    others: bool = False


class Draft(Act[Draftable]):
    """Draft agreements from the library; one for a sprint pays its fee by two deliverables.

    Those of a sprint are drafted with every vendor at once, on the same terms.
    """

    label = _("Draft the agreement")
    done = _("Drafted. Each vendor was told.")
    style = ""
    needs = Permission.AGREEMENT_EDIT

    vendor = fields.choice(_("Vendor"), [])
    value_cents = fields.money(_("Value, first term"))
    options_cents = fields.money(_("All options"), required=False)
    starts_on = fields.day(_("Starts"))
    ends_on = fields.day(_("Ends"))
    tier = fields.choice(_("Insurance tier"), [("low", _("Low")), ("medium", _("Medium")), ("high", _("High"))])
    paper = fields.line(_("Certificate that must come in"), required=False)

    def fit(self) -> None:
        """Offer the vendors; a sprint has a fee and two deliverables."""
        everyone = [(EVERYONE, _("Every vendor, on the same terms"))] if len(self.about.vendors) > 1 else []
        fields.offer(self, "vendor", [*everyone, *((v.code, v.name) for v in self.about.vendors)])
        if self.about.others:
            hint = _("Needed where the terms are not those of the agreements that are drafted already.")
            self.fields["reason"] = fields.text(_("Why the terms differ"), hint=hint, required=False, rows=2)
        if self.about.kind == AgreementKind.SPRINT:
            self.fields["value_cents"].label = _("Fee")
            self.fields["first"] = fields.line(_("First deliverable, half of the fee"), required=False)
            self.fields["second"] = fields.line(_("Second deliverable, the other half"), required=False)

    @classmethod
    def first(cls, about: Draftable) -> Mapping[str, Any]:
        """Show what is known of the terms, and what is usual."""
        return {"tier": "medium", "paper": _("Certificate of insurance"), **about.known}

    def run(self, request: HttpRequest) -> str | None:
        """Draft them, and go there where it is one."""
        given, step, kind = self.cleaned_data, self.about.step, self.about.kind
        half = given["value_cents"] // 2
        dues = [
            agreements.Due(given[name], day, fee)
            for name, day, fee in (
                ("first", given["starts_on"] + (given["ends_on"] - given["starts_on"]) / 2, half),
                ("second", given["ends_on"], given["value_cents"] - half),
            )
            if given.get(name)
        ]
        terms = {
            "value_cents": given["value_cents"],
            "options_cents": given["options_cents"] or 0,
            "starts_on": given["starts_on"],
            "ends_on": given["ends_on"],
            "deliverables": dues,
            "clauses": [c.in_(language()) for c in choose(list_library(), kind=kind, tier=given["tier"])],
            "papers": [("insurance", given["paper"])] if given["paper"] else [],
            "reason": given.get("reason", ""),
        }
        chosen = [v for v in self.about.vendors if given["vendor"] in (EVERYONE, v.code)]
        made = [do(request, agreements.draft, step, vendor=vendor, **terms) for vendor in chosen]
        return reverse("city-agreement", args=[step.challenge.code, made[0].code]) if len(made) == 1 else None


@dataclass(frozen=True)
class AgreementsContext:
    """What the step of agreements draws; `tests` are what a clause of each names."""

    agreements: Sequence[Agreement]
    agreement_kind: AgreementKind
    library: Sequence[LibraryClause]
    tests: Flowing | None


def panel(_request: HttpRequest, step: Step, roles: frozenset[Role]) -> tuple[Acts, AgreementsContext]:
    """Draft an agreement with each vendor that lacks one."""
    kind = spec_of(step).agreement or AgreementKind.CONTRACT
    made = list_agreements_of(step)
    have = {a.vendor_id for a in made if a.state != AgreementState.ENDED}
    without = tuple(v for v in list_to_agree_with(step) if v.id not in have)
    acts: dict[str, Listed[Draftable]] = {}
    if is_under_way(step) and without:
        acts["draft"] = Listed(Draft, Draftable(step, kind, without, _known(step, kind), others=bool(have)))
    return granted(roles, acts), AgreementsContext(
        agreements=made,
        agreement_kind=kind,
        library=choose(list_library(), kind=kind, tier="medium"),
        tests=find_tests(step),
    )


def _known(step: Step, kind: AgreementKind) -> dict[str, Any]:
    """Return what is known of the terms: the fee and the days of the sprint, or what was awarded."""
    facts = gather_facts(step.challenge)
    if kind == AgreementKind.SPRINT:
        return {
            "value_cents": facts.get(Fact.SPRINT_FEE),
            "starts_on": fact_date(facts, Fact.SPRINT_STARTS),
            "ends_on": fact_date(facts, Fact.SPRINT_ENDS),
            "first": _("Results at half-time"),
            "second": _("Results, and all raw data"),
        }
    award = find_approved(step.challenge)
    return {"value_cents": award.value_cents if award else None}
