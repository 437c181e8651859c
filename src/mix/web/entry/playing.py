"""The way back from a practice vendor to oneself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mix.readers.core.errors import Unknown
from mix.web.drawing.requests import signed_in
from mix.web.forms.acts import Act, Listed, show, take
from mix.web.frame.playing import is_playing, stop_playing


class Stop(Act[None]):
    """Be oneself again."""

    label = _("Back to myself")
    style = ""

    def run(self, request: HttpRequest) -> str:
        """Sign in as who plays."""
        stop_playing(request)
        return reverse("city-desk")


def playing(request: HttpRequest) -> HttpResponse:
    """Whom do I play, and how do I come back?"""
    signed_in(request)
    if not is_playing(request):
        raise Unknown
    taken = take(request, {"stop": Listed(Stop, None)})
    return taken if isinstance(taken, HttpResponse) else show(request, "entry/playing.html", taken)
