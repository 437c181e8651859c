"""A city's people as a file: what is read of it, and a sample to begin from."""

from __future__ import annotations

import csv
from io import StringIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse

from mix.data.models import Municipality
from mix.phrases.words import word
from mix.readers.city.municipalities import list_departments
from mix.rules.city.people_files import COLUMNS, Known, Listed, read_people
from mix.rules.core.access import AS_PARTNER, Role
from mix.rules.core.unmet import require

GIVEN_ROLES = tuple(r.value for r in Role if r not in AS_PARTNER | {Role.CHAIR, Role.VENDOR})
MOST_BYTES = 200_000


def read_list(city: Municipality, file: UploadedFile[bytes]) -> tuple[Listed, ...]:
    """Read a list that was uploaded: in UTF-8, or as Excel writes it on Windows. Raises Refused."""
    require((file.size or 0) <= MOST_BYTES, "people_table", field="file", line="1")
    content = file.read()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    return read_people(text, _known(city))


def _known(city: Municipality) -> Known:
    """Return what a line may name: roles by code and by their words, departments by code and name."""
    languages = [code for code, _name in settings.LANGUAGES]
    roles = {name.lower(): Role(code) for code in GIVEN_ROLES for name in _names_of(code, languages)}
    departments = {
        name.lower(): d.code
        for d in list_departments(city)
        if d.closed_at is None
        for name in (d.code, *d.wording("name").texts.values())
    }
    return Known(roles, departments, languages)


def _names_of(role: str, languages: list[str]) -> list[str]:
    return [role, *(word("role", role, code) for code in languages)]


def sample_list(city: Municipality) -> HttpResponse:
    """Hand out a list with one line as an example, to be written over."""
    made = StringIO()
    rows = csv.writer(made)
    rows.writerow(COLUMNS)
    first = next((d.code for d in list_departments(city) if d.closed_at is None), "")
    rows.writerow(["name@city.ca", "First Last", Role.PROJECT_LEAD.value, first, "en"])
    response = HttpResponse(made.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="people.csv"'
    return response
