"""A refusal links to what would supply what is missing."""

import re
from collections.abc import Callable

import pytest
from django import forms
from django.test import Client

from mix.data.models import Department
from mix.rules.core.unmet import Unmet
from mix.web.drawing.anchors import anchor


class Asking(forms.Form):
    """A form with a line and radio buttons."""

    title = forms.CharField()
    way = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect())


@pytest.mark.parametrize(
    ("unmet", "drawn", "id_"),
    [
        (Unmet("answer_missing", field="title"), (), "f-title"),
        (Unmet("answer_missing", field="title"), (Asking(),), "id_title"),
        (Unmet("answer_missing", field="title"), (Asking(auto_id="id_add_%s"),), "id_add_title"),
        (Unmet("answer_missing", field="way"), (Asking(),), "id_way_0"),
        (Unmet("answer_missing", field="elsewhere"), (Asking(),), "f-elsewhere"),
        (Unmet("milestones_missing", place="milestones"), (Asking(),), "milestones"),
        (Unmet("already_signed"), (Asking(),), ""),
    ],
)
def test_an_anchor_is_the_field_that_is_drawn_else_a_place(
    unmet: Unmet, drawn: tuple[forms.Form, ...], id_: str
) -> None:
    assert anchor(unmet, drawn) == id_


def test_a_refused_form_links_to_its_field(sign_in: Callable[[str], Client]) -> None:
    Department.objects.filter(municipality__code="guelph", code="parks").update(name="Parks and land")
    answer = sign_in("ada").post("/en/city/settings/guelph/departments/", {"act": "add", "name": "PARKS AND LAND"})
    page = answer.content.decode()
    assert (answer.status_code, re.findall(r'<a href="#(?!main)([^"]+)">', page)) == (422, ["id_name"])
    assert page.count('id="id_name"') == 1
