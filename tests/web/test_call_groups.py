"""Headings over the questions of a call: made on its page, and shown to vendors, the public and the panel."""
# ruff: noqa: F401, F811 - the fixture is taken from where it stands

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mix.actions.core.run import run
from mix.actions.market import submissions
from mix.data.models import Evaluation, Solicitation, Vendor
from mix.readers.market.solicitations import form_of
from mix.rules.core.fields import Wording
from mix.rules.market.call_groups import GroupQuestions
from mix.web.documents.looking import look
from tests.web.test_call_form import PAGE, call, now_of, post

pytestmark = pytest.mark.django_db
TITLES = {"title": "Your team", "title_fr": "Votre équipe"}


def test_headings_are_made_moved_renamed_and_left(call: Solicitation, sign_in: Callable[[str], Client]) -> None:
    olivia = sign_in("olivia")
    assert "Put it there" not in olivia.get(PAGE).content.decode()
    asked = {"title": "Which pipes first?", "type": "text", "max_words": 80, "group": "1"}
    made: list[tuple[str, dict[str, Any]]] = [
        ("add_group", {**TITLES, "questions": ["team", "evidence"]}),
        ("add_group", {"title": "Your plan", "questions": ["approach"]}),
        ("add_question", asked),
        ("set_group", {"item": "evidence", "group": "2"}),
        ("group_up", {"item": "2"}),
        ("rename_group", {"item": "1", "title": "The plan", "title_fr": "Le plan"}),
        ("group_down", {"item": "1"}),
        ("set_group", {"item": "approach", "group": ""}),
    ]
    for number, (act, given) in enumerate(made, start=1):
        assert post(olivia, call, act, **given).status_code == 302, act
        assert now_of(call).number == number, act
    form = now_of(call)
    assert [(g.en, g.in_("fr")) for g in form.groups] == [("Your team", "Votre équipe"), ("The plan", "Le plan")]
    assert [q.field.key for q in form.asked if q.heading] == ["team", "q1", "evidence"]
    page = olivia.get(PAGE).content.decode()
    for place in ("group-1", "group-2"):
        assert page.count(f'id="{place}"') == 1
    assert "Heading added" in page
    ids = re.findall(r' id="([^"]*)"', page)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("act", "given", "said"),
    [
        ("add_group", {**TITLES}, "Choose the questions"),
        ("rename_group", {"item": "1", "title": "Your plan"}, "There is such a heading already"),
        ("rename_group", {"item": "7", "title": "Other"}, "There is no such heading"),
        ("group_up", {"item": "x"}, "There is no such heading"),
    ],
)
def test_what_is_refused_of_a_heading_is_said(
    call: Solicitation, sign_in: Callable[[str], Client], act: str, given: dict[str, Any], said: str
) -> None:
    olivia = sign_in("olivia")
    post(olivia, call, "add_group", **TITLES, questions=["team"])
    post(olivia, call, "add_group", title="Your plan", questions=["approach"])
    answer = post(olivia, call, act, **given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert now_of(call).number == 2


def _grouped(call: Solicitation, now: Any) -> Solicitation:
    form = GroupQuestions(title=Wording(en="Your team", fr="Votre équipe"), questions=("team",)).apply(form_of(call))
    Solicitation.objects.filter(pk=call.pk).update(form=form.write(), published_at=now)
    return Solicitation.objects.select_related("step__challenge__method", "step__challenge__municipality").get(
        pk=call.pk
    )


HEADING = re.compile(r"<h[2-5][^>]*>\s*(Your team|Votre équipe)\s*</h[2-5]>")


def test_vendors_and_the_public_read_the_headings(
    call: Solicitation, actor: Callable[[str], Any], sign_in: Callable[[str], Client], now: Any, client: Client
) -> None:
    public = _grouped(call, now)
    own = run(actor("tess"), now, submissions.start, public, Vendor.objects.get(code="tamarack"))
    tess, base = sign_in("tess"), f"/en/vendor/submissions/{own.code}/"
    for reader, page in (
        (tess, base),
        (tess, f"{base}check/"),
        (client, f"/en/calls/{public.reference}/"),
        (client, f"/en/vendor/calls/{public.reference}/preview/"),
    ):
        assert HEADING.findall(reader.get(page).content.decode()) == ["Your team"], page
    french = client.get(f"/fr/calls/{public.reference}/").content.decode()
    assert HEADING.findall(french) == ["Votre équipe"]
    asked = re.findall(r'<ol start="(\d+)"', french)
    assert asked == [str(len(form_of(public).asked))]


def test_the_panel_reads_the_headings(sign_in: Callable[[str], Client]) -> None:
    found = Evaluation.objects.get(step__challenge__code="guelph-roads-sprint", step__key="shortlist")
    label = found.labels.filter(member__person__code="hugo").order_by("id")[0].label
    page = sign_in("hugo").get(reverse("evaluator-score", args=["guelph-roads-sprint", "shortlist", label]))
    read = page.content.decode().split("<form")[0]
    assert re.findall(r'<h2 class="sideh">([^<]+)</h2>', read)[:2] == ["What you would do", "Who you are"]


def test_a_print_says_the_headings(
    call: Solicitation, actor: Callable[[str], Any], sign_in: Callable[[str], Client], now: Any
) -> None:
    own = run(actor("tess"), now, submissions.start, _grouped(call, now), Vendor.objects.get(code="tamarack"))
    pdf = sign_in("tess").get(f"/en/vendor/submissions/{own.code}/export/pdf/")
    assert pdf.status_code == 200
    text = " ".join(look(pdf.content, "pdf").pages)
    assert text.count("Your team") == 1
