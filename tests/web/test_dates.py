"""Dates in the product: what is due and why, the calendar at a secret address, the city's own days, and reminders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from mix.actions.city import calendars
from mix.actions.core.run import run
from mix.actions.flow.due import remind_of_dates
from mix.data.models import (
    Award,
    CalendarFeed,
    Challenge,
    CityDay,
    DateReminder,
    Deliverable,
    Event,
    Message,
    Municipality,
    PanelMember,
    Solicitation,
    StaffRole,
    Step,
    Submission,
)
from mix.phrases.words import WORDS
from mix.readers.city.calendars import token_of
from mix.readers.core.errors import Forbidden
from mix.readers.flow import date_pages
from mix.readers.flow.dates import SOURCES, Dated, list_dates
from mix.readers.flow.own_dates import list_own_dates
from mix.rules.core.fields import Wording
from tests.days import city_day


def found(actor: Any, now: datetime) -> dict[str, list[str]]:
    """Return, by code, the challenges or pilots of an actor's dates."""
    dates: dict[str, list[str]] = {}
    for one in list_dates(actor, now=now):
        subject = one.challenge or one.pilot
        assert subject
        dates.setdefault(one.code, []).append(subject.code)
    return dates


def test_every_date_has_a_name_and_a_reason() -> None:
    codes = {s.code for s in SOURCES} | {"objections_until", "records_until"}
    codes |= {"pilot_ends", "pilot_report", "pilot_declaration"}
    assert set(WORDS["date"]) == set(WORDS["date_reason"]) == codes


def test_what_is_due_comes_from_what_happened(actor: Callable[[str], Any], now: datetime) -> None:
    dates = found(actor("olivia"), now)
    assert "water-leaks" in dates["closing"]
    assert (
        "water-leaks" in dates["questions_until"]
        or now > Solicitation.objects.get(step__challenge__code="water-leaks", step__key="invitation").questions_until
    )
    assert dates["pilot_report"] == ["idlefree"]
    assert dates["pilot_declaration"] == ["permitai"]
    assert dates["pilot_ends"] == ["crossing"]
    assert "guelph-roads-sprint" in dates["records_until"]
    assert set(found(actor("bruno"), now).get("closing", [])) <= {"under-our-streets"}


def test_a_closing_that_is_past_is_over_and_a_duty_that_is_past_is_late(
    actor: Callable[[str], Any], now: datetime
) -> None:
    call = Solicitation.objects.filter(step__challenge__code="water-leaks", step__key="invitation")
    call.update(closes_at=now - timedelta(days=2))
    assert "water-leaks" not in found(actor("olivia"), now).get("closing", [])
    late = [d for d in list_dates(actor("olivia"), now=now) if d.is_late(city_day(now))]
    assert {"pilot_report", "pilot_declaration"} <= {d.code for d in late}


def test_an_award_notice_is_due_until_it_is_published(actor: Callable[[str], Any], now: datetime) -> None:
    rows = Award.objects.filter(notice_due_on__isnull=False, state="approved")
    award = rows.select_related("step__challenge").first()
    assert award
    told = award.step.challenge
    Challenge.objects.filter(pk=told.pk).update(status="running")
    assert told.code not in found(actor("olivia"), now).get("award_notice", [])
    rows.filter(pk=award.pk).update(notice=None, step=Step.objects.get(challenge__code="water-leaks", kind="award"))
    assert "water-leaks" in found(actor("olivia"), now)["award_notice"]


