"""Invitations are for the person who has the address, and nobody stands on both sides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from mix.actions.city import identities, invitations, roles
from mix.actions.city.municipalities import found
from mix.actions.core.run import run
from mix.actions.flow.succession import end_role
from mix.actions.market import vendors
from mix.data.models import (
    Event,
    Message,
    Municipality,
    Person,
    StaffInvitation,
    StaffRole,
    Vendor,
    VendorInvitation,
    VendorMember,
)
from mix.readers.city.people import actor_for, hash_token
from mix.readers.core.actors import Actor
from mix.readers.core.outbox import path_of
from mix.rules.core.access import Role
from mix.rules.core.fields import Wording
from mix.rules.core.unmet import Refused

pytestmark = pytest.mark.django_db
Act = Callable[[], object]


def refused(act: Act) -> list[str]:
    with pytest.raises(Refused) as caught:
        act()
    return [one.code for one in caught.value.unmet]


def last_token() -> str:
    return path_of(Message.objects.filter(code__endswith="_invitation").latest("id")).split("/")[1]


@pytest.fixture
def invite(actor: Callable[[str], Any], now: Any) -> Callable[..., str]:
    """Return a function that has Guelph (with a role) or Kestrel invite an address, and returns the secret."""

    def made(email: str, role: Role | None = None) -> str:
        if role:
            city = Municipality.objects.get(code="guelph")
            run(actor("ada"), now, invitations.invite_staff, city, email=email, role=role)
        else:
            vendor = Vendor.objects.get(code="kestrel")
            run(actor("kim"), now, vendors.invite_member, vendor, email=email)
        return last_token()

    return made


@pytest.fixture
def newcomer() -> Callable[..., Person]:
    """Return a function that makes an account with an address, confirmed or not."""

    def made(email: str, *, verified: bool = True) -> Person:
        person = Person.objects.create(email=email, name="Rosa Marsh")
        EmailAddress.objects.create(user=person, email=email, verified=verified, primary=True)
        return person

    return made


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_bidder_with_the_link_becomes_no_procurement_manager(
    invite: Callable[..., str], sign_in: Callable[[str], Client]
) -> None:
    token, nora = invite("someone.else@guelph.example", Role.PROCUREMENT_MANAGER), sign_in("nora")
    page = nora.get(f"/en/invitation/{token}/")
    text = page.content.decode()
    assert page.status_code == 200
    for said in (
        "Guelph",
        "Procurement manager",
        "This invitation is for someone.else@guelph.example, and you are signed in as nora@demo.mix.invalid",
        "acts for a vendor and may not have a role in a city",
        "Sign out",
    ):
        assert said in text, said
    assert "Accept the invitation" not in text
    assert nora.post(f"/en/invitation/{token}/", {"act": "accept"}).status_code == 422
    assert not StaffRole.objects.filter(person__code="nora").exists()
    assert StaffInvitation.objects.get(token_hash=hash_token(token)).accepted_at is None


def test_an_invitation_to_a_bidders_own_address_is_refused_too(
    invite: Callable[..., str], actor: Callable[[str], Any], now: Any
) -> None:
    token = invite("nora@demo.mix.invalid", Role.STAFF)
    assert refused(lambda: run(actor("nora"), now, invitations.accept_invitation, token)) == ["vendor_may_not_serve"]


def test_a_rival_with_the_link_joins_no_team(invite: Callable[..., str], sign_in: Callable[[str], Client]) -> None:
    token, nora = invite("elodie@exemple.example"), sign_in("nora")
    text = nora.get(f"/en/invitation/{token}/").content.decode()
    kestrel = Vendor.objects.get(code="kestrel")
    assert f"{kestrel.name} asks elodie@exemple.example to join its team." in text
    assert "you are signed in as nora@demo.mix.invalid" in text
    assert nora.post(f"/en/invitation/{token}/", {"act": "accept"}).status_code == 422
    assert not VendorMember.objects.filter(vendor=kestrel, person__code="nora").exists()
    assert VendorInvitation.objects.get(token_hash=hash_token(token)).accepted_at is None
    french = nora.get(f"/fr/invitation/{token}/").content.decode()
    assert "Cette invitation est pour elodie@exemple.example" in french


@pytest.mark.parametrize("role", [Role.LEGAL, None])
def test_whoever_confirmed_the_address_accepts_whatever_its_case(
    invite: Callable[..., str], newcomer: Callable[..., Person], now: Any, role: Role | None
) -> None:
    token, rosa = invite("Rosa@Example.org", role), newcomer("rosa@example.org")
    client = client_of(rosa)
    text = client.get(f"/en/invitation/{token}/").content.decode()
    assert "Accept the invitation" in text
    assert "Rosa@Example.org" in text
    assert client.post(f"/en/invitation/{token}/", {"act": "accept"}).status_code == 302
    assert [r.role for r in rosa.staff_roles.all()] == ([role.value] if role else [])
    assert rosa.vendor_members.filter(vendor__code="kestrel").exists() is (role is None)
    again = refused(lambda: run(actor_for(rosa), now, invitations.accept_invitation, token))
    assert again == ["invitation_used"]


def test_an_address_that_was_not_confirmed_does_not_count(
    invite: Callable[..., str], newcomer: Callable[..., Person]
) -> None:
    token, client = invite("rosa@example.org", Role.LEGAL), client_of(newcomer("rosa@example.org", verified=False))
    text = client.get(f"/en/invitation/{token}/").content.decode()
    assert "Confirm the address rosa@example.org first" in text
    assert client.post(f"/en/invitation/{token}/", {"act": "accept"}).status_code == 422
    assert StaffRole.objects.filter(person__email="rosa@example.org").count() == 0


def test_a_second_confirmed_address_counts(invite: Callable[..., str], newcomer: Callable[..., Person]) -> None:
    rosa = newcomer("rosa@example.org")
    EmailAddress.objects.create(user=rosa, email="rosa@work.example", verified=True)
    token, client = invite("rosa@work.example", Role.LEGAL), client_of(rosa)
    assert client.post(f"/en/invitation/{token}/", {"act": "accept"}).status_code == 302


def test_the_secret_is_in_the_mail_alone(invite: Callable[..., str], sign_in: Callable[[str], Client]) -> None:
    for role, model in ((Role.STAFF, StaffInvitation), (None, VendorInvitation)):
        token = invite("rosa@example.org", role)
        row = model.objects.get(token_hash=hash_token(token))
        assert token not in {str(value) for value in vars(row).values()}
        # What a thief of the table reads is no link.
        assert sign_in("stan").get(f"/en/invitation/{row.token_hash}/").status_code == 404


def test_no_way_leads_to_both_sides(actor: Callable[[str], Any], now: Any, invite: Callable[..., str]) -> None:
    """Every verb that gives a role or a place in a team, for somebody of the other side."""
    guelph, kestrel = Municipality.objects.get(code="guelph"), Vendor.objects.get(code="kestrel")
    nora, stan = Person.objects.get(code="nora"), Person.objects.get(code="stan")
    ada, kim = actor("ada"), actor("kim")
    facts = {"name": "N", "issuer": "https://id.example", "client_id": "mix", "secret": "s", "domains": ["mix.invalid"]}
    provider = run(Actor(), now, identities.set_up, guelph, key="n-id", **facts)
    run(ada, now, identities.map_group, provider, group="g", role=Role.LEGAL)
    given = run(Actor(), now, identities.follow_groups, provider, person=nora, groups=["g"])
    assert given == (Role.LEGAL,)  # refused
    city = {"name": Wording(en="X"), "posting_address": "https://x.example", "administrator": nora}
    into_city: list[Act] = [
        lambda: run(ada, now, roles.give_role, guelph, person=nora, role=Role.EVALUATOR),
        lambda: run(ada, now, roles.grant_role, guelph, person=nora, role=Role.STAFF, by=ada.someone),
        lambda: run(Actor(), now, found, "xville", **city),
    ]
    assert [refused(act) for act in into_city] == [["vendor_may_not_serve"]] * 3
    token = invite(stan.email)
    into_vendor: list[Act] = [
        lambda: run(actor("stan"), now, vendors.register_vendor, "Side"),
        lambda: run(kim, now, vendors.add_member, kestrel, person=stan),
        lambda: run(actor("stan"), now, invitations.accept_invitation, token),
    ]
    assert [refused(act) for act in into_vendor] == [["staff_may_not_bid"]] * 3
    assert not StaffRole.objects.filter(person=nora).exists()
    assert not VendorMember.objects.filter(person=stan).exists()


PEOPLE, TEAM = "/en/city/settings/guelph/staff/", "/en/vendor/team/kestrel/"


def last_to(email: str) -> Message:
    return Message.objects.filter(to_email__iexact=email).latest("id")


@pytest.mark.parametrize("role", [Role.LEGAL, None])
def test_the_same_address_is_not_invited_twice_while_the_first_holds(
    invite: Callable[..., str], now: Any, role: Role | None
) -> None:
    invite("rosa@example.org", role)
    assert refused(lambda: invite("ROSA@example.org", role)) == ["invited_already"]
    for model in (StaffInvitation, VendorInvitation):
        model.objects.filter(email="rosa@example.org").update(expires_at=now)
    assert invite("ROSA@example.org", role)  # what expired gives way
    rows = [*StaffInvitation.objects.all(), *VendorInvitation.objects.all()]
    assert [r.withdrawn_at == now for r in rows if r.email.lower() == "rosa@example.org"] == [True, False]


def test_another_role_may_be_offered_beside(invite: Callable[..., str]) -> None:
    assert invite("rosa@example.org", Role.LEGAL) != invite("rosa@example.org", Role.SPECIALIST)


@pytest.mark.parametrize(("role", "url", "who"), [(Role.LEGAL, PEOPLE, "ada"), (None, TEAM, "kim")])
def test_an_invitation_is_sent_again_and_withdrawn(
    invite: Callable[..., str],
    newcomer: Callable[..., Person],
    sign_in: Callable[[str], Client],
    role: Role | None,
    url: str,
    who: str,
) -> None:
    first, inviter, rosa = invite("rosa@example.org", role), sign_in(who), client_of(newcomer("rosa@example.org"))
    row = (StaffInvitation if role else VendorInvitation).objects.get(token_hash=hash_token(first))
    page = inviter.get(url).content.decode()
    assert ("Send again" in page, "Withdraw" in page) == (True, True)
    assert inviter.post(url, {"act": "again", "item": str(row.pk)}).status_code == 302
    second = last_token()
    assert (second != first, path_of(last_to("rosa@example.org"))) == (True, f"invitation/{second}/")
    assert rosa.get(f"/en/invitation/{first}/").status_code == 404  # what was sent before opens nothing
    assert rosa.get(f"/en/invitation/{second}/").status_code == 200
    assert sign_in("lucia" if role else "nora").post(url, {"act": "withdraw", "item": str(row.pk)}).status_code == 404
    assert inviter.post(url, {"act": "withdraw", "item": str(row.pk)}).status_code == 302
    assert "rosa@example.org" not in inviter.get(url).content.decode()
    said = rosa.get(f"/en/invitation/{second}/").content.decode()
    assert ("was taken back" in said, "Accept the invitation" in said) == (True, False)
    assert rosa.post(f"/en/invitation/{second}/", {"act": "accept"}).status_code == 422
    stale = inviter.post(url, {"act": "again", "item": str(row.pk)})
    assert (stale.status_code, "was taken back" in stale.content.decode()) == (422, True)
    verbs = Event.objects.filter(verb__in=["people.send_invitation_again", "people.withdraw_invitation"])
    said_role = role.value if role else "vendor"
    assert [(e.verb.split(".")[1], e.payload["role"]) for e in verbs.order_by("id")] == [
        ("send_invitation_again", said_role),
        ("withdraw_invitation", said_role),
    ]


@pytest.mark.parametrize(("role", "inviter"), [(Role.LEGAL, "ada"), (None, "kim")])
def test_who_invited_hears_who_accepted(
    invite: Callable[..., str], newcomer: Callable[..., Person], role: Role | None, inviter: str
) -> None:
    token, client = invite("rosa@example.org", role), client_of(newcomer("rosa@example.org"))
    mail = last_to("rosa@example.org")
    assert ("Ada Moreau of Guelph" if role else "Kim Delaney asks you") in mail.body
    assert client.post(f"/en/invitation/{token}/", {"act": "accept"}).status_code == 302
    told = last_to(Person.objects.get(code=inviter).email)
    assert ("Rosa Marsh" in told.subject, "rosa@example.org" in told.body) == (True, True)
    assert ("the role “Legal” at Guelph" if role else "Kestrel Analytics Ltd.") in told.body


def test_what_an_administrator_offered_ends_with_the_role(
    invite: Callable[..., str], actor: Callable[[str], Any], now: Any
) -> None:
    token = invite("rosa@example.org", Role.LEGAL)
    run(
        actor("martin"),
        now,
        roles.confirm_role,
        run(
            actor("ada"),
            now,
            roles.give_role,
            Municipality.objects.get(code="guelph"),
            person=Person.objects.get(code="stan"),
            role=Role.ADMINISTRATOR,
        ),
    )
    given = StaffRole.objects.select_related("municipality", "person").get(person__code="ada")
    run(actor("stan"), now, end_role, given, reason="Left")
    assert StaffInvitation.objects.get(token_hash=hash_token(token)).withdrawn_at == now
