from decimal import Decimal

import pytest

from mix.rules.case.starting import startable
from mix.rules.city.delegation import Band, decider_for
from mix.rules.city.method_files import parse
from mix.rules.city.methods import Gate
from mix.rules.core.access import Role
from mix.rules.core.fields import Bilingual
from mix.rules.core.kinds import Decision, StepState
from mix.rules.core.unmet import Unmet
from mix.rules.delivery.parity import outside_tolerance
from mix.rules.flow.moves import Duty, GateFacts, Signature, duties, is_passed, open_duties, unmet_to_sign
from tests.rules.city.test_methods import SMALL

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


def test_a_table_counts_in_whatever_order_it_was_entered() -> None:
    assert decider_for((Band(50, Role.AUTHORITY), Band(10, Role.FINANCE)), 5) is Role.FINANCE
    assert decider_for((Band(1, Role.AUTHORITY), Band(0, Role.FINANCE)), 0) is Role.FINANCE


def facts(*signatures: Signature, value: int | None = 20_000) -> GateFacts:
    return GateFacts(("a", "b"), "a", value, {"a": BANDS, "b": BANDS[:1]}, signatures)


def test_each_city_decides_by_its_own_table() -> None:
    gate = Gate(key="G2", title=TITLE, decided_by=(Role.LEGAL,), by_value=True, each_city=True)
    needed, nobody = duties(gate, facts())
    assert needed == (Duty("a", Role.LEGAL), Duty("b", Role.LEGAL), Duty("a", Role.AUTHORITY))
    assert nobody == (Unmet("nobody_named_for_value", {"city": "b"}),)


def test_without_a_value_nobody_can_be_named() -> None:
    gate = Gate(key="G2", title=TITLE, by_value=True)
    assert duties(gate, facts(value=None)) == ((), (Unmet("value_unknown"),))


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


GATE = Gate(key="G1", title=TITLE, decided_by=(Role.SPONSOR, Role.FINANCE))


FINANCE = Duty("a", Role.FINANCE)


def unmet(
    *signatures: Signature,
    gate: Gate = GATE,
    duty: Duty = FINANCE,
    person: str = "frank",
    authors: frozenset[str] = frozenset(),
    decision: Decision = Decision.PROCEED,
) -> tuple[Unmet, ...]:
    given = facts(*signatures, value=None)
    return unmet_to_sign(gate, given, duty=duty, person=person, authors=authors, decision=decision)


@pytest.mark.parametrize("decision", Decision)
@pytest.mark.parametrize("duty", [Duty("a", Role.LEGAL), Duty("b", Role.FINANCE)])
def test_who_does_not_decide_says_nothing_not_even_stop(duty: Duty, decision: Decision) -> None:
    assert unmet(duty=duty, decision=decision) == (Unmet("not_a_decider", {"gate": "G1"}),)


def test_a_decider_who_wrote_nothing_and_said_nothing_may_say_anything() -> None:
    assert [unmet(decision=decision) for decision in Decision] == [(), (), ()]


@pytest.mark.parametrize("decision", Decision)
@pytest.mark.parametrize("said", Decision)
def test_a_word_that_was_given_is_not_given_again(said: Decision, decision: Decision) -> None:
    found = unmet(Signature("a", Role.FINANCE, "fay", said), decision=decision)
    assert found == (Unmet("already_signed", {"gate": "G1"}),)


@pytest.mark.parametrize("signature", [("a", Role.SPONSOR), ("b", Role.FINANCE)])
def test_anothers_word_is_not_ones_own(signature: tuple[str, Role]) -> None:
    assert unmet(Signature(*signature, "sam", Decision.PROCEED)) == ()


