"""What officers do with the words of a key: take them, rehearse, give them at an opening."""

from __future__ import annotations

from playwright.sync_api import Locator

from tests.journeys.conftest import Visitor

HOLDERS = ("olivia", "carl", "frank")
GUARDIANS = ("martin", "leah", "audrey")


def take(holder: Visitor) -> list[str]:
    """Look at the words on the page at hand, confirm two of them, and return them all."""
    holder.act("look")
    words: list[str] = holder.page.locator("ol.words li").all_inner_texts()
    assert len(words) == 33
    holder.check()
    form = "form:has(input[value=take])"
    asked = [holder.page.inner_text(f"{form} label[for$={name}]") for name in ("first", "second")]
    first, second = (words[int(label.split()[-1]) - 1] for label in asked)
    holder.act("take", first=first, second=second)
    holder.sees("Yours alone now.")
    assert holder.page.locator("ol.words").count() == 0
    return words


def _boxes(holder: Visitor) -> Locator:
    """Come to the boxes for the words."""
    act = holder.page.locator("form:has(ol.w33) input[name=act]").first.get_attribute("value")
    return holder.form(str(act)).locator("ol.w33 input")


def give(holder: Visitor, words: list[str]) -> None:
    """Type all the words: box by box, or without JavaScript all in the first."""
    boxes = _boxes(holder)
    if holder.javascript:
        for box, word in zip(boxes.all(), words, strict=True):
            box.fill(word)
    else:
        boxes.first.fill(" ".join(words))
    holder.click("button:has-text('Check my words')")


def give_wrongly(holder: Visitor, words: list[str]) -> None:
    """Type them with a wrong word, and with two that changed places: each is named, before sending where it can be."""
    boxes = _boxes(holder)
    if not holder.javascript:
        boxes.first.fill(" ".join([*words[:16], "merchent", *words[17:]]))
        holder.click("button:has-text('Check my words')")
        holder.sees("Did you mean “merchant”?")
        holder.check()
        return
    for box, word in zip(boxes.all(), [*words[:16], words[16] + "x", *words[17:]], strict=True):
        box.fill(word)
    send = holder.page.locator("button:has-text('Check my words')")
    send.click()  # nothing is sent
    assert boxes.nth(16).get_attribute("aria-invalid") == "true"
    assert words[16] in holder.page.inner_text("ol.w33 .err")
    holder.check()
    boxes.nth(16).fill(words[17])
    boxes.nth(17).fill(words[16])
    send.click()
    if words[16] != words[17]:
        assert "together they do not fit" in holder.page.inner_text("[data-words-said]")
