"""Somebody from outside is invited to one panel, sits once they accept, and sees that panel alone while it works."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.account.models import EmailAddress

from mix.actions.choice import evaluations, outsiders, panels
from mix.actions.city import invitations
from mix.actions.core.outbox import claim
from mix.actions.core.run import run
from mix.actions.market import vendors
from mix.data.models import (
    ConsensusScore,
    Evaluation,
    Event,
    Message,
    Municipality,
    PanelInvitation,
    PanelMember,
    Person,
    Step,
    Vendor,
    VendorMember,
)
from mix.readers.case.challenges import roles_in
from mix.readers.choice.evaluations import contenders, criteria_of, get_seat, list_own_seats
from mix.readers.city.people import actor_for
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.core.kept import list_differences
from mix.readers.core.outbox import path_of
from mix.rules.core.access import Role
from mix.rules.core.unmet import Refused
from tests.outside import ACCOUNT, EMAIL, PLACE, invited, last_token, panel, seated

pytestmark = pytest.mark.django_db
VENDORS = ("tamarack", "northlight", "releve", "kestrel")
FREE = dict.fromkeys(VENDORS, ("none", ""))
By = Callable[[str], Any]


def codes(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as caught:
        act()
    return [one.code for one in caught.value.unmet]


def with_account(email: str = EMAIL) -> Person:
    person = Person.objects.create(email=email, name="Dr Ria Voss")
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


def last_to(email: str) -> Message:
    return Message.objects.filter(to_email__iexact=email).latest("id")


def test_whoever_is_invited_sits_once_she_accepts_and_not_before(actor: By, now: datetime) -> None:
    invitation = invited(actor, now)
    assert not panel().panel.exclude(organization="").exists()
    mail = last_to(EMAIL)
    assert ("Olivia Grant of Guelph asks you" in mail.body, "Hello Dr Ria Voss," in mail.body) == (True, True)
    member = run(Actor(), now, outsiders.join, last_token(), **ACCOUNT)
    assert (member.seat, member.organization) == ("evaluator", "Conestoga College")
    assert PanelInvitation.objects.get(pk=invitation.pk).member == member
    assert "Conestoga College" in last_to(actor("olivia").someone.email).body
    lines = Event.objects.filter(verb__startswith="outsiders.", challenge=PLACE[0]).order_by("id")
    assert [(e.verb, e.actor, e.role) for e in lines] == [
        ("outsiders.invite", "olivia", "procurement_officer"),
        ("outsiders.accept", member.person.code, "evaluator"),
    ]
    assert EMAIL not in str(list(lines.values()))
    assert list_differences() == []


def test_whoever_has_an_account_takes_the_seat_with_it(actor: By, now: datetime) -> None:
    ria = with_account()
    invited(actor, now, email=EMAIL.upper())
    assert codes(lambda: run(Actor(), now, outsiders.join, last_token(), **ACCOUNT)) == ["invitation_has_account"]
    assert codes(lambda: run(actor("tess"), now, outsiders.accept, last_token())) == ["invitation_of_another"]
    run(actor_for(ria), now, outsiders.accept, last_token())
    assert get_seat(panel(), actor_for(ria)).person == ria
    assert codes(lambda: run(actor_for(ria), now, outsiders.accept, last_token())) == ["invitation_used"]


def test_the_seat_opens_the_panel_and_nothing_else(actor: By, now: datetime) -> None:
    ria = actor_for(seated(actor, now))
    assert (ria.duties, ria.vendors, ria.all_roles()) == ({}, frozenset(), {Role.EVALUATOR})
    assert roles_in(panel().step.challenge, ria) == frozenset()
    with pytest.raises(Unknown):
        get_seat(Evaluation.objects.get(step__challenge__code="guelph-roads-sprint", step__key="shortlist"), ria)


def test_a_conflict_hides_from_her_what_it_hides_from_all(actor: By, now: datetime) -> None:
    ria = actor_for(seated(actor, now))
    bid = panel().solicitation.submissions.get(vendor__code="releve")
    with pytest.raises(Forbidden):
        run(ria, now, evaluations.score, panel(), submission=bid, criterion="fit", score=3)
    run(ria, now, evaluations.declare, panel(), conflicts={**FREE, "kestrel": ("advised", "")})
    with pytest.raises(Forbidden):
        run(ria, now, evaluations.score, panel(), submission=bid, criterion="fit", score=3)
    assert last_to(actor("olivia").someone.email).code == "conflict_to_rule"


def test_she_scores_as_any_member(actor: By, now: datetime) -> None:
    ria = actor_for(seated(actor, now))
    run(ria, now, evaluations.declare, panel(), conflicts=FREE)
    bid = panel().solicitation.submissions.get(vendor__code="releve")
    given = run(ria, now, evaluations.score, panel(), submission=bid, criterion="fit", score=3)
    assert given is not None
    assert Event.objects.filter(actor=ria.code, verb="evaluations.score").exists()


def test_scoring_does_not_open_before_everybody_has_answered(actor: By, now: datetime) -> None:
    Evaluation.objects.filter(pk=panel().pk).update(phase="panel")
    invitation = invited(actor, now)
    open_ = lambda at=now: run(actor("olivia"), at, panels.open_scoring, panel().step)  # noqa: E731 - said thrice
    assert codes(open_) == ["seat_unanswered"]
    open_(invitation.expires_at)
    assert not panel().panel.exclude(organization="").exists()


def test_scoring_opens_once_the_invitation_is_withdrawn(actor: By, now: datetime) -> None:
    Evaluation.objects.filter(pk=panel().pk).update(phase="panel")
    invitation = invited(actor, now)
    run(actor("martin"), now, outsiders.withdraw, invitation)
    assert codes(lambda: run(Actor(), now, outsiders.join, last_token(), **ACCOUNT)) == ["invitation_withdrawn"]
    run(actor("olivia"), now, panels.open_scoring, panel().step)
    assert panel().phase == "scoring"


def test_declining_takes_no_account_and_ends_the_offer(actor: By, now: datetime) -> None:
    invitation = invited(actor, now)
    assert codes(lambda: run(actor("tess"), now, outsiders.decline, last_token())) == ["invitation_of_another"]
    run(Actor(), now, outsiders.decline, last_token())
    assert PanelInvitation.objects.get(pk=invitation.pk).declined_at == now
    assert "declined" in last_to(actor("olivia").someone.email).subject
    assert Event.objects.filter(verb="outsiders.decline").get().actor == "public"
    assert codes(lambda: run(Actor(), now, outsiders.decline, last_token())) == ["invitation_declined"]
    assert codes(lambda: run(Actor(), now, outsiders.join, last_token(), **ACCOUNT)) == ["invitation_declined"]
    assert codes(lambda: run(actor("olivia"), now, outsiders.send_again, invitation)) == ["seat_declined"]
    invited(actor, now)  # who changed their mind is invited anew


def test_an_invitation_expires_and_is_sent_again(actor: By, now: datetime) -> None:
    invitation = invited(actor, now)
    assert codes(lambda: invited(actor, now)) == ["invited_already"]
    first, late = last_token(), invitation.expires_at
    assert late == now + timedelta(days=14)
    assert codes(lambda: run(Actor(), late, outsiders.join, first, **ACCOUNT)) == ["invitation_expired"]
    run(actor("martin"), late, outsiders.send_again, invitation)
    with pytest.raises(Unknown):
        run(Actor(), late, outsiders.join, first, **ACCOUNT)
    assert run(Actor(), late, outsiders.join, last_token(), **ACCOUNT).seat == "evaluator"
    assert Event.objects.filter(verb="outsiders.send_again", actor="martin").count() == 1


def test_the_panel_that_agrees_already_is_joined_by_nobody(actor: By, now: datetime) -> None:
    invited(actor, now)
    Evaluation.objects.filter(pk=panel().pk).update(phase="consensus")
    assert codes(lambda: run(Actor(), now, outsiders.join, last_token(), **ACCOUNT)) == ["panel_went_on"]
    assert codes(lambda: run(Actor(), now, outsiders.decline, last_token())) == ["panel_went_on"]
    assert codes(lambda: invited(actor, now, email="two@college.example")) == ["evaluation_wrong_phase"]


@pytest.mark.parametrize("code", ["priya", "pat", "eva", "audrey", "ada"])
def test_procurement_alone_invites(actor: By, now: datetime, code: str) -> None:
    with pytest.raises(Forbidden if code != "ada" else (Unknown, Forbidden)):
        invited(actor, now, by=code)


@pytest.mark.parametrize(("code", "why"), [("stan", "outsider_of_city"), ("pat", "outsider_of_city")])
def test_whoever_works_for_a_city_of_the_challenge_is_appointed_not_invited(
    actor: By, now: datetime, code: str, why: str
) -> None:
    email = Person.objects.get(code=code).email
    assert codes(lambda: invited(actor, now, email=email)) == [why]


def test_whoever_came_to_work_here_since_is_appointed_too(actor: By, now: datetime) -> None:
    ria = with_account()
    invited(actor, now)
    city = Municipality.objects.get(code="guelph")
    run(actor("ada"), now, invitations.invite_staff, city, email=EMAIL, role=Role.STAFF)
    own = path_of(Message.objects.filter(code="staff_invitation").latest("id")).split("/")[1]
    run(actor_for(ria), now, invitations.accept_invitation, own)
    assert codes(lambda: run(actor_for(ria), now, outsiders.accept, last_token())) == ["outsider_of_city"]


def test_whoever_acts_for_a_vendor_takes_no_seat_and_whoever_sits_joins_no_team(actor: By, now: datetime) -> None:
    walt = Person.objects.get(code="walt")
    EmailAddress.objects.get_or_create(user=walt, email=walt.email, defaults={"verified": True, "primary": True})
    invited(actor, now, email=walt.email)
    assert codes(lambda: run(actor("walt"), now, outsiders.accept, last_token())) == ["vendor_may_not_serve"]
    ria = seated(actor, now)
    assert codes(lambda: run(actor_for(ria), now, vendors.register_vendor, "Side")) == ["staff_may_not_bid"]
    assert not VendorMember.objects.filter(person=ria).exists()
    assert Vendor.objects.filter(name="Side").count() == 0


def test_a_seat_that_ended_opens_nothing_and_is_not_taken_again(actor: By, now: datetime) -> None:
    ria = seated(actor, now)
    member = PanelMember.objects.select_related("evaluation__step__challenge", "person").get(person=ria)
    run(actor("olivia"), now, panels.leave_panel, member, reason="Ill.")
    assert ("Your seat has ended" in last_to(EMAIL).subject, "Ill." in last_to(EMAIL).body) == (True, True)
    assert actor_for(ria).sits is False
    assert list_own_seats(actor_for(ria)) == []
    with pytest.raises(Unknown):
        get_seat(panel(), actor_for(ria))
    assert codes(lambda: invited(actor, now)) == ["on_the_panel"]


def test_with_the_final_result_her_sight_ends_and_the_citys_own_keep_theirs(actor: By, now: datetime) -> None:
    ria = seated(actor, now)
    hugo = Person.objects.get(code="hugo")
    for submission in contenders(panel()):
        for criterion in criteria_of(panel()):
            of = {"evaluation": panel(), "submission": submission, "criterion": criterion.key}
            ConsensusScore.objects.create(**of, score=3, reason="Sound.", recorded_by=hugo, recorded_at=now)
    Evaluation.objects.filter(pk=panel().pk).update(phase="quality_frozen")
    run(actor("olivia"), now, evaluations.finalise_result, panel())
    assert last_to(EMAIL).code == "panel_done"
    assert Message.objects.filter(code="panel_done", challenge=PLACE[0]).count() == 1
    assert actor_for(ria).sits is False
    assert list_own_seats(actor_for(ria)) == []
    with pytest.raises(Unknown):
        get_seat(panel(), actor_for(ria))
    assert get_seat(panel(), actor("eva")).person.code == "eva"


def test_she_takes_the_chair_only_where_procurement_gives_it(actor: By, now: datetime) -> None:
    ria = seated(actor, now)
    member = PanelMember.objects.select_related("evaluation__step__challenge", "person").get(person=ria)
    run(actor("olivia"), now, panels.give_chair, member, reason="Hugo is away.")
    assert get_seat(panel(), actor_for(ria)).seat == "chair"
    assert roles_in(panel().step.challenge, actor_for(ria)) == frozenset()


@pytest.mark.parametrize("columns", [{"email": "mal@example.org"}, {"organization": "Nowhere"}])
def test_an_invitation_is_accepted_as_it_was_sent(actor: By, now: datetime, columns: dict[str, str]) -> None:
    row = invited(actor, now)
    PanelInvitation._base_manager.filter(pk=row.pk).update(**columns)
    assert codes(lambda: run(Actor(), now, outsiders.join, last_token(), **ACCOUNT)) == ["not_as_logged"]
    assert not panel().panel.exclude(organization="").exists()


@pytest.mark.parametrize("field", ["name", "organization"])
def test_nobody_is_invited_without_a_name_or_from_nowhere(actor: By, now: datetime, field: str) -> None:
    assert codes(lambda: invited(actor, now, **{field: " "})) == [f"{field}_missing"]
    assert codes(lambda: invited(actor, now, **{field: "A\nB"})) == ["not_one_line"]


def test_a_trial_writes_to_whoever_it_invites_and_seats(actor: By, now: datetime) -> None:
    Municipality.objects.filter(code="guelph").update(live_at=None)
    Step.objects.get(pk=panel().step_id)
    Message.objects.all().delete()
    ria = seated(actor, now)
    assert {m.code for m in claim(now=now, most=9) if m.to_email == EMAIL} == {"panel_invitation"}
    member = PanelMember.objects.select_related("evaluation__step__challenge", "person").get(person=ria)
    run(actor("olivia"), now, panels.give_chair, member, reason="Hugo is away.")
    assert "chair_given" in {m.code for m in claim(now=now, most=9) if m.to_email == EMAIL}


def chair_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the method of every panel let its chair come from outside."""
    monkeypatch.setattr(outsiders, "spec_of_evaluation", lambda _evaluation: SimpleNamespace(outside_chair=True))


