"""Split custody: made, handed out, rehearsed, asked for, put together; and each way in which that goes wrong."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyrage
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from mix.actions.core.run import run
from mix.actions.flow.publication import hand_over
from mix.actions.market import custody, keys, openings, redelivery, sealing, solicitations, submissions
from mix.data.models import (
    CustodyKey,
    Evaluation,
    Event,
    Message,
    Municipality,
    OpenedEnvelope,
    Participation,
    Person,
    Solicitation,
    Submission,
    Vendor,
)
from mix.readers.case.challenges import get_step
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.core.kept import list_differences
from mix.readers.market.custody import find_offered, list_shares
from mix.readers.market.sealing import find_draft, list_files, stream_opened_file
from mix.readers.market.submissions import COPY_KIND, envelopes_of
from mix.rules.core.kinds import Envelope
from mix.rules.core.unmet import Refused
from mix.rules.market.shares import fingerprint
from mix.vault import wire
from mix.vault.models import SealedEnvelope, SealedFile
from mix.vault.storage import blob_path
from tests.two_hands import publish_in_two_hands

pytestmark = pytest.mark.django_db
HOLDERS = ("olivia", "carl", "frank")
GUARDIANS = ("martin", "audrey", "leah")
ANSWERS = {"team": "Three people", "approach": "Listen", "insurance": True}
COPIES: dict[str, dict[str, Any]] = {}  # what each vendor keeps
PLAN = b"How we listen to the pipes. " * 9000


def codes_of(caught: Any) -> list[str]:
    return [u.code for u in caught.value.unmet]


class Ceremony:
    """What officers do with a key, and the words that they keep at home."""

    def __init__(self, actor: Callable[[str], Any], now: Any) -> None:
        self.actor, self.now = actor, now
        self.words: dict[str, str] = {}

    def people(self, codes: tuple[str, ...]) -> list[Person]:
        """Return the people with these codes."""
        return [Person.objects.get(code=code) for code in codes]

    def take_all(self, key: CustodyKey) -> None:
        """Have each holder look at a share, write it down and confirm."""
        for share in list_shares(key):
            code = share.holder.code
            words = run(self.actor(code), self.now, custody.look_at_share, share)
            share.refresh_from_db()
            first, second = self.probed(share, words)
            run(self.actor(code), self.now, custody.take_share, share, first=first, second=second)
            self.words[code] = words

    def probed(self, share: Any, words: str) -> tuple[str, str]:
        """Return the two words that the holder is asked for."""
        share.refresh_from_db()
        first, second = share.probe["positions"]
        return words.split()[first - 1], words.split()[second - 1]

    def rehearse(self, key: CustodyKey, *codes: str) -> None:
        """Have holders type their words."""
        for share in list_shares(key):
            if share.holder.code in codes:
                code = share.holder.code
                run(self.actor(code), self.now, custody.rehearse, share, words=self.words[code])

    def whole(self, key: CustodyKey, first: str, second: str) -> CustodyKey:
        """Have a key taken and rehearsed."""
        self.take_all(key)
        self.rehearse(key, first, second)
        key.refresh_from_db()
        return key


@pytest.fixture
def ceremony(actor: Callable[[str], Any], now: Any) -> Ceremony:
    return Ceremony(actor, now)


@pytest.fixture
def guelph() -> Municipality:
    return Municipality.objects.get(code="guelph")


@pytest.fixture
def call(challenge: Callable[[str], Any], actor: Callable[[str], Any], now: Any) -> Solicitation:
    """Return a call of a challenge with nothing published yet, in split custody."""
    Solicitation.objects.filter(step__challenge__code="water-leaks", step__key="invitation")
    step = get_step(challenge("water-leaks"), "invitation")
    step.round = 2
    step.save()
    return run(
        actor("olivia"),
        now,
        solicitations.draft,
        step,
        body="Answer this.",
        closes_at=now + timedelta(days=60),
        questions_until=now + timedelta(days=30),
        contact="Olivia",
        purchase_most_cents=100_00,
        custody="split",
    )


@pytest.fixture
def guarded(ceremony: Ceremony, guelph: Municipality) -> CustodyKey:
    """Return the city's recovery key, rehearsed."""
    guardians = ceremony.people(GUARDIANS)
    made = run(ceremony.actor("martin"), ceremony.now, custody.make_recovery_key, guelph, holders=guardians)
    return ceremony.whole(made, *GUARDIANS[:2])


