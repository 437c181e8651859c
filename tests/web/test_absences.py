"""Absences on pages: one's own account, the city's people, the desk of the deputy, and wherever a duty waits."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mix.actions.city import roles
from mix.actions.core.run import run
from mix.data.models import Absence, Municipality, Person, StaffRole
from mix.data.wall import lower_wall, raise_wall
from mix.readers.core.absences import PAST
from mix.readers.flow.moves import gather_gate
from mix.rules.city.calendar import day_in
from mix.rules.core.access import TWO_PEOPLE, Role
from mix.rules.flow.moves import open_duties

pytestmark = pytest.mark.django_db
ACCOUNT, PEOPLE, DESK = "/en/me/account/", "/en/city/settings/guelph/staff/", "/en/city/"
DAY = timedelta(days=1)


def text(page: Any) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", page.content.decode())))


@pytest.fixture
def today(now: datetime) -> date:
    """Return the day that it is in Guelph."""
    return day_in("America/Toronto", now)


@pytest.fixture
def give(actor: Callable[[str], Any], now: datetime) -> Callable[[str, Role], object]:
    """Return a function that gives somebody a duty in Guelph."""
    guelph = Municipality.objects.get(code="guelph")
    return lambda code, role: run(
        actor("ada"), now, roles.give_role, guelph, person=Person.objects.get(code=code), role=role
    )


@pytest.fixture
def typed(give: Callable[[str, Role], object], today: date) -> dict[str, str]:
    """Return what is typed to have Priya away from today on, with Stan standing in."""
    give("stan", Role.PROJECT_LEAD)
    duty = StaffRole.objects.get(person__code="priya", role="project_lead", ended_at=None)
    days = {"first_on": today.isoformat(), "last_on": (today + 4 * DAY).isoformat()}
    return {"act": "away", "duty": str(duty.pk), "deputy": "stan", **days}


@pytest.fixture
def away(sign_in: Callable[[str], Client], typed: dict[str, str]) -> Absence:
    """Have Priya away from today on, with Stan standing in."""
    assert sign_in("priya").post(ACCOUNT, typed).status_code == 302
    made = Absence.objects.get()
    assert sign_in("stan").post(ACCOUNT, {"act": "stand_in", "item": made.pk}).status_code == 302
    return made


def test_one_enters_and_ends_one_s_own_on_the_account_page(
    sign_in: Callable[[str], Client], typed: dict[str, str]
) -> None:
    client = sign_in("priya")
    assert "Who stands in" in text(client.get(ACCOUNT))
    wrong = client.post(ACCOUNT, {**typed, "last_on": "2020-01-01"})
    assert (wrong.status_code, "The last day comes before the first" in text(wrong)) == (422, True)
    assert typed["first_on"] in wrong.content.decode(), "what was typed stays"
    assert client.post(ACCOUNT, {**typed, "deputy": "sam"}).status_code == 422
    assert client.post(ACCOUNT, typed).status_code == 302
    made = Absence.objects.get()
    asked = text(client.get(ACCOUNT))
    assert f"{made.deputy.name}: asked to stand in" in asked
    assert "Nobody stands in before they have accepted" in asked
    assert "is away from" in text(sign_in("stan").get(ACCOUNT)), "whoever is asked reads it"
    end = {"act": "end_away", "item": str(made.pk)}
    assert sign_in("stan").post(ACCOUNT, end).status_code == 404
    assert client.post(ACCOUNT, end).status_code == 302
    page = text(client.get(ACCOUNT))
    assert ("Absences that are over" in page, "ended early or withdrawn" in page) == (True, True)


def test_a_deputy_answers_with_one_click_from_the_desk_on(
    sign_in: Callable[[str], Client], typed: dict[str, str]
) -> None:
    priya, stan = sign_in("priya"), sign_in("stan")
    priya.post(ACCOUNT, typed)
    made, name = Absence.objects.get(), Person.objects.get(code="stan").name
    desk = stan.get(DESK).content.decode()
    assert "Say whether you stand in" in desk
    assert 'href="/en/me/account/"' in desk
    page = text(stan.get(ACCOUNT))
    assert ("Stand in" in page, "Decline" in page) == (True, True)
    for other, act in (("priya", "stand_in"), ("sam", "decline"), ("tess", "stand_in")):
        assert sign_in(other).post(ACCOUNT, {"act": act, "item": made.pk}).status_code == 404, other
    assert stan.post(ACCOUNT, {"act": "stand_in", "item": made.pk}).status_code == 302
    assert "Say whether you stand in" not in stan.get(DESK).content.decode()
    assert f"{name}: stands in" in text(priya.get(ACCOUNT))
    assert stan.post(ACCOUNT, {"act": "decline", "item": made.pk}).status_code == 302
    seen = text(priya.get(ACCOUNT))
    assert (f"{name}: declined" in seen, "Enter these days again, with somebody else" in seen) == (True, True)
    assert f"{name} : a refusé" in text(priya.get("/fr/me/account/"))


def test_whose_role_nobody_else_has_reads_why_there_is_no_form(sign_in: Callable[[str], Client]) -> None:
    page = text(sign_in("priya").get(ACCOUNT))
    assert ("Nobody else has one of your roles" in page, "Enter the absence" in page) == (True, False)
    vendor = text(sign_in("tess").get(ACCOUNT))
    assert "When you are away" not in vendor


def test_an_administrator_enters_and_ends_it_for_somebody(
    sign_in: Callable[[str], Client], typed: dict[str, str]
) -> None:
    for other, status in (("audrey", 404), ("priya", 403), ("lucia", 404)):
        assert sign_in(other).post(PEOPLE, typed).status_code == status
    ada = sign_in("ada")
    wrong = ada.post(PEOPLE, {**typed, "deputy": "sam"})
    assert wrong.status_code == 422
    assert "does not have the role “Project lead” at Guelph" in text(wrong)
    assert ada.post(PEOPLE, typed).status_code == 302
    made = Absence.objects.get()
    assert "entered by Ada" in text(ada.get(PEOPLE))
    assert "is away from" in text(sign_in("audrey").get(PEOPLE))
    assert ada.post(PEOPLE, {"act": "end_away", "item": "0"}).status_code == 404
    assert ada.post(PEOPLE, {"act": "end_away", "item": str(made.pk)}).status_code == 302
    assert Absence.objects.exclude(ended_at=None).count() == 1


def test_the_desk_of_the_deputy_says_for_whom_and_only_theirs(
    sign_in: Callable[[str], Client], typed: dict[str, str]
) -> None:
    before = text(sign_in("stan").get(DESK))
    assert "for Priya" not in before
    sign_in("priya").post(ACCOUNT, typed)
    assert "for Priya" not in text(sign_in("stan").get(DESK)), "nobody stands in unasked"
    sign_in("stan").post(ACCOUNT, {"act": "stand_in", "item": Absence.objects.get().pk})
    client, name = sign_in("stan"), Person.objects.get(code="priya").name
    desk = text(client.get(DESK))
    assert f"for {name}, away until" in desk
    assert f"for {name}, away until" in text(client.get("/en/city/waits/"))
    assert f"pour {name}, en absence jusqu’au" in text(client.get("/fr/city/"))
    assert f"for {name}" not in text(sign_in("priya").get(DESK))
    count = re.compile(r"\d+ things? waits? for you")
    assert count.findall(desk) == count.findall(before) != [], "nothing more is theirs than before"


def test_whoever_waits_reads_on_desk_and_gate_who_is_away_and_who_stands_in(
    sign_in: Callable[[str], Client],
    step: Callable[[str, str], Any],
    give: Callable[[str, Role], object],
    now: datetime,
    today: date,
) -> None:
    gate = step("full-bins", "commissioning")
    gate.asked_at = now
    gate.save(update_fields=["asked_at"])
    gathered = gather_gate(gate)
    assert gathered
    role = next(d.role for d in open_duties(*gathered) if d.municipality == "guelph" and d.role not in TWO_PEOPLE)
    holder = StaffRole.objects.get(municipality__code="guelph", role=role, ended_at=None)
    give("stan", role)
    days = {"first_on": today.isoformat(), "last_on": today.isoformat()}
    typed = {"act": "away", "duty": str(holder.pk), "deputy": "stan", **days}
    assert sign_in(holder.person.code).post(ACCOUNT, typed).status_code == 302
    assert sign_in("stan").post(ACCOUNT, {"act": "stand_in", "item": Absence.objects.get().pk}).status_code == 302
    said = re.compile(rf"{holder.person.name} is away until [^;]+; {Person.objects.get(code='stan').name} stands in")
    page = "/en/city/challenges/full-bins/commissioning/"
    for url in (DESK, page):
        assert said.search(text(sign_in("priya").get(url))), url
    gate.asked_at = None
    gate.save(update_fields=["asked_at"])
    assert not said.search(text(sign_in("priya").get(page))), "nobody is waited for yet"


def test_a_desk_asks_no_more_with_more_people_away(
    sign_in: Callable[[str], Client], away: Absence, now: datetime, today: date
) -> None:
    guelph, made = Municipality.objects.get(code="guelph"), away

    def count(code: str, url: str) -> int:
        client = sign_in(code)
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    pages = [("stan", DESK), ("olivia", DESK), ("stan", "/en/city/waits/"), ("stan", ACCOUNT), ("ada", PEOPLE)]
    before = [count(*page) for page in pages]
    for n in range(40):
        one = Person.objects.create(code=f"many{n}", email=f"many{n}@example.org", name=f"Many {n}")
        StaffRole.objects.create(municipality=guelph, person=one, role="project_lead", since=now)
        facts = {"role": made.role, "deputy": made.deputy, "first_on": today, "last_on": made.last_on}
        facts |= {"answer": "accepted", "answered_at": now}
        Absence.objects.create(municipality=guelph, person=one, entered_by=made.person, entered_at=now, **facts)
    assert [count(*page) for page in pages] == before
    assert "and 38 more" in text(sign_in("stan").get(DESK)), "three are named"


def test_pages_show_the_last_of_what_is_over(
    sign_in: Callable[[str], Client], typed: dict[str, str], now: datetime, today: date
) -> None:
    sign_in("priya").post(ACCOUNT, typed)
    made = Absence.objects.get()
    for n in range(PAST + 5):
        day = today - (n + 2) * DAY
        facts = {"municipality": made.municipality, "person": made.person, "deputy": made.deputy, "role": made.role}
        Absence.objects.create(first_on=day, last_on=day, entered_by=made.person, entered_at=now, **facts)
    assert text(sign_in("ada").get(PEOPLE)).count("is away from") == PAST + 1


def test_behind_the_wall_absences_are_their_city_s(sign_in: Callable[[str], Client], typed: dict[str, str]) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("row-level security is PostgreSQL's")
    sign_in("priya").post(ACCOUNT, typed)
    made, barrie = Absence.objects.get(), Municipality.objects.get(code="barrie")
    days = {"first_on": made.first_on, "last_on": made.last_on, "entered_at": made.entered_at}
    bo, bea = (Person.objects.get(code=code) for code in ("bo", "bea"))
    Absence.objects.create(municipality=barrie, person=bo, deputy=bea, role="legal", entered_by=bo, **days)
    seen = {}
    for code in ("stan", "bo", "tess", ""):
        raise_wall(Person.objects.get(code=code).pk if code else None)
        seen[code] = Absence.objects.count()
        lower_wall()
    assert seen == {"stan": 1, "bo": 2, "tess": 0, "": 0}, "Barrie takes part in what Guelph leads"
