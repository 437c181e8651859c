"""Questions about calls to the market."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Prefetch, QuerySet

from mix.data.asked import asked
from mix.data.models import (
    Addendum,
    Beat,
    Challenge,
    ChallengeCity,
    ExtensionProposal,
    Question,
    Solicitation,
    SolicitationDocument,
    Step,
)
from mix.phrases.mails import local_text
from mix.readers.case.challenges import method_for, spec_of
from mix.readers.case.documents import prizes_of
from mix.readers.city.trials import check_trial, trials_joined
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Unknown
from mix.readers.core.events import who_did
from mix.readers.core.once import once
from mix.readers.core.paging import Page, keyed, page_by_keys
from mix.readers.market.named_vendors import invites, unmet_in_names
from mix.readers.market.notices import list_sections
from mix.rules.case.states import ChallengeStatus
from mix.rules.city.methods import EvaluationSpec, SolicitationSpec
from mix.rules.core.fields import Bilingual
from mix.rules.core.kinds import Envelope, EvaluationPhase, OutageRule
from mix.rules.core.unmet import Unmet
from mix.rules.market.call_forms import CallForm, fitted, fitted_evaluation, form_of_method, unmet_in_form
from mix.rules.market.closing import Closing, Phase, openable_from, phase
from mix.rules.market.freezing import unmet_prizes
from mix.rules.market.outages import WINDOW, Outage, find_outage
from mix.rules.market.states import QuestionKind, SubmissionState

UNLISTED = ("body", "form", "frozen", "recipients")  # large, and no list shows them


def closing_of(solicitation: Solicitation) -> Closing:
    """Return the one closing instant and its zone."""
    return Closing(solicitation.closes_at, solicitation.zone)


def spec_of_call(solicitation: Solicitation) -> SolicitationSpec:
    """Return what this call asks: what its method does, as it was fitted to the challenge."""
    return fitted(part_of(solicitation.step), solicitation.fitted)


def part_of(step: Step) -> SolicitationSpec:
    """Return what the calls of a step ask, as the method has it. Raises Unknown."""
    part = spec_of(step).solicitation
    if part is None:
        raise Unknown
    return part


def scorings_of_method(step: Step) -> dict[str, EvaluationSpec]:
    """Return the evaluations that score the calls of a step, as the method has them, by their steps."""
    steps = method_for(step.challenge).steps
    return {s.key: s.evaluation for s in steps if s.evaluation and s.evaluation.of == step.key}


def scorings_of(solicitation: Solicitation) -> dict[str, EvaluationSpec]:
    """Return the evaluations that score a call, by their steps, as it was fitted to the challenge."""
    form = solicitation.fitted
    return {key: fitted_evaluation(e, form, key) for key, e in scorings_of_method(solicitation.step).items()}


def title_of(solicitation: Solicitation) -> Bilingual:
    """Return what the method calls the step of a call: one challenge has several calls."""
    return spec_of(solicitation.step).title


def method_form(step: Step) -> CallForm:
    """Return the form of a step's calls as the method has it."""
    return form_of_method(part_of(step), scorings_of_method(step))


def form_of(solicitation: Solicitation) -> CallForm:
    """Return the form of a call: as it was fitted, or as the method has it."""
    return solicitation.fitted or method_form(solicitation.step)


def unmet_in_form_of(solicitation: Solicitation) -> tuple[Unmet, ...]:
    """List what is wrong with the form of a call that was fitted; the method's own was checked when it was read."""
    form, step = solicitation.fitted, solicitation.step
    return unmet_in_form(form, part_of(step), scorings_of_method(step)) if form else ()


def hides_names(solicitation: Solicitation) -> bool:
    """Say whether a panel scores what comes in without the names of vendors."""
    return any(e.anonymous for e in scorings_of_method(solicitation.step).values())


@once
def find_solicitation(step: Step) -> Solicitation | None:
    """Return the call of the step's present round, if it was drafted."""
    found = next((call for call in _of_step(step.pk) if call.round == step.round), None)
    if found:
        found.step = step
    return found


def find_call_before(step: Step) -> Solicitation | None:
    """Return the latest call of a challenge, whichever its step; that of the step's last round first."""
    rows = Solicitation.objects.filter(step__challenge=step.challenge)
    return rows.filter(step=step).order_by("-round").first() or rows.order_by("-id").first()


@asked
def _of_step(step: int) -> QuerySet[Solicitation]:
    return Solicitation.objects.filter(step_id=step).order_by("id")


