"""What lists have in common: rows compared with what was there, and an order that loses nothing."""

from mix.rules.core.fields import Wording
from mix.rules.market.lists import Effect, Listed, effects, is_reordered


def row(key: str, **cells: str | float) -> Listed:
    return Listed(key, Wording(en=key.upper()), cells)


def test_rows_that_differ_come_or_go_are_said_with_their_columns() -> None:
    same, then, now, gone = row("a", n=1), row("b", n=1, m="x"), row("b", n=2, m="x"), row("d", n=4)
    came = row("c", n=3, m="")
    found = effects([same, then, gone], [came, now, same])
    assert found == (Effect(None, came, ("n",)), Effect(then, now, ("n",)), Effect(gone, None, ("n",)))
    assert [e.title.en for e in found] == ["C", "B", "D"]


def test_an_order_is_another_where_what_is_in_both_stands_otherwise() -> None:
    a, b, c = row("a"), row("b"), row("c")
    assert [is_reordered([a, b], rows) for rows in ([a, b, c], [c, a, b], [a], [b, a], [b, c])] == [
        False, False, False, True, False,
    ]  # fmt: skip
