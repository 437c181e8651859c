"""Which kinds of files are taken: those that people write, measure, film and print, and no program."""

import struct

ZIP = (b"PK\x03\x04",)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Office before 2007, and a file of today's Office that has a password
MARKS: dict[str, tuple[bytes, ...]] = {
    "pdf": (b"%PDF-",),
    **dict.fromkeys(("docx", "xlsx", "pptx", "odt", "ods", "odp", "zip"), ZIP),
    "png": (b"\x89PNG",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "gpkg": (b"SQLite format 3\x00",),
    "webm": (b"\x1aE\xdf\xa3",),
}
FILMS = {"mp4", "mov"}  # their mark stands after the length of their first box
PLAIN = {"txt", "csv", "json", "geojson"}
NOT_WRITTEN = frozenset(range(32)) - frozenset(b"\t\n\f\r")  # bytes that no text holds


UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def problem_of(name: str, first: bytes) -> str:
    """Say by a code of refusals why a file is not taken, from its name and its first bytes; empty where it is.

    What nobody could open without a password is told apart: after a closing it is too late to ask for one.
    """
    stem, dot, ending = name.rpartition(".")
    kind = ending.lower()
    if not dot or not stem:
        return "file_without_kind"
    if kind in FILMS:
        return "" if first[4:8] == b"ftyp" else "file_kind"
    if kind in MARKS:
        return _problem_of_marked(kind, first)
    if kind not in PLAIN:
        return "file_kind_not_taken"
    if first.startswith(UTF_16):
        return "file_utf16"
    is_other = first.startswith(OLE) or any(first.startswith(marks) for marks in MARKS.values())
    return "file_kind" if is_other or not NOT_WRITTEN.isdisjoint(first) else ""


def _problem_of_marked(kind: str, first: bytes) -> str:
    if MARKS[kind] == ZIP and first.startswith(OLE):
        return "file_protected"
    if not first.startswith(MARKS[kind]):
        return "file_kind"
    return "file_protected" if MARKS[kind] == ZIP and _needs_password(first) else ""


def _needs_password(first: bytes) -> bool:
    """Say whether the first entry of a ZIP is encrypted: bit 0 of its flags (APPNOTE 4.4.4)."""
    return len(first) >= 8 and bool(struct.unpack_from("<H", first, 6)[0] & 1)
