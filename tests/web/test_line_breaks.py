"""What was typed on several lines is shown on several lines, wherever it is shown: pages, cells, prints."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from mix.data.models import Letter
from mix.phrases.mails import mail_text
from mix.web.documents.workbooks import write_workbook
from tests.behind import behind_the_program

pytestmark = pytest.mark.django_db
FIRST, SECOND = "Canary one.", "Canary two."
TWO = f"{FIRST}\n\n{SECOND}"
# Columns of text that people do not read as it is kept.
KEPT = {
    "identityprovider.secret",
    "methodversion.document",
    "methoddraft.document",
    "challenge.bar",
    "cached.value",
    "checkpoint.note",
}
OF_PROSE = ("content", "translations", "answers", "details", "sheet")
ROADS, STREETS = "guelph-roads-sprint", "under-our-streets"
# A place of each kind: facts, lists, cells, letters, what one side wrote to the other, the case file.
PAGES: dict[str, list[str]] = {
    "": [
        f"challenges/{ROADS}/",
        "challenges/water-leaks/",
        f"challenges/{ROADS}/events/reverse-trade-show/",
        "challenges/young-trees/disclosures/disclosure/",
        "calls/WATER-LEAKS-RFSQ8/",
        "outcomes/",
        "pilots/binsense/",
    ],
    "olivia": [
        "city/",
        "city/needs/N-TREES/",
        "city/pilots/idlefree/",
        f"city/challenges/{STREETS}/shortlist/",
        f"city/challenges/{STREETS}/policy/",
        f"city/challenges/{ROADS}/whole/",
        *(f"city/challenges/{ROADS}/{key}/" for key in ("market-engagement", "reverse-trade-show", "invitation")),
        *(f"city/challenges/{ROADS}/{key}/" for key in ("shortlist", "mvp-plan", "test-environment", "sprint-run")),
        *(
            f"city/challenges/{ROADS}/{key}/"
            for key in ("select-winner", "sale", "sign-contract", "execute", "solution")
        ),
        f"city/challenges/{ROADS}/procurement-brief/versions/",
    ],
    "tess": ["vendor/", "vendor/team/tamarack/", f"vendor/sprints/{ROADS}/test-environment/"],
    "hugo": [f"evaluation/{STREETS}/shortlist/score/A/", f"evaluation/{ROADS}/select-winner/consensus/"],
    "eva": [f"evaluation/{STREETS}/shortlist/across/fit/"],
    "audrey": [f"oversight/{ROADS}/"],
}


def spoil() -> None:
    """Have every text of the world be of two paragraphs, and every long text of what is kept as a whole."""
    for model in apps.get_app_config("data").get_models():
        for field in model._meta.concrete_fields:
            name = f"{model._meta.model_name}.{field.name}"
            if isinstance(field, models.TextField) and name not in KEPT:
                model._base_manager.exclude(**{field.name: ""}).update(**{field.name: TWO})
            elif isinstance(field, models.JSONField) and field.name in OF_PROSE:
                for row in model._base_manager.all():
                    model._base_manager.filter(pk=row.pk).update(**{field.name: spoilt(getattr(row, field.name))})


def spoilt(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: spoilt(one) for key, one in value.items()}
    if isinstance(value, list):
        return [spoilt(one) for one in value]
    return TWO if isinstance(value, str) and len(value.split()) > 4 else value


def run_together(page: str) -> list[str]:
    """List where the two paragraphs of a text stand in one line, with what is around."""
    bare = re.sub(r"<(textarea|script|title)\b.*?</\1>|<!--.*?-->", "", page, flags=re.DOTALL)
    bare = re.sub(r'="[^"]*"', "", bare)
    places = re.finditer(rf"{re.escape(FIRST)}((?:(?!{re.escape(FIRST)}).)*?){re.escape(SECOND)}", bare, re.DOTALL)
    return [bare[max(0, m.start() - 120) : m.end()] for m in places if not re.search(r"<br>|</p>|<li>", m[1])]


def in_attributes(page: str) -> list[str]:
    """List the attributes in which an element stands."""
    return re.findall(r'[\w-]+="[^"<>]*<br[^"]*"', page)


def test_what_runs_together_is_found() -> None:
    assert run_together(f"<td>{TWO}</td>") != []
    assert run_together(f"<td>{FIRST}<br><br>{SECOND}</td><textarea>{TWO}</textarea>") == []
    assert in_attributes(f'<a title="{FIRST}<br>{SECOND}">') != []


@pytest.fixture
def spoilt_world(db: None) -> Iterator[None]:
    """Have every text be of two paragraphs, behind the program."""
    with behind_the_program():
        spoil()
        yield


@pytest.mark.parametrize("who", PAGES)
def test_pages_keep_line_breaks(sign_in: Callable[[str], Client], spoilt_world: None, who: str) -> None:
    client, shown = sign_in(who), 0
    for path in PAGES[who]:
        answer = client.get(f"/en/{path}")
        assert answer.status_code == 200, path
        page = answer.content.decode()
        shown += page.count(FIRST)
        assert (run_together(page), in_attributes(page)) == ([], []), path
    assert shown > len(PAGES[who]), "or this test proves nothing"


def test_prints_keep_line_breaks(
    sign_in: Callable[[str], Client], spoilt_world: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: list[str] = []

    def kept(*args: Any, **kwargs: Any) -> str:
        printed.append(render_to_string(*args, **kwargs))
        return "<html lang='en'><title>A</title><body>A</body></html>"

    monkeypatch.setattr("mix.web.drawing.pdf.render_to_string", kept)
    place = {"evaluation__step__challenge__code": ROADS, "evaluation__step__key": "select-winner"}
    letter = Letter.objects.get(vendor__code="tamarack", **place)
    urls = [reverse("vendor-letter-pdf", args=[letter.pk])]
    assert [sign_in("tess").get(url).status_code for url in urls] == [200]
    document = reverse("city-document", args=[ROADS, "procurement-brief", "pdf"])
    assert sign_in("olivia").get(document).status_code == 200
    assert [run_together(page) for page in printed] == [[], []]
    assert all(FIRST in page for page in printed)


def test_a_mail_keeps_line_breaks() -> None:
    params = {"name": "Tess", "challenge": "Roads", "step": "Plan", "vendor": "T", "until": "", "reason": TWO}
    assert TWO in mail_text("conversation_ended", "fr", **params)[1]


def test_a_spreadsheet_keeps_line_breaks() -> None:
    book = load_workbook(BytesIO(write_workbook("Sheet", [["Short", TWO]])))
    short, long = next(book.active.iter_rows())
    assert (short.alignment.wrap_text, long.alignment.wrap_text, long.value) == (None, True, TWO)
