"""How values are written."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from mix.data.models import Challenge
from mix.web.drawing import showing
from mix.web.drawing.showing import moment, points, titled


@pytest.mark.parametrize(
    ("zone", "month", "english", "french"),
    [
        ("America/Toronto", 1, "EST", "HNE"),
        ("America/Toronto", 7, "EDT", "HAE"),
        ("America/St_Johns", 7, "NDT", "HAT"),
        ("America/Vancouver", 1, "MST", "MST"),  # seven hours behind all year since 2026: no table of names knows it
        ("UTC", 1, "UTC", "UTC"),
    ],
)
def test_a_time_names_its_zone_in_the_language_of_the_page(zone: str, month: int, english: str, french: str) -> None:
    at = datetime(2027, month, 14, 14, tzinfo=ZoneInfo(zone))
    for language, clock in (("en", f"14:00\xa0{english}"), ("fr", f"14\xa0h\xa0{french}")):
        with override(language):
            assert moment(at, zone).endswith(clock)


def test_a_text_of_a_row_reads_as_its_wording_does() -> None:
    """In the language asked for, in English where it was not written, marked where that is another; of each column."""
    row = Challenge(
        title="Leaks", question="Where?", translations={"fr": {"title": "Fuites"}, "de": {"question": "Wo?"}}
    )
    for language in ("en", "fr", "de", "fr-ca"):
        for column in ("title", "question"):
            with override(language):
                plain, whole = showing.said_of(row, column), showing.said(row.wording(column))
                assert (plain, type(plain), showing.in_language(row, column)) == (whole, type(whole), str(whole))
                assert getattr(plain, "language", "") == getattr(whole, "language", "")
    with override("fr"):
        assert (showing.said_of(row, "title"), showing.said_of(row, "question").language) == ("Fuites", "en")  # type: ignore[attr-defined]  # Foreign


def test_what_and_which_are_parted_as_the_language_does() -> None:
    for language, text in (("en", "Pilot: Bins"), ("fr", "Pilot : Bins")):
        with override(language):
            assert titled("Pilot", "Bins") == text


def test_french_says_the_first_of_a_month_hours_and_closings_its_own_way() -> None:
    at = datetime(2026, 8, 1, 18, 5, tzinfo=UTC)
    with override("fr"):
        assert moment(at, "America/Toronto").replace("\xa0", " ") == "sam. 1er août 2026, 14 h 05 HAE"
        assert showing.closing_words(at, "America/Toronto") == "samedi 1er août 2026, 14:05:00 HAE (UTC−04:00)"
        assert showing.before_words(at, "America/Toronto") == ("14:05:00 HAE (UTC−04:00)", "samedi 1er août 2026")
    assert showing.closing_words(at, "America/Toronto") == "14:05:00 EDT (UTC−04:00), Saturday 1 August 2026"


def test_what_was_typed_in_french_gets_its_spaces_when_it_is_shown_and_not_before() -> None:
    typed = "Fuites : «où», et à 5 %?"
    row = Challenge(title="Leaks: 5 %", translations={"fr": {"title": typed}})
    with override("fr"):
        for shown in (showing.said_of(row, "title"), showing.said(row.wording("title"))):
            assert shown == "Fuites\xa0: «\xa0où\xa0», et à 5\xa0%?"
    assert (row.translations["fr"]["title"], showing.said_of(row, "title")) == (typed, "Leaks: 5 %")


@pytest.mark.parametrize("seconds", [0.5, 1, 1.5, 59, 60, 61.25, 7200, 86400, 3 * 86400 - 0.5, 3 * 86400, 9.5 * 86400])
def test_how_long_is_left_reads_the_same_until_it_is_said_to_change(seconds: float) -> None:
    until = datetime(2027, 1, 14, 19, tzinfo=UTC)
    now, moment = until - timedelta(seconds=seconds), timedelta(microseconds=1)
    changes = showing.time_left_changes(until, now)
    assert now <= changes <= until
    assert showing.time_left(until, max(now, changes - moment)) == showing.time_left(until, now)
    if changes < until:
        assert showing.time_left(until, changes + moment) != showing.time_left(until, now)


def test_points_have_as_many_decimals_as_tell_them_apart() -> None:
    totals = ["9/800", "27/2500", "131/10000"]
    assert [points(total, totals) for total in totals] == ["0.0113", "0.0108", "0.0131"]
    assert (points("9/800"), points("0.0113"), points("64")) == ("0.01", "0.0113", "64.00")
    with override("fr"):
        assert points("0.0113") == "0,0113"
