"""The log: append-only on both databases, gap-free, and every change is found."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from mix.data.models import Chain, Event, GateSignature, Notice, Score
from mix.data.triggers import missing_triggers
from mix.readers.events import export_chain, verify_chain
from mix.rules.chain import Break, link

pytestmark = pytest.mark.django_db


def test_every_chain_of_the_replayed_world_holds() -> None:
    chains = list(Chain.objects.order_by("code"))
    assert [c.code for c in chains] == ["barrie", "guelph", "instance", "london"]
    assert {c.code: verify_chain(c) for c in chains} == {
        "barrie": None,
        "guelph": None,
        "instance": None,
        "london": None,
    }
    assert Event.objects.count() == sum(c.seq for c in chains)


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
    """Change the log as only somebody with the database's own keys could."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE data_event DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER data_event_kept_update")
            cursor.execute("DROP TRIGGER data_event_kept_delete")
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
    for line in map(json.dumps, export_chain(Chain.objects.get(code="london"))):
        row = json.loads(line)
        entry = {k: v for k, v in row.items() if k not in ("payload", "reason", "previous_hash", "hash")}
        assert link(entry, previous=previous) == row["hash"]
        previous = row["hash"]


def test_one_event_for_one_act(actor: Callable[[str], Any], now: Any) -> None:
    from mix.actions.challenges import report_need
    from mix.actions.run import run
    from mix.data.models import Department

    department = Department.objects.select_related("municipality").get(municipality__code="london", code="engineering")
    before = Chain.objects.get(code="london").seq
    run(report_need, department, actor=actor("lena"), now=now, title="t", what="w", who="x")
    chain = Chain.objects.get(code="london")
    last = Event.objects.get(chain=chain, seq=chain.seq)
    assert (chain.seq, last.verb, last.actor, last.origin, last.happened_at) == (
        before + 1,
        "challenges.report_need",
        "lena",
        "live",
        now,
    )
