"""What waits as pages draw it: a clock, a sentence with its object, one fact, one button with the same verb."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.conf import settings
from django.urls import get_script_prefix
from django.utils.translation import get_language, gettext, ngettext

from mix.data.models import Challenge
from mix.phrases.waits import wait_button, wait_sentence
from mix.phrases.words import word
from mix.readers.case.challenges import method_for
from mix.readers.flow.dates import MORNING
from mix.readers.flow.wait_names import Names, away_from
from mix.rules.flow.waits import Desk, Doing, Line, Wait, place_for_vendor, place_of, place_to_watch
from mix.web.drawing.absences import away_text, few, for_text
from mix.web.drawing.showing import day, in_language, language, moment, said, time_left

# The part of a step's page where something is done.
PARTS = {
    Doing.SIGN_GATE: "gate",
    Doing.ANSWER_QUESTION: "questions",
    Doing.PUBLISH_ANSWER: "questions",
    Doing.ANSWER_VISITOR: "questions",
    Doing.RECORD_EVENT: "event",
    Doing.OPEN_ENVELOPES: "opening",
    Doing.CHECK_ITEMS: "items",
    Doing.OPEN_PRICES: "opening",
    Doing.RULE_CONFLICT: "panel",
    Doing.RECORD_MEETING: "meetings",
    Doing.REVIEW_PACK: "review",
    Doing.SIGN_OFF_SECURITY: "sign-offs",
    Doing.SIGN_OFF_PRIVACY: "sign-offs",
    Doing.SIGN_OFF_ACCESS: "sign-offs",
    Doing.SIGN_OFF_DEPARTMENT: "sign-offs",
    Doing.SETTLE_INCIDENT: "incidents",
    Doing.CHECK_IN: "check-ins",
    Doing.TAKE_BACK_DATA: "grants",
    Doing.SETTLE_BACKLOG: "backlog",
    Doing.DECIDE_CHANGE: "changes",
    Doing.JUDGE_MILESTONE: "milestones",
}
PLACES = 20  # of what stands together on one line, links that are shown


@dataclass(frozen=True, slots=True)
class Clock:
    """What stands at the left of a line: a number or a word, what it is of, and how urgent it is."""

    big: str
    small: str
    mood: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one of several things that stand together is done."""

    address: str
    title: str


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """One line: `item` names what may be asked for again, `asked` says when it was."""

    clock: Clock
    sentence: str
    of: str
    facts: tuple[str, ...]
    button: str
    address: str
    places: tuple[Place, ...]
    more: int
    item: str = ""
    who: str = ""
    asked: str = ""
    may_ask: bool = False


@dataclass(frozen=True, slots=True)
class DrawnDesk:
    """What waits for somebody as their page draws it: its first lines, the rest by day."""

    lines: tuple[DrawnLine, ...]
    rest: tuple[tuple[str, int, str], ...]
    total: int


def draw_desk(desk: Desk, names: Names, *, now: datetime, me: int | None = None) -> DrawnDesk:
    """Draw a desk; `me` is the number of whose it is, who may stand in for others."""
    rest = tuple((day(d.on) if d.on else gettext("without a date"), d.count, iso(d.on)) for d in desk.rest)
    return DrawnDesk(tuple(draw_line(line, names, now=now, me=me) for line in desk.lines), rest, desk.total)


def iso(on: date | None) -> str:
    """Return how a day stands in an address; what has none is "none"."""
    return on.isoformat() if on else "none"


def draw_owed(waits: Sequence[Wait], names: Names, *, now: datetime) -> tuple[DrawnLine, ...]:
    """Draw what a vendor is owed: by which city, and where it reads of it."""
    drawn = []
    for wait in waits:
        address = _address(place_for_vendor(wait, challenge=_code(wait, names)))
        city = names.cities.get(wait.city)
        line = draw_line(Line((replace(wait, vendor=None),)), names, now=now, is_others=True)
        drawn.append(replace(line, address=address, who=in_language(city, "name") if city else ""))
    return tuple(drawn)


