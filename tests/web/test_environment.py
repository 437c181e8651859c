"""How our templates write values, and what a name does that stands for nothing."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import engines
from django.test import Client
from django.urls import get_script_prefix, set_script_prefix
from django.utils.translation import gettext_lazy, override
from jinja2 import UndefinedError

from mix.data.models import Step


def drawn(text: str, /, **context: Any) -> str:
    return str(engines["jinja2"].from_string(text).render(context))


@pytest.mark.parametrize(
    "text",
    [
        "{{ misspelt }}",
        "{% if misspelt %}{% endif %}",
        "{% if misspelt == 'x' %}{% endif %}",
        "{% if misspelt != 'x' %}{% endif %}",
        "{% for one in misspelt %}{% endfor %}",
        "{{ misspelt|length }}",
        "{{ misspelt|day }}",
        "{{ thing.misspelt }}",
        "{{ thing.misspelt.name }}",
        "{{ row['misspelt'] }}",
        "{{ row['misspelt']['name'] }}",
        "{{ ChallengeStatus.misspelt }}",
        "{% if 'running' == ChallengeStatus.misspelt %}{% endif %}",
    ],
)
def test_a_misspelt_name_fails(text: str) -> None:
    with pytest.raises(UndefinedError, match="misspelt"):
        drawn(text, thing=SimpleNamespace(), row={})


def test_what_nothing_has_is_nothing() -> None:
    text = "{{ award.vendor.name }}{{ award.on|day }}{% for one in award.all %}x{% endfor %}{{ award.on|default('–') }}"
    assert drawn(text, award=None) == "–"
    assert drawn("{{ award.vendor == 'x' }} {{ award.letters|length }} {{ award is defined }}", award=None) == (
        "False 0 True"
    )
    assert drawn("{{ misspelt is defined }} {{ misspelt|default('–') }}") == "False –"


def test_a_relation_to_one_that_is_not_there_is_nothing() -> None:
    assert drawn("{{ step.document.title }}{% if step.document %}x{% endif %}", step=Step()) == ""


def test_values_are_written_in_the_language_and_escaped_once() -> None:
    with override("fr"):
        assert drawn("{{ points }}", points=Decimal("85.5")) == "85,5"
    assert drawn("{{ text }}", text=gettext_lazy("<b>")) == "&lt;b&gt;"
    assert drawn("{{ text|linebreaks }}", text="<b>\n\nTwo") == "<p>&lt;b&gt;</p>\n\n<p>Two</p>"


@pytest.mark.django_db
def test_the_one_frame_stands_around_pages_of_allauth() -> None:
    page = Client().get("/en/account/login/").content.decode()
    title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    assert title
    assert " ".join(title[1].split()) == "Sign In · MIX"
    assert page.count('<main id="main">') == page.count('class="wrap narrow page allauth"') == 1
    assert re.search(r'<label for="id_login">', page), "its fields are drawn as ours are"


def test_an_address_is_that_of_the_language_however_often_it_is_asked() -> None:
    for _ in range(2):
        for language in ("en", "fr"):
            with override(language):
                assert drawn("{{ url('public-challenge', 'leaks') }}") == f"/{language}/challenges/leaks/"
    with at_root("/mix/"), override("en"):
        assert drawn("{{ url('public-challenge', 'leaks') }}") == "/mix/en/challenges/leaks/"


@contextmanager
def at_root(prefix: str) -> Iterator[None]:
    before = get_script_prefix()
    set_script_prefix(prefix)
    try:
        yield
    finally:
        set_script_prefix(before)
