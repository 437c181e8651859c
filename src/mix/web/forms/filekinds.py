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


UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def problem_of(name: str, first: bytes) -> str:
    """Say by a code of refusals why a file is not taken, from its name and its first bytes; empty where it is."""
    stem, dot, ending = name.rpartition(".")
    kind = ending.lower()
    if not dot or not stem:
        return "file_without_kind"
    if kind in ALLOWED:
        return "" if first.startswith(ALLOWED[kind]) else "file_kind"
    if kind not in PLAIN:
        return "file_kind_not_taken"
    if first.startswith(UTF_16):
        return "file_utf16"
    is_other = any(first.startswith(mark) for marks in ALLOWED.values() for mark in marks)
    return "file_kind" if is_other or not NOT_WRITTEN.isdisjoint(first) else ""