def draw_line(
    line: Line,
    names: Names,
    *,
    now: datetime,
    is_others: bool = False,
    may_ask: bool = False,
    me: int | None = None,
) -> DrawnLine:
    """Draw one line; where others owe it, `may_ask` says whether its button asks them again.

    It says who of them is away; for `me`, the number of whose desk it is, for whom they stand in.
    """
    wait, many = line.first, line.many > 1
    asked_at = names.asked.get(wait.name)
    return DrawnLine(
        clock=_clock(wait, now=now),
        sentence=wait_sentence(wait.doing, line.count, language()),
        of="" if many else _object(wait, names),
        facts=(*(() if many else _facts(wait, names, now=now)), *_away(line, names, me=None if is_others else me)),
        button=wait_button(wait.doing, language()),
        address=address_of(wait, names) if not is_others else watched_at(wait, names),
        places=tuple(
            Place(address_of(w, names), _object(w, names) or _challenge_title(w, names)) for w in line.waits[:PLACES]
        )
        if many
        else (),
        more=max(0, line.many - PLACES) if many else 0,
        item=wait.name,
        who=who_owes(wait, names),
        asked=day(asked_at) if asked_at else "",
        may_ask=may_ask,
    )


def address_of(wait: Wait, names: Names) -> str:
    """Return where something is done, in the page's language."""
    part = f"#{PARTS[wait.doing]}" if wait.doing in PARTS and wait.step else ""
    return _address(place_of(wait, challenge=_code(wait, names))) + part


def watched_at(wait: Wait, names: Names) -> str:
    """Return where whoever waits for others reads of it."""
    return _address(place_to_watch(wait, challenge=_code(wait, names)))


def _code(wait: Wait, names: Names) -> str:
    challenge = names.challenges.get(wait.challenge or 0)
    return challenge.code if challenge else ""


def _address(path: str) -> str:
    return f"{get_script_prefix()}{get_language()}/{path}"


def _clock(wait: Wait, *, now: datetime) -> Clock:
    if wait.until is not None and wait.is_late(now):
        return Clock(gettext("late"), gettext("since %(day)s") % {"day": day(_last(wait.until))}, "late")
    if wait.until is not None:
        return Clock(time_left(wait.until, now), gettext("are left"), "soon" if wait.is_soon(now) else "")
    days = (now - wait.since).days
    big = ngettext("%(n)s day", "%(n)s days", days) % {"n": days} if days > 0 else gettext("today")
    return Clock(big, gettext("since %(day)s") % {"day": day(wait.since)})


def _challenge_title(wait: Wait, names: Names) -> str:
    challenge = names.challenges.get(wait.challenge or 0)
    return in_language(challenge, "title") if challenge else ""


def _object(wait: Wait, names: Names) -> str:
    """Return what it is about: a pilot, a need, a vendor's, a step by its title."""
    if wait.at in names.pilots:
        return in_language(names.pilots[wait.at], "title")
    if wait.at in names.needs:
        return names.needs[wait.at].title
    if wait.vendor is not None and not wait.is_owed_by_vendor and wait.vendor in names.vendors:
        return names.vendors[wait.vendor]
    challenge = names.challenges.get(wait.challenge or 0)
    return _step_title(challenge, wait.step) if challenge and wait.step else ""


def _step_title(challenge: Challenge, key: str) -> str:
    return str(said(method_for(challenge).step(key).title))


def _last(until: datetime) -> datetime:
    """Return an instant of the day on which something ends; a whole day ends where the next begins."""
    return until - timedelta(seconds=1) if until.time() == MORNING.replace(tzinfo=None) else until


def _facts(wait: Wait, names: Names, *, now: datetime) -> tuple[str, ...]:
    """Return the challenge, and until when: the facts that decide."""
    city = names.cities.get(wait.city)
    zone = city.zone if city else settings.TIME_ZONE
    until = ""
    if wait.until and not wait.is_late(now):
        last = _last(wait.until)
        until = gettext("Until %(moment)s") % {"moment": day(last) if last != wait.until else moment(last, zone)}
    place = _challenge_title(wait, names) or (in_language(city, "name") if city else "")
    return tuple(fact for fact in (place, until) if fact)


def _away(line: Line, names: Names, *, me: int | None) -> list[str]:
    """Say who is away of those for whom a line waits; on one's own, for whom one stands in."""
    found = {one.person.pk: one for wait in line.waits for one in away_from(wait, names)}.values()
    if me is None:
        return few([away_text(one) for one in found])
    return few([for_text(one) for one in found if one.deputy and one.deputy.pk == me])


def who_owes(wait: Wait, names: Names) -> str:
    """Say whom it waits for: a person, a vendor, or the duties that may do it in a city."""
    if wait.is_owed_by_vendor:
        return names.vendors.get(wait.vendor or 0, "")
    if wait.person is not None:
        return names.people.get(wait.person, "")
    roles = ", ".join(word("role", role, language()) for role in sorted(wait.roles))
    city = names.cities.get(wait.city)
    return f"{roles}, {in_language(city, 'name')}" if city else roles
