"""One rule of separation, over all cities, seats and memberships: both ways round, and again when it matters."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from mix.actions.choice import evaluations, panels
from mix.actions.city import roles
from mix.actions.core.run import run
from mix.actions.flow import moves
from mix.actions.flow.succession import end_role
from mix.actions.market import openings, vendors
from mix.data.models import (
    ChallengeCity,
    CustodyKey,
    CustodyShare,
    Evaluation,
    Municipality,
    PanelMember,
    Person,
    Solicitation,
    StaffRole,
    Vendor,
    VendorMember,
)
from mix.readers.city.separations import gather_held
from mix.rules.core.access import Held, Part, Role
from mix.rules.core.kinds import CityState, Decision, Envelope
from mix.rules.core.unmet import Refused

pytestmark = pytest.mark.django_db
JOINT = ("under-our-streets", "shortlist")  # led by Guelph, with London and Barrie; Umar of London has a seat


def refused(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as caught:
        act()
    return [one.code for one in caught.value.unmet]


def city(code: str) -> Municipality:
    return Municipality.objects.get(code=code)


def person(code: str) -> Person:
    return Person.objects.get(code=code)


def slip_in(code: str, role: Role, at: str, now: Any) -> None:
    """Put a duty into the table behind every verb, as a change of the rules or a city that joins later may do."""
    StaffRole.objects.create(municipality=city(at), person=person(code), role=role.value, since=now)


@pytest.fixture
def give(actor: Callable[[str], Any], now: Any) -> Callable[..., object]:
    """Return a function that has a city's administrator give somebody a role."""
    bosses = {"guelph": "ada", "london": "lucia", "barrie": "ines"}
    return lambda who, role, at: run(actor(bosses[at]), now, roles.give_role, city(at), person=person(who), role=role)


@pytest.fixture
def appoint(actor: Callable[[str], Any], now: Any, step: Any) -> Callable[[str], object]:
    return lambda who: run(actor("olivia"), now, panels.appoint, step(*JOINT), person=person(who), seat="evaluator")


@pytest.mark.parametrize("at", ["guelph", "london"])
def test_who_has_a_seat_gets_no_role_of_procurement_in_any_city_of_the_challenge(
    give: Callable[..., object], at: str
) -> None:
    assert PanelMember.objects.filter(person__code="umar", evaluation__step__challenge__code=JOINT[0]).exists()
    assert refused(lambda: give("umar", Role.PROCUREMENT_OFFICER, at)) == ["procurement_does_not_score"]
    assert StaffRole.objects.filter(person__code="umar", ended_at=None).count() == 1


def test_a_seat_outlasts_the_duty_that_led_to_it(
    give: Callable[..., object], actor: Callable[[str], Any], now: Any
) -> None:
    given = StaffRole.objects.select_related("municipality", "person").get(person__code="eva", role=Role.EVALUATOR)
    run(actor("ada"), now, end_role, given, reason="Moved")
    assert refused(lambda: give("eva", Role.PROCUREMENT_OFFICER, "guelph")) == ["procurement_does_not_score"]
    assert refused(lambda: run(actor("eva"), now, vendors.register_vendor, "Eva Inc.")) == ["staff_may_not_bid"]


def test_a_seat_that_was_left_binds_nobody(give: Callable[..., object], actor: Callable[[str], Any], now: Any) -> None:
    for seat in PanelMember.objects.filter(person__code="umar", left_at=None):
        run(actor("olivia"), now, panels.leave_panel, seat, reason="Moved")
    StaffRole.objects.filter(person__code="umar").update(ended_at=now)
    give("umar", Role.PROCUREMENT_OFFICER, "london")
    assert Role.PROCUREMENT_OFFICER in actor("umar").roles_at("london")


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("pat", "procurement_does_not_score"),  # of London, which takes part
        ("aida", "approvers_do_not_evaluate"),
        ("lucia", "administrators_do_not_decide"),
        ("nora", "vendor_may_not_serve"),
    ],
)
def test_no_seat_for_who_may_not_score_in_a_partner_city(appoint: Callable[[str], object], who: str, code: str) -> None:
    assert refused(lambda: appoint(who)) == [code]


