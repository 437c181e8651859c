"""Verbs on agreements: draft from the clause library, edit with reasons, papers, signatures, deliverables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mix.actions.case.locking import keep_open, lock_challenge, lock_step
from mix.actions.core.deeds import Deed
from mix.data.models import Agreement, Clause, ClauseEdit, Deliverable, Paper, Person, Signatory, Step, Vendor
from mix.readers.case.challenges import list_steps_after, spec_of
from mix.readers.city.people import actor_for, list_members, list_on_duty
from mix.readers.core.actors import Actor
from mix.readers.delivery.acceptance import Flowing, find_tests, lines_at, unmet_by_clause
from mix.readers.delivery.agreements import (
    Terms,
    changes_since,
    digest_of,
    list_signatories,
    list_terms,
    unmet_to_sign,
)
from mix.readers.market.vendors import get_own_vendor
from mix.rules.city.calendar import day_in
from mix.rules.core.access import Permission, Role, grants
from mix.rules.core.kinds import AgreementKind
from mix.rules.core.unmet import Outdated, Unmet, refuse_if, require
from mix.rules.delivery.clauses import ClauseText, followed_by_tests
from mix.rules.delivery.states import AgreementState, EditState, Side


@dataclass(frozen=True, slots=True)
class Due:
    """Something to be delivered on a day for a fee in cents."""

    title: str
    due_on: date
    fee_cents: int


def draft(
    deed: Deed,
    step: Step,
    *,
    vendor: Vendor,
    value_cents: int,
    starts_on: date,
    ends_on: date,
    clauses: Sequence[ClauseText],
    options_cents: int = 0,
    deliverables: Sequence[Due] = (),
    papers: Sequence[tuple[str, str]] = (),
    reason: str = "",
) -> Agreement:
    """Draft an agreement with one vendor from library clauses. Papers are (kind, name) that must come in.

    The vendors of one step have the same terms; others need a reason. A clause that names tests says those of the
    document that the method names.
    """
    step, role = lock_step(step, actor=deed.actor, needs=Permission.AGREEMENT_EDIT, editing=True)
    require(not step.agreements.filter(vendor=vendor).exists(), "agreement_exists", vendor=vendor.name)
    require(ends_on >= starts_on, "ends_before_start", field="ends_on")
    require(bool(clauses), "clauses_missing", field="clauses")
    tests = find_tests(step)
    clauses = [made for c in clauses if (made := followed_by_tests(c, tests.lines if tests else ()))]
    terms = Terms(
        value_cents,
        options_cents,
        starts_on,
        ends_on,
        frozenset((due.title, due.due_on, due.fee_cents) for due in deliverables),
        frozenset(clause.text for clause in clauses),
    )
    differs = any(other != terms for other in list_terms(step))
    require(bool(reason.strip()) or not differs, "agreement_differs", field="reason")
    agreement = Agreement.objects.create(
        municipality_id=step.municipality_id,
        step=step,
        vendor=vendor,
        kind=spec_of(step).agreement or AgreementKind.CONTRACT,
        value_cents=value_cents,
        options_cents=options_cents,
        starts_on=starts_on,
        ends_on=ends_on,
        drafted_at=deed.now,
        differs_reason=reason.strip() if differs else "",
    )
    _keep_clauses(agreement, clauses, tests)
    for due in deliverables:
        Deliverable.objects.create(agreement=agreement, title=due.title, due_on=due.due_on, fee_cents=due.fee_cents)
    for kind, name in papers:
        Paper.objects.create(agreement=agreement, kind=kind, name=name)
    deed.tell(
        list_members(vendor.id),
        "agreement_drafted",
        challenge=step.challenge,
        path=f"vendor/agreements/{agreement.code}/",
        vendor=vendor.name,
    )
    deed.record("agreements.draft", agreement, role=role.value, reason=agreement.differs_reason)
    return agreement


def _keep_clauses(agreement: Agreement, clauses: Sequence[ClauseText], tests: Flowing | None) -> None:
    """Keep the clauses in their order; of what names tests, where these stand and what stands there."""
    for position, clause in enumerate(clauses, start=1):
        source = {"source": tests.place, "said": "\n".join(tests.lines)} if tests and clause.names_tests else {}
        Clause.objects.create(
            agreement=agreement, key=clause.key, position=position, title=clause.title, text=clause.text, **source
        )


def _side(agreement: Agreement, *, actor: Actor) -> tuple[str, str]:
    """Return the side on which the actor stands and the role it acts by. Raises Unknown, Forbidden."""
    if agreement.vendor_id in actor.vendors:
        get_own_vendor(agreement.vendor.code, actor=actor)
        return "vendor", "vendor"
    _, role = lock_challenge(agreement.step.challenge, actor=actor, needs=Permission.AGREEMENT_EDIT)
    return "city", role.value


def _drafting(agreement: Agreement) -> Agreement:
    fresh = (
        Agreement.objects.select_for_update(of=("self",))
        .select_related("vendor", "step__challenge__municipality", "step__challenge__method")
        .get(pk=agreement.pk)
    )
    require(fresh.state == AgreementState.DRAFTING, "agreement_fixed")
    keep_open([fresh.step])
    return fresh


def propose_edit(deed: Deed, clause: Clause, *, text: str, reason: str) -> ClauseEdit:
    """Propose other words for a clause, with a reason; the other side answers.

    The same words are proposed where a clause is to stay as it is though its source says something else.
    """
    agreement = _drafting(clause.agreement)
    side, role = _side(agreement, actor=deed.actor)
    require(bool(reason.strip()), "reason_missing", field="reason")
    keeps = bool(unmet_by_clause(agreement.step, clause))  # its source says something else, and these words may stay
    require(bool(text.strip()) and (keeps or text != clause.text), "clause_unchanged", field="text")
    require(not clause.edits.filter(state=EditState.PROPOSED).exists(), "edit_waits")
    edit = ClauseEdit.objects.create(
        clause=clause,
        side=side,
        person=deed.actor.someone,
        before=clause.text,
        text=text,
        reason=reason,
        proposed_at=deed.now,
    )
    if side == Side.CITY:
        deed.tell(
            list_members(agreement.vendor_id),
            "clause_proposed",
            challenge=agreement.step.challenge,
            path=f"vendor/agreements/{agreement.code}/",
            vendor=agreement.vendor.name,
        )
    else:
        deed.tell(
            list_on_duty(agreement.municipality_id, Role.LEGAL, Role.PROCUREMENT_OFFICER),
            "vendor_proposed_clause",
            challenge=agreement.step.challenge,
            path=_path(agreement, Side.CITY),
            vendor=agreement.vendor.name,
        )
    deed.record("agreements.propose_edit", agreement, role=role, reason=reason)
    return edit


def answer_edit(deed: Deed, edit: ClauseEdit, *, accept: bool, answer: str = "") -> ClauseEdit:
    """Accept or refuse the other side's words; a refusal needs a reason."""
    agreement = _drafting(edit.clause.agreement)
    side, role = _side(agreement, actor=deed.actor)
    require(edit.state == EditState.PROPOSED, "edit_answered")
    require(side != edit.side, "own_edit")
    require(accept or bool(answer.strip()), "reason_missing", field="answer")
    edit.state, edit.answer, edit.answered_at = EditState.ACCEPTED if accept else EditState.REFUSED, answer, deed.now
    edit.save(update_fields=["state", "answer", "answered_at"])
    if accept:
        clause = edit.clause
        clause.text = edit.text
        clause.said = lines_at(agreement.step, clause.source)
        clause.save(update_fields=["text", "said"])
        _void_signatures(deed, agreement, role=role)
    deed.record("agreements.answer_edit", agreement, role=role, reason=answer)
    return edit


