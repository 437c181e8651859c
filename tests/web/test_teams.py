"""A firm keeps its own team and profile, and everybody their own name: corrected, ended, logged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import ANY

import pytest
from django.test import Client

from mix.actions.core.run import run
from mix.actions.market import vendors
from mix.data.models import (
    Event,
    Message,
    Person,
    Solicitation,
    Submission,
    Vendor,
    VendorInvitation,
    VendorMember,
)
from mix.readers.choice.evaluations import find_evaluation
from mix.readers.core.errors import Unknown
from mix.readers.flow.findings import judge
from mix.readers.market.submissions import list_opened
from mix.rules.city.policy.explain import Outcome
from mix.rules.core.unmet import Refused

pytestmark = pytest.mark.django_db
TEAM, ACCOUNT = "/en/vendor/team/tamarack/", "/en/me/account/"


def mails_to(code: str) -> list[str]:
    rows = Message.objects.filter(to_email=Person.objects.get(code=code).email).order_by("id")
    return list(rows.values_list("subject", flat=True))


def test_whoever_left_a_firm_reads_its_drafts_no_more(sign_in: Callable[[str], Client]) -> None:
    tess, tom = sign_in("tess"), sign_in("tom")
    own = Submission.objects.filter(vendor__code="tamarack", state="draft").first()
    assert own is not None
    pages = [f"/en/vendor/submissions/{own.code}/{page}" for page in ("", "files/", "price/", "check/", "copy/")]
    assert {tom.get(page).status_code for page in pages} == {200}
    VendorInvitation.objects.create(
        vendor=own.vendor,
        email="friend@example.org",
        token_hash="x",
        invited_by=Person.objects.get(code="tom"),
        expires_at=own.started_at,
    )
    assert "End this place in the team" in tess.get(TEAM).content.decode()
    assert tess.post(TEAM, {"act": "end", "item": "tom"}).status_code == 302
    # the very session that was open
    assert [tom.get(page).status_code for page in (*pages, TEAM)] == [404] * 6
    assert tom.post(pages[0], {"act": "save"}).status_code == 404
    assert VendorInvitation.objects.get(email="friend@example.org").withdrawn_at is not None
    event = Event.objects.get(verb="people.end_member")
    assert (event.actor, event.subject, event.payload) == ("tess", "tamarack", {"person": "tom", "rows": ANY})
    assert mails_to("tom")[-1] == "You no longer act for Tamarack Ground Data Co-op"
    assert mails_to("tess")[-1] == "Tom Birch no longer acts for Tamarack Ground Data Co-op"


def test_one_may_leave_and_the_last_one_stays(sign_in: Callable[[str], Client], actor: Any, now: Any) -> None:
    tom, firm = sign_in("tom"), Vendor.objects.get(code="tamarack")
    assert tom.post(TEAM, {"act": "end", "item": "tom"}).headers["Location"] == "/en/me/"
    with pytest.raises(Refused) as caught:
        run(actor("tess"), now, vendors.end_member, firm, person=Person.objects.get(code="tess"))
    assert [u.code for u in caught.value.unmet] == ["last_member"]
    assert "End this place" not in sign_in("tess").get(TEAM).content.decode()
    assert VendorMember.objects.filter(vendor=firm, ended_at=None).count() == 1


def test_nobody_ends_a_place_in_another_firm(sign_in: Callable[[str], Client], actor: Any, now: Any) -> None:
    assert sign_in("nora").post(TEAM, {"act": "end", "item": "tom"}).status_code == 404
    assert sign_in("tess").post(TEAM, {"act": "end", "item": "nora"}).status_code == 404
    with pytest.raises(Unknown):
        run(
            actor("tess"),
            now,
            vendors.end_member,
            Vendor.objects.get(code="tamarack"),
            person=Person.objects.get(code="nora"),
        )


def test_a_firm_corrects_what_is_read_of_it_and_keeps_its_name(sign_in: Callable[[str], Client]) -> None:
    tess = sign_in("tess")
    assert 'value="Sudbury"' in tess.get(TEAM).content.decode()
    facts = {
        "place": "Timmins",
        "size": "medium",
        "number": "123456782",
        "website": "https://tamarack.example/",
        "capability": "Maps.",
    }
    assert tess.post(TEAM, {"act": "describe", **facts, "name": "Another"}).status_code == 302
    firm = Vendor.objects.get(code="tamarack")
    assert {name: getattr(firm, name) for name in facts} == facts
    assert firm.name == "Tamarack Ground Data Co-op"
    assert Event.objects.get(verb="vendors.describe").payload == {**facts, "rows": ANY}
    bad = tess.post(TEAM, {"act": "describe", **facts, "place": "A\r\nB", "website": "nonsense"})
    assert (bad.status_code, "nonsense" in bad.content.decode()) == (422, True)


def test_everybody_corrects_their_own_name_and_language(sign_in: Callable[[str], Client]) -> None:
    tess = sign_in("tess")
    assert tess.post(ACCOUNT, {"act": "correct", "name": "Tess M. Maracle", "language": "fr"}).status_code == 302
    person = Person.objects.get(code="tess")
    assert (person.name, person.language) == ("Tess M. Maracle", "fr")
    event = Event.objects.get(verb="people.correct_person")
    assert (event.actor, event.subject) == ("tess", "tess")
    assert event.payload == {"name": "Tess M. Maracle", "before": "Tess Maracle", "language": "fr"}
    for name, language in (("", "fr"), ("A\nB", "fr"), ("Tess", "xx")):
        bad = tess.post(ACCOUNT, {"act": "correct", "name": name, "language": language})
        assert bad.status_code == 422, (name, language)
    assert Person.objects.get(code="tess").name == "Tess M. Maracle"


REGISTER = "/en/vendor/register/"


def test_a_look_alike_is_shown_and_needs_a_word(sign_in: Callable[[str], Client]) -> None:
    walt = sign_in("walt")
    typed = {"act": "register", "name": "NORTHLIGHT Sensing, Limited", "size": "small", "place": "Guelph"}
    page = walt.post(REGISTER, typed)
    text = page.content.decode()
    assert (page.status_code, "Northlight Sensing Inc. (Kingston)" in text) == (422, True)
    assert ("It is another organization than these" in text, 'value="Guelph"' in text) == (True, True)
    assert "It is another organization" not in walt.get(REGISTER).content.decode()
    assert not Vendor.objects.filter(name__contains="Limited").exists()
    assert walt.post(REGISTER, {**typed, "is_another": "on"}).status_code == 302
    event = Event.objects.filter(verb="vendors.register").latest("id")
    assert event.payload == {"name": "NORTHLIGHT Sensing, Limited", "number": "", "alike": ["northlight"], "rows": ANY}
    assert walt.post(REGISTER, {**typed, "name": "Wellington Snow"}).status_code == 302


def share_kim(actor: Any, now: Any) -> None:
    """Bring Kim of Kestrel into Northlight's team."""
    kim = Person.objects.get(code="kim")
    run(actor("nora"), now, vendors.add_member, Vendor.objects.get(code="northlight"), person=kim)


