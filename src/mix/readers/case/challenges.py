"""Questions about challenges, their steps and the needs behind them. Fetching is the permission check."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Any, TypeAlias

from django.conf import settings
from django.db.models import Case, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, When

from mix.data.asked import asked
from mix.data.models import (
    Challenge,
    ChallengeCity,
    Municipality,
    Need,
    Notice,
    PanelMember,
    Participation,
    Person,
    Solicitation,
    Step,
)
from mix.readers.city.methods import method_on
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.core.once import is_read, once
from mix.readers.core.paging import SIZE, Page, keyed, page_by_keys
from mix.rules.case.bars import BarStep, bar_of
from mix.rules.case.states import ChallengeStatus
from mix.rules.city.methods import Method
from mix.rules.city.methods import Step as StepSpec
from mix.rules.core.access import Permission, Role, grants, roles_as_partner
from mix.rules.core.kinds import CityState, NeedState, Origin, Route, StepKind, StepState


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
    pks = tuple(c.pk for c in challenges)
    for pk, seat in _seats(actor.person.pk, pks):
        seated.setdefault(pk, set()).add(Role(seat))
    partners: dict[int, frozenset[Role]] = {}
    if any(code != c.municipality.code for c in challenges for code in actor.duties):
        for pk, code in _as_partner(pks, tuple(actor.duties)):
            partners[pk] = partners.get(pk, frozenset()) | roles_as_partner(actor.roles_at(code))
    found = {}
    for c in challenges:
        # A seat, not the general duty, makes an evaluator of this challenge.
        duties = actor.roles_at(c.municipality.code) - {Role.EVALUATOR, Role.CHAIR}
        found[c.pk] = duties | seated.get(c.pk, set()) | partners.get(c.pk, frozenset())
    return found


@asked
def _seats(person: int, challenges: tuple[int, ...]) -> QuerySet[PanelMember, tuple[int, str]]:
    rows = PanelMember.objects.filter(evaluation__step__challenge__in=challenges, person_id=person, left_at=None)
    return rows.values_list("evaluation__step__challenge_id", "seat")


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


def public_challenges() -> QuerySet[Challenge]:
    """Return the challenges that a notice or the record made public."""
    noticed = Exists(Notice.objects.filter(challenge=OuterRef("pk")))
    return Challenge.objects.filter(Q(noticed) | Q(origin=Origin.HISTORY))


def page_public_challenges(page: int, *, city: str = "", text: str = "", status: str = "") -> Page[Challenge]:
    """Return a page of the public challenges, latest first; searched in title, question, city and notices."""
    words = tuple(text.split()[:8])
    keys = _public_challenges((city,) if city else (), (status,) if status else (), words)
    return page_by_keys(keys, page, fetch_challenges)


@keyed
def _public_challenges(cities: tuple[str, ...], states: tuple[str, ...], words: tuple[str, ...]) -> QuerySet[Challenge]:
    found = public_challenges().order_by("-commissioned_at", "id")
    for city in cities:
        found = found.filter(cities__municipality__code=city)
    if states:
        found = found.filter(status__in=states)
    for word in words:
        found = found.filter(
            Q(title__icontains=word)
            | Q(question__icontains=word)
            | Q(municipality__name__icontains=word)
            | Q(Exists(_notices_with(word)))
            | _in_translation(word)
        )
    return found


def _notices_with(word: str) -> QuerySet[Notice]:
    """Return the notices of the challenge at hand that name something: what is asked, or who was awarded it."""
    return Notice.objects.filter(challenge=OuterRef("pk")).filter(
        Q(text__icontains=word) | Q(details__supplier__icontains=word)
    )


def _in_translation(word: str) -> Q:
    """Find a word in what stands in other languages than English."""
    codes = [code for code, _ in settings.LANGUAGES if code != "en"]
    places = [f"translations__{code}__{column}__icontains" for code in codes for column in ("title", "question")]
    return reduce(or_, (Q(**{place: word}) for place in places), Q())


def list_public_codes(most: int) -> list[str]:
    """List the codes of the latest public challenges, whatever became of them."""
    return list(public_challenges().order_by("-commissioned_at", "id").values_list("code", flat=True)[:most])


def page_measured_challenges(page: int) -> Page[Challenge]:
    """Return a page of the public challenges that ran here, latest first: those of which the record says all."""
    return page_by_keys(_measured_challenges(), page, fetch_challenges)


@keyed
def _measured_challenges() -> QuerySet[Challenge]:
    return public_challenges().exclude(origin=Origin.HISTORY).order_by("-commissioned_at", "id")


def page_ended_challenges(page: int, *, size: int = SIZE) -> Page[Challenge]:
    """Return a page of the public challenges that run no more, and of the cases of the record, latest first."""
    return page_by_keys(_ended_challenges(), page, fetch_challenges, size=size)


def list_ended_challenges(most: int) -> list[Challenge]:
    """List the first of what `page_ended_challenges` returns."""
    return page_ended_challenges(1, size=most).rows


@keyed
def _ended_challenges() -> QuerySet[Challenge]:
    found = public_challenges().exclude(status=ChallengeStatus.RUNNING, origin__in=[Origin.LIVE, Origin.REPLAY])
    return found.order_by("-commissioned_at", "id")


@asked
def fetch_challenges(keys: tuple[int, ...]) -> QuerySet[Challenge]:
    """Fetch challenges by their keys, in no order; the caller knows that they may be read."""
    return Challenge.objects.filter(pk__in=keys).select_related("municipality", "method").defer("method__document")


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


def get_public_challenge(code: str) -> Challenge:
    """Return a challenge that the public may know of. Raises Unknown."""
    found = _public(code)
    if not found:
        raise Unknown
    return found[0]


@asked
def _public(code: str) -> QuerySet[Challenge]:
    rows = public_challenges().filter(code=code).select_related("municipality", "method", "pilot")
    return rows.defer("method__document").prefetch_related(_with_city())


def _with_city() -> Prefetch[str]:
    return Prefetch("cities", ChallengeCity.objects.select_related("municipality"))


def list_own_challenges(actor: Actor) -> list[Challenge]:
    """List what was ever run here of what the actor may read in its cities, running ones first, then the latest."""
    return list(_own_challenges(*cities_of(actor, Permission.CHALLENGE_READ)).select_related("municipality"))


def page_own_challenges(
    actor: Actor,
    page: int,
    *,
    needs: Permission = Permission.CHALLENGE_READ,
    text: str = "",
    status: str = "",
    by_title: bool = False,
) -> Page[Challenge]:
    """Return a page of the challenges that the actor may read in its cities: of one state, with all of some words.

    Running ones first, then the latest; or by their titles.
    """
    keys = _own_by_title if by_title else _own_keys
    found = keys(*cities_of(actor, needs), (status,) if status else (), tuple(text.split()[:8]))
    return page_by_keys(found, page, fetch_challenges)


Texts: TypeAlias = tuple[str, ...]


@keyed
def _own_by_title(lead: Texts, partner: Texts, states: Texts, words: Texts) -> QuerySet[Challenge]:
    return _own_with(lead, partner, states, words).order_by("title", "id")


@keyed
def _own_keys(lead: Texts, partner: Texts, states: Texts, words: Texts) -> QuerySet[Challenge]:
    return _own_with(lead, partner, states, words)


def _own_with(lead: Texts, partner: Texts, states: Texts, words: Texts) -> QuerySet[Challenge]:
    rows = _own_challenges(lead, partner)
    if states:
        rows = rows.filter(status__in=states)
    for word in words:
        rows = rows.filter(Q(title__icontains=word) | Q(question__icontains=word) | _in_translation(word))
    return rows


def _own_challenges(lead: Sequence[str], partner: Sequence[str]) -> QuerySet[Challenge]:
    """Return the challenges in which a duty in the lead city, or work for a partner city, gives a permission.

    Cases of the public record were not run here and belong to nobody.
    """
    rows = of_cities(lead, partner)
    return rows.order_by(Case(When(status=ChallengeStatus.RUNNING, then=0), default=1), "-commissioned_at", "id")


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


def list_led_by(city: Municipality, *, running: bool = False, most: int | None = None) -> list[Challenge]:
    """List the challenges that a city leads, or those of them that run; latest first."""
    rows = Challenge.objects.filter(municipality=city).order_by("-commissioned_at")
    if running:
        rows = rows.filter(status=ChallengeStatus.RUNNING)
    return list(rows[:most])


def get_vendor_challenge(code: str, vendor_ids: Iterable[int]) -> Challenge:
    """Return a challenge in which one of the vendors takes part. Raises Unknown."""
    found = _of_vendors(tuple(vendor_ids), code)
    if not found:
        raise Unknown
    return found[0]


@asked
def _of_vendors(vendors: tuple[int, ...], code: str) -> QuerySet[Challenge]:
    return _vendor_challenges(vendors).filter(code=code)


def page_vendor_challenges(vendor_ids: Iterable[int], page: int) -> Page[Challenge]:
    """Return a page of the challenges in which the vendors take part, latest first."""
    return page_by_keys(_keys_with(tuple(vendor_ids)), page, fetch_challenges)


@keyed
def _keys_with(vendors: tuple[int, ...]) -> QuerySet[Challenge]:
    return _vendor_challenges(vendors)


def list_running_with(vendor_ids: Iterable[int]) -> list[Challenge]:
    """List the running challenges in which the vendors take part, latest first."""
    return _running_with(tuple(vendor_ids))


@asked
def _running_with(vendors: tuple[int, ...]) -> QuerySet[Challenge]:
    return _vendor_challenges(vendors).filter(status=ChallengeStatus.RUNNING).prefetch_related("steps")


def _vendor_challenges(vendor_ids: Iterable[int]) -> QuerySet[Challenge]:
    taking_part = Participation.objects.filter(challenge=OuterRef("pk"), vendor_id__in=list(vendor_ids))
    return (
        Challenge.objects.filter(Exists(taking_part))
        .select_related("municipality", "method")
        .defer("method__document")
        .order_by("-commissioned_at", "id")
    )


def page_needs(actor: Actor, page: int, *, text: str = "", state: str = "") -> Page[Need]:
    """Return a page of the needs of the cities that the actor works for, open ones first, then the latest.

    Of one state, with all of some words, where they are asked for.
    """
    keys = _own_needs(tuple(actor.duties), (state,) if state else (), tuple(text.split()[:8]))
    return page_by_keys(keys, page, _needs)


def page_open_needs(actor: Actor, *, everybodys: bool) -> Page[Need]:
    """Return the first page of the needs that are open: everybody's, or those that the actor reported."""
    return page_by_keys(_open_needs(tuple(actor.duties), () if everybodys else (actor.someone,)), 1, _needs)