@pytest.fixture
def ready(call: Solicitation, ceremony: Ceremony, guarded: CustodyKey) -> Solicitation:
    """Return it published, its key and the city's recovery key rehearsed."""
    olivia, holders = ceremony.actor("olivia"), ceremony.people(HOLDERS)
    ceremony.whole(run(olivia, ceremony.now, custody.make_key, call, holders=holders), *HOLDERS[:2])
    publish_in_two_hands(call, ceremony.now)
    call.refresh_from_db()
    return call


@pytest.fixture
def answered(ready: Solicitation, ceremony: Ceremony) -> Any:
    kim = ceremony.actor("kim")
    submission = run(kim, ceremony.now, submissions.start, ready, Vendor.objects.get(code="kestrel"))
    run(kim, ceremony.now, submissions.save_answers, submission, answers=ANSWERS)
    stream = sealing.open_stream(ready, envelope="technical")
    stream.write(PLAN)
    facts = {"stored": stream.finish(), "envelope": "technical", "name": "plan.txt"}
    run(kim, ceremony.now, submissions.add_file, submission, **facts)
    COPIES[submission.code] = {
        "kind": COPY_KIND,
        "call": ready.reference,
        "envelopes": envelopes_of(ready, find_draft(submission), list_files(submission)),
    }
    run(kim, ceremony.now, submissions.finalise, submission, retry_key="one")
    return submission


@pytest.fixture
def copied(answered: Any) -> dict[str, Any]:
    """Return the copy that the vendor took before finalising."""
    return COPIES[answered.code]


def test_a_key_stays_with_the_recovery_key_that_it_is_sealed_to(
    call: Solicitation, ceremony: Ceremony, guarded: CustodyKey, guelph: Municipality
) -> None:
    olivia, martin = ceremony.actor("olivia"), ceremony.actor("martin")
    holders, guardians = ceremony.people(HOLDERS), ceremony.people(GUARDIANS)
    ceremony.whole(run(olivia, ceremony.now, custody.make_key, call, holders=holders), *HOLDERS[:2])
    fresh = run(martin, ceremony.now, custody.make_recovery_key, guelph, holders=guardians)
    ceremony.whole(fresh, *GUARDIANS[:2])
    with pytest.raises(Refused) as caught:
        run(olivia, ceremony.now, hand_over, call)
    assert codes_of(caught) == ["recovery_key_changed"]
    key = ceremony.whole(run(olivia, ceremony.now, custody.make_key, call, holders=holders), *HOLDERS[:2])
    publish_in_two_hands(call, ceremony.now)
    # A recovery key that is made after publication takes nothing from the guardians of this one.
    run(martin, ceremony.now, custody.make_recovery_key, guelph, holders=guardians)
    words = ceremony.words["leah"]
    found = find_offered(Solicitation.objects.get(pk=call.pk), fingerprint(words))
    assert (found and found.key, key.recovery) == (fresh, fresh)


def test_publication_waits_for_the_rehearsal(call: Solicitation, ceremony: Ceremony, guelph: Municipality) -> None:
    olivia = ceremony.actor("olivia")

    def missing() -> set[str]:
        with pytest.raises(Refused) as caught:
            run(olivia, ceremony.now, hand_over, call)
        return set(codes_of(caught))

    assert missing() == {"custody_key_missing", "recovery_key_missing"}
    with pytest.raises(Refused) as early:
        run(olivia, ceremony.now, custody.make_key, call, holders=ceremony.people(HOLDERS))
    assert codes_of(early) == ["recovery_key_missing"]
    martin = ceremony.actor("martin")
    recovery = run(martin, ceremony.now, custody.make_recovery_key, guelph, holders=ceremony.people(GUARDIANS))
    ceremony.whole(recovery, "martin", "leah")
    assert missing() == {"custody_key_missing"}
    key = run(olivia, ceremony.now, custody.make_key, call, holders=ceremony.people(HOLDERS))
    assert missing() == {"shares_not_taken", "custody_not_rehearsed"}
    ceremony.take_all(key)
    assert missing() == {"custody_not_rehearsed"}
    ceremony.rehearse(key, "olivia")
    assert missing() == {"custody_not_rehearsed"}
    ceremony.rehearse(key, "frank")
    publish_in_two_hands(call, ceremony.now)
    call.refresh_from_db()
    assert call.recipients == {"technical": key.public_keys["technical"], **recovery.public_keys}
    with pytest.raises(Refused) as caught:
        run(olivia, ceremony.now, custody.make_key, call, holders=ceremony.people(HOLDERS))
    assert codes_of(caught) == ["already_published"]


