"""What begins again after a disqualification: a new round, in which nobody's word of before counts."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from mix.actions.choice import awards
from mix.actions.core.run import run
from mix.actions.delivery import agreements
from mix.actions.flow import moves
from mix.data.models import Agreement, Challenge, Municipality, Step, Vendor
from mix.readers.case.challenges import get_step, list_out_of_step
from mix.readers.choice.awards import find_live
from mix.readers.flow.moves import gather_gate, list_signatures
from mix.readers.market.solicitations import authors_of_call
from mix.rules.case.bars import read_bar
from mix.rules.city.kinds import kind_of
from mix.rules.core.access import Role
from mix.rules.core.kinds import Decision, StepState
from mix.rules.delivery.clauses import ClauseText
from mix.rules.flow.moves import Duty, open_duties

pytestmark = pytest.mark.django_db
ROADS = "guelph-roads-sprint"


@pytest.fixture
def roads(challenge: Callable[[str], Challenge]) -> Challenge:
    """Return the roads of Guelph, contract signed and in use, as a challenge that still runs."""
    Challenge.objects.filter(code=ROADS).update(status="running", ended_at=None)
    return challenge(ROADS)


@pytest.fixture
def sign(actor: Callable[[str], Any], now: datetime) -> Callable[..., None]:
    """Return a function that gives a word at a gate."""

    def signed(step: Step, who: str, role: Role, decision: Decision = Decision.PROCEED) -> None:
        facts = {"city": Municipality.objects.get(code="guelph"), "role": role, "decision": decision, "reason": "So."}
        run(actor(who), now, moves.sign, step, **facts)

    return signed


def disqualify(roads: Challenge, vendor: str, *, actor: Any, now: datetime) -> None:
    run(actor, now, moves.disqualify, roads, Vendor.objects.get(code=vendor), reason="Untrue.")


def states(challenge: Challenge) -> dict[str, tuple[str, int]]:
    return {
        s.key: (s.state, s.round)
        for s in challenge.steps.filter(key__in=["select-winner", "sale", "sign-contract", "solution"])
    }


def recommend_next(roads: Challenge, *, actor: Any, now: datetime, value_cents: int = 36_000_000) -> Step:
    """Bring the sale to its gate with whoever is next-ranked."""
    sale = get_step(roads, "sale")
    made = run(actor, now, awards.recommend, sale)
    made.step = sale
    run(actor, now, awards.record_negotiation, made, text="Nothing to negotiate.", value_cents=value_cents)
    run(actor, now, moves.ask, sale)
    return get_step(roads, "sale")


def contract_with(
    vendor: str, step: Step, *, actor: Callable[[str], Any], signer: str, now: datetime, by: str = "olivia"
) -> Agreement:
    day = now.date()
    made = run(
        actor(by),
        now,
        agreements.draft,
        step,
        vendor=Vendor.objects.get(code=vendor),
        value_cents=30_000_000,
        starts_on=day,
        ends_on=day + timedelta(days=365),
        clauses=[ClauseText("fee", "Fee", "As awarded.")],
    )
    made.step = step
    for naming, person in (("leah", "anita"), (signer, signer)):
        who = actor(person).person
        run(actor(naming), now, agreements.name_signatory, made, person=who, title="Signs")
    for person in (signer, "anita"):
        run(actor(person), now, agreements.sign, made)
    return made


def test_what_lists_show_of_a_challenge_moves_with_it(
    roads: Challenge, actor: Callable[[str], Any], sign: Callable[..., None], now: datetime
) -> None:
    def kept() -> dict[str, tuple[str, bool]]:
        assert list_out_of_step() == []
        steps = read_bar(Challenge.objects.get(pk=roads.pk).bar)
        return {s.key: (s.state, s.asked_at is not None) for s in steps if s.key in ("sale", "sign-contract")}

    assert kept() == {"sale": ("done", False), "sign-contract": ("done", False)}
    disqualify(roads, "tamarack", actor=actor("olivia"), now=now)
    assert kept() == {"sale": ("active", False), "sign-contract": ("waiting", False)}
    sale = recommend_next(roads, actor=actor("olivia"), now=now)
    assert kept() == {"sale": ("active", True), "sign-contract": ("waiting", False)}
    sign(sale, "anita", Role.AUTHORITY, Decision.REVISE)
    assert kept() == {"sale": ("active", False), "sign-contract": ("waiting", False)}
    run(actor("olivia"), now, moves.ask, get_step(roads, "sale"))
    sign(get_step(roads, "sale"), "anita", Role.AUTHORITY)
    assert kept()["sale"] == ("done", False)


def test_a_disqualification_after_signing_leaves_no_word_of_the_old_round(
    roads: Challenge, actor: Callable[[str], Any], sign: Callable[..., None], now: datetime
) -> None:
    olivia = actor("olivia")
    disqualify(roads, "tamarack", actor=olivia, now=now)
    assert states(roads) == {
        "select-winner": ("done", 1),
        "sale": ("active", 2),
        "sign-contract": ("waiting", 2),
        "solution": ("waiting", 2),
    }
    assert [a.state for a in Agreement.objects.filter(step__challenge=roads, kind="contract")] == ["ended"]
    assert find_live(get_step(roads, "sale")) is None

    sign(recommend_next(roads, actor=olivia, now=now), "anita", Role.AUTHORITY)
    run(actor("priya"), now, moves.ask, get_step(roads, "final-design"))
    contract_with("releve", get_step(roads, "sign-contract"), actor=actor, signer="remi", now=now)
    run(olivia, now, moves.ask, get_step(roads, "sign-contract"))
    contract = get_step(roads, "sign-contract")
    gathered = gather_gate(contract)
    assert gathered is not None
    assert (list_signatures(contract), open_duties(*gathered)) == ([], (Duty("guelph", Role.PROCUREMENT_MANAGER),))
    sign(contract, "martin", Role.PROCUREMENT_MANAGER)
    assert states(roads)["sign-contract"] == ("done", 2)
    assert get_step(roads, "execute").state == StepState.ACTIVE


def test_a_disqualification_before_the_gate_of_an_award_is_signed_to_the_end_forgets_who_signed(
    roads: Challenge, actor: Callable[[str], Any], now: datetime
) -> None:
    """The one word that is left after it would otherwise approve whoever comes next."""
    olivia = actor("olivia")
    disqualify(roads, "tamarack", actor=olivia, now=now)
    sale = recommend_next(roads, actor=olivia, now=now)
    sale.signatures.create(
        municipality_id=sale.municipality_id,
        gate="G13",
        round=sale.round,
        city=roads.municipality,
        role=Role.AUTHORITY.value,
        person=actor("anita").someone,
        decision=Decision.PROCEED.value,
        reason="For Relevé.",
        signed_at=now,
    )
    disqualify(roads, "releve", actor=olivia, now=now)
    again = get_step(roads, "sale")
    assert (again.state, again.asked_at, again.round, list_signatures(again)) == ("active", None, 3, [])
    assert states(roads)["sign-contract"] == ("waiting", 2)  # it had not begun again
    assert find_live(again) is None


def test_a_step_beside_the_award_goes_on(roads: Challenge, actor: Callable[[str], Any], now: datetime) -> None:
    """What stands later in the reading order and does not rest on the award is not thrown back."""
    roads.steps.filter(key="select-winner").update(position=1000)
    disqualify(roads, "tamarack", actor=actor("olivia"), now=now)
    assert states(roads)["select-winner"] == ("done", 1)


def test_a_low_figure_never_chooses_a_lower_decider(
    roads: Challenge, actor: Callable[[str], Any], now: datetime
) -> None:
    """Somebody negotiated a value down to one dollar, which chose the approver, and approved it."""
    disqualify(roads, "tamarack", actor=actor("olivia"), now=now)
    gathered = gather_gate(recommend_next(roads, actor=actor("martin"), now=now, value_cents=1_00))
    assert gathered is not None
    assert gathered[1].value_cents == 49_500_000  # as estimated, options included
    assert open_duties(*gathered) == (Duty("guelph", Role.AUTHORITY),)


def test_who_wrote_a_call_or_negotiated_is_known(
    roads: Challenge, challenge: Callable[[str], Challenge], actor: Callable[[str], Any], now: datetime
) -> None:
    assert authors_of_call(get_step(challenge("water-leaks"), "expression-of-interests")) == {"priya"}
    assert authors_of_call(get_step(challenge("water-leaks"), "invitation")) == {"olivia"}
    disqualify(roads, "tamarack", actor=actor("olivia"), now=now)
    sale = recommend_next(roads, actor=actor("martin"), now=now)
    assert kind_of(sale.kind).preparers(sale) == {"martin"}
    waiting = get_step(challenge("under-our-streets"), "sign-contract")
    assert kind_of(waiting.kind).preparers(waiting) == set()
    sprint = get_step(challenge("bins-that-tell"), "exploration-contracts")
    assert kind_of(sprint.kind).preparers(sprint) == {"olivia"}
