"""A city's own Word template, in which the artifacts of its challenges are written out."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from mix.actions.city import municipalities
from mix.data.models import DocumentTemplate, Municipality
from mix.readers.city.municipalities import find_template, get_own_municipality
from mix.rules.core.access import Permission
from mix.web.drawing.requests import signed_in
from mix.web.forms import fields
from mix.web.forms.acts import Act, Listed, do, show, take
from mix.web.staff.case.records import WORD_FILE, as_file


class SetTemplate(Act[Municipality]):
    """Set the city's own template."""

    label = _("Set the template")
    done = _("Set. Word files are written in it from now on.")
    style = ""

    file = fields.small_file(_("Template (.docx)"))

    def run(self, request: HttpRequest) -> None:
        """Check it, and set it."""
        from mix.web.documents.docx import check_template  # large, and rarely asked for

        file = self.cleaned_data["file"]
        content = file.read()
        check_template(content, file.name)
        do(request, municipalities.set_template, self.about, name=file.name[:150], content=content)


class ClearTemplate(Act[Municipality]):
    """Go back to the plain template."""

    label = _("Use the plain template again")
    done = _("Word files are plain again.")

    def run(self, request: HttpRequest) -> None:
        """Go back to it."""
        do(request, municipalities.set_template, self.about, name="", content=b"")


@dataclass(frozen=True)
class TemplateContext:
    """What the page of a city's template draws."""

    city: Municipality
    template: DocumentTemplate | None
    places: tuple[str, ...]


def template(request: HttpRequest, city: str) -> HttpResponse:
    """Set the template, or go back to the plain one; hand out what there is."""
    from mix.web.documents.docx import PLACES, plain_template  # large, and rarely asked for

    found = get_own_municipality(city, actor=signed_in(request), needs=Permission.METHOD_EDIT)
    present = find_template(found)
    if "file" in request.GET:
        own = present if request.GET["file"] == "own" else None
        content = bytes(own.content) if own else plain_template()
        return as_file(content, WORD_FILE, f"{found.code}.docx" if own else "plain.docx")

    acts: dict[str, Listed[Municipality]] = {"set": Listed(SetTemplate, found)}
    if present:
        acts["clear"] = Listed(ClearTemplate, found)
    taken = take(request, acts)
    if isinstance(taken, HttpResponse):
        return taken
    context = TemplateContext(found, find_template(found), PLACES[:-1])
    return show(request, "staff/case/word_template.html", taken, context)
