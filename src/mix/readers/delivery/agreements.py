"""Questions about agreements with vendors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch, QuerySet

from mix.data.asked import asked
from mix.data.models import (
    Agreement,
    Challenge,
    Clause,
    ClauseEdit,
    Deliverable,
    Dispute,
    Paper,
    Signatory,
    Step,
    Vendor,
)
from mix.phrases.mails import local_text
from mix.readers.case.challenges import method_for, spec_of
from mix.readers.choice.awards import find_approved
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Unknown
from mix.readers.core.events import who_did
from mix.readers.core.once import once
from mix.readers.core.rows import get_row
from mix.readers.delivery.acceptance import unmet_by_clause
from mix.readers.market.participations import list_chosen, list_standing
from mix.rules.core.chain import digest
from mix.rules.core.kinds import AgreementKind, Standing
from mix.rules.core.unmet import Unmet
from mix.rules.delivery.states import AgreementState, EditState

_UNREAD = ("step__challenge__method__document",)


def get_agreement(challenge: Challenge, code: str) -> Agreement:
    """Return one agreement of a challenge. Raises Unknown."""
    found = (
        Agreement.objects.filter(code=code, step__challenge=challenge)
        .select_related("vendor", "step__challenge__municipality", "step__challenge__method")
        .defer(*_UNREAD)
        .first()
    )
    if found is None:
        raise Unknown
    return found


def get_own_agreement(code: str, *, actor: Actor) -> Agreement:
    """Return an agreement of a vendor that the actor acts for. Raises Unknown."""
    found = (
        Agreement.objects.filter(code=code, vendor_id__in=actor.vendors)
        .select_related("vendor", "step__challenge__municipality", "step__challenge__method")
        .defer(*_UNREAD)
        .first()
    )
    if found is None:
        raise Unknown
    return found


def list_agreements_of(step: Step) -> list[Agreement]:
    """List the agreements that a step makes, by vendor."""
    return list(step.agreements.select_related("vendor").order_by("vendor__name", "id"))


@dataclass(frozen=True, slots=True)
class Terms:
    """What an agreement was drafted with: the sums, the days, what is delivered, and the words of its clauses."""

    value_cents: int
    options_cents: int
    starts_on: date
    ends_on: date
    deliverables: frozenset[tuple[str, date, int]]
    clauses: frozenset[str]


def list_terms(step: Step) -> list[Terms]:
    """List the terms of a step's agreements that have not ended, as they were drafted."""
    rows = step.agreements.exclude(state=AgreementState.ENDED)
    found = rows.prefetch_related("deliverables", Prefetch("clauses", Clause.objects.prefetch_related("edits")))
    return [
        Terms(
            a.value_cents,
            a.options_cents,
            a.starts_on,
            a.ends_on,
            frozenset((d.title, d.due_on, d.fee_cents) for d in a.deliverables.all()),
            frozenset(_as_drafted(c) for c in a.clauses.all()),
        )
        for a in found
    ]


def _as_drafted(clause: Clause) -> str:
    """Return the words that a clause had before any edit of it was accepted."""
    accepted = [edit for edit in clause.edits.all() if edit.state == EditState.ACCEPTED]
    return min(accepted, key=lambda edit: edit.proposed_at).before if accepted else clause.text


def list_own_agreements(actor: Actor) -> list[Agreement]:
    """List the agreements of the actor's vendors, latest first."""
    return _agreements(tuple(sorted(actor.vendors)))


@asked
def _agreements(vendors: tuple[int, ...]) -> QuerySet[Agreement]:
    rows = Agreement.objects.filter(vendor_id__in=vendors).select_related("vendor", "step__challenge")
    return rows.order_by("-drafted_at", "id")


def find_contract(challenge: Challenge) -> Agreement | None:
    """Return the signed contract of a challenge, if there is one."""
    return (
        Agreement.objects.filter(step__challenge=challenge, kind=AgreementKind.CONTRACT, state=AgreementState.SIGNED)
        .select_related("vendor")
        .first()
    )


