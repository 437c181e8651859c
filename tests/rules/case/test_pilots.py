"""Pilots: states on both sides of each day, who must agree, and what a record may not say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mix.readers.core.catalogue import CATALOGUE
from mix.rules.case.pilot_records import PilotRecord, Risk
from mix.rules.case.pilots import (
    PilotDates,
    PilotState,
    Register,
    close_out_due,
    deciders,
    declare_due,
    reminder_for,
    state_of,
    still_needed,
    unmet_extension,
    unmet_to_ask,
    value_of,
)
from mix.rules.city.delegation import Band
from mix.rules.core.access import Role
from mix.rules.core.catalogue import read
from mix.rules.core.fields import MAX_CENTS, FieldType, missing_answers, read_answers

REGISTER = read(CATALOGUE.joinpath("pilots.yaml").read_text(encoding="utf-8"), Register)
DAY = date(2026, 3, 1)
RUNS = PilotDates(asked_on=DAY, approved=True, starts_on=DAY + timedelta(10), ends_on=DAY + timedelta(100))


def whole() -> dict[str, Any]:
    """Return a record that lacks nothing."""
    made: dict[str, Any] = {}
    for spec in REGISTER.fields:
        made[spec.key] = {
            FieldType.YES_NO: "yes",
            FieldType.MONEY: "100.00",
            FieldType.NUMBER: "10",
            FieldType.CHOICE: spec.options[0].key if spec.options else "",
        }.get(spec.type, "text")
    made |= {"starts_on": "2026-03-10", "ends_on": "2026-05-10"}
    good, bad = read_answers(REGISTER.fields, made)
    assert not bad
    return good


@pytest.mark.parametrize(
    ("dates", "day", "state"),
    [
        (PilotDates(), 0, "draft"),
        (PilotDates(declared_on=DAY), 0, "declared"),
        (PilotDates(declared_on=DAY, asked_on=DAY), 0, "asked"),
        (replace(RUNS, approved=False, refused=True), 50, "refused"),
        (RUNS, 9, "approved"),
        (RUNS, 10, "running"),
        (RUNS, 100, "running"),
        (RUNS, 101, "ended"),
        (RUNS, 130, "ended"),
        (RUNS, 131, "overdue"),
        (replace(RUNS, ends_on=DAY + timedelta(120)), 120, "running"),
        (replace(RUNS, stopped_on=DAY + timedelta(50)), 50, "ended"),
        (replace(RUNS, stopped_on=DAY + timedelta(50)), 80, "ended"),
        (replace(RUNS, stopped_on=DAY + timedelta(50)), 81, "overdue"),
        (replace(RUNS, closed_on=DAY + timedelta(140)), 150, "closed"),
    ],
)
def test_a_state_is_computed_from_the_dates(dates: PilotDates, day: int, state: str) -> None:
    assert state_of(dates, DAY + timedelta(day), register=REGISTER) == state


@given(
    days=st.tuples(*(st.integers(0, 400) for _ in range(3))),
    stopped=st.none() | st.integers(0, 400),
)
def test_nothing_runs_past_its_last_day(days: tuple[int, int, int], stopped: int | None) -> None:
    (starts, ends), today = sorted(days[:2]), days[2]
    dates = PilotDates(
        asked_on=DAY,
        approved=True,
        starts_on=DAY + timedelta(starts),
        ends_on=DAY + timedelta(ends),
        stopped_on=DAY + timedelta(stopped) if stopped is not None else None,
    )
    state = state_of(dates, DAY + timedelta(today), register=REGISTER)
    if today > ends or stopped is not None:
        assert state in (PilotState.ENDED, PilotState.OVERDUE)
    due = close_out_due(dates, register=REGISTER)
    assert due is not None
    assert (state is PilotState.OVERDUE) == (DAY + timedelta(today) > due and (today > ends or stopped is not None))


def test_reminders_come_in_order_and_each_is_a_mail() -> None:
    from mix.phrases.mails import MAILS

    heard = [reminder_for(RUNS, DAY + timedelta(n), register=REGISTER) for n in range(140)]
    changes = [heard[0]] + [b for a, b in pairwise(heard) if a != b]
    assert changes == ["", "ending", "ended", "report", "overdue"]
    assert heard.index("ending") == 100 - 14
    assert heard.index("report") == 130 - 14
    declared = PilotDates(declared_on=DAY)
    assert declare_due(DAY, register=REGISTER) == DAY + timedelta(30)
    assert [reminder_for(declared, DAY + timedelta(n), register=REGISTER) for n in (30, 31)] == ["", "undeclared"]
    assert {f"pilot_{c}" for c in (*changes[1:], "undeclared")} <= set(MAILS)


BANDS = (Band(10_000_00, Role.PROCUREMENT_MANAGER), Band(None, Role.AUTHORITY))


@pytest.mark.parametrize(
    ("risk", "cents", "roles"),
    [
        ("low", 10_000_00, (Role.PROCUREMENT_MANAGER,)),
        ("low", 10_000_01, (Role.AUTHORITY,)),
        ("medium", 0, (Role.PROCUREMENT_MANAGER, Role.SPECIALIST)),
        ("high", MAX_CENTS, (Role.AUTHORITY, Role.SPECIALIST, Role.LEGAL)),
    ],
)
def test_who_decides_follows_from_value_and_risk(risk: str, cents: int, roles: tuple[Role, ...]) -> None:
    assert deciders(Risk(risk), cents, BANDS, register=REGISTER) == (roles, ())
    assert still_needed(roles, roles[:1]) == roles[1:]


def test_a_city_without_a_table_has_nobody_who_decides() -> None:
    roles, unmet = deciders(Risk.LOW, 100, (), register=REGISTER)
    assert roles == ()
    assert [u.code for u in unmet] == ["nobody_named_for_value"]


def test_value_counts_what_is_lent_and_hours() -> None:
    assert cost(cash=100_00, in_kind=50_00, staff_hours="2.5") == 150_00 + 150_00
    assert cost() == 0
    assert cost(cash=MAX_CENTS, in_kind=MAX_CENTS, staff_hours="999999999999") == MAX_CENTS


def cost(**answers: Any) -> int:
    return value_of(PilotRecord(answers).facts, register=REGISTER)


def ask(record: dict[str, Any], *, most_days: int = 183, today: date = DAY, declared: bool = False) -> list[str]:
    return [
        u.code
        for u in unmet_to_ask(
            PilotRecord(record), most_days=most_days, today=today, is_declared=declared, register=REGISTER
        )
    ]


def test_a_whole_record_may_be_asked_and_nothing_else() -> None:
    assert ask(whole()) == []
    assert len(ask({})) == sum(f.required or f.must_be_yes for f in REGISTER.fields)
    assert missing_answers(REGISTER.fields, whole()) == ()


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"residents": True, "notice": None}, ["pilot_notice_missing"]),
        ({"starts_on": "2026-02-28"}, ["pilot_begun"]),
        ({"ends_on": "2026-03-09"}, ["pilot_ends_before"]),
        ({"ends_on": "2026-09-08"}, []),
        ({"ends_on": "2026-09-09"}, ["pilot_too_long"]),
        ({"staff_hours": "-1"}, ["not_a_number"]),
        ({"no_bonus": False}, ["field_must_be_yes"]),
        ({"stop": None}, ["field_missing"]),
    ],
)
def test_what_a_record_may_not_say(change: dict[str, Any], codes: list[str]) -> None:
    assert ask(whole() | change) == codes


def test_a_declared_pilot_may_have_begun_and_may_not_be_over() -> None:
    begun = whole() | {"starts_on": "2026-01-05"}
    assert ask(begun, declared=True) == []
    assert ask(begun | {"ends_on": "2026-02-28"}, declared=True) == ["pilot_over"]
    assert ask(begun, most_days=30, declared=True) == ["pilot_too_long"]


@pytest.mark.parametrize(
    ("to", "today", "codes"),
    [(1, 0, []), (183, 0, []), (184, 0, ["pilot_too_long"]), (0, 0, ["pilot_not_later"]), (10, 1, ["pilot_over"])],
)
def test_an_extension_is_asked_in_time_and_is_limited(to: int, today: int, codes: list[str]) -> None:
    found = unmet_extension(DAY, DAY + timedelta(to), DAY + timedelta(today), register=REGISTER)
    assert [u.code for u in found] == codes


def test_every_field_of_the_register_has_its_own_name() -> None:
    keys = [f.key for f in (*REGISTER.fields, *REGISTER.close_out)]
    assert len(set(keys)) == len(keys)
    assert len(REGISTER.sections) == 10
