"""An addendum that changes one question: it alone is asked again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from mix.actions.core.run import run
from mix.actions.market import addenda, openings, submissions
from mix.data.models import Addendum, Message, Solicitation, Submission
from mix.readers.market.sealing import read_draft
from mix.readers.market.solicitations import form_of, spec_of_call
from mix.readers.market.submissions import list_earlier_asked
from mix.rules.core.fields import Wording
from mix.rules.core.kinds import Envelope
from mix.rules.core.unmet import Refused

pytestmark = pytest.mark.django_db
NEW = Wording(en="How would you find a leak in a building of many units?", fr="Et dans un immeuble?")


@pytest.fixture
def call(db: None) -> Solicitation:
    """Return the open call about leaks: Tamarack writes, Northlight has finalised."""
    return Solicitation.objects.get(step__challenge__code="water-leaks", step__key="invitation")


def change(actor: Any, call: Solicitation, now: Any, **given: Any) -> Addendum:
    words = {"question": "approach", "title": NEW, "text": "Many live in such buildings.", **given}
    return run(actor("martin"), now, addenda.change_question, call, **words)


def codes(caught: Any) -> list[str]:
    return [u.code for u in caught.value.unmet]


def of(call: Solicitation, vendor: str) -> Submission:
    return Submission.objects.get(solicitation=call, vendor__code=vendor)


def test_the_form_has_the_new_words_and_keeps_the_rest(call: Solicitation, actor: Any, now: Any) -> None:
    before = form_of(call)
    made = change(actor, call, now)
    call.refresh_from_db()
    after = form_of(call)
    assert after.number == before.number + 1 == made.form_number
    assert [q.field.key for q in after.asked] == [q.field.key for q in before.asked]
    differing = [q.field.key for q, old in zip(after.asked, before.asked, strict=True) if q.field != old.field]
    assert differing == ["approach"]
    asked = next(s for s in spec_of_call(call).answers if s.key == "approach")
    assert (asked.title, asked.max_words) == (NEW, before.question("approach").field.max_words)
    assert (made.is_substantial, made.asked_before["title"]["en"]) == (True, before.question("approach").field.title.en)
    assert made.asked_after["title"]["en"] == NEW.en


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"text": " "}, "answer_missing"),
        ({"question": "nothing"}, "question_unknown"),
        ({"title": None}, "question_unchanged"),
    ],
)
def test_what_changes_nothing_is_refused(
    call: Solicitation, actor: Any, now: Any, given: dict[str, Any], code: str
) -> None:
    if given.get("title", "") is None:
        given = {"title": form_of(call).question("approach").field.title}
    with pytest.raises(Refused) as caught:
        change(actor, call, now, **given)
    assert codes(caught) == [code]
    assert not call.addenda.exclude(question="").exists()


def test_it_leaves_two_days(call: Solicitation, actor: Any, now: Any) -> None:
    with pytest.raises(Refused) as caught:
        change(actor, call, call.closes_at - timedelta(hours=47))
    assert codes(caught) == ["addendum_needs_time"]


def test_each_vendor_is_told_what_it_must_do(call: Solicitation, actor: Any, now: Any) -> None:
    before = set(Message.objects.values_list("pk", flat=True))
    change(actor, call, now)
    told = {m.to_email.partition("@")[0]: m for m in Message.objects.exclude(pk__in=before)}
    assert told["nora"].subject.startswith("Answer one question anew")
    assert told["tess"].subject.startswith("A question changed")
    for code in ("nora", "tess"):
        assert NEW.en in told[code].body
        assert "It read: Approach" in told[code].body


def test_only_the_changed_question_is_shown_again_and_answers_stay(
    call: Solicitation, actor: Any, now: Any, sign_in: Callable[[str], Client]
) -> None:
    own = of(call, "tamarack")
    run(actor("tess"), now, submissions.save_answers, own, answers={"approach": "With our ears", "team": "Three"})
    change(actor, call, now)
    tess, page = sign_in("tess"), f"/en/vendor/submissions/{own.code}/"
    text = tess.get(page).content.decode()
    assert "changed one question" in text
    assert f"<b>{NEW.en}</b>" in text
    assert text.count('href="#f-approach"') == 1
    assert read_draft(own) == {**read_draft(own), "approach": "With our ears", "team": "Three"}
    check = tess.get(f"{page}check/").content.decode()
    assert "Your answer so far" in check
    assert "With our ears" in check.partition("Your answer so far")[2][:200]
    run(actor("tess"), now, submissions.acknowledge, own, addendum=call.addenda.get(question="approach"))
    assert "changed one question" not in tess.get(page).content.decode()


def test_what_was_not_answered_anew_says_so_once_it_is_opened(
    call: Solicitation, actor: Any, now: Any, sign_in: Callable[[str], Client]
) -> None:
    change(actor, call, now)
    northlight = of(call, "northlight")
    assert [(a.question, stands) for a, stands in list_earlier_asked(northlight)] == [("approach", False)]
    page = f"/en/vendor/submissions/{northlight.code}/check/"
    assert "What you finalised answers the earlier question" in sign_in("nora").get(page).content.decode()
    call.refresh_from_db()
    later = call.closes_at + timedelta(hours=2)
    run(actor("olivia"), later, openings.open_envelopes, call, envelope=Envelope.TECHNICAL)
    step = sign_in("olivia").get("/en/city/challenges/water-leaks/invitation/").content.decode()
    assert "It answers the question as it was before addendum 1: “Approach”. It was not answered anew." in step
    act = call.openings.get().act["statement"]
    assert [e["unconfirmed"] for e in act["envelopes"] if e["vendor"] == "northlight"] == [[1]]


def test_whoever_says_that_an_answer_stands_is_read_so(call: Solicitation, actor: Any, now: Any) -> None:
    made, northlight = change(actor, call, now), of(call, "northlight")
    run(actor("nora"), now, submissions.acknowledge, northlight, addendum=made)
    assert [stands for _a, stands in list_earlier_asked(northlight)] == [True]


def test_who_finalises_anew_has_answered_the_changed_question(call: Solicitation, actor: Any, now: Any) -> None:
    made, northlight = change(actor, call, now), of(call, "northlight")
    answers = {"approach": "One reading for each unit", "team": "Six", "insurance": True}
    run(actor("nora"), now, submissions.save_answers, northlight, answers=answers)
    with pytest.raises(Refused) as caught:
        run(actor("nora"), now, submissions.finalise, northlight, retry_key="again")
    assert codes(caught) == ["addendum_unread"]
    run(actor("nora"), now, submissions.acknowledge, northlight, addendum=made)
    version = run(actor("nora"), now, submissions.finalise, northlight, retry_key="again")
    assert version.statement.acknowledged == (1,)
    assert list_earlier_asked(of(call, "northlight")) == []
