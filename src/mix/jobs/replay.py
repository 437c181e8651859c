"""Scenarios: a file of dated acts, each carried out by the very verb that the pages use.

A scenario names acts as `noun.verb` with plain values; what a verb expects (a step, a vendor, a submission) is found
by the type of its parameter. A few short forms below stand for rows of acts, such as a panel's scores.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, get_type_hints
from zoneinfo import ZoneInfo

import yaml

from mix.actions import (
    agreements,
    awards,
    challenges,
    delivery,
    documents,
    engagements,
    evaluations,
    knowledge,
    moves,
    sealing,
    solicitations,
    sprints,
    submissions,
)
from mix.actions.run import run
from mix.data import models as m
from mix.readers.awards import find_live
from mix.readers.clauses import list_library
from mix.readers.evaluations import criteria_of, find_evaluation
from mix.readers.methods import get_latest
from mix.readers.people import Actor, actor_for
from mix.readers.solicitations import find_solicitation
from mix.rules.clauses import choose

MODULES = {
    "agreements": agreements,
    "awards": awards,
    "challenges": challenges,
    "delivery": delivery,
    "documents": documents,
    "engagements": engagements,
    "evaluations": evaluations,
    "knowledge": knowledge,
    "moves": moves,
    "solicitations": solicitations,
    "sprints": sprints,
    "submissions": submissions,
}


class ScenarioWrong(Exception):
    """A scenario that cannot be carried out, with the number and the name of the act."""


@dataclass
class Scenario:
    """One scenario as it is being carried out."""

    key: str
    anchor: date
    zone: ZoneInfo
    municipality: m.Municipality
    recorded_at: datetime
    challenge: m.Challenge | None = None
    last: datetime | None = None
    texts: dict[str, Any] = field(default_factory=dict)

    def instant(self, text: str) -> datetime:
        """Read "+12 09:30" (days after the anchor, local time) or "2026-03-02 09:30" into UTC."""
        relative = re.fullmatch(r"\+(\d+)(?: (\d\d):(\d\d))?", text.strip())
        if relative:
            day = self.anchor + timedelta(days=int(relative[1]))
            wall = datetime.combine(day, time(int(relative[2] or 9), int(relative[3] or 0)))
        else:
            wall = datetime.fromisoformat(text)
        return wall.replace(tzinfo=self.zone).astimezone(UTC)

    def day(self, text: str) -> date:
        """Read a day in the same two ways."""
        return self.instant(text if text.startswith("+") else f"{text} 12:00").astimezone(self.zone).date()


def replay(path: Path, *, today: date, recorded_at: datetime, progress: Callable[[str], None]) -> m.Challenge | None:
    """Carry out one scenario. Raises ScenarioWrong at the first act that is refused or out of order."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    city = m.Municipality.objects.get(code=document["municipality"])
    anchor = document["anchor"]
    if isinstance(anchor, int):
        anchor = today + timedelta(days=anchor)
    scenario = Scenario(
        key=document["key"],
        anchor=anchor,
        zone=ZoneInfo(city.zone),
        municipality=city,
        recorded_at=recorded_at,
        texts=document.get("texts", {}),
    )
    for number, act in enumerate(document["acts"], start=1):
        try:
            _carry_out(scenario, act)
        except Exception as error:
            raise ScenarioWrong(f"{path.name}, act {number} ({_name(act)}): {error!r}") from error
        progress(f"{scenario.key}: act {number} of {len(document['acts'])}")
    return scenario.challenge


def _name(act: Mapping[str, Any]) -> str:
    return next((k for k in act if k not in ("at", "by")), "?")


def _carry_out(scenario: Scenario, act: Mapping[str, Any]) -> None:
    at = scenario.instant(act["at"])
    if scenario.last and at < scenario.last:
        raise ScenarioWrong("this act is dated before the one above it")
    scenario.last = at
    name = _name(act)
    given = act[name] or {}
    short = SHORT.get(name)
    calls = short(scenario, given) if short else iter([(name, act.get("by", ""), given)])
    for offset, (verb, by, values) in enumerate(calls):
        result = _call(scenario, verb, by=by or act.get("by", ""), values=values, at=at + timedelta(seconds=offset))
        if isinstance(result, m.Challenge) and verb in ("challenges.commission", "challenges.reissue"):
            scenario.challenge = result


