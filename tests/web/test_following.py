"""Following words or a city: entered, ended, and mailed when a call is published that everybody may answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from mix.actions.core.run import run
from mix.actions.market import following
from mix.data.models import Follow, MailChoice, Message, Municipality, Person, Solicitation
from mix.readers.core.outbox import stop_token
from mix.readers.market.notices import wording_of
from mix.rules.core.unmet import Refused
from mix.rules.market.following import MOST
from tests.web.reading import entered

pytestmark = pytest.mark.django_db
PAGE = "/en/me/follows/"


def text(page: Any) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", page.content.decode())))


def told(actor: Any, now: Any, reference: str) -> list[str]:
    """Tell who follows it that a call is out, as its publication does; return who was."""
    call = Solicitation.objects.select_related("step__challenge__municipality", "step__challenge__method").get(
        reference=reference
    )
    since = Message.objects.latest("id").pk
    run(actor("olivia"), now, following.tell_followers, call, wording_of(call))
    rows = Message.objects.filter(pk__gt=since, code="call_followed").order_by("to_email")
    return [row.to_email.partition("@")[0] for row in rows]


def test_what_was_searched_for_is_followed_and_ended(sign_in: Callable[[str], Client]) -> None:
    found = sign_in("").get("/en/challenges/?q=leaks&city=guelph").content.decode()
    assert 'href="/en/me/follows/?q=leaks&amp;city=guelph"' in found
    tess = sign_in("tess")
    form = tess.get(f"{PAGE}?q=leaks&city=guelph").content.decode()
    assert entered(form, "words") == "leaks"
    assert '<option value="guelph" selected>' in form
    assert tess.post(PAGE, {"act": "follow", "words": " ", "city": ""}).status_code == 422
    assert tess.post(PAGE, {"act": "follow", "words": "leaks", "city": "guelph"}).status_code == 302
    assert tess.post(PAGE, {"act": "follow", "words": "leaks ", "city": "guelph"}).status_code == 302
    assert tess.post(PAGE, {"act": "follow", "words": "Water", "city": ""}).status_code == 302
    assert list(Follow.objects.order_by("id").values_list("person__code", "words", "city__code")) == [
        ("tess", "leaks", "guelph"),
        ("tess", "Water", None),
    ]
    item = Follow.objects.get(words="Water").pk
    assert sign_in("nora").post(PAGE, {"act": "unfollow", "item": item}).status_code == 404
    assert tess.post(PAGE, {"act": "unfollow", "item": item}).status_code == 302
    page = text(tess.get(PAGE))
    assert ("leaks, " in page, "Water" in page) == (True, False)
    assert "Vous ne suivez rien" in text(sign_in("nora").get("/fr/me/follows/"))


def test_what_cannot_be_followed_is_said(actor: Callable[[str], Any], now: Any) -> None:
    for words, code in (
        ("", "follow_nothing"),
        ("a b c d e f g h i", "follow_too_long"),
        ("x" * 121, "follow_too_long"),
    ):
        with pytest.raises(Refused) as caught:
            run(actor("tess"), now, following.follow, words=words)
        assert [u.code for u in caught.value.unmet] == [code]
    for n in range(MOST):
        run(actor("tess"), now, following.follow, words=f"word{n}")
    with pytest.raises(Refused) as caught:
        run(actor("tess"), now, following.follow, words="more")
    assert [u.code for u in caught.value.unmet] == ["follow_too_many"]
    run(actor("tess"), now, following.follow, words="word1")
    assert Follow.objects.count() == MOST


def test_who_follows_it_is_mailed_with_a_stop_of_its_own(
    actor: Callable[[str], Any], sign_in: Callable[[str], Client], now: Any
) -> None:
    guelph, barrie = (Municipality.objects.get(code=code) for code in ("guelph", "barrie"))
    for who, facts in (
        ("kim", {"words": "LEAKS"}),
        ("lucia", {"city": guelph}),
        ("bo", {"city": barrie, "words": "leaks"}),
        ("nora", {"words": "roads"}),
    ):
        run(actor(who), now, following.follow, **facts)
    run(actor("kim"), now, following.follow, city=guelph)
    assert told(actor, now, "WATER-LEAKS-RFSQ8") == ["kim", "lucia"]
    sent = Message.objects.filter(code="call_followed").get(to_email=Person.objects.get(code="kim").email)
    assert sent.path == "calls/WATER-LEAKS-RFSQ8/"
    assert "What" not in sent.subject
    stop = f"/en/mail/stop/{stop_token(sent)}/"
    assert sign_in("").post(stop).status_code == 200
    assert MailChoice.objects.get(to="kim").kind == "follows"
    assert told(actor, now, "WATER-LEAKS-RFSQ8") == ["lucia"]
    assert "Never" in text(sign_in("kim").get(PAGE))


def test_nobody_is_told_of_what_is_not_open_to_everybody_or_on_trial(actor: Callable[[str], Any], now: Any) -> None:
    run(actor("kim"), now, following.follow, city=Municipality.objects.get(code="guelph"))
    closed = next(c for c in Solicitation.objects.filter(step__key="application") if c.step.challenge.is_fictional)
    assert told(actor, now, closed.reference) == []
    call = Solicitation.objects.get(reference="WATER-LEAKS-RFSQ8")
    type(call.step.challenge).objects.filter(pk=call.step.challenge_id).update(is_trial=True)
    assert told(actor, now, call.reference) == []
