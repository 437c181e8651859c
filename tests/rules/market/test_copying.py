"""What the form of a call takes from that of the same call in another challenge."""

from __future__ import annotations

from dataclasses import replace

from mix.rules.core.access import Role
from mix.rules.core.fields import PriceLine, Wording
from mix.rules.core.kinds import Envelope
from mix.rules.market.call_changes import AddQuestion, Change, Drop, PriceByLines, Reword
from mix.rules.market.call_criteria import AddCriterion, Describe, Weigh
from mix.rules.market.call_forms import CallForm, Origin, form_of_method, marked_changed, unmet_in_form
from mix.rules.market.call_groups import GroupQuestions
from mix.rules.market.call_items import AddItem
from mix.rules.market.copying import begun_from
from mix.rules.market.notices import with_requirements
from tests.rules.market.test_call_forms import METHOD, OWN, PART, SCORING, TITLE

TEXT = next(q for q in OWN.questions if q.may_go and q.is_read)
FIRST = OWN.criteria_of("shortlist")[0]


def fitted(*changes: Change) -> CallForm:
    form = OWN
    for change in changes:
        form = change.apply(form)
    return form


def test_a_call_that_was_not_fitted_begins_as_the_method_has_it() -> None:
    assert begun_from(OWN, OWN, SCORING) is OWN


def test_questions_headings_criteria_weights_and_words_are_taken() -> None:
    group = Wording(en="What you show")
    theirs = fitted(
        AddQuestion(title=TITLE, scored_by=(f"shortlist.{FIRST.key}",)),
        GroupQuestions(title=group, questions=("q1",)),
        Reword(question=TEXT.field.key, title=Wording(en="Otherwise"), max_words=77),
        Weigh(evaluation="shortlist", weights={FIRST.key: FIRST.weight - 3}, minimums={FIRST.key: 1}),
        Describe(
            evaluation="shortlist",
            criterion=FIRST.key,
            title=Wording(en="Fits here"),
            guideline=Wording(en="Look"),
            anchors={"3": Wording(en="Well enough")},
        ),
        AddCriterion(evaluation="shortlist", title=TITLE, guideline=TITLE, weight=3),
        AddItem(title=TITLE, looks_at=TITLE, checked_by=Role.PROCUREMENT_OFFICER, proof=TITLE),
    )
    found = begun_from(theirs, OWN, SCORING)
    assert (found.questions, found.evaluations, found.number) == (theirs.questions, theirs.evaluations, 1)
    assert found.groups == (group,)


def test_what_was_left_out_there_is_left_out_where_the_method_lets_it() -> None:
    theirs = fitted(Drop(question=TEXT.field.key, reason="Not for pipes"))
    assert begun_from(theirs, OWN, SCORING).question(TEXT.field.key).dropped == "Not for pipes"
    kept = replace(TEXT, field=TEXT.field.model_copy(update={"kept": True}))
    stricter = OWN.with_question(kept)
    assert begun_from(theirs, stricter, SCORING).question(TEXT.field.key).dropped == ""


def test_an_added_question_that_was_left_out_there_is_not_asked() -> None:
    theirs = fitted(AddQuestion(title=TITLE), Drop(question="q1", reason="No"))
    assert begun_from(theirs, OWN, SCORING) is OWN


def test_declarations_and_requirements_come_of_the_method_and_the_documents_here() -> None:
    rows = [{"text": "Must hold", "weight": "mandatory"}, {"text": "May shine", "weight": "rated"}]
    theirs = with_requirements(OWN, rows, scored_by="")
    assert begun_from(theirs, OWN, SCORING) is OWN
    assert begun_from(marked_changed(theirs, "r1"), OWN, SCORING) is OWN, "one that an addendum changed is one still"
    declared = next(q for q in OWN.questions if q.field.must_be_yes)
    assert PART is not None
    without = form_of_method(
        PART.model_copy(update={"answers": tuple(f for f in PART.answers if f.key != declared.field.key)}), SCORING
    )
    assert declared.field.key not in {q.field.key for q in begun_from(OWN, without, SCORING).questions}


def test_a_declaration_stays_one_whatever_it_was_made_of() -> None:
    declared = next(q for q in OWN.questions if q.field.must_be_yes)
    loose = declared.field.model_copy(update={"must_be_yes": False, "kept": False, "for_panel": True})
    theirs = OWN.with_question(replace(declared, field=loose))
    assert begun_from(theirs, OWN, SCORING) is OWN


def test_scores_point_at_criteria_that_there_are() -> None:
    theirs = fitted(AddQuestion(title=TITLE, scored_by=(f"shortlist.{FIRST.key}",)))
    alone = replace(OWN, evaluations=(), questions=tuple(replace(q, scored_by=()) for q in OWN.questions))
    found = begun_from(theirs, alone, {})
    assert [q.scored_by for q in found.questions if q.field.key == "q1"] == [()]


def test_a_price_is_asked_by_lines_only_where_a_price_is_asked() -> None:
    part = METHOD.step("application").solicitation
    assert part is not None
    scoring = {s.key: s.evaluation for s in METHOD.steps if s.evaluation and s.evaluation.of == "application"}
    own = form_of_method(part, scoring)
    line = PriceLine(key="l1", title=TITLE, unit=TITLE, quantity="2")
    amount = next(q for q in own.questions if q.field.envelope == Envelope.PRICE)
    theirs = Drop(question=amount.field.key, reason="By lines").apply(
        PriceByLines(title=TITLE, lines=(line,)).apply(own)
    )
    found = begun_from(theirs, own, scoring)
    assert found.questions == theirs.questions
    assert unmet_in_form(found, part, scoring) == unmet_in_form(theirs, part, scoring)
    nothing = replace(own, questions=tuple(q for q in own.questions if q.field.envelope != Envelope.PRICE))
    assert "p1" not in {q.field.key for q in begun_from(theirs, nothing, scoring).questions}
    assert begun_from(theirs, own, scoring).question("p1").origin is Origin.ADDED


def test_bounds_of_weights_are_the_methods() -> None:
    wide = FIRST.model_copy(update={"between": (0, 100)})
    theirs = OWN.scoring_by("shortlist", (wide, *OWN.criteria_of("shortlist")[1:]))
    assert begun_from(theirs, OWN, SCORING) is OWN
