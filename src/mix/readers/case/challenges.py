"""Questions about one challenge, its steps and cities. Fetching is the permission check."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery

from mix.data.asked import asked
from mix.data.models import (
    Challenge,
    ChallengeCity,
    Municipality,
    Notice,
    PanelMember,
    Participation,
    Solicitation,
    Step,
)
from mix.readers.city.methods import method_on
from mix.readers.city.trials import check_trial
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.core.once import is_read, once
from mix.rules.case.bars import BarStep, bar_of
from mix.rules.city.methods import Method
from mix.rules.city.methods import Step as StepSpec
from mix.rules.core.access import Permission, Role, grants, roles_as_partner
from mix.rules.core.kinds import CityState, Origin, Route, StepKind, StepState


def method_for(challenge: Challenge) -> Method:
    """Return the method version that the challenge pinned, as it runs on the challenge's route."""
    return method_on(challenge.method, Route(challenge.route))


def list_steps_after(step: Step) -> list[Step]:
    """List a step and every step that rests on it, in reading order."""
    keys = method_for(step.challenge).resting_on(step.key)
    return list(
        step.challenge.steps.filter(key__in=keys)
        .select_related("challenge__method")
        .defer("challenge__method__document")
        .order_by("position")
    )


def spec_of(step: Step) -> StepSpec:
    """Return what the method says about a step."""
    return method_for(step.challenge).step(step.key)


def list_cities(challenge: Challenge) -> list[Municipality]:
    """List the cities that take part, the lead first."""
    return [row.municipality for row in list_city_rows(challenge) if row.state == CityState.TAKING_PART]


@once
def list_city_rows(challenge: Challenge) -> list[ChallengeCity]:
    """List every city that takes part or was asked to, the lead first."""
    rows = _cities_of((challenge.pk,))
    for row in rows:
        row.challenge = challenge
    return rows


def roles_in(challenge: Challenge, actor: Actor) -> frozenset[Role]:
    """Return every role that the actor has in one challenge: duties in its lead city, a seat, a partner city."""
    return roles_in_each([challenge], actor)[challenge.pk]


def roles_in_each(challenges: Sequence[Challenge], actor: Actor) -> dict[int, frozenset[Role]]:
    """Return, by the key of each challenge, every role that the actor has in it. Two queries at most."""
    if actor.person is None:
        return {c.pk: frozenset() for c in challenges}
    seated: dict[int, set[Role]] = {}
    inside: set[int] = set()
    pks = tuple(c.pk for c in challenges)
    for pk, seat, organization in _seats(actor.person.pk, pks) if actor.sits else ():
        seated.setdefault(pk, set()).add(Role(seat))
        inside |= set() if organization else {pk}
    partners: dict[int, frozenset[Role]] = {}
    if any(code != c.municipality.code for c in challenges for code in actor.duties):
        for pk, code in _as_partner(pks, tuple(actor.duties)):
            partners[pk] = partners.get(pk, frozenset()) | roles_as_partner(actor.roles_at(code))
    found = {}
    for c in challenges:
        # A seat, not the general duty, makes an evaluator of this challenge.
        duties = actor.roles_at(c.municipality.code) - {Role.EVALUATOR, Role.CHAIR}
        held = duties | partners.get(c.pk, frozenset())
        # Whoever sits from outside has the panel's own pages, and nothing else of the challenge.
        found[c.pk] = held | (seated.get(c.pk, set()) if held or c.pk in inside else set())
    return found


@asked
def _seats(person: int, challenges: tuple[int, ...]) -> QuerySet[PanelMember, tuple[int, str, str]]:
    rows = PanelMember.objects.filter(evaluation__step__challenge__in=challenges, person_id=person, left_at=None)
    return rows.values_list("evaluation__step__challenge_id", "seat", "organization")


@asked
def _as_partner(challenges: tuple[int, ...], cities: tuple[str, ...]) -> QuerySet[ChallengeCity, tuple[int, str]]:
    rows = ChallengeCity.objects.filter(challenge__in=challenges, is_lead=False, municipality__code__in=cities)
    return rows.values_list("challenge_id", "municipality__code")


def get_challenge(code: str, *, actor: Actor, needs: Permission) -> Challenge:
    """Return a challenge that the actor may work on. Raises Unknown, Forbidden."""
    return get_challenge_and_roles(code, actor=actor, needs=needs)[0]


def get_challenge_and_roles(code: str, *, actor: Actor, needs: Permission) -> tuple[Challenge, frozenset[Role]]:
    """Return a challenge that the actor may work on, and the actor's roles in it. Raises Unknown, Forbidden."""
    found = _by_code(code)
    if not found:
        raise Unknown
    challenge: Challenge = found[0]
    challenge.first_call_at = found[0].first_call
    return challenge, check(challenge, actor=actor, needs=needs)


@asked
def _by_code(code: str) -> QuerySet[Any]:
    calls = Solicitation.objects.filter(step__challenge=OuterRef("pk"), published_at__isnull=False)
    rows = Challenge.objects.select_related("municipality", "method", "purchase").defer("method__document")
    return rows.filter(code=code).annotate(
        first_call=Subquery(calls.order_by("published_at").values("published_at")[:1])
    )


def check(challenge: Challenge, *, actor: Actor, needs: Permission) -> frozenset[Role]:
    """Return the actor's roles in the challenge, or raise Unknown (no business here) or Forbidden."""
    roles = roles_in(challenge, actor)
    if not roles:
        raise Unknown
    if not grants(roles, needs):
        raise Forbidden(needs)
    return roles


