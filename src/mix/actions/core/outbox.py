"""Telling people: one mail each, in their language, written with the act itself; and what became of it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from mix.data.models import Challenge, Message, Person
from mix.phrases.mails import mail_text
from mix.rules.core.fields import Wording
from mix.rules.core.lines import one_line

SUBJECT = 300  # characters of a mail's subject; a title may be longer
REASON = 300  # characters of why a try failed
LEASE = timedelta(minutes=10)  # a try that takes longer died with its worker
# What is left between tries: two days and almost four hours in all.
PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 30, 60, 120, 240, 480, 720, 1440))


def tell(
    people: Iterable[Person],
    code: str,
    *,
    now: datetime,
    challenge: Challenge | None = None,
    path: str = "",
    **params: str | Wording,
) -> None:
    """Write one message to each person, in their language.

    `code` is a key of `mix.phrases.mails`, `path` an address without language.
    """
    if challenge:
        params["challenge"] = challenge.wording("title")
    for person in {p.pk: p for p in people}.values():
        subject, body = mail_text(code, person.language, **{"challenge": "", **params, "name": person.name})
        Message.objects.create(
            to_email=person.email,
            to_name=person.name,
            language=person.language,
            subject=one_line(subject)[:SUBJECT],
            body=body,
            path=path,
            challenge=challenge.code if challenge else "",
            written_at=now,
        )


def tell_address(email: str, code: str, *, language: str, now: datetime, path: str, **params: str | Wording) -> None:
    """Write one message to somebody who has no account yet."""
    subject, body = mail_text(code, language, **params)
    Message.objects.create(
        to_email=email, language=language, subject=one_line(subject)[:SUBJECT], body=body, path=path, written_at=now
    )


def claim(*, now: datetime) -> Message | None:
    """Take up the next message that is due, those that failed least first, and keep it from others for the `LEASE`.

    The caller sends it outside of any transaction, and marks it. None when nothing is due.
    """
    due = Q(due_at=None) | Q(due_at__lte=now)
    with transaction.atomic():
        waiting = Message.objects.select_for_update(skip_locked=True).filter(due, sent_at=None, given_up_at=None)
        message = waiting.order_by("attempts", "id").first()
        if message is not None:
            message.due_at = now + LEASE
            message.attempts += 1
            message.save(update_fields=["due_at", "attempts"])
    return message


def mark_sent(message: Message, *, now: datetime) -> None:
    """Note that a message went out."""
    Message.objects.filter(pk=message.pk).update(sent_at=now, given_up_at=None)


def mark_failed(message: Message, *, now: datetime, reason: str, is_final: bool) -> None:
    """Note that a message did not go out: it is tried again after a pause, or given up for good after the last.

    Does nothing when somebody else has taken it up since.
    """
    given_up = is_final or message.attempts > len(PAUSES)
    Message.objects.filter(pk=message.pk, attempts=message.attempts, sent_at=None).update(
        reason=one_line(reason)[:REASON],
        given_up_at=now if given_up else None,
        due_at=None if given_up else now + PAUSES[message.attempts - 1],
    )
