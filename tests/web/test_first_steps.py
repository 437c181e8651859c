"""A city on its first day: an empty site, walked from the printed link to a first need, and each page of its set-up."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from typer.testing import CliRunner

from mix.actions.city import departments, invitations
from mix.actions.core.run import run
from mix.data.models import CityDay, Event, Letterhead, Message, Municipality, Need, Person, StaffInvitation, Step
from mix.jobs.cli import app
from mix.readers.city.first_run import gather_first_run
from mix.readers.city.people import actor_for
from mix.rules.city.first_run import FIRST, Setting
from mix.rules.core.access import Role
from mix.rules.core.fields import Wording
from mix.rules.core.kinds import StepState
from tests.conftest import Reader
from tests.rules.city.test_letterheads import png

pytestmark = pytest.mark.django_db
AT = "/en/city/settings/elora"
GIVEN = ["--email", "ana@elora.example", "--person", "Ana Roy", "--posting-address", "https://elora.example/notices"]


@pytest.fixture
def elora(db: None) -> Municipality:
    answer = CliRunner().invoke(app, ["city", "elora", "Elora", *GIVEN])
    assert answer.exit_code == 0, answer.output
    Person.objects.filter(email="ana@elora.example").update(is_demo=True)  # no second factor is asked for
    return Municipality.objects.get(code="elora")


@pytest.fixture
def comes(elora: Municipality) -> Callable[[Role | None], Client]:
    """Return a function from a role of Elora's (none: its administrator) to somebody who is signed in with it."""

    def come(role: Role | None = None) -> Client:
        person = Person.objects.get(email="ana@elora.example")
        if role:
            person = Person.objects.create(email=f"{role}@elora.example", name=role.value.title(), is_demo=True)
            elora.staff.create(person=person, role=role.value, since="2026-01-01T00:00:00Z")
        reader = Reader()
        reader.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return reader

    return come


