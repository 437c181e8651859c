"""Where fields come from: what a method may say of it, and what is carried."""

from __future__ import annotations

from pathlib import Path

import pytest

from mix.rules.city.method_files import parse
from mix.rules.city.sources import carried, field_at, rows_in_words, says_the_same, source_of
from mix.rules.core.catalogue import DocumentInvalid
from mix.rules.core.fields import FieldSpec
from mix.rules.core.kinds import Route

CATALOGUE = Path(__file__).resolve().parents[3] / "catalogue" / "methods"
HEAD = """key: small
version: 1
title: {en: Small, fr: Petite}
summary: {en: A, fr: A}
routes: [innovation_partnership, pilot_only]
stages:
  - key: one
    title: {en: One, fr: Un}
    note: {en: n, fr: n}
    steps:
      - key: first
        kind: document
        box: "1"
        owner: project_lead
        title: {en: First, fr: Premier}
        guidance: {en: g, fr: g}
        fields:
          - {key: words, title: {en: Words, fr: Mots}}
          - {key: budget, type: money, routes: [innovation_partnership], title: {en: Budget, fr: Budget}}
          - {key: sure, type: yes_no, title: {en: Sure, fr: Certain}}
          - key: goals
            type: rows
            title: {en: Goals, fr: Buts}
            columns: [{key: measure, title: {en: m, fr: m}}, {key: target, type: number, title: {en: t, fr: t}}]
      - key: second
        kind: document
        box: "2"
        owner: project_lead
        needs: [first]
        title: {en: Second, fr: Deuxième}
        guidance: {en: g, fr: g}
        fields:
"""
T = "title: {en: Own, fr: Propre}"
GOALS = "{key: measure, title: {en: m, fr: m}}"


def method(field: str) -> str:
    return f"{HEAD}          - {{key: own, {T}, {field}}}\n"


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        ("source: first.nothing", "'second.own' names 'first.nothing', which is no field"),
        ("source: third.words", "'second.own' names 'third.words', which is no field"),
        ("source: second.own", "'second.own' names 'second.own', on which 'second' does not rest"),
        ("source: NEED.what", "'second.own' cannot be carried from 'NEED.what', with which a text begins"),
        ("begins: NEED.colour", "'second.own' names 'NEED.colour', and NEED has no 'colour'"),
        ("type: line, begins: NEED.what", "'second.own' cannot be carried from 'NEED.what', with which a text begins"),
        ("type: number, source: first.words", "'second.own' cannot be carried from 'first.words'"),
        ("type: yes_no, source: first.sure", "'second.own' cannot be carried from 'first.sure'"),
        ("source: first.goals", "'second.own' cannot be carried from 'first.goals'"),
        ("type: line, source: first.words", "'second.own' cannot be carried from 'first.words'"),
        (
            "type: money, source: first.budget",
            "'second.own' names 'first.budget', which is not there on route 'pilot_only'",
        ),
        (
            "type: rows, source: first.goals, columns: [{key: other, title: {en: o, fr: o}}]",
            "'second.own' has no column that could be carried from 'first.goals'",
        ),
        (
            "type: rows, source: first.goals, columns: [{key: target, title: {en: o, fr: o}}]",
            "'second.own' has no column that could be carried from 'first.goals'",
        ),
    ],
)
def test_a_source_that_does_not_hold_is_named(field: str, problem: str) -> None:
    with pytest.raises(DocumentInvalid) as caught:
        parse(method(field))
    assert [p.text for p in caught.value.problems] == [problem]


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        ("source: first.words, begins: first.words", "a field has a source, or begins with one"),
        (f"type: rows, columns: [{GOALS[:-1]}, source: measure}}]", "a column has a source where its field has one"),
    ],
)
def test_a_field_comes_from_one_place(field: str, problem: str) -> None:
    with pytest.raises(DocumentInvalid, match=problem):
        parse(method(field))


@pytest.mark.parametrize(
    "field",
    [
        "source: first.words",
        "begins: first.goals",
        "begins: CHALLENGE.question",
        "type: money, source: first.budget, routes: [innovation_partnership]",
        f"type: rows, source: first.goals, columns: [{GOALS}, {{key: how, title: {{en: h, fr: h}}}}]",
    ],
)
def test_a_source_that_holds_is_read(field: str) -> None:
    assert parse(method(field)).step("second").fields[0].place


