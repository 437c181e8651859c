"""The worker: sends what waits in the outbox, reminds, and has opened files scanned, again and again."""

import http.client
import logging
import os
import threading
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import DatabaseError, InterfaceError, close_old_connections, transaction

from mix.actions.addenda import extend_for_outages
from mix.actions.calendars import remind_of_dates
from mix.actions.checkpoints import LogBroken, make_due
from mix.actions.custody import remind_holders
from mix.actions.outbox import mark_failed, mark_sent
from mix.actions.pilots import remind as remind_of_pilots
from mix.actions.sealing import ScannerDown, SealerDown, scan_opened
from mix.data.models import Beat, Message
from mix.rules.outages import BEAT

logger = logging.getLogger(__name__)
MOST_ATTEMPTS = 8
AT_ONCE = 50
REMIND_EVERY = timedelta(minutes=10)
SCAN_EVERY = timedelta(seconds=20)


def send_waiting(*, most: int = AT_ONCE) -> int:
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


def site_answers() -> bool:
    """Say whether the site can take a submission, by asking it over its own door."""
    host = os.environ.get("MIX_HOST", "127.0.0.1")
    door = http.client.HTTPConnection(host, settings.ENVIRONMENT.port, timeout=8)
    try:
        door.request("GET", "/healthz", headers={"Host": urlsplit(settings.BASE_URL).netloc})
        return door.getresponse().status == 200
    except OSError:
        return False
    finally:
        door.close()


def watch(*, now: datetime) -> None:
    """Every ten seconds note that the site answers; where it did not, extend the closings that an outage moves."""
    if Beat.objects.filter(at__gt=now - BEAT).exists() or not site_answers():
        return
    with transaction.atomic():
        Beat.objects.get_or_create(at=now)
        Beat.objects.filter(at__lt=now - timedelta(days=3)).delete()
        extend_for_outages(now=now)


def watch_forever(*, pause_seconds: float = 2.0) -> None:
    """Watch the site until the process is stopped; apart from the mail, which may take its time."""
    while True:
        close_old_connections()
        try:
            watch(now=datetime.now(UTC))
        except (DatabaseError, InterfaceError, SealerDown):
            logger.exception("the watch goes on after a pause")
        time.sleep(pause_seconds)


def remind(*, now: datetime) -> None:
    """Remind people of dates and pilots; what was told once is not told again."""
    with transaction.atomic():
        remind_of_dates(now=now)
        remind_of_pilots(now=now)


def scan_waiting(*, now: datetime) -> None:
    """Have opened files scanned, where there is a scanner; one that is down is asked again later."""
    if not settings.SCANNER:
        return
    try:
        while scan_opened(now=now, most=AT_ONCE) == AT_ONCE:
            pass
    except ScannerDown:
        logger.exception("files wait for the scanner")


def work_forever(*, pause_seconds: float = 2.0) -> None:
    """Watch the site and send what waits until the process is stopped."""
    threading.Thread(target=watch_forever, daemon=True).start()
    reminded = scanned = datetime.min.replace(tzinfo=UTC)
    while True:
        close_old_connections()
        try:
            while send_waiting() == AT_ONCE:
                pass  # more waits: a city's first mail is not held up by a thousand others
            if datetime.now(UTC) - reminded > REMIND_EVERY:
                reminded = datetime.now(UTC)
                remind(now=reminded)
            if datetime.now(UTC) - scanned > SCAN_EVERY:
                scanned = datetime.now(UTC)
                scan_waiting(now=scanned)
            with transaction.atomic():
                make_due(now=datetime.now(UTC))
                remind_holders(now=datetime.now(UTC))
        except (DatabaseError, InterfaceError, LogBroken):
            logger.exception("the worker goes on after a pause")
        time.sleep(pause_seconds)
