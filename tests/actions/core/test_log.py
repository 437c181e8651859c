"""The log: append-only on both databases, gap-free, and every change is found."""

import base64
import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from mix.actions.core.checkpoints import LogBroken, make_checkpoint
from mix.actions.core.events import record
from mix.actions.core.signing import public_key, signer_name
from mix.actions.flow.bundles import make_bundle
from mix.actions.flow.due import make_due
from mix.data.models import Chain, Challenge, Event, GateSignature, Municipality, Notice, Score, Solicitation
from mix.data.triggers import missing_triggers
from mix.readers.core.actors import PUBLIC
from mix.readers.core.events import (
    entry_hashes,
    export_chain,
    find_public_chain,
    latest_checkpoint,
    list_signed_chains,
    verify_chain,
)
from mix.rules.choice.evaluation_file import parse_file, recompute, result_document
from mix.rules.core.chain import Break, link
from mix.rules.core.merkle import root
from mix.rules.core.notes import Checkpoint, open_note, read_checkpoint
from mix.rules.core.verdicts import Verdict
from mix.rules.flow.proofs import verify_bundle
from tests.behind import open_tables
from tests.bundled import gather_files

pytestmark = pytest.mark.django_db


def test_every_chain_of_the_replayed_world_holds() -> None:
    chains = list(Chain.objects.order_by("code"))
    cities = [c.code for c in chains if not c.code.startswith("sealed:")]
    assert cities == ["barrie", "guelph", "instance", "london"]
    assert {c.code: verify_chain(c) for c in chains} == {c.code: None for c in chains}
    assert Event.objects.count() == sum(c.seq for c in chains)


def test_nobody_hears_of_submissions_from_the_log_before_opening() -> None:
    opened = set(Solicitation.objects.filter(technical_opened_at__isnull=False).values_list("reference", flat=True))
    present = {c.code.removeprefix("sealed:") for c in Chain.objects.filter(code__startswith="sealed:")}
    shown = {reference for reference in present if find_public_chain(f"sealed:{reference}")}
    assert shown == present & opened
    assert present - opened == {"WATER-LEAKS-RFSQ8"}
    assert not Event.objects.filter(chain__code="guelph", verb__startswith="submissions.").exists()


def test_the_head_of_the_sealed_chain_stands_in_the_city_s_chain_from_opening() -> None:
    opening = Event.objects.filter(verb="sealing.open_envelopes", payload__envelope="technical").latest("id")
    head = opening.payload["submissions"]
    assert Event.objects.get(chain__code=head["chain"], seq=head["seq"]).hash == head["hash"]


def test_a_checkpoint_is_made_once_for_one_size_and_never_for_a_broken_chain(now: Any) -> None:
    first = make_checkpoint("london", now=now)
    assert first
    assert make_checkpoint("london", now=now) == first
    assert make_checkpoint("nowhere", now=now) is None
    body = open_note(first.note, name=signer_name(), public_key=base64.b64decode(public_key()))
    chain = Chain.objects.get(code="london")
    assert read_checkpoint(body) == Checkpoint(f"{signer_name()}/log/london", chain.seq, root(entry_hashes(chain)))
    _without_triggers("UPDATE data_event SET verb = 'x' WHERE chain_id = %s AND seq = 2", [chain.pk])
    Chain.objects.filter(pk=chain.pk).update(seq=chain.seq + 1)
    with pytest.raises(LogBroken):
        make_checkpoint("london", now=now)


def test_checkpoints_are_due_daily_and_after_a_closing(now: Any) -> None:
    make_due(now=now)
    assert make_due(now=now) == []
    record("documents.comment", Municipality.objects.get(code="london"), actor=PUBLIC, now=now)
    assert make_due(now=now + timedelta(hours=1)) == []
    assert [c.chain.code for c in make_due(now=now + timedelta(days=1))] == ["london"]
    record("documents.comment", Municipality.objects.get(code="london"), actor=PUBLIC, now=now)
    Solicitation.objects.filter(reference="WATER-LEAKS-RFSQ8").update(closes_at=now + timedelta(days=1, hours=1))
    assert [c.chain.code for c in make_due(now=now + timedelta(days=1, hours=2))] == ["london"]


def test_whether_checkpoints_are_due_is_asked_once_for_all_chains(
    now: Any, django_assert_num_queries: Callable[[int], Any]
) -> None:
    make_due(now=now)
    with django_assert_num_queries(2):  # when a call closed last, and which chains are due
        assert make_due(now=now + timedelta(hours=1)) == []
    public = [c for c in Chain.objects.order_by("code") if find_public_chain(c.code)]
    assert len(public) > 3
    with django_assert_num_queries(1):
        signed = list_signed_chains()
    assert {c.chain.code: c for c in signed} == {c.code: latest_checkpoint(c) for c in public}


def test_an_entry_that_comes_while_a_chain_is_checked_is_no_break_and_is_not_signed_for(now: Any) -> None:
    chain = Chain.objects.get(code="london")  # read, and then
    record("documents.comment", Municipality.objects.get(code="london"), actor=PUBLIC, now=now)
    assert verify_chain(chain) is None
    assert len(list(entry_hashes(chain))) == chain.seq
    _without_triggers("UPDATE data_chain SET seq = %s WHERE id = %s", [chain.seq, chain.pk])
    assert verify_chain(chain) == Break(chain.seq, "log_cut_short")  # an entry of which the head does not know


