"""How static files are answered."""

from collections.abc import MutableMapping


def save_pages(headers: MutableMapping[str, str], path: str, url: str) -> None:
    """Have a whole page (the verifier) saved: it is opened from a disk, and never runs as part of the site."""
    del path
    if url.endswith(".html"):
        headers["Content-Disposition"] = "attachment"
