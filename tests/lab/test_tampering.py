"""Every fact of the record, changed behind the program in many ways: each is named by the log's check and the bundle's.

The gate changes one column of every table at once; `make lab` every column, one after the other, takes every kind of
row out and puts one in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction

from mix.actions.core.signing import public_key, sign
from mix.data.models import (
    Award,
    Challenge,
    ConsensusScore,
    Declaration,
    GateSignature,
    MethodVersion,
    Milestone,
    Score,
    SubmissionVersion,
)
from mix.data.models.core.kept import Kept
from mix.jobs.log_checks import check_rows
from mix.readers.core.events import sealed_chain
from mix.readers.core.kept import kept_models, list_differences, name_of
from mix.readers.flow.bundle_rows import path_to_challenge, rows_of
from mix.rules.core.verdicts import Finding, Verdict
from mix.rules.flow.proofs import BUNDLE_FORMAT, verify_bundle
from tests.behind import behind_the_program
from tests.bundled import gather_files, pack_signed

pytestmark = pytest.mark.django_db
CASE = "guelph-roads-sprint"
# Tables of which no scenario writes a row; test_as_logged.py of the city changes what waits.
WAITING = {"merger", "roleproposal", "staffinvitation", "vendorinvitation"}
NEVER_FILLED = {"absence", "custodykey", "custodyshare", "dispute", "goliverequest", "joinrequest"}
NEVER_FILLED |= {"coapplicant", "namedvendor", "requirementreason", "tiebreak", "trialguest", *WAITING}


def columns_of(model: type[Kept]) -> list[models.Field[Any, Any]]:
    """List the columns of which the log speaks, the salt among them: it is half of the commitment."""
    fields = [f for f in model._meta.concrete_fields if not f.primary_key and f.name not in model.loose]
    return sorted(fields, key=lambda f: f.name == "salt")


def other_values(field: models.Field[Any, Any], value: Any) -> Iterator[Any]:
    """Yield what somebody might write in a column instead, likelier first."""
    if value is None and not isinstance(field, models.ForeignKey):
        yield from ("2026-01-01", "2026-01-01 00:00:00+00:00", 1, "x")
    elif isinstance(field, models.ForeignKey):
        yield from field.related_model._base_manager.exclude(pk=value).values_list("pk", flat=True)[:2]
    elif isinstance(field, models.BooleanField):
        yield not value
    elif isinstance(field, models.JSONField):
        yield json.dumps([value, "x"])
    elif field.choices:
        yield from (code for code, _title in field.choices if code != value)
    elif isinstance(value, datetime):
        yield value + timedelta(seconds=1)
    elif isinstance(value, date):
        yield value + timedelta(days=1)
    elif isinstance(value, int | Decimal):
        yield from (value + 1, value - 1)
    else:
        kept = str(value or "")[: (field.max_length or 10**9) - 1]
        yield f"{kept}x" if f"{kept}x" != value else f"{kept}y"


def row_of(model: type[Kept]) -> Kept | None:
    """Find a row of the table, of the case where it has one."""
    way, rows = path_to_challenge(model), model._base_manager.order_by("-pk")
    found = rows.filter(**{f"{way}__code": CASE}).first() if way else None
    return found or rows.first()


def sql(statement: str, values: list[Any]) -> bool:
    """Run one statement in a savepoint; say whether the database took it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
    except DatabaseError:
        return False
    return True


def change(row: Kept, field: models.Field[Any, Any]) -> bool:
    table, value = row._meta.db_table, getattr(row, field.attname)
    statement = f'UPDATE {table} SET "{field.column}" = %s WHERE id = %s'
    return any(sql(statement, [other, row.pk]) for other in other_values(field, value))


def verify_case(files: dict[str, bytes]) -> Finding:
    """Make the bundle of the case out of files, as this site would sign it, and check it."""
    statement = {
        "format": BUNDLE_FORMAT,
        "challenge": CASE,
        "signer": "x",
        "public_key": public_key(),
        "files": {name: sha256(raw).hexdigest() for name, raw in files.items()},
    }
    return verify_bundle(pack_signed(files, sign(statement)), public_key=public_key())


