"""Questions that are put into SQL once: on the busiest paths Django's wording of a query costs more than its answer.

    @asked
    def _members(vendor: int) -> QuerySet[Person]:
        return Person.objects.filter(vendor_members__vendor_id=vendor).order_by("name")

    people = _members(vendor.pk)  # a list

What is asked for is a text (or what contains it), a whole number, an instant, a row or a tuple of these, by place; all
else of a question stays as it is. Of a row a question knows its key alone: `step.lessons.order_by("id")`, or
`filter(step=step)`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Hashable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial, update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet, prefetch_related_objects

P = ParamSpec("P")
Row = TypeVar("Row")
MOST = 64  # numbers of what is asked for, of which a question keeps its words
FIRST = 2_000_000_000  # marks stand for what is asked for: no number in a query of ours is as large
NEVER = datetime(9000, 1, 1, tzinfo=UTC)  # nor any instant as late


@dataclass(frozen=True, slots=True)
class Around:
    """SQL around that of a question, which returns the same columns, with what is asked for in its last part."""

    before: str
    after: str
    params: tuple[object, ...]


class _Worded:
    """A query in the words of one database, with a mark in each place where what is asked for belongs."""

    def __init__(self, rows: QuerySet[Any, Any], *, shares: bool = False) -> None:
        self.rows, self.query = rows, rows.query
        self.compiler = rows.query.get_compiler(connection=connection)
        try:
            self.sql, self.params = self.compiler.as_sql()
        except EmptyResultSet:
            self.sql, self.params = "", ()
            return
        if shares and connection.features.has_select_for_update:
            self.sql += f" FOR SHARE OF {connection.ops.quote_name(rows.model._meta.db_table)}"  # noqa: SLF001 - Django's public name of it
        columns = [column[0] for column in self.compiler.select[: self.compiler.col_count]]
        self.converters = self.compiler.get_converters(columns)
        said: Any = rows  # Django's own names, of which nobody wrote the types
        self.known = said._known_related_objects  # noqa: SLF001 - of whose rows it asks: `step.lessons`
        self.more = said._prefetch_related_lookups  # noqa: SLF001 - what is fetched with them

    def answer(self, given: dict[object, object], rows: dict[object, Model], around: Around | None = None) -> list[Any]:
        """Ask with what stands for each mark, some of which are keys of rows; perhaps with other SQL around it."""
        if not self.sql:
            return []
        # a path into JSON is a list, and stands for nothing else
        params: Any = tuple(given.get(param, param) if isinstance(param, Hashable) else param for param in self.params)
        sql = self.sql
        if around:
            sql, params = f"{around.before}{sql}{around.after}", (*params, *around.params)
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            answers: Iterable[Any] = cursor.fetchall()
        if not answers:
            return []
        if self.compiler.has_extra_select:
            answers = [answer[: self.compiler.col_count] for answer in answers]
        if self.converters:  # after which what was a tuple is a list
            answers = map(tuple, self.compiler.apply_converters(answers, self.converters))
        compiler = _Of(
            self.compiler,
            execute_sql=lambda **_: None,
            results_iter=lambda *_, **__: iter(answers),
            klass_info=self.compiler.klass_info and _once_each(self.compiler.klass_info),
        )
        query = _Of(self.query, get_compiler=lambda *_, **__: compiler)
        known = {field: {rows[m].pk: rows[m] for m in of if m in rows} for field, of in self.known.items()}
        made_by: Any = self.rows._iterable_class  # noqa: SLF001 - what a query set makes its rows by
        found = list(made_by(_Of(self.rows, query=query, _known_related_objects=known)))
        if self.more:
            prefetch_related_objects(found, *self.more)
        return found


def keep_wordings() -> None:
    """Have psycopg keep how it words any statement, where it would word the longer ones anew each time."""
    with suppress(ImportError):
        from psycopg import _queries

        _queries.MAX_CACHED_STATEMENT_LENGTH = 100_000  # characters; the longest of ours has 60,000
        _queries.MAX_CACHED_STATEMENT_PARAMS = 1_000


class _Of:
    """Something of Django's, but for what is said of it here."""

    def __init__(self, whole: object, **said: object) -> None:
        self.__dict__ = {"_whole": whole, **said}

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the whole has
        return getattr(self._whole, name)


