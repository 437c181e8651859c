"""Questions about awards, debriefs and disputes."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from mix.data.asked import asked
from mix.data.models import Award, Challenge, Debrief, Dispute, Letter, Notice, Purchase, Result, Step, Vendor
from mix.readers.case.challenges import has_begun, method_for
from mix.readers.case.documents import latest_content
from mix.readers.city.policies import dispute_days
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Unknown
from mix.readers.core.events import who_did
from mix.readers.core.once import once
from mix.readers.core.rows import get_row
from mix.readers.market.named_vendors import competition_by_names
from mix.readers.market.participations import list_participations
from mix.rules.case.states import NoticeKind
from mix.rules.choice.states import AwardState, Ending, ending_of
from mix.rules.city.methods import Fact
from mix.rules.core.kinds import EvaluationPhase, StepKind
from mix.rules.core.unmet import Unmet
from mix.rules.market.states import SubmissionState

DRIFT_PERCENT = 10


def find_live(step: Step) -> Award | None:
    """Return the recommended or approved award of a step."""
    return (
        step.awards.filter(state__in=[AwardState.RECOMMENDED, AwardState.APPROVED])
        .select_related("vendor", "result__ranking__evaluation__step", "result__ranking__evaluation__solicitation")
        .first()
    )


def preparers_of(step: Step) -> frozenset[str]:
    """Return the codes of everybody who recommended or negotiated the live award of a step."""
    live = find_live(step)
    if live is None:
        return frozenset()
    verbs = ("awards.recommend", "awards.record_negotiation")
    return who_did(step, *verbs, subjects=[live.vendor.code], since=live.recommended_at)


def find_approved(challenge: Challenge) -> Award | None:
    """Return the approved award of a challenge."""
    return (
        Award.objects.filter(step__challenge=challenge, state=AwardState.APPROVED)
        .select_related("vendor", "step")
        .first()
    )


def notice_details(award: Award) -> dict[str, Any]:
    """Gather what the public notice of an award says of it, as CFTA art. 516(2) and its like ask."""
    call = award.result.ranking.evaluation.solicitation
    purchase = Purchase.objects.filter(challenge=award.step.challenge).first()
    by_names = competition_by_names(award.step.challenge)
    return {
        "supplier": award.names,
        "value_cents": award.value_cents,
        "bids": call.submissions.filter(state=SubmissionState.FINALISED).count(),
        "call": call.reference,
        "competition": by_names[0].value if by_names else purchase.competition if purchase else "",
    }


def list_award_notices(challenge: Challenge) -> list[Notice]:
    """List the notices of a challenge's awards with their awards, the one in force first, then the latest."""
    rows = challenge.notices.filter(kind=NoticeKind.AWARD).select_related("award").order_by("-published_at", "-id")
    return sorted(rows, key=lambda n: getattr(n, "award", None) is not None and n.award.state != AwardState.APPROVED)


@once
def list_awards_of(challenge: Challenge) -> list[Award]:
    """List every recommendation of a challenge, by step, oldest first."""
    if not has_begun(challenge, StepKind.AWARD):
        return []
    return _awards(challenge)


@asked
def _awards(challenge: Challenge) -> QuerySet[Award]:
    rows = Award.objects.filter(step__challenge=challenge).select_related("vendor", "result")
    return rows.order_by("step__position", "recommended_at", "id")


def endings_in(challenge: Challenge) -> dict[int, Ending]:
    """Return, by vendor, how it ended for those who take part and do not have the award."""
    own: dict[int, list[AwardState]] = {p.vendor_id: [] for p in list_participations(challenge)}
    for award in list_awards_of(challenge):
        own.setdefault(award.vendor_id, []).append(AwardState(award.state))
    is_awarded = any(AwardState.APPROVED in states for states in own.values())
    found = {vendor: ending_of(states, awarded_elsewhere=is_awarded) for vendor, states in own.items()}
    return {vendor: ending for vendor, ending in found.items() if ending}


def list_awards(step: Step) -> list[Award]:
    """List every recommendation of a step, oldest first."""
    return list(step.awards.select_related("vendor", "result").order_by("recommended_at", "id"))


def list_next_results(step: Step) -> list[Result]:
    """List the best-ranked of the latest final evaluation that were not tried and are not disqualified.

    They are several only where they share a rank: nobody of them comes first before that tie is broken.
    """
    out = step.challenge.participations.filter(disqualified_at__isnull=False).values("vendor_id")
    tried = Award.objects.filter(
        result__submission=OuterRef("submission"), result__ranking__evaluation=OuterRef("ranking__evaluation")
    )
    rows = (
        Result.objects.in_force()
        .filter(
            ~Exists(tried),
            ranking__evaluation__step__challenge=step.challenge,
            ranking__evaluation__phase=EvaluationPhase.FINAL,
            ranking__evaluation__step__position__lt=step.position,
            rank__isnull=False,
        )
        .exclude(submission__vendor_id__in=out)
        .select_related("submission__vendor", "ranking__evaluation__step")
        .order_by(
            "-ranking__evaluation__step__position",
            "-ranking__evaluation__round",
            "rank",
            "submission__vendor__name",
            "id",
        )
    )
    best = rows.first()
    return [r for r in rows if (r.ranking_id, r.rank) == (best.ranking_id, best.rank)] if best else []


