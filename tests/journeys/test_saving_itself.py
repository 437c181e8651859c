"""What is typed saves itself: two of a team, two tabs, a lost connection, a session that ends; and without script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site, Visitor
from tests.web.test_word_files import deleted, p, packed, r, was

pytestmark = pytest.mark.journey
SAID = "[data-saves-said]"
STEP = "/en/city/challenges/downtown-parking-2/commissioning/"
SHEETS = [f"/en/evaluation/under-our-streets/shortlist/score/{letter}/" for letter in "AB"]
OFFLINE = "Not saved: you are offline. Your text is kept on this page."
ENDED = "Not saved: your session ended. Your text is kept on this page."
CLASH = "this was changed on another page meanwhile. Press Save to see both texts."


@pytest.fixture
def site(writing: Site) -> Site:
    """Visit a demonstration where what is typed stands in no other journey's way."""
    return writing


def types(page: Page, name: str, text: str) -> None:
    """Type as a person does, and go to another tab for a moment: that is when a page saves at the latest."""
    page.locator(f"[name='{name}']").fill(text)
    page.evaluate("Object.defineProperty(document, 'visibilityState', {value: 'hidden', configurable: true})")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.evaluate("delete document.visibilityState")


def leaves(page: Page) -> bool:
    """Say whether whoever leaves the page now is asked first."""
    return bool(page.evaluate("!window.dispatchEvent(new Event('beforeunload', {cancelable: true}))"))


def value(page: Page, name: str) -> str:
    return page.locator(f"[name='{name}']").input_value()


def has_scored(visitor: Visitor, sheet: str) -> bool:
    """Open a submission to be scored; say whether its first criterion has a score."""
    visitor.go(sheet)
    return bool(visitor.page.locator("[name='score-fit']:checked").count())


def begun(visitor: Visitor) -> Page:
    """Open the draft of the visitor's team."""
    visitor.go("/en/challenges/water-leaks/")
    visitor.click("a:has-text('Start a submission')")
    visitor.click("a:has-text('Go on for')")
    return visitor.page


