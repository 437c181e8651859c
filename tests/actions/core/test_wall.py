"""The second wall, on PostgreSQL: raw SQL as somebody else finds nothing, and no role of ours can climb it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import DataError, connection, transaction

from mix.actions.core.run import run
from mix.actions.market import submissions
from mix.data import wall as wall_module
from mix.data.models import Evaluation, Municipality, PanelMember, Person, Solicitation, Vendor
from mix.data.wall import POLICIES, SHARED, lifted, lower_wall, missing_policies, raise_wall, take_stand
from mix.readers.city.people import list_with_role
from mix.rules.core.access import Role
from tests.outside import seated

PUBLIC_PARTS = {
    "data_capabilitycard",
    "data_bylaw",
    "data_addendum",
    "data_award",
    "data_challenge",
    "data_challengecity",
    "data_engagement",
    "data_engagementquestion",
    "data_gatesignature",
    "data_historyfact",
    "data_notice",
    "data_department",
    "data_letterhead",
    "data_identityprovider",
    "data_disclosure",
    "data_methodversion",
    "data_pilot",
    "data_pilotextension",
    "data_outcomereading",
    "data_problemcard",
    "data_question",
    "data_registration",
    "data_ruleconfirmation",
    "data_solicitation",
    "data_solicitationdocument",
    "data_step",
}


def test_every_table_has_a_wall_or_a_reason() -> None:
    tables = {m._meta.db_table for label in ("data", "vault") for m in apps.get_app_config(label).get_models()}
    assert tables == set(POLICIES) | SHARED
    assert not set(POLICIES) & SHARED
    owned = {
        model._meta.db_table
        for model in apps.get_app_config("data").get_models()
        if any(f.name == "municipality" for f in model._meta.fields)
    }
    assert owned <= set(POLICIES)


def test_few_look_past_the_wall() -> None:
    source = Path(settings.PACKAGE)
    found = {str(p.relative_to(source)) for p in source.rglob("*.py") if "lifted()" in p.read_text(encoding="utf-8")}
    # Who somebody is, and for whom they work, is read before the wall can know it; a calendar program has no session.
    # Whoever acts, the right people are told; who comes from a city's sign-in service is known only afterwards.
    # What is public of a document, what everybody is told of talks, figures over all cases, and who decides at a joint
    # gate stand in rows that hold more than that: their readers pick (tests/web/test_behind_the_wall.py).
    # An invitation is accepted by its secret, before the wall knows its bearer.
    # Who stands in for whoever is away hears of it, whoever acts; so do all who answer a call together.
    ways = {
        "readers/market/co_applicants.py",
        "readers/core/absences.py",
        "readers/city/people.py",
        "web/entry/adapter.py",
        "actions/city/invitations.py",
    }
    ways |= {"readers/choice/outsiders.py", "actions/choice/outsiders.py"}
    nouns = ("case/carrying", "case/documents", "market/engagements", "knowledge/lessons")
    nouns += ("knowledge/outcomes", "knowledge/results")
    ways |= {f"readers/{noun}.py" for noun in nouns}
    # Who plays along in a trial works for no city of it. A sandbox's time is moved for all of its cities.
    ways |= {"readers/city/trials.py", "actions/flow/advancing.py", "readers/flow/coming.py"}
    # What excludes something is looked for in every city, whoever asks.
    ways |= {"readers/city/municipalities.py", "readers/city/separations.py"}
    assert found == {"data/wall.py", "web/entry/dates.py", *ways}


@pytest.fixture
def wall(db: None) -> Iterator[Callable[[str], None]]:
    """Return a function that lets the connection see what one person may touch."""
    if connection.vendor != "postgresql":
        pytest.skip("row-level security is PostgreSQL's")
    yield lambda code: raise_wall(Person.objects.get(code=code).pk if code else None)
    lower_wall()


def seen(table: str, where: str = "true") -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {where}")
        return int(cursor.fetchone()[0])


def test_the_wall_stands_and_cannot_be_climbed(wall: Callable[[str], None]) -> None:
    assert missing_policies() == set()
    wall("priya")
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls, rolname FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False, "mix_app")


@pytest.mark.parametrize("code", ["", "lena", "kim", "bea"])
def test_strangers_find_no_row_that_is_not_public(wall: Callable[[str], None], code: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id, c.municipality_id FROM data_challenge c JOIN data_municipality m ON m.id = c.municipality_id"
            " WHERE c.code = 'guelph-roads-sprint'"
        )
        challenge, guelph = cursor.fetchone()
    partner = code in ("lena", "bea")  # their cities take part in another challenge of Guelph's: rows of Guelph, then
    before = {table: seen(table) for table in POLICIES}
    wall(code)
    if partner:
        assert seen("data_need", f"municipality_id = {guelph}") > 0
        return
    for table in set(POLICIES) - PUBLIC_PARTS:
        columns = {c.name for c in connection.introspection.get_table_description(connection.cursor(), table)}
        own = "vendor_id IN (SELECT id FROM data_vendor WHERE code = 'kestrel')" if "vendor_id" in columns else "false"
        if code == "kim" and table in VENDOR_TABLES:
            continue
        assert seen(table, f"NOT ({own})") == 0, (table, before[table])
    assert challenge


VENDOR_TABLES = {
    "data_acknowledgement",
    "data_clause",
    "data_clauseedit",
    "data_deliverable",
    "data_evaluation",
    "data_openedenvelope",
    "data_paper",
    "data_ranking",
    "data_result",
    "data_signatory",
    "data_standingreached",
    "data_submissionversion",
    "vault_draft",
    "vault_sealedenvelope",
    "vault_sealedfile",
}


def test_a_draft_is_its_vendors_alone_even_in_the_database(
    wall: Callable[[str], None], actor: Callable[[str], Any], now: Any
) -> None:
    call = Solicitation.objects.get(step__challenge__code="water-leaks", step__key="invitation")
    kim = actor("kim")
    submission = run(kim, now, submissions.start, call, Vendor.objects.get(code="kestrel"))
    run(kim, now, submissions.save_answers, submission, answers={"team": "Three"})
    mine = f"submission = '{submission.code}'"
    for code, count in (("kim", 1), ("olivia", 0), ("ada", 0), ("tess", 0), ("", 0)):
        wall(code)
        assert (code, seen("vault_draft", mine)) == (code, count)
        lower_wall()
    wall("tess")
    others = f"vendor_id <> {Vendor.objects.get(code='tamarack').pk}"
    assert seen("data_submission", others) == 0
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE data_submission SET state = 'withdrawn' WHERE id = {submission.pk}")
        assert cursor.rowcount == 0


# What the panel of a challenge reads, and the challenge itself; what is public stands in `PUBLIC_PARTS`.
PANEL_PARTS = {
    "data_conflictruling",
    "data_consensusscore",
    "data_declaration",
    "data_evaluation",
    "data_itemcheck",
    "data_label",
    "data_openedenvelope",
    "data_panelmember",
    "data_ranking",
    "data_result",
    "data_score",
    "data_stageinvitation",
    "data_submission",
    "data_submissionversion",
    "data_acknowledgement",
    "data_tiebreak",
    "vault_sealedenvelope",
    "vault_sealedfile",
}


def test_a_seat_from_outside_opens_the_rows_of_its_panel_and_no_others(
    wall: Callable[[str], None], actor: Callable[[str], Any], now: Any
) -> None:
    ria = seated(actor, now)
    panel = Evaluation.objects.get(step__challenge__code="under-our-streets", step__key="shortlist")
    before = {table: seen(table) for table in POLICIES}
    wall("")
    public = {table: seen(table) for table in POLICIES}
    wall(ria.code)
    opened = {table for table in POLICIES if seen(table) > public[table]}
    assert opened <= PANEL_PARTS
    assert {"data_submission", "data_openedenvelope", "data_panelmember", "data_score", "data_label"} <= opened
    assert seen("data_evaluation") == 1 < before["data_evaluation"]
    assert seen("data_submission", f"solicitation_id <> {panel.solicitation_id}") == 0
    assert seen("data_panelmember", f"evaluation_id <> {panel.pk}") == 0
    assert (seen("data_staffrole"), seen("data_panelinvitation"), seen("data_need")) == (0, 0, 0)
    lower_wall()
    PanelMember.objects.filter(person=ria).update(left_at=now)
    wall(ria.code)
    assert {table: seen(table) for table in POLICIES} == public


def test_the_rows_of_a_panel_close_to_whoever_sat_from_outside_once_its_result_is_final(
    wall: Callable[[str], None], actor: Callable[[str], Any], now: Any
) -> None:
    ria = seated(actor, now)
    Evaluation.objects.filter(panel__person=ria).update(finalised_at=now)
    for code, count in ((ria.code, 0), ("eva", 1)):
        wall(code)
        assert (seen("data_evaluation", "finalised_at IS NOT NULL") >= count) is True
        assert (seen("data_submission") > 0) is (count > 0)
        lower_wall()


@pytest.mark.parametrize("code", ["tess", "kim", "lena", ""])
def test_whoever_acts_the_right_people_are_told(wall: Callable[[str], None], code: str) -> None:
    guelph = Municipality.objects.get(code="guelph")
    wall(code)
    assert [p.code for p in list_with_role([guelph.pk], Role.PROCUREMENT_MANAGER)] == ["martin"]
    assert list_with_role([guelph.pk], Role.COUNCIL)


def test_nothing_said_nothing_seen(wall: Callable[[str], None]) -> None:
    wall("martin")
    assert seen("data_need") > 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('mix.scope', '', false)")
    assert {table: seen(table) for table in set(POLICIES) - PUBLIC_PARTS - {"data_award"}} == dict.fromkeys(
        set(POLICIES) - PUBLIC_PARTS - {"data_award"}, 0
    )


def said(connection: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list to which every statement that the wall sends is added."""
    sent: list[str] = []
    run = wall_module._run
    monkeypatch.setattr(
        wall_module, "_run", lambda statement, *params: (sent.append(statement), run(statement, *params))[1]
    )
    return sent


