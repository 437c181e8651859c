"""The sealer, asked by somebody who has taken over the pages: nothing before its time, and no key lost."""

from __future__ import annotations

import hashlib
import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pyrage
import pytest

from mix.actions.market import keys
from mix.rules.core.kinds import Envelope
from mix.rules.core.unmet import Refused, Unmet
from mix.rules.market.sealed import SealerDown
from mix.rules.market.shares import age_key, combine, envelope_secret
from mix.vault import storage, wire
from mix.vault.sealer import CANARY, MOST_WAITING, Passage, Sealer

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
OPENS = NOW + timedelta(days=30)
PRICES = OPENS + timedelta(days=1)
MOMENT = timedelta(seconds=1)
PLAIN = b"the price is 41,000"
ANSWERS, PRICE = Envelope.TECHNICAL, Envelope.PRICE


def codes_of(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as caught:
        act()
    return [one.code for one in caught.value.unmet]


@dataclass
class Desk:
    """A sealer, and what officers keep at home: the shares of each split key."""

    sealer: Sealer
    shares: dict[str, list[str]] = field(default_factory=dict)

    def make(self, key_id: str, opens: datetime = OPENS, prices: datetime | None = None) -> dict[str, str]:
        """Make whole keys; return their public halves."""
        return self.sealer.make(key_id, not_before=opens, prices_not_before=prices or opens + timedelta(days=1))

    def split(self, key_id: str, recovery: str = "") -> dict[str, str]:
        """Make a split key of a call, or without a recovery key one of those; hand out shares; return public halves."""
        made = self.sealer.split(key_id, kind="call" if recovery else "recovery", recovery=recovery)
        self.shares[key_id] = [self.sealer.show(key_id, number=n) for n in (1, 2, 3)]
        for number in (1, 2, 3):
            self.sealer.hand_out(key_id, number=number)
        return dict(made["public"])

    def publish(self, key_id: str, opens: datetime = OPENS) -> None:
        """Fix what publication fixes."""
        self.sealer.delay(key_id, not_before=opens, prices_not_before=opens + timedelta(days=1))

    def type_in(self, key_id: str, now: datetime, count: int = 2) -> None:
        """Have holders type their shares."""
        for share in self.shares[key_id][:count]:
            self.sealer.offer(key_id, share=share, now=now)

    def open(self, key_id: str, sealed: bytes, now: datetime, envelope: Envelope = ANSWERS, to: str = "") -> bytes:
        """Have the sealer open an envelope."""
        plain = BytesIO()
        self.sealer.open(key_id, envelope=envelope, to=to, now=now).take(BytesIO(sealed), plain)
        return plain.getvalue()


@pytest.fixture
def desk(tmp_path: Path, settings: Any) -> Desk:
    settings.DATA_DIR = tmp_path
    return Desk(Sealer(tmp_path / "sealer"))


def seal(public: dict[str, str], envelope: Envelope = ANSWERS) -> bytes:
    return storage.encrypt(PLAIN, [public[envelope]])


def test_each_key_goes_by_its_own_time_alone(desk: Desk) -> None:
    closed, thief = desk.make("call-closed"), str(pyrage.x25519.Identity.generate().to_public())
    desk.make("call-open", NOW - timedelta(days=9))
    sealed = seal(closed)
    for to in ("", thief):
        assert codes_of(lambda t=to: desk.open("call-closed", sealed, OPENS - MOMENT, to=t)) == ["not_openable_yet"]
    assert codes_of(lambda: desk.open("call-open", sealed, NOW)) == ["key_does_not_open"]
    assert desk.open("call-closed", sealed, OPENS) == PLAIN


def test_prices_do_not_open_with_the_lock_of_the_answers(desk: Desk) -> None:
    public = desk.make("call-one")
    answers, prices = seal(public), seal(public, PRICE)
    assert public[ANSWERS] != public[PRICE]
    assert desk.open("call-one", answers, OPENS) == PLAIN
    assert codes_of(lambda: desk.open("call-one", prices, OPENS)) == ["key_does_not_open"]
    for moment in (OPENS, PRICES - MOMENT):
        assert codes_of(lambda m=moment: desk.open("call-one", prices, m, PRICE)) == ["not_openable_yet"]
        assert codes_of(lambda m=moment: desk.sealer.release("call-one", now=m)) == ["not_openable_yet"]
    assert codes_of(lambda: desk.open("call-one", prices, PRICES, PRICE)) == ["not_openable_yet"]  # not released
    assert desk.sealer.release("call-one", now=PRICES) == PRICES.isoformat()
    assert desk.sealer.release("call-one", now=PRICES + MOMENT) == PRICES.isoformat()  # once
    assert desk.sealer.state("call-one")["released_at"] == PRICES.isoformat()
    assert desk.open("call-one", prices, PRICES, PRICE) == PLAIN
    assert codes_of(lambda: desk.open("call-one", answers, PRICES, PRICE)) == ["key_does_not_open"]


def test_in_split_custody_the_prices_take_two_shares_of_their_own(desk: Desk) -> None:
    desk.split("recovery-city")
    public = desk.split("split-call", "recovery-city")
    desk.publish("split-call")
    answers, prices = seal(public), seal(public, PRICE)
    desk.type_in("split-call", PRICES)
    assert desk.open("split-call", answers, PRICES) == PLAIN
    assert codes_of(lambda: desk.open("split-call", prices, PRICES, PRICE)) == ["not_openable_yet"]
    desk.type_in("recovery-city", PRICES)
    desk.sealer.release("split-call", now=PRICES)
    # What was typed for the answers is gone, the guardians' words too.
    assert codes_of(lambda: desk.open("split-call", prices, PRICES, PRICE)) == ["shares_lacking"]
    desk.type_in("split-call", PRICES, count=1)
    assert codes_of(lambda: desk.open("split-call", prices, PRICES, PRICE)) == ["shares_lacking"]
    desk.type_in("split-call", PRICES)
    assert desk.open("split-call", prices, PRICES, PRICE) == PLAIN


def test_the_key_of_one_envelope_does_not_give_the_other() -> None:
    secret = bytes(range(32))
    one, other = (envelope_secret(secret, e) for e in Envelope)
    assert len({secret, one, other, envelope_secret(one, PRICE), envelope_secret(other, ANSWERS)}) == 5


def test_a_key_that_is_there_is_never_made_again(desk: Desk) -> None:
    sealed = seal(desk.make("call-one"))
    desk.split("recovery-city")
    assert codes_of(lambda: desk.make("call-one", NOW)) == ["key_exists"]
    assert codes_of(lambda: desk.split("call-one", "recovery-city")) == ["key_exists"]
    assert codes_of(lambda: desk.open("call-one", sealed, NOW)) == ["not_openable_yet"]
    assert desk.open("call-one", sealed, OPENS) == PLAIN
    desk.sealer.split("split-one", kind="call", recovery="recovery-city")
    share = desk.sealer.show("split-one", number=1)
    assert codes_of(lambda: desk.split("split-one")) == ["key_exists"]
    assert codes_of(lambda: desk.make("split-one", NOW)) == ["key_exists"]
    assert desk.sealer.show("split-one", number=1) == share


def test_a_recovery_key_opens_by_the_time_of_its_call_and_nothing_else(desk: Desk) -> None:
    recovery = desk.split("recovery-city")["recovery"]
    publics = {key: desk.split(key, "recovery-city") for key in ("split-late", "split-early")}
    desk.publish("split-late")
    desk.publish("split-early", NOW)
    desk.split("recovery-other")
    other = desk.split("split-other", "recovery-other")
    desk.publish("split-other", NOW)
    desk.type_in("recovery-city", NOW)
    assert desk.open("split-early", seal(publics["split-early"]), NOW) == PLAIN
    # With its words in memory: no call whose time has not come, no other city's, and nothing that is named beside one.
    assert codes_of(lambda: desk.open("split-late", seal(publics["split-late"]), NOW)) == ["not_openable_yet"]
    assert codes_of(lambda: desk.open("split-other", seal(other), NOW)) == ["shares_lacking"]
    assert codes_of(lambda: desk.open("split-early", seal(publics["split-late"]), NOW)) == ["key_does_not_open"]
    to_it = storage.encrypt(PLAIN, [recovery])
    for key, code in (("recovery-city", "key_not_of_call"), ("split-early", "key_does_not_open")):
        assert codes_of(lambda k=key: desk.open(k, to_it, NOW)) == [code]
    assert codes_of(lambda: desk.sealer.rehearse("recovery-city", ciphertext=to_it, now=NOW)) == ["key_does_not_open"]
    # It gets no time of its own, and is not released.
    assert codes_of(lambda: desk.publish("recovery-city", NOW)) == ["key_not_of_call"]
    assert codes_of(lambda: desk.sealer.release("recovery-city", now=OPENS)) == ["key_not_of_call"]
    # The prices follow their own lock under the recovery key as well.
    desk.type_in("recovery-city", PRICES)
    assert codes_of(lambda: desk.open("split-late", seal(publics["split-late"], PRICE), PRICES, PRICE)) == [
        "not_openable_yet"
    ]
    desk.sealer.release("split-late", now=PRICES)
    desk.type_in("recovery-city", PRICES)
    assert desk.open("split-late", seal(publics["split-late"], PRICE), PRICES, PRICE) == PLAIN


def test_what_is_sealed_to_the_recovery_key_opens_without_the_sealer(desk: Desk) -> None:
    desk.split("recovery-city")
    made = desk.sealer.split("split-call", kind="call", recovery="recovery-city")
    opener = pyrage.x25519.Identity.from_str(age_key(combine(desk.shares["recovery-city"][1:])))
    for envelope in Envelope:
        key = pyrage.decrypt(bytes.fromhex(made["escrow"][envelope]), [opener]).decode().strip()
        identity = pyrage.x25519.Identity.from_str(key)
        assert pyrage.decrypt(seal(made["public"], envelope), [identity]) == PLAIN


@pytest.mark.parametrize("recovery", ["", "call-one", "nothing", "split-one"])
def test_a_calls_key_is_made_beside_a_recovery_key(desk: Desk, recovery: str) -> None:
    desk.make("call-one")
    desk.split("recovery-city")
    desk.split("split-one", "recovery-city")
    refused = codes_of(lambda: desk.sealer.split("split-two", kind="call", recovery=recovery))
    assert refused in (["key_unknown"], ["recovery_key_missing"])
    assert not (desk.sealer.folder / "split-two.json").exists()


def test_instants_only_move_later(desk: Desk) -> None:
    desk.make("call-one")
    for opens, prices in ((NOW, PRICES), (OPENS, PRICES - MOMENT), (OPENS - MOMENT, PRICES + MOMENT)):
        said = codes_of(lambda o=opens, p=prices: desk.sealer.delay("call-one", not_before=o, prices_not_before=p))
        assert said == ["closing_only_extended"]
    assert codes_of(lambda: desk.sealer.delay("call-one", not_before=PRICES, prices_not_before=OPENS)) == [
        "not_understood"
    ]
    desk.publish("call-one", OPENS + MOMENT)
    assert codes_of(lambda: desk.open("call-one", b"", OPENS)) == ["not_openable_yet"]


def test_a_rehearsal_gives_nothing_back_but_that_it_worked(desk: Desk) -> None:
    recovery = desk.split("recovery-a")
    public = desk.split("split-a", "recovery-a")
    for key, to in (("split-a", public[ANSWERS]), ("recovery-a", recovery["recovery"])):
        assert codes_of(lambda k=key: desk.sealer.rehearse(k, ciphertext=b"", now=NOW)) == ["shares_lacking"]
        desk.type_in(key, NOW)
        canary = storage.encrypt(CANARY, [to])
        desk.sealer.rehearse(key, ciphertext=canary, now=NOW)
        for wrong in (storage.encrypt(PLAIN, [to]), storage.encrypt(CANARY, [desk.make(f"call-{key}")[ANSWERS]])):
            said = codes_of(lambda k=key, w=wrong: desk.sealer.rehearse(k, ciphertext=w, now=NOW))
            assert said == ["key_does_not_open"]
        # Before publication there is no time from which on it opens.
        assert codes_of(lambda k=key, c=canary: desk.open(k, c, NOW))[0] in {"not_openable_yet", "key_not_of_call"}
    desk.publish("split-a")
    assert codes_of(lambda: desk.sealer.rehearse("split-a", ciphertext=b"", now=NOW)) == ["already_published"]


def test_nothing_is_shown_of_a_key_once_it_is_published(desk: Desk) -> None:
    desk.split("recovery-a")
    desk.sealer.split("split-a", kind="call", recovery="recovery-a")
    assert len(desk.sealer.show("split-a", number=1).split()) == 33
    desk.publish("split-a")
    for number in (1, 2, 3):
        assert codes_of(lambda n=number: desk.sealer.show("split-a", number=n)) == ["share_gone"]


def test_memory_holds_no_more_than_it_must(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.split("recovery-a")
    desk.split("recovery-b")
    for share in ("", "x" * 100, desk.shares["recovery-b"][0]):
        assert codes_of(lambda s=share: desk.sealer.offer("recovery-a", share=s, now=NOW)) == ["share_of_another"]
    desk.type_in("recovery-a", NOW, count=3)
    assert len(desk.sealer.held["recovery-a"].typed) == 3
    desk.sealer.tidy(now=NOW + timedelta(minutes=30))
    assert len(desk.sealer.held["recovery-a"].typed) == 3
    desk.sealer.tidy(now=NOW + timedelta(minutes=31))
    assert desk.sealer.held["recovery-a"].typed == {}
    assert MOST_WAITING == 1000
    monkeypatch.setattr("mix.vault.sealer.MOST_WAITING", 1)
    desk.sealer.split("recovery-c", kind="recovery", recovery="")
    assert codes_of(lambda: desk.sealer.split("recovery-d", kind="recovery", recovery="")) == ["keys_waiting"]


def test_no_question_gives_or_destroys_a_key_before_its_time(desk: Desk) -> None:
    """Every operation, with every key, envelope and target that a caller could name, in two rounds."""
    recovery = desk.split("recovery-city")
    split = desk.split("split-call", "recovery-city")
    desk.publish("split-call")
    whole = desk.make("call-one")
    desk.make("call-open", NOW - timedelta(days=9))
    desk.sealer.release("call-open", now=NOW)
    before = {path.name: path.read_bytes() for path in desk.sealer.folder.iterdir()}
    identities = json.loads(before["call-one.json"])["identity"].values()
    thief = str(pyrage.x25519.Identity.generate().to_public())
    # Shares of both are in memory: two holders have begun, on pages that are not what they seem.
    for key in ("recovery-city", "split-call"):
        desk.type_in(key, NOW)
    past = (NOW - timedelta(days=1)).isoformat()
    targets = ("call-one", "split-call", "recovery-city", "call-open", "nothing", "")
    sealed = storage.encrypt(PLAIN, [recovery["recovery"], *split.values(), *whole.values()])
    asked: list[dict[str, Any]] = [
        {"do": "make", "not_before": past, "prices_not_before": past},
        *({"do": "split", "kind": kind, "recovery": key} for kind in ("call", "recovery", "x") for key in targets),
        *({"do": "show", "number": n} for n in (0, 1, 2, 3)),
        {"do": "delay", "not_before": past, "prices_not_before": past},
        {"do": "release"},
        {"do": "rehearse", "ciphertext": sealed.hex()},
        *({"do": "open", "envelope": e.value, "to": to, "size": len(sealed)} for e in Envelope for to in ("", thief)),
        {"do": "offer", "share": "academic acid"},
        {"do": "identity"},
        {"do": "_identity"},
    ]
    assert {one["do"] for one in asked} >= set(wire.OPERATIONS) - {"hand_out", "forget", "state"}
    for _ in range(2):
        for key in ("call-one", "split-call", "recovery-city"):
            for one in asked:
                line = json.dumps({"key": key, **one}).encode() + b"\n"
                said = wire.answer(desk.sealer, line, now=NOW)
                assert isinstance(said, dict), one
                assert "unmet" in said, (key, one)
            said = wire.answer(desk.sealer, json.dumps({"do": "state", "key": key}).encode() + b"\n", now=NOW)
            assert not any(secret in json.dumps(said) for secret in (*identities, "shares", "escrow"))
            desk.sealer.hand_out(key, number=1)
    assert {path.name: path.read_bytes() for path in desk.sealer.folder.iterdir()} == before
    # And at their time all open, as if nobody had asked.
    assert desk.open("call-one", seal(whole), OPENS) == PLAIN
    for key in ("split-call", "recovery-city"):
        desk.type_in(key, OPENS)
        assert desk.open("split-call", seal(split), OPENS) == PLAIN
        desk.sealer.forget(key)


ODD = [
    b"",
    b"\n",
    b"null\n",
    b"[]\n",
    b'"make"\n',
    b"{}\n",
    b"\xff\xfe\n",
    b"[" * 9000 + b"\n",
    b"9" * 9000 + b"\n",
    b'{"do": "state", "key": "call-one"}',  # no end of the line
    b'{"do": "state", "key": 1}\n',
    b'{"do": ["state"], "key": "call-one"}\n',
    b'{"do": "state", "key": "call-one", "now": "2030-01-01T00:00:00+00:00"}\n',
    b'{"do": "open", "key": "call-one", "envelope": "technical", "to": ""}\n',  # no size
    b'{"do": "open", "key": "call-one", "envelope": "all", "to": "", "size": 1}\n',
    b'{"do": "open", "key": "call-one", "envelope": "technical", "to": "", "size": -1}\n',
    b'{"do": "open", "key": "call-one", "envelope": "technical", "to": "", "size": true}\n',
    b'{"do": "open", "key": "call-one", "envelope": "technical", "to": "age1x", "size": 1}\n',
    b'{"do": "make", "key": "call-two", "not_before": "2020-01-01T00:00:00", "prices_not_before": "2020-01-01"}\n',
    b'{"do": "make", "key": "call-two", "not_before": "0001-01-01T00:00+14:00", "prices_not_before": 1}\n',
    b'{"do": "rehearse", "key": "call-one", "ciphertext": "zz"}\n',
    b'{"do": "show", "key": "call-one", "number": "1"}\n',
]
NAMES = ("../x", "", "a/b", ".", "call-one.json", "CALL-ONE", "call-\u0661", "call-one\x00", "a" * 5000)
ODD += [json.dumps({"do": "state", "key": name}).encode() + b"\n" for name in NAMES]


@pytest.mark.parametrize("line", ODD, ids=range(len(ODD)))
def test_what_is_no_question_is_refused_and_changes_nothing(desk: Desk, line: bytes) -> None:
    desk.make("call-one", NOW - timedelta(days=9))
    said = wire.answer(desk.sealer, line, now=NOW)
    assert isinstance(said, dict)
    assert said["unmet"][0]["code"] in {"not_understood", "key_unknown"}
    assert [path.name for path in desk.sealer.folder.iterdir()] == ["call-one.json"]


def test_a_refusal_comes_whole_over_the_wire(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    unmet = (Unmet("words_count", {"count": "3", "most": "33"}, field="words"), Unmet("key_exists", place="custody"))

    def refuse(_key: str, **_facts: object) -> None:
        raise Refused(*unmet)

    monkeypatch.setattr(desk.sealer, "offer", refuse)
    said = wire.answer(desk.sealer, b'{"do": "offer", "key": "a", "share": "b"}\n', now=NOW)
    assert isinstance(said, dict)
    assert tuple(Unmet(**one) for one in json.loads(json.dumps(said))["unmet"]) == unmet


def test_what_is_sealed_again_opens_for_whom_it_is_and_is_what_it_was(desk: Desk) -> None:
    public, reader = desk.make("call-one", NOW), pyrage.x25519.Identity.generate()
    large = PLAIN * 100_000
    sealed, again = storage.encrypt(large, [public[ANSWERS]]), BytesIO()
    passage: Passage = desk.sealer.open("call-one", envelope=ANSWERS, to=str(reader.to_public()), now=NOW)
    passage.take(BytesIO(sealed), again)
    assert pyrage.decrypt(again.getvalue(), [reader]) == large
    for spoiled in (sealed[:-1], sealed[: len(sealed) // 2], b"", b"x" * 100, sealed[:-1] + bytes([sealed[-1] ^ 1])):
        assert codes_of(lambda s=spoiled: passage.take(BytesIO(s), BytesIO())) == ["key_does_not_open"]


@pytest.fixture
def door(desk: Desk, settings: Any) -> Iterator[Desk]:
    """Serve the desk's keys at a socket, and have the program ask there, whatever its own clock says."""
    with tempfile.TemporaryDirectory() as place:
        settings.SEALER_DIR, path = desk.sealer.folder, Path(place, "door")
        threading.Thread(target=wire.serve, args=(path,), kwargs={"clock": lambda: OPENS}, daemon=True).start()
        for _ in range(100):
            if path.exists():
                break
            time.sleep(0.05)
        settings.SEALER_SOCKET = str(path)
        yield desk


def test_the_program_has_envelopes_and_files_opened_over_the_socket(door: Desk) -> None:
    instants = {ANSWERS: OPENS, PRICE: PRICES}
    public = keys.make_key("call-one", instants=instants, now=NOW)
    large = bytes(range(256)) * 20_000
    sealed, reader = storage.encrypt(large, [public[ANSWERS]]), pyrage.x25519.Identity.generate()
    assert keys.open_envelope("call-one", sealed, envelope=ANSWERS, now=NOW) == large
    blob = storage.write_blob(large, public[ANSWERS])
    again, sha256 = keys.reseal_blob("call-one", blob, envelope=ANSWERS, to=str(reader.to_public()), now=NOW)
    assert pyrage.decrypt(storage.blob_path(again).read_bytes(), [reader]) == large
    assert sha256 == hashlib.sha256(large).hexdigest()
    # Refused at once, refused half-way, and cut off: each is told apart, and leaves nothing.
    before = {name for name, _ in storage.list_blobs()}
    spoiled = sealed[:2_000_000] + b"x" + sealed[2_000_001:]
    for ciphertext, envelope, code in (
        (sealed, PRICE, "not_openable_yet"),
        (spoiled, ANSWERS, "key_does_not_open"),
        (sealed[:-9], ANSWERS, "key_does_not_open"),
        (b"", ANSWERS, "key_does_not_open"),
    ):
        facts: dict[str, Any] = {"envelope": envelope, "now": PRICES + timedelta(days=9)}
        assert codes_of(lambda c=ciphertext, f=facts: keys.open_envelope("call-one", c, **f)) == [code]
        storage.blob_path(blob).write_bytes(ciphertext)
        to = str(reader.to_public())
        assert codes_of(lambda f=facts, t=to: keys.reseal_blob("call-one", blob, to=t, **f)) == [code]
    assert {name for name, _ in storage.list_blobs()} == before
    assert keys.state_of_key("call-one", now=NOW)["public"] == public
    assert codes_of(lambda: keys.release_prices("call-one", now=PRICES)) == ["not_openable_yet"]


def test_a_sealer_that_is_not_there_is_said(desk: Desk, settings: Any, tmp_path: Path) -> None:
    settings.SEALER_SOCKET = str(tmp_path / "nobody")
    for act in (
        lambda: keys.state_of_key("call-one", now=NOW),
        lambda: keys.open_envelope("call-one", b"x", envelope=ANSWERS, now=NOW),
    ):
        with pytest.raises(SealerDown, match="Run: mix sealer"):
            act()
