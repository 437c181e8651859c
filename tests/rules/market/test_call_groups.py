"""Headings of a call: what stands under one stands together, and nothing of a question changes but its place."""

from __future__ import annotations

from mix.rules.core.access import Role
from mix.rules.core.fields import Wording
from mix.rules.market.call_changes import AddQuestion, Change, Drop, Move, PutBack, read_change
from mix.rules.market.call_forms import CallForm, differences, fitted, form_of_method, unmet_in_form
from mix.rules.market.call_groups import GroupQuestions, MoveGroup, RenameGroup
from mix.rules.market.call_items import AddItem
from tests.rules.market.test_call_forms import METHOD, OWN, PART, SCORING, keys, refusal, tied

TEAM = Wording(en="Your team", fr="Votre équipe")
PLAN = Wording(en="Your plan")
TITLE = Wording(en="What would you show us first?")


def under(form: CallForm) -> list[tuple[str, list[str]]]:
    """List the keys of what is asked under each heading, in order."""
    found: list[tuple[str, list[str]]] = []
    for q in form.asked:
        if not found or found[-1][0] != q.heading:
            found.append((q.heading, []))
        found[-1][1].append(q.field.key)
    return found


def two() -> CallForm:
    form = GroupQuestions(title=PLAN, questions=("evidence", "approach")).apply(OWN)
    return GroupQuestions(title=TEAM, questions=("team",)).apply(form)


def test_what_stands_under_a_heading_stands_together_after_what_has_none() -> None:
    form = two()
    rest = [key for key in keys(OWN) if key not in ("evidence", "approach", "team")]
    assert under(form) == [("", rest), ("Your plan", ["evidence", "approach"]), ("Your team", ["team"])]
    assert form.number == 2
    assert [g.en for g in form.groups] == ["Your plan", "Your team"]
    assert [f.group for f in fitted(PART, form).answers][-3:] == [PLAN, PLAN, TEAM]
    assert CallForm.read(form.write()) == form


def test_a_heading_is_known_by_its_english_and_keeps_its_other_words() -> None:
    form = GroupQuestions(title=Wording(en="Your team"), questions=("evidence",)).apply(two())
    assert under(form)[-1] == ("Your team", ["team", "evidence"])
    assert form.question("evidence").field.group == TEAM


def test_a_question_goes_back_under_none() -> None:
    form = GroupQuestions(title=None, questions=("team",)).apply(two())
    assert [g.en for g in form.groups] == ["Your plan"]
    assert form.question("team").field == OWN.question("team").field


def test_headings_are_renamed_and_change_places() -> None:
    form = RenameGroup(group="Your plan", title=Wording(en="Plan", fr="Plan")).apply(two())
    assert [g.en for g in form.groups] == ["Plan", "Your team"]
    up = MoveGroup(group="Your team", up=True).apply(form)
    assert [g.en for g in up.groups] == ["Your team", "Plan"]
    assert under(up)[-1] == ("Plan", ["evidence", "approach"])
    assert MoveGroup(group="Your team", up=True).apply(up) is up
    assert MoveGroup(group="Plan", up=False).apply(up) is up


def test_a_question_moves_among_those_of_its_heading() -> None:
    form = two()
    assert under(Move(question="approach", up=True).apply(form))[1] == ("Your plan", ["approach", "evidence"])
    assert Move(question="evidence", up=True).apply(form) is form
    assert Move(question="team", up=True).apply(form) is form


def test_a_question_is_added_last_under_its_heading_and_comes_back_to_it() -> None:
    form = AddQuestion(title=TITLE, group="Your plan").apply(two())
    assert under(form)[1] == ("Your plan", ["evidence", "approach", "q1"])
    assert under(AddQuestion(title=TITLE).apply(form))[0][1][-1] == "q2"
    gone = Drop(question="q1", reason="No.").apply(form)
    assert PutBack(question="q1").apply(gone).questions == form.questions


def test_what_no_heading_may_stand_over_is_refused() -> None:
    item = AddItem(title=TITLE, looks_at=TITLE, checked_by=Role.PROCUREMENT_OFFICER, proof=TITLE).apply(OWN)
    part = METHOD.step("proposal-development").solicitation
    assert part is not None
    priced = form_of_method(part, {})
    cases: list[tuple[Change, CallForm, str]] = [
        (GroupQuestions(title=PLAN, questions=()), OWN, "group_empty"),
        (GroupQuestions(title=PLAN, questions=("m1",)), item, "group_not_for_it"),
        (GroupQuestions(title=PLAN, questions=("sprint_price",)), priced, "group_not_for_it"),
        (GroupQuestions(title=PLAN, questions=("nobody",)), OWN, "question_unknown"),
        (RenameGroup(group="Your plan", title=TEAM), two(), "group_twice"),
        (RenameGroup(group="Nothing", title=TEAM), two(), "group_unknown"),
        (MoveGroup(group="Nothing", up=True), two(), "group_unknown"),
        (AddQuestion(title=TITLE, group="Nothing"), two(), "group_unknown"),
    ]
    for change, form, code in cases:
        assert refusal(change, form) == code, change


def test_a_scenario_names_them_by_their_keys() -> None:
    plain = {"change": "group_questions", "title": {"en": "Your plan"}, "questions": ["team"]}
    assert read_change(plain) == GroupQuestions(title=PLAN, questions=("team",))
    moved = read_change({"change": "move_group", "group": "Your plan", "up": True})
    assert moved == MoveGroup(group="Your plan", up=True)


def test_a_heading_is_a_difference_and_rewords_no_question() -> None:
    assert [(d.code, d.what) for d in differences(two(), OWN)] == [("group_added", PLAN), ("group_added", TEAM)]
    assert unmet_in_form(GroupQuestions(title=PLAN, questions=("team",)).apply(tied(OWN)), PART, SCORING) == ()