def named_by_bundle(files: dict[str, bytes]) -> set[str]:
    """Return the rows that the bundle's check names, with the rows as the database has them now."""
    challenge = Challenge.objects.get(code=CASE)
    chains = ["guelph", *(sealed_chain(c) for s in challenge.steps.all() for c in s.solicitations.all())]
    rows = json.dumps(rows_of(challenge, chains=chains)).encode()
    found = verify_case({**files, "rows.json": rows})
    if found.verdict is Verdict.HOLDS:
        return set()
    first = found.place.removeprefix("rows.json: ")
    _, _, more = found.text.partition(" rows in all: ")
    return set(more.split(", ")) if more else {first}


@pytest.fixture
def files(db: None) -> dict[str, bytes]:
    """Return the files of the case before anything was changed."""
    return gather_files(Challenge.objects.select_related("municipality", "method").get(code=CASE))


def of_case(row: Kept) -> bool:
    way = path_to_challenge(type(row))
    return bool(way) and type(row)._base_manager.filter(pk=row.pk, **{f"{way}__code": CASE}).exists()


def test_untouched_all_of_it_holds(files: dict[str, bytes]) -> None:
    assert list(check_rows()) == []
    assert named_by_bundle(files) == set()
    assert verify_case(files).verdict is Verdict.HOLDS


def test_every_table_of_record_is_filled_by_the_scenarios() -> None:
    assert {name for name, model in kept_models().items() if row_of(model) is None} == NEVER_FILLED


def _tamper(at: int, files: dict[str, bytes]) -> tuple[int, list[str]]:
    """Change the column at one place in every table that has so many; return how many were, and what was not named."""
    changed: dict[str, bool] = {}
    with behind_the_program():
        rows = [row for row in map(row_of, kept_models().values()) if row is not None]
        for row, is_of_case in [(row, of_case(row)) for row in rows]:  # as it was before a step went elsewhere
            columns = columns_of(type(row))
            if at < len(columns) and change(row, columns[at]):
                changed[name_of(type(row), row.pk)] = is_of_case
        named = {found.row for found in list_differences()}
        by_bundle = named_by_bundle(files)
    expected = {row for row, is_of_case in changed.items() if is_of_case}
    missed = [f"log verify: {row}" for row in changed.keys() - named]
    return len(changed), missed + [f"bundle: {row}" for row in expected - by_bundle]


def test_a_changed_column_of_every_table_is_named_in_both_ways(files: dict[str, bytes]) -> None:
    count, missed = _tamper(2, files)
    assert missed == []
    assert count > 40


@pytest.mark.lab
def test_every_column_of_every_table_is_named_in_both_ways(files: dict[str, bytes]) -> None:
    most = max(len(columns_of(model)) for model in kept_models().values())
    counts, missed = zip(*(_tamper(at, files) for at in range(most)), strict=True)
    assert [m for each in missed for m in each] == []
    assert sum(counts) > 300


def _rows_of_case() -> list[Kept]:
    found = (row_of(model) for model in kept_models().values())
    return [row for row in found if row is not None and of_case(row)]


def test_a_row_that_was_put_in_is_named(files: dict[str, bytes]) -> None:
    more = set()
    with behind_the_program():
        for row in _rows_of_case():
            fields = [f for f in row._meta.concrete_fields if not f.primary_key]
            listed = ", ".join(f'"{f.column}"' for f in fields)
            taken = ", ".join(
                f"""substr("{f.column}", 2)""" if f.unique and isinstance(f, models.CharField) else f'"{f.column}"'
                for f in fields
            )
            table = row._meta.db_table
            if sql(f"INSERT INTO {table} ({listed}) SELECT {taken} FROM {table} WHERE id = %s", [row.pk]):
                more.add(name_of(type(row), type(row)._base_manager.latest("pk").pk))
        found = {(difference.row, difference.code) for difference in list_differences()}
        by_bundle = named_by_bundle(files)
    assert found == {(row, "row_unlogged") for row in more}
    assert {row.partition("/")[0] for row in more} >= {"score", "notice", "evidence", "lesson"}
    assert by_bundle == more


