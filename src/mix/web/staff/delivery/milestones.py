"""Implementation, on its step pages: backlog, changes, milestones, outcomes, take-over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mix.actions.delivery import milestones
from mix.data.models import Agreement, BacklogItem, Challenge, ChangeOrder, Milestone, OutcomeReading, Step, TakeOver
from mix.data.models.delivery.milestones import MONTHS
from mix.readers.case.challenges import spec_of
from mix.readers.delivery.acceptance import Flowing, PlannedTest, find_tests, tests_of
from mix.readers.delivery.agreements import find_contract
from mix.readers.delivery.milestones import (
    changed_cents,
    gather_readings,
    get_backlog_item,
    get_change,
    get_milestone,
    list_backlog,
    list_changes,
    list_measures,
    list_milestones,
    list_take_overs,
)
from mix.rules.case.states import ChallengeStatus
from mix.rules.core.access import Permission, Role
from mix.rules.core.kinds import DeliverySection, StepState
from mix.rules.delivery.acceptance import Acceptance, left_over, read_tests
from mix.rules.delivery.states import BacklogKind
from mix.web.forms import fields
from mix.web.forms.acts import Act, Acts, Listed, RowAct, do, granted
from mix.web.staff.delivery.judging import Judge


class AddItem(Act[Challenge]):
    """Add to the backlog."""

    label = _("Add")
    done = _("Added.")
    needs = Permission.DELIVERY_RUN

    kind = fields.word_choice(_("Kind"), "backlog", BacklogKind)
    text = fields.text(_("What"), rows=2)

    def run(self, request: HttpRequest) -> None:
        """Add it."""
        do(request, milestones.add_backlog_item, self.about, **self.cleaned_data)


class SettleItem(RowAct[Challenge]):
    """Say what came of an entry of the backlog."""

    label = _("Settle")
    done = _("Settled.")
    needs = Permission.DELIVERY_RUN

    result = fields.line(_("What came of it"), most=500)

    def run(self, request: HttpRequest) -> None:
        """Settle it."""
        found = get_backlog_item(self.about, self.row)
        do(request, milestones.settle_backlog_item, found, **self.rest())


class AskChange(Act[Challenge]):
    """Ask for a change of the contract."""

    label = _("Ask for the change")
    done = _("Asked. Authority follows the value of the whole contract.")
    needs = Permission.DELIVERY_RUN

    value_cents = fields.money(_("Added value"))
    reason = fields.text(_("Reason"), rows=2)

    def run(self, request: HttpRequest) -> None:
        """Ask for it."""
        do(request, milestones.ask_change, self.about, **self.cleaned_data)


class DecideChange(Judge[Challenge]):
    """Approve a change, or refuse it. Who may follows from the value: the verb says no to anybody else."""

    done = _("Decided.")
    word = "approve"
    says = _("Approve")

    def run(self, request: HttpRequest) -> None:
        """Decide it."""
        found = get_change(self.about, self.row)
        do(request, milestones.decide_change, found, approve=self.accepts(), reason=self.cleaned_data["reason"])


@dataclass(frozen=True)
class Plannable:
    """A challenge, the tests by which its milestones are accepted, and those of them that no milestone has.

    `has` are the tests of each milestone, by its number as a page posts it.
    """

    challenge: Challenge
    named: tuple[str, ...]
    left: tuple[str, ...]
    has: Mapping[str, tuple[Acceptance, ...]]


class WithTests(Act[Plannable]):
    """What is accepted by tests: those of a document, and one that stands only here; none where none are named."""

    needs = Permission.DELIVERY_RUN

    tests = fields.many(_("Accepted by these tests"), [])
    own_test = fields.line(_("A test that stands only here"), required=False)
    why = fields.text(_("Why it stands only here"), required=False, rows=2)

    def fit(self) -> None:
        """Offer the tests that are named."""
        if self.about.named:
            fields.offer_many(self, "tests", [(text, text) for text in self.about.named])
        else:
            for name in ("tests", "own_test", "why"):
                del self.fields[name]


class PlanMilestone(WithTests):
    """Plan a milestone."""

    label = _("Plan")
    done = _("Planned.")
    field_order = ("title", "due_on", "value_cents")

    title = fields.line(_("Milestone"))
    due_on = fields.day(_("Due"))
    value_cents = fields.money(_("Value"))

    @classmethod
    def first(cls, about: Plannable) -> Mapping[str, Any]:
        """Begin with the tests that no milestone has."""
        return {"tests": list(about.left)}

    def run(self, request: HttpRequest) -> None:
        """Plan it."""
        do(request, milestones.plan_milestone, self.about.challenge, **self.cleaned_data)


class SetTests(WithTests, RowAct[Plannable]):
    """Say anew by what a milestone is accepted."""

    label = _("Change its tests")
    done = _("Changed.")

    def fit(self) -> None:
        """Begin with the tests that it has."""
        super().fit()
        has = self.about.has.get(str(self.initial.get("item", "")), ())
        self.initial["tests"] = [test.text for test in has]
        if own := next((test for test in has if test.why), None):
            self.initial["own_test"], self.initial["why"] = own.text, own.why

    def run(self, request: HttpRequest) -> None:
        """Change them."""
        found = get_milestone(self.about.challenge, self.row)
        do(request, milestones.set_tests, found, **self.rest())


class JudgeMilestone(Judge[Challenge]):
    """Accept a milestone that was reached, or refuse it."""

    needs = Permission.DELIVERY_RUN

    def run(self, request: HttpRequest) -> None:
        """Judge it."""
        found = get_milestone(self.about, self.row)
        do(request, milestones.judge_milestone, found, accept=self.accepts(), reason=self.cleaned_data["reason"])


def _months() -> list[tuple[str, str]]:
    return [(str(m), gettext("%(n)d months") % {"n": m}) for m in MONTHS]


@dataclass(frozen=True)
class Measurable:
    """A challenge, and the names of what was promised."""

    challenge: Challenge
    measures: tuple[str, ...]


class ReadOutcome(Act[Measurable]):
    """Record what a promised measure shows."""

    label = _("Record")
    done = _("Recorded.")
    needs = Permission.DELIVERY_RUN

    month = fields.choice(_("After"), _months)
    measure = fields.choice(_("Measure"), [])
    actual = fields.line(_("Actual"), hint=_("Write “not measured” if it was not."), most=60)
    note = fields.text(_("How it was measured"), required=False, rows=2)

    def fit(self) -> None:
        """Offer what was promised."""
        fields.offer(self, "measure", [(name, name) for name in self.about.measures])

    def run(self, request: HttpRequest) -> None:
        """Record it."""
        given = {**self.cleaned_data, "month": int(self.cleaned_data["month"])}
        do(request, milestones.read_outcome, self.about.challenge, **given)


@dataclass(frozen=True)
class DeliveryContext:
    """What a step of implementation draws; `measures` each with its readings by month."""

    section: DeliverySection
    contract: Agreement | None
    backlog: list[BacklogItem]
    changes: list[ChangeOrder]
    changed_cents: int
    whole_cents: int
    changed_percent: int
    milestones: list[tuple[Milestone, list[PlannedTest]]]
    tests: Flowing | None
    measures: list[tuple[dict[str, Any], list[tuple[int, OutcomeReading | None]]]]
    take_overs: list[TakeOver]


def panel(_request: HttpRequest, step: Step, roles: frozenset[Role]) -> tuple[Acts, DeliveryContext]:
    """The records of this box, and the acts of whoever runs delivery."""
    challenge = step.challenge
    contract, measures, read = find_contract(challenge), list_measures(challenge), gather_readings(challenge)
    section = spec_of(step).delivery or DeliverySection.BACKLOG
    planned, tests = list_milestones(challenge), find_tests(step)
    working = step.state == StepState.ACTIVE and challenge.status == ChallengeStatus.RUNNING and contract
    changed = changed_cents(contract) if contract else 0
    whole = contract.value_cents + contract.options_cents if contract else 0
    return granted(roles, _acts(step, section, measures) if working else {}), DeliveryContext(
        section=section,
        contract=contract,
        backlog=list_backlog(challenge),
        changes=list_changes(challenge),
        changed_cents=changed,
        whole_cents=whole + changed,
        changed_percent=changed * 100 // whole if whole else 0,
        milestones=[(m, tests_of(m, tests.lines if tests else ())) for m in planned],
        tests=tests,
        measures=[(m, [(month, read.get((month, m["measure"]))) for month in MONTHS]) for m in measures],
        take_overs=list_take_overs(challenge),
    )


def _plannable(step: Step) -> Plannable:
    tests, planned = find_tests(step), list_milestones(step.challenge)
    named = tests.lines if tests else ()
    has = {str(m.pk): read_tests(m.tests) for m in planned}
    return Plannable(step.challenge, named, left_over(named, [t for rows in has.values() for t in rows]), has)


def _acts(step: Step, section: DeliverySection, measures: list[dict[str, Any]]) -> Acts:
    """List what a part of implementation offers; the support plan is its step's own document."""
    challenge = step.challenge
    match section:
        case DeliverySection.BACKLOG:
            return {"add": Listed(AddItem, challenge), "settle_item": Listed(SettleItem, challenge)}
        case DeliverySection.CHANGES:
            return {"ask_change": Listed(AskChange, challenge), "decide": Listed(DecideChange, challenge)}
        case DeliverySection.MILESTONES:
            about = _plannable(step)
            acts: dict[str, Listed[Any]] = {
                "plan": Listed(PlanMilestone, about),
                "judge": Listed(JudgeMilestone, challenge),
            }
            return {**acts, "tests": Listed(SetTests, about)} if about.named else acts
        case DeliverySection.OUTCOMES:
            return {"read": Listed(ReadOutcome, Measurable(challenge, tuple(m["measure"] for m in measures)))}
        case DeliverySection.SUPPORT:
            return {}
