"""What came of public challenges: how many reached what, each one's choice and end; in a constant number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from mix.data.asked import asked
from mix.data.models import Agreement, Award, Challenge, HistoryFact
from mix.data.wall import lifted
from mix.readers.case.challenges import public_challenges
from mix.readers.case.documents import gather_facts_of
from mix.readers.knowledge.results import AGREED_WITHOUT_AWARD, agreed_with
from mix.rules.case.states import ChallengeStatus
from mix.rules.choice.states import AwardState
from mix.rules.city.methods import Fact
from mix.rules.core.kinds import Origin


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many challenges were published, run now, chose a vendor, and were stopped or cancelled."""

    published: int
    running: int
    chosen: int
    ended: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a challenge chose and what came of it; `facts` are those of the public record, by key.

    `agreed` are the vendors with a contract where nothing is awarded.
    """

    challenge: Challenge
    award: Award | None = None
    facts: Mapping[str, HistoryFact] = field(default_factory=dict)
    story: str = ""
    agreed: Sequence[str] = ()

    @property
    def winner(self) -> HistoryFact | None:
        """What the record says of who was chosen."""
        return self.facts.get("winner")

    @property
    def outcome(self) -> HistoryFact | None:
        """What the record says of what came of it."""
        return self.facts.get("outcome")


def gather_funnel() -> Funnel:
    """Count the public challenges by what they reached."""
    with lifted():
        counted = _counted()
    return Funnel(
        published=sum(count for _status, _chosen, count in counted),
        running=sum(count for status, _chosen, count in counted if status == ChallengeStatus.RUNNING),
        chosen=sum(count for _status, chosen, count in counted if chosen),
        ended=sum(
            count for status, _, count in counted if status in (ChallengeStatus.STOPPED, ChallengeStatus.CANCELLED)
        ),
    )


@asked
def _counted() -> QuerySet[Challenge, tuple[str, bool, int]]:
    """Count the public challenges by status, and by whether a vendor is known to be chosen."""
    awarded = Award.objects.filter(step__challenge=OuterRef("pk"), state=AwardState.APPROVED)
    on_record = HistoryFact.objects.filter(challenge=OuterRef("pk"), key="winner", is_on_record=True)
    agreed = Agreement.objects.filter(AGREED_WITHOUT_AWARD, step__challenge=OuterRef("pk"))
    chosen = Q(Exists(awarded)) | Q(Exists(agreed)) | Q(Exists(on_record.exclude(text="none")))
    rows = public_challenges().annotate(is_chosen=ExpressionWrapper(chosen, output_field=BooleanField()))
    return rows.order_by().values_list("status", "is_chosen").annotate(count=Count("pk"))


def list_outcomes(challenges: Sequence[Challenge]) -> list[Outcome]:
    """Return what came of each challenge, in their order. The story of one that ran here is its public fact."""
    by_challenge = {a.step.challenge_id: a for a in _awards(tuple(c.pk for c in challenges))}
    facts: dict[int, dict[str, HistoryFact]] = {}
    for fact in _facts(tuple(c.pk for c in challenges)):
        facts.setdefault(fact.challenge_id, {})[fact.key] = fact
    agreed = agreed_with(challenges)
    told = gather_facts_of([c for c in challenges if c.origin != Origin.HISTORY], only=(Fact.OUTCOME_STORY,))
    return [
        Outcome(
            challenge,
            by_challenge.get(challenge.pk),
            facts.get(challenge.pk, {}),
            str(told.get(challenge.pk, {}).get(Fact.OUTCOME_STORY, "")),
            agreed.get(challenge.pk, ()),
        )
        for challenge in challenges
    ]


@asked
def _awards(challenges: tuple[int, ...]) -> QuerySet[Award]:
    rows = Award.objects.filter(step__challenge_id__in=challenges, state=AwardState.APPROVED)
    return rows.select_related("vendor", "step").order_by("-id")


@asked
def _facts(challenges: tuple[int, ...]) -> QuerySet[HistoryFact]:
    return HistoryFact.objects.filter(challenge_id__in=challenges).order_by("id")
