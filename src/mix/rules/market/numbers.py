"""The number under which the state knows an organization: two organizations never have one."""

from __future__ import annotations

import re

NEQ_BEGINS = ("11", "22", "33", "88")


def read_number(text: str) -> str | None:
    """Return a number in the form in which it is kept, "" for none; None for what is no such number.

    The nine digits of the Canada Revenue Agency's business number, whose last is a check digit (Luhn), with or without
    the account that follows ("12345 6782 RC0001"); or the ten of Québec's enterprise number (NEQ), which begin with
    11, 22, 33 or 88 and by which nobody else can check them.
    """
    bare = re.sub(r"[\s\u00a0.-]", "", text).upper()
    if not bare:
        return ""
    found = re.fullmatch(r"(\d{9})(?:[A-Z]{2}\d{4})?", bare)
    if found:
        return found[1] if _is_luhn(found[1]) else None
    return bare if re.fullmatch(r"\d{10}", bare) and bare.startswith(NEQ_BEGINS) else None


def _is_luhn(digits: str) -> bool:
    doubled = (sum(divmod(int(d) * (1 + place % 2), 10)) for place, d in enumerate(reversed(digits)))
    return sum(doubled) % 10 == 0
