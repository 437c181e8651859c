"""What a city writes on the way is in both languages where it was written in both, and marked where it was not."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from mix.actions.choice import awards
from mix.actions.core.run import run
from mix.actions.market import addenda, engagements, solicitations
from mix.data.models import (
    Addendum,
    Engagement,
    GateSignature,
    Letter,
    Message,
    Notice,
    Person,
    Question,
    Solicitation,
    Step,
    Submission,
)
from mix.readers.core.actors import Actor
from mix.readers.market.notices import list_sections
from mix.rules.case.states import NoticeKind
from mix.rules.core.fields import FieldType, Wording, joined
from mix.rules.core.kinds import StepState

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


def test_an_addendum_is_mailed_in_the_words_of_the_reader(
    call: Solicitation, actor: Callable[[str], Any], now: Any
) -> None:
    Person.objects.filter(code="tess").update(language="fr")
    run(actor("olivia"), now, addenda.issue, call, text=BOTH, is_substantial=False)
    body = Message.objects.get(code="addendum", to_email=actor("tess").someone.email).body
    assert (BOTH.in_("fr")[:14] in body, BOTH.en in body) == (True, False)


def test_what_documents_say_in_a_notice_is_marked_on_the_french_page(call: Solicitation) -> None:
    written = next(s.value for s in list_sections(call) if s.spec.type == FieldType.TEXT and isinstance(s.value, str))
    first = escape(written.splitlines()[0][:40])
    french, english = page(Client(), "fr"), page(Client(), "en")
    assert re.search(rf'<div lang="en">\s*<p>{re.escape(first)}', french)
    assert first in english
    assert '<div lang="en">' not in english


def test_what_a_city_wrote_without_a_language_is_marked_on_french_pages() -> None:
    """The problem, the measures and what came of it are fields of documents, or reasons: bare texts."""
    running = page(Client(), "fr", "/{}/challenges/water-leaks/")
    assert '<div lang="en"><p>A toilet that runs loses a bathtub' in running
    assert '<span lang="en">Days from leak to notice</span>' in running
    done = page(Client(), "fr", "/{}/challenges/guelph-roads-sprint/")
    assert '<div lang="en"><p>Streets are rated monthly.' in done
    assert '<span lang="en">Share of roads rated in the last 30 days</span>' in done
    assert ONLY in running
    assert ONLY in done
    outcomes = page(Client(), "fr", "/{}/outcomes/")
    assert '<div lang="en"><p>Streets are rated monthly.' in outcomes
    assert '<div lang="en"><p>The garage on Wilson Street closes' in outcomes
    for address in ("/{}/challenges/water-leaks/", "/{}/challenges/guelph-roads-sprint/", "/{}/outcomes/"):
        assert 'lang="en"' not in page(Client(), "en", address).split("<main")[1].split("</main")[0]


def test_an_event_is_written_in_both_languages_and_read_in_that_of_the_reader(
    actor: Callable[[str], Any], sign_in: Callable[[str], Client], now: Any
) -> None:
    event = Engagement.objects.select_related("step__challenge").get(step__challenge__code="water-leaks")
    Engagement.objects.filter(pk=event.pk).update(published_at=None, held_at=None)
    Step.objects.filter(pk=event.step_id).update(state=StepState.ACTIVE, asked_at=None)
    url = f"/fr/city/challenges/water-leaks/{event.step.key}/"
    olivia = sign_in("olivia")
    given = {"title": "Open day", "title_fr": "Portes ouvertes", "place": "City Hall", "place_fr": "Hôtel de ville"}
    card = {"card0": "Leaks", "card0_fr": "Fuites", "text0": "We hear of them late."}
    start = {"starts_at": (now + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M")}
    assert olivia.post(url, {"act": "plan", **given, **card, **start}).status_code == 302
    event.refresh_from_db()
    assert (event.wording("title").in_("fr"), event.wording("place").in_("fr")) == ("Portes ouvertes", "Hôtel de ville")
    assert 'value="Portes ouvertes"' in page(olivia, "fr", url)
    run(actor("olivia"), now, engagements.publish, event)
    public = f"/{{}}/challenges/water-leaks/events/{event.step.key}/"
    french = page(Client(), "fr", public)
    assert all(said in french for said in ("<h1>Portes ouvertes</h1>", "Hôtel de ville", "<h3>Fuites</h3>", ONLY))
    assert '<div class="stack" lang="en"><p>We hear of them late.' in french
    assert "<h1>Open day</h1>" in page(Client(), "en", public)
    notice = Notice.objects.filter(challenge=event.step.challenge, kind=NoticeKind.ENGAGEMENT).order_by("-pk")[0]
    assert notice.wording("title").in_("fr") == "Portes ouvertes"
    event.refresh_from_db()
    asked = run(Actor(), now, engagements.ask, event, text="May we bring a sensor?")
    assert (
        olivia.post(url, {"act": "answer", "item": asked.pk, "text": BOTH.en, "text_fr": BOTH.in_("fr")}).status_code
        == 302
    )
    assert "Apportez deux copies" in page(Client(), "fr", public)
    told = {"happened_on": f"{now:%Y-%m-%d}", "with_whom": "Ana", "told": "When it is.", "told_fr": "La date."}
    assert olivia.post(url, {"act": "contact", **told}).status_code == 302
    assert "La date." in page(Client(), "fr", "/{}/challenges/water-leaks/")


def test_an_objection_is_answered_and_mailed_in_both_languages(
    actor: Callable[[str], Any], sign_in: Callable[[str], Client]
) -> None:
    letter = Letter.objects.filter(vendor__code="releve", is_selected=False).select_related("evaluation__step")[0]
    moment = letter.sent_at + timedelta(days=1)
    dispute = run(actor("remi"), moment, awards.file_dispute, letter, text="The weights\nwere others.")
    answer = Wording(en="They were printed.", fr="Ils étaient imprimés.")
    run(actor("martin"), moment, awards.answer_dispute, dispute, outcome="dismissed", answer=answer)
    mail = Message.objects.get(code="dispute_answered")
    assert (mail.language, answer.in_("fr") in mail.body, answer.en in mail.body) == ("fr", True, False)
    own = f"/{{}}/vendor/letters/{letter.pk}/"
    assert "<p>Ils étaient imprimés.</p>" in page(sign_in("remi"), "fr", own)
    assert "<p>They were printed.</p>" in page(sign_in("remi"), "en", own)
    assert "The weights<br>were others." in page(sign_in("remi"), "en", own)
