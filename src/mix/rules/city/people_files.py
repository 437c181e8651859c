"""A list of a city's people as a table (CSV): each line is one invitation.

    email,name,role,department,language
    rosa@orillia.ca,Rosa Marsh,procurement_officer,Procurement,en

Every line that is wrong is named, with what stands there and what would be right; nothing is taken of a list of which
one is.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from io import StringIO

from mix.rules.core.access import Role
from mix.rules.core.lines import is_one_line
from mix.rules.core.unmet import Refused, Unmet

COLUMNS = ("email", "name", "role", "department", "language")
NEEDED = ("email", "role")
MOST = 500  # people in one list
LONGEST = 254
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+")


@dataclass(frozen=True, slots=True)
class Listed:
    """One person of a list, with the line of the file; `department` is its code, empty for none."""

    line: int
    email: str
    name: str
    role: Role
    department: str
    language: str


@dataclass(frozen=True, slots=True)
class Known:
    """What a line may name: roles and departments by every name that they have, in small letters; and languages."""

    roles: Mapping[str, Role]
    departments: Mapping[str, str]
    languages: Collection[str]


def _wrong(line: int, code: str, **params: str) -> Unmet:
    return Unmet(code, {"line": f"{line}", **params}, "file")


def read_people(text: str, known: Known) -> tuple[Listed, ...]:
    """Read a list. Raises Refused with everything that is wrong with it."""
    rows = csv.reader(StringIO(text.lstrip("\ufeff")), delimiter=_delimiter(text), strict=True)
    try:
        head = [cell.strip().lower() for cell in next(rows, [])]
        missing = [name for name in NEEDED if name not in head]
        if missing or len(set(head)) != len(head) or not set(head) <= set(COLUMNS):
            raise Refused(_wrong(1, "people_head", found=", ".join(head), right=", ".join(COLUMNS)))
        numbered = [(rows.line_num, row) for row in rows if any(cell.strip() for cell in row)]
    except csv.Error:
        raise Refused(_wrong(rows.line_num, "people_table")) from None
    if not numbered or len(numbered) > MOST:
        raise Refused(_wrong(1, "people_count", found=f"{len(numbered)}", most=f"{MOST}"))
    wrong: list[Unmet] = []
    found = [_read(line, dict(zip(head, map(str.strip, row), strict=False)), known, wrong) for line, row in numbered]
    seen: dict[tuple[str, Role], int] = {}
    for one in (one for one in found if one):
        first = seen.setdefault((one.email.casefold(), one.role), one.line)
        if first != one.line:
            wrong.append(_wrong(one.line, "people_twice", found=one.email, first=f"{first}"))
    if wrong:
        raise Refused(*sorted(wrong, key=lambda u: int(u.params["line"])))
    return tuple(one for one in found if one)


def _delimiter(text: str) -> str:
    """Return what stands between the columns: a semicolon where the first line has some, as French Excel writes it."""
    head = text.partition("\n")[0]
    return ";" if head.count(";") > head.count(",") else ","


def _read(line: int, row: Mapping[str, str], known: Known, wrong: list[Unmet]) -> Listed | None:
    """Read one line; what is wrong with it goes into `wrong`, and nothing is returned."""
    before = len(wrong)
    email, name, department = row.get("email", ""), row.get("name", ""), row.get("department", "")
    if not _EMAIL.fullmatch(email) or len(email) > LONGEST:
        wrong.append(_wrong(line, "people_email", found=email))
    if len(name) > 200 or not is_one_line(name):
        wrong.append(_wrong(line, "people_name", found=name[:40]))
    role = known.roles.get(row.get("role", "").lower())
    if role is None:
        right = ", ".join(sorted(set(known.roles.values())))
        wrong.append(_wrong(line, "people_role", found=row.get("role", ""), right=right))
    code = known.departments.get(department.lower(), "")
    if department and not code:
        right = ", ".join(sorted(set(known.departments.values()))) or "–"
        wrong.append(_wrong(line, "people_department", found=department, right=right))
    language = row.get("language", "").lower() or "en"
    if language not in known.languages:
        wrong.append(_wrong(line, "people_language", found=language, right=", ".join(known.languages)))
    if role is None or len(wrong) > before:
        return None
    return Listed(line, email, name, role, code, language)
