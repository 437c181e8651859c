"""Timelines, read from the log; and the log's own check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Concat

from mix.data.asked import asked
from mix.data.models import Chain, Challenge, Checkpoint, Evaluation, Event, Solicitation, Step
from mix.data.models.core.events import COVERED, covered
from mix.readers.core.paging import Page, page_of
from mix.rules.core.chain import GENESIS, Break, digest, first_break
from mix.rules.core.kinds import EvaluationPhase
from mix.rules.core.merkle import Tree
from mix.rules.core.notes import read_checkpoint, split

SEALED = "sealed:"
# What the public sees of a challenge's log: verbs that publish something.
PUBLIC_VERBS = (
    "engagements.publish",
    "engagements.answer",
    "solicitations.publish",
    "addenda.issue",
    "solicitations.publish_answer",
    "sealing.open_envelopes",
    "moves.complete",
    "challenges.stop",
    "challenges.cancel",
    "awards.approve",
    "evaluations.send_letters",
    "delivery.read_outcome",
    "disclosures.publish_pack",
)
# What tells how a panel scores, or of which vendor a member may know nothing.
SCORING = ("evaluations.score", "evaluations.agree", "evaluations.rule_on_conflict", "sealing.warn_of_file")


def withheld() -> Q:
    """Return which events nobody reads yet: those that tell of a scoring, until the result of its panel is final.

    The one rule for exports and bundles; `flow.timelines` has it for one challenge. Of a panel that another replaced,
    the later result counts.
    """
    results = Evaluation.objects.filter(step=OuterRef("step"), round__gt=OuterRef("round"), phase=EvaluationPhase.FINAL)
    place = Concat("step__challenge__code", Value("/"), "step__key", output_field=TextField())
    under_way = Evaluation.objects.annotate(place=place).filter(
        Q(place=OuterRef("subject")) | Q(solicitation__reference=OuterRef("subject")),
        ~Q(phase=EvaluationPhase.FINAL),
        ~Exists(results),
        panel__appointed_at__lte=OuterRef("happened_at"),
    )
    return Q(verb__in=SCORING) & Q(Exists(under_way))


def who_did(step: Step, *verbs: str, subjects: Iterable[str], since: datetime | None = None) -> frozenset[str]:
    """Return the codes of the people who did something to subjects of a step's challenge, as the log has it.

    A step that is sent back begins anew, and what was made before may stand: its rows say since when, no step does.
    """
    rows = Event.objects.filter(challenge=step.challenge.code, verb__in=verbs, subject__in=subjects)
    return frozenset((rows.filter(happened_at__gte=since) if since else rows).values_list("actor", flat=True))


def list_public_events(challenge: Challenge) -> list[Event]:
    """List the latest of what was published about a challenge, latest first."""
    return _public_events(challenge.code)


@asked
def _public_events(code: str) -> QuerySet[Event]:
    rows = Event.objects.filter(challenge=code, verb__in=PUBLIC_VERBS)
    return rows.order_by("-happened_at", "-id")[:60]


def sealed_chain(call: Solicitation) -> str:
    """Name the chain in which the submissions of one call are kept, so that no other chain tells of them.

    It stays as secret as its submissions; its head stands in the city's chain from the moment of opening.
    """
    return f"{SEALED}{call.reference}"


def list_chains() -> list[Chain]:
    """List the chains with their heads, by code."""
    return list(Chain.objects.order_by("code"))


def find_chain(code: str) -> Chain | None:
    """Return a chain by its code, which is its city's; None before anything happened there."""
    return Chain.objects.filter(code=code).first()


def _public() -> QuerySet[Chain]:
    """Return the chains that anybody may know of: those of sealed submissions from opening, of a trial's never."""
    opened = Solicitation.objects.filter(technical_opened_at__isnull=False, is_trial=False)
    codes = opened.annotate(chain=Concat(Value(SEALED), "reference", output_field=TextField())).values("chain")
    return Chain.objects.filter(~Q(code__startswith=SEALED) | Q(code__in=codes)).order_by("code")


def find_public_chain(code: str) -> Chain | None:
    """Return a chain that anybody may know of; None for any other."""
    return _public().filter(code=code).first()