def _void_signatures(deed: Deed, agreement: Agreement, *, role: str) -> None:
    """Take back every signature under what is not the text any more, and tell those who gave it."""
    signed = [s for s in list_signatories(agreement) if s.signed_at]
    for row in signed:
        row.signed_at, row.signed_digest, row.voided_at = None, "", deed.now
        row.save(update_fields=["signed_at", "signed_digest", "voided_at"])
        deed.tell(
            [row.person],
            "signature_voided",
            challenge=agreement.step.challenge,
            path=_path(agreement, Side(row.side)),
            vendor=agreement.vendor.name,
        )
    if signed:
        people = [row.person.code for row in signed]
        deed.record(
            "agreements.void_signatures",
            agreement,
            role=role,
            payload={"digest": digest_of(agreement), "people": people},
        )


def _path(agreement: Agreement, side: Side) -> str:
    """Return the address of an agreement for one side."""
    if side is Side.VENDOR:
        return f"vendor/agreements/{agreement.code}/"
    return f"city/challenges/{agreement.step.challenge.code}/agreements/{agreement.code}/"


def receive_paper(deed: Deed, paper: Paper, *, expires_on: date | None = None) -> Paper:
    """Note that a certificate came in, and until when it holds; again where it is renewed while the work goes on."""
    agreement = paper.agreement
    _, role = lock_challenge(agreement.step.challenge, actor=deed.actor, needs=Permission.AGREEMENT_EDIT)
    keep_open(list_steps_after(agreement.step))
    paper.received_at, paper.expires_on = deed.now, expires_on
    paper.save(update_fields=["received_at", "expires_on"])
    deed.record("agreements.receive_paper", agreement, role=role.value)
    return paper


def name_signatory(deed: Deed, agreement: Agreement, *, person: Person, title: str) -> Signatory:
    """Name a person who signs: the city names its own, the vendor its own."""
    agreement = _drafting(agreement)
    side, role = _side(agreement, actor=deed.actor)
    _require_authority(agreement, person, side=Side(side))
    row, is_new = Signatory.objects.get_or_create(
        agreement=agreement, person=person, defaults={"side": side, "title": title}
    )
    if is_new:
        _void_signatures(deed, agreement, role=role)
    deed.tell(
        [person],
        "asked_to_sign",
        challenge=agreement.step.challenge,
        path=_path(agreement, Side(side)),
        vendor=agreement.vendor.name,
    )
    deed.record("agreements.name_signatory", agreement, role=role)
    return row


