"""A page of keys is the page of rows that it stands for, wherever it lies."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Q

from mix.data.models import Step
from mix.readers.core.paging import keyed, page_by_keys, page_of

pytestmark = pytest.mark.django_db
STEPS = Step.objects.order_by("-position", "challenge_id")


OF_CHALLENGE = keyed(lambda codes: STEPS.filter(challenge__code__in=codes))


def fetch(keys: tuple[int, ...]) -> list[Step]:
    return list(Step.objects.filter(pk__in=keys))


@pytest.mark.parametrize("rows", [STEPS.filter(challenge__code="water-leaks"), STEPS, STEPS.filter(Q(pk__in=[]))])
@pytest.mark.parametrize("number", [-1, 0, 1, 2, 3, 10_000, 999_999_999])
def test_a_page_by_keys_is_the_page(rows: Any, number: int) -> None:
    assert page_by_keys(keyed(lambda: rows)(), number, fetch, size=7) == page_of(rows, number, size=7)


@pytest.mark.parametrize("number", [-1, 1, 2, 3, 999_999_999])
@pytest.mark.parametrize("code", ["water-leaks", "guelph-roads-sprint", "nowhere"])
def test_so_is_a_page_of_a_question_that_is_put_into_sql_once(code: str, number: int) -> None:
    found = page_by_keys(OF_CHALLENGE((code,)), number, fetch, size=7)
    assert found == page_of(STEPS.filter(challenge__code=code), number, size=7)


def test_a_page_of_a_list_takes_two_queries(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        assert len(page_by_keys(keyed(STEPS.all)(), 3, fetch).rows) == 20
