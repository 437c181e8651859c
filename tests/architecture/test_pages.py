"""Templates, addresses and generated pages: nothing is unclassified, untranslated, styled inline or stale."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.translation import template as translation_template
from jinja2.ext import babel_extract

from mix.jobs.generated import pages
from tests.web.addresses import ADDRESSES

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "src/mix/web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
OF_ALLAUTH = sorted((WEB / "allauth").rglob("*.html"))  # Django's templates, all others are Jinja2's
LONGEST = 140
KEYWORDS = {"gettext": None, "_": None, "ngettext": (1, 2), "gettext_lazy": None}
OURS = re.compile(
    r"^(public|vendor|city|evaluator|oversight|own)-"
    r"|^(healthz|change-password|home-of-person|account|sessions|playing|invitation|sign-up-by-passkey|demo-.*)$"
)


def names(patterns: list[URLPattern | URLResolver]) -> set[str]:
    found: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found |= names(pattern.url_patterns)
        elif pattern.name and OURS.match(pattern.name):
            found.add(pattern.name)
    return found


def test_every_address_is_classified() -> None:
    assert names(get_resolver().url_patterns) == set(ADDRESSES)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: "/".join(p.parts[-2:]))
def test_templates_carry_no_style_and_no_script(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", text)
    assert re.findall(r"<script(?![^>]*src=)", text) == []


def broken_boxes(template: str) -> list[str]:
    """List what stands in a box, or comes back hidden, and would have its line breaks drawn as elements."""
    boxes = re.findall(r"\{\{([^}]*)\}\}\s*</textarea>", template)
    hidden = re.findall(r'type="hidden" name="\{\{[^}]*\}\}" value="\{\{ (value[^}]*)\}\}"', template)
    return [one.strip() for one in (*boxes, *hidden) if not one.strip().endswith("|e")]


def test_a_box_holds_what_was_typed_as_it_is() -> None:
    assert broken_boxes("<textarea>{{ text }}</textarea><textarea>{{ text|e }}</textarea>") == ["text"]
    assert broken_boxes('<input type="hidden" name="{{ name }}" value="{{ value }}">') == ["value"]
    found = {p.name: boxes for p in TEMPLATES if (boxes := broken_boxes(p.read_text(encoding="utf-8")))}
    assert found == {}


@pytest.mark.parametrize(
    "path", [*TEMPLATES, *OF_ALLAUTH, WEB / "static/verify.html"], ids=lambda p: "/".join(p.parts[-2:])
)
def test_no_line_of_a_template_is_long(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [n for n, line in enumerate(lines, start=1) if len(line) > LONGEST] == []


def test_generated_docs_are_current() -> None:
    for name, text in pages().items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == text, f"docs/{name} is stale: run mix docs"


def in_jinja(text: str) -> Iterator[str]:
    options = {"newstyle_gettext": "true", "silent": "false"}
    for _line, _name, message, _comments in babel_extract(BytesIO(text.encode()), KEYWORDS, (), options):
        yield message if isinstance(message, str) else str(message[0])


def in_python(source: str) -> Iterator[str]:
    for _line, message, _comments, _context in extract("python", BytesIO(source.encode()), keywords=KEYWORDS):
        yield message if isinstance(message, str) else message[0]


def messages() -> set[str]:
    found: set[str] = set()
    for path in [*TEMPLATES, *OF_ALLAUTH, *sorted((ROOT / "src/mix").rglob("*.py"))]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\{n?(gettext|_)\(", text), f"{path}: a sentence inside an f-string is not found"
        if path in TEMPLATES:
            found.update(in_jinja(text))
        else:
            found.update(in_python(translation_template.templatize(text) if path.suffix == ".html" else text))
    return found - {""}


def test_french_is_complete() -> None:
    path = ROOT / "src/mix/locale/fr/LC_MESSAGES/django.po"
    with path.open("rb") as file:
        catalog = read_po(file, locale="fr")
    translated = {
        (m.id if isinstance(m.id, str) else m.id[0])
        for m in catalog
        if m.id and not m.context and not m.fuzzy and (m.string if isinstance(m.string, str) else all(m.string))
    }
    assert messages() - translated == set()
    for message in catalog:
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        wanted = {n for one in ids for n in re.findall(r"%\((\w+)\)[sd]", one)}
        for string in strings:
            assert set(re.findall(r"%\((\w+)\)[sd]", string)) <= wanted, message.id


DRAWN = r"\{\{[^}]*\|\s*(?:said|in_language\([^)]*\))\s*\}\}"
NO_ELEMENT = re.compile(rf'="[^"{{]*{DRAWN}|<(?:title|option)\b[^>]*>[^<]*{DRAWN}|block title -?%\}}\s*{DRAWN}')


def test_a_text_that_may_mark_its_language_is_plain_where_no_element_may_stand() -> None:
    wrong = (
        '<p title="a {{ x|said }}">',
        '<option value="1">{{ x|in_language("name") }}',
        "block title -%}\n {{ x|said }}",
    )
    assert all(NO_ELEMENT.search(text) for text in wrong)
    assert not NO_ELEMENT.search('<p class="a">{{ x|said }}</p><p title="{{ x|said|plain }}">')
    assert {p.name: found for p in TEMPLATES if (found := NO_ELEMENT.findall(p.read_text(encoding="utf-8")))} == {}
