"""The form of a call: what it may change of the method, and what keeps it from being published."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mix.rules.city.method_files import parse
from mix.rules.city.methods import EvaluationSpec
from mix.rules.core.fields import FieldType, Wording
from mix.rules.core.unmet import Refused
from mix.rules.market.call_changes import (
    AddQuestion,
    Change,
    Drop,
    Move,
    PutBack,
    Reword,
    read_change,
)
from mix.rules.market.call_criteria import AddCriterion, Describe, DropCriterion, Weigh
from mix.rules.market.call_forms import (
    CallForm,
    Origin,
    bounds_of,
    differences,
    fitted,
    fitted_evaluation,
    form_of_method,
    unmet_in_form,
)
from tests.rules.city.test_methods import CATALOGUE

METHOD = parse((CATALOGUE / "sprint.yaml").read_text(encoding="utf-8"))
PART = METHOD.step("invitation").solicitation
SHORTLIST = METHOD.step("shortlist").evaluation
assert PART is not None
assert SHORTLIST is not None
SCORING: dict[str, EvaluationSpec] = {"shortlist": SHORTLIST}
OWN = form_of_method(PART, SCORING)
TITLE = Wording(en="What would you show us first?")


def keys(form: CallForm) -> list[str]:
    return [q.field.key for q in form.asked]


def codes(form: CallForm) -> list[str]:
    return [u.code for u in unmet_in_form(form, PART, SCORING)]


def refusal(change: Change, form: CallForm = OWN) -> str:
    with pytest.raises(Refused) as caught:
        change.apply(form)
    return caught.value.unmet[0].code


def tied(form: CallForm) -> CallForm:
    """Tie what the method leaves untied, so that nothing but what a test changes is unmet."""
    tie = Reword(question="approach", title=TITLE, max_words=500, scored_by=("shortlist.fit", "shortlist.feasible"))
    return tie.apply(form)


def test_the_methods_own_form_asks_and_scores_what_the_method_does() -> None:
    assert OWN.number == 0
    assert fitted(PART, OWN) == PART
    assert fitted(PART, None) is PART
    assert fitted_evaluation(SHORTLIST, OWN, "shortlist") == SHORTLIST
    assert OWN.question("team").scored_by == ("shortlist.team",)
    assert {q.origin for q in OWN.questions} == {Origin.METHOD}
    assert differences(OWN, OWN) == ()


def test_a_form_is_written_and_read() -> None:
    form = tied(AddQuestion(title=TITLE, max_words=90).apply(OWN))
    assert CallForm.read(form.write()) == form


def test_a_question_that_is_added_stands_last_and_has_a_key_for_good() -> None:
    once = AddQuestion(title=TITLE, max_words=90, scored_by=("shortlist.fit",)).apply(OWN)
    assert keys(once) == [*keys(OWN), "q1"]
    assert (once.number, once.question("q1").field.max_words) == (1, 90)
    gone = Drop(question="q1", reason="Twice the same.").apply(once)
    twice = AddQuestion(title=TITLE).apply(gone)
    assert keys(twice) == [*keys(OWN), "q2"]
    assert keys(PutBack(question="q1").apply(twice)) == [*keys(OWN), "q1", "q2"]


def test_a_question_that_is_added_stands_before_the_prices() -> None:
    step = METHOD.step("proposal-development")
    admission = METHOD.step("sprint-admission").evaluation
    assert step.solicitation is not None
    assert admission is not None
    form = AddQuestion(title=TITLE).apply(form_of_method(step.solicitation, {"sprint-admission": admission}))
    assert keys(form)[-3:] == ["q1", "sprint_price", "indicative_purchase"]


@pytest.mark.parametrize("key", ["insurance", "cost_to_bid"])
def test_declarations_and_what_is_not_the_panels_stay(key: str) -> None:
    assert refusal(Drop(question=key, reason="We do not need it.")) == "question_stays"


def test_prices_and_tables_stay() -> None:
    for step, key in (("proposal-development", "sprint_price"), ("proposal-refinement", "changes")):
        part = METHOD.step(step).solicitation
        assert part is not None
        assert refusal(Drop(question=key, reason="No."), form_of_method(part, {})) == "question_stays"


def test_nothing_is_scored_by_what_the_panel_does_not_read() -> None:
    step = METHOD.step("proposal-development")
    admission = METHOD.step("sprint-admission").evaluation
    assert step.solicitation is not None
    assert admission is not None
    form = form_of_method(step.solicitation, {"sprint-admission": admission})
    for key in ("sprint_price", "cost_to_bid"):
        tied = Reword(question=key, title=TITLE, required=False, scored_by=("sprint-admission.value",))
        with pytest.raises(Refused):
            tied.apply(form)
        free = Reword(question=key, title=TITLE, scored_by=("sprint-admission.value",))
        assert refusal(free, form) == "panel_reads_it_not"


def test_what_is_dropped_says_why_and_comes_back_where_it_stood() -> None:
    assert refusal(Drop(question="evidence", reason="  ")) == "answer_missing"
    form = Drop(question="evidence", reason="Asked in the sprint.").apply(OWN)
    assert "evidence" not in keys(form)
    assert form.question("evidence").dropped == "Asked in the sprint."
    assert keys(PutBack(question="evidence").apply(form)) == keys(OWN)


def test_a_question_in_other_words_keeps_its_key_and_type() -> None:
    form = Reword(question="team", title=TITLE, max_words=250, scored_by=("shortlist.team",)).apply(OWN)
    now = form.question("team")
    assert (now.field.title, now.field.max_words, now.origin) == (TITLE, 250, Origin.REWORDED)
    assert now.field.type is OWN.question("team").field.type
    assert form.question("evidence").origin is Origin.METHOD
    assert refusal(Reword(question="team", title=TITLE, scored_by=("shortlist.charm",))) == "no_such_criterion"
    assert refusal(Reword(question="team", title=TITLE, max_words=0)) == "words_out_of_bounds"
    assert refusal(Reword(question="nothing", title=TITLE)) == "question_unknown"
    tying = Reword(question="team", title=OWN.question("team").field.title, max_words=400, scored_by=())
    assert tying.apply(OWN).question("team").origin is Origin.METHOD


def test_moving_stays_within_an_envelope_and_stops_at_its_ends() -> None:
    assert keys(Move(question="team", up=True).apply(OWN))[:2] == ["team", "legal_status"]
    assert Move(question="legal_status", up=True).apply(OWN) == OWN
    form = Drop(question="team", reason="No.").apply(OWN)
    assert keys(Move(question="approach", up=True).apply(form))[:2] == ["approach", "legal_status"]
    assert refusal(Move(question="team", up=True), form) == "question_unknown"


def test_weights_add_up_within_their_bounds() -> None:
    form = tied(OWN)
    assert codes(form) == []
    more = Weigh(evaluation="shortlist", weights={"fit": 35}, minimums={}).apply(form)
    assert codes(more) == ["weights_off"]
    even = Weigh(evaluation="shortlist", weights={"fit": 35, "business": 5}, minimums={"fit": 3}).apply(form)
    assert codes(even) == []
    assert even.criteria_of("shortlist")[0].minimum == 3
    over = Weigh(evaluation="shortlist", weights={"fit": 41, "team": 14}, minimums={}).apply(form)
    assert codes(over) == ["weight_out_of_bounds", "weight_out_of_bounds"]
    assert refusal(Weigh(evaluation="award", weights={}, minimums={})) == "no_such_criterion"
    for wrong, code in (({"fit": 101}, "weight_is_percent"), ({"charm": 1}, "no_such_criterion")):
        assert refusal(Weigh(evaluation="shortlist", weights=wrong, minimums={})) == code
    assert refusal(Weigh(evaluation="shortlist", weights={}, minimums={"fit": 6})) == "minimum_is_score"
    assert bounds_of(SHORTLIST.criteria[0], SHORTLIST.criteria) == (20, 40)
    own = SHORTLIST.criteria[0].model_copy(update={"between": (25, 30)})
    assert bounds_of(own, (own,)) == (25, 30)


def test_what_changes_nothing_makes_no_new_form() -> None:
    fit, approach = SHORTLIST.criteria[0], OWN.question("approach")
    for change in (
        Weigh(evaluation="shortlist", weights={"fit": fit.weight}, minimums={}),
        Describe(evaluation="shortlist", criterion="fit", title=fit.title, guideline=fit.guideline, anchors={}),
        Reword(question="approach", title=approach.field.title, max_words=500),
        PutBack(question="approach"),
    ):
        assert change.apply(OWN) is OWN


def test_what_no_question_asks_about_cannot_be_scored() -> None:
    assert codes(OWN) == ["criterion_without_question", "criterion_without_question"]
    form = Drop(question="newness", reason="No.").apply(tied(OWN))
    assert codes(form) == ["criterion_without_question"]
    fewer = DropCriterion(evaluation="shortlist", criterion="newness").apply(form)
    assert codes(fewer) == ["weights_off"]
    assert fewer.question("newness").scored_by == ()


def test_a_criterion_of_ones_own() -> None:
    words = {"title": Wording(en="Quiet"), "guideline": Wording(en="Can a neighbour sleep?")}
    form = AddCriterion(evaluation="shortlist", **words, weight=10).apply(tied(OWN))
    assert form.criteria_of("shortlist")[-1].key == "c1"
    assert codes(form) == ["weights_off", "criterion_without_question"]
    fewer = Weigh(evaluation="shortlist", weights={"fit": 20}, minimums={}).apply(form)
    asked = AddQuestion(title=TITLE, scored_by=("shortlist.c1",)).apply(fewer)
    assert codes(asked) == []
    assert [d.code for d in differences(asked, OWN)] == [
        "question_reworded", "question_added", "weight_changed", "criterion_added"
    ]  # fmt: skip
    assert refusal(AddCriterion(evaluation="award", **words, weight=10)) == "no_such_criterion"
    assert refusal(AddCriterion(evaluation="shortlist", **words, weight=-1)) == "weight_is_percent"


def test_scores_in_words() -> None:
    said = {"0": Wording(en="Nothing"), "5": Wording(en="Everything")}
    words = {"title": Wording(en="Fit"), "guideline": Wording(en="Does it fit?")}
    form = Describe(evaluation="shortlist", criterion="fit", **words, anchors=said).apply(OWN)
    assert form.criteria_of("shortlist")[0].anchors == said
    assert (
        refusal(Describe(evaluation="shortlist", criterion="fit", **words, anchors={"6": TITLE})) == "minimum_is_score"
    )
    assert refusal(Describe(evaluation="shortlist", criterion="x", **words, anchors={})) == "no_such_criterion"


def test_too_many_questions_and_none() -> None:
    form = tied(OWN)
    for _ in range(PART.most_questions - len(PART.answers) + 1):
        form = AddQuestion(title=TITLE).apply(form)
    assert codes(form) == ["too_many_questions"]
    plan = METHOD.step("expression-of-interests").solicitation
    assert plan is not None
    nothing = form_of_method(plan, {})
    for key in keys(nothing):
        nothing = Drop(question=key, reason="No.").apply(nothing)
    assert [u.code for u in unmet_in_form(nothing, plan, {})] == ["call_asks_nothing"]


def test_only_plain_kinds_of_answer_can_be_added() -> None:
    assert refusal(AddQuestion(title=TITLE, type=FieldType.ROWS)) == "question_type_unknown"
    assert (
        AddQuestion(title=TITLE, type=FieldType.YES_NO, max_words=9).apply(OWN).question("q1").field.max_words is None
    )


def test_changes_are_read_from_plain_values() -> None:
    assert read_change({"change": "move", "question": "team", "up": True}) == Move(question="team", up=True)
    with pytest.raises(ValueError, match="change"):
        read_change({"change": "burn", "question": "team"})


questions = st.sampled_from([*keys(OWN), "q1", "q2", "unknown"])
changes: st.SearchStrategy[Any] = st.one_of(
    st.builds(AddQuestion, title=st.just(TITLE), scored_by=st.sampled_from([(), ("shortlist.fit",)])),
    st.builds(Drop, question=questions, reason=st.just("No.")),
    st.builds(PutBack, question=questions),
    st.builds(Move, question=questions, up=st.booleans()),
    st.builds(Reword, question=questions, title=st.just(TITLE), required=st.booleans()),
    st.builds(DropCriterion, evaluation=st.just("shortlist"), criterion=st.sampled_from(["fit", "team", "c1"])),
)


@given(st.lists(changes, max_size=12))
def test_whatever_is_changed_types_stay_and_what_must_stay_is_asked(changed: list[Change]) -> None:
    form = OWN
    for change in changed:
        try:
            after = change.apply(form)
        except Refused:
            continue
        assert after.number == form.number + (after != form)
        form = after
    for q in OWN.questions:
        now = form.question(q.field.key)
        assert now.field.type is q.field.type
        assert q.may_go or now in form.asked
    assert len({q.field.key for q in form.questions}) == len(form.questions)
    assert CallForm.read(form.write()) == form