@once
def list_sprint_deliverables(challenge: Challenge, vendors: tuple[Vendor, ...]) -> list[Deliverable]:
    """List what these vendors deliver for the sprints of a challenge, what is due first first.

    With the clauses of its agreement that name tests, as `agreement.naming_tests`.
    """
    return _sprint_deliverables(challenge, vendors)


@asked
def _sprint_deliverables(challenge: Challenge, vendors: tuple[Vendor, ...]) -> QuerySet[Deliverable]:
    rows = Deliverable.objects.filter(
        agreement__step__challenge=challenge, agreement__kind=AgreementKind.SPRINT, agreement__vendor__in=vendors
    )
    naming = Prefetch("agreement__clauses", Clause.objects.exclude(source=""), to_attr="naming_tests")
    found = rows.select_related("agreement__vendor").prefetch_related(naming)
    return found.order_by("due_on", "agreement__vendor__name")


def facts_of(step: Step) -> dict[str, Any]:
    """Return what policy asks of a step of agreements: what may keep the contract with the winner from being signed."""
    if spec_of(step).agreement is not AgreementKind.CONTRACT:
        return {"signs_contract": False}
    waiting = Dispute.objects.filter(step__challenge=step.challenge, answered_at=None)
    return {"signs_contract": True, "open_objections": waiting.count()}


def get_deliverable(challenge: Challenge, item: str) -> Deliverable:
    """Return one deliverable of any agreement of a challenge. Raises Unknown."""
    rows = Deliverable.objects.filter(agreement__step__challenge=challenge)
    step = "agreement__step__challenge"
    return get_row(
        rows.select_related("agreement__vendor", f"{step}__municipality", f"{step}__method").defer(
            f"{step}__method__document"
        ),
        item,
    )


def get_own_deliverable(agreement: Agreement, item: str) -> Deliverable:
    """Return one deliverable of an agreement. Raises Unknown."""
    return get_row(agreement.deliverables.all(), item)


def get_paper(agreement: Agreement, item: str) -> Paper:
    """Return one paper of an agreement. Raises Unknown."""
    return get_row(agreement.papers.all(), item)


def get_edit(agreement: Agreement, item: str) -> ClauseEdit:
    """Return what was proposed for a clause of an agreement. Raises Unknown."""
    rows = ClauseEdit.objects.filter(clause__agreement=agreement)
    return get_row(rows.select_related("clause__agreement__vendor"), item)


def get_clause(agreement: Agreement, key: str) -> Clause:
    """Return one clause of an agreement. Raises Unknown."""
    found = agreement.clauses.filter(key=key).first()
    if found is None:
        raise Unknown
    return found


@once
def list_clauses(agreement: Agreement) -> list[Clause]:
    """List the clauses of an agreement in their order, each with what was proposed for it."""
    edits = Prefetch("edits", ClauseEdit.objects.select_related("person"))
    return list(agreement.clauses.prefetch_related(edits).order_by("position"))


def get_signatory(agreement: Agreement, item: str) -> Signatory:
    """Return one signatory of an agreement. Raises Unknown."""
    return get_row(agreement.signatories.select_related("person", "agreement"), item)


@once
def list_signatories(agreement: Agreement) -> list[Signatory]:
    """List who signs an agreement, side by side."""
    return list(agreement.signatories.select_related("person").order_by("side", "id"))


def is_to_sign(agreement: Agreement, actor: Actor) -> bool:
    """Say whether the actor was named to sign an agreement and has not."""
    named = list_signatories(agreement) if actor.person else []
    return any(s.person == actor.person and s.signed_at is None for s in named)


@once
def list_papers(agreement: Agreement) -> list[Paper]:
    """List the papers that an agreement asks for, in their order."""
    return list(agreement.papers.order_by("id"))


@once
def list_deliverables(agreement: Agreement) -> list[Deliverable]:
    """List what is delivered under an agreement, what is due first first."""
    return list(agreement.deliverables.order_by("due_on", "id"))


def open_edits(agreement: Agreement) -> int:
    """Count the proposed clauses that the other side has not answered."""
    return sum(edit.state == EditState.PROPOSED for clause in list_clauses(agreement) for edit in clause.edits.all())


