"""A page as PDF, tagged for screen readers. The library needs Pango on the system; without it the page is printed."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from mix.data.models import Municipality
from mix.readers.city.letterheads import get_logo
from mix.rules.core.unmet import Refused, Unmet
from mix.web.drawing.downloads import attachment
from mix.web.drawing.pages import Context, names_of

PAPER = Path(__file__).resolve().parents[1] / "static" / "paper.css"


def logo_inside(city: Municipality) -> str:
    """Return a city's logo as an address that holds the picture itself, for a document that fetches nothing."""
    content, media_type = get_logo(city.code)
    return f"data:{media_type};base64,{b64encode(content).decode()}"


def as_pdf(request: HttpRequest, template: str, *contexts: Context, name: str) -> HttpResponse:
    """Answer with a PDF/UA of a template. Raises Refused where this system cannot make one."""
    response = HttpResponse(pdf_of(request, template, *contexts), content_type="application/pdf")
    response["Content-Disposition"] = attachment(name)
    return response


def pdf_of(request: HttpRequest, template: str, *contexts: Context) -> bytes:
    """Return a PDF/UA of a template. Raises Refused where this system cannot make one."""
    try:
        from weasyprint import CSS, HTML
        from weasyprint.urls import URLFetcher
    except OSError:
        raise Refused(Unmet("pdf_unavailable")) from None
    text = render_to_string(template, names_of(template, *contexts), request=request)
    inside = URLFetcher(allowed_protocols=("data",))  # what an address itself holds; a document fetches nothing
    style = CSS(string=PAPER.read_text(encoding="utf-8"), url_fetcher=inside)
    pdf: bytes = HTML(string=text, url_fetcher=inside).write_pdf(pdf_variant="pdf/ua-1", stylesheets=[style])
    return pdf
