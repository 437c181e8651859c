"""What a city writes on the way is in both languages where it was written in both, and marked where it was not."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from mix.actions.core.run import run
from mix.actions.market import addenda, solicitations
from mix.data.models import Addendum, GateSignature, Message, Question, Solicitation, Submission
from mix.rules.core.fields import Wording, joined

pytestmark = pytest.mark.django_db
NOTICE = "/{}/calls/WATER-LEAKS-RFSQ8/"
BOTH = Wording(en="Bring two copies.", fr="Apportez deux copies : «papier».")
ONLY = "Texte disponible en anglais seulement."


@pytest.fixture
def call() -> Solicitation:
    return Solicitation.objects.select_related("step__challenge").get(reference="WATER-LEAKS-RFSQ8")


def page(client: Client, language: str, path: str = NOTICE) -> str:
    return client.get(path.format(language)).content.decode()


def test_a_notice_in_english_alone_says_so_on_the_french_page(call: Solicitation) -> None:
    french = page(Client(), "fr")
    assert f'<div class="stack" lang="en"><p>{call.body[:20]}' in french
    assert ONLY in french
    assert 'lang="en"' not in page(Client(), "en").split("<main")[1].split("</main")[0]


def test_an_addendum_in_both_languages_is_read_and_mailed_in_that_of_the_reader(
    call: Solicitation, actor: Callable[[str], Any], now: Any
) -> None:
    before = page(Client(), "fr").count(ONLY)
    run(actor("olivia"), now, addenda.issue, call, text=BOTH, is_substantial=False)
    assert Addendum.objects.get(solicitation=call, number=1).text == "Bring two copies."
    assert "<p>Apportez deux copies\u00a0: «\u00a0papier\u00a0».</p>" in page(Client(), "fr")
    assert page(Client(), "fr").count(ONLY) == before
    assert "<p>Bring two copies.</p>" in page(Client(), "en")
    mails = {m.language: m.body for m in Message.objects.filter(code="addendum")}
    assert mails
    for language, body in mails.items():
        assert BOTH.in_(language)[:14] in body


def test_an_answer_is_written_in_two_boxes_and_read_in_two_languages(
    call: Solicitation, actor: Callable[[str], Any], sign_in: Callable[[str], Client], now: Any
) -> None:
    vendor = Submission.objects.filter(solicitation=call).select_related("vendor")[0].vendor
    asked = Question.objects.create(solicitation=call, vendor=vendor, text="Two copies?", asked_at=now)
    step = f"/fr/city/challenges/water-leaks/{call.step.key}/"
    given = {"act": "write_answer", "row": asked.code, "item": asked.code, "text": BOTH.en, "text_fr": BOTH.in_("fr")}
    priya = sign_in("priya")
    shown = priya.get(step).content.decode()
    assert 'name="text_fr"' in shown
    assert priya.post(step, given).status_code == 302
    asked.refresh_from_db()
    assert asked.wording("answer") == BOTH
    run(actor("olivia"), now, solicitations.publish_answer, asked)
    assert "Apportez deux copies" in page(Client(), "fr")
    assert "Bring two copies." in page(Client(), "en")


def test_a_decision_is_read_in_the_language_in_which_all_who_took_it_wrote() -> None:
    english, both = Wording(en="Because."), Wording(en="Because.", fr="Parce que.")
    assert joined([both, both]) == both
    assert joined([both, english]) == Wording(en="Because.")
    assert joined([]) is None
    word = GateSignature.objects.filter(step__challenge__code="under-our-streets", translations__has_key="fr")[0]
    assert word.wording("public_summary").in_("fr") == "Quatre fournisseurs ont répondu à temps."
    shown = page(Client(), "fr", "/{}/challenges/under-our-streets/")
    assert "Quatre fournisseurs ont répondu à temps." in shown
    assert '<span lang="en">' in shown
