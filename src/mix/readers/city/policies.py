"""Rules that a city is judged by on a day: the catalogue's, its own signed by-law, and what its people confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.db.models import Min, QuerySet

from mix.data.asked import asked
from mix.data.models import Bylaw, Challenge, ChallengeCity, Municipality, RuleConfirmation, Solicitation
from mix.readers.core.catalogue import CATALOGUE
from mix.readers.core.errors import Unknown
from mix.rules.city.calendar import day_in
from mix.rules.city.policy.adviser import Instrument, parse_instruments
from mix.rules.city.policy.bylaws import BylawTable, to_document
from mix.rules.city.policy.documents import Figure, PolicyDocument, Rule, Status, parse_policy
from mix.rules.city.policy.explain import Ruleset, prepare
from mix.rules.core.catalogue import read
from mix.rules.core.chain import digest
from mix.rules.core.kinds import CityState

DISPUTE_DAYS = 10  # what trade agreements leave a supplier at least (CETA art. 19.17, CPTPP art. 15.19)


@lru_cache(maxsize=1)
def catalogue_documents() -> tuple[PolicyDocument, ...]:
    """Return the documents of the catalogue, read once. Raises DocumentInvalid; `mix policy check` says where."""
    paths = sorted(CATALOGUE.joinpath("policies").glob("*.yaml"))
    return tuple(parse_policy(path.read_text(encoding="utf-8")) for path in paths)


@lru_cache(maxsize=1)
def toolbox() -> tuple[Instrument, ...]:
    """Return the instruments of the catalogue, read once. Raises DocumentInvalid."""
    return parse_instruments(CATALOGUE.joinpath("instruments.yaml").read_text(encoding="utf-8"))


def figures_by_name() -> dict[str, Figure]:
    """Return the figures of the catalogue; one stands for all of its name, which share a title."""
    return {figure.name: figure for document in catalogue_documents() for figure in document.figures}


def find_rule(rule_id: str) -> Rule:
    """Return a rule of the catalogue. Raises Unknown."""
    for document in catalogue_documents():
        for rule in document.rules:
            if rule.id == rule_id:
                return rule
    raise Unknown


def find_ruling(municipality: Municipality, rule_id: str) -> Rule:
    """Return a rule that can judge a city: of the catalogue, or of its signed by-law. Raises Unknown."""
    for bylaw in municipality.bylaws.filter(signed_at__isnull=False).order_by("-effective_on", "-number"):
        document = to_document(
            table_of(bylaw), municipality=municipality.code, status=Status.VERIFIED, valid_from=bylaw.effective_on
        )
        for rule in document.rules:
            if rule.id == rule_id:
                return rule
    return find_rule(rule_id)


def digest_of(rule: Rule) -> str:
    """Return what identifies the text of a rule, so that a changed one must be confirmed again."""
    return digest(rule.model_dump(mode="json"))


def list_bylaws(municipality: Municipality) -> list[Bylaw]:
    """List every version of a city's table, latest first, dropped proposals left out."""
    rows = municipality.bylaws.filter(dropped_at=None).select_related("proposed_by", "signed_by")
    return list(rows.order_by("-number"))


def find_draft(city: str) -> BylawTable | None:
    """Return the catalogue's draft of a city's table, to correct and sign. Raises DocumentInvalid."""
    path = CATALOGUE.joinpath("bylaws", f"{city}.yaml")
    return read(path.read_text(encoding="utf-8"), BylawTable) if path.exists() else None


def table_of(bylaw: Bylaw) -> BylawTable:
    """Return the table of a version."""
    return BylawTable.model_validate(bylaw.table)


def find_proposal(municipality: Municipality) -> Bylaw | None:
    """Return the version that waits for a second person, if one does."""
    return municipality.bylaws.filter(signed_at=None, dropped_at=None).select_related("proposed_by").first()


def in_force(bylaws: Iterable[Bylaw], day: date) -> Bylaw | None:
    """Return, of one city's signed versions, the one that governs a day."""
    begun = [b for b in bylaws if b.signed_at and b.effective_on <= day]
    return max(begun, key=lambda b: (b.effective_on, b.number), default=None)


