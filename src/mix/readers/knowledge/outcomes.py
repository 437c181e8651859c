"""What came of public challenges: how many reached what, each one's choice and end; in a constant number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, Q

from mix.data.models import Award, Challenge, HistoryFact
from mix.readers.case.challenges import public_challenges
from mix.readers.case.documents import gather_facts_of
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
    """What a challenge chose and what came of it; `facts` are those of the public record, by key."""

    challenge: Challenge
    award: Award | None = None
    facts: Mapping[str, HistoryFact] = field(default_factory=dict)
    story: str = ""

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
    awarded = Award.objects.filter(step__challenge=OuterRef("pk"), state=AwardState.APPROVED)
    on_record = HistoryFact.objects.filter(challenge=OuterRef("pk"), key="winner", is_on_record=True)
    chosen = Q(Exists(awarded)) | Q(Exists(on_record.exclude(text="none")))
    counted = public_challenges().aggregate(
        published=Count("pk"),
        running=Count("pk", filter=Q(status=ChallengeStatus.RUNNING)),
        chosen=Count("pk", filter=chosen),
        ended=Count("pk", filter=Q(status__in=[ChallengeStatus.STOPPED, ChallengeStatus.CANCELLED])),
    )
    return Funnel(**counted)


def list_outcomes(challenges: Sequence[Challenge]) -> list[Outcome]:
    """Return what came of each challenge, in their order. The story of one that ran here is its public fact."""
    awards = Award.objects.filter(step__challenge__in=challenges, state=AwardState.APPROVED)
    by_challenge = {a.step.challenge_id: a for a in awards.select_related("vendor", "step").order_by("-id")}
    facts: dict[int, dict[str, HistoryFact]] = {}
    for fact in HistoryFact.objects.filter(challenge__in=challenges).order_by("id"):
        facts.setdefault(fact.challenge_id, {})[fact.key] = fact
    told = gather_facts_of([c for c in challenges if c.origin != Origin.HISTORY])
    return [
        Outcome(
            challenge,
            by_challenge.get(challenge.pk),
            facts.get(challenge.pk, {}),
            str(told.get(challenge.pk, {}).get(Fact.OUTCOME_STORY, "")),
        )
        for challenge in challenges
    ]
