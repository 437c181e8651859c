"""The latest and earlier versions of artifacts, and the facts that the program reads out of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from mix.data.asked import asked
from mix.data.models import Challenge, Comment, Document, DocumentVersion, Person, Step
from mix.data.wall import lifted
from mix.readers.case.challenges import list_steps, method_for, spec_of
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Unknown
from mix.readers.core.once import is_read, once
from mix.readers.core.rows import get_row
from mix.rules.case.valuation import estimated_value
from mix.rules.case.versions import Merged, merge_answers, merge_fields
from mix.rules.city.calendar import day_in
from mix.rules.city.methods import EvaluationSpec, Fact
from mix.rules.core.fields import read_answers
from mix.rules.core.kinds import Route, StepState
from mix.rules.core.unmet import Unmet


def latest_content(step: Step) -> dict[str, Any]:
    """Return the latest saved answers of a step, empty when nothing was saved.

    For whoever is shown a part of them: the caller picks what is public, or what a vendor of the sprint works by.
    """
    if is_read(step):
        return dict(latest_contents(step.challenge).get(step.key, {}))
    with lifted():
        found = _content(step.pk)
    return dict(found[0]) if found else {}


@asked
def _content(step: int) -> QuerySet[DocumentVersion, dict[str, Any]]:
    rows = DocumentVersion.objects.filter(document__step_id=step).order_by("-number")
    return rows.values_list("content", flat=True)[:1]


def latest_contents(challenge: Challenge) -> dict[str, dict[str, Any]]:
    """Return the latest saved answers of every step that has some, by its key, as `latest_content` does for one."""
    return {key: version.content for key, version in latest_versions(challenge).items()}


@once
def latest_versions(challenge: Challenge) -> dict[str, DocumentVersion]:
    """Return the latest version of every artifact, by the key of its step, as `latest_content` does for one."""
    with lifted():
        return {row.document.step.key: row for row in _latest_in(challenge.pk)}


@asked
def _latest_in(challenge: int) -> QuerySet[DocumentVersion]:
    return _latest(document__step__challenge_id=challenge).select_related("document__step", "author")


def _latest(**which: object) -> QuerySet[DocumentVersion]:
    later = DocumentVersion.objects.filter(document=OuterRef("document"), number__gt=OuterRef("number"))
    return DocumentVersion.objects.filter(~Exists(later), **which)


def get_document(step: Step) -> Document:
    """Return the artifact of a step. Raises Unknown for a step without one."""
    found = Document.objects.filter(step=step).first()
    if found is None:
        raise Unknown
    return found


def find_latest(document: Document, *, after: int = 0, but: Person | None = None) -> DocumentVersion | None:
    """Return the latest version, or None when nothing was saved; of those after a number, and not by somebody."""
    rows = document.versions.select_related("author").filter(number__gt=after)
    return rows.exclude(author=but).order_by("-number").first()


def get_version(document: Document, number: int) -> DocumentVersion:
    """Return one version. Raises Unknown."""
    found = document.versions.select_related("author").filter(number=number).first()
    if found is None:
        raise Unknown
    return found


def list_versions(document: Document) -> list[DocumentVersion]:
    """List every version, latest first."""
    return list(document.versions.select_related("author").order_by("-number"))


def list_corrections(step: Step) -> list[tuple[DocumentVersion, DocumentVersion]]:
    """List the versions that corrected a step once it was done, latest first, each with the version before it.

    For whoever is shown a part of them, as `latest_content`: the caller picks what is public.
    """
    rows = DocumentVersion.objects.filter(document__step=step).select_related("author")
    with lifted():
        versions = {v.number: v for v in rows}
    found = [(v, versions[v.number - 1]) for v in versions.values() if v.reason]
    return sorted(found, key=lambda pair: -pair[0].number)


def _seen(document: Document, keys: Iterable[str], *, based_on: int, over: Mapping[str, int]) -> dict[str, Any]:
    """Return what a writer saw: each field as it was in the version over which it was written."""
    numbers = {based_on, *over.values()}
    contents = dict(document.versions.filter(number__in=numbers).values_list("number", "content"))
    return {key: contents.get(over.get(key, based_on), {}).get(key) for key in keys}


def has_changed_since(latest: DocumentVersion, *, based_on: int, over: Mapping[str, int]) -> bool:
    """Say whether a field reads otherwise by now than in the version over which it was written."""
    if latest.number == based_on and not over:
        return False
    seen = _seen(latest.document, latest.content, based_on=based_on, over=over)
    return any((value or None) != (seen[key] or None) for key, value in latest.content.items())


def merge_with_latest(
    step: Step, typed: Mapping[str, Any], *, based_on: int, over: Mapping[str, int] | None = None
) -> Merged:
    """Put what somebody typed over one version together with what was saved since; nothing is saved.

    What cannot be read stays as it was typed, and counts as a clash where others changed that field.
    """
    specs = spec_of(step).fields
    latest = find_latest(step.document)
    good, bad = read_answers(specs, typed)
    mine = {**good, **{key: typed[key] for key in bad}}
    base = _seen(step.document, mine, based_on=based_on, over=over or {})
    return merge_answers(specs, base, mine, latest.content if latest else {})


def merge_sent(step: Step, sent: Mapping[str, Any], *, based_on: int, over: Mapping[str, int]) -> Merged:
    """Put some fields that were typed over one version into the latest: each stays whole, as somebody wrote it."""
    latest = find_latest(step.document)
    base = _seen(step.document, sent, based_on=based_on, over=over)
    return merge_fields(base, sent, latest.content if latest else {})


@asked
def list_comments(step: Step) -> QuerySet[Comment]:
    """List the comments on the artifact of a step, oldest first."""
    rows = Comment.objects.filter(document__step=step).select_related("author")
    return rows.order_by("written_at", "id")


def get_comment(step: Step, item: str) -> Comment:
    """Return one comment on the artifact of a step. Raises Unknown."""
    rows = Comment.objects.filter(document__step=step)
    return get_row(rows.select_related("document__step__challenge"), item)


def authors_of(step: Step) -> frozenset[str]:
    """Return the codes of everybody who wrote a version of the step's artifact, in whichever round: it goes on."""
    versions = DocumentVersion.objects.filter(document__step=step)
    return frozenset(versions.values_list("author__code", flat=True))


