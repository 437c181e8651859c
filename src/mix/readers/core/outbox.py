"""The mail that was written: as the demonstration shows it, and what of it may leave a trial."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Sequence

from django.conf import settings
from django.core import signing
from django.db.models import OuterRef, Q, Subquery

from mix.data.models import (
    Challenge,
    CustodyShare,
    MailChoice,
    Message,
    Municipality,
    PanelMember,
    StaffRole,
    TrialGuest,
)
from mix.readers.core.ciphers import reveal
from mix.readers.core.errors import Unknown
from mix.rules.core.mails import CHOOSABLE, MailKind, Pace, kind_of_mail, may_stop
from mix.rules.core.practice import is_practice_address

LINKS = "links in mails"  # what the link of a key is hidden for
STOP = "mix mail stop"
# By these mails somebody becomes one of a trial's own people.
BEGINS = frozenset({"staff_invitation", "trial_guest", "panel_invitation"})


def path_of(message: Message) -> str:
    """Return where the link of a message leads, an address without language; empty where it was forgotten."""
    return (reveal(message.path, use=LINKS) or "") if message.is_key and message.path else message.path


def list_latest_mail(*, to: str = "", most: int = 60) -> list[Message]:
    """List the mail that was written last, to everybody or to one address."""
    rows = Message.objects.order_by("-written_at", "-id")
    return list((rows.filter(to_email=to) if to else rows)[:most])


def address_mark(email: str) -> str:
    """Return what is kept of an address that has no account: a hash under the key of this instance."""
    return hmac.new(settings.SECRET_KEY.encode(), email.casefold().encode(), hashlib.sha256).hexdigest()


def paces_of(choosers: Collection[str], kind: MailKind) -> dict[str, Pace]:
    """Return how often some get mails of a kind: what each chose last. Who chose nothing is left out."""
    latest = MailChoice.objects.filter(to=OuterRef("to"), kind=OuterRef("kind")).order_by("-id").values("id")[:1]
    rows = MailChoice.objects.filter(to__in=choosers, kind=kind.value, id=Subquery(latest))
    return {to: Pace(pace) for to, pace in rows.values_list("to", "pace")}


def paces_chosen(chooser: str) -> dict[MailKind, Pace]:
    """Return what somebody chose last of each kind that may be chosen; at once where nothing was."""
    chosen = dict.fromkeys(CHOOSABLE, Pace.NOW)
    for kind, pace in MailChoice.objects.filter(to=chooser).order_by("id").values_list("kind", "pace"):
        chosen[MailKind(kind)] = Pace(pace)
    return chosen


def stop_token(message: Message) -> str:
    """Return what ends mails of the kind of this one; empty where it has no stop."""
    kind = kind_of_mail(message.code)
    return signing.dumps([message.chooser, kind.value], salt=STOP) if message.chooser and may_stop(kind) else ""


def stop_of(token: str) -> tuple[str, MailKind]:
    """Return whose mails of which kind a token ends. Raises Unknown."""
    try:
        chooser, kind = signing.loads(token, salt=STOP)
    except signing.BadSignature:
        raise Unknown from None
    return str(chooser), MailKind(kind)


def list_held(pace: Pace, *, chooser: str = "") -> list[Message]:
    """List what is held for digests of a pace, or for those of one person, oldest first."""
    whose = Q(chooser=chooser) if chooser else Q()
    return list(Message.objects.filter(whose, held=pace.value, digest=None, kept_at=None).order_by("written_at", "id"))


def list_for_outside(messages: Sequence[Message]) -> list[Message]:
    """Return those mails that a trial wrote to somebody who is none of its own people: they are never sent.

    Nor is what anybody writes to a practice vendor: whoever plays it reads its pages.

    Two queries for all of them, and three for each of a trial.
    """
    cases, cities = {m.challenge for m in messages if m.challenge}, {m.city for m in messages if m.city}
    # what began on trial stays one, whatever its city is now
    tried = set(Challenge.objects.filter(code__in=cases, is_trial=True).values_list("code", flat=True)) if cases else ()
    trying = set(Municipality.objects.filter(code__in=cities, live_at=None).values_list("code", flat=True))
    of_trial = (m for m in messages if (m.challenge in tried if m.challenge else m.city in trying))
    outside = {m.pk for m in of_trial if m.code not in BEGINS and not _is_to_own(m)}
    return [m for m in messages if m.pk in outside or is_practice_address(m.to_email)]


def _is_to_own(message: Message) -> bool:
    city, email = message.city, message.to_email
    staff = StaffRole.objects.filter(municipality__code=city, ended_at=None, person__email__iexact=email)
    guests = TrialGuest.objects.filter(municipality__code=city, ended_at=None, email=email.lower())
    holders = CustodyShare.objects.filter(
        key__municipality__code=city, key__retired_at=None, holder__email__iexact=email
    )
    seats = PanelMember.objects.filter(evaluation__municipality__code=city, left_at=None, person__email__iexact=email)
    return staff.exists() or guests.exists() or holders.exists() or seats.exists()
