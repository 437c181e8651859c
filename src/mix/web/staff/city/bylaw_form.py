"""The form of a by-law's table: its fields, a table as it would be typed, and what was typed or uploaded as one."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from pydantic import ValidationError

from mix.phrases.words import wording
from mix.rules.city.policy.bylaws import BylawTable, Topic
from mix.rules.city.policy.facts import Category, Competition
from mix.rules.core.catalogue import DocumentInvalid, decode, read
from mix.rules.core.fields import Column, FieldSpec, FieldType, Option, read_answers
from mix.rules.core.unmet import Refused, Unmet

MOST_BYTES = 200_000


CLOCKS = ("least_days", "debrief_days", "dispute_days", "standstill_days", "pilot_days")


def _options(group: str, codes: type[Category | Competition]) -> tuple[Option, ...]:
    return tuple(Option(key=c.value, title=wording(group, c.value)) for c in codes)


def _field(key: str, kind: FieldType, **more: Any) -> FieldSpec:  # noqa: ANN401 - what a field may have besides
    title = more.pop("title", None) or wording("bylaw_field", key)
    return FieldSpec(key=key, type=kind, title=title, **more)


def _column(key: str, kind: FieldType, **more: Any) -> Column:  # noqa: ANN401 - what a column may have besides
    return Column(key=key, type=kind, title=wording("bylaw_field", key), **more)


@cache
def table_fields() -> tuple[FieldSpec, ...]:
    """Return the fields of the form; made when first asked for, because their titles stand in the catalogue."""
    columns = (
        _column("category", FieldType.CHOICE, required=True, options=_options("category", Category)),
        _column("up_to_cents", FieldType.MONEY),
        _column("method", FieldType.CHOICE, required=True, options=_options("competition", Competition)),
        _column("quotes", FieldType.NUMBER),
    )
    return (
        _field("citation", FieldType.LINE, required=True),
        _field("url", FieldType.LINE),
        _field("effective_on", FieldType.DATE, required=True),
        _field("bands", FieldType.ROWS, required=True, hint=wording("bylaw_note", "bands"), columns=columns),
        *(_field(key, FieldType.NUMBER, unit=wording("bylaw_note", "days")) for key in CLOCKS),
        _field("objections_hold", FieldType.YES_NO),
        *(_field(f"text_{t.value}", FieldType.TEXT, title=wording("bylaw_topic", t.value)) for t in Topic),
        _field("note", FieldType.TEXT),
    )


def as_answers(table: BylawTable, effective_on: date | None) -> dict[str, Any]:
    """Return a table as the form's answers."""
    return {
        **table.model_dump(mode="json", exclude={"bands", "texts"}),
        **{f"text_{topic.value}": text for topic, text in table.texts.items()},
        "effective_on": effective_on.isoformat() if effective_on else "",
        "bands": [{**b.model_dump(mode="json"), "quotes": str(b.quotes) if b.quotes else ""} for b in table.bands],
    }


def read_table(answers: dict[str, Any]) -> tuple[BylawTable, date]:
    """Read a table from what was typed. Raises Refused with everything that is wrong."""
    good, bad = read_answers(table_fields(), answers)
    unmet = [Unmet(e.code, e.params, field=key) for key, e in bad.items()]
    unmet += [
        Unmet("field_missing", s.title.params("field"), field=s.key)
        for s in table_fields()
        if s.required and s.key not in bad and not good.get(s.key)
    ]
    if unmet:
        raise Refused(*unmet)
    days = {key: _whole(good.get(key)) for key in CLOCKS}
    bands = [{**row, "quotes": _whole(row.get("quotes")) or 0} for row in good["bands"]]
    try:
        table = BylawTable.model_validate(
            {
                "citation": good["citation"],
                "url": good.get("url") or "",
                "note": good.get("note") or "",
                "objections_hold": bool(good.get("objections_hold")),
                "bands": [{k: v for k, v in b.items() if v is not None} for b in bands],
                "texts": {t.value: text for t in Topic if (text := good.get(f"text_{t.value}"))},
                **days,
            }
        )
    except ValidationError as error:
        raise Refused(*(_unmet(e) for e in error.errors())) from None
    return table, date.fromisoformat(good["effective_on"])


def _unmet(error: Any) -> Unmet:  # noqa: ANN401 - pydantic's error record
    field = str(error["loc"][0]) if error["loc"] else "bands"
    code = (
        error["type"] if error["type"].startswith("bylaw_") else "bylaw_address" if field == "url" else "bylaw_number"
    )
    category = error.get("ctx", {}).get("category")
    params = wording("category", category).params("category") if category else {}
    return Unmet(code, params, field=field)


def _whole(text: object) -> int | None:
    try:
        return int(str(text)) if text not in (None, "") else None
    except ValueError:
        raise Refused(Unmet("not_a_number", {"given": str(text)[:40]}, field="bands")) from None


def read_table_file(content: bytes) -> BylawTable:
    """Read a table from a file (YAML). Raises Refused with the line of everything that is wrong."""
    if len(content) > MOST_BYTES:
        raise Refused(Unmet("bylaw_file", {"line": "0", "text": f"> {MOST_BYTES:,} bytes"}, field="file"))
    try:
        return read(decode(content), BylawTable)
    except DocumentInvalid as error:
        found = [Unmet("bylaw_file", {"line": str(p.line), "text": p.text}, field="file") for p in error.problems]
        raise Refused(*found) from None
