"""What a file says of itself beside its content: whom it names as its author, and whether it is encrypted.

Files come from strangers: nothing is unpacked but three small entries of known names, and nothing is parsed.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from mix.rules.market.sealed import Properties

MOST = 8 * 2**20  # bytes: a larger file is not looked at
ENTRIES = ("docProps/core.xml", "docProps/app.xml", "meta.xml")  # of Office, and of OpenDocument
MOST_ENTRY = 64 * 2**10
LONGEST = 200  # letters of a name
# What programs write where nobody is named.
NOBODY = frozenset({"", "admin", "author", "microsoft office user", "python-docx", "unknown", "user", "windows user"})

_IN_XML = re.compile(
    rb"<(?:dc:creator|cp:lastModifiedBy|Company|Manager|meta:initial-creator)(?: [^<>]{0,200})?>([^<]{1,800})<"
)
_IN_XMP = re.compile(rb"<dc:creator>\s{0,80}<rdf:(?:Seq|Bag)>\s{0,80}<rdf:li(?: [^<>]{0,200})?>([^<]{1,800})<")
_IN_PDF = re.compile(rb"/Author\s{0,20}(?:\(((?:\\.|[^\\()]){1,800})\)|<([0-9A-Fa-f\s]{2,3200})>)", re.DOTALL)


def properties_of(content: bytes) -> Properties:
    """Return what a whole file says of itself. What cannot be read says nothing."""
    if content.startswith(b"PK\x03\x04"):
        return Properties(_named(_in_entries(content)))
    if content.startswith(b"%PDF-"):
        names = (_of_pdf(literal, digits) for literal, digits in _IN_PDF.findall(content))
        return Properties(_named([*names, *_in_xml(_IN_XMP, content)]), b"/Encrypt" in content)
    return Properties(_named(_in_xml(_IN_XMP, content)) if content.startswith((b"\xff\xd8\xff", b"\x89PNG")) else ())


def _named(found: Iterator[str] | list[str]) -> tuple[str, ...]:
    plain = (" ".join(name.split())[:LONGEST] for name in found)
    return tuple(dict.fromkeys(name for name in plain if name.lower() not in NOBODY and name.isprintable()))


def _in_xml(pattern: re.Pattern[bytes], content: bytes) -> Iterator[str]:
    return (html.unescape(name.decode("utf-8", "replace")) for name in pattern.findall(content))


def _in_entries(content: bytes) -> Iterator[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as pack:
            for name in ENTRIES:
                if name in pack.namelist():
                    with pack.open(name) as entry:
                        yield from _in_xml(_IN_XML, entry.read(MOST_ENTRY))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError):
        return


def _of_pdf(literal: bytes, digits: bytes) -> str:
    """Read a text of a PDF: UTF-16 where it begins with its mark, else a byte for each letter (ISO 32000-1, 7.9.2)."""
    if digits:
        even = re.sub(rb"\s", b"", digits)
        raw = bytes.fromhex((even + b"0" * (len(even) % 2)).decode())
    else:
        raw = re.sub(rb"\\([0-7]{1,3}|.)", _unescaped, literal, flags=re.DOTALL)
    if raw.startswith(b"\xfe\xff"):
        return raw[2:].decode("utf-16-be", "replace")
    return raw.removeprefix(b"\xef\xbb\xbf").decode("latin-1")


def _unescaped(found: re.Match[bytes]) -> bytes:
    what = found[1]
    return bytes([int(what, 8) % 256]) if what.isdigit() and b"8" not in what and b"9" not in what else what
