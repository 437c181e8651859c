"""A city's by-law as its procurement manager fills it in: bands by what is bought and for how much, and clocks.

The table becomes rules of the by-law layer. It says nothing about who approves: that is the table of authority.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from mix.rules.city.policy.documents import Cite, Effect, Layer, Moment, PolicyDocument, Rule, Status, Waiver
from mix.rules.city.policy.facts import Category, Competition
from mix.rules.core.access import Role
from mix.rules.core.catalogue import Part
from mix.rules.core.fields import MAX_CENTS, Bilingual


class Topic(StrEnum):
    """What a by-law says in words, which people read and nothing judges."""

    APPROVAL = "approval"
    NON_COMPETITIVE = "non_competitive"
    COOPERATION = "cooperation"
    UNSOLICITED = "unsolicited"
    PILOTS = "pilots"
    REPORTING = "reporting"


class BylawBand(Part):
    """Up to and including this value (None: without limit), the market is asked in this way at least."""

    category: Category
    up_to_cents: int | None = Field(default=None, gt=0, le=MAX_CENTS)
    method: Competition
    quotes: int = Field(default=0, ge=0, le=20)

    @model_validator(mode="after")
    def _quotes_are_counted(self) -> BylawBand:
        if (self.method is Competition.QUOTES) != bool(self.quotes):
            raise PydanticCustomError("bylaw_quotes", "quotes are asked for in a number of at least one, nowhere else")
        return self


class BylawTable(Part):
    """A by-law's table. `source` says where it was read; days are calendar days.

    `standstill_days` lie at least between the award, when vendors are told, and the contract; where `objections_hold`,
    none is signed while an objection waits for its answer. `pilot_days` is how long a pilot may run; it makes no rule
    for a challenge.
    """

    citation: str = Field(min_length=1, max_length=200)
    url: str = Field(default="", max_length=300, pattern=r"^(https://\S+)?$")
    source: str = Field(default="", max_length=500)
    bands: tuple[BylawBand, ...] = ()
    least_days: int | None = Field(default=None, ge=1, le=365)
    debrief_days: int | None = Field(default=None, ge=1, le=365)
    dispute_days: int | None = Field(default=None, ge=1, le=365)
    standstill_days: int | None = Field(default=None, ge=1, le=365)
    objections_hold: bool = False
    pilot_days: int | None = Field(default=None, ge=1, le=730)
    note: str = Field(default="", max_length=2000)
    texts: dict[Topic, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _bands_fit(self) -> BylawTable:
        for category in Category:
            limits = [band.up_to_cents for band in self.of(category)]
            if limits and None not in limits:
                raise PydanticCustomError(
                    "bylaw_open_end", "{category}: the last band has no limit", {"category": category.value}
                )
            if len(set(limits)) != len(limits):
                raise PydanticCustomError(
                    "bylaw_twice", "{category}: two bands end at the same value", {"category": category.value}
                )
            ways = [(list(Competition).index(band.method), band.quotes) for band in self.of(category)]
            if ways != sorted(ways):
                raise PydanticCustomError(
                    "bylaw_less_open",
                    "{category}: a higher value asks the market less than a lower one",
                    {"category": category.value},
                )
        return self

    def of(self, category: Category) -> list[BylawBand]:
        """Return the bands of a category, the lowest first."""
        own = [band for band in self.bands if band.category is category]
        return sorted(own, key=lambda b: MAX_CENTS + 1 if b.up_to_cents is None else b.up_to_cents)


def band_for(table: BylawTable, category: Category, value_cents: int) -> BylawBand | None:
    """Return the band in which a value falls, or None where the table says nothing."""
    return next((b for b in table.of(category) if b.up_to_cents is None or value_cents <= b.up_to_cents), None)


_TEXTS = {
    Competition.DIRECT: ("One vendor may be asked.", "Un seul fournisseur peut être sollicité."),
    Competition.QUOTES: ("At least {n} quotes are asked for.", "Au moins {n} prix sont demandés."),
    Competition.INVITED: ("Several vendors are invited.", "Plusieurs fournisseurs sont invités."),
    Competition.OPEN: ("The market is asked openly.", "L’appel est ouvert."),
}
_NEEDS = {
    Competition.DIRECT: "",
    Competition.QUOTES: 'competition in ["invited", "open"] || competition == "quotes" && quotes >= {n} || ',
    Competition.INVITED: 'competition in ["invited", "open"] || ',
    Competition.OPEN: 'competition == "open" || ',
}
_DEBRIEF = ("Days to ask for a debrief:", "Jours pour demander un compte rendu :")


@dataclass(frozen=True, slots=True)
class _Clock:
    """A number of days that a table asks for: of which fact of a challenge, when, and in which words."""

    key: str
    field: str
    fact: str
    at: Moment
    en: str
    fr: str
    when: str = "true"


_CLOCKS = (
    _Clock(
        "days",
        "least_days",
        "days_open",
        Moment.PUBLICATION,
        "Days to answer, at least:",
        "Jours de réponse, min. :",
        when="is_public_call",
    ),
    _Clock("debrief", "debrief_days", "debrief_days", Moment.AWARD, *_DEBRIEF),
    _Clock("dispute", "dispute_days", "dispute_days", Moment.AWARD, "Days to object:", "Jours pour contester :"),
    _Clock(
        "standstill",
        "standstill_days",
        "days_since_award",
        Moment.AWARD,
        "Days between the award and the contract, at least:",
        "Jours entre l’attribution et le contrat, min. :",
        when="signs_contract",
    ),
)
_OBJECTIONS = Bilingual(
    en="No contract is signed while an objection waits for its answer.",
    fr="Aucun contrat n’est signé tant qu’une contestation attend sa réponse.",
)
_TOLD = {  # when, and where, each text is shown beside the work
    Topic.APPROVAL: ("true", (Moment.COMMISSIONING, Moment.AWARD)),
    Topic.NON_COMPETITIVE: ('competition != "open"', (Moment.PUBLICATION,)),
    Topic.COOPERATION: ("cities > 1", (Moment.COMMISSIONING, Moment.PUBLICATION)),
    Topic.UNSOLICITED: ("true", (Moment.COMMISSIONING,)),
    Topic.PILOTS: ('route == "pilot_only"', (Moment.COMMISSIONING,)),
    Topic.REPORTING: ("true", (Moment.AWARD, Moment.DELIVERY)),
}
_RECORDED = 'limited_ground != "none" && has_ground_record'


@dataclass(frozen=True, slots=True)
class _Signed:
    """What all rules of one table share."""

    table: BylawTable
    municipality: str
    status: Status
    valid_from: date
    valid_to: date | None

    def rule(self, key: str, *, at: tuple[Moment, ...], when: str, needs: str, text: Bilingual) -> Rule:
        """Make one rule: it blocks where it asks for something, and the manager may set it aside with a second."""
        return Rule(
            id=f"{self.municipality}-{key}",
            at=at,
            when=when,
            needs=needs,
            effect=Effect.BLOCK if needs else Effect.INFORM,
            title=Bilingual(en=self.table.citation, fr=self.table.citation),
            text=text,
            cites=(Cite(text=self.table.citation, url=self.table.url),),
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            status=self.status,
            waiver=Waiver(by=Role.PROCUREMENT_MANAGER, second=True) if needs else None,
        )


def to_document(
    table: BylawTable, *, municipality: str, status: Status, valid_from: date, valid_to: date | None = None
) -> PolicyDocument:
    """Turn a table into rules. They are `verified` when two people of the city signed it, and only then block."""
    signed = _Signed(table, municipality, status, valid_from, valid_to)
    bands = [
        signed.rule(
            f"{category.value}-{n}",
            at=(Moment.PUBLICATION, Moment.AWARD),
            when=_span(category, low, band.up_to_cents),
            needs=_needs(band),
            text=_text(band),
        )
        for category in Category
        for n, (low, band) in enumerate(_with_lower(table.of(category)), start=1)
    ]
    clocks = [
        signed.rule(
            clock.key,
            at=(clock.at,),
            when=clock.when,
            needs=f"{clock.fact} >= {days}",
            text=Bilingual(en=f"{clock.en} {days}.", fr=f"{clock.fr} {days}."),
        )
        for clock in _CLOCKS
        if (days := getattr(table, clock.field)) is not None
    ]
    if table.objections_hold:
        held = "open_objections == 0"
        clocks.append(
            signed.rule("objections", at=(Moment.AWARD,), when="signs_contract", needs=held, text=_OBJECTIONS)
        )
    told = [
        signed.rule(topic.value.replace("_", "-"), at=at, when=when, needs="", text=Bilingual(en=text, fr=text))
        for topic, text in table.texts.items()
        for when, at in [_TOLD[topic]]
        if text.strip()
    ]
    title = Bilingual(en=table.citation, fr=table.citation)
    return PolicyDocument(layer=Layer.BYLAW, title=title, municipality=municipality, rules=(*bands, *clocks, *told))


def _with_lower(bands: list[BylawBand]) -> Iterator[tuple[int | None, BylawBand]]:
    lows: Iterable[int | None] = (None, *(b.up_to_cents for b in bands[:-1]))
    yield from zip(lows, bands, strict=False)  # a category may have no band at all


def _span(category: Category, low: int | None, high: int | None) -> str:
    parts = [f'category == "{category.value}"']
    parts += [] if low is None else [f"value > {low}"]
    parts += [] if high is None else [f"value <= {high}"]
    return " && ".join(parts)


def _needs(band: BylawBand) -> str:
    own = _NEEDS[band.method].format(n=band.quotes)
    return f"{own}{_RECORDED}" if own else ""


def _text(band: BylawBand) -> Bilingual:
    english, french = (text.format(n=band.quotes) for text in _TEXTS[band.method])
    return Bilingual(en=english, fr=french)


Said = tuple[Competition, int] | int | None  # a way with its quotes, a number of days, or nothing


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that the by-laws of several cities say in different ways; None: that city says nothing."""

    topic: str
    by_city: dict[str, Said]
    governs: Said


