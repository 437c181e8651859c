"""What a thief gets is what docs/opening.md says: each is played with exactly that loot, in both custodies.

A thief here tries every key that the loot holds, or that follows from the words in it, on every ciphertext that it
holds, and searches all that comes out. What is found is compared with the table of the document, cell by cell.
"""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pyrage
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from mix.actions.core.run import run
from mix.actions.market import custody, keys, openings, solicitations, submissions
from mix.data.models import CustodyKey, Participation, Person, Solicitation, Submission, Vendor
from mix.jobs.backup import back_up
from mix.readers.case.challenges import get_step
from mix.readers.market.custody import list_shares
from mix.rules.core.kinds import Envelope
from mix.rules.core.unmet import Refused
from mix.rules.market.shares import age_key, combine, envelope_secret, read_share
from mix.vault.models import SealedEnvelope, SealedFile
from tests.stolen import every_value, members_of
from tests.two_hands import publish_in_two_hands

pytestmark = pytest.mark.django_db
DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "opening.md"
HEAD = b"age-encryption.org/v1"
HOLDERS, GUARDIANS = ("olivia", "carl", "frank"), ("martin", "audrey", "leah")

# What the cells of the table say, and by what a thief is seen to have it.
WORDS = ("who answered, and when", "names of files", "drafts", "answers", "files", "prices")


@dataclass
class Loot:
    """What a thief has: bytes of any kind, and words of shares."""

    bytes: list[bytes] = field(default_factory=list)
    shares: list[str] = field(default_factory=list)

    def __add__(self, other: Loot) -> Loot:
        return Loot(self.bytes + other.bytes, self.shares + other.shares)

    def yields(self, marks: dict[str, str], *, older: frozenset[bytes]) -> frozenset[str]:
        """Return what of the table's words the loot gives, once all was tried on all that is not older."""
        known = {str(pyrage.x25519.Identity.from_str(key)) for key in self._from_words()}
        seen: set[bytes] = set()
        plain: list[bytes] = []
        waiting = list(self.bytes)
        while waiting:
            seen.update(waiting)
            plain += waiting
            for text in waiting:
                known |= {key.decode() for key in re.findall(rb"AGE-SECRET-KEY-1[A-Z0-9]{58}", text)}
            sealed = {c for text in plain for c in _ciphertexts(text)} - older
            opened = {found for c in sealed for key in known if (found := _tried(c, key)) is not None}
            waiting = [found for found in opened if found not in seen]
        return frozenset(word for word, mark in marks.items() if any(mark.encode() in text for text in plain))

    def _from_words(self) -> Iterable[str]:
        for one in range(len(self.shares)):
            for other in range(one):
                with suppress(Refused):
                    secret = combine([self.shares[other], self.shares[one]])
                    yield age_key(secret)
                    yield from (age_key(envelope_secret(secret, e)) for e in Envelope)


@cache
def _tried(ciphertext: bytes, key: str) -> bytes | None:
    with suppress(pyrage.DecryptError):
        return bytes(pyrage.decrypt(ciphertext, [pyrage.x25519.Identity.from_str(key)]))
    return None


@cache
def _ciphertexts(text: bytes) -> frozenset[bytes]:
    """Return what is sealed in some bytes: as it is, in hex or in base64."""
    found = {text} if text.startswith(HEAD) else set()
    found |= {bytes.fromhex(one.decode()) for one in re.findall(rb"%s[0-9a-f]+" % HEAD.hex().encode(), text)}
    for one in re.findall(rb"%s[A-Za-z0-9+/=]+" % base64.b64encode(HEAD)[:27], text):
        with suppress(ValueError):
            found.add(base64.b64decode(one))
    return frozenset(found)


def folder(path: Path, *, but: str = "?") -> Loot:
    """Return every file of a folder, but those of one in it."""
    return Loot([p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file() and but not in p.parts])


