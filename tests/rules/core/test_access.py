"""Who may do what: what one role gives, what the panel takes away, what one person may not hold together."""

import itertools

import pytest

from mix.rules.core.access import (
    SECOND_FACTOR,
    SEPARATIONS,
    TABLE,
    Permission,
    Role,
    broken_separations,
    grants,
    reads_for_the_city,
)

STAFF = set(Role) - {Role.VENDOR, Role.PARTNER_CITY, Role.AUDITOR}
PANEL = {Role.EVALUATOR, Role.CHAIR}
PROCUREMENT = {Role.PROCUREMENT_OFFICER, Role.PROCUREMENT_MANAGER}


def test_every_permission_is_given_by_its_roles_and_by_no_other() -> None:
    for permission, role in itertools.product(Permission, Role):
        assert grants({role}, permission) is (role in TABLE[permission])
    assert not any(grants((), permission) for permission in Permission)


def test_one_role_of_several_is_enough() -> None:
    assert grants([Role.STAFF, Role.CHAIR], Permission.CONSENSUS_RECORD)
    assert not grants([Role.STAFF, Role.EVALUATOR], Permission.CONSENSUS_RECORD)


def test_a_vendor_may_nothing_for_a_city_and_staff_report_and_register() -> None:
    assert [p for p in Permission if grants({Role.VENDOR}, p)] == []
    assert [p for p in Permission if grants({Role.STAFF}, p)] == [
        Permission.NEED_REPORT,
        Permission.PILOT_REGISTER,
        Permission.PILOT_READ,
    ]
    assert TABLE[Permission.NEED_REPORT] == STAFF
    assert TABLE[Permission.PILOT_READ] == STAFF | {Role.AUDITOR}


def test_sealed_things_are_in_few_hands() -> None:
    assert TABLE[Permission.ENVELOPE_OPEN] == PROCUREMENT
    assert TABLE[Permission.PRICE_READ] == PROCUREMENT | {Role.FINANCE, Role.CHAIR, Role.FAIRNESS_MONITOR}
    assert TABLE[Permission.SCORE] == PANEL
    assert Role.COUNCIL not in TABLE[Permission.SPRINT_READ]


def test_everybody_but_vendors_needs_a_second_factor() -> None:
    assert set(Role) - {Role.VENDOR} == SECOND_FACTOR


@pytest.mark.parametrize("seat", sorted(PANEL))
def test_a_seat_on_the_panel_takes_the_citys_own_reading_away(seat: Role) -> None:
    assert reads_for_the_city({Role.PROJECT_LEAD}, Permission.SUBMISSION_READ)
    assert not reads_for_the_city({Role.PROJECT_LEAD, seat}, Permission.SUBMISSION_READ)
    assert not reads_for_the_city({Role.LEGAL}, Permission.SUBMISSION_READ)


EXPECTED = {
    "procurement_does_not_score": PROCUREMENT,
    "councillors_do_not_evaluate": {Role.COUNCIL},
    "approvers_do_not_evaluate": {Role.AUTHORITY},
    "overseers_do_not_evaluate": {Role.FAIRNESS_MONITOR, Role.AUDITOR},
    "vendors_do_not_evaluate": {Role.VENDOR},
}


def test_whoever_scores_does_nothing_else_that_decides_or_watches() -> None:
    assert [code for *_, code in SEPARATIONS] == list(EXPECTED)
    for one, other in itertools.product(Role, Role):
        apart = [
            code
            for code, held in EXPECTED.items()
            if (one in PANEL and other in held) or (other in PANEL and one in held)
        ]
        assert broken_separations([one, other]) == tuple(apart), (one, other)
