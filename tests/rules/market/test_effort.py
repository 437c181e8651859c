"""How long an answer to a call takes, from what it asks."""

from hypothesis import given
from hypothesis import strategies as st

from mix.rules.core.fields import Column, FieldSpec, FieldType, Wording
from mix.rules.market.effort import Effort, effort_of

TITLE = Wording(en="What?")


def asked(type_: FieldType, number: int = 1, *, most: int | None = None) -> FieldSpec:
    columns = (Column(key="a", title=TITLE),) if type_ is FieldType.ROWS else ()
    return FieldSpec(key=f"q{number}", type=type_, title=TITLE, max_words=most, columns=columns)


def test_words_short_answers_tables_and_amounts_are_counted() -> None:
    specs = [asked(FieldType.TEXT, 1, most=600), asked(FieldType.TEXT, 2), asked(FieldType.LINE, 3)]
    specs += [asked(FieldType.ROWS, 4), asked(FieldType.MONEY, 5), asked(FieldType.YES_NO, 6)]
    # quickest: 900 words 270 min, 2 short 6, a table 20, an amount 15, reading 30; slowest: 540, 20, 60, 60, 90
    assert effort_of(specs) == Effort(least=6, most=13, texts=2, words=900, unlimited=1, short=2, tables=1, amounts=1)


def test_who_is_asked_nothing_reads_the_notice() -> None:
    assert effort_of([]) == Effort(1, 2, 0, 0, 0, 0, 0, 0)


@given(st.lists(st.sampled_from([FieldType.TEXT, FieldType.LINE, FieldType.ROWS, FieldType.MONEY]), max_size=12))
def test_more_that_is_asked_never_takes_less(types: list[FieldType]) -> None:
    specs = [asked(type_, n) for n, type_ in enumerate(types)]
    before = effort_of(specs)
    after = effort_of([*specs, asked(FieldType.TEXT, len(types), most=100)])
    assert 1 <= before.least <= before.most
    assert (before.least, before.most) <= (after.least, after.most)
