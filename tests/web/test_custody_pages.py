"""A key in split custody on its page: a holder's words stand in one answer, and are shown to nobody again."""

import re
from collections.abc import Callable

from django.test import Client

PAGE = "/en/city/settings/guelph/recovery/"
HOLDERS = {"first": "martin", "second": "olivia", "third": "priya"}


def words_on(page: str) -> list[str]:
    listed = re.search(r'<ol class="words">(.*?)</ol>', page, re.DOTALL)
    return re.findall(r"<li>(\w+)</li>", listed[1]) if listed else []


def test_a_share_is_looked_at_taken_and_tried(sign_in: Callable[[str], Client]) -> None:
    martin = sign_in("martin")
    assert "No key was made yet" in martin.get(PAGE).content.decode()
    assert martin.post(PAGE, {"act": "make", **HOLDERS}).status_code == 302
    before = martin.get(PAGE).content.decode()
    assert ("Show my 33 words" in before, words_on(before)) == (True, [])

    looked = martin.post(PAGE, {"act": "look"})
    words, asked = words_on(looked.content.decode()), re.findall(r"Word (\d+)", looked.content.decode())
    assert (looked.status_code, len(words), len(asked)) == (200, 33, 2)
    first, second = (words[int(place) - 1] for place in asked)
    wrong = martin.post(PAGE, {"act": "take", "first": second, "second": "x"})
    assert (wrong.status_code, words_on(wrong.content.decode())) == (422, [])
    assert martin.post(PAGE, {"act": "take", "first": first, "second": second}).status_code == 302
    assert martin.post(PAGE, {"act": "look"}).status_code in (404, 422)

    shown = martin.get(PAGE).content.decode()
    assert ("Rehearsal: type your words" in shown, words_on(shown)) == (True, [])
    typed = {f"words-{n}": word for n, word in enumerate(words, 1)}
    assert martin.post(PAGE, {"act": "rehearse", **typed}).status_code == 302
    assert sign_in("hugo").post(PAGE, {"act": "look"}).status_code in (403, 404)