def digest_of(agreement: Agreement) -> str:
    """Return the SHA-256 of all that is signed: parties, amounts, dates, clauses, what is due, papers, who signs."""
    return digest(
        {
            "agreement": agreement.code,
            "kind": agreement.kind,
            "vendor": agreement.vendor.code,
            "value_cents": agreement.value_cents,
            "options_cents": agreement.options_cents,
            "starts_on": agreement.starts_on.isoformat(),
            "ends_on": agreement.ends_on.isoformat(),
            "clauses": [[c.key, c.position, c.title, c.text] for c in list_clauses(agreement)],
            "deliverables": [[d.title, d.due_on.isoformat(), d.fee_cents] for d in list_deliverables(agreement)],
            "papers": [[p.kind, p.name] for p in list_papers(agreement)],
            "signatories": [[s.side, s.person.code, s.title] for s in list_signatories(agreement)],
        }
    )


def changes_since(agreement: Agreement, *, at: datetime | None) -> tuple[Unmet, ...]:
    """Say which clauses got other words since an instant, whose they are, and who was named to sign."""
    if at is None:
        return ()
    rows = ClauseEdit.objects.filter(clause__agreement=agreement, state=EditState.ACCEPTED, answered_at__gte=at)
    zone = agreement.step.challenge.municipality.zone
    return tuple(
        Unmet(
            "clause_changed_since",
            {"clause": e.clause.title, "who": e.person.name, "at": local_text(e.answered_at or at, zone)},
            place="clauses",
        )
        for e in rows.select_related("clause", "person").order_by("answered_at", "id")
    )


def unmet_to_sign(agreement: Agreement, *, today: date) -> tuple[Unmet, ...]:
    """List what an agreement lacks before anybody may sign: settled clauses, papers in and valid, both sides named."""
    found = []
    if proposed := open_edits(agreement):
        found.append(Unmet("clauses_unsettled", {"count": str(proposed)}, place="clauses"))
    for clause in list_clauses(agreement):
        found.extend(unmet_by_clause(agreement.step, clause))
    for paper in list_papers(agreement):
        if paper.received_at is None:
            found.append(Unmet("paper_missing", {"name": paper.name}, place="papers"))
        elif paper.expires_on and paper.expires_on < today:
            found.append(
                Unmet("paper_expired", {"name": paper.name, "on": paper.expires_on.isoformat()}, place="papers")
            )
    sides = {s.side for s in list_signatories(agreement)}
    found.extend(Unmet(f"no_signatory_{side}", place="signatories") for side in ("city", "vendor") if side not in sides)
    return tuple(found)


def list_to_agree_with(step: Step) -> list[Vendor]:
    """List with whom a step makes an agreement: those chosen for the sprint, or whoever won the award.

    Where the method has no award before a contract, any of those who answered: whoever decides by the value says which.
    """
    if spec_of(step).agreement == AgreementKind.SPRINT:
        return list_chosen(step)
    if not method_for(step.challenge).is_awarded_before(step.key):
        return list_standing(step.challenge, Standing.QUALIFIED)
    award = find_approved(step.challenge)
    return [award.vendor] if award else []


def drafters_of(step: Step) -> frozenset[str]:
    """Return the codes of everybody who drafted or worded an agreement of a step that did not end."""
    verbs = ("agreements.draft", "agreements.propose_edit", "agreements.answer_edit")
    live = step.agreements.exclude(state=AgreementState.ENDED).values_list("code", flat=True)
    return who_did(step, *verbs, subjects=live)


def unmet_in(step: Step) -> tuple[Unmet, ...]:
    """List what the step lacks: an agreement with everyone concerned, each signed."""
    vendors = list_to_agree_with(step)
    by_vendor = {a.vendor_id: a for a in step.agreements.exclude(state=AgreementState.ENDED)}
    found = []
    if not vendors:
        found.append(Unmet("nobody_to_agree_with", place="agreements"))
    for vendor in vendors:
        agreement = by_vendor.get(vendor.id)
        if agreement is None:
            found.append(Unmet("agreement_not_drafted", {"vendor": vendor.name}, place="agreements"))
        elif agreement.state != AgreementState.SIGNED:
            found.append(Unmet("agreement_unsigned", {"vendor": vendor.name}, place="agreements"))
    return tuple(found)
