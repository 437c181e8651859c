"""What an entry of the log is about: its kind and its name there, and the chain on which it stands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch

from mix.data.models import (
    Agreement,
    Chain,
    Challenge,
    CoApplicant,
    Conversation,
    CustodyKey,
    Department,
    Evaluation,
    MethodDraft,
    MethodVersion,
    Municipality,
    Need,
    Person,
    Pilot,
    Question,
    Solicitation,
    StaffInvitation,
    Step,
    Submission,
    Vendor,
)


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind and a name; the challenge that it belongs to, and a chain where that is not its lead city's."""

    kind: str
    name: str
    challenge: Challenge | None = None
    chain: str = ""


@singledispatch
def subject_of(row: object) -> Subject:
    """Return what an entry about this row names. Raises TypeError for what is no subject of the log."""
    raise TypeError(type(row).__name__)


@subject_of.register
def _(row: Challenge) -> Subject:
    return Subject("challenge", row.code, row)


@subject_of.register
def _(row: Step) -> Subject:
    return Subject("step", f"{row.challenge.code}/{row.key}", row.challenge)


@subject_of.register
def _(row: Evaluation) -> Subject:
    return Subject("evaluation", f"{row.step.challenge.code}/{row.step.key}", row.step.challenge)


@subject_of.register
def _(row: Agreement) -> Subject:
    return Subject("agreement", row.code, row.step.challenge)


@subject_of.register
def _(row: Conversation) -> Subject:
    return Subject("conversation", row.code, row.step.challenge)


@subject_of.register
def _(row: Solicitation) -> Subject:
    return Subject("solicitation", row.reference, row.step.challenge)


@subject_of.register
def _(row: Submission) -> Subject:
    return Subject("submission", row.code, row.solicitation.step.challenge)


@subject_of.register
def _(row: CoApplicant) -> Subject:
    return Subject("co_applicant", row.code, row.solicitation.step.challenge)


@subject_of.register
def _(row: Question) -> Subject:
    return Subject("question", row.code, row.solicitation.step.challenge)


@subject_of.register
def _(row: CustodyKey) -> Subject:
    call = row.solicitation
    return Subject("key", row.key_id, call.step.challenge if call else None, row.municipality.code)


@subject_of.register
def _(row: Municipality) -> Subject:
    return Subject("municipality", row.code, chain=row.code)


@subject_of.register
def _(row: Department) -> Subject:
    return Subject("department", row.code, chain=row.municipality.code)


@subject_of.register
def _(row: Need) -> Subject:
    return Subject("need", row.code, chain=row.municipality.code)


@subject_of.register
def _(row: Pilot) -> Subject:
    return Subject("pilot", row.code, chain=row.municipality.code)


@subject_of.register
def _(row: MethodDraft) -> Subject:
    return Subject("method", row.key, chain=row.municipality.code)


@subject_of.register
def _(row: StaffInvitation) -> Subject:
    return Subject("invitation", row.code, chain=row.municipality.code)


@subject_of.register
def _(row: MethodVersion) -> Subject:
    return Subject("method", f"{row.key}-{row.version}")


@subject_of.register
def _(row: Person) -> Subject:
    return Subject("person", row.code)


@subject_of.register
def _(row: Vendor) -> Subject:
    return Subject("vendor", row.code)


@subject_of.register
def _(row: Chain) -> Subject:
    return Subject("chain", row.code, chain=row.code)