def test_pages_hold_what_the_list_holds(
    actor: Callable[[str], Any], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks, whenever, in cities of two zones: in the order of the list, and nothing twice or left out."""
    monkeypatch.setattr(date_pages, "SIZE", 3)
    Municipality.objects.filter(code="london").update(zone="America/Winnipeg")
    Challenge.objects.filter(code="guelph-roads-sprint").update(status="running")
    Deliverable.objects.update(accepted_at=None, paid_at=None)
    shown = set()
    for who in ("olivia", "martin", "audrey"):
        for days in (-20, 0, 30.2, 400):
            at = now + timedelta(days=days)
            first = date_pages.page_dates(actor(who), 1, now=at)
            pages = [date_pages.page_dates(actor(who), number, now=at).rows for number in range(1, first.last + 1)]
            listed = list_dates(actor(who), now=at)
            assert [facts(d) for page in pages for d in page] == [facts(d) for d in listed]
            assert (first.total, {len(page) for page in pages[:-1]} - {3}) == (len(listed), set())
            shown |= {d.code for d in listed}
    assert len(shown) > 6
    beyond = date_pages.page_dates(actor("olivia"), 10_000, now=now)
    assert (beyond.number, beyond.rows) == (beyond.last, list_dates(actor("olivia"), now=now)[3 * (beyond.last - 1) :])


def facts(dated: Dated) -> tuple[object, ...]:
    subject = dated.challenge or dated.pilot
    assert subject
    return (dated.key, dated.on, dated.day, subject.code, dated.city.code, dated.step, dated.is_duty, dated.closed)


def test_queries_do_not_grow_with_dates(actor: Callable[[str], Any], now: datetime) -> None:
    olivia = actor("olivia")

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            list_dates(olivia, now=now)
        return len(queries)

    before = count()
    Challenge.objects.filter(code="guelph-roads-sprint").update(status="running")
    Deliverable.objects.update(accepted_at=None, paid_at=None)
    assert len(list_dates(olivia, now=now)) > 8
    assert count() == before


def test_the_page_says_what_is_late_first(sign_in: Callable[[str], Client]) -> None:
    page = sign_in("olivia").get("/en/city/dates/").content.decode()
    assert page.index("Late") < page.index("In the next thirty days") < page.index("Later")
    assert "Report of a pilot due" in page
    assert "3 years after the end, CFTA art. 516.3" in page
    assert "Rapport d’un projet pilote" in sign_in("olivia").get("/fr/city/dates/").content.decode()
    empty = sign_in("ines").get("/en/city/dates/").content.decode()
    assert "Make an address for my calendar" in empty


def address(code: str, sign_in: Callable[[str], Client]) -> str:
    sign_in(code).post("/en/city/dates/", {"act": "feed"})
    return f"/en/calendar/{token_of(CalendarFeed.objects.get(person__code=code))}.ics"


def test_a_calendar_program_reads_the_same_dates(
    sign_in: Callable[[str], Client], actor: Callable[[str], Any], now: datetime
) -> None:
    url = address("martin", sign_in)
    answer = sign_in("").get(url)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert len(events) == len(list_dates(actor("martin"), now=now))
    assert len({str(e["UID"]) for e in events}) == len(events)
    assert any(str(e["SUMMARY"]).startswith("Clôture") for e in events)
    report = next(e for e in events if str(e["UID"]).startswith("pilot_report-"))
    assert isinstance(report.decoded("DTSTART"), date)
    assert not isinstance(report.decoded("DTSTART"), datetime)
    assert report.walk("VALARM")
    closing = next(e for e in events if str(e["UID"]).startswith("closing-"))
    assert closing.decoded("DTSTART").utcoffset() == timedelta(0)


def test_a_new_address_ends_the_old_one_and_a_duty_that_ended_shows_nothing(
    sign_in: Callable[[str], Client], now: datetime
) -> None:
    old = address("olivia", sign_in)
    new = address("olivia", sign_in)
    assert old != new
    assert sign_in("").get(old).status_code in (302, 404)
    assert sign_in("").get(new).status_code == 200
    sign_in("olivia").post("/en/city/dates/", {"act": "end"})
    assert sign_in("").get(new).status_code in (302, 404)
    again = address("olivia", sign_in)
    StaffRole.objects.filter(person__code="olivia").update(ended_at=now)
    assert Calendar.from_ical(sign_in("").get(again).content).walk("VEVENT") == []


def test_a_vendor_has_the_dates_of_what_it_answers_and_of_nothing_else(
    sign_in: Callable[[str], Client], actor: Callable[[str], Any], now: datetime
) -> None:
    nora = sign_in("nora")
    page = nora.get("/en/me/dates/").content.decode()
    assert Challenge.objects.get(code="water-leaks").title in page
    assert "Closing" in page
    nora.post("/en/me/dates/", {"act": "feed"})
    url = f"/en/calendar/{token_of(CalendarFeed.objects.get(person__code='nora'))}.ics"
    events = Calendar.from_ical(sign_in("").get(url).content).walk("VEVENT")
    own = list_own_dates(actor("nora"), now=now)
    assert [str(e["UID"]).split("@")[0] for e in events] == [d.key for d in own]
    answered = Submission.objects.filter(vendor__members__person__code="nora").values("solicitation")
    running = Solicitation.objects.filter(pk__in=answered, closes_at__gt=now)
    assert {d.key for d in own if d.code == "closing"} == {f"closing-{call.pk}" for call in running}
    assert all("/vendor/" in str(e["URL"]) for e in events)
    assert list_own_dates(actor("ines"), now=now) == []


def test_who_scores_has_the_day_on_which_scores_are_due(
    sign_in: Callable[[str], Client], actor: Callable[[str], Any], now: datetime
) -> None:
    seat = PanelMember.objects.filter(left_at=None, handed_in_at=None, evaluation__finalised_at=None)[0]
    evaluation = seat.evaluation
    evaluation.due_at = now + timedelta(days=3)
    evaluation.save()
    due = [d for d in list_own_dates(actor(seat.person.code), now=now) if d.code == "scores_due"]
    assert f"scores_due-{evaluation.pk}" in {d.key for d in due}
    page = sign_in(seat.person.code).get("/fr/me/dates/").content.decode()
    assert f"/fr/evaluation/{evaluation.step.challenge.code}/{evaluation.step.key}/" in page
    seat.handed_in_at = now
    seat.save()
    assert f"scores_due-{evaluation.pk}" not in {d.key for d in list_own_dates(actor(seat.person.code), now=now)}


def test_a_city_sets_its_own_days(sign_in: Callable[[str], Client], now: datetime) -> None:
    on = city_day(now) + timedelta(days=40)
    given = {"act": "set", "on": on.isoformat(), "works": "no", "name": "Civic Holiday", "name_fr": "Congé civique"}
    client = sign_in("martin")
    for _ in range(2):  # twice: a double click
        assert client.post("/en/city/settings/guelph/days/", given).status_code == 302
    day = CityDay.objects.get(municipality__code="guelph", on=on)
    assert day.wording("name") == Wording(en="Civic Holiday", fr="Congé civique")
    assert "Civic Holiday" in client.get("/en/city/settings/guelph/days/").content.decode()
    assert Event.objects.filter(verb="calendars.set_day", subject="guelph").count() >= 2
    wrong = client.post("/en/city/settings/guelph/days/", {**given, "on": "2027-02-30"})
    assert wrong.status_code == 422
    assert "Civic Holiday" in wrong.content.decode()
    far = client.post("/en/city/settings/guelph/days/", {**given, "on": "2999-01-01"})
    assert "Choose a day within ten years" in far.content.decode()
    assert client.post("/en/city/settings/guelph/days/", {"act": "drop", "item": str(day.pk)}).status_code == 302
    assert client.post("/en/city/settings/guelph/days/", {"act": "drop", "item": str(day.pk)}).status_code == 404


def test_a_date_on_a_closed_day_says_so(
    sign_in: Callable[[str], Client], actor: Callable[[str], Any], now: datetime
) -> None:
    closing = next(d for d in list_dates(actor("olivia"), now=now) if d.code == "closing")
    facts: dict[str, Any] = {"on": closing.day, "works": False, "name": Wording(en="Snow day")}
    with pytest.raises(Forbidden):
        run(actor("olivia"), now, calendars.set_day, closing.city, **facts)
    run(actor("martin"), now, calendars.set_day, closing.city, **facts)
    assert "Snow day" in sign_in("olivia").get("/en/city/dates/").content.decode()


def test_people_are_reminded_once_before_and_once_after(now: datetime, db: None) -> None:
    Challenge.objects.filter(code="guelph-roads-sprint").update(status="running")
    one = Deliverable.objects.filter(agreement__step__challenge__code="guelph-roads-sprint").first()
    assert one
    Deliverable.objects.exclude(pk=one.pk).filter(accepted_at=None).update(accepted_at=now)
    Deliverable.objects.filter(pk=one.pk).update(accepted_at=None, paid_at=None, due_on=date(2027, 3, 30))
    DateReminder.objects.all().delete()
    zone_noon = datetime.fromisoformat("2027-03-01T17:00:00+00:00")
    told = []
    for n in range(40):
        at = zone_noon + timedelta(days=n)
        Message.objects.all().delete()
        remind_of_dates(now=at)
        remind_of_dates(now=at + timedelta(minutes=10))
        mails = Message.objects.filter(subject__contains="Deliverable due")
        told += [(at.date(), m.to_name, m.subject.split(":")[0]) for m in mails]
    soon, late = (date(2027, 3, 22), "Due by 2027-03-30"), (date(2027, 3, 31), "Late since 2027-03-30")
    assert {(d, s) for d, _n, s in told} == {soon, late}  # five working days: Good Friday is none
    assert {n for _d, n, _s in told} == {"Priya Nair", "Olivia Grant"}
    assert len(told) == 4
