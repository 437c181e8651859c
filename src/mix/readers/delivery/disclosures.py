"""Questions about disclosures: what a sprint taught, who saw which vendor's ideas, which requirements are in doubt."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from mix.data.models import (
    Challenge,
    CheckIn,
    ConflictRuling,
    ConversationReply,
    ConversationWord,
    DataGrant,
    Disclosure,
    Evidence,
    Incident,
    PanelMember,
    ParityEntry,
    Person,
    Question,
    Step,
    Vendor,
)
from mix.readers.case.challenges import list_cities, list_steps, method_for
from mix.readers.case.documents import authors_of, gather_facts, latest_content
from mix.readers.city.people import list_with_role
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Unknown
from mix.readers.delivery.sprints import Room, latest_evidence, list_hypotheses, list_rooms, list_sprint_vendors
from mix.readers.market.co_applicants import parties_of
from mix.rules.choice.states import Conflict, Ruling
from mix.rules.city.methods import Fact
from mix.rules.core.access import AS_PARTNER, TABLE, Permission, Role
from mix.rules.core.kinds import StepState
from mix.rules.core.unmet import Unmet
from mix.rules.delivery.disclosure import Doubt, Traced, trace
from mix.rules.delivery.states import EvidenceVerdict, Review, Side
from mix.rules.market.states import QuestionKind, SubmissionState


def find_disclosure(step: Step) -> Disclosure | None:
    """Return the disclosure of the step's present round, once a reviewer was appointed."""
    return step.disclosures.filter(round=step.round).select_related("reviewer", "appointed_by").first()


def get_public_disclosure(challenge: Challenge, key: str) -> Disclosure:
    """Return the latest published pack of a step. Raises Unknown."""
    found = (
        Disclosure.objects.filter(step__challenge=challenge, step__key=key, published_at__isnull=False)
        .select_related("step", "reviewer")
        .order_by("-round")
        .first()
    )
    if found is None:
        raise Unknown
    return found


def list_disclosures(challenge: Challenge) -> list[Disclosure]:
    """List the published packs of a challenge, latest first."""
    rows = Disclosure.objects.filter(step__challenge=challenge, published_at__isnull=False)
    return list(rows.select_related("step").order_by("-published_at", "-id"))


def list_requirements(challenge: Challenge) -> list[dict[str, str]]:
    """List the requirements of the final call as they are saved now."""
    return list(gather_facts(challenge).get(Fact.REQUIREMENTS, []))


def trace_requirements(challenge: Challenge) -> tuple[Traced, ...]:
    """Judge every requirement by the evidence of the sprints before it."""
    met: dict[str, set[str]] = {}
    vendors: dict[int, Vendor] = {}
    for room in list_rooms(challenge):
        vendors |= {v.id: v for v in list_sprint_vendors(room)}
        for (vendor, hypothesis), evidence in latest_evidence(room).items():
            if evidence.verdict == EvidenceVerdict.PASS and vendor in vendors:
                met.setdefault(hypothesis, set()).add(vendors[vendor].name)
    return trace(
        list_requirements(challenge),
        hypotheses=[str(h["key"]) for h in list_hypotheses(challenge)],
        met={key: frozenset(names) for key, names in met.items()},
        vendors=sorted(v.name for v in vendors.values()),
    )


@dataclass(frozen=True, slots=True)
class Insider:
    """Somebody of a city who saw what vendors gave in confidence: whose, how, and whether they wrote requirements."""

    person: Person
    vendors: tuple[str, ...]
    ways: tuple[str, ...]
    is_author: bool


def list_insiders(challenge: Challenge) -> list[Insider]:
    """List who saw which vendor's ideas: on a panel, in a sprint room, written with it, in a confidential question."""
    vendors: dict[int, set[str]] = {}
    ways: dict[int, set[str]] = {}
    for person, vendor, way in (*_seen_on_panels(challenge), *_seen_in_work(challenge)):
        vendors.setdefault(person, set()).add(vendor)
        ways.setdefault(person, set()).add(way)
    authors = authors_of_requirements(challenge)
    people = Person.objects.filter(pk__in=vendors).order_by("name", "id")
    return [Insider(p, tuple(sorted(vendors[p.pk])), tuple(sorted(ways[p.pk])), p.code in authors) for p in people]


