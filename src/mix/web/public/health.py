"""Whether the site can take a submission: asked every ten seconds by the worker, and by whoever watches the site."""

import os
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse

from mix.readers.city.municipalities import count_cities
from mix.web.forms.limits import hops_of

PLAIN = "text/plain; charset=utf-8"
LEAST_FREE = 512 * 2**20  # bytes: what a submission and its commit need many times over


def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when database and disk can take a submission, else 503 with what cannot.

    How the question came here is said too: `mix doctor` asks from outside and compares it with the settings.
    """
    try:
        count_cities()
    except (DatabaseError, InterfaceError):
        return HttpResponse("database", status=503, content_type=PLAIN)
    folder = Path(settings.DATA_DIR)
    free = os.statvfs(folder)
    if not os.access(folder, os.W_OK) or free.f_bavail * free.f_frsize < LEAST_FREE:
        return HttpResponse("disk", status=503, content_type=PLAIN)
    way = {"Mix-Proxies": str(len(hops_of(request))), "Mix-Scheme": request.scheme or ""}
    return HttpResponse("ok", content_type=PLAIN, headers=way)
