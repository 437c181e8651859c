"""Questions about submissions: the vendor's own at any time, the city's from the moment of opening."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from mix.data.asked import asked
from mix.data.models import (
    Acknowledgement,
    Addendum,
    Challenge,
    CoApplicant,
    Evaluation,
    ItemCheck,
    OpenedEnvelope,
    Participation,
    Solicitation,
    Submission,
    SubmissionVersion,
    Vendor,
)
from mix.phrases.mails import local_text
from mix.readers.city.people import names_of
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.core.once import once
from mix.readers.core.paging import Page, keyed, page_by_keys
from mix.readers.market.co_applicants import answered_by, own, parties_of
from mix.readers.market.participations import find_participation, has_reached
from mix.readers.market.sealing import DraftContent, DraftFact, FileFact, find_draft, list_drafts, list_moves
from mix.readers.market.solicitations import UNLISTED, is_scored, spec_of_call, title_of
from mix.rules.core.access import Permission
from mix.rules.core.fields import Bilingual, FieldSpec, missing_answers
from mix.rules.core.kinds import Envelope, EvaluationPhase
from mix.rules.core.unmet import Unmet
from mix.rules.market.call_forms import Origin
from mix.rules.market.price_lines import total_of
from mix.rules.market.sealed import BESIDE
from mix.rules.market.states import Joining, SubmissionState
from mix.rules.market.wanted_files import wanted

COPY_KIND = "MIX own copy"


def get_own_submission(code: str, *, actor: Actor) -> Submission:
    """Return a submission of a vendor that the actor acts for, or that joined it. Raises Unknown for all others."""
    found = _own(code, tuple(actor.vendors))
    if not found:
        raise Unknown
    return found[0]


@asked
def _own(code: str, vendors: tuple[int, ...]) -> QuerySet[Submission]:
    around = ("vendor", "solicitation__step__challenge__method", "solicitation__step__challenge__municipality")
    rows = Submission.objects.filter(own(vendors), code=code).select_related(*around)
    return rows.defer("solicitation__step__challenge__method__document")


def find_own(solicitation: Solicitation, vendor: Vendor) -> Submission | None:
    """Return a vendor's submission to a call, if it started one."""
    return solicitation.submissions.filter(vendor=vendor).first()


def check_may_answer(solicitation: Solicitation, vendor: Vendor) -> None:
    """Raise Forbidden unless the vendor may answer the call. One that goes on as another answers as that one.

    A practice vendor answers what is tried alone.
    """
    part = spec_of_call(solicitation)
    if (
        vendor.merged_into_id
        or (vendor.is_practice and not solicitation.is_trial)
        or not has_reached(find_participation(solicitation.step.challenge, vendor.id), part.open_to)
    ):
        raise Forbidden(Permission.SUBMISSION_READ)


def find_current(submission: Submission) -> SubmissionVersion | None:
    """Return the version that counts: the last finalised, unless withdrawn."""
    if submission.state != SubmissionState.FINALISED:
        return None
    return next(iter(_last(submission)), None)


@asked
def _last(submission: Submission) -> QuerySet[SubmissionVersion]:
    return submission.versions.order_by("-number")[:1]


def list_counting(solicitation: Solicitation) -> list[tuple[Submission, SubmissionVersion]]:
    """List the submissions that count, each with the version that counts. Nobody's page shows this before opening."""
    latest = Prefetch("versions", SubmissionVersion.objects.order_by("-number"), "latest_first")
    rows = solicitation.submissions.filter(state=SubmissionState.FINALISED).select_related("vendor").order_by("id")
    return [(submission, submission.latest_first[0]) for submission in rows.prefetch_related(latest)]


