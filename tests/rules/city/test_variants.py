"""A city's own variant of a method: compared with its parent, merged with a newer one, walked as a sample."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mix.rules.city.delegation import Band
from mix.rules.city.method_files import parse
from mix.rules.city.variants import (
    KEYED,
    Change,
    Rehearsed,
    begin_variant,
    differences,
    least_days,
    merge,
    read_tree,
    rehearse,
    set_at,
    write_tree,
)
from mix.rules.core.access import Role
from mix.rules.core.catalogue import DocumentInvalid
from mix.rules.core.kinds import Route
from tests.rules.city.test_methods import CATALOGUE, SMALL

LISTS = "title: t\nsteps:\n- {key: a, n: 1}\n- {key: b, tags: [x, y]}\n"
TREE = {"title": "t", "steps": {KEYED: True, "a": {"key": "a", "n": 1}, "b": {"key": "b", "tags": ["x", "y"]}}}


def test_a_document_becomes_a_tree_and_a_document_again() -> None:
    assert read_tree(LISTS) == TREE
    assert yaml.safe_load(write_tree(TREE)) == yaml.safe_load(LISTS)
    with pytest.raises(DocumentInvalid, match="a method is a table"):
        read_tree("[1, 2]")


@pytest.mark.parametrize("path", sorted(CATALOGUE.glob("*.yaml")), ids=lambda p: p.stem)
def test_no_method_of_the_catalogue_loses_anything(path: Any) -> None:
    text = path.read_text(encoding="utf-8")
    assert parse(write_tree(read_tree(text))) == parse(text)


def test_differences_say_the_deepest_place_and_what_came_or_went_as_a_whole() -> None:
    after = read_tree("title: u\nsteps:\n- {key: a, n: 2}\n- {key: c}\nmore: 1\n")
    assert list(differences(TREE, after)) == [
        Change(("title",), "t", "u"),
        Change(("steps", "a", "n"), 1, 2),
        Change(("steps", "b"), {"key": "b", "tags": ["x", "y"]}, None),
        Change(("steps", "c"), None, {"key": "c"}),
        Change(("more",), None, 1),
    ]
    assert list(differences(TREE, TREE)) == []


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "expected", "clashes"),
    [
        ({"a": 1}, {"a": 1}, {"a": 2}, {"a": 2}, ()),
        ({"a": 1}, {"a": 3}, {"a": 1}, {"a": 3}, ()),
        ({"a": 1}, {"a": 3}, {"a": 3}, {"a": 3}, ()),
        ({"a": 1}, {"a": 3}, {"a": 2}, {"a": 3}, (Change(("a",), 3, 2),)),
        ({"a": 1, "b": 1}, {"a": 1}, {"a": 2, "b": 1}, {"a": 2}, ()),
        ({"a": 1, "b": 1}, {"a": 1}, {"a": 1, "b": 2}, {"a": 1}, (Change(("b",), None, 2),)),
        ({"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 1}, {"a": 2}, ()),
        ({"a": 1, "b": 1}, {"a": 1, "b": 2}, {"a": 3}, {"a": 3, "b": 2}, (Change(("b",), 2, None),)),
        ({"a": 1}, {"a": 1, "z": 1}, {"a": 1, "n": 2}, {"a": 1, "n": 2, "z": 1}, ()),
        ({"s": {"x": 1, "y": 1}}, {"s": {"x": 2, "y": 1}}, {"s": {"x": 1, "y": 2}}, {"s": {"x": 2, "y": 2}}, ()),
        ({"key": "p"}, {"key": "m"}, {"key": "q"}, {"key": "m"}, ()),
        ({"version": 1, "a": 1}, {"version": 1, "a": 2}, {"version": 2, "a": 1}, {"version": 1, "a": 2}, ()),
    ],
)
def test_a_newer_parent_brings_what_one_has_not_changed(
    base: Any, mine: Any, theirs: Any, expected: Any, clashes: tuple[Change, ...]
) -> None:
    assert merge(base, mine, theirs) == (expected, clashes)


def test_a_step_that_the_parent_adds_comes_after_what_stands_before_it_there() -> None:
    base, mine, theirs = (dict.fromkeys(keys, 1) for keys in ("ab", "amb", "anb"))
    assert list(merge(base, mine, theirs)[0]) == ["a", "n", "m", "b"]
    assert list(merge({"a": 1}, {"a": 2}, {"z": 1, "a": 1})[0]) == ["z", "a"]


LEAVES = st.dictionaries(st.sampled_from("xy"), st.integers(0, 2))
TREES = st.dictionaries(st.sampled_from("abc"), st.integers(0, 2) | LEAVES)


@given(TREES, TREES)
def test_who_changed_nothing_takes_everything_and_keeps_everything(one: Any, other: Any) -> None:
    assert merge(one, one, other) == (other, ())
    assert merge(one, other, one) == (other, ())
    assert merge(one, other, other) == (other, ())


def test_a_place_is_set_and_taken_out() -> None:
    tree: dict[str, Any] = {"a": {"b": 1}}
    set_at(tree, ("a", "c"), 2)
    set_at(tree, ("a", "b"), None)
    set_at(tree, ("a", "nothing"), None)
    assert tree == {"a": {"c": 2}}
    with pytest.raises(KeyError):
        set_at(tree, ("z", "b"), 1)


def test_a_variant_begins_as_its_parent_under_its_own_name() -> None:
    title = {"en": "Ours", "fr": "La nôtre"}
    made = read_tree(begin_variant(SMALL.replace("version: 1", "version: 7"), key="ours", title=title))
    parent = read_tree(SMALL)
    assert made == {**parent, "key": "ours", "version": 1, "title": title}


def test_a_sample_is_walked_in_turns() -> None:
    method = parse(SMALL)
    walked = rehearse(method, Route.TRADITIONAL, value_cents=5, bands=())
    assert walked == (
        Rehearsed(1, "first", Role.PROJECT_LEAD, "G1", (Role.SPONSOR,), 0, nobody=False),
        Rehearsed(2, "second", Role.PROJECT_LEAD, "", (), 0, nobody=False),
    )


@pytest.mark.parametrize(
    ("bands", "deciders", "nobody"),
    [
        ((), (Role.SPONSOR,), True),
        ((Band(10, Role.FINANCE),), (Role.SPONSOR, Role.FINANCE), False),
        ((Band(4, Role.FINANCE),), (Role.SPONSOR,), True),
        ((Band(None, Role.SPONSOR),), (Role.SPONSOR,), False),
    ],
)
def test_who_decides_by_value_is_named_or_missed(
    bands: tuple[Band, ...], deciders: tuple[Role, ...], nobody: bool
) -> None:
    method = parse(SMALL.replace("decided_by: [sponsor]", "decided_by: [sponsor], by_value: true"))
    first = rehearse(method, Route.TRADITIONAL, value_cents=5, bands=bands)[0]
    assert (first.deciders, first.nobody) == (deciders, nobody)


def test_steps_that_need_nothing_of_each_other_share_a_turn_and_calls_their_days() -> None:
    sprint = parse((CATALOGUE / "sprint.yaml").read_text(encoding="utf-8"))
    walked = rehearse(sprint, Route.INNOVATION_PARTNERSHIP, value_cents=1, bands=())
    turns = {step.key: step.turn for step in walked}
    on = sprint.on(Route.INNOVATION_PARTNERSHIP).steps
    assert [step.key for step in walked if step.turn == 1] == [s.key for s in on if not s.needs]
    assert all(turns[s.key] == 1 + max((turns[n] for n in s.needs), default=0) for s in on)
    days = {s.key: s.solicitation.minimum_days for s in on if s.solicitation}
    assert {s.key: s.least_days for s in walked if s.least_days} == {k: d for k, d in days.items() if d}


def test_days_of_calls_that_run_together_count_once() -> None:
    def step(turn: int, days: int) -> Rehearsed:
        return Rehearsed(turn, "k", Role.STAFF, "", (), days, nobody=False)

    assert least_days([step(1, 10), step(1, 15), step(2, 7), step(3, 0)]) == 22
    assert least_days([]) == 0
