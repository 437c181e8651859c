"""What an invoice may ask for, and when it is late."""

from datetime import date

import pytest

from mix.rules.delivery.invoices import Asked, days_late, due_on, unmet_in

TODAY = date(2026, 11, 30)


def asked(**other: object) -> Asked:
    given = {"number": "A-7", "dated_on": TODAY, "amount_cents": 100_00, "tax_cents": 13_00, **other}
    return Asked(**given)  # type: ignore[arg-type]  # of the fields' own kinds


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        (asked(), []),
        (asked(amount_cents=500_00, tax_cents=0), []),
        (asked(number=""), ["answer_missing"]),
        (asked(number="a-6"), ["invoice_twice"]),
        (asked(dated_on=date(2026, 12, 1)), ["invoice_dated_ahead"]),
        (asked(amount_cents=500_01), ["invoice_above_accepted"]),
        (asked(amount_cents=0, tax_cents=0), ["invoice_empty"]),
        (asked(amount_cents=-1), ["invoice_empty", "invoice_taxes"]),
        (asked(tax_cents=-1), ["invoice_taxes"]),
        (asked(tax_cents=100_01), ["invoice_taxes"]),
    ],
)
def test_an_invoice_asks_for_what_was_accepted_once(given: Asked, codes: list[str]) -> None:
    found = unmet_in(given, left_cents=500_00, known=frozenset({"a-6"}), today=TODAY)
    assert [unmet.code for unmet in found] == codes


@pytest.mark.parametrize(("paid_on", "late"), [(None, 1), (date(2026, 11, 29), 0), (date(2026, 12, 9), 10)])
def test_a_payment_is_late_from_the_day_after_the_last_one(paid_on: date | None, late: int) -> None:
    assert due_on(date(2026, 10, 30)) == date(2026, 11, 29)
    assert days_late(date(2026, 11, 29), paid_on, today=TODAY) == late