@pytest.mark.parametrize("decision", [Decision.REVISE, Decision.STOP])
def test_an_author_and_who_has_signed_already_may_still_hold_a_step_up(decision: Decision) -> None:
    first = Signature("a", Role.SPONSOR, "frank", Decision.PROCEED)
    assert unmet(first, authors=frozenset({"frank"}), decision=decision) == ()
    assert unmet(first) == (Unmet("signed_in_another_role", {"gate": "G1"}),)
    assert unmet(authors=frozenset({"frank"})) == (Unmet("author_may_not_approve", {"gate": "G1"}),)


def test_where_nobody_can_be_named_nothing_proceeds_and_anything_can_be_stopped() -> None:
    gate = Gate(key="G1", title=TITLE, decided_by=(Role.FINANCE,), by_value=True)
    assert unmet(gate=gate) == (Unmet("value_unknown"),)
    assert unmet(gate=gate, decision=Decision.STOP) == ()


def test_what_lacks_in_two_cities_is_said_once() -> None:
    gate = Gate(key="G1", title=TITLE, by_value=True, each_city=True)
    assert duties(gate, facts(value=None)) == ((), (Unmet("value_unknown"),))


def test_who_decides_by_role_and_by_value_gives_one_word() -> None:
    gate = Gate(key="G1", title=TITLE, decided_by=(Role.AUTHORITY,), by_value=True)
    assert duties(gate, facts()) == ((Duty("a", Role.AUTHORITY),), ())


def test_a_value_of_nothing_is_a_value() -> None:
    gate = Gate(key="G1", title=TITLE, by_value=True)
    given = GateFacts(("a",), "a", 0, {"a": (Band(0, Role.LEGAL), Band(None, Role.COUNCIL))})
    assert duties(gate, given) == ((Duty("a", Role.LEGAL),), ())


def test_only_proceed_gives_a_word_that_a_gate_waits_for() -> None:
    words = [Signature("a", role, str(role), Decision.PROCEED) for role in GATE.decided_by]
    held = Signature("a", Role.FINANCE, "frank", Decision.REVISE)
    assert open_duties(GATE, facts()) == (Duty("a", Role.SPONSOR), Duty("a", Role.FINANCE))
    assert open_duties(GATE, facts(words[0], held)) == (Duty("a", Role.FINANCE),)
    assert open_duties(GATE, facts(*words)) == ()


def test_a_gate_is_passed_by_every_word_and_by_nothing_less() -> None:
    legal = Signature("a", Role.LEGAL, "leah", Decision.PROCEED)
    by_value = Gate(key="G1", title=TITLE, decided_by=(Role.LEGAL,), by_value=True)
    asked = Gate(key="G1", title=TITLE, decided_by=(Role.LEGAL,))
    nobody = Gate.model_construct(key="G1", title=TITLE, decided_by=(), by_value=False, each_city=False)
    assert is_passed(asked, facts(legal))
    assert not is_passed(asked, facts())
    assert not is_passed(by_value, facts(legal, value=None))
    assert not is_passed(nobody, facts())


@pytest.mark.parametrize(
    ("first", "second", "begins"),
    [
        (StepState.WAITING, StepState.WAITING, ("first",)),
        (StepState.ACTIVE, StepState.WAITING, ()),
        (StepState.DONE, StepState.WAITING, ("second",)),
        (StepState.SKIPPED, StepState.WAITING, ("second",)),
        (StepState.DONE, StepState.ACTIVE, ()),
        (StepState.DONE, StepState.DONE, ()),
        (StepState.WAITING, StepState.DONE, ("first",)),
    ],
)
def test_a_step_begins_when_it_waits_and_what_it_needs_is_over(
    first: StepState, second: StepState, begins: tuple[str, ...]
) -> None:
    assert startable(parse(SMALL), {"first": first, "second": second}) == begins


def test_parity_needs_a_reason_above_a_tenth() -> None:
    assert outside_tolerance({"a": Decimal(30), "b": Decimal(30), "c": Decimal(27)}) == frozenset()
    assert outside_tolerance({"a": Decimal(30), "b": Decimal(30), "c": Decimal("26.9")}) == {"c"}
    assert outside_tolerance({"a": Decimal(30)}) == frozenset()