@dataclass
class Site:
    """A site whose sealer has its folder apart, with one call in a custody, and the words at officers' homes."""

    call: Solicitation
    actor: Callable[[str], Any]
    words: dict[str, str]
    place: Path
    older: frozenset[bytes]  # the ciphertexts that were there before
    marks: dict[str, str]  # by what a thief is seen to have each of the table's words
    moment: Any = None
    typed: tuple[str, ...] = ()  # whose words have passed through the pages since publication
    backups: dict[Any, tuple[Loot, Loot]] = field(default_factory=dict)

    @property
    def opens(self) -> Any:
        """From when on the answers may be opened."""
        return self.call.closes_at + timedelta(hours=1)

    def homes(self, *codes: str) -> Loot:
        """Return what is at the homes of some officers."""
        return Loot(shares=[read_share(self.words[code]) for code in codes if code in self.words])

    def backup(self) -> tuple[Loot, Loot]:
        """Return both files of a backup as it is made by a user who cannot read the sealer's folder."""
        if self.moment not in self.backups:
            kept, settings.SEALER_DIR = settings.SEALER_DIR, self.place / "nothing"
            try:
                file, keyfile = back_up(self.place / f"{len(self.backups)}.tar", now=self.moment)
            finally:
                settings.SEALER_DIR = kept
            self.backups[self.moment] = (Loot(members_of(file)), Loot(members_of(keyfile)))
        return self.backups[self.moment]

    def asks(self) -> Loot:
        """Return what the web process gets of the sealer now, when it asks for everything and releases all."""
        found, moment = Loot(), self.moment
        with suppress(Refused):
            keys.release_prices(self.call.key_id, now=moment)
        for envelope in Envelope:
            for row in SealedEnvelope.objects.all():
                with suppress(Refused):
                    plain = keys.open_envelope(self.call.key_id, bytes(row.ciphertext), envelope=envelope, now=moment)
                    found.bytes.append(plain)
            for file in SealedFile.objects.exclude(blob=""):
                thief = pyrage.x25519.Identity.generate()
                to = str(thief.to_public())
                with suppress(Refused, FileNotFoundError):
                    blob, _ = keys.reseal_blob(self.call.key_id, file.blob, envelope=envelope, to=to, now=moment)
                    path = Path(settings.DATA_DIR, "sealed", blob[:2], blob)
                    found.bytes.append(bytes(pyrage.decrypt(path.read_bytes(), [thief])))
                    path.unlink()
        return found