class _Once:
    """A kind of row to which others point, in one answer: the city of twenty challenges is one object."""

    def __init__(self, kind: type[Model]) -> None:
        self.kind, self._meta = kind, kind._meta  # noqa: SLF001 - Django's public name of it
        self.made: dict[object, Model] = {}

    def from_db(self, db: str, names: list[str], values: tuple[Any, ...]) -> Model:
        """Return the row of these values, made where its key comes for the first time."""
        key = values[names.index(self._meta.pk.attname)]
        if key not in self.made:
            self.made[key] = self.kind.from_db(db, names, values)
        return self.made[key]


def _once_each(info: dict[str, Any]) -> dict[str, Any]:
    """Return how rows of an answer are made, with each row that they point at made once."""
    joined = info.get("related_klass_infos", ())
    return {**info, "related_klass_infos": [{**_once_each(other), "model": _Once(other["model"])} for other in joined]}


class Asked(Generic[P, Row]):
    """A question; called, it returns the list of what was found."""

    def __init__(self, make: Callable[P, QuerySet[Any, Row]], *, shares: bool = False) -> None:
        self.make, self.shares = make, shares
        self.worded: dict[tuple[object, ...], _Worded] = {}
        update_wrapper(self, make)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[Row]:
        """Ask."""
        return self._answer(None, *args, **kwargs)

    def part(self, most: int, after: int = 0) -> Callable[P, list[Row]]:
        """Return the question for so many, after so many others, of what would be found in its order."""
        return partial(self._answer, Around("", " LIMIT %s OFFSET %s", (most, after)))

    def within(self, around: Around) -> Callable[P, list[Row]]:
        """Return the question with other SQL around its own, for what Django has no words for."""
        return partial(self._answer, around)

    def _answer(self, around: Around | None, /, *args: P.args, **kwargs: P.kwargs) -> list[Row]:
        if kwargs:
            raise TypeError("what is asked for stands in its place")
        shape = (connection.vendor, *(len(a) if isinstance(a, tuple) else type(a) for a in args))
        marks, given, rows = _marks(args)
        worded = self.worded.get(shape)
        if worded is None:
            worded = _Worded(self.make(*marks), shares=self.shares)  # type: ignore[call-arg,arg-type]  # of the same types
            if _is_changed(worded.sql, worded.params, given):
                raise TypeError("what is asked for does not stand in the SQL as it is")
            if len(self.worded) >= MOST:
                self.worded.clear()
            self.worded[shape] = worded
        return worded.answer(given, rows, around)


def _marks(args: tuple[object, ...]) -> tuple[list[object], dict[object, object], dict[object, Model]]:
    """Return what stands for each argument, what each mark stands for, and the rows whose keys some stand for.

    Raises TypeError for what has no mark. What stands for a row has its key alone, and knows nothing else of it.
    """
    given: dict[object, object] = {}
    rows: dict[object, Model] = {}

    def mark(value: object) -> object:
        if isinstance(value, datetime):
            moment, written = NEVER + timedelta(seconds=len(given)), connection.ops.adapt_datetimefield_value
            given[written(moment)] = written(value)
            return moment
        if isinstance(value, Model):
            key = mark(value.pk)
            rows[key] = value
            kind = value.__class__  # who is signed in comes as something lazy, of another type
            return kind.from_db(None, [kind._meta.pk.attname], [key])  # noqa: SLF001 - Django's public name of it
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise TypeError(type(value).__name__)
        number = FIRST + len(given)
        made: object = number if isinstance(value, int) else f"mark {number}"
        given[made] = value
        if isinstance(value, str):
            given[f"%{made}%"] = f"%{connection.ops.prep_for_like_query(value)}%"  # what contains it
        return made

    return [tuple(map(mark, a)) if isinstance(a, tuple) else mark(a) for a in args], given, rows


_OF_MARK = re.compile(rf"{FIRST // 100_000}\d{{5}}|{NEVER:%Y-%m-%d}")


def _is_changed(sql: str, params: Iterable[object], given: Collection[object]) -> bool:
    """Say whether a mark stands in the SQL otherwise than it was given: then what it stands for would not."""
    others = (str(param) for param in params if isinstance(param, str | int) and param not in given)
    return bool(_OF_MARK.search(sql)) or any(map(_OF_MARK.search, others))


def asked(make: Callable[P, QuerySet[Any, Row]]) -> Asked[P, Row]:
    """Have a question put into SQL once for each database and each number of what is asked for."""
    return Asked(make)


def shared(make: Callable[P, QuerySet[Any, Row]]) -> Callable[P, list[Row]]:
    """Do the same with a question whose rows nobody changes until the transaction ends; Django knows no shared lock.

    On SQLite whoever writes is alone anyhow.
    """
    return Asked(make, shares=True)
