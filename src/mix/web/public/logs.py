"""The log as anybody may check it: chains, their signed checkpoints, the key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from mix.actions.core.signing import verifier_key
from mix.data.models import Checkpoint
from mix.readers.core.errors import Unknown
from mix.readers.core.events import find_public_chain, latest_checkpoint, page_signed_chains
from mix.web.drawing.pages import draw_page
from mix.web.drawing.paging import Pager, number_of, pager


@dataclass(frozen=True)
class LogContext:
    """What the page of the log draws: each chain that was signed with its last checkpoint, and the key."""

    rows: Sequence[Checkpoint]
    pager: Pager
    vkey: str


def log(request: HttpRequest) -> HttpResponse:
    """The log's chains as they were last signed, and how anybody checks them."""
    page = page_signed_chains(number_of(request))
    return draw_page(request, "public/log.html", LogContext(page.rows, pager(request, page), verifier_key()))


def checkpoint(request: HttpRequest, chain: str) -> HttpResponse:  # noqa: ARG001 - a view's shape
    """The last signed checkpoint of a chain, for witnesses to fetch."""
    found = find_public_chain(chain)
    latest = latest_checkpoint(found) if found else None
    if latest is None:
        raise Unknown
    return HttpResponse(latest.note, content_type="text/plain; charset=utf-8")


def key(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view's shape
    """The key with which this instance signs, in one line (C2SP vkey)."""
    return HttpResponse(verifier_key() + "\n", content_type="text/plain; charset=utf-8")