def differences(tables: Mapping[str, BylawTable | None], category: Category, value_cents: int) -> list[Difference]:
    """List where by-laws differ for a purchase, and what governs: the strictest, which keeps every city's rule."""
    found = []
    for topic in ("method", *(clock.field for clock in _CLOCKS)):
        said = {city: _said(table, topic, category, value_cents) for city, table in tables.items()}
        if len(set(said.values())) > 1:
            found.append(Difference(topic, said, max((s for s in said.values() if s is not None), key=_strictness)))
    return found


def _said(table: BylawTable | None, topic: str, category: Category, value_cents: int) -> Said:
    if table is None:
        return None
    if topic == "method":
        band = band_for(table, category, value_cents)
        return (band.method, band.quotes) if band else None
    days: int | None = getattr(table, topic)
    return days


def _strictness(said: Said) -> tuple[int, int]:
    if isinstance(said, tuple):
        return list(Competition).index(said[0]), said[1]
    return said or 0, 0


def edges(table: BylawTable) -> list[tuple[Category, int]]:
    """List every value at which something changes, and the one just above it: to try the table on."""
    found = []
    for category in Category:
        limits = [band.up_to_cents for band in table.of(category)]
        found += [(category, cents) for low, _ in pairwise(limits) if low for cents in (low, low + 1)]
    return found
