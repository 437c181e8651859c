"""Questions about submissions: the vendor's own at any time, the city's from the moment of opening."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch

from mix.data.models import (
    Acknowledgement,
    Addendum,
    Challenge,
    Evaluation,
    OpenedEnvelope,
    Solicitation,
    Submission,
    SubmissionVersion,
    Vendor,
)
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.market.participations import find_participation, has_reached
from mix.readers.market.sealing import DraftContent, FileFact
from mix.readers.market.solicitations import spec_of_call
from mix.rules.core.access import Permission
from mix.rules.core.fields import FieldSpec, FieldType, missing_answers
from mix.rules.core.kinds import Envelope, EvaluationPhase
from mix.rules.core.unmet import Unmet
from mix.rules.market.states import SubmissionState

COPY_KIND = "MIX own copy"


def get_own_submission(code: str, *, actor: Actor) -> Submission:
    """Return a submission of a vendor that the actor acts for. Raises Unknown for anybody else's."""
    found = (
        Submission.objects.filter(code=code, vendor_id__in=actor.vendors)
        .select_related(
            "vendor", "solicitation__step__challenge__method", "solicitation__step__challenge__municipality"
        )
        .first()
    )
    if found is None:
        raise Unknown
    return found


def find_own(solicitation: Solicitation, vendor: Vendor) -> Submission | None:
    """Return a vendor's submission to a call, if it started one."""
    return solicitation.submissions.filter(vendor=vendor).first()


def check_may_answer(solicitation: Solicitation, vendor: Vendor) -> None:
    """Raise Forbidden unless the vendor may answer the call."""
    part = spec_of_call(solicitation)
    if not has_reached(find_participation(solicitation.step.challenge, vendor.id), part.open_to):
        raise Forbidden(Permission.SUBMISSION_READ)


def find_current(submission: Submission) -> SubmissionVersion | None:
    """Return the version that counts: the last finalised, unless withdrawn."""
    if submission.state != SubmissionState.FINALISED:
        return None
    return submission.versions.order_by("-number").first()


def list_counting(solicitation: Solicitation) -> list[tuple[Submission, SubmissionVersion]]:
    """List the submissions that count, each with the version that counts. Nobody's page shows this before opening."""
    latest = Prefetch("versions", SubmissionVersion.objects.order_by("-number"), "latest_first")
    rows = solicitation.submissions.filter(state=SubmissionState.FINALISED).select_related("vendor").order_by("id")
    return [(submission, submission.latest_first[0]) for submission in rows.prefetch_related(latest)]


def get_own_version(reference: str, *, actor: Actor) -> SubmissionVersion:
    """Return a receipt of a vendor that the actor acts for. Raises Unknown."""
    found = (
        SubmissionVersion.objects.filter(reference=reference, submission__vendor_id__in=actor.vendors)
        .select_related("submission__vendor", "submission__solicitation__step__challenge__municipality")
        .first()
    )
    if found is None:
        raise Unknown
    return found


def open_addenda(submission: Submission) -> list[Addendum]:
    """List the addenda that the vendor has not acknowledged, oldest first."""
    seen = submission.acknowledgements.values("addendum_id")
    return list(submission.solicitation.addenda.exclude(id__in=seen).order_by("number"))


def list_acknowledged(submission: Submission) -> list[Acknowledgement]:
    """List the addenda that the vendor has acknowledged, oldest first, each with who did."""
    return list(submission.acknowledgements.select_related("addendum", "person").order_by("addendum__number"))


def is_sealed(submission: Submission) -> bool:
    """Say whether any version of a submission was ever sealed."""
    return submission.versions.exists()


def warnings_for(
    specs: Sequence[FieldSpec], content: dict[str, Any], *, addenda: Sequence[Addendum]
) -> tuple[Unmet, ...]:
    """List what is missing. It warns and never blocks, but for addenda (a part submission is a submission)."""
    return (
        *missing_answers(specs, content),
        *(Unmet("addendum_unread", {"number": str(a.number)}, place="addenda") for a in addenda),
    )


def blocking(found: Sequence[Unmet]) -> tuple[Unmet, ...]:
    """Pick what does block: an unread addendum, and answers that break a limit that the notice printed."""
    return tuple(u for u in found if u.code in {"addendum_unread", "too_many_words", "field_must_be_yes"})