def test_no_share_and_no_key_is_kept(answered: Any, ceremony: Ceremony) -> None:
    secrets = [words.encode() for words in ceremony.words.values()]
    for path in Path(settings.DATA_DIR).rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(secret in content for secret in secrets), path
            assert b"AGE-SECRET-KEY" not in content or path.name.startswith(("draft", "own", "opened", "call")), path
    for share in list_shares(CustodyKey.objects.get(solicitation=answered.solicitation)):
        with pytest.raises(Refused) as caught:
            run(ceremony.actor(share.holder.code), ceremony.now, custody.look_at_share, share)
        assert codes_of(caught) == ["share_taken"]


def test_who_holds_which_share_is_committed_to(answered: Any) -> None:
    """No scenario has a split key: what `tests/lab/test_tampering.py` does to other tables is done here."""
    assert not [d for d in list_differences() if d.row.startswith("custody")]
    key = CustodyKey.objects.get(solicitation=answered.solicitation)
    share, other = list_shares(key)[:2]
    key.shares.filter(pk=share.pk).update(fingerprint=other.fingerprint)
    CustodyKey.objects.filter(pk=key.pk).update(public_keys={"technical": "age1other"})
    found = {(d.row, d.code) for d in list_differences() if d.row.startswith("custody")}
    assert found == {(f"custodyshare/{share.pk}", "row_altered"), (f"custodykey/{key.pk}", "row_altered")}


def test_two_officers_open(ready: Solicitation, answered: Any, ceremony: Ceremony) -> None:
    later = ready.closes_at + timedelta(minutes=60)
    olivia, carl = ceremony.actor("olivia"), ceremony.actor("carl")

    def opens() -> Solicitation:
        return run(olivia, later, openings.open_envelopes, ready, envelope=Envelope.TECHNICAL)

    with pytest.raises(Refused) as caught:
        opens()
    assert codes_of(caught) == ["shares_lacking"]
    assert run(carl, later, custody.offer_share, ready, words=ceremony.words["carl"]) == 1
    assert run(carl, later, custody.offer_share, ready, words=ceremony.words["carl"]) == 1  # twice is once
    with pytest.raises(Refused) as caught:
        opens()
    assert codes_of(caught) == ["shares_lacking"]
    assert run(olivia, later, custody.offer_share, ready, words=ceremony.words["olivia"]) == 2
    opens()
    assert OpenedEnvelope.objects.get(submission=answered).answers["team"] == "Three people"
    file = SealedFile.objects.get(submission=answered.code)
    assert b"".join(stream_opened_file(answered, file.code)[1]) == PLAN
    act = ready.openings.get().act["statement"]
    assert (act["attended"], act["custody"], act["opened_by"]) == (["olivia", "carl"], "split", "olivia")
    # What was typed is gone: the next envelope needs the officers again.
    with pytest.raises(Refused) as caught:
        wire.ask("open", ready.key_id, envelope="technical", to="", now=later)
    assert codes_of(caught) == ["shares_lacking"]


