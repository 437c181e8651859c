"""Duties and the table of authority that take two people; nobody gives a role to themselves."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from unittest.mock import ANY

import pytest
from django.test import Client
from typer.testing import CliRunner

from mix.actions.city import bands, identities, invitations, roles
from mix.actions.core.run import run
from mix.actions.flow.succession import end_role
from mix.data.models import (
    BandsProposal,
    Event,
    IdentityProvider,
    Message,
    Municipality,
    Person,
    RoleProposal,
    StaffRole,
)
from mix.jobs.cli import app
from mix.readers.city.municipalities import gather_bands
from mix.readers.city.people import actor_for
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.core.outbox import path_of
from mix.rules.city.delegation import Band
from mix.rules.core.access import TWO_PEOPLE, Role
from mix.rules.core.unmet import Refused

pytestmark = pytest.mark.django_db
PEOPLE, AUTHORITY = "/en/city/settings/guelph/staff/", "/en/city/settings/guelph/authority/"
UNBOUND = [Band(None, Role.PROCUREMENT_MANAGER)]


def refused(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as caught:
        act()
    return [one.code for one in caught.value.unmet]


def person(code: str) -> Person:
    return Person.objects.get(code=code)


def told(code: str, path: str, *words: str) -> bool:
    """Say whether the last mail to somebody leads there and holds the words."""
    last = Message.objects.filter(to_email=person(code).email).order_by("id").last()
    return last is not None and last.path == path and all(word in last.subject + last.body for word in words)


def holds(code: str) -> set[str]:
    return set(StaffRole.objects.filter(person__code=code, ended_at=None).values_list("role", flat=True))


@pytest.fixture
def guelph() -> Municipality:
    return Municipality.objects.get(code="guelph")


@pytest.fixture
def propose(actor: Callable[[str], Any], now: Any, guelph: Municipality) -> Callable[..., Any]:
    """Return a function that has Ada, Guelph's administrator, give or propose a role."""
    return lambda who, role: run(actor("ada"), now, roles.give_role, guelph, person=person(who), role=role)


@pytest.fixture
def provider(now: Any, guelph: Municipality) -> IdentityProvider:
    facts = {"name": "N", "issuer": "https://id.example", "client_id": "mix", "secret": "s", "domains": ["mix.invalid"]}
    return run(Actor(), now, identities.set_up, guelph, key="n-id", **facts)


@pytest.mark.parametrize("role", sorted(TWO_PEOPLE))
def test_a_weighty_role_is_held_when_a_second_person_confirmed_it(
    propose: Callable[..., Any], actor: Callable[[str], Any], now: Any, role: Role
) -> None:
    path = "city/settings/guelph/staff/"
    proposal = propose("stan", role)
    assert isinstance(proposal, RoleProposal)
    assert holds("stan") == {"staff"}
    assert [told(code, path, "Ada Moreau", "Stan Kowalski") for code in ("ada", "martin", "anita", "audrey")] == [
        *(False, True, True, False)
    ]
    assert refused(lambda: propose("stan", role)) == ["role_waits"]
    assert refused(lambda: run(actor("ada"), now, roles.confirm_role, proposal)) == ["second_person"]
    for other, error in (("olivia", Forbidden), ("audrey", Forbidden), ("mona", Unknown), ("nora", Unknown)):
        with pytest.raises(error):
            run(actor(other), now, roles.confirm_role, proposal)
    run(actor("martin"), now, roles.confirm_role, proposal)
    assert holds("stan") == {"staff", role.value}
    words = ("Ada Moreau", "Stan Kowalski", "Martin Leduc")
    assert [told(code, path, *words) for code in ("audrey", "martin", "stan", "olivia")] == [True, True, True, False]
    event = Event.objects.filter(verb="people.confirm_role").latest("id")
    assert (event.subject, event.actor, event.payload["proposed_by"]) == ("stan", "martin", "ada")
    assert refused(lambda: run(actor("anita"), now, roles.confirm_role, proposal)) == ["role_decided"]


