"""A question that was put into SQL once finds what Django's own would, whoever asks and whatever for."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, F, QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.test.utils import CaptureQueriesContext
from django.utils.functional import SimpleLazyObject

from mix.data.asked import asked, shared
from mix.data.models import Challenge, Person, Step

pytestmark = pytest.mark.django_db


def of_challenge(code: str, keys: tuple[str, ...]) -> QuerySet[Step]:
    rows = Step.objects.filter(challenge__code=code, key__in=keys).select_related("challenge__municipality")
    return rows.defer("challenge__question").annotate(calls=Count("solicitations")).order_by("position")


def with_position(position: int, state: str) -> QuerySet[Step, tuple[str, int]]:
    return Step.objects.filter(position__gte=position, state=state).order_by("pk").values_list("key", "position")


STEPS, POSITIONS = asked(of_challenge), asked(with_position)


def facts(rows: Any) -> list[tuple[object, ...]]:
    return [(s.pk, s.key, s.calls, s.challenge.code, s.challenge.municipality.name) for s in rows]


def test_what_is_found_is_what_django_finds(django_assert_num_queries: Any) -> None:
    for code in ("water-leaks", "guelph-roads-sprint", "nowhere"):
        for keys in (("invitation",), ("invitation", "commissioning"), ("commissioning", "market-scan"), ("x'; --",)):
            with django_assert_num_queries(1):
                found = facts(STEPS(code, keys))
            assert found == facts(of_challenge(code, keys))
    assert facts(STEPS("water-leaks", ("invitation",)))
    for position, state in ((3, "done"), (7, "waiting"), (3, "none")):
        assert POSITIONS(position, state) == list(with_position(position, state))
    assert POSITIONS(3, "done")


def test_what_is_shared_is_locked_where_the_database_knows_how() -> None:
    question = shared(lambda pk: Challenge.objects.filter(pk=pk).annotate(city=F("municipality__code")))
    one = Challenge.objects.get(code="water-leaks")
    with CaptureQueriesContext(connection) as asked_for:
        found = question(one.pk)
    assert [(c, c.city) for c in found] == [(one, one.municipality.code)]
    lock = ' FOR SHARE OF "data_challenge"' if connection.features.has_select_for_update else ""
    assert asked_for[0]["sql"].endswith(f"= {one.pk}{lock}") or asked_for[0]["sql"].endswith(f"= {one.pk}){lock}")


def test_instants_are_asked_for() -> None:
    begun = asked(
        lambda since, zones: Step.objects.filter(begun_at__gte=since, challenge__municipality__zone__in=zones)
    )
    instants = sorted(s.begun_at for s in Step.objects.filter(begun_at__isnull=False))
    for since in (instants[0], instants[len(instants) // 2], instants[-1], instants[-1] + timedelta(microseconds=1)):
        assert len(begun(since, ("America/Toronto",))) == sum(at >= since for at in instants)


def test_it_is_put_into_sql_once(monkeypatch: pytest.MonkeyPatch) -> None:
    people, made = asked(lambda code: Person.objects.filter(code=code)), []
    monkeypatch.setattr(SQLCompiler, "as_sql", _counting(SQLCompiler.as_sql, made))
    assert [[p.code for p in people(code)] for code in ("kim", "olivia", "kim", "nobody")] == [
        ["kim"],
        ["olivia"],
        ["kim"],
        [],
    ]
    assert len(made) == 1


def _counting(of: Any, made: list[object]) -> Any:
    def as_sql(self: Any, *args: Any, **kwargs: Any) -> Any:
        made.append(self)
        return of(self, *args, **kwargs)

    return as_sql


def test_a_row_is_asked_for_by_its_key_and_its_own_stand_beside_it(django_assert_num_queries: Any) -> None:
    own = asked(lambda challenge, state: challenge.steps.filter(state=state).order_by("position"))
    in_any = asked(lambda some: Step.objects.filter(challenge__in=some).order_by("pk").values_list("pk", flat=True))
    for code in ("water-leaks", "guelph-roads-sprint"):
        challenge = Challenge.objects.get(code=code)
        found = own(challenge, "done")
        assert found == list(challenge.steps.filter(state="done").order_by("position")) != []
        with django_assert_num_queries(0):
            assert all(step.challenge is challenge for step in found)
    both = Challenge.objects.filter(code__in=("water-leaks", "guelph-roads-sprint"))
    assert in_any(tuple(both)) == list(
        Step.objects.filter(challenge__in=both).order_by("pk").values_list("pk", flat=True)
    )


def test_who_is_signed_in_is_asked_for_however_lazy() -> None:
    own = asked(lambda person: Person.objects.filter(pk=person.pk))
    assert own(SimpleLazyObject(lambda: Person.objects.get(code="kim"))) == [Person.objects.get(code="kim")]


def test_of_a_row_no_question_knows_more_than_its_key() -> None:
    told = asked(lambda challenge: Person.objects.filter(code=challenge.code))
    with pytest.raises(Challenge.DoesNotExist):
        told(Challenge.objects.get(code="water-leaks"))


def test_what_is_fetched_with_rows_is_fetched_with_them(django_assert_num_queries: Any) -> None:
    whole = asked(lambda code: Challenge.objects.filter(code=code).prefetch_related("steps"))
    with django_assert_num_queries(2):
        found = whole("water-leaks")
        assert len(found[0].steps.all()) > 3
    with django_assert_num_queries(1):
        assert whole("nowhere") == []


@pytest.mark.parametrize("text", ["leak", "LEAK", "%", "_", "\\", "'", "mark", "é", ""])
def test_what_contains_a_text_is_found(text: str) -> None:
    def with_word(word: str) -> QuerySet[Challenge]:
        return Challenge.objects.filter(title__icontains=word).order_by("pk")

    in_french = asked(lambda word: Challenge.objects.filter(translations__fr__title__icontains=word).order_by("pk"))
    named = asked(lambda word: Challenge.objects.filter(title__contains=word, title__startswith="W").order_by("pk"))
    assert asked(with_word)(text) == list(with_word(text))
    assert in_french(text) == list(Challenge.objects.filter(translations__fr__title__icontains=text).order_by("pk"))
    assert named(text) == list(Challenge.objects.filter(title__contains=text, title__startswith="W").order_by("pk"))


def test_a_part_is_of_the_order_and_the_sql_is_the_same() -> None:
    whole = list(Step.objects.order_by("pk").values_list("pk", flat=True))
    keys = asked(lambda least: Step.objects.filter(pk__gte=least).order_by("pk").values_list("pk", flat=True))
    for after, most in ((0, 3), (4, 1), (len(whole) - 1, 9), (len(whole), 9)):
        assert keys.part(most, after)(whole[0]) == whole[after : after + most]
    assert keys(whole[2]) == whole[2:]
    assert len(keys.worded) == 1


def test_what_is_not_in_the_sql_as_it_was_given_is_refused() -> None:
    for wrong in (
        asked(lambda number: Person.objects.filter(name=f"No. {number}")),
        asked(lambda most: Person.objects.all()[:most]),
        asked(lambda number: Person.objects.filter(name__startswith=str(number))),
    ):
        with pytest.raises(TypeError, match="does not stand"):
            wrong(7)


def test_none_of_nothing_is_found_without_asking(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert STEPS("water-leaks", ()) == []


def test_what_has_no_mark_is_refused() -> None:
    people = asked(lambda given: Person.objects.filter(is_active=given))
    for wrong in (True, None, 1.5, [1]):
        with pytest.raises(TypeError):
            people(wrong)
    with pytest.raises(TypeError, match="place"):
        people(given="x")


def test_what_is_deferred_is_read_when_it_is_needed() -> None:
    found = STEPS("water-leaks", ("invitation",))[0].challenge
    assert found.get_deferred_fields() == {"question"}
    assert found.question == Challenge.objects.get(code="water-leaks").question


def test_each_thread_asks_over_its_own_connection() -> None:
    assert POSITIONS(3, "done")
    used: list[bool] = []

    def ask() -> None:
        connection.execute_wrappers.append(lambda run, *rest: (used.append(True), run(*rest))[1])
        try:
            POSITIONS(3, "done")
        finally:
            connection.close()

    thread = Thread(target=ask)
    thread.start()
    thread.join(30)
    assert used == [True]


def test_a_long_statement_is_worded_by_psycopg_once() -> None:
    from psycopg import _queries
    from psycopg.adapt import Transformer

    statement, before = "SELECT " + "1, " * 5_000 + "%s", _queries._query2pg.cache_info()
    for _ in range(2):
        _queries.PostgresQuery(Transformer()).convert(statement, [1])
    after = _queries._query2pg.cache_info()
    assert (after.misses - before.misses, after.hits - before.hits) == (1, 1)
