"""Who may do what: what one role gives, what the panel takes away, what one person may not hold together."""

import itertools

import pytest

from mix.rules.core.access import (
    AS_PARTNER,
    SECOND_FACTOR,
    SEPARATIONS,
    TABLE,
    Held,
    Part,
    Permission,
    Role,
    broken_by,
    grants,
    reads_for_the_city,
    roles_as_partner,
)

STAFF = set(Role) - AS_PARTNER - {Role.VENDOR, Role.AUDITOR}
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
        Permission.TRIAL_READ,
        Permission.PILOT_REGISTER,
        Permission.PILOT_READ,
    ]
    assert TABLE[Permission.NEED_REPORT] == STAFF
    assert TABLE[Permission.PILOT_READ] == STAFF | {Role.AUDITOR}


def test_sealed_things_are_in_few_hands() -> None:
    assert TABLE[Permission.ENVELOPE_OPEN] == PROCUREMENT
    partners = {Role.PARTNER_PROCUREMENT, Role.PARTNER_FINANCE}
    assert TABLE[Permission.PRICE_READ] == PROCUREMENT | partners | {Role.FINANCE, Role.CHAIR, Role.FAIRNESS_MONITOR}
    assert TABLE[Permission.SCORE] == PANEL
    assert Role.COUNCIL not in TABLE[Permission.SPRINT_READ]


def test_what_is_written_with_one_vendor_is_read_by_who_works_on_it_and_who_oversees_and_by_no_panel() -> None:
    runs = TABLE[Permission.CONVERSATION_RUN]
    assert runs == PROCUREMENT | {Role.PROJECT_LEAD, Role.SPONSOR, Role.SPECIALIST}
    partners = {Role.PARTNER_PROCUREMENT}
    assert TABLE[Permission.CONVERSATION_READ] == runs | {Role.LEGAL} | OVERSIGHT | partners
    assert not TABLE[Permission.CONVERSATION_READ] & (PANEL | {Role.COUNCIL})


def test_a_partner_citys_people_read_what_they_read_at_home_and_do_nothing_for_all() -> None:
    record = Permission.CASE_FILE_READ
    assert {p for p in Permission if grants({Role.PARTNER_PROCUREMENT}, p)} == {
        Permission.QUESTION_READ,
        Permission.SUBMISSION_READ,
        Permission.CONVERSATION_READ,
        Permission.PRICE_READ,
        Permission.SCORES_READ,
        record,
    }
    assert {p for p in Permission if grants({Role.PARTNER_FINANCE}, p)} == {Permission.PRICE_READ}
    assert {p for p in Permission if grants({Role.PARTNER_AUTHORITY}, p)} == {record}


def test_what_is_asked_in_confidence_is_read_by_who_answers_and_who_oversees() -> None:
    answer = TABLE[Permission.QUESTION_ANSWER] | TABLE[Permission.QUESTION_PUBLISH]
    assert TABLE[Permission.QUESTION_READ] == answer | OVERSIGHT | {Role.PARTNER_PROCUREMENT}


def test_everybody_but_vendors_needs_a_second_factor() -> None:
    assert set(Role) - {Role.VENDOR} == SECOND_FACTOR


@pytest.mark.parametrize("seat", sorted(PANEL))
def test_a_seat_on_the_panel_takes_the_citys_own_reading_away(seat: Role) -> None:
    assert reads_for_the_city({Role.PROJECT_LEAD}, Permission.SUBMISSION_READ)
    assert not reads_for_the_city({Role.PROJECT_LEAD, seat}, Permission.SUBMISSION_READ)
    assert not reads_for_the_city({Role.LEGAL}, Permission.SUBMISSION_READ)