def test_the_one_who_gets_it_does_not_confirm_it(
    propose: Callable[..., Any], actor: Callable[[str], Any], now: Any
) -> None:
    proposal = propose("martin", Role.AUTHORITY)
    assert refused(lambda: run(actor("martin"), now, roles.confirm_role, proposal)) == ["own_role"]
    run(actor("anita"), now, roles.drop_role, proposal, reason="One of the two is enough")
    assert "authority" not in holds("martin")
    assert told("ada", "city/settings/guelph/staff/", "was not confirmed", "One of the two is enough")


def test_other_roles_need_one_person(propose: Callable[..., Any]) -> None:
    assert isinstance(propose("stan", Role.LEGAL), StaffRole)
    assert holds("stan") == {"staff", "legal"}


def test_a_separation_is_judged_again_when_it_is_confirmed(
    propose: Callable[..., Any], actor: Callable[[str], Any], now: Any
) -> None:
    proposal = propose("stan", Role.AUTHORITY)
    propose("stan", Role.EVALUATOR)
    assert refused(lambda: run(actor("martin"), now, roles.confirm_role, proposal)) == ["approvers_do_not_evaluate"]


def test_nobody_gives_a_role_to_themselves(
    propose: Callable[..., Any],
    actor: Callable[[str], Any],
    now: Any,
    guelph: Municipality,
    provider: IdentityProvider,
) -> None:
    ada = actor("ada")
    email = ada.someone.email.upper()
    invite = partial(run, ada, now, invitations.invite_staff, guelph, email=email, role=Role.PROJECT_LEAD)
    assert refused(lambda: propose("ada", Role.PROJECT_LEAD)) == ["own_role"]
    assert refused(invite) == ["own_role"]
    run(ada, now, identities.map_group, provider, group="g", role=Role.PROJECT_LEAD)
    follow = partial(run, ada, now, identities.follow_groups, provider, groups=["g"])
    assert (follow(person=ada.someone), follow(person=person("stan"))) == ((Role.PROJECT_LEAD,), ())
    assert (holds("ada"), holds("stan")) == ({"administrator"}, {"staff", "project_lead"})


def test_an_invitation_or_a_group_proposes_and_does_not_give(
    actor: Callable[[str], Any], now: Any, guelph: Municipality, provider: IdentityProvider
) -> None:
    StaffRole.objects.filter(person__code="frank").update(ended_at=now)
    email = person("stan").email
    run(actor("ada"), now, invitations.invite_staff, guelph, email=email, role=Role.AUTHORITY)
    token = path_of(Message.objects.filter(code="staff_invitation").latest("id")).split("/")[1]
    run(actor("stan"), now, invitations.accept_invitation, token)
    run(actor("ada"), now, identities.map_group, provider, group="g", role=Role.AUDITOR)
    follow = partial(run, actor("frank"), now, identities.follow_groups, provider, person=person("frank"))
    assert [follow(groups=["g"]), follow(groups=["g"])] == [(), ()]
    waiting = RoleProposal.objects.filter(confirmed_at=None, dropped_at=None)
    assert {(p.person.code, p.role, p.proposed_by.code) for p in waiting} == {
        ("stan", "authority", "ada"),
        ("frank", "auditor", "ada"),
    }
    assert (holds("stan"), holds("frank")) == ({"staff"}, set())
    follow(groups=[])  # left the group: nothing waits any more
    assert not waiting.filter(person__code="frank").exists()
    follow(groups=["g"])
    run(actor("martin"), now, roles.drop_role, waiting.get(person__code="frank"), reason="No")
    follow(groups=["g"])  # what somebody dropped is not proposed at each sign-in
    assert not waiting.filter(person__code="frank").exists()