def find_next_result(step: Step) -> Result | None:
    """Return who comes next for an award, where one vendor alone does."""
    found = list_next_results(step)
    return found[0] if len(found) == 1 else None


def list_own_debriefs(actor: Actor) -> list[Debrief]:
    """List the debriefs of the actor's vendors."""
    return _debriefs(tuple(sorted(actor.vendors)))


@asked
def _debriefs(vendors: tuple[int, ...]) -> QuerySet[Debrief]:
    rows = Debrief.objects.filter(vendor_id__in=vendors).select_related("vendor", "step__challenge__municipality")
    return rows.order_by("-asked_at", "id")


def find_debrief(step: Step, vendor: Vendor) -> Debrief | None:
    """Return the debrief that a vendor asked for, if it did."""
    return step.debriefs.filter(vendor=vendor).first()


def list_own_letters(actor: Actor) -> list[Letter]:
    """List the letters to the actor's vendors, latest first."""
    return _letters(tuple(sorted(actor.vendors)))


@asked
def _letters(vendors: tuple[int, ...]) -> QuerySet[Letter]:
    method = "evaluation__step__challenge__method"
    rows = Letter.objects.filter(vendor_id__in=vendors).select_related(method, "vendor")
    return rows.defer("sheet", f"{method}__document").order_by("-sent_at", "id")


def get_own_letter(pk: int, *, actor: Actor) -> Letter:
    """Return a letter to a vendor that the actor acts for. Raises Unknown."""
    challenge = "evaluation__step__challenge"
    found = (
        Letter.objects.filter(pk=pk, vendor_id__in=actor.vendors)
        .select_related(f"{challenge}__municipality", f"{challenge}__method", "vendor", "award__vendor", "award__step")
        .select_related("evaluation__solicitation")
        .defer(f"{challenge}__method__document")
        .first()
    )
    if found is None:
        raise Unknown
    return found


def list_debriefs(challenge: Challenge) -> list[Debrief]:
    """List the debriefs of a challenge, those that are due first first."""
    rows = Debrief.objects.filter(step__challenge=challenge).select_related("vendor", "asked_by", "step")
    return list(rows.order_by("due_on", "id"))


def get_debrief(challenge: Challenge, item: str) -> Debrief:
    """Return one debrief of a challenge. Raises Unknown."""
    rows = Debrief.objects.filter(step__challenge=challenge)
    return get_row(
        rows.select_related("vendor", "step__challenge__municipality", "step__challenge__method").defer(
            "step__challenge__method__document"
        ),
        item,
    )


def unmet_in(step: Step) -> tuple[Unmet, ...]:
    """List what an award lacks before its gate: somebody recommended, and a negotiated result on record."""
    award = find_live(step)
    if award is None:
        return (Unmet("nobody_recommended", place="award"),)
    return () if award.negotiation.strip() else (Unmet("negotiation_not_recorded", place="award"),)


def dispute_until(letter: Letter) -> datetime:
    """Return until when (UTC) a vendor may object: days after its letter, or after a debrief that came later."""
    challenge = letter.evaluation.step.challenge
    days = dispute_days([challenge], now=letter.sent_at)[challenge.pk]
    held = letter.evaluation.step.debriefs.filter(vendor=letter.vendor).values_list("held_at", flat=True).first()
    return max(filter(None, (letter.sent_at, held))) + timedelta(days=days)


def list_disputes(challenge: Challenge) -> list[Dispute]:
    """List the objections to the results of a challenge, those that are due first first."""
    rows = Dispute.objects.filter(step__challenge=challenge).select_related("vendor", "step__challenge__municipality")
    return list(rows.order_by("answered_at", "due_on", "id"))


def list_own_disputes(step: Step, vendor: Vendor) -> list[Dispute]:
    """List a vendor's objections to the results of a step, latest first."""
    return list(step.disputes.filter(vendor=vendor).order_by("-filed_at"))


def get_dispute(challenge: Challenge, code: str) -> Dispute:
    """Return one objection to the results of a challenge. Raises Unknown."""
    found = next((d for d in list_disputes(challenge) if d.code == code), None)
    if found is None:
        raise Unknown
    return found


def unmet_by_drift(step: Step) -> tuple[Unmet, ...]:
    """Compare the value as designed with the award, where the method has both and this step says the first."""
    place = method_for(step.challenge).place_of(Fact.DESIGNED_VALUE)
    award = find_approved(step.challenge)
    if place is None or place[0] != step.key or award is None:
        return ()
    designed = int(latest_content(step).get(place[1]) or 0)
    if (designed - award.value_cents) * 100 > award.value_cents * DRIFT_PERCENT:
        return (Unmet("drift_too_large", {"most": str(DRIFT_PERCENT)}, field=place[1]),)
    return ()
