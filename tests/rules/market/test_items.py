"""Mandatory items of a call: what they are asked as, where they stand, what bounds them."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from mix.rules.core.access import OWNERS, Role
from mix.rules.core.fields import FieldSpec, FieldType, Wording, missing_answers
from mix.rules.core.unmet import Refused
from mix.rules.market.call_changes import AddQuestion, Change, Drop, Move, PutBack, Reword
from mix.rules.market.call_forms import (
    MOST_ITEMS,
    CallForm,
    differences,
    fitted,
    form_of_method,
    unmet_in_form,
)
from mix.rules.market.call_items import AddItem, ChangeItem
from tests.rules.market.test_call_forms import OWN, PART, SCORING, TITLE, tied

LICENCE = Wording(en="You hold a licence to dig", fr="Vous avez un permis d’excavation")
LOOKS = Wording(en="The number of the licence")
PROOF = Wording(en="How you meet it")
ITEM = AddItem(title=LICENCE, looks_at=LOOKS, checked_by=Role.LEGAL, proof=PROOF)


def refusal(change: Change, form: CallForm = OWN) -> str:
    with pytest.raises(Refused) as caught:
        change.apply(form)
    return caught.value.unmet[0].code


def keys(form: CallForm) -> list[str]:
    return [f.key for f in fitted(PART, form).answers]


def test_an_item_is_asked_first_as_yes_or_no_with_words_that_no_panel_reads() -> None:
    form = ITEM.apply(OWN)
    assert keys(form) == ["m1", "m1_shown", *(f.key for f in PART.answers)]
    asked, shown = fitted(PART, form).answers[:2]
    assert (asked.type, asked.hint, asked.checked_by) == (FieldType.YES_NO, LOOKS, Role.LEGAL)
    assert (shown.title, shown.required, asked.for_panel, shown.for_panel) == (PROOF, True, False, False)
    assert [q.field.key for q in form.items] == ["m1"]
    assert [d.code for d in differences(form, OWN)] == ["item_added"]
    assert CallForm.read(form.write()) == form


def test_items_stand_together_and_move_among_themselves() -> None:
    form = ITEM.apply(AddQuestion(title=TITLE).apply(ITEM.apply(OWN)))
    assert keys(form)[:4] == ["m1", "m1_shown", "m2", "m2_shown"]
    assert keys(Move(question="m2", up=True).apply(form))[:4] == ["m2", "m2_shown", "m1", "m1_shown"]
    assert Move(question="m2", up=False).apply(form) == form
    first = PART.answers[0].key
    assert Move(question=first, up=True).apply(form) == form


def test_an_item_keeps_its_key_when_it_is_changed_dropped_and_put_back() -> None:
    form = ITEM.apply(OWN)
    other = ChangeItem(question="m1", title=TITLE, looks_at=PROOF, checked_by=Role.FINANCE, proof=LOOKS).apply(form)
    found = other.question("m1")
    assert (found.field.title, found.field.hint, found.field.checked_by) == (TITLE, PROOF, Role.FINANCE)
    assert found.proof is not None
    assert (found.proof.key, found.proof.title) == ("m1_shown", LOOKS)
    gone = Drop(question="m1", reason="The law asks for it anyway.").apply(form)
    assert keys(gone) == [f.key for f in PART.answers]
    assert [q.field.key for q in ITEM.apply(gone).items] == ["m2"]
    assert PutBack(question="m1").apply(gone).items == form.items


def test_what_is_no_item_is_not_changed_as_one_nor_the_other_way_round() -> None:
    form = ITEM.apply(OWN)
    changed = ChangeItem(question="team", title=TITLE, looks_at=LOOKS, checked_by=Role.LEGAL, proof=PROOF)
    assert refusal(changed, form) == "question_unknown"
    assert refusal(Reword(question="m1", title=TITLE), form) == "item_changed_as_such"


@pytest.mark.parametrize("role", sorted(set(Role) - OWNERS))
def test_only_those_who_work_on_the_challenge_are_named_to_check(role: Role) -> None:
    assert refusal(AddItem(title=LICENCE, looks_at=LOOKS, checked_by=role, proof=PROOF)) == "item_checker_unknown"


def test_a_call_that_nobody_scores_has_no_items() -> None:
    assert refusal(ITEM, form_of_method(PART, {})) == "items_need_scoring"


def test_there_are_no_more_items_than_somebody_can_check() -> None:
    form = tied(OWN)
    for _ in range(MOST_ITEMS):
        form = ITEM.apply(form)
    assert unmet_in_form(form, PART, SCORING) == ()
    found = unmet_in_form(ITEM.apply(form), PART, SCORING)
    assert [(u.code, u.place, u.params) for u in found] == [("too_many_items", "items", {"most": "15", "has": "16"})]


def test_a_vendor_is_told_what_a_missing_yes_means() -> None:
    specs = fitted(PART, ITEM.apply(OWN)).answers[:2]
    assert [u.code for u in missing_answers(specs, {})] == ["item_not_met", "field_missing"]
    assert [u.code for u in missing_answers(specs, {"m1": False, "m1_shown": "By law"})] == ["item_not_met"]
    assert missing_answers(specs, {"m1": True, "m1_shown": "Licence 12"}) == ()


@pytest.mark.parametrize(
    "wrong", [{"type": "text"}, {"for_panel": True}, {"envelope": "price"}], ids=["text", "read by the panel", "price"]
)
def test_what_is_checked_is_yes_or_no_beside_the_answers(wrong: dict[str, object]) -> None:
    right = {"key": "m1", "type": "yes_no", "title": {"en": "Licence"}, "for_panel": False, "checked_by": "legal"}
    assert FieldSpec.model_validate(right).checked_by is Role.LEGAL
    with pytest.raises(ValidationError):
        FieldSpec.model_validate({**right, **wrong})