def test_a_field_with_a_source_has_one_beside_it_for_the_reason_and_a_begun_one_has_none() -> None:
    fact, begun = (
        parse(method(f"{how}: first.words, public: true")).on(Route.PILOT_ONLY) for how in ("source", "begins")
    )
    own, why = fact.step("second").fields
    assert (why.key, why.why_of, why.public, why.required) == ("own_why", own.key, True, False)
    assert (why.title.in_("en"), why.title.in_("fr")) == (
        "Why “Own” differs from its source",
        "Pourquoi «\u00a0Propre\u00a0» diffère de sa source",
    )
    assert [spec.key for spec in begun.step("second").fields] == ["own"]


def fields(field: str) -> tuple[FieldSpec, FieldSpec | None]:
    found = parse(method(field))
    spec = found.step("second").fields[0]
    return spec, source_of(found, spec)


def test_rows_are_carried_by_their_columns_and_what_is_ones_own_stays_so() -> None:
    columns = "{key: what, source: measure, title: {en: w, fr: w}}, {key: how, title: {en: h, fr: h}}"
    spec, source = fields(f"type: rows, source: first.goals, columns: [{columns}]")
    said = [{"measure": "Falls", "target": "10"}, {"measure": "Trips", "target": None}]
    begun = carried(spec, source, said)
    assert begun == [{"what": "Falls", "how": None}, {"what": "Trips", "how": None}]
    counted = [{"what": "Falls", "how": "By hand"}, {"what": "Trips", "how": None}]
    assert says_the_same(spec, source, counted, begun)
    for other in ([counted[1], counted[0]], counted[:1], [{"what": "Slips", "how": None}, counted[1]], []):
        assert not says_the_same(spec, source, other, begun), other
    assert carried(spec, source, []) is None


def test_a_text_begins_with_rows_as_lines() -> None:
    spec, source = fields("begins: first.goals")
    said = [{"measure": "Falls", "target": "10"}, {"measure": "Trips", "target": None}]
    assert carried(spec, source, said) == "Falls; 10\nTrips"
    assert says_the_same(spec, source, None, "")
    assert not says_the_same(spec, source, "Falls", "Falls; 10")


def test_what_no_step_says_is_carried_as_it_is() -> None:
    spec, source = fields("begins: NEED.what")
    assert (source, carried(spec, source, "A pothole"), carried(spec, source, "")) == (None, "A pothole", None)


MAKING = """          - {key: own, title: {en: Own, fr: Propre}}
      - key: third
        kind: %s
        box: "3"
        owner: project_lead
        needs: [second]
        title: {en: Third, fr: Troisième}
        guidance: {en: g, fr: g}
        %s
"""


@pytest.mark.parametrize(
    ("kind", "settings", "problem"),
    [
        ("agreement", "agreement: sprint, accepted_by: first.nothing", "which is no field of rows"),
        ("agreement", "agreement: sprint, accepted_by: first.words", "which is no field of rows"),
        ("delivery", "delivery: backlog, accepted_by: first.goals", "and makes nothing that is accepted"),
        ("document", "accepted_by: first.goals", "and makes nothing that is accepted"),
        ("sprint", "sprint: run, data_sets: first.goals", "and gives no data"),
        ("sprint", "sprint: set_up, data_sets: first.goals", "which has no 'name'"),
    ],
)
def test_rows_that_cannot_flow_are_named(kind: str, settings: str, problem: str) -> None:
    lines = "\n        ".join(settings.split(", "))
    with pytest.raises(DocumentInvalid) as caught:
        parse(HEAD + MAKING % (kind, lines))
    place = settings.rsplit(": ", maxsplit=1)[-1]
    assert [p.text for p in caught.value.problems] == [f"'third' names '{place}', {problem}"]


def test_tests_flow_into_agreements_and_milestones() -> None:
    for kind, settings in (
        ("agreement", "agreement: sprint\n        accepted_by: first.goals"),
        ("delivery", "delivery: milestones\n        accepted_by: first.goals"),
    ):
        assert parse(HEAD + MAKING % (kind, settings)).step("third").accepted_by == "first.goals"


def test_rows_in_words_stand_once_each() -> None:
    goals = field_at(parse(method("source: first.words")), "first.goals")
    assert goals is not None
    rows = [{"measure": "Days", "target": 3}, {"measure": "Days", "target": 3}, {"measure": "", "target": None}]
    assert rows_in_words(goals, [*rows, {"measure": "Trips", "target": None}]) == ("Days; 3", "Trips")
    assert rows_in_words(goals, None) == ()
