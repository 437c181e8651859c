"""Questions brought in as a list: what a row may say, every wrong cell by its name, and what a list changes."""

from __future__ import annotations

import json

from mix.phrases.words import wording
from mix.rules.core.access import Role
from mix.rules.core.fields import FieldType, Wording
from mix.rules.core.unmet import Unmet
from mix.rules.market.call_changes import Drop, read_change, write_change
from mix.rules.market.call_files import AskFile
from mix.rules.market.call_forms import CallForm, Origin, form_of_method
from mix.rules.market.call_groups import GroupQuestions
from mix.rules.market.call_items import AddItem
from mix.rules.market.price_lines import Grid
from mix.rules.market.question_lists import (
    BringQuestions,
    ListedQuestion,
    listed_in,
    read_questions,
)
from tests.rules.market.test_call_forms import METHOD, OWN, keys, refusal

KINDS = {kind: wording("answer_type", kind.value) for kind in FieldType}
HEADS = ("Id", "Question")
TITLE = Wording(en="T")


def row(key: str = "", question: str = "What?", **more: str) -> tuple[str, ...]:
    names = ("heading", "heading_fr", "question", "question_fr", "help", "help_fr", "kind", "words", "must", "scored")
    given = {"question": question} | more
    return (key, *(given.get(name, "") for name in names))


def read(*rows: tuple[str, ...], form: CallForm = OWN) -> tuple[BringQuestions, tuple[Unmet, ...]]:
    grid = Grid("Sheet1", tuple(enumerate((HEADS, *rows), start=1)))
    return read_questions(form, [grid], headings=HEADS, kinds=KINDS)


def faults(*rows: tuple[str, ...], form: CallForm = OWN) -> list[tuple[str, str, str]]:
    _change, wrong = read(*rows, form=form)
    return [(u.code, u.params["cell"], u.params["found"]) for u in wrong]


def test_a_list_changes_words_order_and_headings_and_adds_what_is_new() -> None:
    change, wrong = read(
        row("team", "Who?", question_fr="Qui?", heading="You", heading_fr="Vous", must="oui", words="90"),
        row("", "Which pipes?", heading="You", kind="une ligne", scored="Fit to the outcome; shortlist.TEAM"),
        row("approach", "How?", help="One page.", kind="Text", must="yes"),
    )
    assert wrong == ()
    form = change.apply(OWN)
    team, new = form.question("team"), form.question("q1")
    assert (team.field.title.in_("fr"), team.field.max_words, team.origin) == ("Qui?", 90, Origin.REWORDED)
    assert (new.field.type, new.scored_by) == (FieldType.LINE, ("shortlist.fit", "shortlist.team"))
    assert new.field.group == team.field.group == Wording(en="You", fr="Vous")
    assert form.question("approach").field.hint == Wording(en="One page.")
    assert keys(form)[-2:] == ["team", "q1"]
    assert keys(form).index("approach") < keys(form).index("team")
    assert form.number == OWN.number + 1
    assert read_change(json.loads(write_change(change))) == change


def test_what_is_not_in_a_list_stays_behind_what_stood_before_it() -> None:
    listed = [key for key in keys(OWN) if key in ("approach", "team")]
    assert listed == ["team", "approach"]
    change, _wrong = read(row("approach", "How?", must="yes"), row("team", "Who?", must="yes"))
    found = keys(change.apply(OWN))
    assert found[:4] == ["legal_status", "approach", "newness", "evidence"]
    assert sorted(found) == sorted(keys(OWN))


