"""Which kinds of files are taken: those that people write, read and print, and no program."""

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
NOT_WRITTEN = frozenset(range(32)) - frozenset(b"\t\n\f\r")  # bytes that no text holds


def is_what_it_says(name: str, first: bytes) -> bool:
    """Say whether a file's first bytes fit its name's ending."""
    ending = name.rpartition(".")[2].lower()
    if ending in ALLOWED:
        return first.startswith(ALLOWED[ending])
    if ending not in PLAIN:
        return False
    is_other = any(first.startswith(mark) for marks in ALLOWED.values() for mark in marks)
    return not is_other and NOT_WRITTEN.isdisjoint(first)