@pytest.fixture(params=["managed", "split"])
def site(
    request: Any,
    challenge: Callable[[str], Any],
    actor: Callable[[str], Any],
    now: Any,
    tmp_path: Path,
    sign_in: Callable[[str], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> Site:
    """Return a site with a call in a custody, a finalised submission to it, and another vendor's draft."""
    older = frozenset(c for text in _disk().bytes for c in _ciphertexts(text))
    monkeypatch.setattr(settings, "SEALER_DIR", tmp_path / "sealer")
    (tmp_path / "backups").mkdir()
    step = get_step(challenge("water-leaks"), "proposal-development")
    step.state = "active"
    step.save()
    Participation.objects.filter(challenge=step.challenge).update(standing="shortlisted")
    words: dict[str, str] = {}
    martin, olivia = actor("martin"), actor("olivia")
    guardians = run(martin, now, custody.make_recovery_key, step.challenge.municipality, holders=_people(GUARDIANS))
    _taken(guardians, actor, now, words)
    facts: dict[str, Any] = {"closes_at": now + timedelta(days=60), "questions_until": now + timedelta(days=30)}
    facts |= {"body": "Offer.", "contact": "Olivia", "purchase_most_cents": 100_00, "custody": request.param}
    call = run(olivia, now, solicitations.draft, step, **facts)
    if request.param == "split":
        _taken(run(olivia, now, custody.make_key, call, holders=_people(HOLDERS)), actor, now, words)
    publish_in_two_hands(call, now)
    call = Solicitation.objects.get(pk=call.pk)
    marks = {word: f"QX7-{secrets.token_hex(8)}" for word in WORDS}
    for who, vendor, team in (("kim", "kestrel", marks["answers"]), ("nora", "northlight", marks["drafts"])):
        submission = run(actor(who), now, submissions.start, call, Vendor.objects.get(code=vendor))
        answers = {"team": team, "declarations": True, "sprint_price": 4_100_00, "schedule": "x"}
        run(actor(who), now, submissions.save_answers, submission, answers=answers)
    kims = Submission.objects.get(solicitation=call, vendor__code="kestrel")
    plan, costs = (f"{marks['names of files']}.txt", marks["files"]), ("costs.txt", marks["prices"])
    for envelope, (name, content) in (("technical", plan), ("price", costs)):
        sent = {"file": SimpleUploadedFile(name, content.encode() * 99)}
        url = f"/en/vendor/submissions/{kims.code}/files/?envelope={envelope}"
        assert sign_in("kim").post(url, sent).status_code == 302
    run(actor("kim"), now, submissions.finalise, kims, retry_key="one")
    marks["who answered, and when"] = kims.code  # the row and the entry of the log beside it say whose it is, and when
    return Site(call, actor, words, tmp_path / "backups", older, marks)


def _people(codes: tuple[str, ...]) -> list[Person]:
    return [Person.objects.get(code=code) for code in codes]


def _taken(key: CustodyKey, actor: Callable[[str], Any], now: Any, words: dict[str, str]) -> None:
    """Have holders take their shares and try the key."""
    for share in list_shares(key):
        code = share.holder.code
        words[code] = run(actor(code), now, custody.look_at_share, share)
        share.refresh_from_db()
        first, second = (words[code].split()[place - 1] for place in share.probe["positions"])
        run(actor(code), now, custody.take_share, share, first=first, second=second)
    for share in list_shares(key)[:2]:
        run(actor(share.holder.code), now, custody.rehearse, share, words=words[share.holder.code])


# ---- the thieves, by the first cell of their row ----


def _disk() -> Loot:
    """Return what the web process reads without asking anybody: the database and the data folder."""
    return Loot(every_value()) + folder(Path(settings.DATA_DIR), but="sealer")


def _late(site: Site) -> Loot:
    """Return what a web process has that was taken over after the officers typed their words for the answers."""
    return _disk() + site.asks() if site.moment >= site.opens else Loot()


def _web(site: Site) -> Loot:
    """Return what a web process has that was taken over before anybody typed: the words too."""
    return _disk() + site.asks() + site.homes(*site.typed)


THIEVES: dict[str, Callable[[Site], Loot]] = {
    "the database": lambda _: Loot(every_value()),
    "the first file of a backup": lambda s: s.backup()[0],
    "both files of a backup": lambda s: s.backup()[0] + s.backup()[1],
    "both, where the sealer is not apart": lambda s: s.backup()[0] + s.backup()[1] + folder(settings.SEALER_DIR),
    "the disk of the site": lambda _: _disk(),
    "the web process": _web,
    "the web process, after the opening": _late,
    "the sealer's folder": lambda _: folder(settings.SEALER_DIR),
    "the sealer's folder, and a backup": lambda s: folder(settings.SEALER_DIR) + s.backup()[0],
    "the host": lambda s: _web(s) + folder(settings.SEALER_DIR),
    "one officer": lambda s: s.homes(HOLDERS[0]),
    "one officer and one guardian, and a backup": lambda s: s.homes(HOLDERS[0], GUARDIANS[0]) + s.backup()[0],
    "two officers": lambda s: s.homes(*HOLDERS[:2]),
    "two officers, and a backup": lambda s: s.homes(*HOLDERS[:2]) + s.backup()[0],
    "two guardians, and a backup": lambda s: s.homes(*GUARDIANS[:2]) + s.backup()[0],
}
STAGES = 3  # before the opening; once answers are open; a day later, while the panel scores


def said() -> dict[str, list[frozenset[str]]]:
    """Read the table: by thief, what each of its cells says, managed custody first."""
    section = DOCUMENT.read_text(encoding="utf-8").split("## What a thief gets", 1)[1].split("\n## ", 1)[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    return {name.lower(): [_cell(cell) for cell in cells] for name, *cells in rows[2:]}


def _cell(text: str) -> frozenset[str]:
    return frozenset() if text == "nothing" else frozenset(text.split("; "))


def test_the_table_names_these_thieves_and_no_other() -> None:
    table = said()
    assert list(table) == list(THIEVES)
    assert {len(cells) for cells in table.values()} == {2 * STAGES}
    assert {word for cells in table.values() for cell in cells for word in cell} == set(WORDS)


def test_the_table_promises_what_it_must() -> None:
    """The document may say what it finds; this it must say, or the product has changed."""
    sealed, table = {"answers", "files", "prices"}, said()
    for thief in ("the database", "both files of a backup", "the disk of the site", "the web process", "one officer"):
        for before in (table[thief][0], table[thief][STAGES]):
            assert not before & sealed, thief
    for thief, cells in table.items():
        alone = "two" not in thief and thief not in ("the web process", "the host")
        assert not alone or "prices" not in cells[STAGES] | cells[STAGES + 1] | cells[STAGES + 2], thief
    assert all(
        "prices" not in cells[1] for thief, cells in table.items() if "sealer" not in thief and thief != "the host"
    )


def test_each_thief_gets_what_the_document_says(site: Site) -> None:
    table, first = said(), STAGES if site.call.custody_mode == "split" else 0

    def play(stage: int, moment: Any) -> None:
        site.moment = moment
        found = {name: thief(site).yields(site.marks, older=site.older) for name, thief in THIEVES.items()}
        wrong = {
            n: (sorted(found[n]), sorted(c[first + stage])) for n, c in table.items() if found[n] != c[first + stage]
        }
        assert wrong == {}, f"stage {stage}: found, said"

    play(0, site.opens - timedelta(seconds=1))
    if site.call.custody_mode == "split":
        site.typed = HOLDERS[:2]
        for code in site.typed:
            run(site.actor(code), site.opens, custody.offer_share, site.call, words=site.words[code])
    run(site.actor("olivia"), site.opens, openings.open_envelopes, site.call, envelope=Envelope.TECHNICAL)
    play(1, site.opens + timedelta(minutes=29))
    play(2, site.opens + timedelta(hours=24))
