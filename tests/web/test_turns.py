"""Turns: in the order of coming, and nobody waits for ever."""

import threading
import time
from contextlib import suppress

from mix.web.frame.turns import Turns


def waiting(turns: Turns, count: int) -> None:
    """Wait until so many stand in line."""
    for _ in range(1000):
        if len(turns._waiting) == count:
            return
        time.sleep(0.002)
    raise AssertionError(f"{len(turns._waiting)} wait, not {count}")


def test_who_came_first_goes_first() -> None:
    turns, went = Turns(1, patience=30), []

    def go(number: int) -> None:
        with turns.taken():
            went.append(number)

    threads = [threading.Thread(target=go, args=(number,)) for number in range(12)]
    with turns.taken():
        for place, thread in enumerate(threads):
            thread.start()
            waiting(turns, place + 1)
    for thread in threads:
        thread.join(10)
    assert went == list(range(12))


def test_no_more_go_at_once_than_may() -> None:
    turns, lock, present, most = Turns(2, patience=30), threading.Lock(), [0], [0]

    def go() -> None:
        with turns.taken():
            with lock:
                present[0] += 1
                most[0] = max(most[0], present[0])
            time.sleep(0.005)
            with lock:
                present[0] -= 1

    threads = [threading.Thread(target=go) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert (most, present) == ([2], [0])


def test_who_has_waited_too_long_goes_ahead_and_costs_nobody_a_turn() -> None:
    turns, went = Turns(1, patience=0.05), []

    def go(number: int) -> None:
        with turns.taken():
            went.append(number)

    with turns.taken():
        late = threading.Thread(target=go, args=(1,))
        late.start()
        late.join(10)
        assert went == [1]
    turns._patience = 30
    with turns.taken():
        next_one = threading.Thread(target=go, args=(2,))
        next_one.start()
        waiting(turns, 1)
    next_one.join(10)
    assert went == [1, 2]


def test_a_fault_hands_the_turn_on() -> None:
    turns = Turns(1, patience=30)
    with suppress(ZeroDivisionError), turns.taken():
        _ = 1 // 0
    began = time.monotonic()
    with turns.taken():
        assert time.monotonic() - began < 10
