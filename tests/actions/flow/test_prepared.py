"""Nobody prepares and approves the same thing: what stands is its makers', however often it was sent back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from mix.actions.case import challenges, documents, joining
from mix.actions.choice import awards
from mix.actions.core.run import run
from mix.actions.delivery import agreements
from mix.actions.flow import moves
from mix.actions.market import addenda, solicitations
from mix.data.models import (
    Challenge,
    Dispute,
    JoinRequest,
    Letter,
    Municipality,
    PanelMember,
    Person,
    StaffRole,
    Step,
    Vendor,
)
from mix.readers.case.challenges import get_step
from mix.readers.case.documents import latest_content
from mix.readers.city.methods import get_latest
from mix.readers.city.people import actor_for
from mix.readers.market.solicitations import authors_of_call, find_solicitation
from mix.rules.city.kinds import kind_of
from mix.rules.core.access import Role
from mix.rules.core.fields import Wording
from mix.rules.core.kinds import Decision, Route
from mix.rules.core.unmet import Refused
from mix.rules.delivery.clauses import ClauseText
from tests.actions.flow.test_moves import disqualify, recommend_next, roads

pytestmark = pytest.mark.django_db
__all__ = ["roads"]


def give(who: str, city: str, role: Role, now: datetime) -> Any:
    """Give a duty that takes two people or is of another city, and return who has it now."""
    person = Person.objects.get(code=who)
    StaffRole.objects.create(municipality=Municipality.objects.get(code=city), person=person, role=role, since=now)
    return actor_for(person)


def sign(who: Any, step: Step, role: Role, now: datetime, decision: Decision = Decision.PROCEED) -> None:
    facts = {"city": step.challenge.municipality, "role": role, "decision": decision, "reason": "So."}
    run(who, now, moves.sign, step, **facts)


def refused(caught: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [u.code for u in caught.value.unmet]


@pytest.fixture
def fresh(actor: Callable[[str], Any], step: Callable[[str, str], Step], now: datetime) -> Challenge:
    """Return a challenge whose document Priya wrote and brought before its gate."""
    made = run(
        actor("priya"),
        now,
        challenges.commission,
        Municipality.objects.get(code="guelph"),
        code="fresh",
        title=Wording(en="Fresh"),
        question=Wording(en="How might we …?"),
        method=get_latest("sprint"),
        route=Route.INNOVATION_PARTNERSHIP,
        route_reason="Firm need",
    )
    answers = latest_content(step("under-our-streets", "commissioning"))
    run(actor("priya"), now, documents.save, step("fresh", "commissioning"), answers=answers)
    run(actor("priya"), now, moves.ask, step("fresh", "commissioning"))
    return made


def test_who_wrote_a_document_does_not_approve_it_after_sending_it_back_to_herself(
    fresh: Challenge, step: Callable[[str, str], Step], now: datetime
) -> None:
    priya, later = give("priya", "guelph", Role.SPONSOR, now), now + timedelta(hours=1)
    sign(priya, step("fresh", "commissioning"), Role.SPONSOR, later, Decision.REVISE)
    run(priya, later, moves.ask, step("fresh", "commissioning"))
    with pytest.raises(Refused) as caught:
        sign(priya, step("fresh", "commissioning"), Role.SPONSOR, later)
    assert refused(caught) == ["author_may_not_approve"]


def test_who_negotiated_does_not_approve_it_after_it_was_sent_back(
    roads: Challenge, actor: Callable[[str], Any], now: datetime
) -> None:
    disqualify(roads, "tamarack", actor=actor("olivia"), now=now)
    recommend_next(roads, actor=actor("martin"), now=now)
    martin, later = give("martin", "guelph", Role.AUTHORITY, now), now + timedelta(hours=1)
    sign(martin, get_step(roads, "sale"), Role.AUTHORITY, later, Decision.REVISE)
    run(martin, later, moves.ask, get_step(roads, "sale"))
    with pytest.raises(Refused) as caught:
        sign(martin, get_step(roads, "sale"), Role.AUTHORITY, later)
    assert refused(caught) == ["author_may_not_approve"]


def test_who_drafted_an_agreement_is_known_after_it_was_sent_back(
    challenge: Callable[[str], Challenge], actor: Callable[[str], Any], now: datetime
) -> None:
    contract = get_step(challenge("under-our-streets"), "sign-contract")
    Step.objects.filter(pk=contract.pk).update(state="active", started_at=now)
    contract = get_step(challenge("under-our-streets"), "sign-contract")
    facts = {"value_cents": 1, "starts_on": now.date(), "ends_on": now.date()}
    clauses = [ClauseText("fee", "Fee", "As awarded.")]
    firm = Vendor.objects.get(code="tamarack")
    run(actor("leah"), now, agreements.draft, contract, vendor=firm, clauses=clauses, **facts)
    moves.reopen_from(contract, now=now.replace(year=now.year + 1), reason="Too dear.")
    again = get_step(contract.challenge, contract.key)
    assert (again.round, kind_of(again.kind).preparers(again)) == (contract.round + 1, {"leah"})


def test_who_reviewed_the_requirements_does_not_release_them(step: Callable[[str, str], Step]) -> None:
    reviewed = step("young-trees", "disclosure")
    assert kind_of(reviewed.kind).preparers(reviewed) == {"frank"}


def test_who_put_a_document_into_a_call_wrote_it_too(
    step: Callable[[str, str], Step], actor: Callable[[str], Any], now: datetime
) -> None:
    place = step("water-leaks", "invitation")
    call = find_solicitation(place)
    assert call is not None
    run(actor("martin"), now, solicitations.add_document, call, title="Terms", name="terms.txt", content=b"Terms")
    assert authors_of_call(place) == {"olivia", "martin"}


def test_who_wrote_an_addendum_wrote_the_call_and_who_confirmed_a_later_closing_did_not(
    step: Callable[[str, str], Step], actor: Callable[[str], Any], now: datetime
) -> None:
    place = step("water-leaks", "invitation")
    call = find_solicitation(place)
    assert call is not None
    call.closes_at = now + timedelta(days=9)
    call.save(update_fields=["closes_at"])
    facts = {"text": "Closing is later.", "is_substantial": False, "closes_at": now + timedelta(days=12)}
    proposal = run(actor("olivia"), now, addenda.propose_extension, call, **facts)
    run(actor("martin"), now, addenda.confirm_extension, proposal)
    assert authors_of_call(place) == {"olivia"}
    run(actor("martin"), now, addenda.issue, call, text="Bring two copies.", is_substantial=False)
    assert authors_of_call(place) == {"olivia", "martin"}


def test_who_asked_for_a_city_does_not_let_it_in(fresh: Challenge, actor: Callable[[str], Any], now: datetime) -> None:
    london = Municipality.objects.get(code="london")
    asked = JoinRequest.objects.create(
        municipality=fresh.municipality,
        challenge=fresh,
        city=london,
        share_percent=10,
        note="Council agreed.",
        asked_by=actor("olivia").person,
        asked_at=now,
    )
    for agree in (True, False):
        with pytest.raises(Refused) as caught:
            run(actor("olivia"), now, joining.answer, asked, agree=agree, reason="Welcome.")
        assert refused(caught) == ["join_by_another"]
    run(actor("martin"), now, joining.answer, asked, agree=False, reason="Not now.")


def test_who_sat_on_the_panel_does_not_answer_an_objection_to_its_result(
    actor: Callable[[str], Any], now: datetime
) -> None:
    letter = Letter.objects.filter(evaluation__step__challenge__ended_at__isnull=False).first()
    assert letter is not None
    seat = PanelMember.objects.filter(evaluation=letter.evaluation).select_related("person")[0]
    dispute = Dispute.objects.create(
        municipality_id=letter.evaluation.municipality_id,
        step=letter.evaluation.step,
        vendor=letter.vendor,
        text="The weights were others.",
        filed_by=letter.vendor.members.all()[0].person,
        filed_at=now,
        due_on=now.date(),
    )
    StaffRole.objects.filter(person=seat.person).update(ended_at=now)
    city = letter.evaluation.municipality.code
    former = give(seat.person.code, city, Role.PROCUREMENT_OFFICER, now)
    facts = {"outcome": "dismissed", "answer": "All was well."}
    with pytest.raises(Refused) as caught:
        run(former, now, awards.answer_dispute, dispute, **facts)
    assert refused(caught) == ["panel_does_not_answer"]
