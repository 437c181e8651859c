"""Which kinds of files are taken: those that people write, read and print, and no program."""

import puremagic

ALLOWED = {
    "pdf": (b"%PDF-",),
    "docx": (b"PK\x03\x04",),
    "xlsx": (b"PK\x03\x04",),
    "pptx": (b"PK\x03\x04",),
    "png": (b"\x89PNG",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
}
PLAIN = {"txt", "csv"}


def is_what_it_says(name: str, first: bytes) -> bool:
    """Say whether a file's first bytes fit its name's ending."""
    ending = name.rpartition(".")[2].lower()
    if ending in ALLOWED:
        return first.startswith(ALLOWED[ending])
    if ending not in PLAIN:
        return False
    try:
        known = puremagic.from_string(first, filename=name)
    except (puremagic.PureError, ValueError):
        known = ""
    return b"\x00" not in first and known in ("", ".txt", ".csv", ".text")
