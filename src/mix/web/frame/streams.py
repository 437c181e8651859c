"""Archives that are made while they are read: one place has few made at once, so that pages are answered meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from mix.rules.core.unmet import Unmet
from mix.web.drawing.downloads import attachment
from mix.web.forms.limits import place_of
from mix.web.frame.crowds import later
from mix.web.frame.shares import Shares

# Making one takes the processor for a second or more: a few at once slow others, and hundreds would stop them
# (tests/lab/slow.py).
MADE = Shares(8, each=3)


def archive(request: HttpRequest, make: Callable[[], Iterator[bytes]], *, kind: str, name: str) -> HttpResponseBase:
    """Answer with what `make` yields, of a media type and under a name; or ask to come back where many are made."""
    place = place_of(request)
    if not MADE.take(place):
        answer = later(request, Unmet("too_many_made"), status=503)
        answer["Retry-After"] = "60"
        return answer
    try:
        response = StreamingHttpResponse(_Shared(make(), place), content_type=kind)
    except BaseException:
        MADE.give(place)
        raise
    response["Content-Disposition"] = attachment(name)
    return response


class _Shared:
    """Pieces whose share is given back, once, when whoever reads them has come to the end or gone away."""

    def __init__(self, pieces: Iterator[bytes], place: str) -> None:
        self._pieces = pieces
        self._place = place
        self._is_open = True

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the share back, and close what was made."""
        if not self._is_open:
            return
        self._is_open = False
        MADE.give(self._place)
        if close := getattr(self._pieces, "close", None):
            close()
