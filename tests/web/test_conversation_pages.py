"""The pages on which a city and a vendor write one document together."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mix.actions.core.run import run
from mix.actions.delivery import conversations
from mix.data.models import Conversation
from mix.readers.delivery.conversations import content_of
from tests.talking import CASE, PLAN, STEP, begun, step_at_hand
from tests.web.reading import compared, entered

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
CANARY = "Our valve of ash wood"


@pytest.fixture
def made(db: None) -> Conversation:
    """Return Tamarack's plan, begun."""
    return begun()[0]


def city_page(found: Conversation) -> str:
    return reverse("city-conversation", args=[CASE, found.code])


def vendor_page(found: Conversation) -> str:
    return reverse("vendor-conversation", args=[found.code])


def writing(found: Conversation) -> str:
    return reverse("vendor-conversation-write", args=[found.code])


def posted(version: int, **changes: str) -> dict[str, Any]:
    """Return what the page on which a vendor writes sends."""
    rows = {f"plans-{n}-{key}": value for n, row in enumerate(PLAN["plans"]) for key, value in row.items()}
    boxes = {key: value for key, value in PLAN.items() if key != "plans"}
    return {**boxes, **rows, "version": str(version), "go": "on", **changes}


def handed(found: Conversation, actor: Callable[[str], Any], **changes: str) -> None:
    now = datetime.now(UTC)
    run(actor("tess"), now, conversations.save, found, answers={**PLAN, **changes})
    run(actor("tess"), now, conversations.hand_over, found)


