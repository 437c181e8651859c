"""From the plain values of a scenario to what a verb expects, by the type of its parameter."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from django.db.models import QuerySet

from mix.actions.case import challenges
from mix.actions.delivery import agreements
from mix.data import models as m
from mix.data.asked import asked
from mix.jobs.scenarios import Plain, Scenario, ScenarioWrong, Values
from mix.readers.choice.awards import find_live
from mix.readers.choice.evaluations import find_evaluation
from mix.readers.city.methods import get_latest
from mix.readers.core.outbox import path_of
from mix.readers.delivery.clauses import list_library
from mix.readers.delivery.sprints import Room, list_rooms
from mix.readers.market.solicitations import find_solicitation
from mix.rules.city.policy.bylaws import BylawTable
from mix.rules.core.fields import Said, Wording
from mix.rules.delivery.clauses import choose
from mix.rules.delivery.states import AgreementState, EditState
from mix.rules.market.call_changes import read_change

T = TypeVar("T")
Finder = Callable[[Scenario, Values, str], object]


def read_plain(scenario: Scenario, kind: object, name: str, raw: Plain) -> object:
    """Read a value that is no row of a table: by its name where it has a short form, else by its type."""
    if name in READERS and not (name == "answers" and isinstance(raw, str)):
        return READERS[name](scenario, raw)
    if kind is datetime:
        return scenario.instant(raw)
    if kind is date:
        return scenario.day(raw)
    if kind is Decimal:
        return Decimal(str(raw))
    if isinstance(kind, type) and issubclass(kind, Wording):
        return kind.of(raw, field=name)
    if kind == Said and isinstance(raw, dict):
        return Wording.of(raw, field=name)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(raw)
    return raw


def _dated(scenario: Scenario, raw: Plain) -> Plain:
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


def _last_mail(to: str) -> m.Message:
    """Return what was mailed to an address last: an invitation, whose link has the secret by which it is accepted."""
    return m.Message.objects.filter(to_email=to).latest("id")


READERS: dict[str, Callable[[Scenario, Plain], object]] = {
    "clauses": lambda _s, raw: [c.in_("en") for c in choose(list_library(), kind=raw["kind"], tier=raw["tier"])],
    "deliverables": lambda s, raw: [agreements.Due(d["title"], s.day(d["due"]), d["fee"] * 100) for d in raw],
    "partners": lambda _s, raw: [
        challenges.City(m.Municipality.objects.get(code=c), share) for c, share in raw.items()
    ],
    "answers": _dated,
    "change": lambda _s, raw: read_change(raw),
    "token": lambda _s, raw: path_of(_last_mail(raw)).split("/")[1],
    "table": lambda _s, raw: BylawTable.model_validate(raw),
    **dict.fromkeys(
        ("value_cents", "options_cents", "purchase_most_cents", "amount_cents", "tax_cents"),
        lambda _s, raw: round(raw * 100),
    ),
}


def _once(scenario: Scenario, key: object, find: Callable[[], T]) -> T:
    """Return what several subjects of one act rest on, asked for once: an act's rows are each other's."""
    if key not in scenario.found:
        scenario.found[key] = find()
    found: T = scenario.found[key]
    return found


def _challenge(scenario: Scenario, _values: Values, _name: str = "") -> m.Challenge:
    if scenario.challenge is None:
        raise ScenarioWrong("no challenge has begun")
    pk = scenario.challenge.pk
    return _once(scenario, "challenge", lambda: _challenges(pk)[0])


@asked
def _challenges(pk: int) -> QuerySet[m.Challenge]:
    return m.Challenge.objects.select_related("municipality", "method").defer("method__document").filter(pk=pk)


def _step(scenario: Scenario, values: Values, name: str = "step") -> m.Step:
    if name == "source":  # the step of the same key in the challenge that is named
        return m.Step.objects.select_related("challenge__municipality", "challenge__method").get(
            challenge__code=values["source"], key=values["step"]
        )
    challenge = _challenge(scenario, values, name)
    key = values["step"] if "step" in values else _sole_room(challenge)
    return _once(scenario, ("step", key), lambda: _step_of(challenge, key))


def _step_of(challenge: m.Challenge, key: str) -> m.Step:
    found = _steps(challenge.pk, key)
    if not found:
        raise m.Step.DoesNotExist("Step matching query does not exist.")
    found[0].challenge = challenge
    return found[0]


@asked
def _steps(challenge: int, key: str) -> QuerySet[m.Step]:
    return m.Step.objects.filter(challenge_id=challenge, key=key)


def _sole_room(challenge: m.Challenge) -> str:
    """Return the sprint room that is meant where an act names none: the one that began last."""
    rooms = list_rooms(challenge)
    if not rooms:
        raise ScenarioWrong("'step' is missing")
    return rooms[-1].step.key


def call_of(scenario: Scenario, values: Values, name: str = "") -> m.Solicitation:
    """Find the call of the step that the values name. Raises ScenarioWrong."""
    step = _step(scenario, values)
    call = _once(scenario, ("call", step.key), lambda: find_solicitation(step))
    if call is None:
        raise ScenarioWrong(f"'{values['step']}' has no call ({name})")
    return call


def evaluation_of(scenario: Scenario, values: Values, name: str = "") -> m.Evaluation:
    """Find the evaluation of the step that the values name. Raises ScenarioWrong."""
    step = _step(scenario, values)
    evaluation = _once(scenario, ("evaluation", step.key), lambda: find_evaluation(step))
    if evaluation is None:
        raise ScenarioWrong(f"'{values['step']}' has no evaluation ({name})")
    return evaluation


def _submission(scenario: Scenario, values: Values, name: str = "") -> m.Submission:
    step = _step(scenario, values)
    call = _once(scenario, ("call", step.key), lambda: find_solicitation(step))
    call = call or evaluation_of(scenario, values, name).solicitation
    return call.submissions.select_related("vendor").get(vendor__code=values["vendor"])


def _agreement(scenario: Scenario, values: Values, _name: str = "") -> m.Agreement:
    return _step(scenario, values).agreements.exclude(state=AgreementState.ENDED).get(vendor__code=values["vendor"])


def _conversation(scenario: Scenario, values: Values, _name: str = "") -> m.Conversation:
    step = _step(scenario, values)
    found = step.conversations.select_related("vendor").get(vendor__code=values["vendor"], round=step.round)
    found.step = step
    return found


def _award(scenario: Scenario, values: Values, name: str = "") -> m.Award:
    award = find_live(_step(scenario, values))
    if award is None:
        raise ScenarioWrong(f"nobody is recommended ({name})")
    return award


def _row(find: Callable[[Scenario, Values], object]) -> Finder:
    return lambda scenario, values, _name: find(scenario, values)


FINDERS: dict[type, Finder] = {
    m.Challenge: _challenge,
    m.Step: _step,
    m.Solicitation: call_of,
    m.Evaluation: evaluation_of,
    m.Submission: _submission,
    m.Agreement: _agreement,
    m.Award: _award,
    m.Conversation: _conversation,
    m.Municipality: lambda s, v, n: m.Municipality.objects.get(code=v.get(n, s.municipality.code)),
    m.Department: _row(lambda s, v: s.municipality.departments.get(code=v["department"])),
    m.Person: lambda _s, v, n: m.Person.objects.get(code=v[n]),
    m.Vendor: lambda _s, v, n: m.Vendor.objects.get(code=v[n]),
    m.Need: lambda _s, v, n: m.Need.objects.select_related("municipality", "reported_by").get(code=v[n]),
    m.Pilot: lambda _s, v, n: m.Pilot.objects.select_related("municipality").get(code=v[n]),
    m.MethodVersion: lambda _s, v, n: get_latest(v[n]),
    m.Engagement: _row(lambda s, v: m.Engagement.objects.get(step=_step(s, v))),
    m.EngagementQuestion: _row(
        lambda s, v: m.EngagementQuestion.objects.get(engagement__step=_step(s, v), text=v["question"])
    ),
    m.Question: _row(lambda s, v: call_of(s, v).questions.get(text=v["question"])),
    m.Addendum: _row(lambda s, v: call_of(s, v).addenda.get(number=v["addendum"])),
    m.ExtensionProposal: _row(lambda s, v: call_of(s, v).extensions.get(ended_at=None)),
    m.Comment: _row(lambda s, v: m.Comment.objects.get(document__step=_step(s, v), text=v["comment"])),
    m.Bylaw: _row(lambda _s, v: m.Bylaw.objects.get(municipality__code=v["municipality"], signed_at=None)),
    m.RuleWaiver: _row(
        lambda s, v: (
            _challenge(s, v)
            .waivers.select_related("challenge")
            .get(municipality__code=v["municipality"], rule=v["rule"])
        )
    ),
    m.StageInvitation: _row(
        lambda s, v: evaluation_of(s, v).invitations.get(
            submission__vendor__code=v["vendor"], stage=evaluation_of(s, v).stage
        )
    ),
    m.Declaration: _row(
        lambda s, v: (
            m.Declaration.objects.filter(member__evaluation=evaluation_of(s, v), member__person__code=v["person"])
            .filter(vendor__code=v["vendor"])
            .latest("id")
        )
    ),
    m.PanelMember: _row(lambda s, v: evaluation_of(s, v).panel.get(person__code=v["person"], left_at=None)),
    m.Clause: _row(lambda s, v: _agreement(s, v).clauses.get(key=v["clause"])),
    m.ClauseEdit: _row(
        lambda s, v: m.ClauseEdit.objects.get(
            clause__agreement=_agreement(s, v), clause__key=v["clause"], state=EditState.PROPOSED
        )
    ),
    m.Paper: _row(lambda s, v: _agreement(s, v).papers.get(name=v["paper"])),
    m.Deliverable: _row(lambda s, v: _agreement(s, v).deliverables.get(title=v["deliverable"])),
    m.DataGrant: _row(
        lambda s, v: m.DataGrant.objects.get(**Room(_step(s, v)).key, vendor__code=v["vendor"], data_set=v["data_set"])
    ),
    m.Incident: _row(lambda s, v: m.Incident.objects.get(**Room(_step(s, v)).key, text=v["incident"])),
    m.BacklogItem: _row(lambda s, v: _challenge(s, v).backlogitems.get(text=v["item"])),
    m.Milestone: _row(lambda s, v: _challenge(s, v).milestones.get(title=v["milestone"])),
    m.Invoice: _row(lambda s, v: m.Invoice.objects.get(milestone__challenge=_challenge(s, v), number=v["invoice"])),
    m.ChangeOrder: _row(lambda s, v: _challenge(s, v).changeorders.get(number=v["change"])),
    m.Debrief: _row(lambda s, v: _step(s, v).debriefs.get(vendor__code=v["vendor"])),
}
