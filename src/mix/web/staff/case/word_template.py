"""A city's own Word template, in which the artifacts of its challenges are written out."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from mix.actions.city import municipalities
from mix.readers.city.municipalities import find_template, get_own_municipality
from mix.rules.core.access import Permission
from mix.web.parts import forms
from mix.web.parts.acts import do
from mix.web.parts.docx import PLACES, check_template, plain_template
from mix.web.parts.loose import Act, answer, stay
from mix.web.parts.pages import signed_in
from mix.web.staff.case.records import WORD_FILE, as_file


def template(request: HttpRequest, city: str) -> HttpResponse:
    """Set the template, or go back to the plain one; hand out what there is."""
    found = get_own_municipality(city, actor=signed_in(request), needs=Permission.METHOD_EDIT)
    present = find_template(found)
    if "file" in request.GET:
        own = present if request.GET["file"] == "own" else None
        content = bytes(own.content) if own else plain_template()
        return as_file(content, WORD_FILE, f"{found.code}.docx" if own else "plain.docx")

    def set_own(given: dict[str, Any]) -> None:
        content = given["file"].read()
        check_template(content, given["file"].name)
        do(request, municipalities.set_template, found, name=given["file"].name[:150], content=content)

    acts = {
        "set": Act(
            forms.form_of(file=forms.small_file(_("Template (.docx)"))),
            set_own,
            _("Set the template"),
            _("Set. Word files are written in it from now on."),
            style="",
        )
    }
    if present:
        acts["clear"] = Act(
            forms.form_of(),
            lambda _given: stay(do(request, municipalities.set_template, found, name="", content=b"")),
            _("Use the plain template again"),
            _("Word files are plain again."),
        )
    return answer(
        request,
        "staff/case/word_template.html",
        acts,
        lambda: {"city": found, "template": find_template(found), "places": PLACES[:-1]},
    )
