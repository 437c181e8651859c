"""The figures by which methods are compared."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mix.data.models import Challenge
from mix.readers.case.challenge_lists import page_public_challenges
from mix.readers.knowledge.lessons import measure

pytestmark = pytest.mark.django_db


def test_the_figures_of_a_finished_case_are_those_of_its_scenario() -> None:
    found = measure([Challenge.objects.get(code="fleet-vans")])[0]
    assert found.days_total == 220  # begun on day 0 at 10:00, its last gate signed on day 221 at 9:00
    assert [p.days for p in found.phases if p.days is not None] == [
        8,
        6,
        65,
        141,
    ]  # a call without answers and a revoked award count
    assert (found.submissions, found.questions, found.addenda) == (3, 0, 0)
    assert found.days_close_to_award == 22  # closed on day 70 at 14:00, awarded on day 93 at 9:00
    assert found.cost_to_bid_cents == [920_000, 920_000, 920_000]


def test_a_stage_that_runs_has_no_length() -> None:
    found = measure([Challenge.objects.get(code="under-our-streets")])[0]
    assert found.days_total is None
    assert any(p.days is None for p in found.phases)


def test_many_cases_ask_no_more_than_one() -> None:
    every = page_public_challenges(1).rows
    measure(every)  # a method is read once in a process
    with CaptureQueriesContext(connection) as one:
        measure(every[:1])
    with CaptureQueriesContext(connection) as all_of_them:
        measure(every)
    assert len(one) == len(all_of_them) == 6
