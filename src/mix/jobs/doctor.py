"""What an instance stands on, looked at before somebody finds out the hard way: one plain sentence for each thing."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import smtplib
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.core.mail import get_connection
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Q

from mix.actions.market.keys import state_of_key
from mix.actions.market.sealing import ping_scanner
from mix.data.models import Beat, Message, Solicitation
from mix.data.triggers import missing_triggers
from mix.data.wall import missing_policies
from mix.jobs.duties import standing_of
from mix.jobs.log_checks import EVERY, last_check
from mix.jobs.start import refuse_wrong_clock
from mix.jobs.witnesses import LATE as LATE_WITNESS
from mix.jobs.witnesses import list_countersigned
from mix.jobs.work import DUTIES
from mix.readers.case.challenges import list_out_of_step
from mix.readers.city.identities import list_providers, secret_of
from mix.readers.market.solicitations import unmet_to_open
from mix.rules.core.kinds import Envelope
from mix.rules.core.unmet import Refused
from mix.rules.market.sealed import ScannerDown, SealerDown
from mix.rules.market.states import CustodyMode

LEAST_FREE = 2 * 2**30
APART = Path("/var/lib/mix-sealer")  # where the shipped services keep the sealer's keys
MOST_SKEW = timedelta(seconds=2)
LATE = timedelta(minutes=15)
WAITS_LONG = timedelta(minutes=30)
STAYS_NEWS = timedelta(days=7)  # mail that was given up is an alarm for so long


class State(StrEnum):
    """How something stands."""

    GOOD = "good"
    LOOK = "look"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Word:
    """What was looked at, how it stands, and what to do where it does not stand well."""

    about: str
    state: State
    text: str


def _good(about: str, text: str) -> Word:
    return Word(about, State.GOOD, text)


def _bad(about: str, text: str) -> Word:
    return Word(about, State.BAD, text)


def _look(about: str, text: str) -> Word:
    return Word(about, State.LOOK, text)


def database() -> Iterator[Word]:
    """Reach the database; look at its version, its tables, the wall and the triggers."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SHOW server_version_num")
            number = int(cursor.fetchone()[0])
            version = f"PostgreSQL {number // 10000}.{number % 10000}"
            if number < 150000:
                yield _bad("database", f"{version} answers; MIX needs 15 or newer. Upgrade it.")
        else:
            cursor.execute("SELECT sqlite_version()")
            version = f"SQLite {cursor.fetchone()[0]}"
    yield _good("database", f"{version} answers.")
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield _bad("tables", "They are older than the program. Run: mix setup")
        return
    yield _good("tables", "They are those of this program.")
    lacking = sorted({*missing_policies(), *missing_triggers()})
    if lacking:
        yield _bad("protection", f"Missing on {', '.join(lacking)}. Run: mix setup")
    else:
        yield _good("protection", "The log cannot be changed, and every row has its wall.")


def disk() -> Iterator[Word]:
    """Look at the space left, and write a file."""
    folder = Path(settings.DATA_DIR)
    free = shutil.disk_usage(folder).free
    text = f"{free / 2**30:.1f} GiB are free in {folder}"
    yield _good("disk", f"{text}.") if free >= LEAST_FREE else _bad("disk", f"{text}. Make room: at least 2 GiB.")
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
    except OSError as error:
        yield _bad("disk", f"{folder} cannot be written: {error.strerror}. Give it to the user that runs MIX.")


