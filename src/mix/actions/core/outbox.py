"""Telling people: one mail each, in their language, written with the act itself; and what became of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from mix.data.models import Challenge, ChallengeCity, Message, Municipality, Person
from mix.phrases.mails import mail_text, stand_in_text
from mix.readers.core.absences import Away, list_away_among
from mix.readers.core.ciphers import hide
from mix.readers.core.outbox import LINKS, address_mark, list_for_outside, paces_of
from mix.rules.core.access import Role, grants
from mix.rules.core.fields import Wording
from mix.rules.core.lines import one_line
from mix.rules.core.mails import PACES, Pace, is_stood_in_for, kind_of_mail, may_stop, needed_to_stand_in

SUBJECT = 300  # characters of a mail's subject; a title may be longer
# Mails whose link opens an account, or a place in a city's or a vendor's team.
KEYS = frozenset(
    {"account_confirm", "account_reset", "staff_invitation", "staff_welcome", "team_invitation", "panel_invitation"}
)
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
    of: Municipality | None = None,
    path: str = "",
    reply_to: str = "",
    **params: str | Wording,
) -> None:
    """Write one message to each person, in their language.

    `code` is a key of `mix.phrases.mails`, `path` an address without language. The mail is one `of` a city, or of the
    challenge's lead city; answers to it go to `reply_to`. Of a duty, whoever stands in for somebody who is away reads
    for whom; what goes to that person alone they get, too, where the duty lets them do it.
    """
    if challenge:
        params["challenge"] = challenge.wording("title")
    messages = []
    told = {p.pk: p for p in people}.values()
    kind = kind_of_mail(code)
    away = _stood_in_for(told, code, now=now, cities=_places(challenge, of)) if is_stood_in_for(code) else {}
    told = {p.pk: p for p in (*told, *away)}.values()
    paces = paces_of([p.code for p in told], kind) if len(PACES[kind]) > 1 else {}
    for person in told:
        pace = paces.get(person.code, Pace.NOW)
        if pace is Pace.OFF:
            continue
        subject, body = mail_text(code, person.language, **{"challenge": "", **params, "name": person.name})
        whom = {one.person.name: one.until for one in away.get(person, ())}
        body = "\n\n".join((body, *(stand_in_text(name, until, person.language) for name, until in whom.items())))
        messages.append(
            Message(
                to_email=person.email,
                to_name=person.name,
                language=person.language,
                subject=one_line(subject)[:SUBJECT],
                body=body,
                path=path,
                code=code,
                challenge=challenge.code if challenge else "",
                city=of.code if of else challenge.municipality.code if challenge else "",
                reply_to=reply_to,
                chooser=person.code,
                held="" if pace is Pace.NOW else pace.value,
                written_at=now,
            )
        )
    Message.objects.bulk_create(messages)


def _places(challenge: Challenge | None, of: Municipality | None) -> QuerySet[ChallengeCity, str] | tuple[str, ...]:
    """Return the codes of the cities that a mail is about; nothing is asked before they are needed."""
    if of or not challenge:
        return (of.code,) if of else ()
    return ChallengeCity.objects.filter(challenge=challenge).values_list("municipality__code", flat=True)


def _stood_in_for(
    told: Collection[Person], code: str, *, now: datetime, cities: Iterable[str]
) -> Mapping[Person, list[Away]]:
    """Return for whom of those who are told somebody stands in: by deputy, of these who may get the mail."""
    numbers, needed = [person.pk for person in told], needed_to_stand_in(code)
    found: dict[Person, list[Away]] = {}
    for one in list_away_among(numbers, now=now):
        if one.deputy is None:
            continue
        may_get = needed is not None and grants({Role(one.role)}, needed) and one.city in cities
        if one.deputy.pk in numbers or may_get:
            found.setdefault(one.deputy, []).append(one)
    return found


def tell_address(
    email: str,
    code: str,
    *,
    language: str,
    now: datetime,
    path: str,
    of: Municipality | None = None,
    writer: Person | None = None,
    **params: str | Wording,
) -> None:
    """Write one message to an address, whether somebody has an account there or not; greeted by `name` if given.

    Whoever stopped mails of its kind gets none.

    Answers go to the `writer`, who also hears when the address is refused for good.
    """
    kind, chooser = kind_of_mail(code), address_mark(email)
    if may_stop(kind) and paces_of([chooser], kind).get(chooser) is Pace.OFF:
        return
    subject, body = mail_text(code, language, **params)
    Message.objects.create(
        to_email=email,
        to_name=str(params.get("name", "")),
        language=language,
        subject=one_line(subject)[:SUBJECT],
        body=body,
        path=hide(path, use=LINKS) if code in KEYS else path,
        code=code,
        city=of.code if of else "",
        reply_to=writer.email if writer else "",
        writer=writer.code if writer else "",
        is_key=code in KEYS,
        chooser=chooser,
        written_at=now,
    )


def claim(*, now: datetime, most: int = 1) -> list[Message]:
    """Take up the next messages that are due, those that failed least first, and keep them from others for the `LEASE`.

    The caller sends them outside of any transaction, and marks each, or puts back what it did not try.
    What a trial writes to somebody outside is never taken up: it is kept.
    """
    due = Q(due_at=None) | Q(due_at__lte=now)
    with transaction.atomic():
        free = Message.objects.select_for_update(skip_locked=True)
        waiting = free.filter(due, sent_at=None, given_up_at=None, kept_at=None, held="").order_by("attempts", "id")
        taken = list(waiting[:most])
        while taken and not (leaving := keep_inside(taken, now=now)):
            taken = list(waiting[:most])
        taken = leaving if taken else []
        for message in taken:
            message.due_at = now + LEASE
            message.attempts += 1
        Message.objects.bulk_update(taken, ["due_at", "attempts"])
    return taken


def put_back(messages: Iterable[Message], *, now: datetime) -> None:
    """Let others have at once what was taken up and not tried: that was no attempt. Not what they took up since."""
    for message in messages:
        rows = Message.objects.filter(pk=message.pk, attempts=message.attempts, sent_at=None)
        rows.update(due_at=now, attempts=F("attempts") - 1)


def keep_inside(messages: Sequence[Message], *, now: datetime) -> list[Message]:
    """Keep for good what a trial wrote to somebody outside; return the others. Asked before any mail leaves."""
    kept = {message.pk for message in list_for_outside(messages)}
    if kept:
        Message.objects.filter(pk__in=kept).update(kept_at=now)
    return [message for message in messages if message.pk not in kept]


def mark_sent(message: Message, *, now: datetime) -> None:
    """Note that a message went out, and forget a link that is a key."""
    Message.objects.filter(pk=message.pk).update(sent_at=now, given_up_at=None, **_forgotten(message))


def mark_failed(message: Message, *, now: datetime, reason: str, is_final: bool) -> None:
    """Note that a message did not go out: it is tried again after a pause, or given up for good after the last.

    Whoever wrote to an address that is given up hears of it. Does nothing when somebody else took it up since.
    """
    given_up = is_final or message.attempts > len(PAUSES)
    with transaction.atomic():
        noted = Message.objects.filter(pk=message.pk, attempts=message.attempts, sent_at=None).update(
            reason=one_line(reason)[:REASON],
            given_up_at=now if given_up else None,
            due_at=None if given_up else now + PAUSES[message.attempts - 1],
        )
        if noted and given_up and message.writer:
            to, subject = message.to_email, message.subject
            writers = Person.objects.filter(code=message.writer)
            tell(writers, "mail_refused", now=now, to=to, subject=subject, reason=one_line(reason)[:REASON])


def _forgotten(message: Message) -> dict[str, str]:
    """Return what is blanked of a sent message. A demonstration, and a sandbox, have no mailbox but the outbox."""
    return {"path": ""} if message.is_key and not settings.DEMO and not settings.SANDBOX else {}


def try_again(message: Message) -> None:
    """Take up a message that was given up, from the first pause on."""
    Message.objects.filter(pk=message.pk).exclude(given_up_at=None).update(given_up_at=None, due_at=None, attempts=0)
