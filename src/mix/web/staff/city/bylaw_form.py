"""The form of a by-law's table: its fields, a table as it would be typed, and what was typed or uploaded as one."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import ValidationError

from mix.phrases.words import word
from mix.rules.city.policy.bylaws import BylawTable, Topic
from mix.rules.city.policy.facts import Category, Competition
from mix.rules.core.catalogue import DocumentInvalid, read
from mix.rules.core.fields import Bilingual, Column, FieldSpec, FieldType, Option, read_answers
from mix.rules.core.unmet import Refused, Unmet

MOST_BYTES = 200_000


def _both(group: str, code: str) -> Bilingual:
    return Bilingual(en=word(group, code, "en"), fr=word(group, code, "fr"))


def _options(group: str, codes: type[Category | Competition]) -> tuple[Option, ...]:
    return tuple(Option(key=c.value, title=_both(group, c.value)) for c in codes)


CLOCKS = {
    "least_days": ("Least time to answer a call", "Délai minimal de réponse"),
    "debrief_days": ("Time to ask for a debrief", "Délai pour demander une rétroaction"),
    "dispute_days": ("Time to object", "Délai pour contester"),
    "pilot_days": ("How long a pilot may run", "Durée maximale d’un projet pilote"),
}
_DAYS = Bilingual(en="days", fr="jours")
FIELDS = (
    FieldSpec(
        key="citation",
        type=FieldType.LINE,
        required=True,
        title=Bilingual(en="By-law or policy, with its number", fr="Règlement ou politique, avec son numéro"),
    ),
    FieldSpec(key="url", type=FieldType.LINE, title=Bilingual(en="Where it stands", fr="Où il se trouve")),
    FieldSpec(
        key="effective_on",
        type=FieldType.DATE,
        required=True,
        title=Bilingual(en="In force from", fr="En vigueur à partir du"),
    ),
    FieldSpec(
        key="bands",
        type=FieldType.ROWS,
        required=True,
        title=Bilingual(en="Bands", fr="Tranches"),
        hint=Bilingual(
            en="One row for each band. Leave the value of the highest band empty: it has no limit.",
            fr="Une ligne par tranche. Laissez vide la valeur de la plus haute : elle n’a pas de limite.",
        ),
        columns=(
            Column(
                key="category",
                type=FieldType.CHOICE,
                required=True,
                title=Bilingual(en="What is bought", fr="Ce qui est acheté"),
                options=_options("category", Category),
            ),
            Column(
                key="up_to_cents",
                type=FieldType.MONEY,
                title=Bilingual(en="Up to, before tax", fr="Jusqu’à, avant taxes"),
            ),
            Column(
                key="method",
                type=FieldType.CHOICE,
                required=True,
                title=Bilingual(en="At least", fr="Au moins"),
                options=_options("competition", Competition),
            ),
            Column(key="quotes", type=FieldType.NUMBER, title=Bilingual(en="Quotes", fr="Prix demandés")),
        ),
    ),
    *(
        FieldSpec(key=key, type=FieldType.NUMBER, unit=_DAYS, title=Bilingual(en=english, fr=french))
        for key, (english, french) in CLOCKS.items()
    ),
    *(FieldSpec(key=f"text_{t.value}", type=FieldType.TEXT, title=_both("bylaw_topic", t.value)) for t in Topic),
    FieldSpec(key="note", type=FieldType.TEXT, title=Bilingual(en="Note", fr="Note")),
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
    good, bad = read_answers(FIELDS, answers)
    unmet = [Unmet(e.code, e.params, f"f-{key}") for key, e in bad.items()]
    unmet += [
        Unmet("field_missing", {"field": s.title.en, "field_fr": s.title.fr}, f"f-{s.key}")
        for s in FIELDS
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
    names = {"category": "en", "category_fr": "fr"} if category else {}
    params = {name: word("category", category, language) for name, language in names.items()}
    return Unmet(code, params, f"f-{field}")


def _whole(text: object) -> int | None:
    try:
        return int(str(text)) if text not in (None, "") else None
    except ValueError:
        raise Refused(Unmet("not_a_number", {"given": str(text)[:40]}, "f-bands")) from None


def read_table_file(content: bytes) -> BylawTable:
    """Read a table from a file (YAML). Raises Refused with the line of everything that is wrong."""
    if len(content) > MOST_BYTES:
        raise Refused(Unmet("bylaw_file", {"line": "0", "text": f"> {MOST_BYTES:,} bytes"}, "f-file"))
    try:
        return read(content.decode("utf-8"), BylawTable)
    except UnicodeDecodeError:
        raise Refused(Unmet("bylaw_file", {"line": "0", "text": "UTF-8"}, "f-file")) from None
    except DocumentInvalid as error:
        found = [Unmet("bylaw_file", {"line": str(p.line), "text": p.text}, "f-file") for p in error.problems]
        raise Refused(*found) from None
