"""One score written on two pages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mix.rules.choice.merging import Merged, Written, merge

BASE = Written(3, "Sound.")
SCORES = st.none() | st.integers(0, 5)
ROWS = st.builds(Written, SCORES, st.sampled_from(["", "a", "b", "c"]))


@pytest.mark.parametrize(
    ("mine", "theirs", "kept", "clashes"),
    [
        (BASE, BASE, BASE, False),
        (Written(4, "Sound."), BASE, Written(4, "Sound."), False),
        (BASE, Written(3, "Newer."), Written(3, "Newer."), False),
        (Written(4, "Sound."), Written(3, "Newer."), Written(4, "Newer."), False),
        (Written(4, "Newer."), Written(4, "Newer."), Written(4, "Newer."), False),
        (Written(None, "Mine."), Written(4, "Sound."), Written(4, "Mine."), False),
        (Written(3, ""), Written(4, "Sound."), Written(4, ""), False),
        (Written(4, "Sound."), Written(2, "Sound."), Written(4, "Sound."), True),
        (Written(3, "Mine."), Written(4, "Newer."), Written(4, "Mine."), True),
    ],
)
def test_what_each_page_changed_is_kept_and_what_both_did_clashes(
    mine: Written, theirs: Written, kept: Written, *, clashes: bool
) -> None:
    assert merge(BASE, mine, theirs) == Merged(kept, clashes)


@given(base=ROWS, mine=ROWS, theirs=ROWS)
def test_nothing_that_was_changed_is_lost_without_a_clash(base: Written, mine: Written, theirs: Written) -> None:
    merged = merge(base, mine, theirs)
    for one, before, now in (
        (mine.score, base.score, merged.kept.score),
        (mine.comment, base.comment, merged.kept.comment),
    ):
        assert one in (None, before, now)
    if not merged.clashes:
        assert theirs.comment in (base.comment, merged.kept.comment)
        assert theirs.score in (base.score, merged.kept.score)


@given(base=ROWS, mine=ROWS)
def test_a_page_alone_is_taken_as_it_is(base: Written, mine: Written) -> None:
    chosen = base.score if mine.score is None else mine.score
    assert merge(base, mine, base) == Merged(Written(chosen, mine.comment), clashes=False)
