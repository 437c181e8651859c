"""Two organizations of the same people become one: by two people, and with nothing under way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from mix.actions.core.run import run
from mix.actions.market import mergers, submissions, vendors
from mix.data.models import Challenge, Event, Merger, Message, Person, Solicitation, Vendor, VendorMember
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.market.vendors import list_alike, list_own_vendors
from mix.rules.core.unmet import Refused

pytestmark = pytest.mark.django_db
TEAM = "/en/vendor/team/tamarack/"


def refusal(what: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as caught:
        what()
    return [u.code for u in caught.value.unmet]


@pytest.fixture
def twin(actor: Callable[[str], Any], now: Any) -> Vendor:
    """Nora registers Tamarack once more."""
    return run(actor("nora"), now, vendors.register_vendor, "Tamarack Ground Data Cooperative", code="twin")


@pytest.fixture
def asked(twin: Vendor, actor: Callable[[str], Any], now: Any) -> Merger:
    return run(actor("nora"), now, mergers.ask, twin, into="Tamarack Ground Data Co-op")


def last_mail(code: str) -> str:
    return Message.objects.filter(to_email=Person.objects.get(code=code).email).order_by("-id")[0].subject


def test_one_goes_on_as_the_other(asked: Merger, sign_in: Callable[[str], Client], actor: Any, now: Any) -> None:
    nora, tess = sign_in("nora"), sign_in("tess")
    assert "Nora" in tess.get(TEAM).content.decode()
    assert last_mail("tess") == "Tamarack Ground Data Cooperative asks to go on as Tamarack Ground Data Co-op"
    assert tess.post(TEAM, {"act": "agree", "item": str(asked.pk)}).status_code == 302
    asked.vendor.refresh_from_db()
    assert asked.vendor.merged_into == asked.into
    assert set(
        VendorMember.objects.filter(vendor=asked.into, ended_at=None).values_list("person__code", flat=True)
    ) == {
        "tess",
        "tom",
        "nora",
    }
    assert last_mail("nora") == "Tamarack Ground Data Cooperative goes on as Tamarack Ground Data Co-op"
    assert "goes on as" in nora.get("/en/vendor/team/twin/").content.decode()
    assert nora.post("/en/vendor/team/twin/", {"act": "invite", "email": "x@example.org"}).status_code == 404
    assert asked.vendor not in list_own_vendors(actor("nora"))
    assert list_alike("Tamarack Ground Data Cooperative") == [asked.into]
    assert [(e.verb, e.payload["into"]) for e in Event.objects.filter(verb__startswith="mergers.").order_by("id")] == [
        ("mergers.ask", "tamarack"),
        ("mergers.agree", "tamarack"),
    ]
    call = Solicitation.objects.filter(step__challenge__code="water-leaks").latest("id")
    with pytest.raises(Forbidden):
        run(actor("nora"), now, submissions.start, call, asked.vendor)
    assert refusal(lambda: run(actor("tess"), now, mergers.agree, asked)) == ["vendor_merged"]


def test_whoever_asked_does_not_agree_and_strangers_neither(asked: Merger, actor: Any, now: Any) -> None:
    run(actor("tess"), now, vendors.add_member, asked.into, person=Person.objects.get(code="nora"))
    assert refusal(lambda: run(actor("nora"), now, mergers.agree, asked)) == ["merger_by_another"]
    for stranger in ("umar", "olivia"):
        with pytest.raises(Unknown):
            run(actor(stranger), now, mergers.agree, asked)
        with pytest.raises(Unknown):
            run(actor(stranger), now, mergers.decline, asked)


def test_it_is_declined_or_taken_back_and_asked_once(
    asked: Merger, sign_in: Callable[[str], Client], actor: Any, now: Any
) -> None:
    nora, page = sign_in("nora"), "/en/vendor/team/twin/"
    assert refusal(lambda: run(actor("nora"), now, mergers.ask, asked.vendor, into=asked.into.name)) == ["merger_waits"]
    assert sign_in("tess").post(TEAM, {"act": "decline", "item": str(asked.pk)}).status_code == 302
    assert last_mail("nora") == "Tamarack Ground Data Co-op declined to be one with Tamarack Ground Data Cooperative"
    assert refusal(lambda: run(actor("tess"), now, mergers.agree, asked)) == ["merger_answered"]
    assert nora.post(page, {"act": "ask-merger", "into": asked.into.name}).status_code == 302
    assert nora.post(page, {"act": "withdraw-merger"}).status_code == 302
    assert refusal(lambda: run(actor("nora"), now, mergers.withdraw, asked.vendor)) == ["merger_answered"]
    assert Vendor.objects.get(code="twin").merged_into is None


@pytest.mark.parametrize(
    ("into", "code"), [("Nobody Knows Ltd", "no_such_vendor"), ("Tamarack Ground Data Cooperative", "no_such_vendor")]
)
def test_the_other_is_another(twin: Vendor, actor: Any, now: Any, into: str, code: str) -> None:
    Vendor.objects.exclude(code="twin").filter(likeness=twin.likeness).update(likeness="")
    assert refusal(lambda: run(actor("nora"), now, mergers.ask, twin, into=into)) == [code]


def test_what_is_under_way_ends_first(twin: Vendor, actor: Any, now: Any) -> None:
    tamarack = Vendor.objects.get(code="tamarack")
    assert refusal(lambda: run(actor("tess"), now, mergers.ask, tamarack, into=twin.name)) == ["merger_under_way"]
    Challenge.objects.filter(ended_at=None).update(ended_at=now)
    asked = run(actor("tess"), now, mergers.ask, tamarack, into=twin.name)
    Challenge.objects.filter(code="water-leaks").update(ended_at=None)
    assert refusal(lambda: run(actor("nora"), now, mergers.agree, asked)) == ["merger_under_way"]


def test_two_never_have_one_number(twin: Vendor, sign_in: Callable[[str], Client], actor: Any, now: Any) -> None:
    facts = {"place": "", "size": "unknown", "number": "12345 6782 RC0001"}
    assert run(actor("tess"), now, vendors.describe, Vendor.objects.get(code="tamarack"), **facts).number == "123456782"
    assert refusal(lambda: run(actor("nora"), now, vendors.describe, twin, **facts)) == ["number_known"]
    facts["number"] = "123456789"
    assert refusal(lambda: run(actor("nora"), now, vendors.describe, twin, **facts)) == ["not_a_number_of_a_firm"]
    page = sign_in("umar").post(
        "/en/vendor/register/", {"act": "register", "name": "Quite New", "size": "unknown", "number": "123456782"}
    )
    assert page.status_code == 422
    assert "Tamarack Ground Data Co-op has this number already" in page.content.decode()
    assert 'value="123456782"' in page.content.decode()


def test_a_website_counts_where_somebody_has_an_address(sign_in: Callable[[str], Client]) -> None:
    tamarack = Vendor.objects.get(code="tamarack")
    domain = Person.objects.get(code="tess").email.partition("@")[2]
    Vendor.objects.filter(pk=tamarack.pk).update(website="https://www.elsewhere.example/")
    register = {"act": "register", "name": "Tamarack Ground Data Coop", "size": "unknown"}
    assert "elsewhere.example" not in sign_in("umar").post("/en/vendor/register/", register).content.decode()
    Vendor.objects.filter(pk=tamarack.pk).update(website=f"https://www.{domain}/en")
    assert domain in sign_in("umar").post("/en/vendor/register/", register).content.decode()
