"""What a city's by-law keeps from being signed: a contract within the standstill, and beside an open objection."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from mix.actions.core.run import run
from mix.actions.flow import signing
from mix.data.models import Agreement, Award, Bylaw, Dispute, Person, Vendor
from mix.rules.core.unmet import Refused
from tests.unsigned import unsigned_contract

pytestmark = pytest.mark.django_db


@pytest.fixture
def contract(db: None) -> Agreement:
    """Return the contract as it was before anybody signed."""
    return unsigned_contract()


@pytest.fixture
def govern(contract: Agreement, now: Any) -> Callable[..., None]:
    """Return a function that has two people sign a by-law's table that governs after the sample."""
    first, second = (Person.objects.get(code=code) for code in ("martin", "leah"))

    def signed(**table: Any) -> None:
        Bylaw.objects.create(
            number=98,
            municipality=contract.step.challenge.municipality,
            table={"citation": "By-law 98", **table},
            effective_on=date(2024, 1, 2),
            proposed_by=first,
            proposed_at=now,
            signed_by=second,
            signed_at=now,
        )

    return signed


def awarded(contract: Agreement) -> Any:
    found = Award.objects.filter(step__challenge=contract.step.challenge, approved_at__isnull=False)
    return found.latest("approved_at").approved_at


def said(caught: Any) -> list[str]:
    return [u.params["rule"] for u in caught.value.unmet]


def test_no_contract_is_signed_within_the_standstill(
    contract: Agreement, govern: Callable[..., None], actor: Callable[[str], Any]
) -> None:
    govern(standstill_days=15)
    at = awarded(contract)
    with pytest.raises(Refused) as caught:
        run(actor("anita"), at + timedelta(days=14, hours=23), signing.sign, contract)
    assert said(caught) == ["Days between the award and the contract, at least: 15."]
    run(actor("anita"), at + timedelta(days=15), signing.sign, contract)
    assert contract.signatories.get(person__code="anita").signed_at == at + timedelta(days=15)


def test_a_vendor_may_sign_before(
    contract: Agreement, govern: Callable[..., None], actor: Callable[[str], Any]
) -> None:
    govern(standstill_days=15)
    run(actor("nora"), awarded(contract) + timedelta(days=1), signing.sign, contract)
    assert contract.signatories.get(person__code="nora").signed_at is not None


def test_an_open_objection_holds_the_contract_where_the_by_law_says_so(
    contract: Agreement, govern: Callable[..., None], actor: Callable[[str], Any]
) -> None:
    at = awarded(contract) + timedelta(days=3)
    step = contract.step.challenge.steps.filter(kind="evaluation").first()
    dispute = Dispute.objects.create(
        municipality=contract.step.challenge.municipality,
        step=step,
        vendor=Vendor.objects.get(code="kestrel"),
        text="The scores were added wrongly.",
        filed_by=Person.objects.get(code="kim"),
        filed_at=at,
        due_on=date(2030, 1, 1),
    )
    govern(objections_hold=True)
    with pytest.raises(Refused) as caught:
        run(actor("anita"), at, signing.sign, contract)
    assert said(caught) == ["No contract is signed while an objection waits for its answer."]
    dispute.answered_at, dispute.answered_by = at, Person.objects.get(code="leah")
    dispute.outcome, dispute.answer = "dismissed", "They were not."
    dispute.save()
    run(actor("anita"), at, signing.sign, contract)
    assert contract.signatories.get(person__code="anita").signed_at == at


def test_where_the_by_law_says_nothing_nothing_holds(contract: Agreement, actor: Callable[[str], Any]) -> None:
    run(actor("anita"), awarded(contract) + timedelta(hours=1), signing.sign, contract)
    assert contract.signatories.get(person__code="anita").signed_at is not None
