"""Colours that can be read, and logos that are pictures and nothing else."""

import struct
import zlib
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mix.rules.city.letterheads import GROUND, MOST_BYTES, TEXT, contrast, darker, read_logo, unmet_of_colours
from mix.rules.core.unmet import Refused

HEX = st.text("0123456789abcdef", min_size=6, max_size=6)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int = 100, height: int = 40, *, more: bytes = b"", after: bytes = b"") -> bytes:
    """Return a PNG, with chunks that are no part of the picture, and bytes after its end."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    rows = zlib.compress((b"\0" + b"\0" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + head + more + chunk(b"IDAT", rows) + chunk(b"IEND", b"") + after


def jpeg(width: int = 100, height: int = 40, *, more: bytes = b"", after: bytes = b"") -> bytes:
    size = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + more + size + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"scan" + b"\xff\xd9" + after


def code(content: bytes) -> str:
    with pytest.raises(Refused) as caught:
        read_logo(content)
    return caught.value.unmet[0].code


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("000000", "ffffff") == Decimal(21)
    assert contrast("777777", "ffffff") == Decimal("4.47")  # the well-known grey that just fails
    assert contrast("767676", "ffffff") == Decimal("4.54")


@given(HEX, HEX)
def test_contrast_has_no_order_and_its_bounds(one: str, other: str) -> None:
    assert contrast(one, other) == contrast(other, one)
    assert 1 <= contrast(one, other) <= 21


@given(HEX)
def test_what_passes_can_be_read_and_its_darker_twin_too(colour: str) -> None:
    found = unmet_of_colours(colour=colour, accent="")
    assert bool(found) is (contrast(colour, GROUND) < TEXT)
    if not found:
        assert unmet_of_colours(colour=darker(colour), accent="") == ()


def test_a_refused_colour_says_what_was_found_and_what_is_needed() -> None:
    one, two = unmet_of_colours(colour="ffcc00", accent="teal")
    assert (one.code, one.field, one.params["needed"]) == ("colour_contrast", "colour", "4.5")
    assert Decimal(one.params["found"]) == contrast("ffcc00", GROUND)
    assert (two.code, two.field, two.params) == ("colour_unreadable", "accent", {"text": "teal"})
    assert unmet_of_colours(colour="", accent="") == ()


def test_of_a_picture_its_picture_is_kept_alone() -> None:
    secret = chunk(b"tEXt", b"Author\0Stan") + chunk(b"eXIf", b"43.5448 N")
    found = read_logo(png(more=secret, after=b"<script>alert(1)</script>"))
    assert (found.media_type, found.content) == ("image/png", png())
    exif = b"\xff\xe1" + struct.pack(">H", 2 + 9) + b"43.5448 N"
    found = read_logo(jpeg(more=exif, after=b"PK\x03\x04 a zip"))
    assert (found.media_type, found.content) == ("image/jpeg", jpeg())


def test_what_is_no_logo_is_refused_with_its_reason() -> None:
    assert code(b'<?xml version="1.0"?><svg onload="alert(1)">') == "logo_svg"
    assert code(b"GIF89a") == "logo_kind"
    assert code(b"") == "logo_kind"
    assert code(png()[:60]) == "logo_broken"
    assert code(b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b"")) == "logo_broken"
    assert code(jpeg()[:-2]) == "logo_broken"
    assert code(png(20, 40)) == "logo_size"
    assert code(jpeg(100, 2001)) == "logo_size"
    assert code(png() + b"\0" * MOST_BYTES) == "logo_too_large"


@given(st.binary(max_size=300), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8"]))
def test_nothing_that_is_sent_breaks_it(rest: bytes, start: bytes) -> None:
    with suppress(Refused):
        assert read_logo(start + rest).media_type in ("image/png", "image/jpeg")