def get_step(challenge: Challenge, key: str) -> Step:
    """Return one step of a challenge. Raises Unknown."""
    if is_read(challenge):
        step = next((s for s in list_steps(challenge) if s.key == key), None)
    else:
        step = challenge.steps.filter(key=key).first()
    if step is None:
        raise Unknown
    return step


@once
def list_steps(challenge: Challenge) -> list[Step]:
    """List the steps in reading order."""
    steps = _steps(challenge.pk)
    for step in steps:
        step.challenge = challenge
    return steps


@asked
def _steps(challenge: int) -> QuerySet[Step]:
    return Step.objects.filter(challenge_id=challenge).order_by("position")


def gather_bar_steps(challenges: Iterable[Challenge]) -> dict[int, list[BarStep]]:
    """Return what bars say of the steps of some challenges, by the key of each, in reading order. One query."""
    found: dict[int, list[BarStep]] = {c.pk: [] for c in challenges}
    rows = Step.objects.filter(challenge__in=list(found)).order_by("position")
    for pk, key, state, asked_at, done_at in rows.values_list("challenge_id", "key", "state", "asked_at", "done_at"):
        found[pk].append(BarStep(key, state, asked_at, done_at))
    return found


def list_out_of_step() -> list[str]:
    """List the codes of the challenges with which another bar is kept than their steps make. Two queries."""
    kept = list(Challenge.objects.order_by("code").only("code", "bar"))
    steps = gather_bar_steps(kept)
    return [c.code for c in kept if c.bar != bar_of(steps[c.pk])]


def list_active_steps(challenge: Challenge) -> list[Step]:
    """List the steps at hand, in reading order."""
    return [s for s in list_steps(challenge) if s.state == StepState.ACTIVE]


def has_begun(challenge: Challenge, kind: StepKind) -> bool:
    """Say whether a step of a kind has ever been at hand: before that there is nothing of its making."""
    return any(s.kind == kind and s.begun_at for s in list_steps(challenge))


def gather_cities(challenges: Iterable[Challenge]) -> dict[int, list[Municipality]]:
    """Return the cities of some challenges by the key of each, the lead first. One query."""
    found: dict[int, list[Municipality]] = {c.pk: [] for c in challenges}
    for row in _cities_of(tuple(found)):
        found[row.challenge_id].append(row.municipality)
    return found


@asked
def _cities_of(challenges: tuple[int, ...]) -> QuerySet[ChallengeCity]:
    rows = ChallengeCity.objects.filter(challenge_id__in=challenges).select_related("municipality")
    return rows.order_by("-is_lead", "id")


def public_challenges() -> QuerySet[Challenge]:
    """Return the challenges that a notice or the record made public. One that began on trial never is.

    Every public list, feed, file and figure of challenges begins here.
    """
    return _noticed().filter(is_trial=False)


def _noticed() -> QuerySet[Challenge]:
    noticed = Exists(Notice.objects.filter(challenge=OuterRef("pk")))
    return Challenge.objects.filter(Q(noticed) | Q(origin=Origin.HISTORY))


def get_public_challenge(code: str, *, actor: Actor) -> Challenge:
    """Return a challenge that everybody may know of, or one on trial in which the actor plays along. Raises Unknown."""
    found = _public(code)
    if not found:
        raise Unknown
    check_trial(found[0], actor=actor)
    return found[0]


@asked
def _public(code: str) -> QuerySet[Challenge]:
    rows = _noticed().filter(code=code).select_related("municipality", "method", "pilot")
    return rows.defer("method__document").prefetch_related(_with_city())


def _with_city() -> Prefetch[str]:
    return Prefetch("cities", ChallengeCity.objects.select_related("municipality"))


def cities_of(actor: Actor, needs: Permission) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the codes of the cities in whose challenges a duty gives a permission: where they lead, where partners."""
    lead = [code for code in actor.duties if grants(actor.roles_at(code), needs)]
    partner = [code for code in actor.duties if grants(roles_as_partner(actor.roles_at(code)), needs)]
    return tuple(sorted(lead)), tuple(sorted(partner))


def of_cities(lead: Sequence[str], partner: Sequence[str]) -> QuerySet[Challenge]:
    """Return what was ever run here and led by some cities, or with others as partners."""
    may = Q(municipality__code__in=lead)
    if partner:
        there = ChallengeCity.objects.filter(challenge=OuterRef("pk"), municipality__code__in=partner)
        may |= Q(Exists(there.exclude(municipality=OuterRef("municipality"))))
    return Challenge.objects.filter(may).exclude(origin=Origin.HISTORY)


def get_vendor_challenge(code: str, vendor_ids: Iterable[int]) -> Challenge:
    """Return a challenge in which one of the vendors takes part. Raises Unknown."""
    found = _of_vendors(tuple(vendor_ids), code)
    if not found:
        raise Unknown
    return found[0]


@asked
def _of_vendors(vendors: tuple[int, ...], code: str) -> QuerySet[Challenge]:
    return of_vendors(vendors).filter(code=code)


def of_vendors(vendor_ids: Iterable[int]) -> QuerySet[Challenge]:
    """Return the challenges in which any of some vendors takes part, latest first."""
    taking_part = Participation.objects.filter(challenge=OuterRef("pk"), vendor_id__in=list(vendor_ids))
    return (
        Challenge.objects.filter(Exists(taking_part))
        .select_related("municipality", "method")
        .defer("method__document")
        .order_by("-commissioned_at", "id")
    )