@pytest.mark.usefixtures("wall")
def test_to_raise_to_lower_and_to_lift_the_wall_takes_few_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    kim = Person.objects.get(code="kim").pk
    sent = said(connection, monkeypatch)
    raise_wall(kim)
    assert sent == ["SELECT mix_raise(%s)"]
    with lifted(), lifted():
        assert seen("data_need") > 0
    assert len(sent) == 3
    assert seen("data_need") == 0
    lower_wall()
    assert len(sent) == 4
    lower_wall()
    assert len(sent) == 4


@pytest.mark.usefixtures("wall")
def test_whoever_is_nobody_in_particular_costs_a_web_process_no_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wall_module._Default, "scope", "closed")
    lower_wall()
    strangers = {table: seen(table) for table in POLICIES}
    sent = said(connection, monkeypatch)
    raise_wall(None)
    lower_wall()
    assert sent == []
    monkeypatch.undo()
    raise_wall(None)
    assert {table: seen(table) for table in POLICIES} == strangers
    assert strangers["data_need"] == 0
    assert strangers["data_notice"] > 0


@pytest.mark.usefixtures("wall")
def test_what_a_rollback_takes_back_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    kim = Person.objects.get(code="kim").pk
    raise_wall(kim)
    with pytest.raises(DataError), transaction.atomic(), lifted():
        Person.objects.raw("SELECT 1 / 0 AS id")[0]
    assert seen("data_need") == 0
    monkeypatch.setattr(wall_module._Default, "scope", "closed")
    with pytest.raises(DataError), transaction.atomic():
        try:
            Person.objects.raw("SELECT 1 / 0 AS id")[0]
        finally:
            lower_wall()  # as at the end of a request that failed
    take_stand(connection=connection)
    assert seen("data_submission") == 0


