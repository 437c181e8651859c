"""The worker: sends what waits in the outbox, again and again."""

import logging
import time
from datetime import UTC, datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import DatabaseError, InterfaceError, close_old_connections, transaction

from mix.actions.checkpoints import LogBroken, make_due
from mix.actions.custody import remind_holders
from mix.actions.outbox import mark_failed, mark_sent
from mix.data.models import Message

logger = logging.getLogger(__name__)
MOST_ATTEMPTS = 8


def send_waiting(*, most: int = 50) -> int:
    """Send up to `most` waiting messages; one that fails is tried again later. Returns how many went out."""
    sent = 0
    waiting = Message.objects.filter(sent_at=None, attempts__lt=MOST_ATTEMPTS).order_by("attempts", "id")
    for message in waiting[:most]:
        link = f"\n\n{settings.BASE_URL}/{message.language}/{message.path}" if message.path else ""
        mail = EmailMessage(message.subject, message.body + link, to=[message.to_email])
        with transaction.atomic():
            try:
                mail.send()
            except OSError:
                logger.exception("mail %s did not go out", message.pk)
                mark_failed(message)
            else:
                mark_sent(message, now=datetime.now(UTC))
                sent += 1
    return sent


def work_forever(*, pause_seconds: float = 2.0) -> None:
    """Send what waits until the process is stopped."""
    while True:
        close_old_connections()
        try:
            send_waiting()
            with transaction.atomic():
                make_due(now=datetime.now(UTC))
                remind_holders(now=datetime.now(UTC))
        except (DatabaseError, InterfaceError, LogBroken):
            logger.exception("the worker goes on after a pause")
        time.sleep(pause_seconds)
