"""Which instrument of the toolbox fits, which does not, and why; asked when a challenge is commissioned.

It answers from the facts that are known, names those that would decide, and may say that an ordinary request is enough,
or that nothing should be bought.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import yaml
from pydantic import Field

from mix.rules.city.methods import Method
from mix.rules.city.policy.documents import Cite, Id
from mix.rules.city.policy.expressions import ExpressionWrong, Record, compile_expression
from mix.rules.city.policy.facts import FactType, FactValue
from mix.rules.core.catalogue import Part, Problem, line_of, read
from mix.rules.core.fields import Bilingual
from mix.rules.core.kinds import Route


class Kind(StrEnum):
    """A whole route of a challenge, one instrument on the way, or an answer that buys nothing."""

    ROUTE = "route"
    INSTRUMENT = "instrument"
    ANSWER = "answer"


class Fit(StrEnum):
    """What the adviser says of an instrument, the best first. IDLE: nothing speaks for it, nothing against it."""

    FITS = "fits"
    OPEN = "open"
    IDLE = "idle"
    NOT = "not"


class Instrument(Part):
    """One row of the toolbox: the conditions under which it fits and does not, each with its reason.

    `runs_in` names the methods by which an instrument runs here. With `whole` they are that instrument and nothing
    else; a route runs by every other method that offers it, and by these where there is no other.
    """

    key: Id
    kind: Kind
    route: Route | None = None
    runs_in: tuple[Id, ...] = ()
    whole: bool = False
    title: Bilingual
    binds: str = Field(min_length=1)
    fits: str
    why: Bilingual
    not_if: str
    why_not: Bilingual
    cites: tuple[Cite, ...] = ()


class Toolbox(Part):
    """The document of all instruments."""

    instruments: tuple[Instrument, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Advice:
    """What is said of one instrument: its fit, the reason, the facts that it rests on, those that would decide."""

    instrument: Instrument
    fit: Fit
    reason: Bilingual | None
    judged: Mapping[str, FactValue]
    unknown: tuple[str, ...]


def runs_by(toolbox: Sequence[Instrument], methods: Iterable[Method]) -> dict[str, list[Method]]:
    """Return by which methods each row of the toolbox runs here, by its key; one without any does not run here."""
    offered = [m for m in methods if m.is_offered]
    found: dict[str, list[Method]] = {}
    for one in toolbox:
        on_route = [m for m in offered if one.route in m.routes]
        others = [m for m in on_route if not wholly(toolbox, m)]
        found[one.key] = [m for m in offered if m.key in one.runs_in] + (others or on_route)
    return found


def wholly(toolbox: Sequence[Instrument], method: Method) -> list[Instrument]:
    """Return the instruments that a method is, and nothing else; none for a method that is more than one instrument."""
    return [one for one in toolbox if one.whole and method.key in one.runs_in]


def parse_instruments(text: str) -> tuple[Instrument, ...]:
    """Read the toolbox (YAML). Raises DocumentInvalid with line numbers."""
    return read(text, Toolbox, _problems_in).instruments


def _problems_in(document: Toolbox, node: yaml.Node | None) -> Iterator[Problem]:
    keys = [one.key for one in document.instruments]
    for n, one in enumerate(document.instruments):
        line = line_of(node, ("instruments", n))
        if keys.count(one.key) > 1:
            yield Problem(line, f"two instruments are called '{one.key}'")
        if (one.kind is Kind.ROUTE) != (one.route is not None):
            yield Problem(line, f"{one.key}: a route, and nothing else, names its route")
        if one.whole and not one.runs_in:
            yield Problem(line, f"{one.key}: no method is the whole of what does not run here")
        for condition in (one.fits, one.not_if):
            try:
                compile_expression(condition, wants=FactType.FLAG)
            except ExpressionWrong as error:
                yield Problem(line, f"{one.key}: {error}")


def advise(toolbox: Sequence[Instrument], facts: Mapping[str, FactValue]) -> tuple[Advice, ...]:
    """Say of every instrument whether it fits, the best first. What speaks against one outweighs what speaks for it."""
    record = Record(facts, figures=frozenset())
    order = list(Fit)
    return tuple(sorted((_advice(one, record) for one in toolbox), key=lambda a: order.index(a.fit)))


def _advice(one: Instrument, record: Record) -> Advice:
    fits, against = (compile_expression(text, wants=FactType.FLAG) for text in (one.fits, one.not_if))
    is_fit, is_not = fits.value(record), against.value(record)
    fit, reason = Fit.IDLE, None
    if is_not:
        fit, reason = Fit.NOT, one.why_not
    elif is_fit and is_not is False:
        fit, reason = Fit.FITS, one.why
    elif is_fit is None or is_fit:
        fit, reason = Fit.OPEN, one.why
    names = sorted(against.names if is_not else fits.names | against.names)
    judged = {name: record.values[name] for name in names if name in record.values}
    unknown = tuple(name for name in names if name not in record.values) if fit is Fit.OPEN else ()
    return Advice(one, fit, reason, judged, unknown)