def test_shares_that_were_typed_are_forgotten_after_half_an_hour(
    ready: Solicitation, answered: Any, ceremony: Ceremony
) -> None:
    later = ready.closes_at + timedelta(minutes=60)
    run(ceremony.actor("carl"), later, custody.offer_share, ready, words=ceremony.words["carl"])
    later += timedelta(minutes=31)
    olivia = ceremony.actor("olivia")
    assert run(olivia, later, custody.offer_share, ready, words=ceremony.words["olivia"]) == 1
    with pytest.raises(Refused) as caught:
        run(olivia, later, openings.open_envelopes, ready, envelope=Envelope.TECHNICAL)
    assert codes_of(caught) == ["shares_lacking"]


def test_the_recovery_key_opens_when_shares_are_lost(ready: Solicitation, answered: Any, ceremony: Ceremony) -> None:
    later = ready.closes_at + timedelta(minutes=60)
    for code in ("audrey", "leah"):
        run(ceremony.actor(code), later, custody.offer_share, ready, words=ceremony.words[code])
    run(ceremony.actor("olivia"), later, openings.open_envelopes, ready, envelope=Envelope.TECHNICAL)
    assert OpenedEnvelope.objects.filter(submission=answered).exists()
    assert ready.openings.get().act["statement"]["key_id"].startswith("recovery-")


@pytest.mark.parametrize("minutes", [-60 * 24, -1, 0, 59])
def test_trying_before_the_time_is_refused_recorded_and_told(
    ready: Solicitation, answered: Any, ceremony: Ceremony, minutes: int
) -> None:
    moment = ready.closes_at + timedelta(minutes=minutes)
    before = Event.objects.filter(verb="custody.tried_too_early").count()
    with pytest.raises(Refused) as caught:
        run(ceremony.actor("carl"), moment, custody.offer_share, ready, words=ceremony.words["carl"])
    assert codes_of(caught) == ["not_openable_yet"]
    assert Event.objects.filter(verb="custody.tried_too_early").count() == before + 1
    assert Message.objects.filter(subject__contains="before its time", body__contains="Carl").exists()
    # The sealer has a clock and a date of its own: whoever gets past the pages gets no further.
    with pytest.raises(Refused) as caught:
        wire.ask("open", ready.key_id, envelope="technical", to="", now=moment)
    assert codes_of(caught) == ["not_openable_yet"]
    with pytest.raises(Refused) as caught:
        wire.ask("delay", ready.key_id, not_before=moment, prices_not_before=moment, now=moment)
    assert codes_of(caught) == ["closing_only_extended"]


def test_a_wrong_word_is_named(ready: Solicitation, ceremony: Ceremony) -> None:
    later = ready.closes_at + timedelta(minutes=60)
    carl, words = ceremony.actor("carl"), ceremony.words["carl"].split()

    def refused(typed: list[str], code: str = "carl") -> dict[str, str]:
        with pytest.raises(Refused) as caught:
            run(ceremony.actor(code), later, custody.offer_share, ready, words=" ".join(typed))
        return {"code": caught.value.unmet[0].code, **caught.value.unmet[0].params}

    wrong = [*words[:16], "merchent", *words[17:]]
    assert refused(wrong) == {"code": "word_unknown_near", "number": "17", "word": "merchent", "near": "merchant"}
    assert refused(words[:-1])["code"] == "words_count"
    swapped = [*words[:10], words[11], words[10], *words[12:]]
    assert refused(swapped)["code"] == "words_checksum"
    assert refused(words, code="olivia")["code"] == "share_of_another"
    assert carl.person.code == "carl"


def test_only_its_holder_sees_and_takes_a_share(call: Solicitation, ceremony: Ceremony, guarded: CustodyKey) -> None:
    olivia = ceremony.actor("olivia")
    key = run(olivia, ceremony.now, custody.make_key, call, holders=ceremony.people(HOLDERS))
    carls = next(s for s in list_shares(key) if s.holder.code == "carl")
    with pytest.raises(Unknown):
        run(olivia, ceremony.now, custody.look_at_share, carls)
    words = run(ceremony.actor("carl"), ceremony.now, custody.look_at_share, carls)
    with pytest.raises(Refused) as caught:
        run(
            ceremony.actor("carl"),
            ceremony.now,
            custody.take_share,
            carls,
            first="academic",
            second="acid",
        )
    assert codes_of(caught) == ["probe_wrong"]
    first, second = ceremony.probed(carls, words)
    who = (ceremony.actor("carl"), ceremony.now)
    facts = {"first": first, "second": second}
    run(*who, custody.take_share, carls, **facts)
    with pytest.raises(Refused) as caught:
        wire.ask("show", key.key_id, number=carls.number, now=ceremony.now)
    assert codes_of(caught) == ["share_gone"]


