"""A declared conflict stays declared, shows to nobody by a gap, and closes the rivals until somebody else has ruled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from mix.actions.choice import conflicts, evaluations, panels
from mix.actions.core.run import run
from mix.data.models import Declaration, Evaluation, Label, Message, PanelMember, StaffRole, Submission
from mix.readers.choice.conflicts import list_standing
from mix.readers.choice.evaluations import get_seat
from mix.readers.choice.scoring import Scoring, scoring_of
from mix.readers.core.errors import Forbidden, Unknown
from mix.rules.core.access import Role
from mix.rules.core.unmet import Refused
from tests.behind import behind_the_program

pytestmark = pytest.mark.django_db
VENDORS = ("tamarack", "northlight", "releve", "kestrel")
FREE = dict.fromkeys(VENDORS, ("none", ""))
TIED = {**FREE, "kestrel": ("family", "a cousin")}
PLACE = ["under-our-streets", "shortlist"]


def codes(caught: Any) -> list[str]:
    return [u.code for u in caught.value.unmet]


@pytest.fixture
def panel() -> Evaluation:
    """Return an evaluation under way: Eva and Umar have handed in, Hugo (the chair) scores, Chloé has not declared."""
    return Evaluation.objects.select_related("step__challenge__method", "solicitation__step__challenge__method").get(
        step__challenge__code="under-our-streets", step__key="shortlist"
    )


@pytest.fixture
def chloe(panel: Evaluation, actor: Callable[[str], Any], now: Any) -> PanelMember:
    """Have Chloé declare a conflict with Kestrel."""
    return run(actor("chloe"), now, evaluations.declare, panel, conflicts=TIED)


def so_far(member: PanelMember) -> Scoring:
    return scoring_of(member.evaluation, member)


def bid(panel: Evaluation, vendor: str) -> Submission:
    return panel.solicitation.submissions.get(vendor__code=vendor)


def rule(actor: Callable[[str], Any], now: Any, member: PanelMember, ruling: str = "kept", by: str = "olivia") -> None:
    (declaration,) = [d for d in list_standing(member.evaluation) if d.member_id == member.pk]
    run(actor(by), now, conflicts.rule, declaration, ruling=ruling, reason="Nothing to do with the others.")


def letters(member: PanelMember) -> dict[str, str]:
    found = Label.objects.filter(member=member).values_list("submission__vendor__code", "label")
    return dict(found)


def test_a_conflict_is_not_taken_back_by_whoever_declared_it(
    panel: Evaluation, chloe: PanelMember, actor: Callable[[str], Any], now: Any
) -> None:
    with pytest.raises(Refused) as caught:
        run(actor("chloe"), now, evaluations.declare, panel, conflicts=FREE)
    assert codes(caught) == ["conflict_stands"]
    run(actor("chloe"), now, evaluations.declare, panel, conflicts={**FREE, "kestrel": ("financial", "and shares")})
    said = Declaration.objects.filter(member=chloe, vendor__code="kestrel").order_by("id")
    assert [(d.conflict, d.note) for d in said] == [("family", "a cousin"), ("financial", "and shares")]
    assert {d.statement[:14] for d in said} == {"I declare for "}
    assert Declaration.objects.filter(member=chloe).count() == 5


@pytest.mark.parametrize("change", [{"conflict": "none"}, {"note": ""}, {"statement": ""}])
def test_no_word_of_a_declaration_is_changed(chloe: PanelMember, change: dict[str, str]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        chloe.declarations.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        chloe.declarations.all().delete()


def test_the_rivals_are_closed_until_procurement_has_ruled(
    panel: Evaluation, chloe: PanelMember, actor: Callable[[str], Any], now: Any
) -> None:
    rival, tied = bid(panel, "releve"), bid(panel, "kestrel")
    with pytest.raises(Forbidden):
        run(actor("chloe"), now, evaluations.score, panel, submission=rival, criterion="fit", score=3)
    told = Message.objects.filter(subject__startswith="Chloé", subject__contains="declared a conflict")
    assert set(told.values_list("to_name", flat=True)) == {"Olivia Grant"}
    rule(actor, now, chloe)
    run(actor("chloe"), now, evaluations.score, panel, submission=rival, criterion="fit", score=3)
    with pytest.raises(Unknown):
        run(actor("chloe"), now, evaluations.score, panel, submission=tied, criterion="fit", score=3)


def test_nobody_rules_on_an_own_conflict_and_nobody_without_a_reason(
    panel: Evaluation, chloe: PanelMember, actor: Callable[[str], Any], now: Any
) -> None:
    with pytest.raises(Forbidden):
        rule(actor, now, chloe, by="priya")
    StaffRole.objects.create(
        person=chloe.person, municipality=panel.municipality, role=Role.PROCUREMENT_OFFICER, since=now
    )
    with pytest.raises(Refused) as own:
        rule(actor, now, chloe, by="chloe")
    (declaration,) = [d for d in list_standing(panel) if d.member_id == chloe.pk]
    with pytest.raises(Refused) as unsaid:
        run(actor("olivia"), now, conflicts.rule, declaration, ruling="eased", reason=" ")
    rule(actor, now, chloe, "eased")
    with pytest.raises(Refused) as over:
        run(actor("olivia"), now, conflicts.rule, declaration, ruling="kept", reason="Again.")
    assert [codes(c) for c in (own, unsaid, over)] == [["conflict_own"], ["reason_missing"], ["conflict_over"]]


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_letters_of_somebody_with_a_conflict_show_no_gap(
    panel: Evaluation, actor: Callable[[str], Any], now: Any, vendor: str
) -> None:
    member = run(actor("chloe"), now, evaluations.declare, panel, conflicts={**FREE, vendor: ("other", "")})
    assert letters(member) == {}
    rule(actor, now, member)
    assert set(letters(member)) == set(VENDORS) - {vendor}
    assert sorted(letters(member).values()) == ["A", "B", "C"]


def test_every_member_has_an_own_drawing(panel: Evaluation, actor: Callable[[str], Any], now: Any) -> None:
    """Twenty drawings of the same four: that all are alike is one in 24 to the power of 19."""
    seat, drawn = get_seat(panel, actor("eva")), set()
    every = [bid(panel, vendor) for vendor in VENDORS]
    for _ in range(20):
        with behind_the_program():
            Label.objects.filter(member=seat).delete()
            panels.draw_letters(panel, every, seat)
            drawn.add(tuple(sorted(letters(seat).items())))
    assert len(drawn) > 1
    assert {v for one in drawn for v in dict(one).values()} == {"A", "B", "C", "D"}


def test_a_letter_that_was_given_stays_and_what_is_eased_comes_last(
    panel: Evaluation, chloe: PanelMember, actor: Callable[[str], Any], now: Any
) -> None:
    rule(actor, now, chloe)
    before = letters(chloe)
    rule(actor, now, chloe, "eased")
    assert letters(chloe) == {**before, "kestrel": "D"}
    assert [s.vendor.code for s in so_far(chloe).readable(chloe)][-1] == "kestrel"


def test_what_was_scored_before_a_conflict_was_declared_does_not_count(
    panel: Evaluation, actor: Callable[[str], Any], now: Any
) -> None:
    eva = get_seat(panel, actor("eva"))
    place = (eva.pk, bid(panel, "kestrel").pk, "fit")
    assert place in so_far(eva).scores
    run(actor("eva"), now, evaluations.declare, panel, conflicts=TIED)
    rule(actor, now, eva)
    assert place not in so_far(eva).scores
    assert (eva.pk, bid(panel, "releve").pk, "fit") in so_far(eva).scores


def test_a_conflict_that_was_found_to_be_none_is_scored_before_the_consensus(
    panel: Evaluation, actor: Callable[[str], Any], now: Any
) -> None:
    umar = get_seat(panel, actor("umar"))
    assert umar.handed_in_at
    rule(actor, now, umar, "eased")
    umar.refresh_from_db()
    assert umar.handed_in_at is None


def test_the_chair_goes_to_nobody_with_a_conflict(panel: Evaluation, actor: Callable[[str], Any], now: Any) -> None:
    umar, eva = (get_seat(panel, actor(code)) for code in ("umar", "eva"))
    with pytest.raises(Refused) as caught:
        run(actor("olivia"), now, panels.give_chair, umar, reason="Hugo is ill.")
    assert codes(caught) == ["chair_has_conflict"]
    run(actor("olivia"), now, panels.give_chair, eva, reason="Hugo is ill.")
    told = Message.objects.filter(body__contains="the chair of the panel").values_list("to_name", flat=True)
    assert {name.split()[0] for name in told} == {"Eva", "Hugo"}


def test_a_chair_with_a_conflict_opens_no_consensus(panel: Evaluation, actor: Callable[[str], Any], now: Any) -> None:
    hugo = run(actor("hugo"), now, evaluations.declare, panel, conflicts=TIED)
    rule(actor, now, hugo)
    panel.panel.exclude(person__code="hugo").exclude(person__code="eva").update(left_at=now)
    panel.panel.update(handed_in_at=now)
    with pytest.raises(Refused) as caught:
        run(actor("hugo"), now, evaluations.open_consensus, panel)
    assert "chair_has_conflict" in codes(caught)


def test_on_pages_a_conflict_is_signed_waits_and_is_ruled_on(
    panel: Evaluation, sign_in: Callable[[str], Client], actor: Callable[[str], Any]
) -> None:
    client, declare = sign_in("chloe"), reverse("evaluator-declare", args=PLACE)
    typed = {"act": "declare", **dict.fromkeys(VENDORS, "none"), "kestrel": "family", "note-kestrel": "a cousin"}
    answer = client.post(declare, typed)
    member = get_seat(panel, actor("chloe"))
    assert (answer.status_code, member.declarations.count()) == (422, 0)
    assert "a cousin" in answer.content.decode()
    assert client.post(declare, {**typed, "signed_statement": "on"}).status_code == 302
    assert client.get(reverse("evaluator-evaluation", args=PLACE)).headers["Location"] == declare
    page = client.get(declare).content.decode()
    assert "Procurement decides whether you score the others" in page
    assert page.count('<option value="none"') == 3
    step = reverse("city-step", args=PLACE)
    olivia = sign_in("olivia")
    shown = olivia.get(step).content.decode()
    (declaration,) = [d for d in list_standing(panel) if d.member.person.code == "chloe"]
    assert f'<option value="{declaration.pk}">' in shown
    answer = olivia.post(step, {"act": "rule", "item": declaration.pk, "ruling": "kept", "reason": "Two others score."})
    assert answer.status_code == 302
    assert client.get(reverse("evaluator-evaluation", args=PLACE)).status_code == 200


def test_those_who_oversee_read_what_was_declared_and_nobody_of_the_panel_does(
    chloe: PanelMember, actor: Callable[[str], Any], now: Any, sign_in: Callable[[str], Client]
) -> None:
    rule(actor, now, chloe)
    case_file = sign_in("audrey").get(reverse("oversight-case", args=PLACE[:1])).content.decode()
    assert [text in case_file for text in ("a cousin", "Nothing to do with the others.", "I declare for each")] == [
        True
    ] * 3
    step = reverse("city-step", args=PLACE)
    readers = {code for code in ("olivia", "martin", "fiona", "priya") if "a cousin" in _page(sign_in(code), step)}
    assert readers == {"olivia", "martin", "fiona"}
    for code in ("hugo", "eva"):
        assert "a cousin" not in _page(sign_in(code), reverse("evaluator-declare", args=PLACE))


def _page(client: Client, address: str) -> str:
    return client.get(address).content.decode()
