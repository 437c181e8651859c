"""Documents that several modules read: what was written is read back, and nothing else is."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mix.readers.core.catalogue import CATALOGUE
from mix.rules.case.pilot_records import PilotFacts, PilotRecord, PilotReport
from mix.rules.case.pilots import Register
from mix.rules.choice.debriefs import DebriefLine, DebriefSheet, FailedItem
from mix.rules.city.method_files import parse
from mix.rules.city.policy.documents import Layer, Status
from mix.rules.city.policy.explain import Outcome
from mix.rules.city.policy.judgements import JudgedCite, JudgedRule, JudgedRules, SetAside
from mix.rules.city.schemes import PriceFormula, TieRule
from mix.rules.core.catalogue import read
from mix.rules.core.chain import canonical
from mix.rules.core.fields import Wording
from mix.rules.core.kinds import Envelope
from mix.rules.core.versioned import FormUnknown, Versioned
from mix.rules.market.freezing import FrozenPrice, FrozenRules
from mix.rules.market.openings import ChainHead, FoundEnvelope, OpeningStatement
from mix.rules.market.receipts import FileLine, ReceiptClock, ReceiptEntry, ReceiptStatement, SealedLine
from mix.rules.market.states import CustodyMode

RFP = parse((CATALOGUE / "methods" / "traditional-rfp.yaml").read_text(encoding="utf-8"))
PART = RFP.step("company-wins").evaluation
assert PART is not None
ENGLISH = Wording(en="Whether it works")

texts, numbers = st.text(st.characters(codec="utf-8"), max_size=9), st.integers(0, 10**13)
instants = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
titles = st.just(Wording(en="Price"))


def several(of: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(of, max_size=2).map(tuple)


def optional(of: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | of


receipts = st.builds(
    ReceiptStatement,
    **dict.fromkeys(("reference", "call", "instance", "city", "challenge", "vendor", "zone", "key_id"), texts),
    **dict.fromkeys(("began_at", "received_at", "closes_at"), instants),
    number=numbers,
    clock=st.builds(ReceiptClock, texts, texts),
    envelopes=several(
        st.builds(
            SealedLine,
            envelope=st.sampled_from(Envelope),
            commitment=texts,
            ciphertext_sha256=texts,
            recipient=texts,
            files=several(st.builds(FileLine, texts, texts)),
        )
    ),
    custody=st.sampled_from(CustodyMode),
    acknowledged=several(numbers),
    log=st.builds(ReceiptEntry, texts, texts),
)
acts_of_opening = st.builds(
    OpeningStatement,
    **dict.fromkeys(("call", "city", "zone", "opened_by", "key_id"), texts),
    **dict.fromkeys(("closed_at", "opened_at"), instants),
    envelope=st.sampled_from(Envelope),
    custody=st.sampled_from(CustodyMode),
    attended=several(texts),
    envelopes=several(st.builds(FoundEnvelope, texts, texts, texts, texts, several(numbers))),
    submissions_chain=st.builds(ChainHead, texts, numbers, texts),
)
frozen_rules = st.builds(
    FrozenRules,
    criteria=several(
        st.sampled_from([c.model_copy(update={"title": ENGLISH, "guideline": ENGLISH}) for c in PART.criteria])
    ),
    price_weight=st.integers(0, 100),
    price=st.builds(
        FrozenPrice, st.sampled_from(PriceFormula), optional(numbers), optional(numbers), optional(numbers)
    ),
    stages=several(st.sampled_from(PART.stages)),
    quality_minimum=st.integers(0, 100),
    most=optional(numbers),
    tie=st.sampled_from(TieRule),
)
sheets = st.builds(
    DebriefSheet,
    lines=several(
        st.builds(DebriefLine, texts, titles, numbers, optional(numbers), texts, texts, texts, texts),
    ),
    total=texts,
    rank=optional(numbers),
    of=numbers,
    best_total=texts,
    eliminated_by=several(texts),
    failed=several(st.builds(FailedItem, titles, texts)),
)
answers = st.fixed_dictionaries(
    {"vendor": optional(texts), "staff_hours": optional(st.just("12.5")), "starts_on": optional(st.just("2026-03-01"))},
    optional={"cash": optional(numbers), "risk": st.sampled_from(["low", "high"]), "hypothesis": texts},
)
judged = st.builds(
    JudgedRules,
    on=texts,
    rules=several(
        st.builds(
            JudgedRule,
            **dict.fromkeys(("rule", "digest"), texts),
            layer=st.sampled_from(Layer),
            cities=several(texts),
            outcome=st.sampled_from(Outcome),
            status=st.sampled_from(Status),
            cites=several(st.builds(JudgedCite, texts, texts, texts)),
            facts=st.dictionaries(texts, st.booleans() | numbers | texts, max_size=2),
            figures=st.dictionaries(texts, numbers, max_size=2),
            unknown=several(texts),
            set_aside=several(st.builds(SetAside, texts, texts, texts, instants, texts)),
        )
    ),
)
DOCUMENTS: dict[type[Versioned], st.SearchStrategy[Any]] = {
    ReceiptStatement: receipts,
    OpeningStatement: acts_of_opening,
    FrozenRules: frozen_rules,
    DebriefSheet: sheets,
    JudgedRules: judged,
    PilotRecord: st.builds(PilotRecord, answers),
    PilotReport: st.builds(PilotReport, answers),
}
every_document = st.one_of(*DOCUMENTS.values())


@given(every_document)
def test_what_was_written_is_read_back(document: Versioned) -> None:
    data = document.write()
    assert type(document).read(data) == document
    assert type(document).read(json.loads(canonical(data))).write() == data


def spoiled(data: Any) -> Iterator[Any]:
    """Yield the document without each of its keys, with one too many, and with each value of a wrong type."""
    if isinstance(data, dict):
        yield {**data, "more": 1}
        for key, value in data.items():
            yield {k: v for k, v in data.items() if k != key}
            yield {**data, key: [value]}
            yield from ({**data, key: inner} for inner in spoiled(value))
    if isinstance(data, list):
        for at, value in enumerate(data):
            yield from ([*data[:at], inner, *data[at + 1 :]] for inner in spoiled(value))
    if isinstance(data, int):
        yield from (str(data), float(data), bool(data))


@given(st.one_of(receipts, acts_of_opening, frozen_rules, sheets))
def test_what_is_of_another_shape_is_refused(document: Versioned) -> None:
    data = document.write()
    for wrong in spoiled(data):
        if json.dumps(wrong) != json.dumps(data):
            with pytest.raises(FormUnknown):
                type(document).read(wrong)


@given(every_document, st.sampled_from([0, 2, -1, "1", True, 1.0, None]))
def test_another_version_is_refused(document: Versioned, version: object) -> None:
    with pytest.raises(FormUnknown) as caught:
        type(document).read({**document.write(), "version": version})
    assert caught.value.form == type(document).__name__


@pytest.mark.parametrize("data", [None, [], "", 1, {}, {"version": 1}, {"answers": {}}])
@pytest.mark.parametrize("form", DOCUMENTS)
def test_what_is_no_document_is_refused(form: type[Versioned], data: object) -> None:
    with pytest.raises(FormUnknown):
        form.read(data)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("starts_on", "soon"),
        ("starts_on", 20260301),
        ("risk", "none"),
        ("cash", "100"),
        ("staff_hours", "many"),
        ("residents", "yes"),
        ("vendor", 7),
    ],
)
def test_an_answer_with_which_nothing_could_be_computed_is_refused(key: str, value: object) -> None:
    with pytest.raises(FormUnknown) as caught:
        PilotRecord.read({"version": 1, "answers": {key: value}})
    assert (caught.value.form, caught.value.place) == ("PilotFacts", key)


def test_what_the_program_computes_with_is_typed() -> None:
    record = PilotRecord.read({"version": 1, "answers": {"vendor": "Bench", "starts_on": "2026-03-01", "size": "3"}})
    facts = record.facts
    assert (facts.vendor, facts.starts_on, facts.cash, record.answers["size"]) == ("Bench", date(2026, 3, 1), None, "3")


def test_every_answer_with_which_the_program_computes_is_asked_for() -> None:
    register = read(CATALOGUE.joinpath("pilots.yaml").read_text(encoding="utf-8"), Register)
    assert set(PilotFacts.__slots__) <= {spec.key for spec in register.fields}


def test_an_instant_is_written_in_utc() -> None:
    at = datetime(2026, 1, 2, 9, 0, tzinfo=ZoneInfo("America/Toronto"))
    act = OpeningStatement(
        call="R",
        city="guelph",
        envelope=Envelope.PRICE,
        closed_at=at,
        zone="America/Toronto",
        opened_at=at.astimezone(UTC),
        opened_by="olivia",
        custody=CustodyMode.SPLIT,
        key_id="k",
        attended=("hugo",),
        envelopes=(FoundEnvelope("A", "v", "c", "", ()), FoundEnvelope("B", "w", "d", "file_changed", (1,))),
        submissions_chain=ChainHead("sealed:R", 3, "0"),
    )
    said = act.write()
    assert said["closed_at"] == said["opened_at"] == "2026-01-02T14:00:00+00:00"
    assert act.problems == ("B",)