def test_both_teams_see_who_acts_for_both_before_anything_is_opened(
    sign_in: Callable[[str], Client], actor: Any, now: Any
) -> None:
    call = Solicitation.objects.get(step__challenge__code="water-leaks", step__key="invitation")
    pages = {
        ("nora", "/en/vendor/team/northlight/"): "Kim Delaney also acts for Kestrel Analytics Ltd.",
        ("kim", "/en/vendor/team/kestrel/"): "Kim Delaney also acts for Northlight Sensing Inc.",
        ("nora", f"/en/vendor/calls/{call.reference}/"): "Kim Delaney also acts for Kestrel Analytics Ltd.",
    }
    before = [said in sign_in(who).get(url).content.decode() for (who, url), said in pages.items()]
    share_kim(actor, now)
    after = [said in sign_in(who).get(url).content.decode() for (who, url), said in pages.items()]
    assert (before, after) == ([False] * 3, [True] * 3)
    assert mails_to("nora")[-1] == "Kim Delaney acts for Northlight Sensing Inc. and for Kestrel Analytics Ltd."


def test_two_opened_bids_that_share_people_are_a_finding(
    sign_in: Callable[[str], Client], actor: Any, now: Any, step: Any
) -> None:
    place = step("under-our-streets", "shortlist")
    call = find_evaluation(place).solicitation
    bidders = {s.vendor.code for s in list_opened(call)}
    assert {"kestrel", "northlight"} <= bidders
    url, said = "/en/city/challenges/under-our-streets/shortlist/", "Kim Delaney acted for"

    def outcome() -> Outcome:
        return next(f.outcome for f in judge(place, now=now).findings if f.rule.id == "separate-bidders")

    assert (outcome(), said in sign_in("olivia").get(url).content.decode()) == (Outcome.HOLDS, False)
    share_kim(actor, now)  # after the closing: nobody shared anything while it was open
    assert outcome() is Outcome.HOLDS
    VendorMember.objects.filter(person__code="kim").update(since=call.published_at)
    assert outcome() is Outcome.WARNING
    assert said in sign_in("olivia").get(url).content.decode()
    VendorMember.objects.filter(person__code="kim", vendor__code="northlight").update(ended_at=call.published_at)
    assert outcome() is Outcome.WARNING  # left while it was open
