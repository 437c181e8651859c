"""Before and while a vendor answers: the call at one glance, its own earlier answers, a way to each answer."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mix.actions.core.run import run
from mix.actions.market import submissions
from mix.data.models import OpenedEnvelope, Solicitation, Submission
from mix.readers.market.library import list_earlier
from mix.readers.market.sealing import read_draft
from mix.readers.market.solicitations import spec_of_call
from mix.rules.core.kinds import Envelope

pytestmark = pytest.mark.django_db
WATER = "WATER-LEAKS-RFSQ8"


@pytest.fixture
def own(sign_in: Callable[[str], Client]) -> tuple[Client, Submission]:
    """Return Nora, and the draft of Northlight to an open call."""
    nora = sign_in("nora")
    call = Solicitation.objects.get(reference=WATER)
    found = Submission.objects.filter(solicitation=call, vendor__code="northlight").select_related(
        "vendor", "solicitation__step__challenge__method"
    )
    return nora, found[0]


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_a_call_says_at_one_glance_what_it_asks_pays_and_takes(own: tuple[Client, Submission]) -> None:
    page = text_of(own[0], reverse("vendor-call", args=[WATER]))
    asked = spec_of_call(own[1].solicitation).answers
    words = sum(spec.max_words or 300 for spec in asked if spec.type == "text")
    assert f"{len(asked)} questions" in page
    assert f"{words} words at 100 to 200 an hour" in page
    for said in ("hours of work", "Answering is not paid.", "What you would sign", "Insurance, high risk"):
        assert said in page
    assert own[1].solicitation.contact in page
    assert page.index("Before you answer") < page.index("Your submission")


def test_each_answer_has_its_way_back_from_the_check(
    own: tuple[Client, Submission], actor: Callable[[str], Any], now: Any
) -> None:
    run(actor("nora"), now, submissions.save_answers, own[1], answers={"team": "Two people."})
    page = text_of(own[0], reverse("vendor-check", args=[own[1].code]))
    form = text_of(own[0], reverse("vendor-submission", args=[own[1].code]))
    for spec in spec_of_call(own[1].solicitation).fields_of(Envelope.TECHNICAL.value):
        assert f'href="{reverse("vendor-submission", args=[own[1].code])}#f-{spec.key}"' in page
        assert f'id="f-{spec.key}"' in form


def test_earlier_answers_are_offered_beside_a_question_and_put_there_only_when_one_says_so(
    own: tuple[Client, Submission],
    actor: Callable[[str], Any],
) -> None:
    nora, submission = own
    earlier = [a for a in list_earlier(submission, actor=actor("nora")) if a.spec.key == "team"]
    assert earlier
    before = read_draft(submission).get("team")
    address = reverse("vendor-earlier", args=[submission.code, "team"])
    assert f'href="{address}"' in text_of(nora, reverse("vendor-submission", args=[submission.code]))
    assert earlier[0].text.splitlines()[0] in text_of(nora, address)
    submission.refresh_from_db()
    assert read_draft(submission).get("team") == before
    sent = {"act": "use", "item": earlier[0].key, "draft": str(submission.draft_version)}
    answer = nora.post(address, sent)
    assert answer["Location"].endswith("#f-team")
    assert read_draft(submission)["team"] == earlier[0].text
    assert nora.post(address, {**sent, "item": f"{WATER}/approach"}).status_code == 404


def test_nobody_reads_anothers_earlier_answers_and_none_that_is_sealed(
    own: tuple[Client, Submission], sign_in: Callable[[str], Client], actor: Callable[[str], Any]
) -> None:
    submission = own[1]
    opened = OpenedEnvelope.objects.filter(submission__vendor=submission.vendor, envelope="technical")
    rows = opened.values_list("submission__solicitation__reference", "answers")
    own_texts = {(call, text) for call, answers in rows for text in answers.values() if isinstance(text, str)}
    found = {(a.call, a.text) for a in list_earlier(submission, actor=actor("nora"))}
    assert found
    assert found <= own_texts
    address = reverse("vendor-earlier", args=[submission.code, "team"])
    assert sign_in("tess").get(address).status_code == 404
    assert sign_in("olivia").get(address).status_code == 404
    for field in ("none", "cost"):
        assert own[0].get(reverse("vendor-earlier", args=[submission.code, field])).status_code == 404


def test_once_a_call_is_closed_nothing_is_put_into_a_draft(own: tuple[Client, Submission], now: Any) -> None:
    nora, submission = own
    call = submission.solicitation
    call.questions_until, call.closes_at = now - timedelta(days=2), now - timedelta(minutes=1)
    call.save()
    answer = nora.get(reverse("vendor-earlier", args=[submission.code, "team"]))
    assert answer["Location"] == reverse("vendor-submission", args=[submission.code])
