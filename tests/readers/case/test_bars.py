"""What is kept with a challenge of where it stands is what its steps say, whatever verb moved them last."""

from __future__ import annotations

from typing import Any

import pytest

from mix.data.models import Challenge, Step
from mix.jobs.doctor import State, cards
from mix.readers.case.challenges import list_out_of_step
from mix.rules.case.bars import read_bar
from mix.rules.core.kinds import Origin

pytestmark = pytest.mark.django_db


def test_every_verb_that_moves_a_step_keeps_the_bar() -> None:
    """The demonstration begins, signs, sends back, leaves out and completes steps, by the verbs alone."""
    assert Step.objects.filter(round__gt=1).exists()
    moved = [s for c in Challenge.objects.exclude(bar="") for s in read_bar(c.bar)]
    assert {(s.state, s.asked_at is not None, s.done_at is not None) for s in moved} == {
        ("waiting", False, False),
        ("active", False, False),
        ("done", False, True),
        ("skipped", False, True),
    }
    assert {c.origin for c in Challenge.objects.filter(bar="")} == {Origin.HISTORY}
    assert list_out_of_step() == []


def test_a_bar_that_says_something_else_is_found(django_assert_num_queries: Any) -> None:
    assert [w.state for w in cards()] == [State.GOOD]
    step = Step.objects.filter(challenge__code="water-leaks", state="active")[0]
    Step.objects.filter(pk=step.pk).update(state="skipped")
    with django_assert_num_queries(2):
        assert list_out_of_step() == ["water-leaks"]
    (word,) = cards()
    assert (word.state, word.text.split(":")[0]) == (State.BAD, "water-leaks")
