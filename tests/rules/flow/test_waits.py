"""What waits: in which order, what stands together, what is counted by day, and when somebody may be asked again."""

from datetime import UTC, date, datetime, timedelta

import pytest

from mix.rules.core.payloads import PAYLOADS
from mix.rules.core.unmet import Unmet
from mix.rules.flow.waits import (
    ENDED_BY,
    FIRST_LINES,
    Doing,
    Wait,
    desk_of,
    in_order,
    lines_of,
    place_of,
    place_to_watch,
    unmet_to_ask_again,
)

NOW = datetime(2027, 1, 15, 13, 40, tzinfo=UTC)
DAY = timedelta(days=1)

# Verbs for which nothing waits: who carries them out begins something, corrects it, or does what no date asks for.
BEGUN_BY_ONESELF = """
    absences.end absences.enter
    addenda.propose_extension agreements.propose_edit agreements.take_out_signatory agreements.void_signatures
    awards.approve awards.ask_debrief awards.file_dispute calendars.drop_day calendars.set_day challenges.begin_from
    challenges.cancel challenges.change_route challenges.complete challenges.record_history challenges.reissue
    challenges.report_need challenges.stop chasing.ask_again co_applicants.ask co_applicants.leave
    co_applicants.take_out conversations.move_date conversations.reply
    conversations.save custody.look_at_share custody.make_key custody.tried_too_early delivery.ask_change
    delivery.take_over departments.add departments.close departments.open_again departments.rename
    disclosures.publish_pack documents.comment engagements.ask engagements.give_card engagements.log_contact
    engagements.register evaluations.give_chair evaluations.leave_panel evaluations.send_letters
    corrections.correct findings.describe_purchase findings.justify findings.note_participation findings.waive
    identities.drop_group
    identities.end_provider identities.map_group identities.set_up joining.ask joining.declare_window
    letterheads.describe letterheads.set_colours letterheads.set_logo municipalities.try_mail people.come_in people.join
    people.welcome knowledge.enter_hours knowledge.write_lesson log.acknowledge_gap mergers.ask mergers.withdraw
    methods.publish_method municipalities.found municipalities.propose_bands municipalities.set_outage_rule
    named_vendors.name named_vendors.take_out
    municipalities.set_template municipalities.add_guest municipalities.ask_to_go_live municipalities.end_guest
    participations.disqualify people.correct_person people.create_person people.end_member
    practice.make practice.play practice_seats.play
    outsiders.accept outsiders.decline outsiders.send_again outsiders.withdraw
    people.end_role people.give_role people.invite_member people.invite_staff people.join_vendor people.name_holder
    people.propose_role people.send_invitation_again people.withdraw_invitation pilots.ask_extension pilots.convert
    pilots.register_pilot pilots.stop pilots.take_back policies.propose_bylaw redelivery.redeliver
    redelivery.redeliver_file sealing.export_envelopes sealing.warn_of_file solicitations.add_document
    solicitations.ask sprints.report_incident submissions.add_file submissions.drop_file submissions.start
    submissions.withdraw variants.begin variants.propose variants.set_places variants.take_over variants.write
    vendors.describe vendors.register"""


def wait(doing: Doing = Doing.SIGN_GATE, since: int = 1, until: int | None = None, **more: object) -> Wait:
    return Wait(doing, NOW - since * DAY, None if until is None else NOW + until * DAY, **more)  # type: ignore[arg-type]  # as its fields say


def test_every_verb_ends_a_wait_or_says_that_nothing_waits_for_it() -> None:
    ended = {verb for verbs in ENDED_BY.values() for verb in verbs.split()}
    assert set(ENDED_BY) == set(Doing)
    assert ended - set(PAYLOADS) == set()
    begun = set(BEGUN_BY_ONESELF.split())
    assert ended & begun == set()
    assert ended | begun == set(PAYLOADS)


def test_late_comes_first_then_time_left_then_what_has_no_date() -> None:
    late, soon, later, old, new = wait(until=-1), wait(until=2), wait(until=9), wait(since=9), wait(since=1)
    assert in_order([new, later, old, late, soon], now=NOW) == [late, soon, later, old, new]
    assert [w.is_late(NOW) for w in (late, soon, old)] == [True, False, False]
    assert [w.is_soon(NOW) for w in (late, soon, later, old)] == [False, True, False, False]


@pytest.mark.parametrize(("many", "lines"), [(1, 1), (3, 3), (4, 1), (200, 1)])
def test_much_of_one_act_without_a_date_is_one_line(many: int, lines: int) -> None:
    found = lines_of([wait(Doing.DECIDE_NEED, at=f"N{n}") for n in range(many)], now=NOW)
    assert (len(found), sum(line.count for line in found)) == (lines, many)


def test_what_has_a_date_never_stands_together() -> None:
    assert len(lines_of([wait(until=n, at=f"{n}") for n in range(9)], now=NOW)) == 9


@pytest.mark.parametrize("many", [0, 1, FIRST_LINES, FIRST_LINES + 2, 200])
def test_a_desk_shows_twelve_lines_and_counts_the_rest_by_day(many: int) -> None:
    found = desk_of([wait(until=n, at=f"{n}") for n in range(many)], now=NOW, zone="America/Toronto")
    assert (len(found.lines), found.total) == (min(many, FIRST_LINES), many)
    assert sum(day.count for day in found.rest) == max(0, many - FIRST_LINES)
    if many > FIRST_LINES:
        assert found.rest[0].on == date(2027, 1, 15) + FIRST_LINES * DAY


def test_a_name_tells_one_wait_from_another() -> None:
    waits = [
        wait(),
        wait(Doing.WORK),
        wait(challenge=1),
        wait(step="a"),
        wait(at="b"),
        wait(city="guelph"),
        wait(roles=frozenset({"legal"})),
        wait(person=1),
        wait(vendor=1, is_owed_by_vendor=True),
    ]
    assert len({w.name for w in waits}) == len(waits)
    assert wait(since=1).name == wait(since=3, until=4).name


@pytest.mark.parametrize(
    ("found", "place", "watch"),
    [
        (wait(step="g"), "city/challenges/c/g/", "city/challenges/c/g/"),
        (wait(Doing.DECIDE_NEED, at="N1"), "city/needs/N1/", "city/challenges/c/"),
        (wait(Doing.TAKE_SHARE, city="x"), "city/settings/x/recovery/", "city/challenges/c/"),
        (wait(Doing.STAND_IN, city="x"), "me/account/", "city/challenges/c/"),
        (wait(Doing.TAKE_SHARE, at="R"), "city/calls/R/custody/", "city/challenges/c/"),
        (
            wait(Doing.DELIVER, at="A", is_owed_by_vendor=True),
            "vendor/agreements/A/",
            "city/challenges/c/agreements/A/",
        ),
        (wait(Doing.HAND_IN, at="S", is_owed_by_vendor=True), "vendor/submissions/S/", "city/challenges/c/"),
    ],
)
def test_each_wait_leads_to_where_it_is_done(found: Wait, place: str, watch: str) -> None:
    assert (place_of(found, challenge="c"), place_to_watch(found, challenge="c")) == (place, watch)


@pytest.mark.parametrize(
    ("hours", "unmet"), [(None, ()), (0, ("asked_again_today",)), (23, ("asked_again_today",)), (24, ())]
)
def test_somebody_is_asked_again_once_a_day(hours: int | None, unmet: tuple[str, ...]) -> None:
    asked_at = None if hours is None else NOW - timedelta(hours=hours)
    assert unmet_to_ask_again(asked_at, now=NOW) == tuple(Unmet(code) for code in unmet)
