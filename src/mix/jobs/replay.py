"""Scenarios: a file of dated acts, each carried out by the very verb that the pages use.

A scenario names acts as `noun.verb` with plain values; what a verb expects (a step, a vendor, a submission) is found
by the type of its parameter. A few short forms below stand for rows of acts, such as a panel's scores.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import get_type_hints
from zoneinfo import ZoneInfo

from django.core.exceptions import ObjectDoesNotExist

from mix.actions.case import challenges, copying, documents, pilots
from mix.actions.choice import awards, conflicts, evaluations, meetings, outsiders, panels, practice_seats, ties
from mix.actions.city import absences, calendars, departments, policies, variants
from mix.actions.core.run import Prepared, run
from mix.actions.delivery import agreements, conversations, disclosures, invoices, milestones, sprints
from mix.actions.flow import chasing, corrections, endings, findings, moves, publication, signing
from mix.actions.knowledge import lessons
from mix.actions.market import (
    addenda,
    call_forms,
    engagements,
    following,
    item_checks,
    named_vendors,
    openings,
    practice,
    solicitations,
    submissions,
)
from mix.data import models as m
from mix.jobs.scenarios import Read, Scenario, ScenarioWrong, Values, read_scenario
from mix.jobs.short_forms import SHORT
from mix.jobs.subjects import FINDERS, read_plain
from mix.phrases.refusals import sentence
from mix.readers.city.people import actor_for
from mix.readers.core.actors import Actor
from mix.rules.core.kinds import Origin
from mix.rules.core.unmet import Refused

MODULES = {
    "absences": absences,
    "addenda": addenda,
    "agreements": agreements,
    "awards": awards,
    "calendars": calendars,
    "call_forms": call_forms,
    "challenges": challenges,
    "chasing": chasing,
    "conflicts": conflicts,
    "conversations": conversations,
    "corrections": corrections,
    "delivery": milestones,
    "departments": departments,
    "disclosures": disclosures,
    "documents": documents,
    "engagements": engagements,
    "evaluations": evaluations,
    "findings": findings,
    "following": following,
    "invoices": invoices,
    "item_checks": item_checks,
    "knowledge": lessons,
    "meetings": meetings,
    "moves": moves,
    "named_vendors": named_vendors,
    "openings": openings,
    "outsiders": outsiders,
    "panels": panels,
    "practice": practice,
    "practice_seats": practice_seats,
    "pilots": pilots,
    "policies": policies,
    "solicitations": solicitations,
    "sprints": sprints,
    "submissions": submissions,
    "ties": ties,
    "variants": variants,
}

# Verbs that make the challenge of a scenario.
BEGINNING = ("challenges.begin_from", "challenges.commission", "challenges.reissue")
# Verbs that stand in another module than their noun's, mostly in the last wing, since they need the whole challenge.
MOVED: dict[str, Callable[..., object]] = {
    "challenges.begin_from": copying.begin_from,
    "challenges.cancel": endings.cancel,
    "challenges.reissue": endings.reissue,
    "agreements.sign": signing.sign,
    "solicitations.hand_over": publication.hand_over,
    "solicitations.publish": publication.publish,
    "solicitations.send_back": publication.send_back,
}


def replay(path: Path, *, today: date, recorded_at: datetime, progress: Callable[[str], None]) -> m.Challenge | None:
    """Carry out one scenario. Raises ScenarioWrong at the first act that is refused or out of order."""
    document, acts = read_scenario(path)
    city = m.Municipality.objects.filter(code=document.municipality).first()
    if city is None:
        raise ScenarioWrong(f"{path.name}: no city is called '{document.municipality}'")
    scenario = Scenario(
        key=document.key,
        anchor=today + timedelta(days=document.anchor) if isinstance(document.anchor, int) else document.anchor,
        zone=ZoneInfo(city.zone),
        municipality=city,
        recorded_at=recorded_at,
        texts=document.texts,
    )
    for number, (line, act) in enumerate(acts, start=1):
        try:
            _carry_out(scenario, act)
        except Exception as error:
            at = f"{path.name}:{line}: act {number} ({', '.join(_names(act)) or 'nothing'})"
            raise ScenarioWrong(f"{at}: {_cause(error)}") from error
        progress(f"{scenario.key}: act {number} of {len(acts)}")
    return scenario.challenge


def _names(act: Values) -> list[str]:
    return [key for key in act if key not in ("at", "by")]


def _cause(error: Exception) -> str:
    """Say what is wrong in words: what was refused, what is missing, what is not there."""
    if isinstance(error, Refused):
        return "; ".join(sentence(unmet, "en") for unmet in error.unmet)
    if isinstance(error, ObjectDoesNotExist):
        return f"{str(error).removesuffix(' matching query does not exist.')} is not there"
    if isinstance(error, KeyError):
        return f"'{error.args[0]}' is missing"
    return str(error) if isinstance(error, ScenarioWrong) else repr(error)


def _carry_out(scenario: Scenario, act: Values) -> None:
    at = scenario.instant(act["at"])
    if scenario.last and at < scenario.last:
        raise ScenarioWrong("this act is dated before the one above it")
    scenario.last = at
    names = _names(act)
    if len(names) != 1:
        raise ScenarioWrong("an act has `at`, perhaps `by`, and one verb")
    name = names[0]
    if not isinstance(act[name] or {}, dict):
        raise ScenarioWrong("a verb's values are a table")
    given = Read(act[name] or {})
    short = SHORT.get(name)
    calls = short(scenario, given) if short else iter([(name, act.get("by", ""), given)])
    for offset, (verb, by, values) in enumerate(calls):
        result = _call(scenario, verb, by=by or act.get("by", ""), values=values, at=at + timedelta(seconds=offset))
        if isinstance(result, m.Challenge) and verb in BEGINNING:
            scenario.challenge = result
    if given.unread:
        raise ScenarioWrong(f"it knows no {', '.join(map(repr, given.unread))}")


def _call(scenario: Scenario, verb: str, *, by: str, values: Values, at: datetime) -> object:
    module, _, name = verb.partition(".")
    function = MOVED.get(verb) or getattr(MODULES.get(module), name, None)
    if function is None or name.startswith("_"):
        raise ScenarioWrong("no verb is called that")
    person = m.Person.objects.get(code=by) if by else None
    if person:
        actor = actor_for(person, origin=Origin.REPLAY, recorded_at=scenario.recorded_at)
    else:
        actor = Actor(origin=Origin.REPLAY, recorded_at=scenario.recorded_at)
    verb_itself = function.verb if isinstance(function, Prepared) else function
    subjects, facts = [], {}
    for parameter, hint in _parameters(verb_itself):
        optional = parameter.default is not inspect.Parameter.empty
        value = _value(scenario, hint, parameter.name, values, optional=optional)
        if value is _ABSENT:
            continue
        if parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD:
            subjects.append(value)
        else:
            facts[parameter.name] = value
    try:
        return run(actor, at, function, *subjects, **facts)
    finally:
        scenario.found.clear()


@cache
def _parameters(verb: Callable[..., object]) -> list[tuple[inspect.Parameter, object]]:
    """Return what a verb expects beside the deed and what was prepared, each with its type."""
    hints = get_type_hints(verb)
    named = inspect.signature(verb).parameters.values()
    return [(p, hints[p.name]) for p in named if p.name not in ("deed", "prepared")]


_ABSENT = object()


def _value(
    scenario: Scenario,
    hint: object,
    name: str,
    values: Values,
    *,
    optional: bool,
) -> object:
    plain = [h for h in getattr(hint, "__args__", ()) if h is not type(None)]
    kind = plain[0] if hint.__class__.__name__ == "UnionType" and len(plain) == 1 else hint
    finder = FINDERS.get(kind) if isinstance(kind, type) else None
    if finder and (name in values or not optional):
        return finder(scenario, values, name)
    if name not in values:
        if optional:
            return _ABSENT
        raise ScenarioWrong(f"'{name}' is missing")
    return read_plain(scenario, kind, name, values[name])