def _seen_on_panels(challenge: Challenge) -> Iterator[tuple[int, str, str]]:
    """Yield the person, the vendor and the way for every submission that a panel member could read."""
    seats = PanelMember.objects.filter(
        evaluation__step__challenge=challenge, evaluation__solicitation__technical_opened_at__isnull=False
    )
    for seat in seats.prefetch_related("evaluation__solicitation__submissions__vendor", "declarations__rulings"):
        said = seat.declarations.all()
        read = {d.vendor_id for d in said if d.conflict == Conflict.NONE or any(_eases(r) for r in d.rulings.all())}
        hidden = {d.vendor_id for d in said} - read
        for submission in seat.evaluation.solicitation.submissions.all():
            parties = {vendor.pk for vendor in parties_of([submission])[submission.pk]}
            if submission.state == SubmissionState.FINALISED and hidden.isdisjoint(parties):
                yield seat.person_id, submission.names, "panel"


def _eases(ruling: ConflictRuling) -> bool:
    return ruling.ruling == Ruling.EASED


def _seen_in_work(challenge: Challenge) -> Iterator[tuple[int, str, str]]:
    """Yield the same for what the city's people wrote in sprint rooms and with vendors, and answered in confidence."""
    asked = Question.objects.filter(solicitation__step__challenge=challenge, kind=QuestionKind.CONFIDENTIAL)
    written = {"conversation__step__challenge": challenge, "side": Side.CITY}
    sources: tuple[tuple[QuerySet[Any], str, str, str], ...] = (
        (Evidence.objects.filter(challenge=challenge), "recorded_by_id", "vendor__name", "sprint"),
        (CheckIn.objects.filter(challenge=challenge, side=Side.CITY), "person_id", "vendor__name", "sprint"),
        (ParityEntry.objects.filter(challenge=challenge), "entered_by_id", "vendor__name", "sprint"),
        (asked.filter(drafted_by__isnull=False), "drafted_by_id", "vendor__name", "question"),
        (ConversationReply.objects.filter(**written), "person_id", "conversation__vendor__name", "conversation"),
        (ConversationWord.objects.filter(**written), "person_id", "conversation__vendor__name", "conversation"),
    )
    for rows, person, vendor, way in sources:
        yield from ((pk, name, way) for pk, name in rows.values_list(person, vendor).distinct())


def authors_of_requirements(challenge: Challenge) -> frozenset[str]:
    """Return the codes of everybody who wrote the requirements of the final call."""
    place = method_for(challenge).place_of(Fact.REQUIREMENTS)
    row = challenge.steps.filter(key=place[0]).first() if place else None
    return authors_of(row) if row else frozenset()


def list_candidates(step: Step) -> list[Person]:
    """List who may review: staff of the cities that may read the challenge, saw no vendor's ideas and wrote nothing."""
    challenge = step.challenge
    inside = TABLE[Permission.SUBMISSION_READ] | TABLE[Permission.SPRINT_RUN]
    roles = TABLE[Permission.CHALLENGE_READ] - inside - AS_PARTNER - {Role.COUNCIL}
    cities = [c.id for c in list_cities(challenge)]
    people = {p.pk: p for role in sorted(roles) for p in list_with_role(cities, role)}
    readers = {p.pk for role in inside for p in list_with_role(cities, role)}
    panel = PanelMember.objects.filter(evaluation__step__challenge=challenge).values_list("person_id", flat=True)
    out = {*panel, *(i.person.pk for i in list_insiders(challenge))} | readers
    authors = authors_of_requirements(challenge) | authors_of(step)
    return sorted((p for p in people.values() if p.pk not in out and p.code not in authors), key=lambda p: p.name)


def may_review(step: Step, actor: Actor) -> bool:
    """Say whether the actor is the appointed reviewer whose word is still missing."""
    found = find_disclosure(step)
    if found is None or step.state != StepState.ACTIVE or found.reviewer != actor.person:
        return False
    return not found.review or found.reviewed != requirements_digest(step.challenge)