def clock() -> Iterator[Word]:
    """Compare the clock with the database's, the zones with the pinned table, and ask whether somebody keeps time."""
    try:
        refuse_wrong_clock()
    except SystemExit as error:
        yield _bad("time zones", str(error))
    else:
        yield _good("time zones", f"tzdata {importlib.metadata.version('tzdata')}, as pinned.")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            theirs = cursor.fetchone()[0]
        skew = abs(theirs - datetime.now(UTC))
        text = f"{skew.total_seconds():.1f} s from the database's"
        yield _good("clock", f"{text}.") if skew <= MOST_SKEW else _bad("clock", f"{text}. Set both by NTP.")
    tool = shutil.which("timedatectl")
    asked = [tool, "show", "--property=NTPSynchronized", "--value"] if tool else ["true"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed command
    if found.stdout.strip() == "yes":
        yield _good("clock", "It is kept by NTP.")
    else:
        yield _look("clock", "Nobody says that it is kept by NTP. What counts at a deadline is this clock.")


def keys() -> Iterator[Word]:
    """Look at who may read the keys, and whether the key of every call that is not opened is there."""
    folder = Path(settings.DATA_DIR) / "keys"
    open_to_others = [p.name for p in folder.rglob("*") if p.is_file() and stat.S_IMODE(p.stat().st_mode) & 0o077]
    if open_to_others:
        yield _bad("keys", f"Others may read {', '.join(sorted(open_to_others)[:3])}. Run: chmod -R go= {folder}")
    sealers = (folder, Path(settings.SEALER_DIR))
    waiting = Solicitation.objects.filter(
        published_at__isnull=False, technical_opened_at=None, custody_mode=CustodyMode.MANAGED
    )
    gone = [
        call.reference
        for call in waiting.exclude(key_id="")
        if not any(any(place.glob(f"{call.key_id}.*")) for place in sealers)
    ]
    if gone and not os.environ.get("MIX_SEALER_SOCKET"):
        yield _bad("keys", f"No key for {', '.join(gone)}: nobody could open them. Bring keys/ back from the backup.")
    elif not open_to_others:
        yield _good("keys", "Private, and there for every call that waits to be opened.")
    if not settings.DEMO and not settings.ENVIRONMENT.secret_key:
        yield _bad("secret", "MIX_SECRET_KEY is not set. Set it to at least 32 random characters and keep it.")


def sealer() -> Iterator[Word]:
    """Look at who may read the keys of calls, and ask the sealer for each call that waits to be opened."""
    if not settings.DEMO:
        yield from _apart(Path(settings.DATA_DIR).stat().st_uid)
    now = datetime.now(UTC)
    waiting = Solicitation.objects.filter(published_at__isnull=False).exclude(key_id="")
    for call in waiting.filter(Q(technical_opened_at=None) | Q(price_opened_at=None)).order_by("id"):
        try:
            released = state_of_key(call.key_id, now=now)["released_at"]
        except SealerDown as error:
            yield _bad("sealer", str(error))
            return
        except Refused:
            if call.technical_opened_at is None:
                yield _bad("sealer", f"It has no key for {call.reference}: bring its folder back from its backup.")
            continue
        if released and any(u.code == "price_before_quality" for u in unmet_to_open(call, Envelope.PRICE, now=now)):
            text = f"It was asked on {released} to release the prices of {call.reference}, whose quality is not frozen"
            yield _bad("sealer", f"{text}: somebody asked it past the pages. Look at who has the site.")


def _apart(site: int) -> Iterator[Word]:
    """Say whether the site, which runs as the user of that number, could read the keys of calls."""
    socket, folders = settings.SEALER_SOCKET, (Path(settings.SEALER_DIR), APART)
    there = [folder.stat() for folder in folders if folder.exists()]
    if not socket:
        text = "It runs as the site, which can read the keys of calls: so can whoever takes the site over."
        yield _look("sealer", f"{text} Run it as a user of its own (docs/opening.md).")
    elif Path(socket).exists() and Path(socket).stat().st_uid == site:
        yield _bad("sealer", f"It answers at {socket} as the user of the site. Run it as its own (docs/opening.md).")
    elif any(found.st_uid == site or stat.S_IMODE(found.st_mode) & 0o077 for found in there):
        yield _bad("sealer", "The site can read the keys of calls. Give their folder to the sealer's user, mode 0700.")
    else:
        yield _good("sealer", "It is a user of its own, whose keys the site cannot read.")


def proxy() -> Iterator[Word]:
    """Ask the site at its public address, as a visitor would, and compare the way there with what is set."""
    address, proxies = settings.BASE_URL, settings.PROXIES
    if settings.IS_HTTPS and not proxies:
        text = "it stands behind the proxy that does https, and takes all visitors for one. Set MIX_PROXIES=1."
        yield _bad("proxy", f"MIX_PROXIES is 0: {text}")
    try:
        answer = requests.get(f"{address}/healthz", timeout=5, allow_redirects=False)
    except requests.RequestException as error:
        yield _look("proxy", f"{address} does not answer ({type(error).__name__}). Is `mix serve` running?")
        return
    seen, scheme = answer.headers.get("Mix-Proxies", ""), answer.headers.get("Mix-Scheme", "")
    if answer.status_code != HTTPStatus.OK:
        yield _bad("proxy", f"{address}/healthz answers {answer.status_code}. Look at MIX_BASE_URL and the proxy.")
    elif seen != str(proxies):
        text = f"X-Forwarded-For arrives with {seen or 'no'} addresses, and MIX_PROXIES is {proxies}"
        yield _bad("proxy", f"{text}. Set both alike, or visitors are taken for each other.")
    elif scheme != urlsplit(address).scheme:
        yield _bad("proxy", f"It is asked by {address} and sees {scheme}. Have the proxy set X-Forwarded-Proto.")
    else:
        yield _good("proxy", f"{address} answers, through {proxies} proxies.")


def mail() -> Iterator[Word]:
    """Greet the mail server, and look whether mail waits."""
    if not settings.ENVIRONMENT.mail_url:
        yield (_look if settings.DEMO else _bad)(
            "mail", f"It is written to {settings.EMAIL_FILE_PATH} and goes nowhere. Set MIX_MAIL_URL."
        )
    else:
        try:
            door = get_connection()
            door.open()
            door.close()
        except (OSError, smtplib.SMTPException) as error:
            yield _bad("mail", f"{settings.EMAIL_HOST} does not take it: {error}. Look at MIX_MAIL_URL.")
        else:
            yield _good("mail", f"{settings.EMAIL_HOST} takes it.")
    yield from _waiting_mail(now=datetime.now(UTC))


def _waiting_mail(*, now: datetime) -> Iterator[Word]:
    waiting = Message.objects.filter(
        sent_at=None, given_up_at=None, kept_at=None, held="", written_at__lt=now - WAITS_LONG
    )
    idle = waiting.filter(Q(due_at=None) | Q(due_at__lt=now - WAITS_LONG)).count()
    if idle:
        yield _bad("mail", f"{idle} messages wait for more than half an hour. Is `mix work` running?")
    failing = waiting.exclude(reason="").order_by("-attempts", "-id")
    if failing:
        yield _bad("mail", f"{len(failing)} messages failed and are tried again. {_last_said(failing[0])}")
    given_up = Message.objects.exclude(given_up_at=None).order_by("-given_up_at", "-id")
    last = given_up.first()
    if last and last.given_up_at:
        text = f"{given_up.count()} messages will not go out: tell these people another way. {_last_said(last)}"
        yield (_bad if now - last.given_up_at < STAYS_NEWS else _look)("mail", text)


def _last_said(message: Message) -> str:
    return f"The last, to {message.to_email}, after {message.attempts} tries: {message.reason}"


def worker() -> Iterator[Word]:
    """Ask when the worker last looked whether the site answers."""
    last = Beat.objects.order_by("-at").values_list("at", flat=True).first()
    if last is None or datetime.now(UTC) - last > timedelta(minutes=5):
        yield _look("worker", "It has not looked after the site for five minutes. It runs with `mix serve`.")
    else:
        yield _good("worker", "At work.")
    for duty, every in DUTIES:
        yield from _duty(duty.__name__, late_after=max(every * 3, LATE), now=datetime.now(UTC))


def _duty(name: str, *, late_after: timedelta, now: datetime) -> Iterator[Word]:
    """Look at one duty of the worker: whether it fails, or has not been done for long although others are."""
    found = standing_of(name)
    if found.failed_at:
        since = f"{found.done_at:%Y-%m-%d %H:%M} UTC" if found.done_at else "ever"
        yield _bad("worker", f"{name} fails and is tried again; last done {since}. {found.fault}")
    elif found.done_at and now - found.done_at > late_after:
        yield _bad("worker", f"{name} was last done {found.done_at:%Y-%m-%d %H:%M} UTC. Restart `mix work`.")


def log() -> Iterator[Word]:
    """Say what the daily check of the log found."""
    found = last_check()
    if found is None or datetime.now(UTC) - found.at > 2 * EVERY:
        yield _look("log", "It was not checked for two days. The worker checks it daily; at once: mix log verify")
    elif found.wrong:
        text = f"{len(found.wrong)} places were wrong on {found.at:%Y-%m-%d}, first {found.wrong[0]}"
        yield _bad("log", f"{text} Run: mix log verify")
    else:
        yield _good("log", f"{found.entries} entries, their checkpoints and every row held on {found.at:%Y-%m-%d}.")


def cards() -> Iterator[Word]:
    """Compare what cards show of each challenge with its steps."""
    wrong = list_out_of_step()
    if wrong:
        text = f"{', '.join(wrong[:5])}: lists show another stage than the steps do; the next move of each mends it."
        yield _bad("cards", text)
    else:
        yield _good("cards", "Lists show of each challenge what its steps say.")


def witnesses() -> Iterator[Word]:
    """Say who witnesses the log, and whether they signed of late: without one, who has the keys can rewrite it."""
    if not settings.WITNESSES:
        yield _look(
            "witness", "Nobody outside keeps checkpoints of the log. Set MIX_WITNESSES to addresses or folders."
        )
        return
    signed = list(list_countersigned())
    last = max((one.at for one in signed), default=None)
    if last is None:
        yield _look("witness", "No witness has countersigned yet. Keep what one sends back: mix log countersigned")
    elif datetime.now(UTC) - last > LATE_WITNESS:
        yield _look("witness", f"The last countersignature is of {last:%Y-%m-%d}. Ask the witness for the next.")
    else:
        newest = max(signed, key=lambda one: one.at)
        yield _good("witness", f"{newest.witness} countersigned {newest.chain} on {newest.at:%Y-%m-%d}.")


def printing() -> Iterator[Word]:
    """Make one small PDF."""
    try:
        from weasyprint import HTML

        HTML(string="<p>é</p>").write_pdf()
    except OSError as error:
        yield _bad("PDF", f"Pango is missing ({error}). On Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0")
    else:
        yield _good("PDF", "Receipts and letters can be printed.")


def sign_in() -> Iterator[Word]:
    """Ask every city's sign-in service for what it publishes of itself."""
    for provider in list_providers():
        about = f"sign-in {provider.key}"
        if secret_of(provider) is None:
            yield _bad(about, "Its secret was kept under another MIX_SECRET_KEY: `mix identity add` once more.")
            continue
        try:
            asked = f"{provider.issuer}/.well-known/openid-configuration"
            answer = requests.get(asked, timeout=5, allow_redirects=False)
            answer.raise_for_status()
            if answer.is_redirect:
                raise requests.TooManyRedirects
        except requests.RequestException as error:
            yield _bad(about, f"{provider.issuer} does not answer ({type(error).__name__}); people use passwords.")
        else:
            yield _good(about, f"{provider.issuer} answers.")


def scanner() -> Iterator[Word]:
    """Ask the virus scanner who it is, and count the files that wait for it."""
    if not settings.SCANNER:
        yield _look("scanner", "No virus scanner: what vendors handed in is not looked at. Set MIX_SCANNER to clamd's.")
        return
    try:
        yield _good("scanner", f"{ping_scanner()} answers.")
    except ScannerDown as error:
        yield _bad("scanner", f"{error} Opened files wait for it, marked as not scanned.")


CHECKS: tuple[Callable[[], Iterator[Word]], ...] = (
    database,
    disk,
    clock,
    keys,
    sealer,
    proxy,
    mail,
    worker,
    log,
    cards,
    witnesses,
    printing,
    sign_in,
    scanner,
)


def examine() -> Iterator[Word]:
    """Look at everything; what cannot be looked at is said, and the rest goes on."""
    for check in CHECKS:
        try:
            yield from check()
        except (DatabaseError, OSError) as error:
            yield _bad(check.__name__, f"It could not be looked at: {str(error).splitlines()[0]}")
