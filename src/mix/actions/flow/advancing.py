"""Moving the time of a sandbox: everything that becomes due on the way is carried out, in order, before it is over.

Nothing here is possible on a live site: its database has no row of a sandbox, which is made only while a database is
empty, and without one time is moved by no setting, no page and no file.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from mix.actions.case.pilots import remind as remind_of_pilots
from mix.actions.city.reviews import ask_for_reviews
from mix.actions.core.digests import make_digests
from mix.actions.core.run import whole
from mix.actions.flow.due import make_due, remind_of_dates
from mix.actions.flow.reminding import remind_of_drafts, remind_of_scores
from mix.actions.market.addenda import extend_for_outages
from mix.actions.market.custody import remind_holders
from mix.data.models import Beat, Municipality, Person, Sandbox
from mix.data.wall import lifted
from mix.readers.core.clock import read_clock
from mix.readers.core.errors import Unknown
from mix.readers.core.sandboxes import Mark, read_mark, write_mark
from mix.readers.flow.coming import list_coming
from mix.rules.core.unmet import require
from mix.rules.flow.advancing import BEATS_KEPT, Stride, beats, moments, target

# What the clock alone makes due, as the worker does it (`mix.jobs.work.DUTIES`).
DUE: tuple[Callable[..., object], ...] = (
    transaction.atomic(remind_of_dates),
    transaction.atomic(remind_of_pilots),
    transaction.atomic(ask_for_reviews),
    make_due,
    make_digests,
    transaction.atomic(remind_of_drafts),
    transaction.atomic(remind_of_scores),
    transaction.atomic(remind_holders),
)


def be_born(*, code: str) -> None:
    """Make this database a sandbox's. Raises Refused where it holds a city or a person already."""
    with transaction.atomic():
        empty = not Municipality.objects.exists() and not Person.objects.exists()
        require(empty or Sandbox.objects.filter(code=code).exists(), "database_is_live")
        Sandbox.objects.get_or_create(code=code, defaults={"born_at": datetime.now(UTC)})


def own_mark() -> Mark:
    """Return the mark of the sandbox that this is. Raises Unknown on every other site."""
    if not settings.SANDBOX:
        raise Unknown
    mark = read_mark(Path(settings.DATA_DIR))
    if not Sandbox.objects.filter(code=mark.code).exists():
        raise Unknown
    return mark


def advance(stride: Stride) -> tuple[datetime, ...]:
    """Move time by a step. Returns the instants at which something was carried out, the last of them its end.

    Raises Unknown where this is no sandbox, Refused where it has ended or nothing comes.
    """
    with _alone(), lifted():
        mark = own_mark()
        require(not mark.is_over(datetime.now(UTC)), "sandbox_is_over")
        now = read_clock()
        coming = [c.at for c in list_coming(now=now)]
        stops = moments(now=now, to=target(stride, now=now, due=coming), due=coming)
        answered = now
        for moment in stops:
            _turn_to(moment)
            _answer(since=answered, until=moment)
            for duty in DUE:
                duty(now=moment)
            answered = moment
    return stops


def bridge_pause() -> None:
    """Have the time in which a sandbox was not served count as answered: nobody meant it as an outage."""
    own_mark()
    last = Beat.objects.order_by("-at").values_list("at", flat=True).first()
    if last is not None:
        _answer(since=last, until=max(last, read_clock()))


def _turn_to(moment: datetime) -> None:
    """Set the clock to an instant, or leave it where it is past that: it never goes back."""
    folder = Path(settings.DATA_DIR)
    mark = read_mark(folder)
    write_mark(folder, replace(mark, ahead=max(mark.ahead, moment - datetime.now(UTC))))


def _answer(*, since: datetime, until: datetime) -> None:
    with whole():
        marks = [Beat(at=at) for at in beats(since=since, until=until)]
        Beat.objects.bulk_create(marks, ignore_conflicts=True, batch_size=500)
        Beat.objects.filter(at__lt=until - BEATS_KEPT - timedelta(minutes=1)).delete()
        extend_for_outages(now=until)


@contextmanager
def _alone() -> Iterator[None]:
    """Let one step at a time move the clock."""
    with (Path(settings.DATA_DIR) / "sandbox.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