@once
def gather_facts(challenge: Challenge) -> dict[Fact, Any]:
    """Gather every fact that the method places in a field and that has been saved, whoever asks: rules rest on them.

    The caller shows what is public.
    """
    if is_read(challenge):
        return _facts(challenge, latest_contents(challenge))
    return gather_facts_of([challenge])[challenge.pk]


def gather_facts_of(
    challenges: Sequence[Challenge], *, only: Collection[Fact] = tuple(Fact)
) -> dict[int, dict[Fact, Any]]:
    """Gather the facts of several challenges at once, or some of them, by their number, as `gather_facts` does."""
    steps = {place[0] for c in challenges for fact in only if (place := method_for(c).place_of(fact))}
    if not steps:
        return {c.pk: {} for c in challenges}
    found: dict[int, dict[str, dict[str, Any]]] = {c.pk: {} for c in challenges}
    with lifted():
        for pk, step, content in _contents(tuple(found), tuple(sorted(steps))):
            found[pk][step] = content
    return {c.pk: _facts(c, found[c.pk]) for c in challenges}


@asked
def _contents(
    challenges: tuple[int, ...], steps: tuple[str, ...]
) -> QuerySet[DocumentVersion, tuple[int, str, dict[str, Any]]]:
    rows = _latest(document__step__challenge__in=challenges, document__step__key__in=steps)
    return rows.values_list("document__step__challenge", "document__step__key", "content")


def _facts(challenge: Challenge, contents: Mapping[str, Mapping[str, Any]]) -> dict[Fact, Any]:
    places = _places_of_facts(challenge)
    return {
        fact: value
        for fact, (step, field) in places.items()
        if (value := contents.get(step, {}).get(field)) not in (None, "", [])
    }


