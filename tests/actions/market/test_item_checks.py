"""Mandatory items, pass or fail: checked by the duty that the notice names, before anybody scores."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from mix.actions.choice.letters import send_letters
from mix.actions.choice.rankings import rank
from mix.actions.core.deeds import Deed
from mix.actions.core.run import run
from mix.actions.market import call_forms, item_checks, openings, solicitations, submissions
from mix.data.models import (
    ConsensusScore,
    Evaluation,
    Event,
    ItemCheck,
    Letter,
    Message,
    Person,
    Solicitation,
    Step,
    Submission,
    Vendor,
)
from mix.readers.case.challenges import get_step
from mix.readers.choice.evaluations import contenders, criteria_of, gather_bids
from mix.readers.city.people import list_members
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.flow.bundles import record_of_calls
from mix.readers.flow.waits import gather_waits
from mix.readers.market.item_checks import list_checks, list_failed, unmet_in, unmet_to_proceed
from mix.readers.market.submissions import list_opened
from mix.rules.choice.debriefs import FailedItem
from mix.rules.choice.states import RankingCause
from mix.rules.core.access import Role
from mix.rules.core.fields import Wording
from mix.rules.core.kinds import Envelope
from mix.rules.core.unmet import Refused
from mix.rules.flow.waits import Doing
from mix.rules.market.call_changes import Reword
from mix.rules.market.call_items import AddItem
from mix.rules.market.closing import EMBARGO
from tests.two_hands import publish_in_two_hands

pytestmark = pytest.mark.django_db
ANSWERS = {"team": "Three", "approach": "Listen", "insurance": True, "m1": True, "m1_shown": "Licence 12"}
VENDORS = {"kestrel": "kim", "northlight": "nora", "tamarack": "tess"}
TIE = Reword(question="approach", title=Wording(en="How?"), scored_by=("shortlist.fit", "shortlist.feasible"))


def item(title: str, role: Role) -> AddItem:
    return AddItem(
        title=Wording(en=title),
        looks_at=Wording(en="The paper"),
        checked_by=role,
        proof=Wording(en=f"How you meet {title}"),
    )


@pytest.fixture
def opened_at(now: datetime) -> datetime:
    return now + timedelta(days=60) + EMBARGO + timedelta(minutes=1)


@pytest.fixture
def call(challenge: Callable[[str], Any], actor: Callable[[str], Any], now: datetime, opened_at: datetime) -> Any:
    """Return a call with two items, one for legal and one for the specialist, answered by three and opened."""
    step: Step = get_step(challenge("water-leaks"), "invitation")
    step.round += 1
    step.save()
    facts: dict[str, Any] = {"closes_at": now + timedelta(days=60), "questions_until": now + timedelta(days=30)}
    facts |= {"body": "Answer this.", "contact": "Olivia", "purchase_most_cents": 100_00}
    made = run(actor("olivia"), now, solicitations.draft, step, **facts)
    for change in (TIE, item("a licence", Role.LEGAL), item("data in Canada", Role.SPECIALIST)):
        run(actor("olivia"), now, call_forms.fit, step, change)
    Solicitation.objects.filter(pk=made.pk).update(outage_rule="bidder")
    publish_in_two_hands(again(made), now)
    for vendor, who in VENDORS.items():
        row = run(actor(who), now, submissions.start, again(made), Vendor.objects.get(code=vendor))
        run(actor(who), now, submissions.save_answers, row, answers=ANSWERS)
        run(actor(who), now, submissions.finalise, row, retry_key="one")
    run(actor("olivia"), opened_at, openings.open_envelopes, again(made), envelope=Envelope.TECHNICAL)
    return again(made)


def again(call: Solicitation) -> Solicitation:
    around = ("step__challenge__method", "step__challenge__municipality")
    return Solicitation.objects.select_related(*around).get(pk=call.pk)


def of(call: Solicitation, vendor: str) -> Submission:
    return next(s for s in list_opened(again(call)) if s.vendor.code == vendor)


def refusal(error: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [u.code for u in error.value.unmet]


@pytest.fixture
def checked(call: Solicitation, actor: Callable[[str], Any], opened_at: datetime) -> Callable[..., ItemCheck]:
    """Return what checks an item of a vendor as somebody."""

    def check(who: str, vendor: str, key: str, *, passed: bool = True, reason: str = "Seen.") -> ItemCheck:
        return run(actor(who), opened_at, item_checks.check, of(call, vendor), item=key, passed=passed, reason=reason)

    return check


def who_holds(role: Role) -> str:
    found = Person.objects.filter(staff_roles__municipality__code="guelph", staff_roles__role=role.value)
    return str(found.order_by("code").values_list("code", flat=True)[0])


def test_only_the_duty_that_is_named_checks(call: Solicitation, checked: Callable[..., ItemCheck]) -> None:
    made = checked(who_holds(Role.LEGAL), "kestrel", "m1")
    assert (made.passed, made.role, made.reason) == (True, "legal", "Seen.")
    for who in ("olivia", "priya", who_holds(Role.SPECIALIST), "eva", "kim", "ada"):
        with pytest.raises((Forbidden, Unknown)):
            checked(who, "kestrel", "m1", passed=False)
    with pytest.raises(Unknown):
        checked(who_holds(Role.LEGAL), "kestrel", "team")
    with pytest.raises(Refused) as caught:
        checked(who_holds(Role.LEGAL), "tamarack", "m1", reason="  ")
    assert refusal(caught) == ["reason_missing"]
    assert ItemCheck.objects.filter(submission__solicitation=call).count() == 1


def test_the_step_waits_until_all_is_checked(
    call: Solicitation, checked: Callable[..., ItemCheck], opened_at: datetime
) -> None:
    def waits() -> list[tuple[str, str]]:
        found = unmet_in(again(call).step, now=opened_at)
        return [(u.params["role"], u.params["count"]) for u in found if u.code == "items_unchecked"]

    assert waits() == [("Legal", "3"), ("Privacy, IT and accessibility", "3")]
    for vendor in VENDORS:
        checked(who_holds(Role.LEGAL), vendor, "m1")
        checked(who_holds(Role.SPECIALIST), vendor, "m2")
    assert waits() == []


def test_it_stands_on_the_desk_of_whoever_checks(
    call: Solicitation, checked: Callable[..., ItemCheck], actor: Callable[[str], Any], opened_at: datetime
) -> None:
    def desk(who: str) -> list[int]:
        own = gather_waits(actor(who), now=opened_at).own
        return [w.count for w in own if w.doing is Doing.CHECK_ITEMS and w.challenge == call.step.challenge_id]

    legal = who_holds(Role.LEGAL)
    assert (desk(legal), desk("olivia")) == ([3], [])
    checked(legal, "kestrel", "m1")
    assert desk(legal) == [2]
    for vendor in ("northlight", "tamarack"):
        checked(legal, vendor, "m1", passed=False)
    assert desk(legal) == []


def test_whoever_fails_is_not_scored_and_is_told_why(
    call: Solicitation, checked: Callable[..., ItemCheck], actor: Callable[[str], Any], opened_at: datetime
) -> None:
    checked(who_holds(Role.LEGAL), "tamarack", "m1", passed=False, reason="The licence ended in May.")
    assert [(s.vendor.code, [r for _t, r in f]) for s, f in list_failed(again(call))] == [
        ("tamarack", ["The licence ended in May."])
    ]
    assert {s.vendor.code: s.is_out for s in list_opened(again(call))} == {
        "kestrel": False,
        "northlight": False,
        "tamarack": True,
    }
    run(actor("olivia"), opened_at, lambda deed: item_checks.tell_failed(deed, again(call)))
    told = Message.objects.filter(code="item_failed")
    assert {m.to_email for m in told} == {p.email for p in list_members(of(call, "tamarack").vendor_id)}
    assert all("a licence: The licence ended in May." in m.body for m in told)


def test_the_panel_scores_the_others_and_the_letter_of_who_failed_says_why(
    call: Solicitation, checked: Callable[..., ItemCheck], actor: Callable[[str], Any], opened_at: datetime
) -> None:
    checked(who_holds(Role.LEGAL), "tamarack", "m1", passed=False, reason="The licence ended in May.")
    step = get_step(call.step.challenge, "shortlist")
    evaluation = Evaluation.objects.create(
        municipality_id=step.municipality_id, step=step, round=9, solicitation=again(call), phase="final"
    )
    assert [s.vendor.code for s in contenders(evaluation)] == ["kestrel", "northlight"]
    for submission in contenders(evaluation):
        for criterion in criteria_of(evaluation):
            facts = {"evaluation": evaluation, "submission": submission, "criterion": criterion.key, "score": 4}
            ConsensusScore.objects.create(
                **facts, reason="Good.", recorded_by=Person.objects.get(code="eva"), recorded_at=opened_at
            )
    out = {s.vendor.code: bid.disqualified for s, bid in gather_bids(evaluation, everybody=True)}
    assert out == {"kestrel": "", "northlight": "", "tamarack": "mandatory"}

    def letters(deed: Deed) -> list[Letter]:
        rank(evaluation, cause=RankingCause.FINAL, now=opened_at)
        return send_letters(deed, evaluation)

    found = {row.vendor.code: row for row in run(actor("olivia"), opened_at, letters)}
    assert set(found) == set(VENDORS)
    sheet = found["tamarack"].debrief_sheet
    assert (sheet.lines, sheet.rank, sheet.of) == ((), None, 2)
    assert sheet.failed == (FailedItem(Wording(en="a licence"), "The licence ended in May."),)
    assert not found["tamarack"].is_selected
    assert found["kestrel"].debrief_sheet.failed == ()


def test_what_was_said_is_put_right_and_what_was_said_before_stays(
    call: Solicitation, checked: Callable[..., ItemCheck]
) -> None:
    legal = who_holds(Role.LEGAL)
    first = checked(legal, "tamarack", "m1", passed=False, reason="Not found.")
    assert checked(legal, "tamarack", "m1", passed=False, reason="Not found.") == first
    checked(legal, "tamarack", "m1", reason="It is on page 9.")
    assert not of(call, "tamarack").is_out
    assert list(
        ItemCheck.objects.filter(submission__solicitation=call).order_by("id").values_list("passed", flat=True)
    ) == [False, True]
    with pytest.raises(DatabaseError), transaction.atomic():
        ItemCheck.objects.filter(pk=first.pk).update(passed=True)


def test_the_log_and_the_bundle_know_of_it(call: Solicitation, checked: Callable[..., ItemCheck]) -> None:
    checked(who_holds(Role.LEGAL), "kestrel", "m1", passed=False, reason="No number.")
    said = Event.objects.filter(verb="item_checks.check").latest("id")
    assert said.payload["item"] == "m1"
    assert "No number." not in str(said.payload) + said.reason  # nobody outside learns it before the result
    found = record_of_calls(call.step.challenge)[f"calls/{call.reference}.json"]
    assert [(c["item"], c["passed"], c["reason"]) for c in found["item_checks"]] == [("m1", False, "No number.")]
    assert [i["key"] for i in found["items"]] == ["m1", "m2"]
    assert found["form"] == again(call).form


def test_where_nobody_is_left_only_another_round_helps(call: Solicitation, checked: Callable[..., ItemCheck]) -> None:
    for vendor in VENDORS:
        assert unmet_to_proceed(again(call).step) == ()
        checked(who_holds(Role.LEGAL), vendor, "m1", passed=False)
    assert [u.code for u in unmet_to_proceed(again(call).step)] == ["nobody_met_items"]


def test_nothing_is_checked_before_opening(
    challenge: Callable[[str], Any], actor: Callable[[str], Any], now: datetime
) -> None:
    open_call = Solicitation.objects.get(step__challenge__code="water-leaks", step__key="invitation")
    assert list_checks(open_call) == []
    row = open_call.submissions.first()
    assert row is not None
    with pytest.raises(Unknown):
        run(actor(who_holds(Role.LEGAL)), now, item_checks.check, row, item="m1", passed=True, reason="Seen.")
