"""Facts that are typed once: what begins a step, what it is held to, and what is said where it differs."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from mix.actions.case import challenges, documents
from mix.actions.core.run import run
from mix.data.models import Challenge, Department, DocumentVersion, Municipality, Step
from mix.readers.case.documents import latest_content
from mix.readers.city.methods import get_latest
from mix.rules.core.fields import Wording
from mix.rules.core.kinds import Route, StepState

pytestmark = pytest.mark.django_db
WHAT = "Two leaks in three are found by the bill."
OUTCOMES = [
    {"measure": "Days from leak to notice", "baseline": "38", "target": "3"},
    {"measure": "Credits a month", "baseline": "40", "target": "10"},
]


@pytest.fixture
def begun(actor: Callable[[str], Any], now: Any) -> Challenge:
    """Report a need, and commission a challenge from it."""
    department = Department.objects.filter(municipality__code="guelph").first()
    words = {"title": "Leaks", "what": WHAT, "who": "Households", "cost": "CAD 9 a household"}
    need = run(actor("stan"), now, challenges.report_need, department, **words)
    return run(
        actor("priya"),
        now,
        challenges.commission,
        Municipality.objects.get(code="guelph"),
        code="fresh",
        title=Wording(en="Fresh"),
        question=Wording(en="How might a leak be found before the bill?"),
        method=get_latest("sprint"),
        route=Route.INNOVATION_PARTNERSHIP,
        route_reason="Firm need",
        need=need,
    )


@pytest.fixture
def discovering(begun: Challenge, actor: Callable[[str], Any], step: Callable[[str, str], Any], now: Any) -> Step:
    """Write its commission, and bring it to the discovery of users and problem."""
    run(actor("priya"), now, documents.save, step("fresh", "commissioning"), answers={"outcomes": OUTCOMES})
    begun.steps.filter(key="commissioning").update(state=StepState.DONE, done_at=now)
    begun.steps.filter(key="discovery").update(state=StepState.ACTIVE, begun_at=now, started_at=now)
    return step("fresh", "discovery")


def page_of(client: Client, key: str) -> str:
    return " ".join(unescape(client.get(f"/en/city/challenges/fresh/{key}/").content.decode()).split())


def beside(page: str, field: str) -> str:
    """Return what stands of one field."""
    return re.split(r'<(?:fieldset|div) class="field', page.partition(f'id="f-{field}"')[2])[0]


def said(page: str) -> str:
    return re.sub(r"<[^>]+>", " ", page)


def test_a_need_is_not_typed_again(begun: Challenge, sign_in: Callable[[str], Client]) -> None:
    page = page_of(sign_in("priya"), "commissioning")
    for field, text in (
        ("evidence", WHAT),
        ("users", "Households"),
        ("current_cost", "CAD 9 a household"),
        ("question", "How might a leak be found before the bill?"),
    ):
        assert f">{text}</textarea>" in beside(page, field), field
    assert f'Begun with: <a href="/en/city/needs/{begun.needs.get().code}/">' in beside(page, "evidence")
    assert 'href="/en/city/challenges/fresh/whole/">the challenge, as it was begun</a>' in beside(page, "question")
    assert "Begun with" not in beside(page, "constraints")
    assert "evidence_why" not in page, "words that only began with others need no reason to differ"


def test_what_is_saved_first_carries_what_was_not_given(discovering: Step, actor: Any, now: Any) -> None:
    run(actor("priya"), now, documents.save, discovering, answers={"equity": "None"})
    content = latest_content(discovering)
    assert [row["value"] for row in content["baseline"]] == ["38", "40"]
    assert content["reframed"] == "How might a leak be found before the bill?"
    run(actor("priya"), now, documents.save, discovering, answers={"baseline": [], "equity": "None"})
    assert latest_content(discovering)["baseline"] == [], "what was emptied on purpose stays so"


def test_a_fact_that_differs_waits_for_a_reason_and_shows_it(
    discovering: Step, sign_in: Callable[[str], Client], actor: Any, now: Any
) -> None:
    priya, url = sign_in("priya"), "/en/city/challenges/fresh/discovery/"
    page = page_of(priya, "discovery")
    assert 'One fact with: <a href="/en/city/challenges/fresh/commissioning/">' in beside(page, "baseline")
    assert "says something else" not in page
    rows = {
        f"baseline-{n}-{key}": value
        for n, row in enumerate([("Days from leak to notice", "41"), ("Credits a month", "40")])
        for key, value in zip(("measure", "value"), row, strict=True)
    }
    priya.post(url, {"act": "save", "version": "0", "reframed": "Ours", **rows})
    page = page_of(priya, "discovery")
    held = said(beside(page, "baseline"))
    assert "The source says something else:" in held
    assert "Days from leak to notice; 38" in held
    assert "“Baseline of each measure” says something else than “Commissioning a challenge”." in said(page)
    assert "“The problem, stated again”" not in said(page), "it only began with its source"
    why = "Counted anew in March"
    priya.post(url, {"act": "save", "version": "1", "reframed": "Ours", **rows, "baseline_why": why})
    page = page_of(priya, "discovery")
    assert "says something else than “Commissioning a challenge”." not in said(page)
    assert f">{why}</textarea>" in beside(page, "baseline")
    discovering.challenge.steps.filter(key="discovery").update(state=StepState.DONE, done_at=now)
    read = said(page_of(priya, "discovery"))
    assert "Why “Baseline of each measure” differs from its source" in read
    assert why in read


def test_the_words_of_the_source_are_taken_back_with_what_was_typed_beside(
    discovering: Step, sign_in: Callable[[str], Client]
) -> None:
    priya, url = sign_in("priya"), "/en/city/challenges/fresh/discovery/"
    priya.post(url, {"act": "save", "version": "0", "baseline-0-measure": "Leaks", "baseline-0-value": "7"})
    given = {"act": "save", "version": "1", "baseline-0-measure": "Leaks", "baseline-0-value": "7"}
    priya.post(url, {**given, "baseline_why": "no more", "equity": "typed beside", "take": "baseline"})
    content = latest_content(discovering)
    assert [row["value"] for row in content["baseline"]] == ["38", "40"]
    assert (content["baseline_why"], content["equity"]) == (None, "typed beside")
    before = DocumentVersion.objects.count()
    priya.post(url, {**given, "version": "2", "take": "what_is_no_field", "equity": "typed beside"})
    assert DocumentVersion.objects.count() == before + 1


def test_a_source_that_changed_since_the_reason_is_said(
    discovering: Step, begun: Challenge, actor: Any, step: Any, now: Any
) -> None:
    from mix.readers.case.carrying import unmet_by_sources

    rows = [{"measure": "Leaks", "value": "7"}]
    answers = {"baseline": rows, "baseline_why": "Another way of counting"}
    run(actor("priya"), now, documents.save, discovering, answers=answers)
    assert unmet_by_sources(discovering) == ()
    first = {"state": StepState.ACTIVE.value, "done_at": None}
    begun.steps.filter(key="commissioning").update(**first)
    run(actor("priya"), now, documents.save, step("fresh", "commissioning"), answers={"outcomes": OUTCOMES[:1]})
    run(actor("priya"), now, documents.save, discovering, answers={**answers, "equity": "written meanwhile"})
    (unmet,) = unmet_by_sources(step("fresh", "discovery"))
    assert (unmet.code, unmet.field, unmet.params["step"]) == (
        "source_changed",
        "baseline",
        "Commissioning a challenge",
    )
    answers["baseline_why"] = "Another way of counting, still"
    run(actor("priya"), now, documents.save, discovering, answers=answers)
    assert unmet_by_sources(step("fresh", "discovery")) == ()
