"""Which earlier answers are offered beside a question."""

from datetime import UTC, datetime

from mix.rules.core.fields import FieldSpec, FieldType, Wording
from mix.rules.market.library import EarlierAnswer, fitting, takes_earlier

TEAM = FieldSpec(key="team", title=Wording(en="Your team", fr="Votre équipe"))


def earlier(key: str, title: str, text: str, day: int, type_: FieldType = FieldType.TEXT) -> EarlierAnswer:
    spec = FieldSpec(key=key, title=Wording(en=title), type=type_)
    return EarlierAnswer(spec, text, "CALL", Wording(en="Leaks"), datetime(2026, 1, day, tzinfo=UTC))


def test_the_same_question_comes_first_and_the_latest_first() -> None:
    rows = [
        earlier("team", "Team and culture", "Two people.", 1),
        earlier("people", "Your team", "Three people.", 3),
        earlier("approach", "Approach", "Small steps.", 2),
        earlier("team", "Team", "Four people.", 5),
    ]
    like, others = fitting(TEAM, rows)
    assert [a.text for a in like] == ["Four people.", "Three people.", "Two people."]
    assert [a.text for a in others] == ["Small steps."]


def test_a_text_is_offered_once_and_what_binds_never() -> None:
    rows = [earlier("team", "Team", "Two people.", day) for day in (1, 4)]
    like, others = fitting(TEAM, [*rows, earlier("price", "Price", "100", 2, FieldType.NUMBER)])
    assert ([a.closed_at.day for a in like], others) == ([4], [])
    assert [takes_earlier(FieldSpec(key="a", title=TEAM.title, type=t)) for t in (FieldType.LINE, FieldType.MONEY)] == [
        True,
        False,
    ]
