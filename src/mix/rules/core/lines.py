"""Texts of one line, such as names, titles and subjects: nothing in them ends a line or steers a device."""

import re
from unicodedata import normalize

_NONE = "\ud800-\udfff\ufffe\uffff"  # what is no character, and may stand in no file of XML
_CONTROL = f"\x00-\x1f\x7f-\x9f\u2028\u2029{_NONE}"  # C0, DEL and C1, and Unicode's two ends of lines
_ANY = re.compile(f"[{_CONTROL}]")
_RUN = re.compile(f" *[{_CONTROL}][ {_CONTROL}]*")

_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


_ENDS = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")  # what ends a line; Office pastes U+000B
_STEERS = re.compile(f"[\x00-\x08\x0e-\x1f\x7f-\x9f{_NONE}]")  # control characters that end none and set no tab
# What turns the direction of what follows, and marks that nobody sees: a name reads as it is spelt.
_TURNS = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
NAME = 150  # letters of a file's name
ENDING = 12  # letters of its ending, with the dot; what is longer is no ending


def lines(text: str) -> str:
    """Write a text of several lines as all else is written: each line ends in a line feed, and nothing steers."""
    return _STEERS.sub("", _ENDS.sub("\n", text))


def file_name(given: str) -> str:
    """Return the bare name of a file as people may see it: no folder, nothing that steers or turns, not too long.

    What is too long loses letters before its ending. Empty where nothing is left.
    """
    bare = _TURNS.sub("", one_line(re.split(r"[/\\]", given)[-1])).strip()
    bare = normalize("NFC", bare)
    stem, dot, ending = bare.rpartition(".")
    if not dot or len(ending) >= ENDING:
        return bare[:NAME]
    return f"{stem[: NAME - len(ending) - 1].rstrip()}.{ending}" if stem else bare[:NAME]


def is_one_line(text: str) -> bool:
    """Say whether a text holds no control character; what people enter must not."""
    return not _ANY.search(text)


def one_line(text: str) -> str:
    """Fold a text that others composed into one line: each run of control characters becomes one space."""
    return _RUN.sub(" ", text).strip()


def address_in(text: str) -> str:
    """Return the e-mail address that a text names, such as a call's contact; empty where it names none, or several."""
    found = set(_ADDRESS.findall(text))
    return found.pop() if len(found) == 1 else ""


def whole_number(text: str, *, digits: int = 9) -> int | None:
    """Read a number that was typed in plain digits; None for anything else, such as "²", which Python calls a digit."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None
