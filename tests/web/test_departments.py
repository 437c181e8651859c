"""Departments: kept under City, named when a city is set up, asked for only where there are some."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from typer.testing import CliRunner

from mix.actions.case import challenges, pilots
from mix.actions.city import departments, people, roles
from mix.actions.core.run import run
from mix.data.models import Department, Event, Municipality, Need, Person
from mix.jobs.cli import app
from mix.readers.city.people import actor_for
from mix.readers.core.errors import Forbidden
from mix.rules.core.access import Role
from mix.rules.core.fields import Wording
from mix.rules.core.unmet import Refused

URL = "/en/city/settings/guelph/departments/"
FORMS = ("/en/city/needs/new/", "/en/city/pilots/new/")


def found_city(*more: str) -> Municipality:
    given = ["--email", "ana@example.ca", "--person", "Ana Roy", "--posting-address", "https://example.ca/notices"]
    answer = CliRunner().invoke(app, ["city", "elora", "Elora", *given, *more])
    assert (answer.exit_code, "Elora is set up" in answer.output) == (0, True), answer.output
    Person.objects.filter(email="ana@example.ca").update(is_demo=True)  # no second factor is asked for
    return Municipality.objects.get(code="elora")


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def names(city: Municipality) -> list[tuple[str, str, str, bool]]:
    rows = city.departments.order_by("code")
    return [(d.code, d.name, d.wording("name").in_("fr"), d.closed_at is None) for d in rows]


def test_a_city_is_set_up_with_its_departments(db: None) -> None:
    city = found_city("--department", "Roads; fr=Voirie", "--department", "Water & Sewers")
    assert names(city) == [
        ("roads", "Roads", "Voirie", True),
        ("water-sewers", "Water & Sewers", "Water & Sewers", True),
    ]
    event = Event.objects.get(verb="municipalities.found", subject="elora")
    assert event.payload["departments"] == ["roads", "water-sewers"]


def test_the_same_department_twice_sets_no_city_up(db: None) -> None:
    given = ["--email", "ana@example.ca", "--person", "Ana", "--posting-address", "https://example.ca/notices"]
    twice = ["--department", "Roads", "--department", "roads"]
    answer = CliRunner().invoke(app, ["city", "elora", "Elora", *given, *twice])
    assert (answer.exit_code, "department_twice" in answer.output) == (1, True)
    assert not Municipality.objects.filter(code="elora").exists()


@pytest.mark.parametrize("url", FORMS)
def test_without_departments_a_form_says_who_adds_them(url: str, now: datetime, db: None) -> None:
    city = found_city()
    admin = Person.objects.get(email="ana@example.ca")
    stan = run(actor_for(admin), now, people.create_person, "stu@example.ca", name="Stu", is_demo=True)
    run(actor_for(admin), now, roles.give_role, city, person=stan, role=Role.STAFF)
    own = signed_in(admin).get(url).content.decode()
    other = signed_in(stan).get(url).content.decode()
    for page in (own, other):
        assert "Elora has no department yet" in page
        assert 'name="department"' not in page
    link = 'href="/en/city/settings/elora/departments/"'
    assert (link in own, link in other) == (True, False)
    assert "Ask one of these people to add it under City, Departments: Ana Roy." in other
    french = signed_in(stan).get(url.replace("/en/", "/fr/")).content.decode()
    assert '<span lang="en">Elora</span> n’a pas encore de service' in french
    run(actor_for(admin), now, departments.add, city, name=Wording(en="Roads", fr="Voirie"))
    after = signed_in(stan).get(url).content.decode()
    assert ("has no department yet" in after, "Elora: Roads</option>" in after) == (False, True)
    assert "Elora : Voirie</option>" in signed_in(stan).get(url.replace("/en/", "/fr/")).content.decode()


def test_the_page_of_a_new_city_teaches(db: None) -> None:
    found_city()
    client = signed_in(Person.objects.get(email="ana@example.ca"))
    page = client.get("/en/city/settings/elora/departments/").content.decode()
    assert "nobody can report a problem or register a pilot" in page
    assert "/en/city/settings/elora/departments/" in client.get("/en/city/settings/").content.decode()


def test_departments_are_added_renamed_closed_and_opened_again(sign_in: Callable[[str], Client], db: None) -> None:
    client = sign_in("ada")
    client.post(URL, {"act": "add", "name": " Trees  and trails ", "name_fr": "Arbres"})
    made = Department.objects.get(municipality__code="guelph", code="trees-and-trails")
    assert made.wording("name") == Wording(en="Trees and trails", fr="Arbres")
    client.post(URL, {"act": f"rename_{made.pk}", "name": "Forestry", "name_fr": ""})
    made.refresh_from_db()
    assert (made.code, made.wording("name")) == ("trees-and-trails", Wording(en="Forestry"))
    for act, is_closed, offered in (("close", True, False), ("open_again", False, True)):
        assert client.post(URL, {"act": act, "item": str(made.pk)}).status_code == 302
        made.refresh_from_db()
        assert (made.closed_at is not None) is is_closed
        for url in FORMS:
            assert (f'value="{made.pk}"' in sign_in("stan").get(url).content.decode()) is offered
    verbs = Event.objects.filter(subject="trees-and-trails", chain__code="guelph").order_by("id")
    assert [(e.verb, e.payload["name"]) for e in verbs] == [
        ("departments.add", {"en": "Trees and trails", "fr": "Arbres"}),
        ("departments.rename", {"en": "Forestry"}),
        ("departments.close", {"en": "Forestry"}),
        ("departments.open_again", {"en": "Forestry"}),
    ]


@pytest.mark.parametrize(
    ("name", "says"),
    [("  ", "This field is required"), ("PARKS AND LAND", "The city has “PARKS AND LAND”")],
)
def test_a_department_needs_a_name_of_its_own(sign_in: Callable[[str], Client], name: str, says: str) -> None:
    Department.objects.filter(municipality__code="guelph", code="parks").update(name="Parks and land")
    answer = sign_in("ada").post(URL, {"act": "add", "name": name})
    assert (answer.status_code, says in answer.content.decode()) == (422, True)


def test_a_name_that_was_free_again_gets_another_code(actor: Callable[[str], Any], now: datetime) -> None:
    city = Municipality.objects.get(code="guelph")
    first = run(actor("martin"), now, departments.add, city, name=Wording(en="Dogs"))
    run(actor("martin"), now, departments.rename, first, name=Wording(en="Animals"))
    again = run(actor("martin"), now, departments.add, city, name=Wording(en="Dogs"))
    assert (first.code, again.code[:5], again.code != first.code) == ("dogs", "dogs-", True)


def test_a_department_is_not_closed_while_a_need_waits(
    sign_in: Callable[[str], Client], actor: Callable[[str], Any], now: datetime
) -> None:
    need = Need.objects.filter(municipality__code="guelph", state="open").select_related("department")[0]
    waiting = need.department.needs.filter(state="open").count()
    answer = sign_in("martin").post(URL, {"act": "close", "item": str(need.department_id)})
    words = "1 need waits" if waiting == 1 else f"{waiting} needs wait"
    said = f"{words} for an answer at “{need.department.name}”"
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    Need.objects.filter(department=need.department).update(state="declined", reason="r")
    run(actor("martin"), now, departments.close, need.department)
    with pytest.raises(Refused, match="department_closed"):
        run(actor("martin"), now, departments.close, need.department)


def test_nothing_new_is_given_to_a_closed_department(actor: Callable[[str], Any], now: datetime) -> None:
    city = Municipality.objects.get(code="guelph")
    made = run(actor("ada"), now, departments.add, city, name=Wording(en="Ferries"))
    run(actor("ada"), now, departments.close, made)
    with pytest.raises(Refused, match="department_closed"):
        run(actor("stan"), now, challenges.report_need, made, title="a", what="b", who="c")
    with pytest.raises(Refused, match="department_closed"):
        run(actor("stan"), now, pilots.register_pilot, made, title=Wording(en="a"))


@pytest.mark.parametrize("verb", ["add", "rename", "close", "open_again"])
def test_only_administrators_and_managers_keep_departments(
    verb: str, actor: Callable[[str], Any], now: datetime
) -> None:
    city = Municipality.objects.get(code="guelph")
    subject = city if verb == "add" else city.departments.get(code="parks")
    facts = {"name": "Anything"} if verb in ("add", "rename") else {}
    with pytest.raises(Forbidden):
        run(actor("olivia"), now, getattr(departments, verb), subject, **facts)


def test_a_department_of_another_city_is_not_found(sign_in: Callable[[str], Client], db: None) -> None:
    other = Department.objects.filter(municipality__code="london")[0]
    for act in ("close", "open_again", f"rename_{other.pk}"):
        assert sign_in("ada").post(URL, {"act": act, "item": str(other.pk), "name": "x"}).status_code == 404
