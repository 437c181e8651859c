"""Templates, addresses and generated pages: nothing is unclassified, untranslated, styled inline or stale."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.translation import template as translation_template

from mix.jobs.generated import pages
from tests.web.addresses import ADDRESSES

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "src/mix/web/templates").rglob("*.html"))
OURS = re.compile(
    r"^(public|vendor|city|evaluator|oversight)-|^(healthz|home-of-person|account|sessions|invitation|demo-.*)$"
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


def test_generated_docs_are_current() -> None:
    for name, text in pages().items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == text, f"docs/{name} is stale: run mix docs"


def messages() -> set[str]:
    found: set[str] = set()
    for path in [*TEMPLATES, *sorted((ROOT / "src/mix").rglob("*.py"))]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\{n?(gettext|_)\(", text), f"{path}: a sentence inside an f-string is not found"
        source = translation_template.templatize(text) if path.suffix == ".html" else text
        keywords = {"gettext": None, "_": None, "ngettext": (1, 2), "gettext_lazy": None}
        for _line, message, _comments, _context in extract("python", BytesIO(source.encode()), keywords=keywords):
            found.add(message if isinstance(message, str) else message[0])
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