def get_own_version(reference: str, *, actor: Actor) -> SubmissionVersion:
    """Return a receipt of a vendor that the actor acts for, or that joined its submission. Raises Unknown."""
    found = (
        SubmissionVersion.objects.filter(reference=reference, submission__in=answered_by(actor.vendors))
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


def list_earlier_asked(submission: Submission) -> list[tuple[Addendum, bool]]:
    """List the addenda that changed a question after the version that counts was finalised, oldest first.

    Its answer is to the question as it was; each with whether its vendor said that it stands for the new one, too.
    """
    form = submission.solicitation.fitted
    if form is None or not any(q.origin is Origin.CHANGED for q in form.questions):
        return []
    version = find_current(submission)
    if version is None:
        return []
    known, read = version.statement.acknowledged, {a.addendum_id for a in submission.acknowledgements.all()}
    changed = submission.solicitation.addenda.exclude(question="").exclude(number__in=known).order_by("number")
    return [(addendum, addendum.pk in read) for addendum in changed]


def list_acknowledged(submission: Submission) -> list[Acknowledgement]:
    """List the addenda that the vendor has acknowledged, oldest first, each with who did."""
    return list(submission.acknowledgements.select_related("addendum", "person").order_by("addendum__number"))


def changes_since(submission: Submission, *, number: int, files: Collection[str], but: str = "") -> tuple[Unmet, ...]:
    """Say how a draft differs from what it was under a number, with these files (their codes), and by whom.

    Nothing is said of the answers where that draft is gone, nor of those that one person (a code) changed last.
    """
    drafts = {d.number: d for d in reversed(list_drafts(submission)) if d.number >= number}
    by: dict[str, DraftFact] = {}
    first = before = find_draft(submission, number=number)
    for draft in list(drafts.values())[1:] if before else ():
        after = find_draft(submission, number=draft.number)
        by |= dict.fromkeys(_differing(before, after), draft)
        before = after
    specs = {s.key: s.title for s in spec_of_call(submission.solicitation).answers}
    differing = _differing(first, before)
    moves = list_moves(submission, seen=files)
    names = names_of({d.saved_by for d in by.values()} | {m.by for m in moves})

    def said(code: str, who: str, at: datetime, **params: str) -> Unmet:
        at_text = local_text(at, submission.solicitation.zone)
        return Unmet(code, {**params, "who": names.get(who, who), "at": at_text})

    changed = [
        said("answer_changed_since", by[key].saved_by, by[key].saved_at, **specs[key].params("field"))
        for key in specs
        if key in differing and by[key].saved_by != but
    ]
    moved = [said("file_came_since" if m.came else "file_went_since", m.by, m.at, name=m.name) for m in moves]
    return (*changed, *moved)


def _differing(one: DraftContent | None, other: DraftContent | None) -> set[str]:
    """Name the fields that two drafts answer differently."""
    if one is None or other is None:
        return set()
    return {key for key in {*one.answers, *other.answers} if one.answers.get(key) != other.answers.get(key)}


def is_sealed(submission: Submission) -> bool:
    """Say whether any version of a submission was ever sealed."""
    return submission.versions.exists()


def warnings_for(specs: Sequence[FieldSpec], content: dict[str, Any], *, unread: Sequence[int]) -> tuple[Unmet, ...]:
    """List what is missing. It warns and never blocks, but for `unread` addenda, by their numbers.

    A part submission is a submission.
    """
    return (
        *missing_answers(specs, content),
        *(Unmet("addendum_unread", {"number": str(n)}, place="addenda") for n in unread),
    )


def with_files(specs: Sequence[FieldSpec], content: Mapping[str, Any], files: Sequence[FileFact]) -> dict[str, Any]:
    """Return answers with those that are files: the SHA-256 of each, in the order in which they came."""
    hashes = {spec.key: [f.sha256 for f in files if f.question == spec.key] for spec in wanted(specs)}
    return {**content, **hashes}


def blocking(found: Sequence[Unmet]) -> tuple[Unmet, ...]:
    """Pick what does block: an unread addendum, and answers that break a limit that the notice printed."""
    return tuple(
        u for u in found if u.code in {"addendum_unread", "too_many_words", "field_must_be_yes", "rows_above_most"}
    )


def envelopes_of(
    solicitation: Solicitation,
    draft: DraftContent | None,
    files: Sequence[FileFact],
    *,
    beside: Sequence[Mapping[str, str]] = (),
) -> dict[str, dict[str, Any]]:
    """Return what is sealed in each envelope of a draft, and what its commitment covers.

    Those who answer `beside` its vendor are named in the envelope of answers.
    """
    part = spec_of_call(solicitation)
    draft = draft or DraftContent({}, {})
    content = with_files(part.answers, draft.answers, files)
    named = {Envelope.TECHNICAL.value: {BESIDE: list(beside)}} if beside else {}
    return {
        e.value: {
            "answers": {s.key: content.get(s.key) for s in part.fields_of(e.value)},
            "salt": draft.salts.get(e.value, ""),
            "files": [[f.name, f.sha256] for f in files if f.envelope == e.value],
            **named.get(e.value, {}),
        }
        for e in part.envelopes
    }


def amount_of(spec: FieldSpec, value: object) -> int | None:
    """Return what one question of a price comes to, in cents: an amount, or the sum of lines; None while it is not."""
    found = total_of(spec, value) if spec.lines else value
    return found if isinstance(found, int) else None


def price_total(specs: Sequence[FieldSpec], content: dict[str, Any]) -> int | None:
    """Add up the amounts of the price envelope in cents; None while one is missing. No total is ever typed."""
    amounts = [amount_of(s, content.get(s.key)) for s in specs if s.envelope == Envelope.PRICE]
    if not amounts or any(not isinstance(a, int) for a in amounts):
        return None
    return sum(int(a) for a in amounts if a is not None)


@once
def list_opened(solicitation: Solicitation) -> list[Submission]:
    """List the submissions that were opened, by vendor; empty before opening, whoever asks.

    `is_out` says of each whether nobody scores it: one of its vendors was disqualified since, or it failed a mandatory
    item.
    """
    if solicitation.technical_opened_at is None:
        return []
    found = _opened(solicitation.pk)
    parties = parties_of(found)
    for row in found:
        row.solicitation, row.has_failed, row.parties = solicitation, row.failing, parties[row.pk]
        row.is_out = row.disqualified or row.failing
    return found


@asked
def _opened(call: int) -> QuerySet[Any]:
    beside = CoApplicant.objects.filter(submission=OuterRef(OuterRef("pk")), state=Joining.JOINED).values("vendor")
    out = Participation.objects.filter(
        Q(vendor=OuterRef("vendor")) | Q(vendor__in=beside),
        challenge=OuterRef("solicitation__step__challenge"),
        disqualified_at__isnull=False,
    )
    later = ItemCheck.objects.filter(submission=OuterRef("submission"), item=OuterRef("item"), id__gt=OuterRef("id"))
    failed = ItemCheck.objects.filter(~Exists(later), submission=OuterRef("pk"), passed=False)
    rows = Submission.objects.filter(solicitation_id=call, state=SubmissionState.FINALISED)
    found = rows.annotate(disqualified=Exists(out), failing=Exists(failed))
    return found.select_related("vendor").order_by("vendor__name", "id")


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
    found = _opened_in((submission,), envelope.value)
    return dict(found[0].answers) if found else {}


def opened_in(submissions: Iterable[Submission], envelope: Envelope) -> dict[int, dict[str, Any]]:
    """Return the answers of several opened envelopes, by submission; what is sealed is not there."""
    return {row.submission_id: dict(row.answers) for row in _opened_in(tuple(submissions), envelope.value)}


@asked
def _opened_in(submissions: tuple[Submission, ...], envelope: str) -> QuerySet[OpenedEnvelope]:
    return OpenedEnvelope.objects.filter(submission__in=submissions, envelope=envelope)


def when_opened(submission: Submission) -> dict[Envelope, datetime]:
    """Return which envelopes of a submission are open, and since when."""
    return {Envelope(row.envelope): row.opened_at for row in submission.opened.all()}


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of one version: the later one that took its place, when it was withdrawn, when it was opened."""

    replaced_by: SubmissionVersion | None
    withdrawn_at: datetime | None
    opened_at: datetime | None

    @property
    def counts(self) -> bool:
        """Say whether it is the version that counts."""
        return self.replaced_by is None and self.withdrawn_at is None


def standing_of(version: SubmissionVersion) -> Standing:
    """Say what became of a version."""
    submission = version.submission
    later = submission.versions.filter(number__gt=version.number).order_by("number").first()
    if later:
        return Standing(later, None, None)
    if submission.state == SubmissionState.WITHDRAWN:
        return Standing(None, submission.withdrawn_at, None)
    return Standing(None, None, when_opened(submission).get(Envelope.TECHNICAL))


def list_own_counting(solicitation: Solicitation, *, actor: Actor) -> list[SubmissionVersion]:
    """List the versions that count at a call in which the actor's own vendors answer, by vendor."""
    rows = solicitation.submissions.filter(own(actor.vendors)).select_related("vendor")
    return [found for row in rows.order_by("vendor__name", "id") if (found := find_current(row))]


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
    """What a vendor's home shows of one submission: to the call of which step, and how far it is.

    Where nobody scores what answers the call, `is_scored` says so: no letter comes.
    """

    submission: Submission
    title: Bilingual
    is_scored: bool
    is_handed_in: bool
    is_open: bool
    needs_word: bool


def page_own_states(actor: Actor, page: int, *, now: datetime) -> Page[OwnState]:
    """Return a page of the submissions in which the actor's vendors answer, latest closing first, with their needs."""
    found: Page[Any] = page_by_keys(_own_keys(tuple(actor.vendors)), page, _with_needs)  # `needs_word` is asked along
    states = [
        OwnState(
            row,
            title_of(row.solicitation),
            is_scored(row.solicitation),
            row.state == SubmissionState.FINALISED,
            now < row.solicitation.closes_at,
            row.needs_word,
        )
        for row in found.rows
    ]
    return Page(states, found.number, found.last, found.total)


@keyed
def _own_keys(vendors: tuple[int, ...]) -> QuerySet[Submission]:
    return Submission.objects.filter(own(vendors)).order_by("-solicitation__closes_at", "id")


@asked
def _with_needs(keys: tuple[int, ...]) -> QuerySet[Any]:
    """Ask for submissions with their calls, and whether an addendum waits for the vendor's word."""
    seen = Acknowledgement.objects.filter(addendum=OuterRef("pk"), submission=OuterRef(OuterRef("pk")))
    unread = Addendum.objects.filter(~Exists(seen), solicitation=OuterRef("solicitation"))
    method = "solicitation__step__challenge__method"
    rows = Submission.objects.filter(pk__in=keys).select_related("vendor", method)
    rows = rows.defer(f"{method}__document", *(f"solicitation__{column}" for column in UNLISTED))
    return rows.annotate(needs_word=Exists(unread))