@pytest.mark.parametrize("holders", [("olivia", "olivia", "carl"), ("olivia", "carl"), ("olivia", "carl", "kim")])
def test_three_different_officers_hold(
    call: Solicitation, ceremony: Ceremony, guarded: CustodyKey, holders: tuple[str, ...]
) -> None:
    who = (ceremony.actor("olivia"), ceremony.now)
    facts = {"holders": ceremony.people(holders)}
    with pytest.raises(Refused) as caught:
        run(*who, custody.make_key, call, **facts)
    assert codes_of(caught)[0] in {"holders_differ", "holder_unknown"}


def test_keys_are_made_by_procurement_alone(call: Solicitation, ceremony: Ceremony, guelph: Municipality) -> None:
    holders = ceremony.people(HOLDERS)
    for code in ("priya", "carl", "ada"):
        who = (ceremony.actor(code), ceremony.now)
        with pytest.raises((Forbidden, Unknown)):
            run(*who, custody.make_key, call, holders=holders)
        with pytest.raises((Forbidden, Unknown)):
            run(*who, custody.make_recovery_key, guelph, holders=holders)


def test_holders_are_asked_the_day_before(ready: Solicitation, ceremony: Ceremony) -> None:
    day_before = ready.closes_at - timedelta(hours=29)
    assert custody.remind_holders(now=ready.closes_at - timedelta(hours=31)) == 0
    assert custody.remind_holders(now=day_before) == 3
    assert custody.remind_holders(now=day_before) == 0
    share = list_shares(CustodyKey.objects.get(solicitation=ready))[0]
    first, second = ceremony.probed(share, ceremony.words["olivia"])
    who = (ceremony.actor("olivia"), day_before)
    with pytest.raises(Refused):
        run(*who, custody.check_possession, share, first=second, second=first + "x")
    checked = run(*who, custody.check_possession, share, first=first, second=second)
    assert checked.checked_at == day_before


def spoil(submission: Any, what: str) -> None:
    """Damage what is stored of a submission, as a disk or somebody at the machine might."""
    file = SealedFile.objects.get(submission=submission.code)
    if what == "envelope":
        row = SealedEnvelope.objects.get(submission=submission.code)
        row.ciphertext = bytes(row.ciphertext)[:-1] + bytes([row.ciphertext[-1] ^ 1])
        row.save()
    elif what == "file":
        with blob_path(file.blob).open("r+b") as blob:
            blob.seek(-1, 2)
            last = blob.read(1)[0]
            blob.seek(-1, 2)
            blob.write(bytes([last ^ 1]))
    elif what == "list":
        row = SealedEnvelope.objects.get(submission=submission.code)
        row.files = [*row.files, "another"]
        row.save()
    else:
        blob_path(file.blob).unlink()


def open_it(ready: Solicitation, ceremony: Ceremony) -> Any:
    later = ready.closes_at + timedelta(minutes=60)
    for code in ("carl", "olivia"):
        run(ceremony.actor(code), later, custody.offer_share, ready, words=ceremony.words[code])
    run(ceremony.actor("olivia"), later, openings.open_envelopes, ready, envelope=Envelope.TECHNICAL)
    return later


@pytest.mark.parametrize("what", ["envelope", "file", "gone", "list"])
def test_what_does_not_match_its_receipt_is_left_sealed_and_told(
    ready: Solicitation, answered: Any, ceremony: Ceremony, what: str
) -> None:
    spoil(answered, what)
    open_it(ready, ceremony)
    (line,) = ready.openings.get().act["statement"]["envelopes"]
    assert line["problem"] == ("envelope_changed" if what == "envelope" else "file_changed")
    assert not OpenedEnvelope.objects.filter(submission=answered).exists()
    assert Message.objects.filter(subject__contains="could not be opened").exists()