def authors_of_call(step: Step) -> frozenset[str]:
    """Return the codes of everybody who wrote the call of the step's present round, or changed it.

    They fitted its form, named who may answer, put a document in, or wrote an addendum; who confirms another's later
    closing wrote nothing.
    """
    call = find_solicitation(step)
    if call is None:
        return frozenset()
    verbs = ("solicitations.draft", "solicitations.add_document", "call_forms.fit", "addenda.propose_extension")
    alone = call.addenda.filter(closes_at_after=None).exclude(issued_by=None)
    named = ("named_vendors.name", "named_vendors.take_out")
    by_names = who_did(step, *named, subjects=[f"{step.challenge.code}/{step.key}"]) if invites(step) else set()
    wrote = who_did(step, *verbs, subjects=[call.reference]) | by_names
    return wrote | set(alone.values_list("issued_by__code", flat=True))


def public_calls() -> QuerySet[Solicitation]:
    """Return the calls that were published. Every public list and feed of calls begins here.

    One of a trial is published to those who play along alone.
    """
    return Solicitation.objects.filter(published_at__isnull=False, is_trial=False)


def get_public(reference: str, *, actor: Actor) -> Solicitation:
    """Return a published call, or one of a trial in which the actor plays along. Raises Unknown."""
    found = _published(reference)
    if not found:
        raise Unknown
    check_trial(found[0], actor=actor)
    return found[0]


@asked
def _published(reference: str) -> QuerySet[Solicitation]:
    rows = _whole(Solicitation.objects.filter(reference=reference, published_at__isnull=False))
    return rows.prefetch_related(
        Prefetch("step__challenge__cities", ChallengeCity.objects.select_related("municipality"))
    )


def _whole(rows: QuerySet[Solicitation]) -> QuerySet[Solicitation]:
    """Bring the challenge of each call along, but for the text of its method, which is known already."""
    rows = rows.select_related("step__challenge__method", "step__challenge__municipality")
    return rows.defer("step__challenge__method__document")


def get_call(reference: str) -> Solicitation:
    """Return a call, published or not; the caller checks who asks. Raises Unknown."""
    found = _whole(Solicitation.objects.filter(reference=reference)).first()
    if found is None:
        raise Unknown
    return found


def list_public(challenge: Challenge) -> list[Solicitation]:
    """List a challenge's published calls, latest first."""
    calls = _public(challenge)
    for call in calls:
        call.step.challenge = challenge
    return calls


@asked
def _public(challenge: Challenge) -> QuerySet[Solicitation]:
    rows = Solicitation.objects.filter(step__challenge=challenge, published_at__isnull=False).select_related("step")
    return rows.order_by("-published_at", "-id")


def page_open(page: int, *, now: datetime) -> Page[Solicitation]:
    """Return a page of the calls that are open now, the first to close first."""
    return page_by_keys(_keys_of_open(now), page, fetch_calls)


@keyed
def _keys_of_open(now: datetime) -> QuerySet[Solicitation]:
    return open_calls(now=now)


def open_calls(*, now: datetime) -> QuerySet[Solicitation]:
    """Return the calls that are open now, the first to close first."""
    rows = public_calls().filter(closes_at__gt=now, step__challenge__status=ChallengeStatus.RUNNING)
    return rows.order_by("closes_at", "id")


def list_trial_calls(actor: Actor) -> list[Solicitation]:
    """List the calls of the trials in which the actor plays along as a vendor, latest first."""
    cities = trials_joined(actor)
    rows = Solicitation.objects.filter(published_at__isnull=False, is_trial=True, municipality_id__in=cities)
    return list(_whole(rows).defer(*UNLISTED).order_by("-published_at", "-id")) if cities else []


@asked
def fetch_calls(keys: tuple[int, ...]) -> QuerySet[Solicitation]:
    """Fetch calls with their challenges by their keys, in no order, without what no list shows of them.

    The caller knows that they may be read.
    """
    return _whole(Solicitation.objects.filter(pk__in=keys)).defer(*UNLISTED)


def list_latest_calls(most: int) -> list[Solicitation]:
    """List the calls that were published last, whether they are open or not."""
    return list(_whole(public_calls().order_by("-published_at", "-id"))[:most])


def last_closing(*, now: datetime) -> datetime | None:
    """Return when a call closed last, if any has."""
    closed = Solicitation.objects.filter(published_at__isnull=False, closes_at__lte=now).order_by("-closes_at")
    return closed.values_list("closes_at", flat=True).first()


