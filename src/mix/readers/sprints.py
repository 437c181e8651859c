"""Questions about the sprint room: one table from framework to plan to result, parity, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from mix.data.models import Challenge, CheckIn, DataGrant, Evidence, Step, Submission, Vendor
from mix.data.models.sprints import AREAS, PARITY_KINDS
from mix.readers.documents import gather_facts
from mix.readers.participations import list_standing
from mix.readers.submissions import opened_answers
from mix.rules.kinds import Envelope, Standing
from mix.rules.methods import Fact
from mix.rules.parity import far_from_middle
from mix.rules.unmet import Unmet


def list_sprint_vendors(challenge: Challenge) -> list[Vendor]:
    """List the vendors in the sprint, by name."""
    return list_standing(challenge, Standing.ADMITTED)


def list_hypotheses(challenge: Challenge) -> list[dict[str, Any]]:
    """List the hypotheses of the common framework, in its order."""
    return list(gather_facts(challenge).get(Fact.HYPOTHESES, []))


def latest_evidence(challenge: Challenge) -> dict[tuple[int, str], Evidence]:
    """Return the latest evidence by vendor and hypothesis."""
    return {(e.vendor_id, e.hypothesis): e for e in challenge.evidences.order_by("recorded_at", "id")}


def gather_plans(challenge: Challenge) -> dict[tuple[int, str], dict[str, Any]]:
    """Return what each vendor planned for each hypothesis, from the opened plans."""
    plans: dict[tuple[int, str], dict[str, Any]] = {}
    submissions = Submission.objects.filter(
        solicitation__step__challenge=challenge,
        solicitation__technical_opened_at__isnull=False,
        state="finalised",
    ).select_related("solicitation__step__challenge__method")
    for submission in submissions.order_by("id"):
        for row in opened_answers(submission, Envelope.TECHNICAL).get("plans") or []:
            plans[(submission.vendor_id, str(row.get("key")))] = row
    return plans


@dataclass(frozen=True, slots=True)
class ParityLine:
    """What one vendor got of one kind, and whether a reason is due."""

    vendor: Vendor
    total: Decimal
    share: int
    is_far: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Parity:
    """One kind of help, for every vendor."""

    kind: str
    lines: list[ParityLine] = field(default_factory=list)


def parity(challenge: Challenge, vendors: list[Vendor]) -> list[Parity]:
    """Add up the ledger by kind and vendor; more than 10 % from the middle vendor is far."""
    totals: dict[tuple[str, int], Decimal] = {}
    for entry in challenge.parityentrys.all():
        totals[entry.kind, entry.vendor_id] = totals.get((entry.kind, entry.vendor_id), Decimal(0)) + entry.amount
    for grant in challenge.datagrants.all():
        totals["data", grant.vendor_id] = totals.get(("data", grant.vendor_id), Decimal(0)) + 1
    reasons = {(r.kind, r.vendor_id): r.reason for r in challenge.parityreasons.all()}
    tables = []
    for kind in (*PARITY_KINDS, "data"):
        amounts = {v.id: totals.get((kind, v.id), Decimal(0)) for v in vendors}
        far = far_from_middle(amounts)
        most = max(amounts.values(), default=Decimal(0))
        tables.append(
            Parity(
                kind,
                [
                    ParityLine(
                        v,
                        amounts[v.id],
                        int(amounts[v.id] * 100 / most) if most else 0,
                        v.id in far,
                        reasons.get((kind, v.id), ""),
                    )
                    for v in vendors
                ],
            )
        )
    return tables


def list_check_ins(challenge: Challenge) -> list[CheckIn]:
    """List the weekly check-ins, latest week first."""
    return list(challenge.checkins.select_related("vendor", "person").order_by("-week", "vendor__name", "side"))


def list_grants(challenge: Challenge) -> list[DataGrant]:
    """List the data grants, by vendor and data set."""
    return list(challenge.datagrants.select_related("vendor").order_by("vendor__name", "data_set"))


def is_live(grant: DataGrant, *, today: date) -> bool:
    """Say whether a grant still gives access: not returned, and before its last day has passed."""
    return grant.returned_on is None and grant.granted_on <= today <= grant.expires_on


def unmet_to_start(step: Step) -> tuple[Unmet, ...]:
    """List what keeps the sprint from starting: sign-offs by area, and the same data sets for each vendor."""
    challenge = step.challenge
    signed = set(challenge.signoffs.values_list("area", flat=True))
    found = [Unmet("sign_off_missing", {"area": area}, "sign-offs") for area in AREAS if area not in signed]
    vendors = list_sprint_vendors(challenge)
    grants: dict[int, set[str]] = {v.id: set() for v in vendors}
    for grant in challenge.datagrants.all():
        grants.setdefault(grant.vendor_id, set()).add(grant.data_set)
    every = set().union(*grants.values()) if grants else set()
    found.extend(
        Unmet("data_grant_unequal", {"vendor": v.name, "data": ", ".join(sorted(every - grants[v.id]))}, "grants")
        for v in vendors
        if every - grants[v.id]
    )
    return tuple(found)


def unmet_to_close(step: Step) -> tuple[Unmet, ...]:
    """List what keeps the sprint from closing: evidence, both sides' check-ins, demos, incidents, parity reasons."""
    challenge = step.challenge
    vendors = list_sprint_vendors(challenge)
    evidence = latest_evidence(challenge)
    found: list[Unmet] = []
    sides = set(challenge.checkins.values_list("vendor_id", "side"))
    shown = set(challenge.demos.values_list("vendor_id", flat=True))
    for vendor in vendors:
        name = {"vendor": vendor.name}
        missing = [h["key"] for h in list_hypotheses(challenge) if (vendor.id, h["key"]) not in evidence]
        if missing:
            found.append(Unmet("evidence_missing", {**name, "which": ", ".join(missing)}, "results"))
        found.extend(
            Unmet(f"check_in_missing_{side}", name, "check-ins")
            for side in ("city", "vendor")
            if (vendor.id, side) not in sides
        )
        if vendor.id not in shown:
            found.append(Unmet("demo_missing", name, "demos"))
    unsettled = challenge.incidents.filter(settled_at=None).count()
    if unsettled:
        found.append(Unmet("incidents_unsettled", {"count": str(unsettled)}, "incidents"))
    found.extend(
        Unmet("parity_reason_missing", {"vendor": line.vendor.name, "kind": table.kind}, "parity")
        for table in parity(challenge, vendors)
        if table.kind != "data"
        for line in table.lines
        if line.is_far and not line.reason
    )
    return tuple(found)
