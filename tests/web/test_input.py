"""What docs/operations.md says that forms take is what they take."""

import re
from pathlib import Path

import pytest
from django import forms
from django.conf import settings

from mix.rules.core.fields import MAX_ROWS, MAX_TEXT
from mix.web.forms import fields
from mix.web.forms.filekinds import FILMS, MARKS, PLAIN

SAID = (Path(__file__).resolve().parents[2] / "docs/operations.md").read_text()


def said(section: str, row: str) -> str:
    (part,) = re.findall(rf"^## {section}\n(.*?)(?=^## )", SAID, re.MULTILINE | re.DOTALL)
    (line,) = [line for line in part.splitlines() if line.startswith(f"| {row}")]
    return line


@pytest.mark.parametrize(
    ("row", "most"),
    [
        ("one line", fields.line("").max_length),
        ("text", fields.text("").max_length),
        ("text", MAX_TEXT),
        ("address of mail", fields.email("").max_length),
        ("table of answers", MAX_ROWS),
        ("any form", settings.DATA_UPLOAD_MAX_NUMBER_FIELDS),
        ("any form", settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 2**20),
    ],
)
def test_the_limits_that_are_said_are_those_that_hold(row: str, most: int) -> None:
    assert re.search(rf"\b{most:,}\b", said("What forms take", row))


def test_the_kinds_of_files_that_are_said_are_those_that_are_taken() -> None:
    (kinds,) = re.findall(r"`([^`]+)`", said("Files", "files of a submission"))
    assert kinds.split() == sorted({*MARKS, *FILMS, *PLAIN})


def test_an_address_that_no_row_holds_is_refused_beside_its_field() -> None:
    field = fields.email("")
    assert field.clean("a" * 60 + "@" + "b" * 60 + ".example")
    with pytest.raises(forms.ValidationError, match="254"):
        field.clean("a" * 60 + "@" + ".".join(["b" * 60] * 4) + ".example")