def list_answered_questions(solicitation: Solicitation) -> list[Question]:
    """List the general questions that were answered to everyone, in order of publication."""
    return list_answers_in([solicitation])


def list_answers_in(calls: Sequence[Solicitation]) -> list[Question]:
    """List what `list_answered_questions` does of several calls, in order of publication."""
    return _answers(tuple(calls))


@asked
def _answers(calls: tuple[Solicitation, ...]) -> QuerySet[Question]:
    rows = Question.objects.filter(solicitation__in=calls, kind=QuestionKind.GENERAL, published_at__isnull=False)
    return rows.order_by("published_at", "id")


def list_questions(solicitation: Solicitation, *, confidential: bool) -> list[Question]:
    """List the questions about a call, answered or not, oldest first; those asked in confidence only where said."""
    return [q for q in _questions(solicitation) if confidential or q.kind == QuestionKind.GENERAL]


@asked
def _questions(solicitation: Solicitation) -> QuerySet[Question]:
    return solicitation.questions.select_related("vendor", "drafted_by").order_by("asked_at")


def get_question(step: Step, code: str) -> Question:
    """Return one question about any call of a step. Raises Unknown."""
    found = (
        Question.objects.filter(solicitation__step=step, code=code)
        .select_related("solicitation__step__challenge__municipality", "solicitation__step__challenge__method")
        .defer("solicitation__step__challenge__method__document")
        .first()
    )
    if found is None:
        raise Unknown
    return found


def list_addenda(solicitation: Solicitation) -> list[Addendum]:
    """List the addenda to a call, latest first."""
    return list_addenda_in([solicitation])


def list_addenda_in(calls: Sequence[Solicitation]) -> list[Addendum]:
    """List the addenda to several calls, in the order of these, latest first."""
    order = tuple(call.pk for call in calls)
    return sorted(_addenda(order), key=lambda addendum: order.index(addendum.solicitation_id))


@asked
def _addenda(calls: tuple[int, ...]) -> QuerySet[Addendum]:
    return Addendum.objects.filter(solicitation__in=calls).order_by("-number")


def get_addendum(solicitation: Solicitation, number: int) -> Addendum:
    """Return one addendum to a call. Raises Unknown."""
    found = solicitation.addenda.filter(number=number).first()
    if found is None:
        raise Unknown
    return found


@asked
def list_documents(solicitation: Solicitation) -> QuerySet[SolicitationDocument]:
    """List the documents of a call that none has replaced, by title."""
    return solicitation.documents.filter(replaced_at=None).order_by("title")


def get_public_document(code: str, *, actor: Actor) -> SolicitationDocument:
    """Return a document of a published call, or of a trial in which the actor plays along. Raises Unknown."""
    rows = SolicitationDocument.objects.filter(code=code, solicitation__published_at__isnull=False)
    found = rows.select_related("solicitation").first()
    if found is None:
        raise Unknown
    check_trial(found.solicitation, actor=actor)
    return found


@asked
def list_own_questions(solicitation: Solicitation, vendor_id: int) -> QuerySet[Question]:
    """List a vendor's own questions, latest first."""
    return solicitation.questions.filter(vendor_id=vendor_id).order_by("-asked_at", "-id")


def unmet_to_publish(solicitation: Solicitation, *, now: datetime) -> tuple[Unmet, ...]:
    """List what keeps a call from being published: text, dates, minimum period, purchase option, criteria."""
    part = spec_of_call(solicitation)
    found = []
    if not solicitation.body.strip() and not list_sections(solicitation):
        found.append(Unmet("notice_without_text", field="body"))
    days = (solicitation.closes_at - now).days
    if days < part.minimum_days:
        found.append(
            Unmet("period_too_short", {"days": str(max(days, 0)), "least": str(part.minimum_days)}, field="closes")
        )
    if solicitation.questions_until >= solicitation.closes_at:
        found.append(Unmet("questions_end_after_closing", field="questions"))
    if part.purchase_option and solicitation.purchase_most_cents is None:
        found.append(Unmet("purchase_option_undeclared", field="purchase"))
    found += unmet_in_names(solicitation.step, part)
    if any(scoring.gives_prizes for scoring in scorings_of_method(solicitation.step).values()):
        found += unmet_prizes(prizes_of(solicitation.step.challenge))
    return (*found, *(replace(unmet, place="call-form") for unmet in unmet_in_form_of(solicitation)))


def phase_of(solicitation: Solicitation, *, now: datetime) -> Phase:
    """Return where a published call stands."""
    return phase(closing_of(solicitation), now=now)


