"""Whoever is signed out while typing: what every form of every kind of page held is there after signing in again."""

import re
from collections.abc import Callable, Iterator
from html import unescape

import pytest
from django.test import Client

from mix.data.models import Person
from tests.web.reading import FORM

pytestmark = pytest.mark.django_db
FIELD = re.compile(r"<(input|textarea|select)\b([^>]*)>(?:([^<]*)</textarea>)?", re.DOTALL)
VALUE = re.compile(r'\bvalue="([^"]*)"')
NAME = re.compile(r'\bname="([^"]+)"')
NEVER_TYPED = {"hidden", "checkbox", "radio", "file", "submit", "number", "date", "datetime-local", "email", "url"}
WORDS = "A sentence that somebody typed {}"


def forms(page: str) -> Iterator[tuple[dict[str, str], list[str]]]:
    """Yield what each form of a page sends: all its fields, and which of them hold sentences."""
    _head, _tag, main = page.partition("<main")
    for _apart, tag, body in FORM.findall(main):
        fields, typed = {}, []
        for kind, given, _text in FIELD.findall(body):
            name, value = NAME.search(given), VALUE.search(given)
            if not name or 'method="post"' not in tag:
                continue
            is_typed = kind == "textarea" or (
                kind == "input" and (re.findall(r'type="([^"]+)"', given) or ["text"])[0] not in NEVER_TYPED
            )
            fields[name[1]] = unescape(value[1]) if value else ""
            if is_typed and 'inputmode="decimal"' not in given and "readonly" not in given:
                typed.append(name[1])
        if typed:
            yield fields, typed


def pages(client: Client) -> Iterator[tuple[str, str]]:
    """Yield one page of each kind that somebody comes to by links from their own home."""
    todo, seen, kinds = ["/en/me/", "/en/"], set(), set()
    while todo and len(seen) < 250:
        url = todo.pop(0)
        if url in seen or "/demo/" in url or "/account/" in url:
            continue
        seen.add(url)
        answer = client.get(url, follow=True)
        for close in answer._resource_closers if answer.streaming else ():
            close()
        if answer.status_code != 200 or answer.streaming or "text/html" not in answer.headers["Content-Type"]:
            continue
        page = answer.content.decode()
        todo += [u for u in re.findall(r'href="(/en/[^"#?]*)"', page) if u not in seen]
        shape = (answer.resolver_match.view_name, tuple(f.get("act") for f, _typed in forms(page)))
        if shape not in kinds:
            kinds.add(shape)
            yield answer.request["PATH_INFO"], page


@pytest.mark.parametrize(
    "code",
    ["tess", "hugo", *(pytest.param(code, marks=pytest.mark.lab) for code in ("priya", "olivia", "martin", "ada"))],
)
def test_what_was_typed_while_signed_out_is_there_again(sign_in: Callable[[str], Client], code: str) -> None:
    person, lost, tried = Person.objects.get(code=code), [], set()
    for url, page in pages(sign_in(code)):
        for fields, typed in forms(page):
            if (fields.get("act"), tuple(typed)) in tried:
                continue
            tried.add((fields.get("act"), tuple(typed)))
            words = {name: WORDS.format(n) for n, name in enumerate(typed)}
            client = sign_in("")
            answer = client.post(url, {**fields, **words})
            if answer.status_code == 302:
                client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
                answer = client.get(url)
            shown = unescape(answer.content.decode())
            if missing := [name for name, text in words.items() if text not in shown]:
                lost.append((url, fields.get("act"), missing))
    assert lost == []
    assert len(tried) > 1, code