def reviewers_of(step: Step) -> frozenset[str]:
    """Return the code of whoever reviewed the requirements: the gate decides on that word, and another gives it."""
    found = find_disclosure(step)
    return frozenset({found.reviewer.code}) if found and found.review else frozenset()


def requirements_digest(challenge: Challenge) -> str:
    """Return a digest of the requirements, by which a review holds for these words alone."""
    return digest_of(list_requirements(challenge))


def digest_of(content: object) -> str:
    """Return the SHA-256 of plain data in one fixed form."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def gather_pack(challenge: Challenge) -> dict[str, Any]:
    """Gather what everybody is to know: public answers, each sprint with its results, and general questions.

    Results are counted and never say whose they are. Nothing that a vendor gave in confidence is in it.
    """
    method = method_for(challenge)
    published = []
    for row in list_steps(challenge):
        public = [spec.key for spec in method.step(row.key).fields if spec.public]
        content = latest_content(row) if public and row.state == StepState.DONE else {}
        if kept := {key: content[key] for key in public if content.get(key) not in (None, "", [])}:
            published.append({"step": row.key, "content": kept})
    questions = Question.objects.filter(
        solicitation__step__challenge=challenge, kind=QuestionKind.GENERAL, published_at__isnull=False
    ).select_related("solicitation")
    return {
        "published": published,
        "sprints": [_sprint(room) for room in list_rooms(challenge)],
        "questions": [
            {"call": q.solicitation.reference, "question": q.text, "answer": q.answer}
            for q in questions.order_by("published_at", "id")
        ],
    }


def _sprint(room: Room) -> dict[str, Any]:
    facts = gather_facts(room.challenge)
    evidence = latest_evidence(room)
    vendors = list_sprint_vendors(room)
    title = room.title
    grants_ = DataGrant.objects.filter(**room.key).order_by("data_set").values_list("data_set", flat=True)
    results = []
    for h in list_hypotheses(room.challenge):
        verdicts = [e.verdict for (vendor, key), e in evidence.items() if key == str(h["key"])]
        counts = {verdict: verdicts.count(verdict) for verdict in ("pass", "partial", "fail")}
        results.append({"key": h["key"], "text": h.get("text", ""), "threshold": h.get("threshold", ""), **counts})
    return {
        "title": title.texts,
        "vendors": [v.name for v in vendors],
        "fee": facts.get(Fact.SPRINT_FEE),
        "starts": facts.get(Fact.SPRINT_STARTS),
        "ends": facts.get(Fact.SPRINT_ENDS),
        "data_sets": list(dict.fromkeys(grants_)),
        "results": results,
        "incidents": Incident.objects.filter(**room.key).count(),
    }


def unmet_in(step: Step) -> tuple[Unmet, ...]:
    """List what a disclosure lacks: something learned, requirements, and a neutral reviewer's word on these words."""
    found: list[Unmet] = []
    if Fact.COMMON_LEARNING not in gather_facts(step.challenge):
        found.append(Unmet("nothing_to_disclose", place="pack"))
    if not list_requirements(step.challenge):
        found.append(Unmet("requirements_missing", place="firewall"))
    traced = trace_requirements(step.challenge)
    found.extend(
        Unmet("requirement_untraced", {"words": t.text}, place="firewall") for t in traced if Doubt.UNTRACED in t.doubts
    )
    disclosure = find_disclosure(step)
    if disclosure is None:
        found.append(Unmet("reviewer_missing", place="review"))
    elif not disclosure.review:
        found.append(Unmet("review_missing", {"person": disclosure.reviewer.name}, place="review"))
    elif disclosure.reviewed != requirements_digest(step.challenge):
        found.append(Unmet("review_outdated", {"person": disclosure.reviewer.name}, place="review"))
    return tuple(found)


def unmet_to_proceed(step: Step) -> tuple[Unmet, ...]:
    """List what forbids to publish, though the step may be sent back or stopped: a reviewer who doubts."""
    disclosure = find_disclosure(step)
    if disclosure and disclosure.review == Review.UNFAIR:
        return (Unmet("review_unfair", {"note": disclosure.note}, place="review"),)
    return ()
