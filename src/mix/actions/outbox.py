"""Telling people: one mail each, in their language, written with the act itself."""

from collections.abc import Iterable
from datetime import datetime

from mix.data.models import Challenge, Message, Person
from mix.phrases.mails import mail_text

SUBJECT = 300  # characters of a mail's subject; a title may be longer


def tell(
    people: Iterable[Person],
    code: str,
    *,
    now: datetime,
    challenge: Challenge | None = None,
    path: str = "",
    **params: str,
) -> None:
    """Write one message to each person. `code` is a key of `mix.phrases.mails`, `path` an address without language."""
    for person in {p.pk: p for p in people}.values():
        title = params.get("challenge", "")
        if challenge:
            title = (challenge.title_fr if person.language == "fr" else "") or challenge.title
        subject, body = mail_text(code, person.language, **{**params, "challenge": title, "name": person.name})
        Message.objects.create(
            to_email=person.email,
            to_name=person.name,
            language=person.language,
            subject=subject[:SUBJECT],
            body=body,
            path=path,
            challenge=challenge.code if challenge else "",
            written_at=now,
        )


def tell_address(email: str, code: str, *, language: str, now: datetime, path: str, **params: str) -> None:
    """Write one message to somebody who has no account yet."""
    subject, body = mail_text(code, language, **params)
    Message.objects.create(
        to_email=email, language=language, subject=subject[:SUBJECT], body=body, path=path, written_at=now
    )


def mark_sent(message: Message, *, now: datetime) -> None:
    """Note that a message went out."""
    message.sent_at = now
    message.save(update_fields=["sent_at"])


def mark_failed(message: Message) -> None:
    """Note that a message did not go out, so that it is tried again."""
    message.attempts += 1
    message.save(update_fields=["attempts"])