def test_a_row_that_was_taken_out_is_named(files: dict[str, bytes]) -> None:
    gone = set()
    with behind_the_program():
        for row in _rows_of_case():
            if sql(f"DELETE FROM {row._meta.db_table} WHERE id = %s", [row.pk]):
                gone.add(name_of(type(row), row.pk))
        found = {difference.row for difference in list_differences() if difference.code == "row_missing"}
        by_bundle = named_by_bundle(files)
    assert found == gone
    assert {row.partition("/")[0] for row in gone} >= {"declaration", "gatesignature", "result", "openedenvelope"}
    assert by_bundle >= gone


CHANGES: list[tuple[type[Kept], str, Any]] = [
    (Score, "comment", "Weak."),
    (Score, "score", 0),
    (ConsensusScore, "score", 0),
    (Declaration, "conflict", "family"),
    (GateSignature, "reason", "Other."),
    (GateSignature, "signed_at", "2020-01-01 00:00:00"),
    (Award, "value_cents", 369_000_00),
    (Award, "ended_reason", "Northlight withdrew."),
    (Milestone, "value_cents", 264_000_00),
]


@pytest.mark.parametrize(("model", "column", "value"), CHANGES, ids=[f"{m.__name__}-{c}" for m, c, _ in CHANGES])
def test_a_bundle_that_the_site_makes_and_signs_of_changed_rows_names_them(
    model: type[Kept], column: str, value: object
) -> None:
    row = row_of(model)
    assert row is not None
    assert getattr(row, column) != value
    with behind_the_program():
        assert sql(f"UPDATE {model._meta.db_table} SET {column} = %s WHERE id = %s", [value, row.pk])
        found = verify_case(gather_files(Challenge.objects.select_related("municipality", "method").get(code=CASE)))
    assert (found.verdict, found.place) == (Verdict.TAMPERED, f"rows.json: {name_of(model, row.pk)}")


def test_a_receipt_that_was_taken_out_is_named() -> None:
    version = SubmissionVersion.objects.filter(submission__solicitation__step__challenge__code=CASE).latest("pk")
    call = version.submission.solicitation
    with behind_the_program():
        assert sql("DELETE FROM data_submissionversion WHERE id = %s", [version.pk])
        said = list(check_rows())
        found = verify_case(gather_files(Challenge.objects.select_related("municipality", "method").get(code=CASE)))
    assert len(said) == 1
    assert said[0].startswith(f"{sealed_chain(call)}: entry ")
    assert found.verdict is Verdict.INCOMPLETE
    assert found.place.startswith(f"logs/sealed-{call.reference}.jsonl: line ")


@pytest.mark.parametrize("column", ["number", "reference", "received_at", "finalised_by_id", "receipt"])
def test_a_changed_receipt_is_named(column: str) -> None:
    version = SubmissionVersion.objects.order_by("-pk")[0]
    field = SubmissionVersion._meta.get_field(column.removesuffix("_id"))
    with behind_the_program():
        table = "data_submissionversion"
        others = other_values(field, getattr(version, column))
        assert any(sql(f"UPDATE {table} SET {column} = %s WHERE id = %s", [o, version.pk]) for o in others)
        assert any(said.startswith("receipts/") for said in check_rows())


@pytest.mark.parametrize("kept", [False, True], ids=["document", "document and digest"])
def test_a_method_that_was_changed_under_running_cases_is_named(kept: bool) -> None:
    version = MethodVersion.objects.get(key="sprint", version=Challenge.objects.get(code=CASE).method.version)
    document = version.document.replace("decided_by: [procurement_manager]", "decided_by: [procurement_officer]")
    digest = sha256(document.encode()).hexdigest() if kept else version.digest
    assert document != version.document
    with behind_the_program():
        changed = "UPDATE data_methodversion SET document = %s, digest = %s WHERE id = %s"
        assert sql(changed, [document, digest, version.pk])
        assert list(check_rows()) == [f"methods/sprint-{version.version}: This row is not as the log has it."]


def test_a_method_that_was_put_in_is_named() -> None:
    with behind_the_program():
        MethodVersion.objects.create(key="own", version=1, title="Own", document="x", digest="0" * 64)
        assert list(check_rows()) == ["methods/own-1: The log does not know this row."]