def dispute_days(challenges: Sequence[Challenge], *, now: datetime) -> dict[int, int]:
    """Return, by challenge, how many days a vendor has to object: the most that any of its cities' by-laws gives.

    Never less than the trade agreements do. By the tables of the governing day; today's before there is one. Three
    queries, however many challenges.
    """
    keys = tuple(c.pk for c in challenges)
    first = dict(_first_notices(keys))
    cities = _taking_part(keys)
    rows: dict[int, list[Bylaw]] = {}
    for row in _signed_by(tuple(sorted({city for _, city in cities}))):
        rows.setdefault(row.municipality_id, []).append(row)
    found = {c.pk: DISPUTE_DAYS for c in challenges}
    zones = {c.pk: c.municipality.zone for c in challenges}
    for pk, city in cities:
        governing = in_force(rows.get(city, ()), day_in(zones[pk], first.get(pk, now)))
        found[pk] = max(found[pk], (table_of(governing).dispute_days or 0) if governing else 0)
    return found


@asked
def _first_notices(challenges: tuple[int, ...]) -> QuerySet[Solicitation, tuple[int, datetime]]:
    calls = Solicitation.objects.filter(step__challenge__in=challenges, published_at__isnull=False)
    return calls.values_list("step__challenge_id").annotate(Min("published_at")).order_by()


@asked
def _taking_part(challenges: tuple[int, ...]) -> QuerySet[ChallengeCity, tuple[int, int]]:
    rows = ChallengeCity.objects.filter(challenge__in=challenges, state=CityState.TAKING_PART)
    return rows.values_list("challenge_id", "municipality_id")


def tables_in_force(cities: Sequence[Municipality], *, on: date) -> dict[str, BylawTable | None]:
    """Return, by city, the table that governs a day; None for a city that has signed none. One query."""
    rows = _signed_by(tuple(c.pk for c in cities))
    found = {c.code: in_force((r for r in rows if r.municipality_id == c.pk), on) for c in cities}
    return {code: table_of(row) if row else None for code, row in found.items()}


def bylaw_documents(cities: Sequence[Municipality], *, on: date) -> dict[str, PolicyDocument]:
    """Return, by the code of each city that has signed one, the rules of its by-law on a day. One query."""
    own: dict[str, list[Bylaw]] = {}
    for row in _signed_by(tuple(c.pk for c in cities)):
        own.setdefault(row.municipality.code, []).append(row)
    found = {}
    for code, versions in own.items():
        if governing := in_force(versions, on):
            later = [b.effective_on for b in versions if b.effective_on > governing.effective_on]
            found[code] = to_document(
                table_of(governing),
                municipality=code,
                status=Status.VERIFIED,
                valid_from=governing.effective_on,
                valid_to=min(later) - timedelta(days=1) if later else None,
            )
    return found


@asked
def _signed_by(cities: tuple[int, ...]) -> QuerySet[Bylaw]:
    return Bylaw.objects.filter(municipality__in=cities, signed_at__isnull=False).select_related("municipality")


def ruleset_for(cities: Sequence[Municipality], *, on: date) -> Ruleset:
    """Return everything that judges a challenge of these cities on a day."""
    own = bylaw_documents(cities, on=on)
    return _prepared(tuple(document.model_dump_json() for document in own.values()))


@lru_cache(maxsize=64)
def _prepared(bylaws: tuple[str, ...]) -> Ruleset:
    return prepare([*catalogue_documents(), *(PolicyDocument.model_validate_json(text) for text in bylaws)])


@lru_cache(maxsize=1)
def _digests() -> Mapping[str, str]:
    """Return what identifies the text of each rule of the catalogue, computed once."""
    return {rule.id: digest_of(rule) for document in catalogue_documents() for rule in document.rules}


def stands_confirmed(confirmed: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Return those rules of the catalogue that stand now as they were confirmed, with the digest of their text."""
    return frozenset(rule for rule, said in confirmed if _digests().get(rule) == said)


def list_confirmations(municipality: Municipality) -> dict[str, RuleConfirmation]:
    """Return, by rule, a city's confirmations of the catalogue's rules as they stand now."""
    rows = municipality.confirmations.filter(digest__in=_digests().values())
    return {row.rule: row for row in rows.select_related("proposed_by", "confirmed_by")}
