"""Lots that anybody can draw again."""

import subprocess
from itertools import permutations

from mix.rules.choice.lots import draw, fingerprint, lot_of

SECRET, SAID = "0123456789abcdef", "Dice: 3, 5, 1"


def test_the_order_is_the_same_in_whichever_order_the_equals_are_named() -> None:
    orders = {draw(names, secret=SECRET, said=SAID) for names in permutations(("kestrel", "releve", "tamarack"))}
    assert len(orders) == 1


def test_each_of_the_equals_may_come_first_and_secret_and_words_both_decide() -> None:
    names = ("kestrel", "releve", "tamarack")
    first = [draw(names, secret=SECRET, said=f"Dice: {n}")[0] for n in range(300)]
    assert all(70 < first.count(name) < 130 for name in names)
    assert len({draw(names, secret=f"{n}", said=SAID) for n in range(50)}) == 6


def test_a_lot_is_what_other_programs_compute() -> None:
    done = subprocess.run(["sha256sum"], input=f"{SECRET}\n{SAID}\nreleve".encode(), capture_output=True, check=True)
    assert done.stdout.decode().split()[0] == lot_of("releve", secret=SECRET, said=SAID)
    done = subprocess.run(["sha256sum"], input=SECRET.encode(), capture_output=True, check=True)
    assert done.stdout.decode().split()[0] == fingerprint(SECRET)