def test_the_list_as_it_was_handed_out_changes_nothing() -> None:
    form = AskFile(title=TITLE).apply(GroupQuestions(title=Wording(en="G", fr="H"), questions=("team",)).apply(OWN))
    rows = [
        row(
            q.field.key,
            q.field.title.en,
            question_fr=q.field.title.texts.get("fr", ""),
            heading=q.heading,
            help=q.field.hint.en if q.field.hint else "",
            help_fr=q.field.hint.texts.get("fr", "") if q.field.hint else "",
            kind=KINDS[q.field.type].in_("fr"),
            words=str(q.field.max_words or ""),
            must="yes" if q.field.required or q.field.must_be_yes else "",
            scored="; ".join(q.scored_by),
        )
        for q in listed_in(form)
    ]
    change, wrong = read(*rows, form=form)
    assert wrong == ()
    assert change.apply(form) is form


def test_every_wrong_cell_is_named_at_once() -> None:
    assert faults(
        row("nobody"),
        row("team", "", question_fr="Qui?", kind="Date", words="many", must="perhaps"),
        row("", heading_fr="Vous", kind="Table", scored="Fit; Fit to the outcome"),
        (*row("cost_to_bid", kind="Amount in CAD", scored="Fit to the outcome"), "beside"),
    ) == [
        ("cell_no_question", "Sheet1!A2", "nobody"),
        ("cell_empty", "Sheet1!D3", ""),
        ("cell_kind_stays", "Sheet1!H3", "Date"),
        ("cell_no_words", "Sheet1!I3", "many"),
        ("cell_no_yes_no", "Sheet1!J3", "perhaps"),
        ("cell_empty", "Sheet1!B4", ""),
        ("cell_no_question_kind", "Sheet1!H4", "Table"),
        ("cell_no_criterion", "Sheet1!K4", "Fit"),
        ("cell_beside", "Sheet1!L5", "beside"),
        ("cell_not_scored", "Sheet1!K5", "Fit to the outcome"),
    ]


def test_a_cell_says_what_would_be_right_in_each_language() -> None:
    _change, wrong = read(row("team", kind="Date", must="yes"), row("", kind="Table"), row("", scored="Fit"))
    kind, new, criterion = (u.params for u in wrong)
    assert (kind["kind"], kind["kind_fr"]) == ("Text", "Texte")
    assert new["kinds"].startswith("Text, One line")
    assert new["kinds_fr"].startswith("Texte, ")
    assert criterion["criteria"].startswith("Fit to the outcome; ")


def test_an_id_twice_a_dropped_one_a_price_and_an_item_are_no_rows_of_a_list() -> None:
    assert [f[0] for f in faults(row("team", must="yes"), row("team", must="yes"))] == ["cell_line_twice"]
    gone = Drop(question="evidence", reason="No.").apply(OWN)
    item = AddItem(title=TITLE, looks_at=TITLE, checked_by=Role.LEGAL, proof=TITLE).apply(gone)
    assert [f[0] for f in faults(row("evidence"), row("m1"), form=item)] == ["cell_no_question"] * 2
    part = METHOD.step("proposal-development").solicitation
    assert part is not None
    assert [f[0] for f in faults(row("sprint_price"), form=form_of_method(part, {}))] == ["cell_no_question"]
    assert [u.code for u in read()[1]] == ["no_row_found"]


def test_no_value_says_more_than_a_row_may() -> None:
    def one(**given: object) -> BringQuestions:
        return BringQuestions(questions=(ListedQuestion(title=TITLE, **given),))  # type: ignore[arg-type]  # as given

    twice = BringQuestions(questions=(one(question="team", required=True).questions[0],) * 2)
    assert refusal(twice) == "question_twice"
    assert refusal(one(question="team", type=FieldType.DATE)) == "question_keeps_kind"
    assert refusal(one(question="nobody")) == "question_unknown"
    assert refusal(one(type=FieldType.FILE)) == "question_type_unknown"
    assert refusal(one(max_words=0)) == "words_out_of_bounds"
    assert refusal(one(scored_by=("shortlist.nothing",))) == "no_such_criterion"
    money = {"question": "cost_to_bid", "type": FieldType.MONEY, "scored_by": ("shortlist.fit",)}
    assert refusal(one(**money)) == "panel_reads_it_not"
