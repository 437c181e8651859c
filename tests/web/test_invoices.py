"""An invoice from its vendor to its payment, on the page of the contract: nothing is asked for or paid twice."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from mix.data.models import Agreement, Event, Invoice, Message, Milestone
from mix.readers.core.actors import Actor
from mix.readers.flow.waits import gather_waits, list_vendor_waits
from mix.rules.delivery.invoices import InvoiceState
from mix.rules.flow.waits import Doing
from tests.behind import behind_the_program

CODE = "guelph-roads-sprint"
Post = Callable[..., Any]


@pytest.fixture
def contract(db: None) -> Agreement:
    return Agreement.objects.get(step__challenge__code=CODE, kind="contract")


@pytest.fixture
def milestone(contract: Agreement, now: datetime) -> Any:
    """Make a milestone of $1,000 that was accepted after the challenge was over, and nobody asked for yet."""
    with behind_the_program():
        challenge = contract.step.challenge
        yield Milestone.objects.create(
            municipality_id=challenge.municipality_id,
            challenge=challenge,
            title="Handbook",
            due_on=date(2026, 11, 1),
            value_cents=1000_00,
            delivered_at=now,
            accepted_at=now,
        )


@pytest.fixture
def vendor(milestone: Milestone, contract: Agreement, sign_in: Callable[[str], Client]) -> Post:
    def post(number: str = "A-1", amount: str = "600", taxes: str = "78", who: str = "tess", **other: Any) -> Any:
        typed = {"number": number, "dated_on": date.today().isoformat(), "amount_cents": amount, "tax_cents": taxes}  # noqa: DTZ011 - what a browser fills in
        given = {"act": "invoice", "item": milestone.pk, **typed, **other}
        return sign_in(who).post(f"/en/vendor/agreements/{contract.code}/", given)

    return post


@pytest.fixture
def city(contract: Agreement, sign_in: Callable[[str], Client]) -> Post:
    def post(who: str, act: str, **typed: Any) -> Any:
        typed = {"item": Invoice.objects.latest("pk").pk, **typed}
        return sign_in(who).post(f"/en/city/challenges/{CODE}/agreements/{contract.code}/", {"act": act, **typed})

    return post


def test_an_invoice_is_sent_approved_and_paid_by_two_people(vendor: Post, city: Post, now: datetime) -> None:
    assert vendor().status_code == 302
    made = Invoice.objects.latest("pk")
    assert (made.state, made.amount_cents, made.tax_cents) == (InvoiceState.RECEIVED, 600_00, 78_00)
    assert (made.due_on - made.received_at.date()).days in (29, 30)  # on the city's clock
    assert city("frank", "pay", paid_on=date.today().isoformat()).status_code == 422  # noqa: DTZ011 - as typed
    assert city("frank", "judge_invoice", verdict="approve").status_code == 404
    assert city("priya", "judge_invoice", verdict="approve").status_code == 302
    assert city("priya", "judge_invoice", verdict="refuse", reason="No.").status_code == 422
    assert city("priya", "pay", paid_on=date.today().isoformat()).status_code == 404  # noqa: DTZ011 - as typed
    ahead = city("frank", "pay", paid_on=(now.date() + timedelta(days=3)).isoformat(), payment="EFT 7")
    assert (ahead.status_code, "EFT 7" in ahead.content.decode()) == (422, True)
    assert city("frank", "pay", paid_on=made.due_on.isoformat()).status_code == 422
    day = made.received_at.date().isoformat()
    assert city("frank", "pay", paid_on=day, payment="EFT 7").status_code == 302
    made.refresh_from_db()
    assert (made.state, made.payment, made.paid_by and made.paid_by.code) == (InvoiceState.PAID, "EFT 7", "frank")
    assert city("frank", "pay", paid_on=day).status_code == 422
    verbs = Event.objects.order_by("-pk").values_list("verb", flat=True)[:3]
    assert list(verbs) == ["invoices.record_payment", "invoices.judge", "invoices.send"]
    assert {"invoice_received", "invoice_to_pay", "invoice_paid"} <= set(
        Message.objects.order_by("-pk").values_list("code", flat=True)[:30]
    )


def test_nothing_is_asked_for_twice_and_what_was_typed_stays(vendor: Post, city: Post) -> None:
    assert vendor().status_code == 302
    again = vendor("a-1", "100", "13")
    assert (again.status_code, "was sent already" in again.content.decode()) == (422, True)
    more = vendor("A-2", "400.01", "52")
    assert (more.status_code, 'value="400.01"' in more.content.decode()) == (422, True)
    assert vendor("A-2", "US$400", "52").status_code == 422
    assert vendor("A-2", "400", "52").status_code == 302
    left = vendor("A-3", "0.01", "0")
    assert left.status_code == 422
    assert city("priya", "judge_invoice", verdict="refuse").status_code == 422
    assert city("priya", "judge_invoice", verdict="refuse", reason="Which trucks?").status_code == 302
    assert vendor("A-2", "400", "52").status_code == 302  # a returned number may come again
    assert [i.state for i in Invoice.objects.order_by("pk").filter(number="A-2")] == ["returned", "received"]


def test_only_its_own_vendor_sends_one_and_for_what_was_accepted(vendor: Post, milestone: Milestone) -> None:
    assert vendor(who="remi").status_code == 404
    Milestone.objects.filter(pk=milestone.pk).update(accepted_at=None)
    assert vendor().status_code == 422
    assert vendor(item=10**9).status_code == 404


def test_who_approved_does_not_pay(vendor: Post, city: Post) -> None:
    from mix.data.models import Municipality, Person, StaffRole

    person, now = Person.objects.get(code="priya"), datetime.now().astimezone()
    guelph = Municipality.objects.get(code="guelph")
    StaffRole.objects.create(municipality=guelph, person=person, role="finance", since=now)
    assert vendor().status_code == 302
    assert city("priya", "judge_invoice", verdict="approve").status_code == 302
    refused = city("priya", "pay", paid_on=date.today().isoformat())  # noqa: DTZ011 - as typed
    assert (refused.status_code, "somebody else does" in refused.content.decode()) == (422, True)


def test_it_waits_for_whose_turn_it_is(vendor: Post, city: Post, now: datetime, actor: Callable[[str], Actor]) -> None:
    def waits(code: str) -> set[Doing]:
        found = gather_waits(actor(code), now=now)
        return {wait.doing for wait in found.own} & {Doing.JUDGE_INVOICE, Doing.PAY_INVOICE}

    assert Doing.SEND_INVOICE in {w.doing for w in list_vendor_waits(actor("tess"), now=now).own}
    vendor()
    assert (waits("priya"), waits("frank")) == ({Doing.JUDGE_INVOICE}, set())
    assert Doing.JUDGE_INVOICE in {w.doing for w in list_vendor_waits(actor("tess"), now=now).others}
    city("priya", "judge_invoice", verdict="approve")
    assert (waits("priya"), waits("frank")) == (set(), {Doing.PAY_INVOICE})


def test_what_is_to_be_paid_goes_to_the_citys_own_system(
    vendor: Post, city: Post, sign_in: Callable[[str], Client]
) -> None:
    assert vendor("=A-1").status_code == 302
    empty = sign_in("frank").get("/en/city/payments.csv").content.decode("utf-8-sig").splitlines()
    city("priya", "judge_invoice", verdict="approve")
    answer = sign_in("frank").get("/en/city/payments.csv")
    head, line = answer.content.decode("utf-8-sig").splitlines()
    assert empty == [head]
    told = dict(zip(head.split(","), line.split(","), strict=True))
    assert {k: told[k] for k in ("challenge", "invoice", "amount", "taxes", "total", "currency")} == {
        "challenge": CODE,
        "invoice": "'=A-1",
        "amount": "600.00",
        "taxes": "78.00",
        "total": "678.00",
        "currency": "CAD",
    }
    for other in ("priya", "finn", "tess"):
        page = sign_in(other).get("/en/city/payments.csv")
        assert page.status_code == 403 or "=A-1" not in page.content.decode()


def test_late_and_paid_are_said_on_both_sides(contract: Agreement, sign_in: Callable[[str], Client]) -> None:
    theirs = sign_in("tess").get(f"/en/vendor/agreements/{contract.code}/").content.decode()
    ours = sign_in("frank").get(f"/en/city/challenges/{CODE}/agreements/{contract.code}/").content.decode()
    for page in (theirs, ours):
        assert page.count("Invoice 2025-014 of") == 1
        assert "EFT 41902" in page
        assert "6 days late" in page
        assert "The purchase order’s number is missing." in page