@keyed
def _own_needs(cities: Texts, states: Texts, words: Texts) -> QuerySet[Need]:
    rows = Need.objects.filter(municipality__code__in=cities)
    if states:
        rows = rows.filter(state__in=states)
    for word in words:
        rows = rows.filter(Q(title__icontains=word) | Q(what__icontains=word))
    return rows.order_by(Case(When(state=NeedState.OPEN, then=0), default=1), "-reported_at", "id")


@keyed
def _open_needs(cities: tuple[str, ...], reporters: tuple[Person, ...]) -> QuerySet[Need]:
    rows = Need.objects.filter(municipality__code__in=cities, state=NeedState.OPEN).order_by("-reported_at", "id")
    return rows.filter(reported_by__in=reporters) if reporters else rows


@asked
def _needs(keys: tuple[int, ...]) -> QuerySet[Need]:
    around = ("municipality", "department", "reported_by", "challenge", "merged_into")
    return Need.objects.filter(pk__in=keys).select_related(*around)


def get_need(code: str, *, actor: Actor) -> Need:
    """Return a need of a city that the actor works for. Raises Unknown."""
    found = (
        Need.objects.filter(code=code, municipality__code__in=actor.duties)
        .select_related("municipality", "department", "reported_by", "challenge", "merged_into")
        .first()
    )
    if found is None:
        raise Unknown
    return found


def list_mergeable(need: Need) -> list[Need]:
    """List the other open needs of the same city, by title."""
    rows = Need.objects.filter(municipality=need.municipality_id, state=NeedState.OPEN).exclude(pk=need.pk)
    return list(rows.order_by("title", "id"))
