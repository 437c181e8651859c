"""The mail that was written, as the demonstration shows it."""

from __future__ import annotations

from mix.data.models import Message


def list_latest_mail(*, to: str = "", most: int = 60) -> list[Message]:
    """List the mail that was written last, to everybody or to one address."""
    rows = Message.objects.order_by("-written_at", "-id")
    return list((rows.filter(to_email=to) if to else rows)[:most])
