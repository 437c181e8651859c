"""An evaluator with two tabs and a session that ends; a conflict that is signed, waits, and is ruled on."""

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Site, Visitor

pytestmark = pytest.mark.journey
BASE = "/en/evaluation/under-our-streets/shortlist/"
SAVE = "form .dock button"


@pytest.fixture
def site(writing: Site) -> Site:
    """Visit a demonstration whose panel still scores, whatever other journeys did to theirs."""
    return writing


def keeps(visitor: Visitor, letter: str, criterion: str, text: str) -> None:
    """Expect a comment to stand on the page of a submission when it is opened anew."""
    visitor.go(f"{BASE}score/{letter}/")
    assert visitor.page.locator(f"[name='comment-{criterion}']").input_value() == text


# With script the page saves by itself: `make lab`, and in the gate test_saving_itself.py.
@pytest.mark.parametrize("javascript", [pytest.param(True, marks=pytest.mark.lab), False])
def test_two_tabs_and_an_ended_session_cost_an_evaluator_nothing(
    visit: Callable[..., Visitor], *, javascript: bool
) -> None:
    hugo = visit("hugo", javascript=javascript)
    hugo.go(f"{BASE}score/C/")
    other = hugo.context.new_page()
    other.goto(hugo.page.url)
    first, second = f"From the first tab, {javascript}", f"Typed while signed out, {javascript}"
    hugo.page.fill("[name='comment-business']", first)
    hugo.click(hugo.page.locator(SAVE).last)
    keeps(hugo, "C", "business", first)
    hugo.check()
    other.check("[name='score-newness'][value='3']" if javascript else "[name='score-newness'][value='2']", force=True)
    with other.expect_navigation():
        other.locator(SAVE).last.click()
    assert other.locator("[name='comment-business']").input_value() == first
    other.close()

    hugo.go(f"{BASE}score/C/")
    hugo.page.fill("[name='comment-team']", second)
    hugo.context.clear_cookies(name="sessionid")
    hugo.click(hugo.page.locator(SAVE).last)
    assert "/account/login/" in hugo.page.url
    hugo.sign_in("hugo")
    hugo.go(f"{BASE}score/C/")
    hugo.sees("Your text is back.")
    assert hugo.page.locator("[name='comment-team']").input_value() == second
    hugo.click(hugo.page.locator(SAVE).last)
    keeps(hugo, "C", "team", second)


def test_where_two_tabs_wrote_the_same_both_stand_on_the_page(visit: Callable[..., Visitor]) -> None:
    hugo = visit("hugo")
    hugo.go(f"{BASE}score/D/")
    other = hugo.context.new_page()
    other.goto(hugo.page.url)
    for page, text in ((other, "Written first."), (hugo.page, "Written second.")):
        page.fill("[name='comment-fit']", text)
        with page.expect_navigation():
            page.locator(SAVE).last.click()
    hugo.sees("Saved on another page:")
    hugo.sees("Written first.")
    assert hugo.page.locator("[name='comment-fit']").input_value() == "Written second."
    hugo.check()
    hugo.click(hugo.page.locator(SAVE).last)
    keeps(hugo, "D", "fit", "Written second.")


def test_text_that_was_typed_and_left_is_there_again(visit: Callable[..., Visitor]) -> None:
    hugo = visit("hugo")
    hugo.go(f"{BASE}score/D/")
    hugo.page.locator("[name='comment-feasible']").press_sequentially("Left behind")
    hugo.page.once("dialog", lambda asked: asked.accept())  # the page asks whoever leaves it
    hugo.click(hugo.page.locator(".subs a").first)
    hugo.go(f"{BASE}score/D/")
    offer = hugo.page.locator("[data-offer] button")
    if offer.is_visible():  # else the page saved it while it was left
        hugo.click(offer)
    assert hugo.page.locator("[name='comment-feasible']").input_value() == "Left behind"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_file_is_read_beside_the_scores_and_what_was_typed_is_kept(
    visit: Callable[..., Visitor], *, javascript: bool
) -> None:
    hugo = visit("hugo", javascript=javascript)
    hugo.go(f"{BASE}score/B/")
    text = f"Typed before the file was opened, {javascript}"
    hugo.page.fill("[name='comment-business']", text)
    hugo.click(hugo.page.locator("button[value*='?file=']").first)
    hugo.sees("Fictional attachment of")
    assert hugo.page.locator("[name='comment-business']").input_value() == text
    if javascript:
        assert hugo.page.evaluate("document.activeElement.id") == "document"
        hugo.check()


def test_a_conflict_is_signed_waits_and_is_ruled_on(visit: Callable[..., Visitor]) -> None:
    umar, olivia = visit("umar"), visit("olivia")
    umar.go(f"{BASE}declare/")
    umar.check()
    umar.act("declare", releve="advised", signed_statement="on")
    umar.sees("Procurement decides whether you score the others")
    umar.check()
    step = "/en/city/challenges/under-our-streets/shortlist/"
    olivia.go(step)
    form = olivia.page.locator("form:has(input[value=rule])")
    form.evaluate("f => { f.closest('details').open = true }")
    olivia.check()
    option = form.locator("[name=item] option").filter(has_text="Relevé").first
    form.locator("[name=item]").select_option(str(option.get_attribute("value")))
    form.locator("[name=ruling][value=kept]").check(force=True)
    form.locator("[name=reason]").fill("He wrote one page of the specification; three others score.")
    olivia.click(form.locator("button"))
    olivia.sees("Decided. The member was told.")
    umar.go(BASE)
    umar.sees("2 submissions are hidden from you")
    audrey = visit("audrey")
    audrey.go("/en/oversight/under-our-streets/")
    audrey.sees("He wrote one page of the specification")
    audrey.check()
