"""The worker: sends what waits in the outbox, reminds, and has opened files scanned, again and again."""

import http.client
import logging
import os
import signal
import smtplib
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import formataddr
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import DatabaseError, close_old_connections, transaction

from mix.actions.case.pilots import remind as remind_of_pilots
from mix.actions.city.reviews import ask_for_reviews
from mix.actions.core.digests import make_digests
from mix.actions.core.outbox import claim, mark_failed, mark_sent, put_back
from mix.actions.core.run import whole
from mix.actions.flow.due import make_due, remind_of_dates
from mix.actions.flow.reminding import remind_of_drafts, remind_of_scores
from mix.actions.market.addenda import extend_for_outages
from mix.actions.market.custody import remind_holders
from mix.actions.market.sealing import drop_unreferenced, scan_opened
from mix.data.cache import forget_expired
from mix.data.changes import begin
from mix.data.models import Beat, Message
from mix.jobs.duties import note_done, note_fault
from mix.jobs.log_checks import check_daily
from mix.jobs.sandbox import refuse_wrong_site
from mix.jobs.witnesses import send_to_witnesses
from mix.phrases.mails import stop_text
from mix.readers.core.clock import read_work_clock
from mix.readers.core.outbox import path_of, stop_token
from mix.rules.core.lines import one_line
from mix.rules.market.outages import BEAT
from mix.rules.market.sealed import ScannerDown

logger = logging.getLogger(__name__)
AT_ONCE = 50
TOGETHER = 10  # mails that are taken up in one transaction; a worker that dies keeps them from others for the lease
REMIND_EVERY = timedelta(minutes=10)
SCAN_EVERY = timedelta(seconds=20)
CHECK_EVERY = timedelta(minutes=10)
CLEAR_EVERY = timedelta(hours=1)
WITNESS_EVERY = timedelta(days=1)


def send_waiting(*, most: int = AT_ONCE) -> int:
    """Send up to `most` messages that are due, each outside of any transaction. Returns how many went out.

    One that fails is tried again after a pause. A server that is away is left alone until the next call.
    """
    sent, left, server = 0, most, get_connection()
    try:
        while left > 0 and (taken := claim(now=read_work_clock(), most=min(left, TOGETHER))):
            left -= len(taken)
            for place, message in enumerate(taken, start=1):
                if _is_others(message):
                    return sent
                error = _send(message, server)
                if error is None:
                    mark_sent(message, now=read_work_clock())
                    sent += 1
                    continue
                mark_failed(message, now=read_work_clock(), reason=_reason(error), is_final=_is_refused(error))
                if _is_of_the_server(error):
                    put_back(taken[place:], now=read_work_clock())
                    return sent
    finally:
        server.close()
    return sent


def _is_others(message: Message) -> bool:
    """Say whether a message, and what was taken up with it, may be another worker's by now: those before took long."""
    return message.due_at is not None and message.due_at <= datetime.now(UTC)


def _send(message: Message, server: BaseEmailBackend) -> Exception | None:
    """Send one message over a connection that stays open for the next; return what kept it from going out.

    It says that no person wrote it, so that no absence note answers, keeps its name when it is sent twice, and ends its
    kind by one POST where it may be stopped (RFC 8058).
    """
    path = path_of(message)
    link = f"\n\n{settings.BASE_URL}/{message.language}/{path}" if path else ""
    host = (urlsplit(settings.BASE_URL).hostname or "").encode("idna").decode()
    headers = {
        "Auto-Submitted": "auto-generated",
        "Message-ID": f"<{message.pk}.{message.written_at.timestamp():.0f}@{host}>",
    }
    if token := stop_token(message):
        stop = f"{settings.BASE_URL}/{message.language}/mail/stop/{token}/"
        link += f"\n\n{stop_text(stop, message.language)}"
        headers |= {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    try:
        server.open()
        EmailMessage(
            message.subject,
            message.body + link,
            to=[formataddr((one_line(message.to_name), message.to_email))],
            reply_to=[message.reply_to] if message.reply_to else None,
            headers=headers,
            connection=server,
        ).send()
    except Exception as error:  # whatever is wrong with one message is that one's alone: the others go out
        logger.exception("mail %s did not go out", message.pk)
        return error
    return None


def _replies(error: Exception) -> list[tuple[int, str]]:
    """Return what the server answered to this message or its addressee: codes and words."""
    found: list[tuple[int, bytes | str]] = []
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        found = list(error.recipients.values())
    elif isinstance(error, smtplib.SMTPDataError):
        found = [(error.smtp_code, error.smtp_error)]
    return [(code, said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)) for code, said in found]


