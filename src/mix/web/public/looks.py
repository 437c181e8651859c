"""A city's logo and colours, as browsers ask for them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from mix.readers.city.letterheads import get_colours, get_logo
from mix.rules.city.letterheads import darker


def logo(request: HttpRequest, city: str) -> HttpResponse:  # noqa: ARG001 - everybody sees the same
    """Hand out a city's logo: a picture that was read and written anew, and is never taken for a page."""
    content, media_type = get_logo(city)
    response = HttpResponse(content, content_type=media_type)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "public, max-age=3600"
    return response


def colours(request: HttpRequest, city: str) -> HttpResponse:  # noqa: ARG001 - the same
    """Hand out what a city's public pages have of its own colours; they were checked when they were chosen."""
    colour, accent = get_colours(city)
    set_ = {"--teal": colour, "--teal-press": darker(colour) if colour else "", "--city": accent}
    body = ";".join(f"{name}:#{value}" for name, value in set_.items() if value)
    response = HttpResponse(f":root{{{body}}}", content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=3600"
    return response
