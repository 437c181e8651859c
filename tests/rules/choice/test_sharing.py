"""A large panel shares what it scores: evenly, and without moving what others have."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from mix.rules.choice.sharing import Shares

PANEL = (11, 12, 13, 14, 15)
ENTRIES = (1, 2, 3, 4, 5, 6)


def test_the_orders_decide_who_scores_what() -> None:
    shares = Shares(2, (11, 12, 13), (1, 2, 3))
    assert [shares.scorers(s, seated=(11, 12, 13)) for s in (1, 2, 3)] == [{11, 12}, {13, 11}, {12, 13}]


def test_what_is_drawn_is_everybody_and_everything_and_reads_back() -> None:
    drawn = Shares.draw(each=3, members=PANEL, submissions=ENTRIES)
    assert (sorted(drawn.members), sorted(drawn.submissions)) == (list(PANEL), list(ENTRIES))
    assert Shares.read(drawn.write()) == drawn
    orders = {Shares.draw(each=3, members=PANEL, submissions=ENTRIES).members for _ in range(200)}
    assert len(orders) > 50  # of 120


def test_what_came_to_the_list_later_is_everybodys() -> None:
    assert Shares(2, PANEL, (1,)).scorers(9, seated=PANEL, barred=[12]) == {11, 13, 14, 15}


def test_who_was_appointed_since_takes_the_place_of_who_left() -> None:
    shares = Shares(2, (11, 12, 13), (1, 2, 3))
    assert [shares.scorers(s, seated=(11, 13)) for s in (1, 2, 3)] == [{11, 13}, {13, 11}, {13, 11}]
    assert [shares.scorers(s, seated=(11, 13, 20)) for s in (1, 2, 3)] == [{11, 20}, {13, 11}, {13, 20}]


@given(each=st.integers(2, 5), entries=st.integers(1, 40), size=st.integers(5, 12))
def test_shares_differ_by_one_at_most_and_nothing_is_left_out(each: int, entries: int, size: int) -> None:
    panel, listed = list(range(100, 100 + size)), list(range(entries))
    shares = Shares.draw(each=each, members=panel, submissions=listed)
    of_each = [shares.scorers(s, seated=panel) for s in listed]
    assert {len(found) for found in of_each} == {each}
    held = Counter(member for found in of_each for member in found)
    counts = [held[member] for member in panel]
    assert max(counts) - min(counts) <= 1


@given(data=st.data())
def test_a_conflict_moves_nothing_but_what_it_is_with(data: st.DataObject) -> None:
    shares = Shares.draw(each=2, members=PANEL, submissions=ENTRIES)
    submission = data.draw(st.sampled_from(ENTRIES))
    before = shares.scorers(submission, seated=PANEL)
    barred = data.draw(st.sampled_from(sorted(before)))
    after = shares.scorers(submission, seated=PANEL, barred=[barred])
    assert len(after) == 2
    assert before - {barred} < after


def test_too_few_who_may_are_all_who_may() -> None:
    assert Shares(3, PANEL, ENTRIES).scorers(1, seated=(11, 12), barred=[12]) == {11}