def without_chair() -> None:
    """Have nobody chair the panel yet."""
    panel().panel.filter(seat="chair").update(seat="evaluator")


def test_the_chair_is_offered_where_the_method_allows_it_and_is_free(
    actor: By, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert codes(lambda: invited(actor, now, seat="chair")) == ["chair_from_inside"]
    chair_from_outside(monkeypatch)
    assert codes(lambda: invited(actor, now, seat="chair")) == ["chair_taken"]
    without_chair()
    invited(actor, now, seat="chair")
    assert codes(lambda: invited(actor, now, seat="chair", email="two@example.org")) == ["chair_offered"]
    hugo = PanelMember.objects.select_related("evaluation__step__challenge").get(
        evaluation=panel(), person__code="hugo"
    )
    assert codes(lambda: run(actor("olivia"), now, panels.give_chair, hugo, reason="No answer.")) == ["chair_offered"]
    member = run(Actor(), now, outsiders.join, last_token(), **ACCOUNT)
    assert (member.seat, member.organization) == ("chair", "Conestoga College")
    lines = Event.objects.filter(verb__startswith="outsiders.", challenge=PLACE[0]).order_by("id")
    assert [(e.verb, e.role, e.payload.get("seat")) for e in lines] == [
        ("outsiders.invite", "procurement_officer", "chair"),
        ("outsiders.accept", "chair", None),
    ]


def test_whoever_was_offered_a_chair_that_is_taken_meanwhile_does_not_sit(
    actor: By, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    chair_from_outside(monkeypatch)
    without_chair()
    row = invited(actor, now, seat="chair")
    panel().panel.filter(person__code="hugo").update(seat="chair")
    assert codes(lambda: run(Actor(), now, outsiders.join, last_token(), **ACCOUNT)) == ["chair_taken"]
    assert codes(lambda: run(actor("olivia"), now, outsiders.send_again, row)) == ["chair_taken"]


def test_the_demonstration_has_a_chair_from_outside() -> None:
    found = PanelMember.objects.exclude(organization="").get()
    assert (found.person.code, found.seat, found.evaluation.step.challenge.code) == ("maya", "chair", "bins-that-tell")
    assert found.invitation.seat == "chair"
