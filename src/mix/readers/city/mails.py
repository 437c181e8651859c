"""Mail of a city that did not go out: to whom, since when and why; never what it says."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from mix.data.models import Message, Municipality, VendorMember
from mix.readers.core.actors import Actor
from mix.readers.core.paging import Page, page_of
from mix.readers.core.rows import get_row
from mix.rules.core.access import Permission, grants

WAITS_LONG = timedelta(minutes=30)
# Mails whose mere existence tells who answers a call that nobody has opened, or who asks: the operator sees these.
SEALED = (
    *("receipt", "withdrawn", "addendum", "question_changed", "question_asked_again", "question_answered"),
    *("draft_soon", "draft_late"),
    *("co_applicant_asked", "co_applicant_joined", "co_applicant_declined", "co_applicant_left"),
    "co_applicant_taken_out",
)


def _unsent(city: Municipality, *, actor: Actor) -> QuerySet[Message]:
    """Return what this person may know of: those who read no challenge see nothing that went to a vendor's people."""
    rows = Message.objects.filter(city=city.code, sent_at=None, kept_at=None, held="").exclude(code__in=SEALED)
    if not grants(actor.roles_at(city.code), Permission.CHALLENGE_READ):
        rows = rows.exclude(to_email__in=VendorMember.objects.values("person__email"))
    return rows


def page_unsent(city: Municipality, *, actor: Actor, number: int, now: datetime) -> Page[Message]:
    """List a city's mail that failed, was given up, or waits for long: given up first, then the latest."""
    stuck = Q(given_up_at__isnull=False) | ~Q(reason="") | Q(written_at__lt=now - WAITS_LONG)
    rows = _unsent(city, actor=actor).filter(stuck)
    return page_of(rows.order_by(F("given_up_at").desc(nulls_last=True), "-id"), number)


def get_given_up(city: Municipality, item: str, *, actor: Actor) -> Message:
    """Return a mail that was given up. Raises Unknown."""
    return get_row(_unsent(city, actor=actor).exclude(given_up_at=None), item)