def comes_back(page: Page) -> None:
    """Look at the page again after having been elsewhere."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_two_of_a_team_type_at_once_lose_the_line_and_the_session(visit: Callable[..., Visitor]) -> None:
    tess, tom = visit("tess"), visit("tom")
    ours, theirs = begun(tess), begun(tom)
    types(ours, "team", "Three people, by Tess")
    expect(ours.locator(SAID)).to_contain_text("Saved at ")
    assert not leaves(ours)
    types(theirs, "approach", "Listen, by Tom")
    expect(theirs.locator(SAID)).to_contain_text("Saved at ")
    types(theirs, "team", "Four people, by Tom")
    expect(theirs.locator(SAID)).to_contain_text(CLASH)
    assert (leaves(theirs), theirs.evaluate("document.activeElement.name")) == (True, "team")
    tom.click("button:has-text('Save and stay')")
    tom.sees("Three people, by Tess")
    assert (value(theirs, "team"), leaves(theirs)) == ("Four people, by Tom", True)
    tom.check()
    theirs.check("[name=choose-team][value=mine]")
    tom.click("button:has-text('Save and stay')")
    tom.sees("Saved.")

    tess.context.set_offline(True)
    types(ours, "newness", "Typed on the train")
    expect(ours.locator(SAID)).to_have_text(OFFLINE)
    assert leaves(ours)
    tess.errors.clear()
    tess.context.set_offline(False)
    expect(ours.locator(SAID)).to_contain_text("Saved at ")
    tess.context.clear_cookies(name="sessionid")
    types(ours, "business", "Typed while signed out")
    expect(ours.locator(SAID)).to_contain_text(ENDED)
    tess.check()
    with tess.context.expect_page() as opened:
        ours.click(f"{SAID} a")
    opened.value.goto(f"{tess.site.url}/en/demo/")
    opened.value.locator("form[action$='/demo/tess/'] button").first.click()
    opened.value.wait_for_load_state()
    opened.value.close()
    comes_back(ours)
    expect(ours.locator(SAID)).to_contain_text("Saved at ")
    ours.fill("[name=business]", "Typed on, and saved by the button")
    tess.click("button:has-text('Save and stay')")
    tess.sees("Saved, with what your team changed meanwhile")
    assert [value(ours, name) for name in ("team", "approach", "newness", "business")] == [
        "Four people, by Tom",
        "Listen, by Tom",
        "Typed on the train",
        "Typed on, and saved by the button",
    ]


def test_without_script_a_team_and_a_session_that_ends_lose_nothing(visit: Callable[..., Visitor]) -> None:
    tess, tom = visit("tess", javascript=False), visit("tom", javascript=False)
    ours, theirs = begun(tess), begun(tom)
    tess.sees("Save before you use another button of this page")
    theirs.fill("[name=newness]", "By Tom, plain")
    tom.click("button:has-text('Save and stay')")
    ours.fill("[name=team]", "By Tess, plain")
    tess.context.clear_cookies(name="sessionid")
    tess.click("button:has-text('Save and stay')")
    tess.sees("Your text is on this page")
    tess.check()
    opened = tess.context.new_page()
    opened.goto(f"{tess.site.url}/en/demo/")
    opened.locator("form[action$='/demo/tess/'] button").first.click()
    opened.close()
    tess.click("button:has-text('Send it again')")
    tess.click("button:has-text('Send it again')")  # the token is of the session that ended
    tess.sees("Saved, with what your team changed meanwhile")
    assert [value(ours, name) for name in ("team", "newness")] == ["By Tess, plain", "By Tom, plain"]


def test_an_evaluator_with_two_tabs_sees_both_texts_and_keeps_one(visit: Callable[..., Visitor]) -> None:
    hugo = visit("hugo")
    sheet = next(path for path in SHEETS if not has_scored(hugo, path))  # of four letters one is of what he has begun
    page, other = hugo.page, hugo.context.new_page()
    other.goto(page.url)
    types(page, "comment-fit", "First tab.")
    expect(page.locator(SAID)).to_contain_text("Saved at ")
    expect(page.locator("#w-fit")).to_contain_text("Comment kept")
    other.check("[name='score-fit'][value='4']", force=True)
    types(other, "comment-team", "Second tab.")
    expect(other.locator(SAID)).to_contain_text("Saved at ")
    assert value(other, "comment-fit") == "First tab."  # the score took the comment along
    hugo.check()
    types(page, "comment-team", "First tab, too.")
    expect(page.locator(SAID)).to_contain_text(CLASH)
    hugo.click(page.locator(".dock button").last)
    hugo.sees("Second tab.")
    assert value(page, "comment-team") == "First tab, too."
    hugo.click(page.locator(".dock button").last)
    hugo.go(sheet)
    assert (value(page, "comment-team"), value(page, "comment-fit")) == ("First tab, too.", "First tab.")
    assert page.locator("[name='score-fit']:checked").get_attribute("value") == "4"
    other.close()


def test_another_button_of_a_step_waits_until_the_document_is_saved(visit: Callable[..., Visitor]) -> None:
    priya = visit("priya")
    priya.go(STEP)
    priya.page.fill("[name=users]", "Everybody who parks")
    assert leaves(priya.page)
    priya.act("comment", text="Is that all?")
    priya.sees("Is that all?")
    assert value(priya.page, "users") == "Everybody who parks"
    types(priya.page, "users", "Everybody who parks, and who walks")
    expect(priya.page.locator("#version")).to_have_text("Version 3")
    expect(priya.page.locator(SAID)).to_contain_text("Saved at ")


def test_what_is_missing_is_what_is_missing_once_the_document_saved_itself(visit: Callable[..., Visitor]) -> None:
    priya = visit("priya")
    priya.go(STEP)
    link, before = priya.page.locator("#missing a[href='#f-evidence']"), value(priya.page, "evidence")
    expect(link).to_have_count(0)
    types(priya.page, "evidence", "")
    expect(link).to_be_visible()
    types(priya.page, "evidence", before)
    expect(link).to_have_count(0)
    priya.check()


def test_a_comment_that_was_typed_asks_whoever_leaves_by_another_button(visit: Callable[..., Visitor]) -> None:
    priya = visit("priya")
    priya.go(STEP)
    assert not leaves(priya.page)
    priya.page.locator("summary:has-text('Write a comment')").click()
    priya.page.locator("form:has([value='comment']) textarea").fill("I am still writing this.")
    assert leaves(priya.page)
    priya.click("form:has([value='comment']) button")
    priya.sees("I am still writing this.")
    assert not leaves(priya.page)


def test_without_script_no_button_stands_beside_what_is_typed(visit: Callable[..., Visitor]) -> None:
    """A comment has a page of its own, which keeps it when it is refused; the document is alone with its button."""
    priya = visit("priya", javascript=False)
    priya.go(STEP)
    priya.sees("Stage 1, step 1 of 7")
    buttons = priya.page.locator("main button:visible")
    assert buttons.all_inner_texts() == ["Save"]
    asking = priya.page.locator(".apart-link:has-text('Ask for gate')")
    expect(asking).to_be_visible()
    priya.page.locator("[name=current_cost]").fill("Forty dollars a driver, plain")
    priya.page.locator("[name=current_cost]").blur()
    expect(asking).to_be_hidden()
    priya.sees("the others wait until what you typed here is saved")
    priya.click("form[data-saves] button:has-text('Save')")
    assert value(priya.page, "current_cost") == "Forty dollars a driver, plain"
    expect(asking).to_be_visible()
    priya.check()
    comment = priya.form("comment")
    assert buttons.all_inner_texts() == ["Comment"]
    priya.check()
    priya.click(comment.locator("button"))
    assert (buttons.all_inner_texts(), priya.page.locator(".err").count()) == (["Comment"], 1)
    comment.locator("textarea").fill("I typed this without script.")
    priya.context.clear_cookies(name="sessionid")
    priya.click(comment.locator("button"))
    priya.go("/en/demo/")
    priya.click("form[action$='/demo/priya/'] button")
    priya.go(STEP)
    assert (buttons.all_inner_texts(), comment.locator("textarea").input_value()) == (
        ["Comment"],
        "I typed this without script.",
    )
    priya.click(comment.locator("button"))
    priya.sees("Your comment stands beside the text.")
    assert buttons.all_inner_texts() == ["Save"]


def test_a_word_file_with_tracked_changes_says_what_was_taken(visit: Callable[..., Visitor]) -> None:
    priya = visit("priya")
    priya.go(STEP)
    note = '<w:footnote w:id="2">' + p(r("See by-law 12 of 2024.")) + "</w:footnote>"
    body = p(r("Within "), deleted("30"), was("ins", r("45")), r(" days"), '<w:r><w:footnoteReference w:id="2"/></w:r>')
    file = packed(p(r("A memo")) + p(r("Who is affected")) + body, footnotes=note)
    priya.page.locator("summary:has-text('Word and PDF')").click()
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    priya.page.set_input_files("#f-file", {"name": "legal.docx", "mimeType": kind, "buffer": file})
    priya.click("button:has-text('Put it into the form')")
    priya.sees("2 tracked changes were taken as accepted.")
    assert (value(priya.page, "users"), leaves(priya.page)) == ("Within 45 days", True)
    priya.check()
