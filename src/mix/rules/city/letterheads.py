"""How a city appears: colours that can be read, and a logo that is a picture and nothing else.

Colours are six hexadecimal digits: red, green, blue. Contrast is computed as WCAG 2.2 does (relative luminance); AA
asks for 4.5:1 of text and 3:1 of lines and marks.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from mix.rules.core.unmet import Refused, Unmet

TEXT, MARK = Decimal("4.5"), Decimal(3)
GROUND = "e6efee"  # the darkest on which the site's pages set links and lines; white text on a button is above it
MOST_BYTES = 200 * 1024
LEAST_SIDE, MOST_SIDE = 32, 2000  # pixels

_HEX = re.compile(r"[0-9a-f]{6}")
_PNG = b"\x89PNG\r\n\x1a\n"
_OF_PICTURE = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
_JPEG, _START, _END = b"\xff\xd8", 0xDA, b"\xff\xd9"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # segments that say the size
_DROPPED = frozenset(range(0xE1, 0xEE)) | {0xEF, 0xFE}  # what cameras and programs add: places, names, remarks


def _luminance(colour: str) -> float:
    parts = (int(colour[n : n + 2], 16) / 255 for n in (0, 2, 4))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> Decimal:
    """Return the contrast of two colours, to two decimals, rounded down: 4.499 is not 4.5."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return Decimal((light + 0.05) / (dark + 0.05)).quantize(Decimal("0.01"), ROUND_DOWN)


def unmet_of_colours(*, colour: str, accent: str) -> tuple[Unmet, ...]:
    """List what is wrong with a city's colours: that of links and buttons, and that of lines. Empty ones are none."""
    found = []
    for field, text, needed in (("colour", colour, TEXT), ("accent", accent, MARK)):
        if text and not _HEX.fullmatch(text):
            found.append(Unmet("colour_unreadable", {"text": text}, field))
        elif text and (ratio := contrast(text, GROUND)) < needed:
            params = {"colour": text, "ground": GROUND, "found": f"{ratio}", "needed": f"{needed}"}
            found.append(Unmet("colour_contrast", params, field))
    return tuple(found)


def darker(colour: str) -> str:
    """Return a colour a quarter darker, for what is pressed or pointed at."""
    return "".join(f"{int(colour[n : n + 2], 16) * 3 // 4:02x}" for n in (0, 2, 4))


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept: its media type, and its bytes without anything else that the file held."""

    media_type: str
    content: bytes


def read_logo(content: bytes) -> Picture:
    """Read a PNG or JPEG, and leave out what is no part of the picture. Raises Refused, with what is wrong."""
    if len(content) > MOST_BYTES:
        size = f"{-(-len(content) // 1024)}"
        raise Refused(Unmet("logo_too_large", {"size": size, "most": f"{MOST_BYTES // 1024}"}, "logo"))
    try:
        if content.startswith(_PNG):
            kept, width, height = _read_png(content)
            kind = "image/png"
        elif content.startswith(_JPEG):
            kept, width, height = _read_jpeg(content)
            kind = "image/jpeg"
        else:
            is_drawing = b"svg" in content[:1000].lower()
            raise Refused(Unmet("logo_svg" if is_drawing else "logo_kind", {}, "logo"))
    except (struct.error, IndexError, ValueError):
        raise Refused(Unmet("logo_broken", {}, "logo")) from None
    if not all(LEAST_SIDE <= side <= MOST_SIDE for side in (width, height)):
        params = {"width": f"{width}", "height": f"{height}", "least": f"{LEAST_SIDE}", "most": f"{MOST_SIDE}"}
        raise Refused(Unmet("logo_size", params, "logo"))
    return Picture(kind, kept)


def _read_png(content: bytes) -> tuple[bytes, int, int]:
    """Return a PNG of its necessary parts, width and height. Raises ValueError and struct.error."""
    kept, at, names = [_PNG], len(_PNG), list[bytes]()
    while not names or names[-1] != b"IEND":
        length, name = struct.unpack_from(">I4s", content, at)
        whole = content[at : at + 12 + length]
        if len(whole) != 12 + length:
            raise ValueError(name)
        if name in _OF_PICTURE:
            kept.append(whole)
        names.append(name)
        at += len(whole)
    if names[0] != b"IHDR" or b"IDAT" not in names:
        raise ValueError(names)
    width, height = struct.unpack_from(">II", content, 16)
    return b"".join(kept), width, height


def _read_jpeg(content: bytes) -> tuple[bytes, int, int]:
    """Return a JPEG without what was added to it, width and height. Raises ValueError and struct.error."""
    kept, at, size = [_JPEG], 2, (0, 0)
    while True:
        start, mark, length = struct.unpack_from(">BBH", content, at)
        if start != 0xFF:
            raise ValueError(at)
        if mark in _FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            size = (width, height)
        if mark == _START:
            end = content.rindex(_END)
            return b"".join([*kept, content[at:end], _END]), *size
        if mark not in _DROPPED:
            kept.append(content[at : at + 2 + length])
        at += 2 + length
