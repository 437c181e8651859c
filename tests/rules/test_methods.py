from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mix.rules.catalogue import DocumentInvalid
from mix.rules.methods import parse

CATALOGUE = Path(__file__).resolve().parents[2] / "catalogue" / "methods"
SMALL = """key: small
version: 1
title: {en: Small, fr: Petite}
summary: {en: A, fr: A}
routes: [traditional]
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
        gate: {key: G1, title: {en: g, fr: g}, decided_by: [sponsor]}
      - key: second
        kind: document
        box: "2"
        owner: project_lead
        needs: [first]
        title: {en: Second, fr: Deuxième}
        guidance: {en: g, fr: g}
"""


def problems(text: str) -> list[tuple[int, str]]:
    with pytest.raises(DocumentInvalid) as caught:
        parse(text)
    return [(p.line, p.text) for p in caught.value.problems]


@pytest.mark.parametrize("path", sorted(CATALOGUE.glob("*.yaml")), ids=lambda p: p.stem)
def test_catalogue_methods_hold(path: Path) -> None:
    assert parse(path.read_text(encoding="utf-8")).key == path.stem


def test_sprint_has_every_box_and_gate_of_the_deck() -> None:
    sprint = parse((CATALOGUE / "sprint.yaml").read_text(encoding="utf-8"))
    boxes = {step.box for step in sprint.steps}
    assert boxes == {
        *(f"14.{n}" for n in range(1, 8)),
        *(f"15.{n}" for n in range(1, 7)),
        *(f"16.{n}" for n in range(1, 4)),
        *(f"17.{n}" for n in range(1, 7)),
        *(f"18.{n}" for n in range(1, 6)),
    }
    assert [s.gate.key for s in sprint.steps if s.gate] == [f"G{n}" for n in range(1, 16)]
    assert len(sprint.stages) == 5


def test_traditional_has_the_seven_boxes() -> None:
    method = parse((CATALOGUE / "traditional-rfp.yaml").read_text(encoding="utf-8"))
    assert {step.box for step in method.steps} == {f"12.{n}" for n in range(1, 8)}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('kind: document\n        box: "2"', 'kind: dokument\n        box: "2"', [(19, "unknown kind 'dokument'")]),
        ('        box: "2"', '        bocks: "2"', [(18, "missing key 'box'"), (20, "unknown key 'bocks'")]),
        ("needs: [first]", "needs: [frist]", [(22, "'second' needs 'frist', which no step is called")]),
        ("needs: [first]", "needs: [second]", [(22, "'second' waits for itself")]),
        (", decided_by: [sponsor]", "", [(17, "gate G1 has nobody who decides")]),
        ("{en: Second, fr: Deuxième}", "{en: Second}", [(23, "missing French at stages.0.steps.1.title")]),
        ("key: second", "key: first", [(18, "two steps are called 'first'"), (22, "'first' waits for itself")]),
    ],
)
def test_problems_name_their_line(old: str, new: str, expected: list[tuple[int, str]]) -> None:
    assert problems(SMALL.replace(old, new)) == expected


def test_step_behind_a_cycle_is_unreachable() -> None:
    text = SMALL.replace("needs: [first]", "needs: [second]") + (
        '      - key: third\n        kind: document\n        box: "3"\n        owner: project_lead\n'
        "        needs: [second]\n        title: {en: T, fr: T}\n        guidance: {en: g, fr: g}\n"
    )
    assert (29, "'third' can never be reached") in problems(text)


def test_what_is_no_yaml_is_said_with_its_line() -> None:
    assert problems("key: [a\nversion: }")[0][0] == 2


@given(st.text(max_size=200))
def test_any_text_is_refused_or_parsed_but_never_breaks(text: str) -> None:
    with pytest.raises(DocumentInvalid):
        parse(text)
