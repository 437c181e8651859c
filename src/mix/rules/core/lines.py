"""Texts of one line, such as names, titles and subjects: nothing in them ends a line or steers a device."""

import re

_CONTROL = "\x00-\x1f\x7f-\x9f\u2028\u2029"  # C0, DEL and C1, and Unicode's two ends of lines
_ANY = re.compile(f"[{_CONTROL}]")
_RUN = re.compile(f" *[{_CONTROL}][ {_CONTROL}]*")


def is_one_line(text: str) -> bool:
    """Say whether a text holds no control character; what people enter must not."""
    return not _ANY.search(text)


def one_line(text: str) -> str:
    """Fold a text that others composed into one line: each run of control characters becomes one space."""
    return _RUN.sub(" ", text).strip()
