import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mix.rules.core.fields import (
    BadValue,
    Bilingual,
    Column,
    FieldSpec,
    FieldType,
    Wording,
    missing_answers,
    read_answers,
    read_money,
    read_value,
)
from mix.rules.core.unmet import Refused, Unmet

T = Bilingual(en="Title", fr="Titre")


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("12500", 1_250_000),
        ("12,500", 1_250_000),
        ("12,500.50", 1_250_050),
        ("12 500,50", 1_250_050),
        ("12 500,5 $ CA", 1_250_050),
        ("CAD 0", 0),
        ("0.01", 1),
    ],
)
def test_money_is_read_as_people_write_it(text: str, cents: int) -> None:
    assert read_money(text) == cents


@pytest.mark.parametrize("text", ["", "-5", "twelve", "1.234", "1,23,4", "1e9", "NaN", "9" * 40, "99999999999999"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        read_money(text)


@given(st.integers(min_value=0, max_value=10**12))
def test_money_survives_writing_and_reading(cents: int) -> None:
    assert read_money(f"{cents // 100:,}.{cents % 100:02d}") == cents


def test_missing_answers_lists_everything() -> None:
    specs = (
        FieldSpec(key="a", title=T, required=True),
        FieldSpec(key="b", title=T, max_words=2),
        FieldSpec(key="c", type=FieldType.YES_NO, title=T, must_be_yes=True),
        FieldSpec(
            key="d",
            type=FieldType.ROWS,
            title=T,
            required=True,
            min_rows=2,
            columns=(Column(key="x", title=T, required=True),),
        ),
    )
    params = {"field": "Title", "field_fr": "Titre"}
    found = missing_answers(specs, {"a": "", "b": "one two three", "c": False, "d": [{"x": None}]})
    assert found == (
        Unmet("field_missing", params, field="a"),
        Unmet("too_many_words", {**params, "most": "2", "has": "3"}, field="b"),
        Unmet("field_must_be_yes", params, field="c"),
        Unmet("too_few_rows", {**params, "least": "2"}, field="d"),
        Unmet("cell_missing", {**params, "row": "1", "column": "Title", "column_fr": "Titre"}, field="d"),
    )


@given(
    st.dictionaries(
        st.sampled_from(["n", "d", "m", "r"]),
        st.one_of(st.text(max_size=30), st.lists(st.text()), st.none(), st.integers()),
    )
)
def test_reading_never_breaks(raw: dict[str, object]) -> None:
    specs = (
        FieldSpec(key="n", type=FieldType.NUMBER, title=T),
        FieldSpec(key="d", type=FieldType.DATE, title=T),
        FieldSpec(key="m", type=FieldType.MONEY, title=T),
    )
    good, bad = read_answers(specs, raw)
    assert set(good) | set(bad) == {"n", "d", "m"}


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\t", "\x0b", "\x1f", "\x7f", "\x85", "\u2028"])
@pytest.mark.parametrize("type_", [FieldType.LINE, FieldType.NUMBER, FieldType.MONEY, FieldType.DATE])
def test_only_a_text_may_have_several_lines(type_: FieldType, break_: str) -> None:
    raw = f"1{break_}2"
    with pytest.raises(BadValue) as caught:
        read_value(FieldSpec(key="x", type=type_, title=T), raw)
    assert caught.value.code == "not_one_line"
    rows = FieldSpec(key="x", type=FieldType.ROWS, title=T, columns=(Column(key="c", type=type_, title=T),))
    assert read_answers((rows,), {"x": [{"c": raw}]})[1]["x"].code == "not_one_line"
    ends, sets_a_tab = break_ not in "\t\x1f\x7f", break_ == "\t"
    assert read_value(FieldSpec(key="x", title=T), raw) == ("1\n2" if ends else "1\t2" if sets_a_tab else "12")


@pytest.mark.parametrize(("given", "problem"), [(200, ""), (201, "too_many_rows")])
def test_rows_past_the_limit_are_refused_and_never_cut(given: int, problem: str) -> None:
    rows = FieldSpec(key="x", type=FieldType.ROWS, title=T, columns=(Column(key="c", title=T),))
    good, bad = read_answers((rows,), {"x": [{"c": f"{n}"} for n in range(given)]})
    assert (len(good.get("x", [])), {key: e.code for key, e in bad.items()}) == (
        (given, {}) if not problem else (0, {"x": problem})
    )


def test_a_text_by_language_is_read_in_it_or_in_english() -> None:
    text = Wording.of({"en": " Roads ", "fr": "Routes", "eo": "  "})
    assert text == Wording(en="Roads", fr="Routes")
    assert [(text.in_(code), text.spoken(code)) for code in ("en", "fr-ca", "eo")] == [
        ("Roads", "en"),
        ("Routes", "fr"),
        ("Roads", "en"),
    ]
    assert text.params("step") == {"step": "Roads", "step_fr": "Routes"}
    assert list(Wording.model_validate({"fr": "Routes", "eo": "Vojoj", "en": "Roads"}).texts) == ["en", "eo", "fr"]


@pytest.mark.parametrize(("kind", "field"), [(Wording, "title"), (Bilingual, "title_fr")])
def test_a_language_that_is_due_is_asked_for(kind: type[Wording], field: str) -> None:
    texts = {"eo": "Vojoj", **({"en": "Roads"} if kind is Bilingual else {})}
    with pytest.raises(Refused) as caught:
        kind.of(texts, field=field.removesuffix("_fr"))
    assert caught.value.unmet == (Unmet("answer_missing", field=field),)


@pytest.mark.parametrize("texts", [{"en": " "}, {"en": "Roads", "eo": " "}, {"en": "Roads", "franca": "Routes"}])
def test_nothing_blank_and_no_other_key_stands_in_a_text(texts: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Wording.model_validate(texts)
