"""Acts of city staff without a page: what is about them says what can be chosen, and no request is needed."""

from datetime import date

import pytest

from mix.data.models import Challenge, Municipality, Step, Vendor
from mix.rules.core.kinds import AgreementKind, Decision
from mix.web.staff.case.joining import AnswerCity, DeclareWindow
from mix.web.staff.delivery.agreements import Draft, Draftable
from mix.web.staff.flow.step_acts import Sign, Signable

TERMS = {
    "vendor": "ink",
    "value_cents": "10,000.50",
    "starts_on": "2027-01-04",
    "ends_on": "2027-02-26",
    "tier": "low",
}


def _draftable(kind: AgreementKind) -> Draftable:
    return Draftable(Step(), kind, (Vendor(code="ink", name="Ink"),), 5_000_00)


def test_only_a_sprint_pays_by_two_deliverables() -> None:
    sprint, contract = (Draft(_draftable(k), TERMS) for k in (AgreementKind.SPRINT, AgreementKind.CONTRACT))
    assert set(sprint.fields) - set(contract.fields) == {"first", "second"}
    assert contract.is_valid(), contract.errors
    assert contract.cleaned_data["value_cents"] == 10_000_50
    assert contract.cleaned_data["ends_on"] == date(2027, 2, 26)


def test_an_agreement_is_with_a_vendor_that_lacks_one() -> None:
    form = Draft(_draftable(AgreementKind.CONTRACT), {**TERMS, "vendor": "other"})
    assert set(form.errors) == {"vendor"}


@pytest.mark.parametrize(("percent", "wrong"), [("0", set()), ("100000", {"most_percent"}), ("", {"most_percent"})])
def test_a_window_has_a_share(percent: str, wrong: set[str]) -> None:
    assert set(DeclareWindow(Challenge(), {"until": "", "most_percent": percent}).errors) == wrong


def test_a_window_shows_what_is_declared() -> None:
    about = Challenge(municipality=Municipality(), joins_until=date(2027, 1, 4), joins_percent=20)
    assert DeclareWindow.first(about) == {"until": date(2027, 1, 4), "most_percent": 20}


def test_a_city_gets_an_answer_with_its_reason() -> None:
    assert set(AnswerCity(Challenge(), {"item": "one", "answer": "maybe", "reason": ""}).errors) == {"answer", "reason"}


def test_a_signature_names_a_duty_that_is_open() -> None:
    about = Signable(Step(), (("north:sponsor", "Sponsor, North"), ("north:finance", "Finance, North")))
    assert Sign.first(about) == {"duty": "north:sponsor"}
    typed = {"duty": "north:sponsor", "decision": Decision.PROCEED, "reason": "It is due."}
    assert set(Sign(about, {**typed, "duty": "south:finance"}).errors) == {"duty"}
