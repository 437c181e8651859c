"""Pages on which vendors answer together: asked, joined, declined, left; and what the call says of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mix.data.models import CoApplicant, Solicitation, Submission, SubmissionVersion
from mix.readers.market.solicitations import form_of
from tests.beside import again, asked, begun, drafted, joined, published
from tests.web.reading import finalising_form

pytestmark = pytest.mark.django_db
PAGE = "/en/city/challenges/water-leaks/invitation/call/"
SignIn = Callable[[str], Client]


@pytest.fixture
def call(challenge: Any, actor: Any, now: datetime) -> Solicitation:
    return published(challenge, actor, now)


@pytest.fixture
def draft(call: Solicitation, actor: Any, now: datetime) -> Submission:
    return begun(call, actor, now, "tamarack", "tess")


def text(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, url
    main = answer.content.decode().partition("<main")[2]
    return " ".join(unescape(re.sub("<[^>]+>", " ", main)).split())


def page(draft: Submission) -> str:
    return reverse("vendor-together", args=[draft.code])


def test_the_lead_asks_and_somebody_who_may_sign_joins(draft: Submission, sign_in: SignIn) -> None:
    tess, remi = sign_in("tess"), sign_in("remi")
    assert "In this call a vendor may answer together with up to 2 others." in text(tess, page(draft))
    asks = {"act": "ask", "vendor": "Relevé Souterrain"}
    assert tess.post(page(draft), asks).status_code == 302
    row = CoApplicant.objects.get()
    url = reverse("vendor-asked", args=[row.code])
    assert "Answer an organization that asks to answer a call with you" in text(remi, "/en/vendor/")
    shown = text(remi, url)
    assert "Tamarack Ground Data Co-op asks Relevé Souterrain inc. to answer together" in shown
    assert "neither alone nor with others" in shown
    assert remi.post(url, {"act": "join"}).status_code == 422  # nobody is bound without a word
    assert remi.post(url, {"act": "join", "bind": "on"}).status_code == 302
    assert "Go to the answer" in text(remi, url)
    assert "Seven of two firms" in remi.get(reverse("vendor-submission", args=[draft.code])).content.decode()
    shown = text(remi, reverse("vendor-check", args=[draft.code]))
    assert "Tamarack Ground Data Co-op leads this answer, and alone finalises it." in shown
    assert "Answer no longer together" in text(remi, page(draft))
    assert tess.get(url).status_code == 302  # who asked is sent to the answer
    assert sign_in("nora").get(url).status_code == 404
    assert sign_in("olivia").get(page(draft)).status_code == 404


def test_the_lead_finalises_for_all_and_nobody_comes_or_goes_then(
    draft: Submission, actor: Any, now: datetime, sign_in: SignIn
) -> None:
    joined(draft, actor, now, "releve", "remi")
    tess, check = sign_in("tess"), reverse("vendor-check", args=[draft.code])
    form = finalising_form(tess.get(check).content.decode())
    assert form["beside"] == "releve"
    assert tess.post(check, {**form, "bind": "on"}).status_code == 302
    version = SubmissionVersion.objects.get(submission=draft)
    for who in ("tess", "remi"):
        assert "Tamarack Ground Data Co-op · Relevé Souterrain inc." in text(
            sign_in(who), reverse("vendor-receipt", args=[version.reference])
        )
    shown = text(tess, page(draft))
    assert "What you finalised is sealed with these names." in shown
    assert "Answer without it" not in shown
    assert tess.post(page(draft), {"act": "ask", "vendor": "Kestrel Analytics Ltd."}).status_code == 404


def test_who_declines_or_leaves_reads_no_draft_any_more(
    draft: Submission, actor: Any, now: datetime, sign_in: SignIn
) -> None:
    url = reverse("vendor-asked", args=[asked(draft, actor, now, "releve").code])
    remi, tess = sign_in("remi"), sign_in("tess")
    check = reverse("vendor-check", args=[draft.code])
    form = finalising_form(tess.get(check).content.decode())
    refused = tess.post(check, {**form, "bind": "on"})
    assert refused.status_code == 422
    assert "asked to answer with you, and has not answered" in refused.content.decode()
    assert remi.post(url, {"act": "decline"}).status_code == 302
    assert "You do not answer together." in text(remi, url)
    assert "Not with you" in text(tess, page(draft))
    joined(draft, actor, now, "northlight", "nora")
    nora = sign_in("nora")
    assert nora.post(page(draft), {"act": "leave"}).status_code == 422
    left = nora.post(page(draft), {"act": "leave", "sure": "on"}, follow=True)
    assert (left.status_code, "You left." in left.content.decode()) == (200, True)
    assert nora.get(page(draft)).status_code == 404


def test_earlier_answers_of_the_lead_are_not_those_of_who_joined(
    draft: Submission, actor: Any, now: datetime, sign_in: SignIn
) -> None:
    joined(draft, actor, now, "releve", "remi")
    url = reverse("vendor-earlier", args=[draft.code, "approach"])
    ours, theirs = text(sign_in("tess"), url), text(sign_in("remi"), url)
    assert "Join ratings, work orders and pictures in one street model." in ours
    assert "Join ratings, work orders and pictures in one street model." not in theirs
    assert "Un radar léger et des caméras." in theirs


def test_a_call_in_which_each_answers_alone_has_no_such_page(
    challenge: Any, actor: Any, now: datetime, sign_in: SignIn
) -> None:
    made = published(challenge, actor, now, most=0)
    own = begun(made, actor, now, "tamarack", "tess")
    assert sign_in("tess").get(page(own)).status_code == 404
    assert "Each vendor answers alone." in text(sign_in(""), reverse("public-notice", args=[made.reference]))


def test_the_notice_and_the_page_before_answering_say_it(call: Solicitation, sign_in: SignIn) -> None:
    said = "A vendor may answer together with up to 2 others, as one."
    assert said in text(sign_in(""), reverse("public-notice", args=[call.reference]))
    assert said in text(sign_in("remi"), reverse("vendor-call", args=[call.reference]))
    french = reverse("public-notice", args=[call.reference]).replace("/en/", "/fr/")
    assert "Un fournisseur peut répondre avec jusqu’à 2 autres, comme un seul." in text(sign_in(""), french)


def test_whoever_prepares_the_call_allows_it_within_the_bounds_of_the_method(
    challenge: Any, actor: Any, now: datetime, sign_in: SignIn
) -> None:
    made = drafted(challenge, actor, now, most=0)
    made.step.state = "active"
    made.step.save()
    olivia = sign_in("olivia")
    assert "each vendor alone" in text(olivia, PAGE)
    number = form_of(again(made)).number
    refused = olivia.post(PAGE, {"act": "answer_together", "number": number, "most": "5"})
    assert refused.status_code == 422
    assert "a call lets a vendor answer together with at most 4 others; here are 5" in refused.content.decode()
    assert olivia.post(PAGE, {"act": "answer_together", "number": number, "most": "3"}).status_code == 302
    assert form_of(again(made)).co_applicants == 3
    assert "Vendors may answer together with others, at most : 3" in text(olivia, PAGE)