@pytest.mark.parametrize("what", ["envelope", "file", "gone"])
def test_the_very_same_bytes_are_taken_again_and_nothing_else(
    ready: Solicitation,
    answered: Any,
    copied: dict[str, Any],
    ceremony: Ceremony,
    sign_in: Callable[[str], Any],
    what: str,
) -> None:
    """By its copy and its files a vendor is heard whose submission was damaged here; another content is refused."""
    kim, url = sign_in("kim"), f"/en/vendor/submissions/{answered.code}/again/"
    assert "Nothing of this submission waits" in kim.get(url).content.decode()
    spoil(answered, what)
    open_it(ready, ceremony)
    reference = answered.versions.get().reference
    assert "could be opened" in kim.get(f"/en/vendor/receipts/{reference}/").content.decode()
    code = SealedFile.objects.get(submission=answered.code).code

    def bring(copy: object) -> Any:
        file = SimpleUploadedFile("copy.json", json.dumps(copy).encode())
        return kim.post(url, {"act": "bring", "item": "technical", "file": file})

    def send(content: bytes, name: str = "plan.txt") -> Any:
        return kim.post(f"{url}{code}/", {"file": SimpleUploadedFile(name, content)})

    early = bring(copied)
    assert (early.status_code, "Hand in the files first: plan.txt" in early.content.decode()) == (422, True)
    other = send(PLAN + b" and more")
    assert (other.status_code, "This is not the file “plan.txt” of your receipt" in other.content.decode()) == (
        422,
        True,
    )
    assert kim.post(f"{url}nothing/", {"file": SimpleUploadedFile("plan.txt", PLAN)}).status_code == 404
    assert send(PLAN).status_code == 302
    assert b"".join(stream_opened_file(answered, code)[1]) == PLAN
    changed = json.loads(json.dumps(copied))
    changed["envelopes"]["technical"]["answers"]["team"] = "Four people"
    for wrong in (changed, {}, [], {**copied, "envelopes": {"technical": 1}}, {**copied, "envelopes": {}}):
        assert bring(wrong).status_code == 422
    assert not OpenedEnvelope.objects.filter(submission=answered).exists()
    assert sign_in("nora").post(url, {"act": "bring", "item": "technical"}).status_code == 404
    assert bring(copied).status_code == 302
    assert OpenedEnvelope.objects.get(submission=answered).answers["team"] == ANSWERS["team"]
    assert Message.objects.filter(
        to_name="Olivia Grant", subject__startswith="Handed in again: ", subject__contains=reference
    ).exists()
    verbs = Event.objects.filter(verb__startswith="redelivery.").values_list("verb", flat=True)
    assert list(verbs.order_by("id")) == ["redelivery.redeliver_file", "redelivery.redeliver"]
    assert bring(copied).status_code == 422  # a double click: nothing waits any more
    assert send(PLAN).status_code in (404, 422)


def test_nothing_is_taken_again_once_quality_is_frozen(
    ready: Solicitation, answered: Any, ceremony: Ceremony, copied: dict[str, Any]
) -> None:
    spoil(answered, "envelope")
    later = open_it(ready, ceremony)
    Evaluation.objects.create(
        municipality_id=ready.municipality_id, solicitation=ready, step=ready.step, phase="quality_frozen"
    )
    with pytest.raises(Refused) as caught:
        run(
            ceremony.actor("kim"),
            later,
            redelivery.redeliver,
            Submission.objects.get(pk=answered.pk),
            envelope=Envelope.TECHNICAL,
            brought=copied,
        )
    assert codes_of(caught) == ["redelivery_late"]