def take_out_signatory(deed: Deed, signatory: Signatory) -> None:
    """Take out somebody of one's own side who has not signed, such as one who left: nobody else could sign instead.

    Who signs is part of the text, so that every signature is void.
    """
    agreement = _drafting(signatory.agreement)
    side, role = _side(agreement, actor=deed.actor)
    row = deed.must(agreement.signatories.filter(pk=signatory.pk, side=side).first(), "signatory_not_of_side_here")
    require(row.signed_at is None, "signatory_signed", name=row.person.name)
    row.delete()
    _void_signatures(deed, agreement, role=role)
    deed.record("agreements.take_out_signatory", agreement, role=role, payload={"person": row.person.code})


def _require_authority(agreement: Agreement, person: Person, *, side: Side) -> None:
    """Refuse whoever does not act for the vendor, or has no role in the city that may sign."""
    theirs = actor_for(person)
    if side is Side.VENDOR:
        require(agreement.vendor_id in theirs.vendors, "signatory_not_of_side", name=person.name)
    else:
        lead = agreement.step.challenge.municipality.code
        may_sign = grants(theirs.roles_at(lead), Permission.AGREEMENT_SIGN)
        require(may_sign, "signatory_without_authority", name=person.name)


@dataclass(frozen=True, slots=True)
class SeenText:
    """What stood on the page on which somebody signs: its digest, and when the page was drawn, as it says itself."""

    digest: str
    at: datetime | None


def sign(deed: Deed, agreement: Agreement, *, seen: SeenText | None = None) -> Agreement:
    """Sign as a named person, who still stands for that side. When the last one has signed, it is in force.

    What is signed is the digest of all that the agreement says. Raises Outdated where it is not what was `seen`.
    """
    agreement = _drafting(agreement)
    row = deed.must(agreement.signatories.filter(person=deed.actor.someone).first(), "not_a_signatory")
    _require_authority(agreement, deed.actor.someone, side=Side(row.side))
    refuse_if(unmet_to_sign(agreement, today=day_in(agreement.step.challenge.municipality.zone, deed.now)))
    digest = digest_of(agreement)
    if seen and seen.digest != digest:
        raise Outdated(Unmet("text_changed_since", place="clauses"), *changes_since(agreement, at=seen.at))
    if row.signed_at is None:
        row.signed_at, row.signed_digest, row.voided_at = deed.now, digest, None
        row.save(update_fields=["signed_at", "signed_digest", "voided_at"])
    if not agreement.signatories.filter(signed_at=None).exists():
        agreement.state, agreement.signed_at = AgreementState.SIGNED, deed.now
        agreement.save(update_fields=["state", "signed_at"])
        deed.tell(
            list_members(agreement.vendor_id),
            "agreement_signed",
            challenge=agreement.step.challenge,
            path=f"vendor/agreements/{agreement.code}/",
            vendor=agreement.vendor.name,
        )
    deed.record("agreements.sign", agreement, role=row.side, payload={"digest": digest})
    return agreement


def deliver(deed: Deed, deliverable: Deliverable) -> Deliverable:
    """Say, as the vendor, that something paid was delivered."""
    agreement = deliverable.agreement
    get_own_vendor(agreement.vendor.code, actor=deed.actor)
    require(agreement.state == AgreementState.SIGNED, "agreement_not_signed")
    keep_open(list_steps_after(agreement.step))
    deliverable.delivered_at, deliverable.refused_reason = deed.now, ""
    deliverable.save(update_fields=["delivered_at", "refused_reason"])
    deed.tell(
        list_on_duty(agreement.municipality_id, Role.PROJECT_LEAD, Role.PROCUREMENT_OFFICER),
        "deliverable_delivered",
        challenge=agreement.step.challenge,
        path=_path(agreement, Side.CITY),
        title=deliverable.title,
        vendor=agreement.vendor.name,
    )
    deed.record("agreements.deliver", agreement, role=Role.VENDOR)
    return deliverable


def judge_deliverable(deed: Deed, deliverable: Deliverable, *, accept: bool, reason: str = "") -> Deliverable:
    """Accept what was delivered, which releases its fee, or refuse it with a reason: also what never came."""
    agreement = deliverable.agreement
    _, role = lock_challenge(agreement.step.challenge, actor=deed.actor, needs=Permission.SPRINT_RUN)
    keep_open(list_steps_after(agreement.step))
    require(deliverable.delivered_at is not None or not accept, "not_delivered")
    require(deliverable.accepted_at is None, "deliverable_accepted")
    require(accept or bool(reason.strip()), "reason_missing", field="reason")
    if accept:
        deliverable.accepted_at = deliverable.paid_at = deed.now
    else:
        deliverable.refused_reason, deliverable.delivered_at = reason, None
    deliverable.save(update_fields=["accepted_at", "paid_at", "refused_reason", "delivered_at"])
    deed.tell(
        list_members(agreement.vendor_id),
        "deliverable_judged",
        challenge=agreement.step.challenge,
        path=f"vendor/agreements/{agreement.code}/",
        title=deliverable.title,
    )
    deed.record("agreements.judge_deliverable", agreement, role=role.value, reason=reason)
    return deliverable