def envelopes_of(
    solicitation: Solicitation, draft: DraftContent | None, files: Sequence[FileFact]
) -> dict[str, dict[str, Any]]:
    """Return what is sealed in each envelope of a draft, and what its commitment covers."""
    part = spec_of_call(solicitation)
    draft = draft or DraftContent({}, {})
    return {
        e.value: {
            "answers": {s.key: draft.answers.get(s.key) for s in part.fields_of(e.value)},
            "salt": draft.salts.get(e.value, ""),
            "files": [[f.name, f.sha256] for f in files if f.envelope == e.value],
        }
        for e in part.envelopes
    }


def price_total(specs: Sequence[FieldSpec], content: dict[str, Any]) -> int | None:
    """Add up the amounts of the price envelope in cents; None while one is missing. No total is ever typed."""
    amounts = [content.get(s.key) for s in specs if s.envelope == Envelope.PRICE and s.type is FieldType.MONEY]
    if not amounts or any(not isinstance(a, int) for a in amounts):
        return None
    return sum(int(a) for a in amounts if a is not None)


def list_opened(solicitation: Solicitation) -> list[Submission]:
    """List the submissions that were opened, by vendor; empty before opening, whoever asks."""
    if solicitation.technical_opened_at is None:
        return []
    return list(
        solicitation.submissions.filter(state=SubmissionState.FINALISED)
        .select_related("vendor")
        .order_by("vendor__name", "id")
    )


def get_opened(challenge: Challenge, code: str) -> Submission:
    """Return a submission to a call of a challenge, once it was opened. Raises Unknown."""
    found = (
        Submission.objects.filter(
            code=code,
            solicitation__step__challenge=challenge,
            solicitation__technical_opened_at__isnull=False,
            state=SubmissionState.FINALISED,
        )
        .select_related("solicitation")
        .first()
    )
    if found is None:
        raise Unknown
    return found


def opened_answers(submission: Submission, envelope: Envelope) -> dict[str, Any]:
    """Return the answers of an opened envelope, empty while it is sealed."""
    found = OpenedEnvelope.objects.filter(submission=submission, envelope=envelope.value).first()
    return dict(found.answers) if found else {}


def list_unopened(submission: Submission) -> list[Envelope]:
    """List the envelopes of a submission that counts which stayed sealed when their time had come."""
    call = submission.solicitation
    if find_current(submission) is None:
        return []
    opened = set(submission.opened.values_list("envelope", flat=True))
    return [e for e in spec_of_call(call).envelopes if getattr(call, f"{e.value}_opened_at") and e.value not in opened]


def unmet_to_redeliver(submission: Submission, envelope: Envelope) -> tuple[Unmet, ...]:
    """Say why an envelope may not be handed in again: it is open, or what rests on it is decided."""
    if envelope not in list_unopened(submission):
        return (Unmet("redelivery_not_needed"),)
    settled = (
        (EvaluationPhase.FINAL,)
        if envelope is Envelope.PRICE
        else (EvaluationPhase.QUALITY_FROZEN, EvaluationPhase.FINAL)
    )
    if Evaluation.objects.filter(solicitation=submission.solicitation, phase__in=settled).exists():
        return (Unmet("redelivery_late"),)
    return ()


@dataclass(frozen=True, slots=True)
class OwnState:
    """What a vendor's home shows of one submission."""

    submission: Submission
    current: SubmissionVersion | None
    is_open: bool
    needs_word: bool


def list_own_states(actor: Actor, *, now: datetime) -> list[OwnState]:
    """List the submissions of the actor's vendors, latest closing first, each with what it still needs."""
    seen = Acknowledgement.objects.filter(addendum=OuterRef("pk"), submission=OuterRef(OuterRef("pk")))
    unread = Addendum.objects.filter(~Exists(seen), solicitation=OuterRef("solicitation"))
    rows = (
        Submission.objects.filter(vendor_id__in=actor.vendors)
        .select_related(
            "vendor", "solicitation__step__challenge__method", "solicitation__step__challenge__municipality"
        )
        .prefetch_related(Prefetch("versions", SubmissionVersion.objects.order_by("-number"), "latest_first"))
        .annotate(needs_word=Exists(unread))
        .order_by("-solicitation__closes_at", "id")
    )
    return [
        OwnState(
            row,
            row.latest_first[0] if row.state == SubmissionState.FINALISED else None,
            now < row.solicitation.closes_at,
            row.needs_word,
        )
        for row in rows
    ]
