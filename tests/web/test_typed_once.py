"""No fact of a case is typed twice: every box of the sprint method, and of the forms of its calls and agreements."""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.forms.widgets import CheckboxInput, ChoiceWidget, FileInput, HiddenInput

from mix.data.models import Agreement, Award, Challenge, Engagement, Need, Step, Vendor
from mix.rules.city.method_files import parse
from mix.rules.city.methods import Method
from mix.rules.city.sources import CHALLENGE, field_at, source_of, split
from mix.rules.core.fields import FieldSpec, FieldType
from mix.rules.core.kinds import AgreementKind, Route, StepKind
from mix.web.forms import agreeing
from mix.web.forms.acts import Act
from mix.web.staff.choice import awards, evaluations_acts
from mix.web.staff.delivery import agreements, contracts, conversations, milestones, sprints_acts
from mix.web.staff.flow import desk_acts, findings_acts, step_acts
from mix.web.staff.market import engagements, solicitations_acts

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE, DOCS = ROOT / "catalogue" / "methods", ROOT / "docs"
VENDORS = 3
DAYS = (date(2027, 1, 4), date(2027, 2, 1))
EMPTY: tuple[object, ...] = (None, "", [])
# How many boxes are typed in a whole case of the sprint method, with three vendors in the sprint, in one city: those
# that must be, and with those that may stay empty. None of them grows unnoticed; docs/architecture.md says them.
MUST, MAY, SIGNATURES = 96, 159, 25
# What has one name in several steps and is another fact in each, and why.
APART = {
    "needs": "of the vendor, not of the city",
    "questions": "asked of the market",
}


def sprint() -> Method:
    return parse((CATALOGUE / "sprint.yaml").read_text(encoding="utf-8")).on(Route.INNOVATION_PARTNERSHIP)


def typed_boxes(method: Method, spec: FieldSpec) -> list[str]:
    """Return the boxes of one field that nobody fills but the writer; of a table those of one row."""
    if not spec.columns:
        return [] if spec.place else [spec.key]
    source = source_of(method, spec) if spec.place else None
    known = {column.key for column in source.columns} if source else set()
    return [f"{spec.key}.{column.key}" for column in spec.columns if (column.source or column.key) not in known]


def documents(method: Method) -> Iterator[tuple[str, FieldSpec]]:
    for step in method.steps:
        yield from ((step.key, spec) for spec in step.fields if not spec.why_of)


def carried_fields(method: Method) -> dict[str, str]:
    return {f"{step}.{spec.key}": spec.place for step, spec in documents(method) if spec.place}


def test_these_fields_are_filled_from_others() -> None:
    assert carried_fields(sprint()) == {
        "commissioning.question": "CHALLENGE.question",
        "commissioning.evidence": "NEED.what",
        "commissioning.users": "NEED.who",
        "commissioning.current_cost": "NEED.cost",
        "discovery.reframed": "commissioning.question",
        "discovery.baseline": "commissioning.outcomes",
        "procurement-brief.purchase_value": "commissioning.purchase_budget",
        "procurement-brief.accessibility": "discovery.accessibility",
        "procurement-brief.environment": "discovery.data",
        "common-mvp-framework.hypotheses": "commissioning.outcomes",
        "common-mvp-framework.test_users": "discovery.groups",
        "common-mvp-framework.must_not_break": "procurement-brief.accessibility",
        "common-mvp-framework.terms": "procurement-brief.terms",
        "mvp-instructions.environments": "procurement-brief.environment",
        "mvp-instructions.demo_day": "common-mvp-framework.demo",
        "mvp-instructions.paid": "common-mvp-framework.payment_points",
        "mvp-instructions.confidentiality": "common-mvp-framework.terms",
        "test-environment.environments": "common-mvp-framework.data_sets",
        "final-challenge.outcome_targets": "commissioning.outcomes",
        "final-challenge.requirements": "common-mvp-framework.hypotheses",
        "final-challenge.terms": "procurement-brief.terms",
        "sale.need": "procurement-brief.outcome",
        "sale.term": "final-challenge.term",
        "sale.budget": "commissioning.budget_account",
        "sale.risks": "procurement-brief.risks",
        "final-design.scope": "final-challenge.requirements",
        "final-design.integration": "common-mvp-framework.integration",
        "final-design.acceptance": "common-mvp-framework.hypotheses",
        "final-design.operations": "final-challenge.service_levels",
    }


def test_no_field_of_one_name_is_typed_in_two_documents() -> None:
    where = defaultdict(list)
    for step, spec in documents(sprint()):
        if not spec.place and spec.key not in APART:
            where[spec.title.en.lower()].append(step)
    assert {title: steps for title, steps in where.items() if len(steps) > 1} == {}


