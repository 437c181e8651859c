"""The line that says where a challenge stands says all that a bar shows of its steps."""

from datetime import UTC, datetime, timedelta, timezone

from mix.rules.case.bars import BarStep, bar_of, read_bar

AT = datetime(2026, 11, 3, 14, 2, tzinfo=UTC)
STEPS = [
    BarStep("need", "done", None, AT),
    BarStep("brief", "skipped", None, AT),
    BarStep("market-scan", "active"),
    BarStep("call", "active", AT),
    BarStep("award", "waiting"),
]


def test_a_line_names_each_step_in_order() -> None:
    line = "need:done:2026-11-03T14:02Z brief:skipped:2026-11-03T14:02Z market-scan:active"
    assert bar_of(STEPS) == f"{line} call:active:2026-11-03T14:02Z award:waiting"


def test_what_is_read_is_what_was_said() -> None:
    assert read_bar(bar_of(STEPS)) == STEPS
    assert read_bar(bar_of([])) == []


def test_instants_are_said_to_the_minute_in_utc() -> None:
    there = AT.replace(second=59).astimezone(timezone(timedelta(hours=-5)))
    assert bar_of([BarStep("need", "done", None, there)]) == "need:done:2026-11-03T14:02Z"
