"""The mail that was written, as the demonstration shows it."""

from __future__ import annotations

from mix.data.models import Message
from mix.readers.core.ciphers import reveal

LINKS = "links in mails"  # what the link of a key is hidden for


def path_of(message: Message) -> str:
    """Return where the link of a message leads, an address without language; empty where it was forgotten."""
    return (reveal(message.path, use=LINKS) or "") if message.is_key and message.path else message.path


def list_latest_mail(*, to: str = "", most: int = 60) -> list[Message]:
    """List the mail that was written last, to everybody or to one address."""
    rows = Message.objects.order_by("-written_at", "-id")
    return list((rows.filter(to_email=to) if to else rows)[:most])