@pytest.mark.parametrize("path", sorted(CATALOGUE.glob("*.yaml")), ids=lambda p: p.stem)
def test_every_method_says_what_is_bought_once_and_begins_with_the_question(path: Path) -> None:
    method = parse(path.read_text(encoding="utf-8"))
    for route in method.routes:
        fields = {(step, spec.key): spec for step, spec in documents(method.on(route))}
        asked = [] if route is Route.NO_PURCHASE else ["bought"]
        assert [spec.key for spec in fields.values() if spec.key == "bought"] == asked
        places = [spec.place for spec in fields.values()]
        assert f"{CHALLENGE}.question" in places


def test_every_call_of_the_sprint_is_made_of_what_stands_in_documents() -> None:
    method = sprint()
    calls = [step for step in method.steps if step.kind == StepKind.SOLICITATION]
    assert {step.key: bool(step.solicitation and step.solicitation.notice) for step in calls} == {
        "expression-of-interests": True,
        "invitation": True,
        "proposal-development": True,
        "proposal-refinement": True,
        "application": True,
    }
    final = method.step("application").solicitation
    assert final is not None
    assert {split(place)[0] for place in (*final.notice, final.requirements)} == {"final-challenge"}
    signed = [spec for spec in method.step("final-challenge").fields if spec.public and not spec.why_of]
    asked = {f"final-challenge.{spec.key}" for spec in signed}
    assert asked == set(final.notice), "all that three people sign is in the notice"


def _empty(form: type, first: dict[str, object], fields: set[str]) -> list[str]:
    return sorted(name for name in fields if first.get(name) in (None, ""))


def notice_boxes() -> list[str]:
    """Return what is typed for a notice that is not the first of its challenge."""
    known = {"contact": "A", "custody": "managed", "purchase_most_cents": 1}
    about = solicitations_acts.Draftable(Step(), None, has_purchase=True, known=known, is_made=True)
    form = solicitations_acts.Draft(about)
    needed = {name for name, field in form.fields.items() if field.required}
    return _empty(solicitations_acts.Draft, dict(solicitations_acts.Draft.first(about)), needed)


def agreement_boxes() -> list[str]:
    """Return what is typed to draft an agreement with every vendor of a sprint."""
    known = {"value_cents": 1, "starts_on": date(2027, 1, 4), "ends_on": date(2027, 2, 1), "first": "A", "second": "B"}
    vendors = tuple(Vendor(code=f"v{n}", name=f"V{n}") for n in range(VENDORS))
    about = agreements.Draftable(Step(), AgreementKind.SPRINT, vendors, known)
    form = agreements.Draft(about)
    assert form.fields["vendor"].choices[0][0] == agreements.EVERYONE  # type: ignore[attr-defined]  # a field of choices
    needed = {name for name, field in form.fields.items() if field.required} - {"vendor"}
    return _empty(agreements.Draft, dict(agreements.Draft.first(about)), needed)


def test_a_notice_is_two_dates_and_the_agreements_of_a_sprint_are_one_press() -> None:
    assert notice_boxes() == ["closes_at", "questions_until"]
    assert agreement_boxes() == []