OVERSIGHT = {Role.FAIRNESS_MONITOR, Role.AUDITOR}
DECIDING = PANEL | PROCUREMENT | OVERSIGHT | {Role.SPONSOR, Role.LEGAL, Role.FINANCE, Role.AUTHORITY, Role.COUNCIL}
EXPECTED: dict[str, tuple[set[Role], set[Role]]] = {
    "procurement_does_not_score": (PANEL, PROCUREMENT),
    "councillors_do_not_evaluate": (PANEL, {Role.COUNCIL}),
    "approvers_do_not_evaluate": (PANEL, {Role.AUTHORITY}),
    "overseers_do_not_evaluate": (PANEL, OVERSIGHT),
    "overseers_do_not_decide": (OVERSIGHT, PROCUREMENT | {Role.AUTHORITY}),
    "administrators_do_not_decide": ({Role.ADMINISTRATOR}, DECIDING),
}
G, L = frozenset({"guelph"}), frozenset({"london"})


def _apart(one: Role, other: Role) -> list[str]:
    """Return what the table of this test says of two roles, whichever comes first."""
    return [c for c, (a, b) in EXPECTED.items() if (one in a and other in b) or (one in b and other in a)]


def _sides(new: Role | Part, held: Role | Part) -> list[str]:
    if (new is Role.VENDOR) is (held is Role.VENDOR):
        return []
    return ["staff_may_not_bid" if new is Role.VENDOR else "vendor_may_not_serve"]


@pytest.mark.parametrize("new", Role)
def test_nobody_is_two_things_that_exclude_each_other_in_one_place(new: Role) -> None:
    assert [s.code for s in SEPARATIONS] == list(EXPECTED)
    for held in Role:
        found = broken_by(Held(new, G), [Held(held, G | L)])
        assert list(found) == _sides(new, held) + _apart(new, held), (new, held)


@pytest.mark.parametrize("new", Role)
def test_elsewhere_only_councillors_and_vendors_stay_apart(new: Role) -> None:
    for held in Role:
        far = [c for c in _apart(new, held) if c == "councillors_do_not_evaluate"]
        assert list(broken_by(Held(new, G), [Held(held, L)])) == _sides(new, held) + far, (new, held)


@pytest.mark.parametrize("part", Part)
def test_who_keeps_a_share_or_reviews_acts_for_no_vendor_both_ways(part: Part) -> None:
    assert broken_by(Held(Role.VENDOR), [Held(part, G)]) == ("staff_may_not_bid",)
    assert broken_by(Held(part, G), [Held(Role.VENDOR)]) == ("vendor_may_not_serve",)
    assert [broken_by(Held(role, G), [Held(part, G)]) for role in Role if role is not Role.VENDOR] == [()] * (
        len(Role) - 1
    )


def test_everything_that_is_broken_is_named() -> None:
    held = [Held(Role.VENDOR), Held(Role.COUNCIL, L), Held(Role.PROCUREMENT_OFFICER, G)]
    assert broken_by(Held(Role.CHAIR, G), held) == (
        "vendor_may_not_serve",
        "procurement_does_not_score",
        "councillors_do_not_evaluate",
    )
    assert broken_by(Held(Role.PROJECT_LEAD, G), [Held(Role.SPONSOR, G)]) == ()


@pytest.mark.parametrize(
    ("own", "there"),
    [
        ({Role.AUDITOR}, {Role.AUDITOR}),
        ({Role.COUNCIL}, {Role.COUNCIL}),
        ({Role.PROCUREMENT_OFFICER}, {Role.PARTNER_CITY, Role.PARTNER_PROCUREMENT}),
        ({Role.AUTHORITY, Role.FINANCE}, {Role.PARTNER_CITY, Role.PARTNER_AUTHORITY, Role.PARTNER_FINANCE}),
        ({Role.SPONSOR, Role.COUNCIL}, {Role.PARTNER_CITY, Role.COUNCIL}),
        ({Role.ADMINISTRATOR}, set()),
        ({Role.STAFF}, set()),
        ({Role.EVALUATOR, Role.CHAIR}, set()),
        (set(), set()),
    ],
)
def test_in_a_joint_challenge_a_partners_people_are_what_they_are_at_home(own: set[Role], there: set[Role]) -> None:
    assert roles_as_partner(own) == there