def file(name: str, content: str | bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


def said(answer: Any) -> str:
    return re.sub(r"<[^>]+>", "", answer.content.decode())


def empty_lists(page: str) -> list[str]:
    """List what a page asks to be chosen of nothing."""
    found = re.findall(r"<select([^>]*)>(.*?)</select>", page, re.DOTALL)
    due = [(tag, body) for tag, body in found if re.search(r"\brequired\b", tag)]
    return [tag for tag, body in due if not [v for v in re.findall(r'<option\s+value="([^"]*)"', body) if v]]


def left(city: Municipality, now: datetime) -> set[Setting]:
    return {item.setting for item in gather_first_run(city, on=now.date()) if not item.is_done}


def test_the_desk_of_a_new_administrator_says_what_is_left_and_where(
    elora: Municipality, comes: Callable[..., Client], now: datetime
) -> None:
    desk = comes().get("/en/city/").content.decode()
    assert "First steps of" in desk
    assert left(elora, now) == set(FIRST) - {Setting.POSTING}
    for page in ("face", "departments", "staff", "mail"):
        assert f'href="{AT}/{page}/"' in desk, page
    for page in ("bylaw", "authority", "days", "recovery", "template"):  # the procurement manager's
        assert f'href="{AT}/{page}/"' not in desk, page
    assert "Done by: Procurement manager" in desk
    assert "Nobody is yet:" in said(comes().get("/en/city/"))
    manager = comes(Role.PROCUREMENT_MANAGER)
    assert "First steps of" not in manager.get("/en/city/").content.decode()
    page = manager.get(f"{AT}/setup/").content.decode()
    assert f'href="{AT}/authority/"' in page
    assert comes(Role.STAFF).get(f"{AT}/setup/").status_code == 403


def test_every_link_of_the_list_opens_for_whoever_sees_it(comes: Callable[..., Client]) -> None:
    for role in (None, Role.PROCUREMENT_MANAGER):
        reader = comes(role)
        for link in set(re.findall(rf'href="({AT}/[a-z]+/)"', reader.get(f"{AT}/setup/").content.decode())):
            assert reader.get(link).status_code == 200, (role, link)


def test_no_form_of_a_new_city_has_an_empty_list_that_must_be_filled(
    elora: Municipality, comes: Callable[..., Client]
) -> None:
    """Every page of a city without anything: a choice that is due offers something, or a sentence says who adds it."""
    places = ["needs/", "needs/new/", "pilots/", "pilots/new/", "challenges/", "challenges/new/", "dates/", "search/"]
    places += ["waits/", "advice/", "settings/", *(f"settings/elora/{p}/" for p in ("setup", "face", "departments"))]
    places += [f"settings/elora/{p}/" for p in ("staff", "mail", "authority", "bylaw", "days", "recovery", "rules")]
    places += [f"settings/elora/{p}/" for p in ("template", "methods")]
    assert empty_lists('<select name="department" required><option value="">–</option></select>')
    walked = 0
    for role in (None, Role.PROCUREMENT_MANAGER, Role.PROJECT_LEAD, Role.STAFF):
        reader = comes(role)
        for place in places:
            answer = reader.get(f"/en/city/{place}")
            if answer.status_code in (403, 404):
                continue
            page = answer.content.decode()
            walked += 1
            assert empty_lists(page) == [], (role, place)
    assert walked > 30


def test_a_first_need_is_reported_once_a_department_is_there(
    elora: Municipality, comes: Callable[..., Client], now: datetime
) -> None:
    stan = comes(Role.STAFF)
    assert "Elora has no department yet" in said(stan.get("/en/city/needs/new/"))
    comes().post(f"{AT}/departments/", {"act": "add", "name": "Roads", "name_fr": "Voirie"})
    page = stan.get("/en/city/needs/new/").content.decode()
    names = set(re.findall(r'<(?:input|textarea|select)[^>]*\bname="([a-z_]+)"', page)) - {"csrfmiddlewaretoken"}
    typed = dict.fromkeys(names, "Potholes") | {"act": "report"}
    typed["department"] = re.findall(r'<option\s+value="(\d+)"', page)[0]
    answer = stan.post("/en/city/needs/new/", typed)
    assert answer.status_code == 302, said(answer)
    assert Need.objects.get(municipality=elora).department.name == "Roads"
    assert Setting.DEPARTMENTS not in left(elora, now)


WAYS = (
    "sprint",
    "traditional-rfp",
    "civic-accelerator",
    "procurement-by-co-design",
    "civtech",
    "agile-pilot",
    "quotations",
    "contest",
    "invitation-to-negotiate",
)


@pytest.mark.parametrize("method", WAYS)
def test_no_step_of_a_first_challenge_is_a_dead_end(
    elora: Municipality, comes: Callable[..., Client], method: str
) -> None:
    """Every step as if it were at hand, in a city with nobody but those who read: each list that is due holds some."""
    lead = comes(Role.PROJECT_LEAD)
    form = lead.get("/en/city/challenges/new/").content.decode()
    way = next(v for v in re.findall(r'name="way"\s+value="([^"]+)"', form) if v.startswith(f"{method}:"))
    typed = {"act": "begin", "city": "elora", "title": "Potholes", "question": "How might we?", "way": way}
    answer = lead.post("/en/city/challenges/new/", {**typed, "route_reason": "It is small."})
    assert answer.status_code == 302, said(answer)
    steps = Step.objects.filter(challenge__municipality=elora)
    steps.update(state=StepState.ACTIVE)
    keys = list(steps.values_list("key", flat=True))
    assert len(keys) > 3
    for role in (Role.PROCUREMENT_OFFICER, Role.PROCUREMENT_MANAGER, Role.SPONSOR):
        reader = comes(role)
        for key in keys:
            answer = reader.get(f"/en/city/challenges/elora-potholes/{key}/")
            assert answer.status_code == 200, (role, key)
            for name in empty_lists(answer.content.decode()):
                raise AssertionError(f"{role}, {key}: {name}")


FACE = {
    "act": "describe",
    "name": "Elora",
    "name_fr": "Élora",
    "address": "1 MacDonald Square\nElora ON  N0B 1S0",
    "email": "purchasing@elora.example",
    "phone": "519-555-0100",
    "posting_address": "https://elora.example/bids",
}


def test_a_citys_face_is_set_and_shown(elora: Municipality, comes: Callable[..., Client], now: datetime) -> None:
    ana, public = comes(), Reader()
    assert ana.post(f"{AT}/face/", FACE).status_code == 302
    alt = {"alt": "City of Elora", "alt_fr": "Ville d’Élora"}
    logo = {"act": "logo", "logo": file("logo.png", png(more=b"", after=b"<b>not a picture</b>")), **alt}
    assert ana.post(f"{AT}/face/", logo).status_code == 302
    colours = {"act": "colour", "colour": "#7A0019", "accent": "b5610a"}
    assert ana.post(f"{AT}/face/", colours).status_code == 302
    elora.refresh_from_db()
    assert left(elora, now).isdisjoint({Setting.NAME, Setting.ADDRESS, Setting.LOOK, Setting.POSTING})
    assert (elora.name, elora.wording("name").in_("fr")) == ("Elora", "Élora")
    assert elora.posting_address == FACE["posting_address"]
    contact = public.get("/fr/contact/").content.decode()
    for text in ("Élora", "1 MacDonald Square<br>Elora ON", "purchasing@elora.example", 'alt="Ville d’Élora"'):
        assert text in contact, text
    picture = public.get("/en/cities/elora/logo/")
    assert (picture["Content-Type"], picture.content) == ("image/png", png())
    assert picture["Content-Security-Policy"] == "default-src 'none'; sandbox"
    style = public.get("/en/cities/elora/colours.css")
    assert style.content.decode() == ":root{--teal:#7a0019;--teal-press:#5b0012;--city:#b5610a}"
    verbs = Event.objects.filter(verb__startswith="letterheads.").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["letterheads.describe", "letterheads.set_logo", "letterheads.set_colours"]
    assert ana.post(f"{AT}/face/", {"act": "drop"}).status_code == 302
    assert public.get("/en/cities/elora/logo/").status_code == 404


def test_what_cannot_be_is_refused_with_its_reason_and_keeps_what_was_typed(
    elora: Municipality, comes: Callable[..., Client]
) -> None:
    ana = comes()
    pale = ana.post(f"{AT}/face/", {"act": "colour", "colour": "#ffcc00", "accent": ""})
    assert pale.status_code == 422
    assert "#ffcc00 on #e6efee has a contrast of 1.29 to 1; at least 4.5 to 1 is needed" in said(pale)
    assert 'value="#ffcc00"' in pale.content.decode()
    svg = {"act": "logo", "logo": file("logo.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"), "alt": "Elora"}
    drawn = ana.post(f"{AT}/face/", svg)
    assert (drawn.status_code, "An SVG can hold programs" in said(drawn)) == (422, True)
    assert ana.post(f"{AT}/face/", {**FACE, "address": " "}).status_code == 422
    assert not Letterhead.objects.exists()
    assert comes(Role.PROJECT_LEAD).get(f"{AT}/face/").status_code == 403
    assert Reader().get("/en/cities/elora/logo/").status_code == 404
    assert Reader().get("/en/cities/elora/colours.css").status_code == 404


def test_a_list_of_people_invites_everybody_or_nobody(
    elora: Municipality, comes: Callable[..., Client], now: datetime
) -> None:
    ana = comes()
    admin = actor_for(Person.objects.get(email="ana@elora.example"))
    run(admin, now, departments.add, elora, name=Wording(en="Roads", fr="Voirie"))
    run(admin, now, invitations.invite_staff, elora, email="bo@elora.example", role=Role.LEGAL)
    before = StaffInvitation.objects.filter(municipality=elora).count()
    head = "email,name,role,department,language\n"
    wrong = f"{head}cy@elora.example,Cy,Legal,voirie,fr\nANA@elora.example,Ana,finance,,\nbo@elora.example,Bo,legal,,\n"
    answer = ana.post(f"{AT}/staff/", {"act": "list", "file": file("people.csv", wrong)})
    assert answer.status_code == 422
    for found in ("Line 3 of the list: ANA@elora.example is your own", "Line 4 of the list: bo@elora.example is"):
        assert found in said(answer), found
    assert StaffInvitation.objects.filter(municipality=elora).count() == before
    right = f"{head}cy@elora.example,Cy Dan,Services juridiques,voirie,fr\ndi@elora.example,,project_lead,,\n"
    assert ana.post(f"{AT}/staff/", {"act": "list", "file": file("people.csv", right)}).status_code == 302
    assert "2 invitations were sent" in said(ana.get(f"{AT}/staff/"))
    cy = StaffInvitation.objects.get(email="cy@elora.example")
    assert (cy.name, cy.role, cy.department and cy.department.code, cy.language) == ("Cy Dan", "legal", "roads", "fr")
    assert "vous invite" in Message.objects.get(to_email="cy@elora.example").subject
    sample = ana.get(f"{AT}/staff/?sample=1")
    assert sample.content.decode().splitlines()[0] == head.strip()
    assert "project_lead,roads" in sample.content.decode()


def test_the_department_of_a_list_comes_with_the_role(
    elora: Municipality, comes: Callable[..., Client], now: datetime
) -> None:
    admin = actor_for(Person.objects.get(email="ana@elora.example"))
    run(admin, now, departments.add, elora, name=Wording(en="Roads", fr="Voirie"))
    text = "email,role,department\ncy@elora.example,legal,roads\n"
    comes().post(f"{AT}/staff/", {"act": "list", "file": file("people.csv", text)})
    from mix.readers.core.outbox import path_of

    link = f"/en/{path_of(Message.objects.get(to_email='cy@elora.example'))}"
    typed = {"act": "join", "name": "Cy Dan", "password": "a barge full of gravel", "again": "a barge full of gravel"}
    assert Client().post(link, typed).status_code == 302
    given = elora.staff.get(person__email="cy@elora.example")
    assert (given.role, given.department and given.department.code) == ("legal", "roads")


def test_days_come_from_a_calendar(elora: Municipality, comes: Callable[..., Client], now: datetime) -> None:
    manager, year = comes(Role.PROCUREMENT_MANAGER), now.year + 1
    monday = next(d for d in (datetime(year, 5, n) for n in range(1, 8)) if d.weekday() == 0)

    def event(day: datetime, name: str) -> str:
        return f"BEGIN:VEVENT\r\nUID:{name}@x\r\nDTSTART;VALUE=DATE:{day:%Y%m%d}\r\nSUMMARY:{name}\r\nEND:VEVENT\r\n"

    body = event(monday, "Founders’ day") + event(monday - timedelta(days=1), "A Sunday")
    text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\n{body}END:VCALENDAR\r\n"
    assert manager.post(f"{AT}/days/", {"act": "calendar", "file": file("city.ics", text)}).status_code == 302
    page = said(manager.get(f"{AT}/days/"))
    assert "1 day was set; 1 are weekends or holidays already." in page
    assert [(d.on, d.name) for d in CityDay.objects.filter(municipality=elora)] == [(monday.date(), "Founders’ day")]
    assert Setting.DAYS not in left(elora, now)
    wrong = manager.post(f"{AT}/days/", {"act": "calendar", "file": file("city.ics", "nothing")})
    assert (wrong.status_code, "This is no calendar file" in said(wrong)) == (422, True)


def test_mail_is_tried_and_counts_once_it_went_out(
    elora: Municipality, comes: Callable[..., Client], settings: Any, now: datetime
) -> None:
    ana = comes()
    settings.SENDS_MAIL = False
    none = ana.post(f"{AT}/mail/", {"act": "try"})
    assert (none.status_code, "sets MIX_MAIL_URL" in said(none)) == (422, True)
    settings.SENDS_MAIL = True
    assert ana.post(f"{AT}/mail/", {"act": "try"}).status_code == 302
    mail = Message.objects.get(code="mail_tried")
    assert (mail.to_email, mail.city, Setting.MAIL in left(elora, now)) == ("ana@elora.example", "elora", True)
    Message.objects.filter(pk=mail.pk).update(sent_at=now)
    assert Setting.MAIL not in left(elora, now)


def test_the_list_goes_once_nothing_is_left(comes: Callable[..., Client], monkeypatch: Any) -> None:
    from mix.rules.city import first_run

    ana = comes()
    assert "First steps of" in ana.get("/en/city/").content.decode()
    monkeypatch.setattr(first_run, "OPTIONAL", frozenset(Setting))
    assert "First steps of" not in ana.get("/en/city/").content.decode()
    assert "All that a city cannot do without is set up" in said(ana.get(f"{AT}/setup/"))


@pytest.mark.parametrize("name", ["about", "contact", "for-vendors", "for-cities", "accessibility"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_pages_that_say_who_this_is_are_linked_from_everywhere(db: None, name: str, language: str) -> None:
    public = Reader()
    assert f'href="/{language}/{name}/"' in public.get(f"/{language}/").content.decode()
    assert public.get(f"/{language}/{name}/").status_code == 200