def next_envelope(solicitation: Solicitation) -> str:
    """Return which envelope is opened next; empty when all are open."""
    if solicitation.technical_opened_at is None:
        return Envelope.TECHNICAL.value
    has_price = Envelope.PRICE in spec_of_call(solicitation).envelopes
    return Envelope.PRICE.value if has_price and solicitation.price_opened_at is None else ""


def waiting_extension(solicitation: Solicitation) -> ExtensionProposal | None:
    """Return the later closing that waits for a second person, if one was proposed."""
    return next(iter(_waiting(solicitation)), None)


@asked
def _waiting(solicitation: Solicitation) -> QuerySet[ExtensionProposal]:
    return solicitation.extensions.filter(ended_at=None).select_related("proposed_by").order_by("id")


def outage_of(solicitation: Solicitation, *, now: datetime) -> Outage | None:
    """Return the outage that keeps the closing from arriving, where the notice says so."""
    if solicitation.outage_rule != OutageRule.EXTEND:
        return None
    since = solicitation.closes_at - WINDOW - timedelta(hours=1)
    beats = list(Beat.objects.filter(at__gte=since).order_by("at").values_list("at", flat=True))
    earlier = Beat.objects.filter(at__lt=since).order_by("-at").values_list("at", flat=True).first()
    return find_outage([earlier, *beats] if earlier else beats, closing_of(solicitation), now=now)


def list_at_risk(*, now: datetime) -> list[Solicitation]:
    """List the calls that an outage up to now could still extend: near closing or closed, and not opened."""
    return list(
        Solicitation.objects.filter(
            outage_rule=OutageRule.EXTEND.value,
            published_at__isnull=False,
            technical_opened_at=None,
            closes_at__lte=now + WINDOW,
            closes_at__gt=now - timedelta(days=3),
            step__challenge__status=ChallengeStatus.RUNNING,
        )
        .select_related("step__challenge__method", "step__challenge__municipality")
        .defer("step__challenge__method__document")
    )


def is_scored(solicitation: Solicitation) -> bool:
    """Say whether a panel scores what comes in."""
    return bool(scorings_of_method(solicitation.step))


def instants_of(solicitation: Solicitation) -> dict[Envelope, datetime]:
    """Return the instants before which the sealer opens nothing of a call, by envelope."""
    return openable_from(closing_of(solicitation), is_scored=is_scored(solicitation))


def unmet_to_open(solicitation: Solicitation, envelope: Envelope, *, now: datetime) -> tuple[Unmet, ...]:
    """List what keeps an envelope closed once answers may be opened: opened already, a price before its turn."""
    if getattr(solicitation, f"{envelope.value}_opened_at") is not None:
        return (Unmet("already_opened"),)
    if envelope is Envelope.TECHNICAL:
        return (Unmet("outage_extends"),) if outage_of(solicitation, now=now) else ()
    frozen = solicitation.evaluations.filter(phase__in=[EvaluationPhase.QUALITY_FROZEN, EvaluationPhase.FINAL]).exists()
    if is_scored(solicitation) and not frozen:
        return (Unmet("price_before_quality"),)
    opens = instants_of(solicitation)[Envelope.PRICE]
    return () if now >= opens else (Unmet("prices_wait", {"at": local_text(opens, solicitation.zone)}),)


def unmet_in(step: Step, *, now: datetime) -> tuple[Unmet, ...]:
    """List what a call lacks before its step can end: published, closed, answered, opened."""
    call = find_solicitation(step)
    if call is None:
        return (Unmet("solicitation_not_drafted", place="notice"),)
    if call.published_at is None:
        return (Unmet("solicitation_not_published", place="notice"),)
    if now < call.closes_at:
        return (Unmet("solicitation_still_open", place="notice"),)
    found = []
    unanswered = call.questions.filter(published_at=None).count()
    if unanswered:
        found.append(Unmet("questions_unanswered", {"count": str(unanswered)}, place="questions"))
    if call.technical_opened_at is None:
        found.append(Unmet("envelopes_not_opened", place="opening"))
    return tuple(found)


def unmet_to_proceed(step: Step) -> tuple[Unmet, ...]:
    """List what only stopping or another round can mend: nobody answered."""
    call = find_solicitation(step)
    if call and call.technical_opened_at and not call.submissions.filter(state=SubmissionState.FINALISED).exists():
        return (Unmet("nobody_answered", place="opening"),)
    return ()