def test_procurement_of_a_city_that_takes_no_part_may_score_and_a_councillor_of_any_may_not(
    appoint: Callable[[str], object], now: Any
) -> None:
    assert refused(lambda: appoint("bo")) == ["procurement_does_not_score"]
    ChallengeCity.objects.filter(challenge__code=JOINT[0], municipality__code="barrie").update(
        state=CityState.WITHDRAWN
    )
    slip_in("bea", Role.COUNCIL, "barrie", now)
    assert refused(lambda: appoint("bea")) == ["councillors_do_not_evaluate"]
    appoint("bo")
    assert PanelMember.objects.filter(person__code="bo", evaluation__step__challenge__code=JOINT[0]).exists()


@pytest.mark.parametrize(
    ("who", "role", "code"),
    [
        ("audrey", Role.PROCUREMENT_OFFICER, "overseers_do_not_decide"),
        ("olivia", Role.AUDITOR, "overseers_do_not_decide"),
        ("olivia", Role.FAIRNESS_MONITOR, "overseers_do_not_decide"),
        ("sam", Role.ADMINISTRATOR, "administrators_do_not_decide"),
        ("carl", Role.EVALUATOR, "councillors_do_not_evaluate"),
    ],
)
def test_nobody_oversees_or_administers_what_they_decide(
    give: Callable[..., object], who: str, role: Role, code: str
) -> None:
    assert refused(lambda: give(who, role, "guelph")) == [code]


def test_who_keeps_a_share_or_reviews_a_pack_joins_no_vendor(actor: Callable[[str], Any], now: Any) -> None:
    key = CustodyKey.objects.create(
        municipality=city("barrie"),
        key_id="recovery-x",
        public_keys={},
        canary=b"",
        made_by=person("bruno"),
        made_at=now,
    )
    CustodyShare.objects.create(key=key, number=1, holder=person("stan"), fingerprint="f")
    StaffRole.objects.filter(person__code="stan").update(ended_at=now)
    assert set(gather_held(person("stan"))) == {Held(Part.HOLDER, frozenset({"barrie"}))}
    kestrel = Vendor.objects.get(code="kestrel")
    for act in (
        lambda: run(actor("stan"), now, vendors.register_vendor, "Side"),
        lambda: run(actor("kim"), now, vendors.add_member, kestrel, person=person("stan")),
    ):
        assert refused(act) == ["staff_may_not_bid"]
    CustodyKey.objects.filter(pk=key.pk).update(retired_at=now)
    run(actor("kim"), now, vendors.add_member, kestrel, person=person("stan"))
    assert VendorMember.objects.filter(person__code="stan", vendor=kestrel).exists()


def test_who_became_something_else_scores_no_more(actor: Callable[[str], Any], now: Any) -> None:
    evaluation = Evaluation.objects.get(step__challenge__code=JOINT[0], step__key=JOINT[1])
    label = evaluation.labels.select_related("submission").first()
    slip_in("eva", Role.PROCUREMENT_OFFICER, "london", now)

    def score() -> object:
        return run(
            actor("eva"), now, evaluations.score, evaluation, submission=label.submission, criterion="team", score=3
        )

    acts = (score, lambda: run(actor("eva"), now, evaluations.hand_in, evaluation))
    assert [refused(act) for act in acts] == [["procurement_does_not_score"]] * 2


def test_who_became_something_else_opens_no_envelope(actor: Callable[[str], Any], now: Any) -> None:
    call = Solicitation.objects.select_related("step__challenge__municipality").get(
        step__challenge__code="water-leaks", step__key="invitation"
    )
    slip_in("olivia", Role.AUDITOR, "guelph", now)
    for envelope in Envelope:
        act = partial(run, actor("olivia"), now, openings.open_envelopes, call, envelope=envelope)
        assert refused(act) == ["overseers_do_not_decide"]


def test_who_became_something_else_signs_no_gate(actor: Callable[[str], Any], now: Any, step: Any) -> None:
    place = step("under-our-streets", "shortlist")
    place.asked_at = now
    place.save()
    slip_in("martin", Role.ADMINISTRATOR, "guelph", now)

    def sign() -> object:
        return run(
            actor("martin"),
            now,
            moves.sign,
            place,
            city=city("guelph"),
            role=Role.PROCUREMENT_MANAGER,
            decision=Decision.STOP,
            reason="No more.",
        )

    assert refused(sign) == ["administrators_do_not_decide"]
