"""Kinds of mail: every code has one, a duty has no stop, and the windows of digests join without a gap."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mix.phrases.mails import MAILS
from mix.phrases.words import WORDS
from mix.rules.core.mails import (
    CHOOSABLE,
    CLASSES,
    PACES,
    MailClass,
    MailKind,
    Pace,
    is_stood_in_for,
    kind_of_mail,
    known_codes,
    may_stop,
    needed_to_stand_in,
    window_of,
)

# Mails that go to everybody at once: keys, receipts, results, what is late or was done to somebody.
AT_ONCE = set(
    """account_confirm account_exists account_reset account_unknown addendum agreement_signed asked_again
    award_elsewhere award_revoked awarded chair_given challenge_cancelled checkpoint_for_witness
    co_applicant_declined co_applicant_joined co_applicant_left co_applicant_taken_out conflict_ruled
    conversation_agreed conversation_ended conversation_moved
    data_granted date_late debrief_planned deliverable_judged digest dispute_answered disqualified draft_late
    draft_soon invoice_paid item_failed letter_chosen letter_regret mail_refused mail_tried meeting_set membership_ended
    merger_agreed merger_declined milestone_judged negotiation_failed not_opened opened pilot_overdue panel_done
    panel_invitation question_answered question_asked_again question_changed receipt redelivered scores_late
    scores_soon seat_ended share_asked_for signature_voided staff_invitation staff_welcome stage_reached
    team_invitation trial_guest tried_too_early
    withdrawn""".split()  # noqa: SIM905 - a list of seventy quoted words is no easier to read
)

# Mails on a pilot that its owner gets.
ALONE = {"pilot_undeclared", "pilot_ending", "pilot_ended", "pilot_report", "pilot_overdue"}


def test_every_mail_is_of_one_kind() -> None:
    assert known_codes() & AT_ONCE == set()
    assert known_codes() | AT_ONCE == set(MAILS)
    assert {kind_of_mail(code) for code in AT_ONCE} == {MailKind.ACCOUNT}


def test_somebody_stands_in_for_a_duty_and_not_for_a_person() -> None:
    stood_in = {code for code in MAILS if is_stood_in_for(code)}
    assert {kind_of_mail(code) for code in MAILS if code not in stood_in} >= {MailKind.TURN, MailKind.NEWS}
    assert stood_in & {"appointed", "scoring_open", "share_waits", "asked_to_sign", "receipt", "need_declined"} == set()
    assert stood_in >= {"asked_to_decide", "step_started", "date_soon", "date_late", "asked_again"}
    alone = {code for code in MAILS if needed_to_stand_in(code)}
    assert alone <= stood_in
    assert alone == {"call_sent_back", *(code for code in MAILS if code.startswith("pilot_") and code in ALONE)}


def test_a_duty_has_no_stop_and_each_other_class_its_own() -> None:
    assert set(CLASSES) == set(PACES) == set(MailKind)
    assert {kind for kind in MailKind if may_stop(kind)} == {MailKind.NEWS, MailKind.FOLLOWS, MailKind.INVITATIONS}
    assert all(may_stop(kind) is (CLASSES[kind] is not MailClass.DUTY) for kind in MailKind)
    assert set(CHOOSABLE) == set(MailKind) - {MailKind.ACCOUNT}


def test_every_kind_and_pace_has_a_name() -> None:
    assert set(WORDS["mail_kind"]) == set(WORDS["mail_kind_reason"]) == set(MailKind)
    assert set(WORDS["mail_pace"]) == set(Pace)


@pytest.mark.parametrize(
    ("pace", "now", "since", "until"),
    [
        (Pace.DAILY, "2027-01-15T12:59", "2027-01-13T13:00", "2027-01-14T13:00"),
        (Pace.DAILY, "2027-01-15T13:00", "2027-01-14T13:00", "2027-01-15T13:00"),
        (Pace.DAILY, "2027-03-14T12:30", "2027-03-13T13:00", "2027-03-14T12:00"),  # the clock went forward
        (Pace.WEEKLY, "2027-01-15T13:00", "2027-01-04T13:00", "2027-01-11T13:00"),
        (Pace.WEEKLY, "2027-01-18T12:00", "2027-01-04T13:00", "2027-01-11T13:00"),
    ],
)
def test_a_window_ends_at_eight_on_the_clock(pace: Pace, now: str, since: str, until: str) -> None:
    found = window_of(pace, now=datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert [w.astimezone(UTC).strftime("%Y-%m-%dT%H:%M") for w in (found.since, found.until)] == [since, until]


@given(st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)), st.sampled_from([Pace.DAILY, Pace.WEEKLY]))
def test_windows_join_without_a_gap(at: datetime, pace: Pace) -> None:
    found = window_of(pace, now=at.replace(tzinfo=UTC))
    before = window_of(pace, now=found.until - timedelta(seconds=1))
    assert before.until == found.since
    assert found.until <= at.replace(tzinfo=UTC)