def _is_refused(error: Exception) -> bool:
    """Say whether the server will never take this message; that it refuses us or our sender, an operator can mend."""
    replies = _replies(error)
    return bool(replies) and all(code >= 500 for code, _said in replies)  # RFC 5321, 4.2.1


def _is_of_the_server(error: Exception) -> bool:
    """Say whether the next message would meet the same."""
    return isinstance(error, OSError) and not _replies(error)


def _reason(error: Exception) -> str:
    replies = "; ".join(f"{code} {said}" for code, said in _replies(error))
    return replies or f"{type(error).__name__}: {error}"


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
    with whole():
        Beat.objects.get_or_create(at=now)
        Beat.objects.filter(at__lt=now - timedelta(days=3)).delete()
        extend_for_outages(now=now)


def send_all(*, now: datetime) -> None:  # noqa: ARG001 - a duty's signature; sending takes its time
    """Send until nothing more is due: a city's first mail is not held up by a thousand others."""
    while send_waiting() == AT_ONCE:
        pass


def scan_waiting(*, now: datetime) -> None:
    """Have opened files scanned, where there is a scanner; one that is down is asked again later."""
    if not settings.SCANNER:
        return
    try:
        while scan_opened(now=now, most=AT_ONCE) == AT_ONCE:
            pass
    except ScannerDown:
        logger.exception("files wait for the scanner")


def forget_sessions(*, now: datetime) -> None:
    """Remove the sessions that have ended, with what was typed in them."""
    Session.objects.filter(expire_date__lt=now).delete()


# What the worker does, and how often at most. No duty is done in another's transaction.
DUTIES: tuple[tuple[Callable[..., object], timedelta], ...] = (
    (send_all, timedelta(0)),
    (transaction.atomic(remind_of_dates), REMIND_EVERY),
    (transaction.atomic(remind_of_pilots), REMIND_EVERY),
    (transaction.atomic(ask_for_reviews), REMIND_EVERY),
    (scan_waiting, SCAN_EVERY),
    (make_due, timedelta(0)),
    (check_daily, CHECK_EVERY),
    (send_to_witnesses, WITNESS_EVERY),
    (make_digests, REMIND_EVERY),
    (transaction.atomic(remind_of_drafts), REMIND_EVERY),
    (transaction.atomic(remind_of_scores), REMIND_EVERY),
    (transaction.atomic(remind_holders), timedelta(0)),
    (forget_sessions, CLEAR_EVERY),
    (forget_expired, CLEAR_EVERY),
    (drop_unreferenced, CLEAR_EVERY),
)


def do_apart(duty: Callable[..., object], *, now: datetime) -> None:
    """Do one duty so that no fault in it costs another."""
    close_old_connections()
    try:
        duty(now=now)
        note_done(duty.__name__, now=datetime.now(UTC))
    except Exception as error:
        # The outermost place: whatever it was, the process stays, for mail, closings and checkpoints hang on it.
        logger.exception("%s is tried again after a pause", duty.__name__)
        with suppress(DatabaseError):  # it may be what went wrong
            note_fault(duty.__name__, error, now=datetime.now(UTC))


# A signal was heard: the duty at hand is done to its end, and no other is begun.
STOPPING = threading.Event()


def do_duties(last: dict[int, datetime]) -> None:
    """Do each duty whose time has come; `last` holds, by the duty's place, when it was begun."""
    for place, (duty, every) in enumerate(DUTIES):
        if STOPPING.is_set():
            return
        now = datetime.now(UTC)
        if place not in last or now - last[place] >= every:
            last[place] = now
            do_apart(duty, now=read_work_clock())


def watch_forever(*, pause_seconds: float = 2.0) -> None:
    """Watch the site until the process is stopped; apart from the mail, which may take its time."""
    while True:
        do_apart(watch, now=read_work_clock())
        time.sleep(pause_seconds)


def work_forever(*, pause_seconds: float = 2.0) -> None:
    """Watch the site and do the duties until the process is stopped."""
    refuse_wrong_site()
    begin()
    for heard in (signal.SIGTERM, signal.SIGINT):
        signal.signal(heard, lambda *_: STOPPING.set())
    threading.Thread(target=watch_forever, daemon=True).start()
    last: dict[int, datetime] = {}
    while not STOPPING.is_set():
        do_duties(last)
        STOPPING.wait(pause_seconds)
