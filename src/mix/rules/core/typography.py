"""Spaces, days, times and amounts as a language writes them, at no cost to whoever types.

French parts words from a colon, from per cent, from the dollar sign and from its quotation marks by a space at which no
line may end. People type a plain space, or none. A text is kept as it was typed; these spaces come when it is shown.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

NBSP = "\u00a0"
_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
# The names of the zones of Canada, of the winter and of the summer; any other name stands as it is.
_ZONES = dict(
    zip(
        ("NST", "NDT", "AST", "ADT", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT"),
        ("HNT", "HAT", "HNA", "HAA", "HNE", "HAE", "HNC", "HAC", "HNR", "HAR", "HNP", "HAP"),
        strict=True,
    )
)
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d):(\d\d):(\d\d) (\S+)")

_SPACES = (
    (re.compile("«[ \u202f]?(?=[^ \u00a0\u202f])"), f"«{NBSP}"),
    (re.compile("(?<=[^ \u00a0\u202f])[ \u202f]?»"), f"{NBSP}»"),
    (re.compile(r" (?=:(?:[\s<)]|$))"), NBSP),
    (re.compile(r"(?<=[^\W\d_])(?=: )"), NBSP),  # "Attention: froid"; never in a time or an address
    (re.compile(r" (?=[;!?](?:\s|$))"), NBSP),
    (re.compile(r"(?<=[\d)}s]) (?=(?:%%|%(?![(\w])|\$))"), NBSP),  # also behind what will be filled in: %(n)s %%
    (re.compile(r"(?<=\d) (?=\d{3}(?!\d))"), NBSP),
)


def first(number: int) -> str:
    """Return a day of the month as French says it: the first is an ordinal number."""
    return "1er" if number == 1 else str(number)


@lru_cache(maxsize=8192)
def _french(text: str) -> str:
    for where, with_what in _SPACES:
        text = where.sub(with_what, text)
    return text


def _french_value(value: str) -> str:
    if found := _DAY.fullmatch(value):
        year, month, number = (int(part) for part in found.groups())
        return f"{first(number)} {_MONTHS[month - 1]} {year}".replace(" ", NBSP)
    if found := _INSTANT.fullmatch(value):
        day, hours, minutes, seconds, zone = found.groups()
        clock = f"{int(hours)} h {minutes} min {seconds} s ({_ZONES.get(zone, zone)})".replace(" ", NBSP)
        return f"{_french_value(day)} à {clock}"
    return value


def amount(cents: int, language: str) -> str:
    """Write an amount of cents, as "CAD 25,000" or "25 000 $ CA"; cents only where there are any.

    The one way in which money is written, whatever is written: a page, a notice, a line of a command.
    """
    whole, rest = divmod(abs(cents), 100)
    number = f"{'-' if cents < 0 else ''}{whole:,}" + (f".{rest:02}" if rest else "")
    return _AMOUNTS.get(language[:2], _english_amount)(number)


def _english_amount(number: str) -> str:
    return f"CAD{NBSP}{number}"


def _french_amount(number: str) -> str:
    return f"{number.replace(',', NBSP).replace('.', ',')}{NBSP}$ CA".replace(" ", NBSP)


_TEXTS: Mapping[str, Callable[[str], str]] = {"fr": _french}
_AMOUNTS: Mapping[str, Callable[[str], str]] = {"fr": _french_amount}
_VALUES: Mapping[str, Callable[[str], str]] = {"fr": _french_value}


def _as_it_is(text: str) -> str:
    return text


def spaced(text: str, language: str) -> str:
    """Return a text with the spaces at which its language ends no line; `language` is "fr" or "fr-ca"."""
    return _TEXTS.get(language[:2], _as_it_is)(text)


def written(value: str, language: str) -> str:
    """Return what stands in a sentence: a day ("2027-01-01") or an instant of a clock as the language writes it."""
    return _VALUES.get(language[:2], _as_it_is)(value)