# Every form that a city fills in, in a case of the sprint method in which nothing goes wrong: about what it is, what
# is known there, and how often. One that is filled in again for each vendor, week, test or milestone counts once, as a
# table counts by one of its rows.
ROOM = sprints_acts.InSprint(Step(), (), (), DAYS[0], 1)
FORMS: tuple[tuple[type[Act[Any]], Any, Mapping[str, Any], int], ...] = (
    (desk_acts.ReportNeed, desk_acts.Givable({}), {}, 1),
    (desk_acts.BeginChallenge, desk_acts.Beginnable((), (), (), need=Need(title="Leaks")), {}, 1),
    (findings_acts.DescribePurchase, findings_acts.Bought(Challenge(), None, is_elsewhere=True), {}, 1),
    (engagements.Plan, engagements.Planned(Step()), {}, 1),
    (engagements.Hold, engagements.Attended(Engagement(), ()), {}, 1),
    (solicitations_acts.WriteAnswer, Step(), {}, 1),
    (evaluations_acts.Appoint, evaluations_acts.Appointable(Step(), ()), {}, 1),
    (evaluations_acts.OpenScoring, Step(), {}, 1),
    (conversations.Begin, Step(), {"until": None}, 1),
    (contracts.Receive, Agreement(), {}, 1),
    (contracts.JudgeInvoice, Agreement(), {}, 1),
    (contracts.RecordPayment, Agreement(), {}, 1),
    (agreeing.NameSignatory, agreeing.InDraft(Agreement(), ()), {}, 1),
    (sprints_acts.GiveSignOff, sprints_acts.MayStart(Step(), ()), {}, 1),
    (sprints_acts.GrantData, sprints_acts.Grantable(Step(), (), data_sets={"A": "Act"}, days=DAYS), {}, 1),
    (sprints_acts.SaveCheckIn, ROOM, {}, 1),
    (sprints_acts.RecordEvidence, ROOM, {}, 1),
    (sprints_acts.HoldDemo, ROOM, {}, 1),
    (sprints_acts.EnterParity, ROOM, {}, 1),
    (sprints_acts.JudgeDeliverable, ROOM, {}, 1),
    (awards.Negotiate, Award(value_cents=1), {}, 1),
    (milestones.AddItem, Challenge(), {}, 1),
    (milestones.SettleItem, Challenge(), {}, 1),
    (milestones.PlanMilestone, milestones.Plannable(Challenge(), ("A",), ("A",), {}), {}, 1),
    (milestones.JudgeMilestone, Challenge(), {}, 1),
    (milestones.ReadOutcome, milestones.Measurable(Challenge(), ()), {}, 1),
)
# Forms of these pages that a case needs only where something goes wrong, is changed, or is wished for besides.
BESIDES = [
    "DeclineNeed",
    "MergeNeed",
    "AskToTakeOver",
    "NoteParticipation",
    "Justify",
    "Waive",
    "AgreeToWaive",
    "Skip",
    "WriteComment",
    "SettleComment",
    "WriteLesson",
    "EnterHours",
    "AnswerQuestion",
    "LogContact",
    "AddDocument",
    "IssueAddendum",
    "ChangeQuestion",
    "ConfirmExtension",
    "DropExtension",
    "EndSeat",
    "GiveAnswers",
    "GiveChair",
    "RuleOnConflict",
    "Invite",
    "SetMeeting",
    "RecordMeeting",
    "FixLot",
    "DrawLot",
    "BreakTie",
    "Fail",
    "PlanDebrief",
    "HoldDebrief",
    "AnswerDispute",
    "MoveDate",
    "NameVendor",
    "Propose",
    "AcceptEdit",
    "RefuseEdit",
    "TakeOut",
    "TakeOutSignatory",
    "ReportIncident",
    "SettleIncident",
    "ExplainParity",
    "GoWithout",
    "AppointSeveral",
    "AskChange",
    "DecideChange",
    "SetTests",
]
# What is pressed: nothing is typed there.
PRESSED = ["Complete", "Publish", "GiveAnswer", "Finalise", "Recommend"]
# What is counted apart: one word of each who decides at a gate.
WORDS = ["Sign"]
OTHERS = {solicitations_acts.Draft, agreements.Draft}  # counted above


def is_typed(field: forms.Field) -> bool:
    """Say whether somebody types into a box: it is none to choose from, to tick or to send a file with."""
    return not isinstance(field.widget, ChoiceWidget | CheckboxInput | FileInput | HiddenInput)


def boxes(form: type[Act[Any]], about: Any, known: Mapping[str, Any], *, only_due: bool) -> list[str]:
    """Return the boxes of a form that are empty when it opens, or those of them that must be filled in."""
    made, first = form(about), {**known} if known else dict(form.first(about))
    return [
        f"{form.__name__}.{name}"
        for name, field in made.fields.items()
        if is_typed(field) and (field.required or not only_due) and first.get(name, made.initial.get(name)) in EMPTY
    ]


def written_boxes(method: Method, *, only_due: bool) -> list[str]:
    """Return the boxes of documents into which somebody types, or those that must be filled in."""
    found = []
    for step, spec in documents(method):
        columns = {f"{spec.key}.{c.key}": (c.type, c.required and spec.required) for c in spec.columns}
        known = columns or {spec.key: (spec.type, spec.required)}
        found += [
            f"{step}.{box}"
            for box in typed_boxes(method, spec)
            if known[box][0] not in (FieldType.CHOICE, FieldType.YES_NO) and (known[box][1] or not only_due)
        ]
    return found


def case(method: Method, *, only_due: bool) -> list[str]:
    """Return every box of a whole case: of its documents, of its notices, and of each form."""
    calls = [step.key for step in method.steps if step.kind == StepKind.SOLICITATION]
    found = written_boxes(method, only_due=only_due)
    found += [f"{call}.{box}" for call in calls for box in notice_boxes()] + ["contact"]  # one contact for all
    found += agreement_boxes()
    for form, about, known, times in FORMS:
        found += boxes(form, about, known, only_due=only_due) * times
    return found


