"""No fact of a case is typed twice: every box of the sprint method, and of the forms of its calls and agreements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from mix.data.models import Step, Vendor
from mix.rules.city.method_files import parse
from mix.rules.city.methods import Method
from mix.rules.city.sources import CHALLENGE, source_of, split
from mix.rules.core.fields import FieldSpec
from mix.rules.core.kinds import AgreementKind, Route, StepKind
from mix.web.staff.delivery import agreements
from mix.web.staff.market import solicitations_acts

CATALOGUE = Path(__file__).resolve().parents[2] / "catalogue" / "methods"
VENDORS = 3
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
        assert [spec.key for spec in fields.values() if spec.key == "bought"] == ["bought"]
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


def test_a_whole_case_is_typed_in_few_boxes() -> None:
    method = sprint()
    written = [box for _step, spec in documents(method) for box in typed_boxes(method, spec)]
    calls = [step for step in method.steps if step.kind == StepKind.SOLICITATION]
    typed = len(written) + len(calls) * len(notice_boxes()) + 1 + len(agreement_boxes())  # one contact for all
    assert typed <= 130, typed