def test_whoever_accepted_a_weighty_role_reads_that_it_waits(
    actor: Callable[[str], Any], now: Any, guelph: Municipality, sign_in: Callable[[str], Client]
) -> None:
    StaffRole.objects.filter(person__code="stan").update(ended_at=now)
    run(actor("ada"), now, invitations.invite_staff, guelph, email=person("stan").email, role=Role.AUDITOR)
    path = path_of(Message.objects.filter(code="staff_invitation").latest("id"))
    stan = sign_in("stan")
    answer = stan.post(f"/en/{path}", {"act": "accept"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/en/me/account/")
    page = stan.get("/en/me/account/").content.decode()
    assert "A second person confirms the role." in page
    assert ("waits for a second person" in page, "None yet." in page) == (True, False)
    assert stan.get("/en/me/").headers["Location"] == "/en/me/account/"


def test_the_table_of_authority_takes_two_people(actor: Callable[[str], Any], now: Any, guelph: Municipality) -> None:
    before, path = gather_bands([guelph.pk]), "city/settings/guelph/authority/"
    made = run(actor("martin"), now, bands.propose_bands, guelph, bands=UNBOUND, source="By-law, s. 1")
    assert gather_bands([guelph.pk]) == before
    assert [told(code, path, "Martin Leduc") for code in ("leah", "anita", "martin", "ada")] == [
        *(True, True, False, False)
    ]
    assert refused(lambda: run(actor("martin"), now, bands.sign_bands, made)) == ["second_person"]
    for other in ("ada", "olivia", "audrey"):
        with pytest.raises(Forbidden):
            run(actor(other), now, bands.sign_bands, made)
    run(actor("anita"), now, bands.sign_bands, made)
    assert gather_bands([guelph.pk]) == {"guelph": tuple(UNBOUND)}
    assert told("audrey", path, "The table of authority of Guelph has changed", "Martin Leduc", "Anita Desrosiers")
    event = Event.objects.filter(verb="municipalities.set_bands").latest("id")
    assert (event.actor, event.payload["proposed_by"], event.payload["source"]) == ("anita", "martin", "By-law, s. 1")
    assert refused(lambda: run(actor("leah"), now, bands.sign_bands, made)) == ["bands_decided"]


def test_a_second_proposal_takes_the_place_of_the_first(
    actor: Callable[[str], Any], now: Any, guelph: Municipality
) -> None:
    first, second = (
        run(actor("martin"), now, bands.propose_bands, guelph, bands=UNBOUND, source=source) for source in ("a", "b")
    )
    assert refused(lambda: run(actor("anita"), now, bands.sign_bands, first)) == ["bands_decided"]
    run(actor("martin"), now, bands.drop_bands, second)
    assert not BandsProposal.objects.filter(municipality=guelph, signed_at=None, dropped_at=None).exists()


def test_a_weighty_role_is_handed_over_to_who_has_it(
    propose: Callable[..., Any], actor: Callable[[str], Any], now: Any
) -> None:
    given = StaffRole.objects.select_related("municipality", "person").get(person__code="martin")
    end = partial(run, actor("ada"), now, end_role, given, reason="Left", successor=person("stan"))
    assert refused(end) == ["successor_needs_role"]
    run(actor("anita"), now, roles.confirm_role, propose("stan", Role.PROCUREMENT_MANAGER))
    end()
    assert (holds("martin"), holds("stan")) == (set(), {"staff", "procurement_manager"})
    assert told("audrey", "city/settings/guelph/staff/", "Martin Leduc no longer has the role", "Left")


def test_two_people_meet_on_the_pages(propose: Callable[..., Any], sign_in: Callable[[str], Client]) -> None:
    proposal = propose("stan", Role.AUDITOR)
    ada, martin, audrey, leah = (sign_in(code) for code in ("ada", "martin", "audrey", "leah"))
    confirm = {"act": "confirm", "item": str(proposal.pk)}
    own = ada.get(PEOPLE).content.decode()
    assert ("Waits for a second person: Anita Desrosiers, Martin Leduc" in own, "Invite somebody" in own) == (
        True,
        True,
    )
    assert "Confirm as the second person" not in own
    assert ada.post(PEOPLE, confirm).status_code == 422
    reading = audrey.get(PEOPLE).content.decode()
    assert ("Stan Kowalski" in reading, "Invite somebody" in reading, "Do not give" in reading) == (True, False, False)
    assert audrey.post(PEOPLE, confirm).status_code == 404
    assert "Confirm as the second person" in martin.get(PEOPLE).content.decode()
    assert martin.post(PEOPLE, {"act": "invite", "email": "x@y.example", "role": "staff"}).status_code == 404
    assert martin.post(PEOPLE, confirm).status_code == 302
    assert holds("stan") == {"staff", "auditor"}
    table = {"act": "set", "open0": "on", "role0": "procurement_manager", "source": "By-law"}
    table |= {f"role{n}": "council" for n in range(1, 6)}
    answer = martin.post(AUTHORITY, table)
    assert answer.status_code == 302, answer.content.decode()
    page = martin.get(AUTHORITY).content.decode()
    assert ("Another table waits" in page, "Sign as the second person" in page) == (True, False)
    signing = leah.get(AUTHORITY).content.decode()
    assert ("Sign as the second person" in signing, "Propose another table" in signing) == (True, False)
    assert leah.post(AUTHORITY, {"act": "sign"}).status_code == 302


GIVEN = ["--email", "ana@example.ca", "--person", "Ana Roy", "--posting-address", "https://example.ca/notices"]


def test_whoever_runs_the_site_names_who_nobody_at_the_city_could_confirm(now: Any) -> None:
    alone = CliRunner().invoke(app, ["city", "elora", "Elora", *GIVEN])
    assert (alone.exit_code, "mix holder" in alone.output) == (0, True), alone.output
    elora, ana = Municipality.objects.get(code="elora"), Person.objects.get(email="ana@example.ca")
    assert list(elora.staff.values_list("role", flat=True)) == ["administrator"]
    named = CliRunner().invoke(app, ["holder", "elora", "procurement_manager=Max Hill <max@example.ca>"])
    assert named.exit_code == 0, named.output
    event = Event.objects.get(verb="people.name_holder")
    assert (event.actor, event.chain.code, event.payload) == (
        "public",
        "elora",
        {"role": "procurement_manager", "rows": ANY},
    )
    mail = Message.objects.get(to_email="max@example.ca")  # the one mail says the role, and how to come in
    assert (mail.code, "You have the role “Procurement manager”" in mail.body) == ("staff_welcome", True)
    again = CliRunner().invoke(app, ["holder", "elora", "authority=Ida Low <ida@example.ca>"])
    assert (again.exit_code, "city_confirms_itself" in again.output) == (1, True), again.output
    wrong = CliRunner().invoke(app, ["holder", "elora", "legal=Ida Low <ida@example.ca>"])
    assert (wrong.exit_code, "authority" in wrong.output) == (2, True), wrong.output
    with pytest.raises(Forbidden):
        run(actor_for(ana), now, roles.name_holder, elora, person=ana, role=Role.AUDITOR)


def test_a_holder_who_has_an_account_is_told_of_the_role(now: Any) -> None:
    CliRunner().invoke(app, ["city", "elora", "Elora", *GIVEN])
    audrey = Person.objects.get(code="audrey")
    Person.objects.filter(pk=audrey.pk).update(last_login=now)
    named = CliRunner().invoke(app, ["holder", "elora", f"authority={audrey.name} <{audrey.email}>"])
    assert named.exit_code == 0, named.output
    mail = Message.objects.get(to_email=audrey.email, code="role_named")
    assert f"Whoever runs this site named {audrey.name}" in mail.body
    assert not Message.objects.filter(to_email=audrey.email, code="staff_welcome").exists()


def test_a_city_is_set_up_with_its_first_holders() -> None:
    first = [
        "--holder",
        "procurement_manager=Max Hill <max@example.ca>",
        "--holder",
        "authority=Ida Low <i@example.ca>",
    ]
    answer = CliRunner().invoke(app, ["city", "elora", "Elora", *GIVEN, *first])
    assert answer.exit_code == 0, answer.output
    rows = StaffRole.objects.filter(municipality__code="elora").values_list("person__name", "role")
    assert set(rows) == {
        ("Ana Roy", "administrator"),
        ("Max Hill", "procurement_manager"),
        ("Ida Low", "authority"),
    }
    event = Event.objects.get(verb="municipalities.found", subject="elora")
    assert [row["role"] for row in event.payload["holders"]] == ["procurement_manager", "authority"]
