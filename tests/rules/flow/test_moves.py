from decimal import Decimal

import pytest

from mix.rules.city.delegation import Band, decider_for
from mix.rules.city.methods import Gate
from mix.rules.core.access import Role, broken_separations, crossed_sides
from mix.rules.core.fields import Bilingual
from mix.rules.core.kinds import Decision
from mix.rules.core.unmet import Unmet
from mix.rules.delivery.parity import far_from_middle
from mix.rules.flow.moves import Duty, GateFacts, Signature, duties, is_passed, open_duties, unmet_to_sign

BANDS = (Band(10_000, Role.PROCUREMENT_MANAGER), Band(50_000, Role.AUTHORITY), Band(None, Role.COUNCIL))
TITLE = Bilingual(en="g", fr="g")


@pytest.mark.parametrize(
    ("value", "role"),
    [
        (0, Role.PROCUREMENT_MANAGER),
        (10_000, Role.PROCUREMENT_MANAGER),
        (10_001, Role.AUTHORITY),
        (50_000, Role.AUTHORITY),
        (50_001, Role.COUNCIL),
    ],
)
def test_authority_on_both_sides_of_each_limit(value: int, role: Role) -> None:
    assert decider_for(BANDS, value) is role


def test_a_table_that_ends_names_nobody() -> None:
    assert decider_for(BANDS[:2], 50_001) is None
    assert decider_for((), 1) is None


def facts(*signatures: Signature, value: int | None = 20_000) -> GateFacts:
    return GateFacts(("a", "b"), "a", value, {"a": BANDS, "b": BANDS[:1]}, signatures)


def test_each_city_decides_by_its_own_table() -> None:
    gate = Gate(key="G2", title=TITLE, decided_by=(Role.LEGAL,), by_value=True, each_city=True)
    needed, nobody = duties(gate, facts())
    assert needed == (Duty("a", Role.LEGAL), Duty("b", Role.LEGAL), Duty("a", Role.AUTHORITY))
    assert nobody == (Unmet("nobody_named_for_value", {"city": "b"}, "delegation"),)


def test_without_a_value_nobody_can_be_named() -> None:
    gate = Gate(key="G2", title=TITLE, by_value=True)
    assert duties(gate, facts(value=None)) == ((), (Unmet("value_unknown", {}, "value"),))


def test_two_people_sign_and_the_author_does_not() -> None:
    gate = Gate(key="G1", title=TITLE, decided_by=(Role.SPONSOR, Role.FINANCE))
    first = Signature("a", Role.SPONSOR, "sam", Decision.PROCEED)
    asked = unmet_to_sign(
        gate,
        facts(first),
        duty=Duty("a", Role.FINANCE),
        person="sam",
        authors=frozenset({"sam"}),
        decision=Decision.PROCEED,
    )
    assert [u.code for u in asked] == ["signed_in_another_role", "author_may_not_approve"]
    both = facts(first, Signature("a", Role.FINANCE, "frank", Decision.PROCEED))
    assert (open_duties(gate, facts(first)), is_passed(gate, both)) == ((Duty("a", Role.FINANCE),), True)


def test_separations_are_complete() -> None:
    assert broken_separations({Role.EVALUATOR, Role.PROCUREMENT_OFFICER}) == ("procurement_does_not_score",)
    assert broken_separations({Role.CHAIR, Role.COUNCIL, Role.VENDOR}) == (
        "councillors_do_not_evaluate",
        "vendors_do_not_evaluate",
    )
    assert broken_separations({Role.PROJECT_LEAD, Role.SPONSOR}) == ()


def test_parity_needs_a_reason_above_a_tenth() -> None:
    assert far_from_middle({"a": Decimal(30), "b": Decimal(30), "c": Decimal(27)}) == frozenset()
    assert far_from_middle({"a": Decimal(30), "b": Decimal(30), "c": Decimal("26.9")}) == {"c"}
    assert far_from_middle({"a": Decimal(30)}) == frozenset()


def test_nobody_stands_on_both_sides() -> None:
    for role in Role:
        held_by_vendor = crossed_sides({Role.VENDOR}, role)
        assert held_by_vendor == (() if role is Role.VENDOR else ("vendor_may_not_serve",))
        assert crossed_sides((), role) == ()
        assert crossed_sides({role}, Role.VENDOR) == (() if role is Role.VENDOR else ("staff_may_not_bid",))
        assert crossed_sides({Role.LEGAL, Role.COUNCIL}, role) == (
            ("staff_may_not_bid",) if role is Role.VENDOR else ()
        )