def test_the_offline_way_gives_the_same_bytes(
    ready: Solicitation,
    answered: Any,
    ceremony: Ceremony,
    sign_in: Callable[[str], Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Take the sealed envelopes out, put the key together with `mix key combine`, and open without this program."""
    later = ready.closes_at + timedelta(minutes=60)
    url = f"/en/city/calls/{ready.reference}/sealed.zip"
    olivia = sign_in("olivia")
    assert olivia.get(url).status_code == 409
    monkeypatch.setattr("mix.web.drawing.requests.read_clock", lambda: later)
    for code in ("carl", "priya"):
        assert sign_in(code).get(url).status_code in (403, 404)
    answer = olivia.get(url)
    assert answer.status_code == 200
    pack = zipfile.ZipFile(io.BytesIO(answer.getvalue()))
    pack.extractall(tmp_path)
    reference = answered.versions.get().reference
    assert sorted(pack.namelist()) == [
        f"{reference}/technical-01.age",
        f"{reference}/technical.age",
        "recovery/technical.age",  # the key of the answers; that of the prices comes with them
    ]

    def combined(*codes: str, more: tuple[str, ...] = (), wrong: bool = False) -> Any:
        words = "".join(f"{ceremony.words[code]}\n" for code in codes) + ("merchent\n" if wrong else "")
        command = [sys.executable, "-m", "mix.jobs.cli", "key", "combine", *more]
        return subprocess.run(command, input=words, capture_output=True, text=True, check=False)

    key = combined("frank", "carl").stdout
    assert age(key, tmp_path / reference / "technical-01.age") == PLAN
    assert b'"team":"Three people"' in age(key, tmp_path / reference / "technical.age")
    for other in (combined("frank", "carl", more=("--envelope", "price")), combined("audrey", "leah")):
        with pytest.raises(Unopened):
            age(other.stdout, tmp_path / reference / "technical.age")
    guardians = combined("audrey", "leah", more=("--recovery",)).stdout
    assert age(guardians, tmp_path / "recovery" / "technical.age").decode() == key
    assert Event.objects.filter(verb="sealing.export_envelopes", subject=ready.reference).count() == 1
    wrong = combined("frank", wrong=True)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "Word 1, “merchent”, is not on the list" in wrong.stderr


class Unopened(Exception):
    """A key that does not open."""


def age(key: str, path: Path) -> bytes:
    """Decrypt with the age program, or where it is not installed with the library."""
    if shutil.which("age") is None:
        try:
            return bytes(pyrage.decrypt(path.read_bytes(), [pyrage.x25519.Identity.from_str(key.strip())]))
        except pyrage.DecryptError:
            raise Unopened from None
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(key)
        file.flush()
        done = subprocess.run(["age", "-d", "-i", file.name, str(path)], capture_output=True, check=False)
    if done.returncode:
        raise Unopened
    return done.stdout


@pytest.fixture(params=["managed", "split"])
def priced(
    request: Any, challenge: Callable[[str], Any], ceremony: Ceremony, guarded: CustodyKey, now: Any
) -> Solicitation:
    """Return a published call that asks for prices, in either custody."""
    step = get_step(challenge("water-leaks"), "proposal-development")
    step.state = "active"
    step.save()
    Participation.objects.filter(challenge=step.challenge, vendor__code="kestrel").update(standing="shortlisted")
    olivia = ceremony.actor("olivia")
    facts: dict[str, Any] = {"closes_at": now + timedelta(days=60), "questions_until": now + timedelta(days=30)}
    facts |= {"body": "Offer.", "contact": "Olivia", "purchase_most_cents": 100_00, "custody": request.param}
    call = run(olivia, now, solicitations.draft, step, **facts)
    if request.param == "split":
        key = run(olivia, now, custody.make_key, call, holders=ceremony.people(HOLDERS))
        ceremony.whole(key, *HOLDERS[:2])
    publish_in_two_hands(call, now)
    return Solicitation.objects.get(pk=call.pk)


def test_prices_and_their_files_have_a_lock_of_their_own(
    priced: Solicitation, ceremony: Ceremony, sign_in: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    kim, now = ceremony.actor("kim"), ceremony.now
    submission = run(kim, now, submissions.start, priced, Vendor.objects.get(code="kestrel"))
    answers = {"team": "Three people", "declarations": True, "sprint_price": 41_000_00, "indicative_purchase": 9}
    run(kim, now, submissions.save_answers, submission, answers=answers)
    page = f"/en/vendor/submissions/{submission.code}/files/"
    for envelope, name in (("technical", "plan.txt"), ("price", "costs.txt")):
        sent = {"file": SimpleUploadedFile(name, name.encode() * 9000)}
        assert sign_in("kim").post(f"{page}?envelope={envelope}", sent).status_code == 302
    version = run(kim, now, submissions.finalise, submission, retry_key="one")
    assert {e.envelope: e.recipient for e in version.statement.envelopes} == {
        name: priced.recipients[name] for name in ("technical", "price")
    }
    assert len({*priced.recipients.values()}) == (3 if priced.custody_mode == "split" else 2)
    opens = priced.closes_at + timedelta(hours=1)
    files = {row.envelope: row for row in SealedFile.objects.filter(submission=submission.code)}
    sealed = {row.envelope: bytes(row.ciphertext) for row in SealedEnvelope.objects.filter(submission=submission.code)}

    def typed(moment: Any) -> None:
        for code in HOLDERS[:2] if priced.custody_mode == "split" else ():
            run(ceremony.actor(code), moment, custody.offer_share, priced, words=ceremony.words[code])

    def opened(moment: Any, envelope: Envelope) -> Solicitation:
        return run(ceremony.actor("olivia"), moment, openings.open_envelopes, priced, envelope=envelope)

    def said(act: Callable[[], object]) -> list[str]:
        with pytest.raises(Refused) as caught:
            act()
        return codes_of(caught)

    typed(opens)
    # Whoever has the pages, with everything that opens the answers at hand, gets no price past the sealer.
    for envelope, ciphertext in ((Envelope.PRICE, sealed["price"]), (Envelope.TECHNICAL, sealed["price"])):
        code = "not_openable_yet" if envelope is Envelope.PRICE else "key_does_not_open"
        facts: dict[str, Any] = {"envelope": envelope, "now": opens}
        assert said(lambda c=ciphertext, f=facts: keys.open_envelope(priced.key_id, c, **f)) == [code]
        blob = files["price"].blob
        assert said(lambda f=facts, b=blob: keys.reseal_blob(priced.key_id, b, to=THIEF, **f)) == [code]
    before = {path.name for path in Path(settings.DATA_DIR, "sealed").rglob("*")}
    opened(opens, Envelope.TECHNICAL)
    assert [o.envelope for o in OpenedEnvelope.objects.filter(submission=submission)] == ["technical"]
    assert len({path.name for path in Path(settings.DATA_DIR, "sealed").rglob("*") if path.is_file()} - before) == 1
    Evaluation.objects.create(
        municipality_id=priced.municipality_id, solicitation=priced, step=priced.step, phase="quality_frozen"
    )
    # The sealer keeps a day between them, whoever says that quality is frozen.
    early, later = opens + timedelta(hours=23), opens + timedelta(hours=24)
    priced.refresh_from_db()
    assert said(lambda: opened(early, Envelope.PRICE)) == ["prices_wait"]
    assert said(lambda: keys.release_prices(priced.key_id, now=early)) == ["not_openable_yet"]
    monkeypatch.setattr("mix.web.drawing.requests.read_clock", lambda: early)
    assert "a day after the answers" in sign_in("olivia").get(f"/en/city/calls/{priced.reference}/custody/").text
    pack = f"/en/city/calls/{priced.reference}/sealed.zip"
    names = zipfile.ZipFile(io.BytesIO(sign_in("olivia").get(pack).getvalue())).namelist()
    assert not any("price" in name for name in names)
    monkeypatch.setattr("mix.web.drawing.requests.read_clock", lambda: later)
    names = zipfile.ZipFile(io.BytesIO(sign_in("olivia").get(pack).getvalue())).namelist()
    assert f"{version.reference}/price-01.age" in names
    if priced.custody_mode == "split":
        assert said(lambda: opened(later, Envelope.PRICE)) == ["shares_lacking"]
    typed(later)
    opened(later, Envelope.PRICE)
    assert OpenedEnvelope.objects.get(submission=submission, envelope="price").answers["sprint_price"] == 41_000_00
    assert b"".join(stream_opened_file(submission, files["price"].code)[1]) == b"costs.txt" * 9000


THIEF = str(pyrage.x25519.Identity.generate().to_public())
