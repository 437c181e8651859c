"""What a city does in a sprint and after it, through the pages of the steps: each act reaches its verb."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from mix.data.models import (
    BacklogItem,
    Challenge,
    ChangeOrder,
    CheckIn,
    DataGrant,
    Deliverable,
    Demo,
    Event,
    Evidence,
    Incident,
    Milestone,
    OutcomeReading,
    ParityEntry,
    ParityReason,
    SignOff,
)
from mix.readers.delivery.milestones import list_measures
from mix.readers.delivery.sprints import unmet_in
from tests.behind import open_tables

CODE = "guelph-roads-sprint"
DAYS = {"granted_on": "2027-01-04", "expires_on": "2027-02-26"}


@pytest.fixture
def post(ended: Challenge, sign_in: Callable[[str], Client]) -> Callable[..., int]:
    """Return a function that posts an act on a step and says with which status it was answered."""

    def posted(who: str, key: str, act: str, **typed: Any) -> int:
        return sign_in(who).post(f"/en/city/challenges/{CODE}/{key}/", {"act": act, **typed}).status_code

    return posted


def verbs(found: Challenge, since: int) -> list[str]:
    return list(Event.objects.filter(challenge=found.code, pk__gt=since).order_by("pk").values_list("verb", flat=True))


def latest() -> int:
    return Event.objects.order_by("-pk").values_list("pk", flat=True)[0]


def test_data_is_granted_to_every_vendor_of_a_sprint_at_once(ended: Challenge, post: Callable[..., int]) -> None:
    given = {"data_set": "+", "other": "Tree rolls", "reason": "Found later", "legal_basis": "Sprint agreement", **DAYS}
    assert post("priya", "test-environment", "grant", vendor="*", **given) == 302
    rows = DataGrant.objects.filter(challenge=ended, data_set="Tree rolls")
    assert sorted(rows.values_list("vendor__code", flat=True)) == ["northlight", "releve", "tamarack"]
    assert post("priya", "test-environment", "grant", vendor="kestrel", **given) == 422
    assert post("noor", "test-environment", "grant", vendor="*", **given) == 404


def test_an_area_is_signed_off_by_whose_it_is(ended: Challenge, post: Callable[..., int]) -> None:
    assert post("noor", "test-environment", "sign_off", area="privacy") == 404
    open_tables("data_signoff")
    SignOff.objects.filter(challenge=ended, area__in=["privacy", "department"]).delete()
    assert post("noor", "test-environment", "sign_off", area="department") == 422
    assert post("noor", "test-environment", "sign_off", area="privacy", note="Blurred") == 302
    assert post("sam", "test-environment", "sign_off", area="department") == 302
    assert SignOff.objects.get(challenge=ended, area="privacy").note == "Blurred"


def test_what_happens_in_a_sprint_is_recorded_of_one_vendor(ended: Challenge, post: Callable[..., int]) -> None:
    at, key, of = latest(), "sprint-run", {"vendor": "releve"}
    assert post("priya", key, "check_in", **of, week="9", mood="2", progress="Slow") == 302
    tested = {"hypothesis": "H3", "how": "By crews", "result": "9 s", "verdict": "pass", "confidence": "low"}
    assert post("priya", key, "evidence", **of, **tested) == 302
    assert post("priya", key, "incident", **of, kind="privacy", text="A name was read.") == 302
    assert post("priya", key, "demo", **of, held_on="2027-02-20", answers="All of it", recording="") == 302
    got = {"kind": "hours", "amount": "1.5", "given_on": "2027-02-20", "note": ""}
    assert post("priya", key, "parity", **of, **got) == 302
    assert post("priya", key, "explain", **of, kind="hours", reason="They were ill.") == 302
    names = ["check_in", "record_evidence", "report_incident", "hold_demo", "enter_parity", "explain_parity"]
    assert verbs(ended, at) == [f"sprints.{name}" for name in names]
    rows = [model.objects.filter(challenge=ended).order_by("pk").last() for model in (CheckIn, Evidence, ParityEntry)]
    assert [(row.vendor.code, row.room) for row in rows] == [("releve", "test-environment")] * 3
    assert (rows[0].mood, rows[1].result, rows[2].amount) == (2, "9 s", 1.5)
    assert Demo.objects.get(challenge=ended, vendor__code="releve").answers == "All of it"
    assert ParityReason.objects.get(challenge=ended, vendor__code="releve", kind="hours").reason == "They were ill."
    assert post("priya", key, "check_in", vendor="kestrel", week="9", mood="2", progress="Slow") == 422


@pytest.mark.parametrize("item", ["0", "²", "first"])
@pytest.mark.parametrize(
    ("key", "act", "typed"),
    [
        ("sprint-run", "settle", {"settlement": "Deleted"}),
        ("sprint-run", "judge", {"verdict": "accept"}),
        ("co-design", "settle_item", {"result": "Done"}),
        ("procurement-support", "decide", {"verdict": "approve"}),
        ("execute", "judge", {"verdict": "accept"}),
    ],
)
def test_a_row_that_is_not_there_is_not_found(
    post: Callable[..., int], key: str, act: str, typed: dict[str, str], item: str
) -> None:
    assert post("priya", key, act, item=item, **typed) == 404


def test_an_incident_is_settled_and_a_deliverable_is_judged(ended: Challenge, post: Callable[..., int]) -> None:
    incident = Incident.objects.filter(challenge=ended).earliest("pk")
    assert post("priya", "sprint-run", "settle", item=incident.pk, settlement="Told to the office") == 302
    incident.refresh_from_db()
    assert incident.settlement == "Told to the office"
    due = Deliverable.objects.filter(agreement__step__challenge=ended).earliest("pk")
    Deliverable.objects.filter(pk=due.pk).update(accepted_at=None, paid_at=None)
    assert post("priya", "sprint-run", "judge", item=due.pk, verdict="refuse") == 422
    assert post("priya", "sprint-run", "judge", item=due.pk, verdict="refuse", reason="Half") == 302
    due.refresh_from_db()
    assert (due.refused_reason, due.delivered_at, due.paid_at) == ("Half", None, None)
    Deliverable.objects.filter(pk=due.pk).update(delivered_at=incident.reported_at)
    assert post("priya", "sprint-run", "judge", item=due.pk, verdict="accept") == 302
    due.refresh_from_db()
    assert due.paid_at is not None


def test_a_sprint_closes_without_what_was_due_for_a_reason_alone(ended: Challenge, post: Callable[..., int]) -> None:
    step = ended.steps.get(key="sprint-run")
    due = Deliverable.objects.filter(agreement__step__challenge=ended).earliest("pk")

    def missing() -> list[str]:
        found = unmet_in(step, datetime(2028, 1, 1, tzinfo=UTC))
        return [
            u.code
            for u in found
            if u.params.get("title") == due.title and u.params["vendor"] == due.agreement.vendor.name
        ]

    assert missing() == []
    rows = Deliverable.objects.filter(pk=due.pk)
    rows.update(accepted_at=None, paid_at=None)
    assert missing() == ["deliverable_unjudged"]
    rows.update(delivered_at=None)
    assert missing() == ["deliverable_missing"]
    assert unmet_in(step, datetime(2026, 1, 1, tzinfo=UTC))[1:] == ()  # not before its day
    assert post("priya", "sprint-run", "judge", item=due.pk, verdict="accept") == 422
    assert post("priya", "sprint-run", "go_without", item=due.pk, reason=" ") == 422
    assert post("priya", "sprint-run", "go_without", item=due.pk, reason="Their server burnt down.") == 302
    assert missing() == []
    due.refresh_from_db()
    assert (due.refused_reason, due.paid_at) == ("Their server burnt down.", None)


def test_a_backlog_grows_and_is_settled(ended: Challenge, post: Callable[..., int]) -> None:
    assert post("priya", "co-design", "add", kind="decision", text="Weekly, not monthly") == 302
    made = BacklogItem.objects.filter(challenge=ended).latest("pk")
    assert post("priya", "co-design", "settle_item", item=made.pk, result="Agreed") == 302
    made.refresh_from_db()
    assert (made.text, made.result) == ("Weekly, not monthly", "Agreed")
    assert post("noor", "co-design", "add", kind="decision", text="Never") == 404


def test_a_change_is_decided_by_whoever_has_the_authority(ended: Challenge, post: Callable[..., int]) -> None:
    assert post("priya", "procurement-support", "ask_change", value_cents="180", reason="Two ploughs") == 302
    made = ChangeOrder.objects.filter(challenge=ended).latest("pk")
    assert made.value_cents == 180_00
    refusal = {"item": made.pk, "verdict": "refuse", "reason": "Not this year"}
    assert post("priya", "procurement-support", "decide", **refusal) == 422
    assert post("anita", "procurement-support", "ask_change", value_cents="180", reason="More") == 404
    assert post("anita", "procurement-support", "decide", **refusal) == 302
    made.refresh_from_db()
    assert (made.refused_reason, made.approved_at) == ("Not this year", None)


def test_milestones_and_outcomes_are_recorded(ended: Challenge, post: Callable[..., int]) -> None:
    assert post("priya", "execute", "plan", title="Handbook", due_on="2027-03-01", value_cents="0") == 302
    made = Milestone.objects.filter(challenge=ended).latest("pk")
    assert post("priya", "execute", "judge", item=made.pk, verdict="accept") == 422
    Milestone.objects.filter(pk=made.pk).update(delivered_at=ended.commissioned_at)
    assert post("priya", "execute", "judge", item=made.pk, verdict="accept") == 302
    made.refresh_from_db()
    assert (made.title, made.accepted_at is not None) == ("Handbook", True)
    measure = list_measures(ended)[0]["measure"]
    assert post("priya", "solution", "read", month="12", measure=measure, actual="91 %", note="Again") == 302
    read = OutcomeReading.objects.get(challenge=ended, month=12, measure=measure)
    assert (read.actual, read.note) == ("91 %", "Again")
    assert post("priya", "solution", "read", month="7", measure=measure, actual="91 %") == 422


def test_what_was_measured_stands_beside_its_measure(ended: Challenge, sign_in: Callable[[str], Client]) -> None:
    page = sign_in("priya").get(f"/en/city/challenges/{CODE}/solution/").content.decode()
    for read in OutcomeReading.objects.filter(challenge=ended):
        assert f"<b>{read.actual}</b>" in page
