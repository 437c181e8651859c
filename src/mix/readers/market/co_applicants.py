"""Who answers a call together: of a draft, whom it names and who joined; of an opened answer, all whom it names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import BigIntegerField, Case, Exists, F, OuterRef, Q, QuerySet, Subquery, When

from mix.data.asked import asked
from mix.data.models import CoApplicant, Person, Solicitation, Submission, Vendor
from mix.data.wall import lifted
from mix.readers.city.people import list_members
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Unknown
from mix.readers.market.participations import find_participation, has_reached
from mix.readers.market.solicitations import spec_of_call
from mix.rules.core.unmet import Unmet, require
from mix.rules.market.states import Joining, SubmissionState

LIVE = (Joining.ASKED.value, Joining.JOINED.value)


def most_beside(call: Solicitation) -> int:
    """Return with how many others a vendor may answer a call together; 0: each answers alone."""
    form = call.fitted
    return form.co_applicants if form else 0


def joined_by(vendors: Iterable[int]) -> Exists:
    """Return, for a query of submissions, that one of these vendors answers together with the lead."""
    rows = CoApplicant.objects.filter(submission=OuterRef("pk"), vendor_id__in=tuple(vendors), state=Joining.JOINED)
    return Exists(rows)


def own(vendors: Iterable[int]) -> Q:
    """Return, for a query of submissions, that one of these vendors is among those that answer."""
    ids = tuple(vendors)
    return Q(vendor_id__in=ids) | Q(joined_by(ids))


def answered_by(vendors: Iterable[int]) -> QuerySet[Submission]:
    """Return the submissions in which one of these vendors answers, in no order."""
    return Submission.objects.filter(own(vendors)).order_by()


def own_vendor(vendors: Iterable[int]) -> Case:
    """Return, for a query of submissions, which of these vendors answers: the lead, or whoever joined."""
    ids = tuple(vendors)
    rows = CoApplicant.objects.filter(submission=OuterRef("pk"), vendor_id__in=ids, state=Joining.JOINED)
    joined = Subquery(rows.order_by("asked_at", "id").values("vendor_id")[:1])
    return Case(When(vendor_id__in=ids, then=F("vendor_id")), default=joined, output_field=BigIntegerField())


def list_asked(submission: Submission) -> list[CoApplicant]:
    """List whom an answer names: who was asked and who joined, as they were asked. None where each answers alone."""
    return _asked(submission.pk, LIVE) if most_beside(submission.solicitation) else []


def list_joined(submission: Submission) -> list[CoApplicant]:
    """List who joined an answer, as they were asked."""
    return [row for row in list_asked(submission) if row.state == Joining.JOINED]


def list_gone(submission: Submission) -> list[CoApplicant]:
    """List who was asked and does not answer together with the lead, the latest first."""
    gone = tuple(state.value for state in Joining if state.value not in LIVE)
    return _asked(submission.pk, gone)[::-1] if most_beside(submission.solicitation) else []


@asked
def _asked(submission: int, states: tuple[str, ...]) -> QuerySet[CoApplicant]:
    rows = CoApplicant.objects.filter(submission_id=submission, state__in=states)
    return rows.select_related("vendor", "asked_by", "answered_by").order_by("asked_at", "id")


def beside_of(submission: Submission) -> list[dict[str, str]]:
    """Return who joined, as it is sealed: code and name, by code."""
    vendors = sorted((row.vendor for row in list_joined(submission)), key=lambda v: v.code)
    return [{"code": vendor.code, "name": vendor.name} for vendor in vendors]


def list_of_call(call: Solicitation, vendors: Iterable[int]) -> list[CoApplicant]:
    """List in which answers to a call these vendors were asked to join, or did."""
    if not most_beside(call):
        return []
    rows = CoApplicant.objects.filter(solicitation=call, vendor_id__in=tuple(vendors), state__in=LIVE)
    return list(rows.select_related("vendor", "lead").order_by("asked_at", "id"))


def get_asked(code: str, *, actor: Actor) -> CoApplicant:
    """Return what a vendor of the actor was asked, or asked another. Raises Unknown for anybody else's."""
    around = ("vendor", "lead", "asked_by", "solicitation__step__challenge__municipality")
    method = "solicitation__step__challenge__method"
    vendors = tuple(actor.vendors)
    rows = CoApplicant.objects.filter(Q(vendor_id__in=vendors) | Q(lead_id__in=vendors), code=code)
    found = rows.select_related(*around, method).defer(f"{method}__document").first()
    if found is None:
        raise Unknown
    return found


