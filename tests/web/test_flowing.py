"""What flows forward: tests into agreements, deliverables and milestones, data sets into what vendors are given."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from mix.actions.core.run import run
from mix.actions.delivery import agreements, milestones
from mix.data.models import Agreement, Challenge, Clause, DataGrant, DocumentVersion, Milestone
from mix.readers.case.documents import gather_facts
from mix.readers.delivery.acceptance import source_of_clause
from mix.readers.delivery.agreements import unmet_to_sign
from mix.readers.delivery.milestones import unmet_in
from mix.rules.case.carrying import Accord
from mix.rules.city.methods import Fact
from mix.rules.core.unmet import Refused
from mix.web.staff.delivery.milestones import PlanMilestone, Plannable
from mix.web.staff.delivery.sprints_acts import Grantable, GrantData
from tests.behind import open_tables
from tests.web.reading import entered

pytestmark = pytest.mark.django_db
CODE = "guelph-roads-sprint"
RATED, AGREES = "Streets rated in 30 days; 90 %", "Agreement; 80 %"
DAYS = {"granted_on": "2027-01-04", "expires_on": "2027-02-26"}


@pytest.fixture
def post(ended: Challenge, sign_in: Callable[[str], Client]) -> Callable[..., Any]:
    """Return a function that posts an act on a step, and returns the answer."""

    def posted(who: str, key: str, act: str, **typed: Any) -> Any:
        return sign_in(who).post(f"/en/city/challenges/{CODE}/{key}/", {"act": act, **typed})

    return posted


def rewrite(found: Challenge, step: str, field: str, rows: list[dict[str, Any]]) -> None:
    """Say something else in a document, as a correction of it would."""
    open_tables("data_documentversion")
    latest = DocumentVersion.objects.filter(document__step__challenge=found, document__step__key=step).latest("number")
    DocumentVersion.objects.filter(pk=latest.pk).update(content={**latest.content, field: rows})


def days_of_sprint(found: Challenge) -> tuple[str, str]:
    facts = gather_facts(found)
    return facts[Fact.SPRINT_STARTS], facts[Fact.SPRINT_ENDS]


def said(page: Any) -> str:
    return " ".join(unescape(page.content.decode()).split())


def test_an_agreement_says_the_tests_of_the_framework(ended: Challenge, sign_in: Callable[[str], Client]) -> None:
    clauses = Clause.objects.filter(agreement__step__challenge=ended, key="results")
    assert clauses.count() == 3
    for clause in clauses:
        assert clause.source == "common-mvp-framework.hypotheses"
        assert "H2; Ratings agree with our engineers; Agreement in a sample of 200" in clause.text
        assert clause.text.endswith(clause.said)
    contract = Clause.objects.get(agreement__step__challenge=ended, key="acceptance")
    assert contract.text.endswith(f"{RATED}\n{AGREES}")
    page = said(sign_in("olivia").get(f"/en/city/challenges/{CODE}/agreements/{contract.agreement.code}/"))
    assert f'One fact with: <a href="/en/city/challenges/{CODE}/final-design/">Final design</a>' in page
    theirs = said(sign_in("tess").get(f"/en/vendor/agreements/{contract.agreement.code}/"))
    assert "One fact with: Final design" in theirs


def test_a_deliverable_names_the_clause_by_which_it_is_accepted(
    ended: Challenge, sign_in: Callable[[str], Client]
) -> None:
    page = said(sign_in("priya").get(f"/en/city/challenges/{CODE}/sprint-run/"))
    for made in Agreement.objects.filter(step__challenge=ended, kind="sprint"):
        assert f'agreements/{made.code}/#results">What deliverables show</a>' in page


def test_a_clause_whose_source_moved_waits_for_its_words_or_a_reason(ended: Challenge, actor: Any, now: Any) -> None:
    made = Agreement.objects.get(step__challenge=ended, kind="contract")
    Agreement.objects.filter(pk=made.pk).update(state="drafting")

    def missing() -> list[str]:
        return [u.code for u in unmet_to_sign(Agreement.objects.get(pk=made.pk), today=now.date())]

    def standing() -> Accord:
        found = source_of_clause(made.step, made.clauses.prefetch_related("edits").get(key="acceptance"))
        assert found is not None
        return found.standing

    assert "clause_differs_from_source" not in missing()
    rewrite(ended, "final-design", "acceptance", [{"test": "Streets rated in 30 days", "threshold": "95 %"}])
    assert "clause_differs_from_source" in missing()
    clause = made.clauses.get(key="acceptance")
    with pytest.raises(Refused):
        other = made.clauses.get(key="scope")
        run(actor("leah"), now, agreements.propose_edit, other, text=other.text, reason="To keep it")
    edit = run(actor("leah"), now, agreements.propose_edit, clause, text=clause.text, reason="Signed off by council")
    run(actor("tess"), now, agreements.answer_edit, edit, accept=True)
    assert (standing(), "clause_differs_from_source" in missing()) == (Accord.DELIBERATE, False)
    rewrite(ended, "final-design", "acceptance", [{"test": "Streets rated in 30 days", "threshold": "97 %"}])
    assert (standing(), "clause_differs_from_source" in missing()) == (Accord.CHANGED, True)
    text = "What is delivered is accepted when it passes this test.\nStreets rated in 30 days; 97 %"
    edit = run(actor("leah"), now, agreements.propose_edit, clause, text=text, reason="As designed")
    run(actor("tess"), now, agreements.answer_edit, edit, accept=True)
    assert (standing(), "clause_differs_from_source" in missing()) == (Accord.SAME, False)


def test_one_press_gives_every_vendor_all_that_the_framework_names(ended: Challenge, post: Callable[..., Any]) -> None:
    open_tables("data_datagrant")
    DataGrant.objects.filter(challenge=ended).exclude(vendor__code="tamarack").delete()
    assert post("priya", "test-environment", "grant", vendor="*", data_set="*", legal_basis="City data", **DAYS)
    rows = DataGrant.objects.filter(challenge=ended).order_by("vendor__code", "data_set")
    assert list(rows.values_list("vendor__code", "data_set", "legal_basis")) == [
        (vendor, name, basis)
        for vendor, basis in (
            ("northlight", "City data"),
            ("releve", "City data"),
            ("tamarack", "Sprint agreement, city data"),
        )
        for name in ("Road ratings 2009 to 2023", "Work orders")
    ]


def test_what_the_framework_does_not_name_is_given_with_a_reason(ended: Challenge, post: Callable[..., Any]) -> None:
    given = {"vendor": "tamarack", "data_set": "+", "legal_basis": "Sprint agreement", **DAYS}
    assert post("priya", "test-environment", "grant", **given).status_code == 422
    answer = post("priya", "test-environment", "grant", other="Tree rolls", **given)
    assert (answer.status_code, "does not name “Tree rolls”" in said(answer)) == (422, True)
    assert (
        post("priya", "test-environment", "grant", other="Tree rolls", reason="Found later", **given).status_code == 302
    )
    assert DataGrant.objects.get(challenge=ended, data_set="Tree rolls").reason == "Found later"


def test_the_legal_basis_of_the_framework_is_not_typed_again(ended: Challenge, post: Callable[..., Any]) -> None:
    rows = [{"name": "Bridges", "access": "Copy", "legal_basis": "Municipal Act, s. 10"}]
    rewrite(ended, "common-mvp-framework", "data_sets", rows)
    assert post("priya", "test-environment", "grant", vendor="*", data_set="Bridges", **DAYS).status_code == 302
    found = DataGrant.objects.filter(challenge=ended, data_set="Bridges")
    assert set(found.values_list("legal_basis", "reason")) == {("Municipal Act, s. 10", "")}
    found.delete()
    other = {"vendor": "*", "data_set": "Bridges", "legal_basis": "Consent", **DAYS}
    assert post("priya", "test-environment", "grant", **other).status_code == 422
    assert post("priya", "test-environment", "grant", reason="Counsel said so", **other).status_code == 302


def test_the_form_of_grants_begins_with_what_is_known(ended: Challenge, sign_in: Callable[[str], Client]) -> None:
    page = sign_in("priya").get(f"/en/city/challenges/{CODE}/test-environment/?do=grant").content.decode()
    assert page.count('<option value="*" selected>') == 2
    assert (entered(page, "granted_on"), entered(page, "expires_on")) == days_of_sprint(ended)
    assert f'href="/en/city/challenges/{CODE}/common-mvp-framework/"' in page
    assert "Work orders; Sandbox" in page


def test_milestones_are_accepted_by_the_tests_of_the_design(
    ended: Challenge, post: Callable[..., Any], step: Callable[[str, str], Any], sign_in: Callable[[str], Client]
) -> None:
    first, second = Milestone.objects.filter(challenge=ended).order_by("due_on")
    assert [[t["text"] for t in m.tests] for m in (first, second)] == [[RATED, AGREES], []]
    rewrite(
        ended,
        "final-design",
        "acceptance",
        [{"test": "Agreement", "threshold": "80 %"}, {"test": "Speed", "threshold": "1 s"}],
    )
    execute = step(CODE, "execute")
    assert [(u.code, u.params["test"]) for u in unmet_in(execute)] == [("test_not_planned", "Speed; 1 s")]
    Milestone.objects.filter(pk=first.pk).update(accepted_at=None)
    assert [u.code for u in unmet_in(execute)] == ["milestones_unaccepted", "test_not_planned", "test_named_no_more"]
    page = said(sign_in("priya").get(f"/en/city/challenges/{CODE}/execute/"))
    assert "not named there any more" in page
    own = {"item": first.pk, "tests": [AGREES, "Speed; 1 s"], "own_test": "Handbook in French"}
    assert post("priya", "execute", "tests", **own).status_code == 422
    assert post("priya", "execute", "tests", why="Asked for by the crews", **own).status_code == 302
    first.refresh_from_db()
    assert first.tests[-1] == {"text": "Handbook in French", "why": "Asked for by the crews"}
    assert [u.code for u in unmet_in(execute)] == ["milestones_unaccepted"]
    assert "only here: Asked for by the crews" in said(sign_in("priya").get(f"/en/city/challenges/{CODE}/execute/"))
    form = sign_in("priya").get(f"/en/city/challenges/{CODE}/execute/?do=tests&item={first.pk}").content.decode()
    assert "Asked for by the crews" in form
    assert post("noor", "execute", "tests", item=first.pk, tests=[]).status_code == 404


def test_nobody_makes_up_a_test(ended: Challenge, actor: Any, now: Any) -> None:
    first, second = Milestone.objects.filter(challenge=ended).order_by("due_on")
    Milestone.objects.filter(pk=second.pk).update(accepted_at=None)
    for tests, own, why, code in (
        (["Anything"], "", "", "test_unknown"),
        ([], AGREES, "Because", "test_is_named"),
        ([], "Handbook", " ", "reason_missing"),
    ):
        with pytest.raises(Refused) as caught:
            run(actor("priya"), now, milestones.set_tests, second, tests=tests, own_test=own, why=why)
        assert [u.code for u in caught.value.unmet] == [code]
    with pytest.raises(Refused) as caught:
        run(actor("priya"), now, milestones.set_tests, first, tests=[])
    assert [u.code for u in caught.value.unmet] == ["milestone_accepted"]


def test_what_no_document_names_is_asked_as_before() -> None:
    assert not {"tests", "own_test", "why"} & PlanMilestone(Plannable(Challenge(), (), (), {})).fields.keys()
    bare = GrantData(Grantable(None, ()))  # type: ignore[arg-type]  # no step is needed to draw the fields
    assert list(bare.fields) == ["vendor", "data_set", "legal_basis", "granted_on", "expires_on"]
