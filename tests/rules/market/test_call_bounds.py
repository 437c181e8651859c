"""What the method leaves to whoever fits a call: bounds with their reasons, and what goes beyond them."""

from __future__ import annotations

from mix.rules.market.call_bounds import Bound, Stays, Weights, bounds_in, stays_for, unmet_by_change, weights_of
from mix.rules.market.call_changes import AddQuestion, AnswerTogether, Drop
from mix.rules.market.call_criteria import AddCriterion, Weigh
from mix.rules.market.call_forms import CallForm, differences, unmet_in_form
from tests.rules.market.test_call_forms import OWN, PART, SCORING, TITLE

assert PART
OVER = Weigh(evaluation="shortlist", weights={"fit": 41, "team": 14}, minimums={}).apply(OWN)


def broken(after: CallForm, before: CallForm = OWN) -> list[tuple[str, str, str]]:
    assert PART
    found = unmet_by_change(before, after, PART, SCORING)
    return [(u.code, u.field, u.params.get("most", "")) for u in found]


def test_a_weight_outside_its_bounds_is_named_with_them_and_its_box() -> None:
    assert broken(OVER) == [("weight_out_of_bounds", "weight_fit", "40"), ("weight_out_of_bounds", "weight_team", "35")]
    assert broken(Weigh(evaluation="shortlist", weights={"fit": 40}, minimums={}).apply(OWN)) == []
    added = AddCriterion(evaluation="shortlist", title=TITLE, guideline=TITLE, weight=21).apply(OWN)
    assert broken(added) == [("weight_out_of_bounds", "weight", "20")]


def test_what_was_outside_before_may_be_put_right_step_by_step() -> None:
    assert PART
    assert broken(Weigh(evaluation="shortlist", weights={"fit": 40}, minimums={}).apply(OVER), OVER) == []
    many, most = OWN, bounds_in(PART).questions
    while len(many.asked) < most + 2:
        many = AddQuestion(title=TITLE).apply(many)
    assert broken(many) == [("too_many_questions", "", str(most))]
    assert broken(Drop(question="evidence", reason="No.").apply(many), many) == []


def test_vendors_answer_together_within_the_bounds_of_the_method() -> None:
    assert PART
    allowed = AnswerTogether(most=4).apply(OWN)
    assert (OWN.co_applicants, allowed.co_applicants, allowed.number, broken(allowed)) == (0, 4, 1, [])
    assert AnswerTogether(most=0).apply(OWN) is OWN
    assert broken(AnswerTogether(most=5).apply(OWN)) == [("too_many_allowed", "most", "4")]
    none = PART.model_copy(update={"most_co_applicants": 0})
    assert "too_many_allowed" in {u.code for u in unmet_in_form(allowed, none, SCORING)}
    assert "too_many_allowed" not in {u.code for u in unmet_in_form(allowed, PART, SCORING)}
    assert [(d.code, d.what, d.after) for d in differences(allowed, OWN)] == [("answer_together", None, "4")]
    assert CallForm.read(allowed.write()) == allowed


def test_each_bound_says_where_it_comes_from() -> None:
    method = OWN.criteria_of("shortlist")
    fit = method[0]
    assert weights_of(fit, method) == Weights(20, 40, Bound.AROUND, 30)
    bound = fit.model_copy(update={"between": (25, 35)})
    assert weights_of(fit, (bound,)) == Weights(25, 35, Bound.METHOD, 30)
    assert weights_of(fit, ()) == Weights(1, 20, Bound.OWN, None)


def test_what_stays_says_why() -> None:
    found = {q.field.key: stays_for(OWN, q) for q in OWN.questions}
    assert found["evidence"] is None
    assert found["insurance"] is Stays.DECLARATION
    added = AddQuestion(title=TITLE).apply(OWN)
    assert stays_for(added, added.question("q1")) is None
