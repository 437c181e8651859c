"""Choosing how often mails come, stopping them, and the digests that gather what was held: each made once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction

from mix.actions.core.deeds import Deed
from mix.actions.core.outbox import keep_inside, tell
from mix.data.models import Digest, MailChoice, Message, Person
from mix.readers.core.outbox import list_held, paces_chosen, path_of
from mix.rules.core.mails import PACES, MailKind, Pace, Window, may_stop, window_of
from mix.rules.core.unmet import require


def choose(deed: Deed, *, paces: Mapping[MailKind, Pace]) -> int:
    """Choose how often mails of each kind come. Returns how many kinds changed; what is held leaves with its digest."""
    person = deed.actor.someone
    before = paces_chosen(person.code)
    changed = {kind: pace for kind, pace in paces.items() if before[kind] is not pace}
    for kind, pace in changed.items():
        require(pace in PACES[kind], "mail_without_stop")
        MailChoice.objects.create(to=person.code, kind=kind.value, pace=pace.value, chosen_at=deed.now)
    return len(changed)


def stop(deed: Deed, *, chooser: str, kind: MailKind) -> None:
    """Stop mails of a kind, for whoever holds the link of one: an account, or an address without."""
    require(may_stop(kind), "mail_without_stop")
    MailChoice.objects.create(to=chooser, kind=kind.value, pace=Pace.OFF.value, chosen_at=deed.now)


def make_digests(*, now: datetime) -> int:
    """Make the digests whose window has ended, each in a transaction of its own. Called by the worker.

    A window is a record that stands once: whatever dies in between, each gets one. Returns how many were made.
    """
    made = 0
    for pace in (Pace.DAILY, Pace.WEEKLY):
        window = window_of(pace, now=now)
        waiting = sorted({m.chooser for m in list_held(pace) if m.written_at < window.until})
        for code in waiting:
            made += _make(code, pace, window, now=now)
    return made


def _make(code: str, pace: Pace, window: Window, *, now: datetime) -> bool:
    with transaction.atomic():
        digest, is_new = Digest.objects.get_or_create(
            to=code, pace=pace.value, until=window.until, defaults={"since": window.since, "made_at": now}
        )
        if not is_new:
            return False
        held = [m for m in list_held(pace, chooser=code) if m.written_at < window.until]
        gathered = keep_inside(held, now=now)
        if not gathered:
            return False
        tell(
            Person.objects.filter(code=code, is_active=True),
            "digest",
            now=now,
            path="me/",
            count=str(len(gathered)),
            items="\n\n".join(_item(message) for message in gathered),
        )
        Message.objects.filter(pk__in=[m.pk for m in gathered]).update(digest=digest, sent_at=now)
    return True


def _item(message: Message) -> str:
    """Return what a digest says of one mail: its subject, and what it says."""
    place = path_of(message)
    link = f"\n{settings.BASE_URL}/{message.language}/{place}" if place else ""
    return f"{message.subject}\n{message.body}{link}"