FINALISING = [
    *("data_submission", "data_submissionversion", "data_solicitation", "data_step", "data_challenge"),
    *("data_methodversion", "data_participation", "data_addendum", "data_acknowledgement"),
    *("vault_draft", "vault_earlierdraft", "vault_sealedfile", "vault_sealedenvelope", "vault_upload"),
]


@pytest.mark.parametrize("code", ["kim", "olivia", ""])
def test_policies_of_what_finalising_reads_are_flat(wall: Callable[[str], None], code: str) -> None:
    wall(code)
    deep = {table: depth for table in FINALISING if (depth := _depth(_plan(f"SELECT * FROM {table}"))) > 2}
    assert deep == {}


def _plan(query: str) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {query}")
        found = cursor.fetchone()[0]
    plan: dict[str, Any] = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return plan


def _depth(plan: dict[str, Any]) -> int:
    """Return how many questions for each row stand within each other in a plan; what is asked once is none."""
    own = plan.get("Parent Relationship") == "SubPlan"
    return own + max((_depth(part) for part in plan.get("Plans", ())), default=0)


def test_a_request_leaves_the_connection_as_it_was(wall: Callable[[str], None], sign_in: Callable[[str], Any]) -> None:
    before = seen("data_need")
    for code in ("", "kim", "olivia"):
        assert sign_in(code).get("/en/challenges/").status_code == 200
        assert seen("data_need") == before
    assert sign_in("kim").get("/en/city/challenges/water-leaks/whole/").status_code in (403, 404)
    assert seen("data_need") == before