def text_of(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status
    return answer.content.decode()


def test_a_plan_is_written_replied_to_revised_and_agreed_on(made: Conversation, sign_in: SignIn) -> None:
    tess, priya = sign_in("tess"), sign_in("priya")
    assert "Forty trees" in text_of(tess, writing(made))  # what the round before ended with
    assert tess.post(writing(made), posted(0, scope=CANARY)).status_code == 302
    page = text_of(tess, vendor_page(made))
    assert "You saved version 1, which the city has not seen" in page
    assert CANARY not in text_of(priya, city_page(made))
    assert tess.post(vendor_page(made), {"act": "hand_over"}).status_code == 302
    assert CANARY in text_of(priya, city_page(made))
    said = {"act": "reply", "item": "sites", "text": "Two streets are closed in May"}
    assert priya.post(city_page(made), said).status_code == 302
    assert priya.post(city_page(made), {"act": "hand_over"}).status_code == 302
    page = text_of(tess, vendor_page(made))
    assert "It is your turn" in page
    assert "Two streets are closed in May" in page
    assert "Two streets are closed in May" in text_of(tess, writing(made))
    assert tess.post(writing(made), posted(1, scope=CANARY, sites="One street")).status_code == 302
    tess.post(vendor_page(made), {"act": "hand_over"})
    page = text_of(priya, city_page(made))
    assert [kind for kind, _ in compared(page) if kind != "same"] == ["gone", "new"]
    assert "What changed from version 1 to version 2" in page
    agree = {"act": "agree", "sure": "on", "seen": entered(page, "seen")}
    assert priya.post(city_page(made), agree).status_code == 302
    page = text_of(tess, vendor_page(made))
    assert "The other side agreed to what stands here" in page
    tess.post(vendor_page(made), {"act": "agree", "sure": "on", "seen": entered(page, "seen")})
    page = text_of(tess, vendor_page(made))
    assert "Both sides agreed to version 2" in page
    assert "<form" not in page.partition("<main")[2]
    assert tess.get(writing(made)).status_code == 302


def test_who_agrees_to_what_changed_is_shown_it_again(
    made: Conversation, sign_in: SignIn, actor: Callable[[str], Any]
) -> None:
    handed(made, actor)
    priya = sign_in("priya")
    before = entered(text_of(priya, city_page(made)), "seen")
    handed(made, actor, exit="We leave the pipes")
    answer = priya.post(city_page(made), {"act": "agree", "sure": "on", "seen": before})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "nothing was agreed" in page
    assert "We leave the pipes" in page
    assert entered(page, "seen") != before
    assert not made.words.exists()


def test_nothing_typed_is_lost(made: Conversation, sign_in: SignIn, actor: Callable[[str], Any]) -> None:
    tess = sign_in("tess")
    answer = tess.post(writing(made), posted(0, staff_time="a few", scope=CANARY))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert CANARY in page
    assert 'href="#f-staff_time"' in page
    assert not made.versions.exists()
    tess.post(writing(made), posted(0))
    tess.post(writing(made), posted(1, ai="A little", risks="Frost"))
    answer = tess.post(writing(made), posted(1, ai="A lot", exit="All goes"))
    page = answer.content.decode()
    assert answer.status_code == 409
    for kept in ("A lot", "A little", "Frost", "All goes"):
        assert kept in page
    again = posted(2, ai="A lot", risks="Frost", exit="All goes", **{"since-ai": "2"})
    assert tess.post(writing(made), again).status_code == 409  # it is still to be chosen
    assert tess.post(writing(made), {**again, "choose-ai": "theirs"}).status_code == 302
    content = content_of(made, 3)
    assert (content["ai"], content["risks"], content["exit"]) == ("A little", "Frost", "All goes")


def test_nobody_else_sees_it(made: Conversation, sign_in: SignIn, actor: Callable[[str], Any]) -> None:
    handed(made, actor, scope=CANARY)
    run(actor("priya"), datetime.now(UTC), conversations.reply, made, text=CANARY)
    for code in ("nora", "kim", "priya"):
        for url in (vendor_page(made), writing(made)):
            assert sign_in(code).get(url).status_code == 404
    reads = {"priya", "sam", "olivia", "martin", "noor", "leah", "fiona", "audrey"}
    for code in (*reads, "frank", "anita", "eva", "hugo", "lena", "nora", "ada"):
        status = sign_in(code).get(city_page(made)).status_code
        assert (status == 200) == (code in reads), (code, status)
    pages = [
        reverse("public-challenge", args=[CASE]),
        reverse("vendor-home"),
        reverse("public-log"),
        reverse("city-step", args=[CASE, STEP]),
    ]
    for code in ("nora", "", "frank"):
        for url in pages:
            assert CANARY not in sign_in(code).get(url).content.decode()


def test_the_step_begins_dates_and_lists(sign_in: SignIn, actor: Callable[[str], Any]) -> None:
    step = step_at_hand()
    priya, url = sign_in("priya"), reverse("city-step", args=[CASE, STEP])
    page = text_of(priya, url)
    assert "None is begun yet" in page
    assert "Begin the document with Tamarack" in page
    until = (datetime.now(UTC) + timedelta(days=5)).strftime("%Y-%m-%dT%H:%M")
    assert priya.post(url, {"act": "begin", "until": until}).status_code == 302
    page = text_of(priya, url)
    assert page.count("the vendor’s turn") == 2
    answer = priya.post(url, {"act": "move_date", "until": until, "reason": "None"})
    assert (answer.status_code, "later than before" in answer.content.decode()) == (422, True)
    found = Conversation.objects.get(step=step, round=2, vendor__code="tamarack")
    assert reverse("city-conversation", args=[CASE, found.code]) in page
    page = text_of(sign_in("frank"), url)
    assert found.code not in page
    assert "Tamarack" in page


def test_the_city_ends_one_on_its_page(made: Conversation, sign_in: SignIn) -> None:
    priya = sign_in("priya")
    assert priya.post(city_page(made), {"act": "end", "reason": ""}).status_code == 422
    assert priya.post(city_page(made), {"act": "end", "reason": "No register to lend"}).status_code == 302
    page = text_of(sign_in("tess"), vendor_page(made))
    assert "The city ended this without an agreement" in page
    assert "No register to lend" in page


def test_it_flows_on(sign_in: SignIn, actor: Callable[[str], Any]) -> None:
    found = Conversation.objects.get(step__challenge__code=CASE, vendor__code="tamarack")
    tess = sign_in("tess")
    link = f'href="{vendor_page(found)}"'
    assert link in text_of(tess, reverse("vendor-home"))
    assert link in text_of(tess, reverse("vendor-sprint", args=[CASE, "sprint-run"]))
    agreement = found.vendor.agreements.get(step__challenge__code=CASE)
    assert link in text_of(tess, reverse("vendor-agreement", args=[agreement.code]))
    page = text_of(sign_in("leah"), reverse("city-agreement", args=[CASE, agreement.code]))
    assert f'href="{city_page(found)}"' in page
    assert "On forty trees" in text_of(sign_in("priya"), reverse("city-step", args=[CASE, "sprint-run"]))
    page = text_of(sign_in("audrey"), reverse("oversight-case", args=[CASE]))
    assert found.agreed_digest in page
    assert "On forty trees" in page


def test_it_is_said_in_french(made: Conversation, sign_in: SignIn, actor: Callable[[str], Any]) -> None:
    handed(made, actor)
    for code, url in (("priya", city_page(made)), ("tess", vendor_page(made)), ("tess", writing(made))):
        page = text_of(sign_in(code), url.replace("/en/", "/fr/"))
        main = re.sub(r"<[^>]+>", " ", page.partition("<main")[2])
        for english in ("Hand over", "Reply", "Agree", "Written until", "It is", "Version of", "Save"):
            assert english not in main, english