def _places_of_facts(challenge: Challenge) -> dict[Fact, tuple[str, str]]:
    method = method_for(challenge)
    return {fact: place for fact in Fact if (place := method.place_of(fact))}


def total_value(challenge: Challenge, facts: Mapping[Fact, Any] | None = None) -> int | None:
    """Return the total estimated value in cents, as the route counts it; None while unknown.

    Where the method asks for no options there are none.
    """
    facts = gather_facts(challenge) if facts is None else facts
    return estimated_value(
        Route(challenge.route),
        fee=_whole(facts, Fact.SPRINT_FEE),
        later=_whole(facts, Fact.LATER_FEES) or 0,
        places=_whole(facts, Fact.SPRINT_PLACES),
        purchase=_whole(facts, Fact.PURCHASE_VALUE),
        options=_whole(facts, Fact.OPTION_VALUE) if method_for(challenge).place_of(Fact.OPTION_VALUE) else 0,
        buys_now=buys_now(challenge),
        prizes=sum(prizes_in(facts)),
    )


def _whole(facts: Mapping[Fact, Any], fact: Fact) -> int | None:
    return int(float(facts[fact])) if fact in facts else None


def places_for(challenge: Challenge, part: EvaluationSpec) -> int | None:
    """Return how many vendors go on from an evaluation: into its own phase, or into the sprint, once that was said."""
    if not part.places:
        return _whole(gather_facts(challenge), Fact.SPRINT_PLACES)
    step, _, field = part.places.partition(".")
    said = latest_contents(challenge).get(step, {}).get(field)
    return int(float(said)) if said else None


def prizes_of(challenge: Challenge) -> tuple[int, ...]:
    """Return the prizes that a challenge gives, as `prizes_in`."""
    return prizes_in(gather_facts(challenge))


def prizes_in(facts: Mapping[Fact, Any]) -> tuple[int, ...]:
    """Return the prizes that a challenge gives, by rank, in cents; none where it gives none."""
    return tuple(row["amount"] for row in facts.get(Fact.PRIZES, ()) if row.get("amount"))


def buys_now(challenge: Challenge) -> bool:
    """Say whether the procurement at hand is the purchase: always, but before an open final call is prepared."""
    place = method_for(challenge).place_of(Fact.REQUIREMENTS)
    if challenge.route != Route.SPRINT_THEN_OPEN or place is None:
        return not Route(challenge.route).ends_before_purchase
    return any(s.key == place[0] and s.begun_at for s in list_steps(challenge))


def list_reusable(step: Step, *, actor: Actor, today: date) -> list[Step]:
    """List finished steps of the same key in other challenges of which the actor may read the work, latest first.

    A published challenge's scan may be read by everybody's staff; one that has expired is left out.
    """
    rows = (
        Step.objects.filter(
            key=step.key, kind=step.kind, state=StepState.DONE, challenge__route_frozen_at__isnull=False
        )
        .exclude(challenge=step.challenge)
        .select_related("challenge__municipality")
        .order_by("-done_at", "id")
    )
    if not actor.is_staff:
        return []
    with lifted():
        until = dict(_latest(document__step__in=rows).values_list("document__step", "content__expires_on"))
    return [row for row in rows if (until.get(row.pk) or "9") >= today.isoformat()]


def fact_date(facts: dict[Fact, Any], fact: Fact) -> date | None:
    """Return a fact that is a day."""
    return date.fromisoformat(facts[fact]) if fact in facts else None


def unmet_by_age(step: Step, now: datetime) -> tuple[Unmet, ...]:
    """Say that a scan holds no more, by the day that it names itself."""
    expires = latest_content(step).get("expires_on")
    if expires and expires < day_in(step.challenge.municipality.zone, now).isoformat():
        return (Unmet("scan_expired", {"on": expires}, field="expires_on"),)
    return ()
