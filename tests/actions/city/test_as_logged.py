"""What waits for a second person holds as it was logged: a row changed past the program is confirmed by nobody."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import mix.actions
from mix.actions.city import bands, invitations, policies, roles, variants
from mix.actions.core.run import run
from mix.actions.market import mergers, vendors
from mix.data.models import (
    Bylaw,
    Merger,
    Message,
    MethodVersion,
    Municipality,
    Person,
    RoleProposal,
    RuleConfirmation,
    StaffInvitation,
    StaffRole,
    Vendor,
    VendorInvitation,
)
from mix.data.models.core.kept import Kept
from mix.readers.core.kept import list_differences
from mix.readers.core.outbox import path_of
from mix.rules.city.delegation import Band
from mix.rules.city.policy.bylaws import BylawTable
from mix.rules.core.access import Role
from mix.rules.core.fields import Bilingual
from mix.rules.core.unmet import Refused

pytestmark = pytest.mark.django_db
Do = Callable[..., Any]


@pytest.fixture
def do(actor: Callable[[str], Any], now: Any) -> Do:
    """Return a function that has somebody carry out a verb."""
    return lambda who, verb, *args, **given: run(actor(who), now, verb, *args, **given)


def person(code: str) -> Person:
    return Person.objects.get(code=code)


def guelph() -> Municipality:
    return Municipality.objects.get(code="guelph")


def change(row: Kept, **columns: Any) -> None:
    """Change a row as a thief of the database would, past the program."""
    type(row)._base_manager.filter(pk=row.pk).update(**columns)


def is_refused(act: Callable[[], object]) -> bool:
    with pytest.raises(Refused) as caught:
        act()
    return [one.code for one in caught.value.unmet] == ["not_as_logged"]


@pytest.mark.parametrize(
    "columns",
    [
        {"role": Role.AUTHORITY.value},
        {"provider": "n-id"},
        {"person": "ben"},
        {"proposed_by": "olivia"},
    ],
    ids=lambda c: next(iter(c)),
)
def test_a_role_is_confirmed_as_it_was_proposed(do: Do, columns: dict[str, str]) -> None:
    proposal = do("ada", roles.give_role, guelph(), person=person("stan"), role=Role.AUDITOR)
    before = {name: getattr(proposal, name) for name in columns}
    change(proposal, **{k: person(v) if k in ("person", "proposed_by") else v for k, v in columns.items()})
    held = StaffRole.objects.count()
    assert is_refused(lambda: do("martin", roles.confirm_role, proposal))
    assert StaffRole.objects.count() == held
    assert [d.row for d in list_differences()] == [f"roleproposal/{proposal.pk}"]
    change(proposal, **before)
    do("martin", roles.confirm_role, proposal)


def test_what_nobody_proposed_or_was_dropped_is_confirmed_by_nobody(do: Do, now: Any) -> None:
    made = RoleProposal.objects.create(
        municipality=guelph(), person=person("stan"), role=Role.AUDITOR, proposed_by=person("ada"), proposed_at=now
    )
    assert is_refused(lambda: do("martin", roles.confirm_role, made))
    made.delete()
    proposal = do("ada", roles.give_role, guelph(), person=person("stan"), role=Role.AUDITOR)
    do("martin", roles.drop_role, proposal, reason="No")
    change(proposal, dropped_at=None, dropped_by=None)
    assert is_refused(lambda: do("martin", roles.confirm_role, proposal))
    do("martin", roles.drop_role, proposal, reason="Changed")  # it is taken away, and proposed anew
    do("martin", roles.confirm_role, do("ada", roles.give_role, guelph(), person=person("stan"), role=Role.AUDITOR))


def test_a_table_of_authority_is_signed_as_it_was_proposed(do: Do) -> None:
    table = [Band(None, Role.COUNCIL)]
    proposal = do("martin", bands.propose_bands, guelph(), bands=table, source="By-law")
    change(proposal, bands=[{"up_to": None, "role": "procurement_manager"}])
    assert is_refused(lambda: do("leah", bands.sign_bands, proposal))
    again = do("martin", bands.propose_bands, guelph(), bands=table, source="By-law")
    assert [b.role for b in do("leah", bands.sign_bands, again)] == [Role.COUNCIL]


def test_a_bylaw_is_signed_as_it_was_proposed(do: Do) -> None:
    signed = Bylaw.objects.filter(signed_at__isnull=False).latest("id")
    table = BylawTable.model_validate(signed.table)
    proposal = do("martin", policies.propose_bylaw, guelph(), table=table, effective_on=date(2030, 1, 1))
    change(proposal, effective_on=date(2020, 1, 1))
    assert is_refused(lambda: do("leah", policies.sign_bylaw, proposal))


def test_a_rule_is_not_confirmed_twice_by_one(do: Do) -> None:
    rule = "ceta-covers"
    row = do("martin", policies.confirm_rule, guelph(), rule=rule)
    assert isinstance(row, RuleConfirmation)
    change(row, proposed_by=person("leah"))
    assert is_refused(lambda: do("martin", policies.confirm_rule, guelph(), rule=rule))


def test_a_method_is_published_as_it_was_proposed(do: Do) -> None:
    parent = MethodVersion.objects.filter(key="sprint").latest("version")
    draft = do(
        "priya", variants.begin, guelph(), parent=parent, key="guelph-x", title=Bilingual(en="Guelph X", fr="Guelph X")
    )
    written = draft.document.replace("Nobody names a product yet.", "Nobody names a product.")
    draft = do("priya", variants.propose, do("priya", variants.write, draft, document=written))
    change(draft, document=draft.document.replace("Nobody names a product.", "Everybody names one."))
    assert is_refused(lambda: do("martin", variants.publish, draft))


@pytest.mark.parametrize(
    "columns", [{"email": "ben"}, {"role": Role.PROCUREMENT_OFFICER.value}, {"invited_by": "olivia"}], ids=str
)
def test_an_invitation_is_accepted_as_it_was_sent(do: Do, columns: dict[str, str], now: Any) -> None:
    StaffRole.objects.filter(person__code__in=("ben", "stan")).update(ended_at=now)
    row = do("ada", invitations.invite_staff, guelph(), email=person("stan").email, role=Role.STAFF)
    assert isinstance(row, StaffInvitation)
    token = path_of(Message.objects.filter(code="staff_invitation").latest("id")).split("/")[1]
    put = {"email": lambda v: person(v).email, "invited_by": person, "role": str}
    change(row, **{k: put[k](v) for k, v in columns.items()})
    who = columns.get("email", "stan")
    assert is_refused(lambda: do(who, invitations.accept_invitation, token))
    assert not StaffRole.objects.filter(person__code=who, ended_at=None).exists()
    told = {d.row for d in list_differences()}
    assert {name for name in told if "staffrole" not in name} == {
        f"staffinvitation/{row.pk}"
    }  # whose duties the test ended


def test_a_place_in_a_team_is_taken_as_it_was_offered(do: Do, now: Any) -> None:
    StaffRole.objects.filter(person__code="stan").update(ended_at=now)
    row = do("tess", vendors.invite_member, Vendor.objects.get(code="tamarack"), email=person("stan").email)
    assert isinstance(row, VendorInvitation)
    token = path_of(Message.objects.filter(code="team_invitation").latest("id")).split("/")[1]
    change(row, vendor=Vendor.objects.get(code="northlight"))
    assert is_refused(lambda: do("stan", invitations.accept_invitation, token))
    told = {d.row for d in list_differences()}
    assert {name for name in told if "staffrole" not in name} == {
        f"vendorinvitation/{row.pk}"
    }  # whose duties the test ended


def test_two_vendors_become_one_as_it_was_asked(do: Do) -> None:
    wellington, northlight = Vendor.objects.get(code="wellington"), Vendor.objects.get(code="northlight")
    merger = do("walt", mergers.ask, wellington, into=Vendor.objects.get(code="tamarack").name)
    change(merger, into=northlight)
    assert is_refused(lambda: do("nora", mergers.agree, Merger.objects.get(pk=merger.pk)))
    assert [d.row for d in list_differences()] == [f"merger/{merger.pk}"]


SECOND = {"second_person", "call_needs_second_person", "merger_by_another"}
# Both give their passwords in one act, and nothing waits; what was handed over is compared where it is published.
AT_ONCE = {"checkpoints.acknowledge_gap", "publication._handed"}


def seconds() -> Iterator[tuple[str, bool]]:
    """Name every verb that asks for a second person, and whether it compares what waits with the log."""
    for path in sorted(Path(mix.actions.__path__[0]).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                inside = list(ast.walk(node))
                if any(isinstance(n, ast.Constant) and n.value in SECOND for n in inside):
                    called = {n.func.id for n in inside if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
                    yield f"{path.stem}.{node.name}", "require_as_logged" in called


def test_every_second_person_acts_on_what_was_logged() -> None:
    found = dict(seconds())
    assert len(found) > 9
    assert {name for name, compares in found.items() if not compares} == AT_ONCE