def is_lead(submission: Submission, actor: Actor) -> bool:
    """Say whether the actor acts for the vendor that leads an answer."""
    return submission.vendor_id in actor.vendors


def check_own_submission(submission: Submission, *, actor: Actor) -> None:
    """Raise Unknown unless the actor acts for the lead of an answer, or for a vendor that joined it."""
    if is_lead(submission, actor):
        return
    if not actor.vendors or not any(row.vendor_id in actor.vendors for row in list_joined(submission)):
        raise Unknown


def check_lead(submission: Submission, *, actor: Actor) -> None:
    """Refuse whoever joined: the lead alone finalises and withdraws. Raises Unknown for all others."""
    check_own_submission(submission, actor=actor)
    require(is_lead(submission, actor), "lead_finalises", name=submission.vendor.name)


def list_answering(submission: Submission) -> list[Person]:
    """List the people of all that answer together: the lead's, then those of who joined. Each is told once.

    Whoever acts, all of them are told; so it looks past the wall.
    """
    people = list_members(submission.vendor_id)
    if most_beside(submission.solicitation):
        with lifted():
            joined = list_joined(submission)
        people += [person for row in joined for person in list_members(row.vendor_id)]
    return list({person.pk: person for person in people}.values())


# An opened answer: whom it names stands with it.


def parties_of(submissions: Sequence[Submission]) -> dict[int, tuple[Vendor, ...]]:
    """Return the vendors of answers that were opened, by submission: the lead first. One query, where there are any."""
    codes = {one["code"] for submission in submissions for one in submission.beside}
    known = {v.code: v for v in Vendor.objects.filter(code__in=codes)} if codes else {}
    return {s.pk: (s.vendor, *(known[one["code"]] for one in s.beside)) for s in submissions}


# What keeps somebody from answering together.


def unmet_to_stand_beside(call: Solicitation, vendor: Vendor, *, lead: Vendor) -> tuple[Unmet, ...]:
    """Say why a vendor may not answer a call beside another: it may not answer it, or answers it already."""
    if not _may_answer(call, vendor, lead=lead):
        return (Unmet("co_applicant_may_not", {"name": vendor.name}),)
    return unmet_to_answer_once(call, vendor)


def unmet_of_joined(submission: Submission) -> tuple[Unmet, ...]:
    """Name those that joined an answer and may not answer its call any more; no matter who asks."""
    call = submission.solicitation
    with lifted():
        barred = [r.vendor for r in list_joined(submission) if not _may_answer(call, r.vendor, lead=submission.vendor)]
    return tuple(Unmet("co_applicant_may_not", {"name": v.name}, place="together") for v in barred)


def _may_answer(call: Solicitation, vendor: Vendor, *, lead: Vendor) -> bool:
    """Say whether a vendor has the standing that a call asks for, or had a part in what gave the lead its own."""
    standing, least = find_participation(call.step.challenge, vendor.pk), spec_of_call(call).open_to
    if vendor.merged_into_id or (standing and standing.disqualified_at):
        return False
    before = CoApplicant.objects.filter(
        lead=lead,
        vendor=vendor,
        state=Joining.JOINED,
        submission__state=SubmissionState.FINALISED,
        solicitation__step__challenge=call.step.challenge,
        solicitation__technical_opened_at__isnull=False,
    )
    return has_reached(standing, least) or before.exists()


def unmet_to_answer_once(call: Solicitation, vendor: Vendor) -> tuple[Unmet, ...]:
    """Say in what other way a vendor answers a call already: on its own, with others, or with those whom it asked."""
    if not most_beside(call):
        return ()
    joined = CoApplicant.objects.filter(solicitation=call, vendor=vendor, state=Joining.JOINED)
    if joined.exists():
        return (Unmet("answers_with_another", {"name": vendor.name}),)
    submission = call.submissions.filter(vendor=vendor).first()
    if submission and submission.state == SubmissionState.FINALISED:
        return (Unmet("answers_alone", {"name": vendor.name}),)
    if submission and submission.co_applicants.filter(state__in=LIVE).exists():
        return (Unmet("leads_an_answer", {"name": vendor.name}),)
    return ()
