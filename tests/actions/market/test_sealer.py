"""The sealer, asked by somebody who has taken over the pages: nothing before its time, and no key lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyrage
import pytest

from mix.rules.core.unmet import Refused, Unmet
from mix.vault import storage, wire
from mix.vault.sealer import CANARY, Sealer

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
CLOSES = NOW + timedelta(days=30)
PLAIN = b"the price is 41,000"


def codes_of(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as caught:
        act()
    return [one.code for one in caught.value.unmet]


@dataclass
class Desk:
    """A sealer, and what officers keep at home: the shares of each split key."""

    sealer: Sealer
    shares: dict[str, list[str]] = field(default_factory=dict)

    def split(self, key_id: str, kind: str) -> str:
        """Make a split key and hand out its shares; return its public half."""
        public: str = self.sealer.split(key_id, kind=kind)["public"]
        self.shares[key_id] = [self.sealer.show(key_id, number=n) for n in (1, 2, 3)]
        for number in (1, 2, 3):
            self.sealer.hand_out(key_id, number=number)
        return public

    def publish(self, key_id: str, recovery: str, closes: datetime) -> None:
        """Fix what publication fixes."""
        self.sealer.bind(key_id, recovery=recovery)
        self.sealer.delay(key_id, not_before=closes)

    def type_in(self, key_id: str, now: datetime) -> None:
        """Have two holders type their shares."""
        for share in self.shares[key_id][:2]:
            self.sealer.offer(key_id, share=share, now=now)

    def open(self, key_id: str, sealed: bytes, guard: str, now: datetime) -> bytes:
        """Have the sealer open an envelope."""
        return bytes.fromhex(self.sealer.open(key_id, ciphertext=sealed.hex(), guard=guard, now=now))


@pytest.fixture
def desk(tmp_path: Path, settings: Any) -> Desk:
    settings.DATA_DIR = tmp_path
    return Desk(Sealer(tmp_path / "sealer"))


@pytest.fixture
def blob(desk: Desk) -> Callable[[str], str]:
    return lambda public: storage.write_blob(PLAIN, public)


def test_an_open_key_is_no_guard_for_a_closed_one(desk: Desk, blob: Callable[[str], str]) -> None:
    closed = desk.sealer.make("call-closed", not_before=CLOSES)
    desk.sealer.make("call-open", not_before=NOW - timedelta(days=1))
    sealed, thief = storage.encrypt(PLAIN, [closed]), str(pyrage.x25519.Identity.generate().to_public())
    file = blob(closed)
    before = {path.name for path in (Path(desk.sealer.folder).parent / "sealed").rglob("*")}
    for guard in ("call-open", "call-closed"):
        facts = {"guard": guard, "now": CLOSES - timedelta(seconds=1)}
        assert codes_of(lambda f=facts: desk.open("call-closed", sealed, **f))[0] == "not_openable_yet"
        assert codes_of(lambda f=facts: desk.sealer.reseal("call-closed", blob=file, to=thief, **f))[0] == (
            "not_openable_yet"
        )
    assert {path.name for path in (Path(desk.sealer.folder).parent / "sealed").rglob("*")} == before
    assert codes_of(lambda: desk.open("call-closed", sealed, "call-open", CLOSES)) == ["key_of_another_call"]
    assert desk.open("call-closed", sealed, "call-closed", CLOSES) == PLAIN


def test_a_key_that_is_there_is_never_made_again(desk: Desk) -> None:
    first = desk.sealer.make("call-one", not_before=CLOSES)
    sealed = storage.encrypt(PLAIN, [first])
    assert codes_of(lambda: desk.sealer.make("call-one", not_before=NOW)) == ["key_exists"]
    assert codes_of(lambda: desk.sealer.split("call-one", kind="call")) == ["key_exists"]
    assert codes_of(lambda: desk.open("call-one", sealed, "call-one", NOW)) == ["not_openable_yet"]
    assert desk.open("call-one", sealed, "call-one", CLOSES) == PLAIN
    desk.sealer.split("split-one", kind="call")
    share = desk.sealer.show("split-one", number=1)
    assert codes_of(lambda: desk.sealer.split("split-one", kind="recovery")) == ["key_exists"]
    assert codes_of(lambda: desk.sealer.make("split-one", not_before=NOW)) == ["key_exists"]
    assert desk.sealer.show("split-one", number=1) == share


def test_a_recovery_key_opens_its_call_after_closing_and_never_before(desk: Desk) -> None:
    recovery = desk.split("recovery-city", "recovery")
    publics = {key: desk.split(key, "call") for key in ("split-late", "split-early")}
    desk.publish("split-late", "recovery-city", CLOSES)
    desk.publish("split-early", "recovery-city", NOW)
    desk.split("recovery-other", "recovery")
    desk.split("split-other", "call")
    desk.publish("split-other", "recovery-other", NOW)
    desk.sealer.make("call-open", not_before=NOW)
    sealed = storage.encrypt(PLAIN, [publics["split-late"], recovery])
    for now, guard, code in (
        (CLOSES - timedelta(seconds=1), "split-late", "not_openable_yet"),
        (CLOSES, "recovery-city", "key_of_another_call"),  # it has no time of its own
        (CLOSES, "split-other", "key_of_another_call"),
        (CLOSES, "call-open", "key_of_another_call"),
    ):
        desk.type_in("recovery-city", now)
        assert codes_of(lambda n=now, g=guard: desk.open("recovery-city", sealed, g, n)) == [code], guard
    desk.type_in("recovery-city", CLOSES)
    assert desk.open("recovery-city", sealed, "split-late", CLOSES) == PLAIN


def test_what_publication_binds_is_bound_for_good(desk: Desk) -> None:
    for key, kind in (("recovery-a", "recovery"), ("recovery-b", "recovery"), ("split-a", "call"), ("split-b", "call")):
        desk.split(key, kind)
    desk.sealer.make("call-a", not_before=CLOSES)
    desk.publish("split-a", "recovery-a", CLOSES)
    desk.publish("split-a", "recovery-a", CLOSES)  # a publication that was undone and is done again
    assert codes_of(lambda: desk.sealer.bind("split-a", recovery="recovery-b")) == ["key_bound"]
    desk.sealer.delay("split-b", not_before=CLOSES)
    assert codes_of(lambda: desk.sealer.bind("split-b", recovery="recovery-b")) == ["key_bound"]
    for key, other in (("call-a", "recovery-a"), ("recovery-a", "recovery-b"), ("split-b", "split-a")):
        assert codes_of(lambda k=key, o=other: desk.sealer.bind(k, recovery=o)) == ["key_not_of_call"], key
    # A recovery key gets no time of its own, by which it would guard itself.
    assert codes_of(lambda: desk.sealer.delay("recovery-a", not_before=NOW)) == ["key_not_of_call"]
    assert codes_of(lambda: desk.sealer.delay("split-a", not_before=NOW)) == ["closing_only_extended"]


def test_a_rehearsal_gives_nothing_back_but_that_it_worked(desk: Desk) -> None:
    public, recovery = desk.split("split-a", "call"), desk.split("recovery-a", "recovery")
    for key, to in (("split-a", public), ("recovery-a", recovery)):
        desk.type_in(key, NOW)
        canary, other = storage.encrypt(CANARY, [to]), storage.encrypt(PLAIN, [to])
        desk.sealer.rehearse(key, ciphertext=canary.hex(), now=NOW)
        for wrong in (other, storage.encrypt(CANARY, [desk.sealer.make(f"call-{key}", not_before=CLOSES)])):
            assert codes_of(lambda k=key, w=wrong: desk.sealer.rehearse(k, ciphertext=w.hex(), now=NOW)) == [
                "key_does_not_open"
            ]
        # Before publication there is no time from which on it opens.
        assert codes_of(lambda k=key, c=canary: desk.open(k, c, k, NOW))[0] in {
            "not_openable_yet",
            "key_of_another_call",
        }
    desk.publish("split-a", "recovery-a", CLOSES)
    assert codes_of(lambda: desk.sealer.rehearse("split-a", ciphertext="00", now=NOW)) == ["already_published"]


def test_nothing_is_shown_of_a_key_once_it_is_published(desk: Desk) -> None:
    desk.sealer.split("split-a", kind="call")
    assert len(desk.sealer.show("split-a", number=1).split()) == 33
    desk.sealer.delay("split-a", not_before=CLOSES)
    for number in (1, 2, 3):
        assert codes_of(lambda n=number: desk.sealer.show("split-a", number=n)) == ["share_gone"]


def test_no_operation_of_the_socket_gives_or_destroys_a_key_before_its_time(desk: Desk) -> None:
    """Every operation, with every guard, kind and target that a caller could name, in two rounds."""
    recovery = desk.split("recovery-city", "recovery")
    split = desk.split("split-call", "call")
    desk.publish("split-call", "recovery-city", CLOSES)
    whole = desk.sealer.make("call-one", not_before=CLOSES)
    desk.sealer.make("call-open", not_before=NOW - timedelta(days=9))
    identities = [json.loads((desk.sealer.folder / "call-one.json").read_text())["identity"]]
    sealed = {
        "call-one": storage.encrypt(PLAIN, [whole]),
        "split-call": storage.encrypt(PLAIN, [split, recovery]),
        "recovery-city": storage.encrypt(PLAIN, [split, recovery]),
    }
    thief = pyrage.x25519.Identity.generate()
    # Shares of the recovery key are in memory: two guardians have begun an opening of another call.
    desk.type_in("recovery-city", NOW)
    past = (NOW - timedelta(days=1)).isoformat()
    answers = []
    for _ in range(2):
        for key, ciphertext in sealed.items():
            file = storage.write_blob(PLAIN, {"call-one": whole, "split-call": split}.get(key, recovery))
            guards = ("call-one", "split-call", "recovery-city", "call-open", "nothing")
            asked: list[dict[str, Any]] = [
                {"do": "make", "not_before": past},
                *({"do": "split", "kind": kind} for kind in ("call", "recovery", "other")),
                *({"do": "show", "number": n} for n in (1, 2, 3)),
                {"do": "delay", "not_before": past},
                *({"do": "bind", "recovery": guard} for guard in guards),
                {"do": "rehearse", "ciphertext": ciphertext.hex()},
                *({"do": "open", "ciphertext": ciphertext.hex(), "guard": guard} for guard in guards),
                *({"do": "reseal", "blob": file, "to": str(thief.to_public()), "guard": guard} for guard in guards),
                {"do": "identity"},
                {"do": "_identity", "guard": "call-open"},
            ]
            assert {one["do"] for one in asked} >= wire.OPERATIONS - {"hand_out", "offer", "forget"}
            said = [wire._answer(desk.sealer, {"key": key, **one}, now=NOW) for one in asked]
            answers += [(key, one["do"], answer) for one, answer in zip(asked, said, strict=True)]
    allowed = ("split-call", "bind", {"value": None})  # what is so already
    assert [one for one in answers if "unmet" not in one[2] and one != allowed] == []
    assert not any(secret in json.dumps(answers) for secret in (*identities, PLAIN.hex(), PLAIN.decode()))
    desk.sealer.hand_out("call-one", number=1)
    desk.sealer.forget("recovery-city")
    # And at their time all open, as if nobody had asked.
    assert desk.open("call-one", sealed["call-one"], "call-one", CLOSES) == PLAIN
    for key in ("split-call", "recovery-city"):
        desk.type_in(key, CLOSES)
        assert desk.open(key, sealed[key], "split-call", CLOSES) == PLAIN


def test_only_plain_names_are_keys_and_blobs(desk: Desk) -> None:
    for name in ("../x", "", "a/b", "."):
        assert codes_of(lambda n=name: desk.sealer.make(n, not_before=NOW)) == ["key_unknown"]
    assert codes_of(lambda: desk.sealer.offer("nothing", share="a", now=NOW)) == ["key_unknown"]
    desk.sealer.make("call-open", not_before=NOW)
    facts = {"to": str(pyrage.x25519.Identity.generate().to_public()), "guard": "call-open", "now": NOW}
    assert codes_of(lambda: desk.sealer.reseal("call-open", blob="../../keys/opened", **facts)) == ["key_unknown"]


def test_a_refusal_comes_whole_over_the_wire(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    unmet = (Unmet("words_count", {"count": "3", "most": "33"}, field="words"), Unmet("key_exists", place="custody"))

    def refuse(_key: str, **_facts: object) -> None:
        raise Refused(*unmet)

    monkeypatch.setattr(desk.sealer, "offer", refuse)
    answer = json.loads(json.dumps(wire._answer(desk.sealer, {"do": "offer", "key": "a", "share": "b"}, now=NOW)))
    assert tuple(Unmet(**one) for one in answer["unmet"]) == unmet
