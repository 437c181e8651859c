"""Every English text of `phrases` with the context it stands in, as the catalogue of each language must hold it."""

from collections.abc import Iterator

from mix.phrases.mails import GREETING, MAILS, STANDS_IN, STOP
from mix.phrases.market import OUTAGE
from mix.phrases.refusals import REFUSALS
from mix.phrases.speaking import Counted
from mix.phrases.waits import WAITS
from mix.phrases.words import WORDS


def list_texts() -> Iterator[tuple[str, str | Counted]]:
    """Give each context with its text, table by table."""
    yield from ((f"refusal {code}", text) for code, text in REFUSALS.items())
    yield from ((f"mail {code}", text) for code, pair in MAILS.items() for text in pair)
    yield from ((f"word {group}", text) for group, words in WORDS.items() for text in words.values())
    yield from ((f"wait {code}", text) for code, pair in WAITS.items() for text in pair)
    yield from (("mail greeting", GREETING), ("mail stands in", STANDS_IN), ("mail stop", STOP), ("outage", OUTAGE))
