"""What stands before every page of a sandbox: that it has ended, or that this is none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse

from mix.actions.flow.advancing import own_mark
from mix.readers.core.errors import Unknown
from mix.web.drawing.pages import draw_bare


class SandboxMiddleware:
    """Answers with nothing of a sandbox once it has ended, and with nothing at all where the database is no sandbox's.

    Settings name it on a sandbox alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at the mark, and pass on."""
        try:
            mark = own_mark()
        except Unknown:
            return draw_bare("no_sandbox.html", status=503)
        if mark.is_over(datetime.now(UTC)):
            return draw_bare("sandbox_over.html", status=503)
        return self.get_response(request)