def list_chains_to_sign(*, before: datetime) -> list[Chain]:
    """List the public chains with entries that no checkpoint is over, whose last one was made before an instant."""
    latest = Checkpoint.objects.filter(chain=OuterRef("pk")).order_by("-size")
    rows = _public().annotate(size=Subquery(latest.values("size")[:1]), made_at=Subquery(latest.values("made_at")[:1]))
    return list(rows.filter(Q(size=None, seq__gt=0) | Q(size__lt=F("seq"), made_at__lt=before)))


def list_signed_chains() -> list[Checkpoint]:
    """List the last checkpoint of each public chain that has one, by the chain's code."""
    return list(_signed())


def page_signed_chains(page: int) -> Page[Checkpoint]:
    """Return a page of them."""
    return page_of(_signed(), page, size=50)


def _signed() -> QuerySet[Checkpoint]:
    later = Checkpoint.objects.filter(chain=OuterRef("chain"), size__gt=OuterRef("size"))
    rows = Checkpoint.objects.filter(~Exists(later), chain__in=_public().order_by())
    return rows.select_related("chain").order_by("chain__code")


def latest_checkpoint(chain: Chain) -> Checkpoint | None:
    """Return the last checkpoint of a chain."""
    return chain.checkpoints.order_by("-size").first()


def entry_hashes(chain: Chain, *, after: int = 0) -> Iterator[str]:
    """Yield the hash of each entry after the first so many that the chain had when it was read, in order."""
    rows = Event.objects.filter(chain=chain, seq__gt=after, seq__lte=chain.seq).order_by("seq")
    yield from rows.values_list("hash", flat=True).iterator(chunk_size=5000)


def _links(chain: Chain, *, after: int) -> Iterator[tuple[int, dict[str, Any], str, str]]:
    rows = Event.objects.filter(chain=chain, seq__gt=after).order_by("seq")
    for row in rows.values(*COVERED, "payload", "reason", "previous_hash", "hash").iterator(chunk_size=2000):
        reason, previous, own = row.pop("reason"), row.pop("previous_hash"), row.pop("hash")
        row["payload_hash"] = digest(row.pop("payload"))  # of what is there, whatever the column says
        yield row["seq"], covered(row, reason=reason), previous, own


def verify_chain(chain: Chain, *, after: tuple[int, str] = (0, GENESIS)) -> Break | None:
    """Recompute a chain from its events and compare it with its head; return the first break, or None.

    `after` is the number and the hash of the last entry that is taken as it is. Where entries have come since the
    chain was read, its head is read again.
    """
    found = first_break(_links(chain, after=after[0]), after=after)
    if found:
        return found
    last = Event.objects.filter(chain=chain).order_by("-seq").values_list("seq", "hash").first() or (0, chain.hash)
    if last[0] > chain.seq:
        chain = Chain.objects.get(pk=chain.pk)
        if chain.seq > last[0]:
            return None  # and again
    return None if last == (chain.seq, chain.hash) else Break(chain.seq, "log_cut_short")


def tree_since(chain: Chain, last: Checkpoint) -> Tree | None:
    """Return the tree over all entries but the last that a checkpoint is over, if every entry since holds.

    None unless that tree and the entry that is there give the root that the note states.
    """
    try:
        signed = read_checkpoint(split(last.note)[0])
        before, whole = (Tree(last.size - 1, bytes(last.before)) for _ in range(2))
    except ValueError:
        return None
    head = next(entry_hashes(chain, after=before.size), "")
    whole.add(head)
    holds = (signed.size, signed.root) == (whole.size, whole.root())
    return before if holds and verify_chain(chain, after=(whole.size, head)) is None else None


def export_chain(chain: Chain) -> Iterator[dict[str, Any]]:
    """Yield each event of a chain as plain JSON, with what the hash covers and what it does not.

    Of what nobody may read yet the hashes alone. The head comes last, so that a log that was cut is found out.
    """
    last = 0
    head = GENESIS
    rows = Event.objects.filter(chain=chain).annotate(is_withheld=Case(When(withheld(), then=True), default=False))
    for event in rows.order_by("seq").iterator(chunk_size=2000):
        last, head = event.seq, event.hash
        yield {
            **event.entry(),
            "payload": None if event.is_withheld else event.payload,
            "reason": None if event.is_withheld else event.reason,
            "previous_hash": event.previous_hash,
            "hash": event.hash,
        }
    yield {"head": {"seq": last, "hash": head}}
