"""What people may not do, each with everything that is unmet."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from mix.actions.case import challenges, documents
from mix.actions.choice import awards, conflicts, evaluations, panels
from mix.actions.city import invitations, municipalities, roles
from mix.actions.core.run import run
from mix.actions.delivery import agreements, milestones
from mix.actions.flow import moves
from mix.actions.flow.publication import hand_over
from mix.actions.flow.succession import end_role
from mix.actions.market import solicitations, vendors
from mix.data.models import (
    Award,
    Challenge,
    Evaluation,
    Message,
    Municipality,
    Need,
    Notice,
    Person,
    StaffInvitation,
    StaffRole,
    Submission,
    Vendor,
)
from mix.jobs.cli import app
from mix.readers.case.documents import find_latest, latest_content
from mix.readers.choice.conflicts import list_standing
from mix.readers.choice.evaluations import get_seat
from mix.readers.choice.scoring import scoring_of
from mix.readers.city.methods import get_latest
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.core.outbox import path_of
from mix.readers.flow.moves import list_tasks
from mix.rules.core.access import Role
from mix.rules.core.fields import Wording
from mix.rules.core.kinds import Decision, Route
from mix.rules.core.unmet import Refused
from tests.days import city_day

pytestmark = pytest.mark.django_db


def codes(caught: Any) -> list[str]:
    return [u.code for u in caught.value.unmet]


@pytest.fixture
def begun(actor: Callable[[str], Any], now: Any) -> Challenge:
    """Commission a fresh joint challenge of three cities."""
    partners = [challenges.City(Municipality.objects.get(code=c), 25) for c in ("london", "barrie")]
    return run(
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
        partners=partners,
    )


@pytest.fixture
def at_gate(begun: Challenge, actor: Callable[[str], Any], step: Callable[[str, str], Any], now: Any) -> Challenge:
    """Bring it before gate G1, with the document that another challenge passed it with."""
    answers = latest_content(step("under-our-streets", "commissioning"))
    run(actor("priya"), now, documents.save, step("fresh", "commissioning"), answers=answers)
    run(actor("priya"), now, moves.ask, step("fresh", "commissioning"))
    return begun


def sign(step: Any, who: Any, city: str, role: Role, now: Any, decision: Decision = Decision.PROCEED) -> Any:
    return run(
        who,
        now,
        moves.sign,
        step,
        city=Municipality.objects.get(code=city),
        role=role,
        decision=decision,
        reason="r",
        public_summary="s",
    )


def test_a_refused_move_lists_everything(begun: Challenge, actor: Callable[[str], Any], step: Any, now: Any) -> None:
    with pytest.raises(Refused) as caught:
        run(actor("priya"), now, moves.ask, step("fresh", "commissioning"))
    assert codes(caught) == ["field_missing"] * 12 + ["field_must_be_yes"] * 4
    assert all(u.field for u in caught.value.unmet)


def test_a_step_that_waits_cannot_be_worked_on(
    begun: Challenge, actor: Callable[[str], Any], step: Any, now: Any
) -> None:
    with pytest.raises(Refused) as caught:
        run(actor("priya"), now, moves.ask, step("fresh", "discovery"))
    assert codes(caught) == ["step_not_active"]


def test_two_people_editing_one_document_lose_nothing(
    begun: Challenge, actor: Callable[[str], Any], step: Any, now: Any
) -> None:
    place = step("fresh", "commissioning")
    run(actor("priya"), now, documents.save, place, answers={"users": "one"}, based_on=0)
    with pytest.raises(documents.EditedMeanwhile) as caught:
        run(actor("olivia"), now, documents.save, place, answers={"users": "two"}, based_on=0)
    assert (caught.value.theirs.number, caught.value.theirs.content["users"]) == (1, "one")
    assert find_latest(place.document).number == 1


def test_who_wrote_it_does_not_approve_it(at_gate: Challenge, actor: Callable[[str], Any], step: Any, now: Any) -> None:
    guelph = Municipality.objects.get(code="guelph")
    run(
        actor("ada"),
        now,
        roles.give_role,
        guelph,
        person=Person.objects.get(code="priya"),
        role=Role.SPONSOR,
    )
    with pytest.raises(Refused) as caught:
        sign(step("fresh", "commissioning"), actor("priya"), "guelph", Role.SPONSOR, now)
    assert codes(caught) == ["author_may_not_approve"]


def test_nobody_signs_for_another_city_or_role(
    at_gate: Challenge, actor: Callable[[str], Any], step: Any, now: Any
) -> None:
    for who, city, role in (
        ("sam", "london", Role.SPONSOR),
        ("sam", "guelph", Role.FINANCE),
        ("stan", "guelph", Role.STAFF),
    ):
        with pytest.raises((Forbidden, Refused)):
            sign(step("fresh", "commissioning"), actor(who), city, role, now)


def test_one_citys_stop_shrinks_a_joint_challenge(
    at_gate: Challenge, actor: Callable[[str], Any], step: Any, now: Any
) -> None:
    for who, city in (("sam", "guelph"), ("lena", "london")):
        sign(step("fresh", "commissioning"), actor(who), city, Role.SPONSOR, now)
    sign(step("fresh", "commissioning"), actor("bea"), "barrie", Role.SPONSOR, now, Decision.STOP)
    for who, city, role in (
        ("olivia", "guelph", Role.PROCUREMENT_OFFICER),
        ("pat", "london", Role.PROCUREMENT_OFFICER),
        ("frank", "guelph", Role.FINANCE),
        ("finn", "london", Role.FINANCE),
    ):
        sign(step("fresh", "commissioning"), actor(who), city, role, now)
    assert step("fresh", "commissioning").state == "done"
    left = at_gate.cities.get(municipality__code="barrie")
    assert (left.state, left.left_reason) == ("withdrawn", "r")


def test_the_leads_stop_ends_the_challenge(
    at_gate: Challenge, actor: Callable[[str], Any], step: Any, now: Any
) -> None:
    sign(step("fresh", "commissioning"), actor("sam"), "guelph", Role.SPONSOR, now, Decision.STOP)
    at_gate.refresh_from_db()
    assert (at_gate.status, at_gate.ended_reason) == ("stopped", "r")
    with pytest.raises(Refused) as caught:
        run(actor("priya"), now, moves.ask, step("fresh", "commissioning"))
    assert codes(caught) == ["challenge_over"]


def test_revise_returns_the_step_and_everybody_decides_afresh(
    at_gate: Challenge, actor: Callable[[str], Any], step: Any, now: Any
) -> None:
    sign(step("fresh", "commissioning"), actor("sam"), "guelph", Role.SPONSOR, now)
    sign(step("fresh", "commissioning"), actor("frank"), "guelph", Role.FINANCE, now, Decision.REVISE)
    place = step("fresh", "commissioning")
    assert (place.round, place.asked_at, place.state) == (2, None, "active")
    assert place.signatures.filter(round=2).count() == 0


def test_the_route_is_frozen_by_the_first_notice(challenge: Any, actor: Callable[[str], Any], now: Any) -> None:
    with pytest.raises(Refused) as caught:
        run(
            actor("priya"),
            now,
            challenges.change_route,
            challenge("water-leaks"),
            route=Route.INNOVATION_PARTNERSHIP,
            reason="r",
        )
    assert codes(caught) == ["route_frozen"]


def test_a_period_that_is_too_short_is_refused(actor: Callable[[str], Any], now: Any) -> None:
    call = _call_in_draft(actor, now)
    with pytest.raises(Refused) as caught:
        run(actor("olivia"), now, hand_over, call)
    assert codes(caught) == [
        "period_too_short",
        "questions_end_after_closing",
        "purchase_option_undeclared",
    ]


def _call_in_draft(actor: Any, now: Any) -> Any:
    place = Challenge.objects.get(code="downtown-parking-2").steps.select_related(
        "challenge__municipality", "challenge__method"
    )
    place = place.get(key="invitation")
    place.state, place.started_at = "active", now
    place.save(update_fields=["state", "started_at"])
    return run(
        actor("olivia"),
        now,
        solicitations.draft,
        place,
        body=" ",
        closes_at=now + timedelta(days=2),
        questions_until=now + timedelta(days=3),
        contact="c",
    )


@pytest.fixture
def panel() -> Evaluation:
    return Evaluation.objects.select_related("step__challenge__method", "solicitation__step__challenge__method").get(
        step__challenge__code="under-our-streets", step__key="shortlist"
    )


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("olivia", "procurement_does_not_score"),
        ("carl", "councillors_do_not_evaluate"),
        ("anita", "approvers_do_not_evaluate"),
        ("audrey", "overseers_do_not_evaluate"),
        ("tess", "vendor_may_not_serve"),
        ("eva", "on_the_panel"),
    ],
)
def test_who_may_not_sit_on_a_panel(step: Any, actor: Callable[[str], Any], now: Any, who: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        run(
            actor("olivia"),
            now,
            panels.appoint,
            step("under-our-streets", "shortlist"),
            person=Person.objects.get(code=who),
            seat="evaluator",
        )
    assert codes(caught) == [code]


def test_nothing_is_read_before_the_declaration(panel: Evaluation, actor: Callable[[str], Any]) -> None:
    with pytest.raises(Forbidden):
        scoring_of(panel).readable(get_seat(panel, actor("chloe")))


def test_a_conflict_hides_everything_of_that_vendor(
    panel: Evaluation, actor: Callable[[str], Any], sign_in: Any, now: Any
) -> None:
    names = dict.fromkeys(["tamarack", "northlight", "releve"], ("none", ""))
    run(actor("chloe"), now, evaluations.declare, panel, conflicts={**names, "kestrel": ("family", "cousin")})
    seat = get_seat(panel, actor("chloe"))
    hidden = Submission.objects.get(solicitation=panel.solicitation, vendor__code="kestrel")
    (declaration,) = [d for d in list_standing(panel) if d.member_id == seat.pk]
    run(actor("olivia"), now, conflicts.rule, declaration, ruling="kept", reason="A cousin, and no rival.")
    label = "D"  # closed up: three are left
    so_far = scoring_of(panel, seat)
    assert so_far.hidden_from(seat) == {hidden.vendor_id}
    assert hidden not in so_far.readable(seat)
    with pytest.raises(Unknown):
        so_far.get_readable(seat, label)
    with pytest.raises(Unknown):
        run(actor("chloe"), now, evaluations.score, panel, submission=hidden, criterion="fit", score=3)
    base = "/en/evaluation/under-our-streets/shortlist/"
    client = sign_in("chloe")
    assert client.get(f"{base}score/{label}/").status_code == 404
    assert f"Submission {label}" not in client.get(base).content.decode()


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"score": 5, "comment": " "}, "extreme_needs_comment"),
        ({"score": 0, "comment": ""}, "extreme_needs_comment"),
        ({"score": 6, "comment": "x"}, "score_out_of_range"),
        ({"score": 3, "comment": "x", "criterion": "price"}, "criterion_unknown"),
    ],
)
def test_scores_that_are_refused(
    panel: Evaluation, actor: Callable[[str], Any], now: Any, facts: dict[str, Any], code: str
) -> None:
    submission = scoring_of(panel).readable(get_seat(panel, actor("hugo")))[0]
    with pytest.raises(Refused) as caught:
        run(
            actor("hugo"),
            now,
            evaluations.score,
            panel,
            submission=submission,
            **{"criterion": "fit", **facts},
        )
    assert codes(caught) == [code]


def test_a_change_after_handing_in_needs_a_reason_and_keeps_the_first(
    panel: Evaluation, actor: Callable[[str], Any], now: Any
) -> None:
    seat = get_seat(panel, actor("eva"))
    submission = scoring_of(panel, seat).readable(seat)[0]
    with pytest.raises(Refused) as caught:
        run(actor("eva"), now, evaluations.score, panel, submission=submission, criterion="fit", score=1)
    assert codes(caught) == ["change_needs_reason"]
    before = seat.scores.filter(submission=submission, criterion="fit").count()
    run(
        actor("eva"),
        now,
        evaluations.score,
        panel,
        submission=submission,
        criterion="fit",
        score=1,
        reason="I misread the plan.",
    )
    assert seat.scores.filter(submission=submission, criterion="fit").count() == before + 1


def test_consensus_waits_for_everybody_and_for_the_chair(
    panel: Evaluation, actor: Callable[[str], Any], now: Any
) -> None:
    with pytest.raises(Refused) as by_member:
        run(actor("eva"), now, evaluations.open_consensus, panel)
    with pytest.raises(Refused) as too_early:
        run(actor("hugo"), now, evaluations.open_consensus, panel)
    assert (codes(by_member), codes(too_early)) == (
        ["chair_only"],
        ["not_handed_in", "not_handed_in", "too_few_scores"],
    )


def test_others_scores_are_shown_at_consensus_only(sign_in: Any) -> None:
    page = sign_in("olivia").get("/en/city/challenges/under-our-streets/shortlist/").content.decode()
    assert "Scores and consensus" not in page
    assert (
        "Scores and consensus"
        in sign_in("olivia").get("/en/city/challenges/guelph-roads-sprint/shortlist/").content.decode()
    )


def test_failed_negotiation_and_disqualification_pass_to_the_next(db: None) -> None:
    sales = Award.objects.filter(step__challenge__code="guelph-roads-sprint").order_by("recommended_at")
    vans = Award.objects.filter(step__challenge__code="fleet-vans").order_by("recommended_at")
    assert [(a.vendor.code, a.state) for a in sales] == [("northlight", "failed"), ("tamarack", "approved")]
    assert [(a.vendor.code, a.state) for a in vans] == [("wellington", "revoked"), ("northlight", "approved")]


def test_nobody_answered_can_only_be_revised_or_stopped(db: None) -> None:
    place = Challenge.objects.get(code="fleet-vans").steps.get(key="rfp-released")
    assert (place.round, [s.decision for s in place.signatures.order_by("id")]) == (2, ["revise", "proceed"])


def test_cancelling_tells_and_publishes_and_may_be_begun_again(db: None) -> None:
    old, new = (Challenge.objects.get(code=c) for c in ("downtown-parking", "downtown-parking-2"))
    assert (old.status, new.reissue_of_id) == ("cancelled", old.pk)
    assert Notice.objects.filter(challenge=old, kind="cancellation").count() == 1
    assert latest_content(new.steps.get(key="commissioning"))["budget_account"] == "PK-2026-01"


def test_only_who_has_authority_over_the_whole_decides_a_change(
    challenge: Any, actor: Callable[[str], Any], now: Any
) -> None:
    vans = challenge("fleet-vans")
    Challenge.objects.filter(pk=vans.pk).update(status="running")
    vans.steps.filter(kind="delivery").update(state="active")
    change = run(actor("priya"), now, milestones.ask_change, vans, value_cents=100_00, reason="Racks")
    with pytest.raises(Refused) as caught:
        run(actor("martin"), now, milestones.decide_change, change, approve=True)
    assert (codes(caught), caught.value.unmet[0].params) == (["authority_needed"], {"role": "authority"})
    with pytest.raises(Refused) as by_requester:
        run(actor("priya"), now, milestones.decide_change, change, approve=True)
    assert codes(by_requester) == ["approver_is_requester"]


def test_an_agreement_is_signed_when_nothing_is_open(actor: Callable[[str], Any], now: Any) -> None:
    from mix.data.models import Agreement

    agreement = Agreement.objects.get(
        kind="sprint", vendor__code="tamarack", step__challenge__code="guelph-roads-sprint"
    )
    with pytest.raises(Refused) as caught:
        run(actor("martin"), now, agreements.sign, agreement)
    assert codes(caught) == ["agreement_fixed"]


def test_an_expired_invitation_is_refused(actor: Callable[[str], Any], now: Any) -> None:
    guelph, umar = Municipality.objects.get(code="guelph"), actor("umar")
    email = umar.someone.email.upper()
    invitation = run(actor("ada"), now, invitations.invite_staff, guelph, email=email, role=Role.STAFF)
    token = path_of(Message.objects.latest("id")).split("/")[1]
    with pytest.raises(Refused) as caught:
        run(umar, now + timedelta(days=14), invitations.accept_invitation, token)
    assert codes(caught) == ["invitation_expired"]
    run(umar, now, invitations.accept_invitation, token)
    with pytest.raises(Refused) as used:
        run(umar, now, invitations.accept_invitation, token)
    assert codes(used) == ["invitation_used"]
    assert StaffInvitation.objects.get(pk=invitation.pk).accepted_at == now


def test_a_withdrawn_role_ends_at_once(begun: Challenge, actor: Callable[[str], Any], step: Any, now: Any) -> None:
    run(actor("priya"), now, documents.save, step("fresh", "commissioning"), answers={"users": "a"})
    given = StaffRole.objects.select_related("municipality", "person").get(person__code="priya", role="project_lead")
    olivia = Person.objects.get(code="olivia")
    run(actor("ada"), now, end_role, given, reason="Left the city", successor=olivia)
    with pytest.raises((Forbidden, Unknown)):
        run(actor("priya"), now, documents.save, step("fresh", "commissioning"), answers={"users": "b"})


def test_work_is_handed_over_and_never_left_with_nobody(
    begun: Challenge, actor: Callable[[str], Any], now: Any
) -> None:
    given = StaffRole.objects.select_related("municipality", "person").get(person__code="priya", role="project_lead")
    for successor, code in (
        (None, "role_left_alone"),
        ("priya", "successor_not_staff"),
        ("pat", "successor_not_staff"),
    ):
        person = Person.objects.get(code=successor) if successor else None
        with pytest.raises(Refused) as caught:
            run(actor("ada"), now, end_role, given, reason="Left the city", successor=person)
        assert codes(caught) == [code]
    assert StaffRole.objects.get(pk=given.pk).ended_at is None
    stan = Person.objects.get(code="stan")
    run(actor("ada"), now, end_role, given, reason="Left the city", successor=stan)
    assert Role.PROJECT_LEAD in actor("stan").roles_at("guelph")
    assert {t.step.challenge.code for t in list_tasks(actor("stan"))} >= {"fresh"}
    mail = Message.objects.filter(to_email=stan.email).latest("id")
    assert "Project lead" in mail.body
    assert begun.title in mail.body


def test_a_role_that_others_have_too_ends_without_a_successor(actor: Callable[[str], Any], now: Any) -> None:
    given = StaffRole.objects.select_related("municipality", "person").get(person__code="ben", role="evaluator")
    run(actor("ada"), now, end_role, given, reason="Moved")
    assert actor("ben").roles_at("guelph") == frozenset()


def test_staff_do_not_bid(actor: Callable[[str], Any], now: Any) -> None:
    with pytest.raises(Refused) as caught:
        run(actor("sam"), now, vendors.register_vendor, "Side business")
    assert codes(caught) == ["staff_may_not_bid"]


def test_another_vendors_things_are_unknown(actor: Callable[[str], Any], now: Any) -> None:
    from mix.actions.market import submissions

    theirs = Submission.objects.select_related("vendor").filter(vendor__code="northlight").first()
    with pytest.raises(Unknown):
        run(actor("tess"), now, submissions.save_answers, theirs, answers={})
    with pytest.raises(Unknown):
        run(
            actor("tess"),
            now,
            vendors.add_member,
            Vendor.objects.get(code="northlight"),
            person=Person.objects.get(code="tom"),
        )


def test_needs_are_declined_with_a_reason(actor: Callable[[str], Any], now: Any) -> None:
    need = Need.objects.select_related("municipality", "reported_by").get(code="N-TREES")
    with pytest.raises(Refused) as caught:
        run(actor("sam"), now, challenges.decline_need, need, reason=" ")
    assert codes(caught) == ["reason_missing"]


def test_history_is_entered_by_nobody_live(actor: Callable[[str], Any], now: Any) -> None:
    with pytest.raises(Forbidden):
        run(
            actor("priya"),
            now,
            challenges.record_history,
            Municipality.objects.get(code="guelph"),
            code="x",
            title=Wording(en="t"),
            question=Wording(en="q"),
            method=get_latest("sprint"),
            facts=[],
            status="completed",
            ended_at=None,
        )


def test_debriefs_follow_letters(step: Any, actor: Callable[[str], Any], now: Any) -> None:
    with pytest.raises(Refused) as caught:
        run(
            actor("tess"),
            now,
            awards.ask_debrief,
            step("water-leaks", "sale"),
            Vendor.objects.get(code="tamarack"),
        )
    assert codes(caught) == ["no_letter_yet"]


def test_a_scan_is_reused_until_it_expires(step: Any, actor: Callable[[str], Any], now: Any) -> None:
    from mix.readers.case.documents import list_reusable

    place = step("downtown-parking-2", "market-scan")
    found = [s.challenge.code for s in list_reusable(place, actor=actor("priya"), today=city_day(now))]
    assert found == ["water-leaks", "under-our-streets"]  # the scan of 2024 was good until March 2025
    type(place).objects.filter(pk=place.pk).update(state="active", started_at=now)
    with pytest.raises(Refused) as caught:
        run(actor("priya"), now, documents.reuse, place, source=step("guelph-roads-sprint", "market-scan"))
    assert codes(caught) == ["not_reusable"]
    source = step("water-leaks", "market-scan")
    run(actor("priya"), now, documents.reuse, place, source=source)
    assert latest_content(place) == latest_content(source)


def test_a_city_is_set_up_with_names_of_one_line(actor: Callable[[str], Any], now: Any) -> None:
    facts: dict[str, Any] = {"name": Wording(en="Ajax"), "posting_address": "https://ajax.example/notices"}
    facts |= {"administrator": actor("ada").someone}
    names = (Wording(en="A\njax"), Wording(en="Ajax", fr="A\x85jax"))
    for wrong in (*({"name": name} for name in names), {"departments": [("roads", Wording(en="Ro\tads"))]}):
        with pytest.raises(Refused) as caught:
            run(Actor(), now, municipalities.found, "ajax", **{**facts, **wrong})
        assert [u.code for u in caught.value.unmet] == ["not_one_line"]
    line = ["ajax", "Ajax", "--email", "new@ajax.example", "--posting-address", "https://ajax.example/notices"]
    said = CliRunner().invoke(app, ["city", *line, "--person", "Evil\nAda"])
    assert (said.exit_code, said.output) == (1, "Not set up: not_one_line\n")
    assert not Person.objects.filter(email="new@ajax.example").exists()
