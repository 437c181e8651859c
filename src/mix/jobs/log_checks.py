"""The log's own check: entries, checkpoints, rows and receipts. The worker does it daily, anybody at the terminal."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from mix.actions.core.checkpoints import find_contradiction
from mix.actions.core.signing import public_key
from mix.data.models import Chain, Municipality, Person, SubmissionVersion
from mix.phrases.refusals import sentence
from mix.readers.city.methods import list_method_differences
from mix.readers.core.events import list_chains, verify_chain
from mix.readers.core.kept import list_differences
from mix.readers.market.receipts import list_receipt_differences
from mix.rules.core.access import Role
from mix.rules.core.unmet import Unmet
from mix.rules.core.verdicts import Verdict
from mix.rules.market.receipts import verify_receipt

logger = logging.getLogger(__name__)
EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LogCheck:
    """What a check found: when, how many entries there were, and each place where something is wrong."""

    at: datetime
    entries: int
    wrong: tuple[str, ...]


class NotAllowed(Exception):
    """Somebody who may not say anything of a chain, or a password that is not theirs."""


_SPEAK = frozenset({Role.ADMINISTRATOR, Role.PROCUREMENT_MANAGER, Role.AUDITOR})


def sign_in_for(chain: Chain, email: str, password: str) -> Person:
    """Return the person whose password this is and who may speak for the city of a chain. Raises NotAllowed."""
    person = Person.objects.filter(email__iexact=email).first()
    if person is None or not person.check_password(password):
        raise NotAllowed(f"{email}: this is not the password of anybody here")
    held = person.staff_roles.filter(ended_at=None, role__in=[role.value for role in _SPEAK])
    if Municipality.objects.filter(code=chain.code).exists():
        held = held.filter(municipality__code=chain.code)
    if not held.exists():
        raise NotAllowed(f"{email}: is no administrator, procurement manager or auditor of this city")
    return person


def check_chains() -> Iterator[tuple[Chain, str]]:
    """Recompute each chain and compare it with its checkpoints; yield it with what is wrong, "" where nothing is."""
    for chain in list_chains():
        found = verify_chain(chain) or find_contradiction(chain)
        where = f"{chain.code}: broken at entry {found.seq}. " if found else ""
        yield chain, f"{where}{sentence(Unmet(found.code), 'en')}." if found else ""


def check_rows() -> Iterator[str]:
    """Yield each row of record, receipt and method that is not as the log has it, is missing, or is too many."""
    for found in (*list_differences(), *list_receipt_differences(), *list_method_differences()):
        yield f"{found.row}: {sentence(Unmet(found.code), 'en')}."
    key = public_key()
    for reference, receipt in SubmissionVersion.objects.order_by("pk").values_list("reference", "receipt"):
        said = verify_receipt(json.dumps(receipt).encode(), public_key=key)
        if said.verdict is not Verdict.HOLDS:
            yield f"receipts/{reference}: {said.text}."


def check_log(*, now: datetime) -> LogCheck:
    """Check all of it."""
    chains = list(check_chains())
    wrong = [said for _chain, said in chains if said]
    return LogCheck(now, sum(chain.seq for chain, _ in chains), (*wrong, *check_rows()))


def _path() -> Path:
    return Path(settings.DATA_DIR) / "log-check.json"


def check_daily(*, now: datetime) -> None:
    """Check the log where that was not done for a day, and keep what was found for `mix doctor`."""
    last = last_check()
    if last and now - last.at < EVERY:
        return
    found = check_log(now=now)
    for line in found.wrong:
        logger.error("the log: %s", line)
    whole = _path().with_suffix(".new")
    whole.write_text(json.dumps({**asdict(found), "at": now.isoformat()}), encoding="utf-8")
    whole.replace(_path())


def last_check() -> LogCheck | None:
    """Return what the last daily check found."""
    try:
        kept = json.loads(_path().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return LogCheck(datetime.fromisoformat(kept["at"]), kept["entries"], tuple(kept["wrong"]))