def _call(scenario: Scenario, verb: str, *, by: str, values: Mapping[str, Any], at: datetime) -> Any:  # noqa: ANN401
    module, _, name = verb.partition(".")
    function = getattr(MODULES[module], name)
    person = m.Person.objects.get(code=by) if by else None
    if person:
        actor = actor_for(person, origin="replay", recorded_at=scenario.recorded_at)
    else:
        actor = Actor(origin="replay", recorded_at=scenario.recorded_at)
    hints = get_type_hints(function)
    subjects, facts = [], {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name in ("actor", "now"):
            continue
        optional = parameter.default is not inspect.Parameter.empty
        value = _value(scenario, hints[parameter.name], parameter.name, values, optional=optional)
        if value is _ABSENT:
            continue
        if parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD:
            subjects.append(value)
        else:
            facts[parameter.name] = value
    return run(function, *subjects, actor=actor, now=at, **facts)


_ABSENT = object()


def _value(
    scenario: Scenario,
    hint: Any,  # noqa: ANN401 - any type
    name: str,
    values: Mapping[str, Any],
    *,
    optional: bool,
) -> Any:  # noqa: ANN401
    plain = [h for h in getattr(hint, "__args__", ()) if h is not type(None)]
    kind = plain[0] if hint.__class__.__name__ == "UnionType" and len(plain) == 1 else hint
    finder = FINDERS.get(kind) if isinstance(kind, type) else None
    if finder and (name in values or not optional):
        return finder(scenario, values, name)
    if name not in values:
        if optional:
            return _ABSENT
        raise ScenarioWrong(f"'{name}' is missing")
    return _plain(scenario, kind, name, values[name])


def _plain(scenario: Scenario, kind: Any, name: str, raw: Any) -> Any:  # noqa: ANN401
    """Read a value that is no row of a table: by its name where it has a short form, else by its type."""
    if name in READERS and not (name == "answers" and isinstance(raw, str)):
        return READERS[name](scenario, raw)
    if kind is datetime:
        return scenario.instant(raw)
    if kind is date:
        return scenario.day(raw)
    if kind is Decimal:
        return Decimal(str(raw))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(raw)
    return raw


def _dated(scenario: Scenario, raw: Any) -> Any:  # noqa: ANN401
    """Replace relative days inside answers, and give texts that are named once."""
    if isinstance(raw, dict):
        return {key: _dated(scenario, value) for key, value in raw.items()}
    if isinstance(raw, list):
        return [_dated(scenario, value) for value in raw]
    if isinstance(raw, str) and re.fullmatch(r"\+\d+", raw):
        return scenario.day(raw).isoformat()
    if isinstance(raw, date):
        return raw.isoformat()
    if isinstance(raw, str) and raw.startswith("$"):
        return scenario.texts[raw[1:]]
    return raw


READERS: dict[str, Callable[[Scenario, Any], Any]] = {
    "clauses": lambda s, raw: [  # noqa: ARG005 - one shape
        c.in_("en") for c in choose(list_library(), kind=raw["kind"], tier=raw["tier"])
    ],
    "deliverables": lambda s, raw: [agreements.Due(d["title"], s.day(d["due"]), d["fee"] * 100) for d in raw],
    "partners": lambda s, raw: [  # noqa: ARG005
        challenges.City(m.Municipality.objects.get(code=c), share) for c, share in raw.items()
    ],
    "answers": _dated,
    "value_cents": lambda s, raw: round(raw * 100),  # noqa: ARG005
    "options_cents": lambda s, raw: round(raw * 100),  # noqa: ARG005
    "purchase_most_cents": lambda s, raw: round(raw * 100),  # noqa: ARG005
}


def _challenge(scenario: Scenario, values: Mapping[str, Any], name: str) -> m.Challenge:  # noqa: ARG001 - one shape
    if scenario.challenge is None:
        raise ScenarioWrong("no challenge has begun")
    return m.Challenge.objects.select_related("municipality", "method").get(pk=scenario.challenge.pk)


def _step(scenario: Scenario, values: Mapping[str, Any], name: str = "step") -> m.Step:
    if name == "source":  # the step of the same key in the challenge that is named
        return m.Step.objects.select_related("challenge__municipality", "challenge__method").get(
            challenge__code=values["source"], key=values["step"]
        )
    challenge = _challenge(scenario, values, name)
    step = challenge.steps.get(key=values["step"])
    step.challenge = challenge
    return step


def _call_of(scenario: Scenario, values: Mapping[str, Any], name: str) -> m.Solicitation:
    call = find_solicitation(_step(scenario, values))
    if call is None:
        raise ScenarioWrong(f"'{values['step']}' has no call ({name})")
    return call


def _evaluation(scenario: Scenario, values: Mapping[str, Any], name: str) -> m.Evaluation:
    evaluation = find_evaluation(_step(scenario, values))
    if evaluation is None:
        raise ScenarioWrong(f"'{values['step']}' has no evaluation ({name})")
    return evaluation


def _submission(scenario: Scenario, values: Mapping[str, Any], name: str) -> m.Submission:
    step = _step(scenario, values)
    call = find_solicitation(step) or _evaluation(scenario, values, name).solicitation
    return call.submissions.select_related("vendor", "solicitation__step__challenge").get(vendor__code=values["vendor"])


def _agreement(scenario: Scenario, values: Mapping[str, Any], name: str) -> m.Agreement:  # noqa: ARG001
    return _step(scenario, values).agreements.exclude(state="ended").get(vendor__code=values["vendor"])


def _award(scenario: Scenario, values: Mapping[str, Any], name: str) -> m.Award:
    award = find_live(_step(scenario, values))
    if award is None:
        raise ScenarioWrong(f"nobody is recommended ({name})")
    award.step = _step(scenario, values)
    return award


def _row(manager: Callable[[Scenario, Mapping[str, Any]], Any]) -> Callable[[Scenario, Mapping[str, Any], str], Any]:
    return lambda scenario, values, name: manager(scenario, values)  # noqa: ARG005


FINDERS: dict[type, Callable[[Scenario, Mapping[str, Any], str], Any]] = {
    m.Challenge: _challenge,
    m.Step: _step,
    m.Solicitation: _call_of,
    m.Evaluation: _evaluation,
    m.Submission: _submission,
    m.Agreement: _agreement,
    m.Award: _award,
    m.Municipality: lambda s, v, n: m.Municipality.objects.get(code=v.get(n, s.municipality.code)),
    m.Department: _row(lambda s, v: s.municipality.departments.get(code=v["department"])),
    m.Person: lambda s, v, n: m.Person.objects.get(code=v[n]),  # noqa: ARG005
    m.Vendor: lambda s, v, n: m.Vendor.objects.get(code=v[n]),  # noqa: ARG005
    m.Need: lambda s, v, n: m.Need.objects.select_related("municipality", "reported_by").get(code=v[n]),  # noqa: ARG005
    m.MethodVersion: lambda s, v, n: get_latest(v[n]),  # noqa: ARG005
    m.Engagement: _row(lambda s, v: m.Engagement.objects.get(step=_step(s, v))),
    m.EngagementQuestion: _row(
        lambda s, v: m.EngagementQuestion.objects.get(engagement__step=_step(s, v), text=v["question"])
    ),
    m.Question: _row(lambda s, v: _call_of(s, v, "").questions.get(text=v["question"])),
    m.Addendum: _row(lambda s, v: _call_of(s, v, "").addenda.get(number=v["addendum"])),
    m.Comment: _row(lambda s, v: m.Comment.objects.get(document__step=_step(s, v), text=v["comment"])),
    m.PanelMember: _row(lambda s, v: _evaluation(s, v, "").panel.get(person__code=v["person"], left_at=None)),
    m.Clause: _row(lambda s, v: _agreement(s, v, "").clauses.get(key=v["clause"])),
    m.ClauseEdit: _row(
        lambda s, v: m.ClauseEdit.objects.get(
            clause__agreement=_agreement(s, v, ""), clause__key=v["clause"], state="proposed"
        )
    ),
    m.Paper: _row(lambda s, v: _agreement(s, v, "").papers.get(name=v["paper"])),
    m.Deliverable: _row(lambda s, v: _agreement(s, v, "").deliverables.get(title=v["deliverable"])),
    m.DataGrant: _row(
        lambda s, v: _challenge(s, v, "").datagrants.get(vendor__code=v["vendor"], data_set=v["data_set"])
    ),
    m.Incident: _row(lambda s, v: _challenge(s, v, "").incidents.get(text=v["incident"])),
    m.BacklogItem: _row(lambda s, v: _challenge(s, v, "").backlogitems.get(text=v["item"])),
    m.Milestone: _row(lambda s, v: _challenge(s, v, "").milestones.get(title=v["milestone"])),
    m.ChangeOrder: _row(lambda s, v: _challenge(s, v, "").changeorders.get(number=v["change"])),
    m.Debrief: _row(lambda s, v: _step(s, v).debriefs.get(vendor__code=v["vendor"])),
}

Calls = Iterator[tuple[str, str, Mapping[str, Any]]]


def _document(scenario: Scenario, given: Mapping[str, Any]) -> Calls:  # noqa: ARG001
    """Write an artifact and ask for its gate."""
    if "answers" in given:
        yield "documents.save", given["by"], {"step": given["step"], "answers": given["answers"]}
    yield "moves.ask", given.get("asked_by", given["by"]), {"step": given["step"]}


def _gate(scenario: Scenario, given: Mapping[str, Any]) -> Calls:
    """Give every word of a gate: `words` is a list of [person, role] or [person, role, city]."""
    for person, role, *city in given["words"]:
        yield (
            "moves.sign",
            person,
            {
                "step": given["step"],
                "city": city[0] if city else scenario.municipality.code,
                "role": role,
                "decision": given.get("decision", "proceed"),
                "reason": given["reason"],
                "public_summary": given.get("summary", ""),
            },
        )


def _submit(scenario: Scenario, given: Mapping[str, Any]) -> Calls:
    """Start, write, add files, confirm addenda, finalise."""
    place = {"step": given["step"], "vendor": given["vendor"]}
    yield "submissions.start", given["by"], place
    yield "submissions.save_answers", given["by"], {**place, "answers": given["answers"]}
    call = _call_of(scenario, place, "")
    for name, text in (given.get("files") or {}).items():
        stream = sealing.open_stream(call)
        stream.write(text.encode())
        envelope = "price" if name.startswith("price") else "technical"
        yield (
            "submissions.add_file",
            given["by"],
            {**place, "stored": stream.finish(), "envelope": envelope, "name": name},
        )
    for addendum in call.addenda.order_by("number"):
        yield "submissions.acknowledge", given["by"], {**place, "addendum": addendum.number}
    key = f"{scenario.key}-{given['step']}-{given['vendor']}-{given.get('again', 0)}"
    yield "submissions.finalise", given["by"], {**place, "retry_key": key}


def _panel(scenario: Scenario, given: Mapping[str, Any]) -> Calls:  # noqa: ARG001
    """Appoint the chair and the members, then open scoring."""
    for seat, people in (("chair", [given["chair"]]), ("evaluator", given["members"])):
        for person in people:
            yield "evaluations.appoint", given["by"], {"step": given["step"], "person": person, "seat": seat}
    yield "evaluations.open_scoring", given["by"], {"step": given["step"]}


def _scores(scenario: Scenario, given: Mapping[str, Any]) -> Calls:
    """Declare, score and hand in for each member: `scores` is person → vendor → list in the order of the criteria."""
    evaluation = _evaluation(scenario, given, "")
    criteria = [c.key for c in criteria_of(evaluation)]
    everyone = [
        s.vendor.code for s in evaluation.solicitation.submissions.select_related("vendor").filter(state="finalised")
    ]
    for person, by_vendor in given["scores"].items():
        conflicts = {v: ("none", "") if v in by_vendor else ("financial", "") for v in everyone}
        yield "evaluations.declare", person, {"step": given["step"], "conflicts": conflicts}
        for vendor, values in by_vendor.items():
            for criterion, score in zip(criteria, values, strict=True):
                yield (
                    "evaluations.score",
                    person,
                    {
                        "step": given["step"],
                        "vendor": vendor,
                        "criterion": criterion,
                        "score": score,
                        "comment": given["comments"][score],
                    },
                )
        yield "evaluations.hand_in", person, {"step": given["step"]}


def _consensus(scenario: Scenario, given: Mapping[str, Any]) -> Calls:
    """Open the consensus, agree on every cell, freeze: `agreed` is vendor → list in the order of the criteria."""
    criteria = [c.key for c in criteria_of(_evaluation(scenario, given, ""))]
    place = {"step": given["step"]}
    yield "evaluations.open_consensus", given["chair"], place
    yield "evaluations.agree_where_equal", given["chair"], {**place, "reason": given["equal"]}
    for vendor, values in given["agreed"].items():
        for criterion, score in zip(criteria, values, strict=True):
            yield (
                "evaluations.agree",
                given["chair"],
                {**place, "vendor": vendor, "criterion": criterion, "score": score, "reason": given["reasons"][score]},
            )
    yield "evaluations.freeze_quality", given["chair"], place


SHORT: dict[str, Callable[[Scenario, Mapping[str, Any]], Calls]] = {
    "document": _document,
    "gate": _gate,
    "submit": _submit,
    "panel": _panel,
    "scores": _scores,
    "consensus": _consensus,
}