def test_a_whole_case_is_typed_in_few_boxes() -> None:
    due, offered = case(sprint(), only_due=True), case(sprint(), only_due=False)
    assert (len(due), len(offered)) == (MUST, MAY), due
    assert len(due) <= 130


def test_the_page_of_the_architecture_says_how_many() -> None:
    page = (DOCS / "architecture.md").read_text(encoding="utf-8")
    assert f"{MUST} boxes must be typed, {MAY} with those that may stay empty, and {SIGNATURES} signatures" in page


def test_each_who_decides_at_a_gate_gives_a_word_with_a_reason() -> None:
    gates = [step.gate for step in sprint().steps if step.gate]
    assert sum(len(gate.decided_by) + gate.by_value for gate in gates) == SIGNATURES
    form = step_acts.Sign(step_acts.Signable(Step(), (("guelph:sponsor", "Sponsor"),)))
    assert [name for name, field in form.fields.items() if is_typed(field) and field.required] == ["reason"]


def test_every_form_of_these_pages_is_counted_or_set_apart() -> None:
    """A form that is added to a page of a case is looked at here: does it ask for something that is known?"""
    pages = (
        *(agreeing, agreements, awards, contracts, conversations, desk_acts, engagements, evaluations_acts),
        *(findings_acts, milestones, solicitations_acts, sprints_acts, step_acts),
    )
    known = {form.__name__ for form, *_rest in FORMS} | {form.__name__ for form in OTHERS}
    known |= {*BESIDES, *PRESSED, *WORDS}
    found = {
        name
        for page in pages
        for name, made in vars(page).items()
        if inspect.isclass(made) and issubclass(made, Act) and made.__module__ == page.__name__
        if {"run", "each"} & vars(made).keys()
    }
    assert found - known == set()
    assert known - found == set()
    for name in PRESSED:
        form = next(vars(page)[name] for page in pages if name in vars(page))
        assert [f for f, field in form.base_fields.items() if is_typed(field)] == [], name


# Boxes of forms that are filled from elsewhere, and from where.
FLOWS = {
    "BeginChallenge.title": "NEED.title",
    "Draft.contact": "the call before",
    "Draft.custody": "the call before",
    "Draft.purchase_most_cents": "purchase_value and option_value",
    "Draft.value_cents": "sprint_fee, or what was awarded",
    "Draft.starts_on": "sprint_starts",
    "Draft.ends_on": "sprint_ends",
    "GrantData.data_set": "common-mvp-framework.data_sets",
    "GrantData.legal_basis": "common-mvp-framework.data_sets",
    "GrantData.granted_on": "sprint_starts",
    "GrantData.expires_on": "sprint_ends",
    "Negotiate.value_cents": "what was recommended",
    "PlanMilestone.tests": "final-design.acceptance",
    "RecordEvidence.hypothesis": "common-mvp-framework.hypotheses",
    "ReadOutcome.measure": "commissioning.outcomes",
}
# What is called alike in a form and in a document, and is another fact, and why.
ALIKE = {
    "AddItem.text": "a decision, a test or a piece of work",
    "BeginChallenge.question": "from here it begins the commission",
    "PlanMilestone.value_cents": "of one milestone, not of a measure",
    "ReadOutcome.note": "how the outcome was measured, not the baseline",
    "RecordEvidence.result": "of one test, not of a deployment elsewhere",
    "SettleItem.result": "of one entry of the backlog",
    "WriteAnswer.text": "an answer to a vendor, not of the scan",
}


def test_no_form_asks_again_for_what_a_document_says() -> None:
    titles = {spec.title.en.lower() for _step, spec in documents(sprint())}
    titles |= {c.title.en.lower() for _step, spec in documents(sprint()) for c in spec.columns}
    alike = {
        f"{form.__name__}.{name}"
        for form, about, _known, _times in FORMS
        for name, field in form(about).fields.items()
        if is_typed(field) and str(field.label).lower() in titles
    }
    assert alike - FLOWS.keys() == ALIKE.keys()


def test_places_from_which_forms_are_filled_are_those_of_the_method() -> None:
    method = sprint()
    rows = {step.accepted_by or step.data_sets for step in method.steps} - {""}
    assert rows == {"common-mvp-framework.hypotheses", "common-mvp-framework.data_sets", "final-design.acceptance"}
    named = {place for place in FLOWS.values() if "." in place and not place.startswith("NEED")}
    assert named - rows == {"commissioning.outcomes"}
    assert {place for place in named if field_at(method, place) is None} == set()