def test_the_bundle_of_a_case_holds_twice_the_same() -> None:
    challenge = Challenge.objects.select_related("municipality", "method").get(code="guelph-roads-sprint")
    with make_bundle(challenge) as made, make_bundle(challenge) as again:
        raw = made.read()
        assert again.read() == raw
    found = verify_bundle(raw, public_key=public_key())
    assert found.verdict is Verdict.HOLDS, found
    files = gather_files(challenge)
    kinds = Counter(name.partition("/")[0] for name in files)
    assert (kinds["receipts"], kinds["conversations"]) == (18, 3)
    for name in files:
        if name.startswith("evaluations/") and name.endswith("-result.json"):
            document = parse_file(files[name.replace("-result", "")].decode())
            assert result_document(document, recompute(document)) == json.loads(files[name])


def test_a_bundle_tells_nothing_of_other_cases() -> None:
    challenge = Challenge.objects.select_related("municipality", "method").get(code="guelph-roads-sprint")
    log = gather_files(challenge)["logs/guelph.jsonl"].decode()
    others = [row for row in map(json.loads, log.splitlines()) if row.get("challenge", "") not in ("", challenge.code)]
    assert others
    assert {(row["payload"], row["reason"]) for row in others} == {(None, None)}


def test_append_only_tables_have_their_triggers() -> None:
    assert missing_triggers() == set()


@pytest.mark.parametrize("model", [Event, Score, GateSignature, Notice])
@pytest.mark.parametrize("how", ["update", "delete"])
def test_what_was_written_stays_written(model: Any, how: str) -> None:
    row = model.objects.first()
    assert row is not None
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.filter(pk=row.pk).update(id=row.pk) if how == "update" else model.objects.filter(
            pk=row.pk
        ).delete()
    assert model.objects.filter(pk=row.pk).exists()


def test_replacing_a_row_does_not_slip_past() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("INSERT OR REPLACE is SQLite's own")
    row = Event.objects.values_list("id", flat=True).first()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        columns = [f.column for f in Event._meta.concrete_fields]
        names = ", ".join(f'"{c}"' for c in columns)
        copy = f"INSERT OR REPLACE INTO data_event ({names}) SELECT {names} FROM data_event WHERE id = %s"
        cursor.execute(copy, [row])


def _without_triggers(statement: str, parameters: list[Any]) -> None:
    open_tables("data_event")
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE data_event SET reason = 'other' WHERE id = %s", "log_altered"),
        ("UPDATE data_event SET actor = 'somebody' WHERE id = %s", "log_altered"),
        ("UPDATE data_event SET payload = '{\"a\": 1}' WHERE id = %s", "log_altered"),
        ("DELETE FROM data_event WHERE id = %s", "log_gap"),
    ],
)
def test_a_change_behind_the_program_is_found(statement: str, code: str) -> None:
    chain = Chain.objects.get(code="guelph")
    event = Event.objects.get(chain=chain, seq=40)
    _without_triggers(statement, [event.pk])
    assert verify_chain(chain) == Break(40, code)


def test_cutting_the_end_off_is_found() -> None:
    chain = Chain.objects.get(code="guelph")
    _without_triggers("DELETE FROM data_event WHERE id = %s", [Event.objects.get(chain=chain, seq=chain.seq).pk])
    assert verify_chain(chain) == Break(chain.seq, "log_cut_short")


def test_the_export_can_be_checked_without_the_program() -> None:
    previous = "0" * 64
    *lines, head = map(json.dumps, export_chain(Chain.objects.get(code="london")))
    for row in map(json.loads, lines):
        entry = {k: v for k, v in row.items() if k not in ("payload", "reason", "previous_hash", "hash")}
        assert link(entry, previous=previous) == row["hash"]
        previous = row["hash"]
    assert json.loads(head) == {"head": {"seq": len(lines), "hash": previous}}


def test_one_event_for_one_act(actor: Callable[[str], Any], now: Any) -> None:
    from mix.actions.case.challenges import report_need
    from mix.actions.core.run import run
    from mix.data.models import Department

    department = Department.objects.select_related("municipality").get(municipality__code="london", code="engineering")
    before = Chain.objects.get(code="london").seq
    run(actor("lena"), now, report_need, department, title="t", what="w", who="x")
    chain = Chain.objects.get(code="london")
    last = Event.objects.get(chain=chain, seq=chain.seq)
    assert (chain.seq, last.verb, last.actor, last.origin, last.happened_at) == (
        before + 1,
        "challenges.report_need",
        "lena",
        "live",
        now,
    )


def test_a_chain_that_does_not_hold_costs_the_others_no_checkpoint(now: Any, caplog: Any) -> None:
    make_due(now=now)
    for code in ("guelph", "london"):
        record("documents.comment", Municipality.objects.get(code=code), actor=PUBLIC, now=now)
    broken = Chain.objects.get(code="guelph")
    _without_triggers("UPDATE data_event SET verb = 'x' WHERE chain_id = %s AND seq = 2", [broken.pk])
    assert [c.chain.code for c in make_due(now=now + timedelta(days=1))] == ["london"]
    assert [r.getMessage() for r in caplog.records] == ["no checkpoint of guelph"]
