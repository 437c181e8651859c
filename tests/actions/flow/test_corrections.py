"""A step that is done is corrected with a reason, and one that waits is prepared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from mix.actions.case import documents
from mix.actions.core.run import run
from mix.actions.flow import corrections, moves
from mix.data.models import Event, Message, Step
from mix.readers.case.documents import gather_facts, latest_content
from mix.rules.city.methods import Fact
from mix.rules.core.kinds import StepState
from mix.rules.core.unmet import Refused

pytestmark = pytest.mark.django_db
PLACE = ("water-leaks", "procurement-brief")
PAGE = "/en/city/challenges/water-leaks/procurement-brief/"


def codes(caught: Any) -> list[str]:
    return [u.code for u in caught.value.unmet]


def correct(who: Any, step: Step, now: Any, **given: Any) -> Any:
    words = {"answers": {"sprint_fee": "26,000"}, "reason": "The fee of the council’s decision", **given}
    return run(who, now, corrections.correct, step, **words)


def test_both_versions_stay_and_facts_follow(step: Callable[[str, str], Any], actor: Any, now: Any) -> None:
    before = latest_content(step(*PLACE))
    made = correct(actor("priya"), step(*PLACE), now)
    assert latest_content(step(*PLACE)) == {**before, "sprint_fee": 26_000_00}
    assert made.document.versions.get(number=made.number - 1).content == before
    assert step(*PLACE).state == StepState.DONE
    assert gather_facts(step(*PLACE).challenge)[Fact.SPRINT_FEE] == 26_000_00
    line = Event.objects.filter(verb="corrections.correct").get()
    assert (line.reason, line.payload["fields"]) == ("The fee of the council’s decision", ["sprint_fee"])
    told = Message.objects.filter(code="document_corrected", challenge="water-leaks")
    assert {m.to_email.partition("@")[0] for m in told} == {"martin", "leah", "anita"}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"reason": " "}, "reason_missing"),
        ({"answers": {"sprint_fee": "25,000"}}, "correction_changes_nothing"),
        ({"answers": {}}, "correction_changes_nothing"),
        ({"answers": {"sprint_fee": ""}}, "field_missing"),
        ({"answers": {"sprint_fee": "much"}}, "not_an_amount"),
    ],
)
def test_what_is_no_correction_is_refused(
    step: Callable[[str, str], Any], actor: Any, now: Any, given: dict[str, Any], code: str
) -> None:
    number = step(*PLACE).document.version
    with pytest.raises(Refused) as caught:
        correct(actor("priya"), step(*PLACE), now, **given)
    assert codes(caught) == [code]
    assert step(*PLACE).document.version == number


def test_a_step_at_hand_is_no_step_that_is_done(step: Callable[[str, str], Any], actor: Any, now: Any) -> None:
    with pytest.raises(Refused) as caught:
        correct(actor("priya"), step("downtown-parking-2", "commissioning"), now)
    assert codes(caught) == ["step_not_done"]


def test_the_page_shows_both_and_why(sign_in: Callable[[str], Client], step: Callable[[str, str], Any]) -> None:
    priya = sign_in("priya")
    assert "?correct=on#art" in priya.get(PAGE).content.decode()
    assert "?correct=on#art" not in sign_in("frank").get(PAGE).content.decode()
    form = priya.get(f"{PAGE}?correct=on").content.decode()
    assert 'name="sprint_fee"' in form
    content = latest_content(step(*PLACE))
    given = {
        "act": "correct",
        "outcome": content["outcome"],
        "instrument": content["instrument"],
        "sprint_fee": "26,000",
        "shortlist_size": content["shortlist_size"],
        "reason": "",
    }
    refused = priya.post(f"{PAGE}?correct=on", given).content.decode()
    assert 'value="26,000"' in refused, "what was typed is there again"
    assert step(*PLACE).document.versions.exclude(reason="").count() == 0
    whole = {
        key: ("yes" if value is True else f"{value / 100:.2f}" if isinstance(value, int) else value)
        for key, value in content.items()
        if isinstance(value, int | str)
    }
    rows = {
        f"{key}-{n}-{column}": cell
        for key, value in content.items()
        if isinstance(value, list)
        for n, row in enumerate(value)
        for column, cell in row.items()
        if cell
    }
    sent = {**whole, **rows, "act": "correct", "sprint_fee": "26,000", "reason": "As the council decided"}
    page = priya.post(f"{PAGE}?correct=on", sent, follow=True).content.decode()
    assert "Corrections since it was done" in page
    assert "As the council decided" in page
    assert "<del>" in page
    assert latest_content(step(*PLACE)) == {**content, "sprint_fee": 26_000_00}


@pytest.mark.parametrize(
    ("who", "page"), [("", "/en/challenges/water-leaks/"), ("audrey", "/en/oversight/water-leaks/")]
)
def test_what_was_corrected_says_so_wherever_it_is_read(
    step: Callable[[str, str], Any], actor: Any, now: Any, sign_in: Callable[[str], Client], who: str, page: str
) -> None:
    correct(actor("priya"), step(*PLACE), now)
    correct(actor("priya"), step(*PLACE), now, answers={"terms": "Data stay in Canada"}, reason="Legal asked")
    text = sign_in(who).get(page).content.decode()
    assert "It read: CAD\u00a025,000" in text
    assert "Why: The fee of the council’s decision" in text
    assert ("Legal asked" in text) is (who != ""), "the terms are not public"


def test_a_step_that_waits_is_prepared_and_not_completed(
    step: Callable[[str, str], Any], actor: Any, now: Any, sign_in: Callable[[str], Client]
) -> None:
    waiting = step("downtown-parking-2", "discovery")
    assert waiting.state == StepState.WAITING
    page = "/en/city/challenges/downtown-parking-2/discovery/"
    assert "You may prepare its document now." in sign_in("priya").get(page).content.decode()
    assert "You may prepare its document now." not in sign_in("frank").get(page).content.decode()
    sign_in("priya").post(page, {"act": "save", "version": "0", "equity": "Asked ahead"})
    assert latest_content(step("downtown-parking-2", "discovery"))["equity"] == "Asked ahead"
    with pytest.raises(Refused) as caught:
        run(actor("priya"), now, moves.ask, step("downtown-parking-2", "discovery"))
    assert codes(caught) == ["step_not_active"]


def test_what_was_prepared_before_its_source_spoke_is_begun_by_it(
    step: Callable[[str, str], Any], actor: Any, now: Any
) -> None:
    case = "downtown-parking-2"
    save = documents.save
    run(actor("priya"), now, save, step(case, "mvp-instructions"), answers={"calendar": "Six weeks"})
    run(actor("priya"), now, save, step(case, "common-mvp-framework"), answers={"demo": "An hour"})
    run(actor("priya"), now, save, step(case, "mvp-instructions"), answers={"calendar": "Seven weeks"})
    assert latest_content(step(case, "mvp-instructions"))["demo_day"] == "An hour"
    given = {"calendar": "Seven weeks", "demo_day": ""}
    run(actor("priya"), now, save, step(case, "mvp-instructions"), answers=given)
    run(actor("priya"), now, save, step(case, "mvp-instructions"), answers={"calendar": "Eight weeks"})
    assert latest_content(step(case, "mvp-instructions"))["demo_day"] is None, "emptied on purpose"
