"""What a page asks once: of rows that it only reads, and never in a verb."""

from collections.abc import Callable
from typing import Any

import pytest

from mix.data.models.core.kept import noting_rows
from mix.readers.case.challenges import get_step, list_cities, list_city_rows, list_steps
from mix.readers.case.documents import gather_facts, latest_content
from mix.readers.choice.evaluations import find_evaluation, panel_of
from mix.readers.core.once import is_read, once, to_be_read

pytestmark = pytest.mark.django_db


def test_a_page_asks_once_of_a_row_and_of_those_found_through_it(
    challenge: Callable[[str], Any], django_assert_num_queries: Any
) -> None:
    found = to_be_read(challenge("under-our-streets"))
    with django_assert_num_queries(5):  # steps, cities, artifacts, the evaluation, its seats
        for _ in range(2):
            step = get_step(found, "shortlist")
            assert step in list_steps(found)
            assert {c.code for c in list_cities(found)} <= {c.municipality.code for c in list_city_rows(found)}
            assert gather_facts(found)
            assert latest_content(step) == {}
            evaluation = find_evaluation(step)
            assert evaluation
            assert panel_of(evaluation)
    assert step.challenge is found
    assert evaluation.solicitation.step.challenge is found


def test_what_a_page_only_reads_is_what_everybody_reads(challenge: Callable[[str], Any]) -> None:
    read, other = to_be_read(challenge("guelph-roads-sprint")), challenge("guelph-roads-sprint")
    assert gather_facts(read) == gather_facts(other) != {}
    for step in list_steps(other):
        assert latest_content(get_step(read, step.key)) == latest_content(step)


def test_a_verb_asks_anew(challenge: Callable[[str], Any], django_assert_num_queries: Any) -> None:
    found = to_be_read(challenge("water-leaks"))
    list_steps(found)
    with noting_rows():
        assert not is_read(found)
        with django_assert_num_queries(2):
            list_steps(found)
            get_step(found, "invitation")


def test_of_any_other_row_it_is_asked_each_time(
    challenge: Callable[[str], Any], django_assert_num_queries: Any
) -> None:
    found = challenge("water-leaks")
    with django_assert_num_queries(2):
        list_steps(found)
        list_steps(found)


def test_answers_differ_by_what_is_asked(challenge: Callable[[str], Any]) -> None:
    @once
    def is_called(row: Any, code: str, *, loudly: bool = False) -> str:
        return f"{row.code == code} {loudly}"

    found = to_be_read(challenge("water-leaks"))
    assert [is_called(found, "water-leaks"), is_called(found, "x"), is_called(found, "x", loudly=True)] == [
        "True False",
        "False False",
        "False True",
    ]
