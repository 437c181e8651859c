"""What a sprint taught, as everybody may read it before an open call."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from mix.data.models import Challenge, Disclosure
from mix.readers.case.challenges import get_public_challenge
from mix.readers.delivery.disclosures import get_public_disclosure
from mix.web.documents.packs import Pack, show_pack
from mix.web.drawing.pages import draw_page
from mix.web.drawing.requests import actor_of
from mix.web.drawing.showing import use_clock


@dataclass(frozen=True)
class DisclosureContext:
    """What a published pack draws."""

    challenge: Challenge
    disclosure: Disclosure
    pack: Pack


def disclosure(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """One disclosure pack, as it was published."""
    challenge = get_public_challenge(code, actor=actor_of(request))
    use_clock(challenge.municipality.zone)
    found = get_public_disclosure(challenge, key)
    context = DisclosureContext(challenge, found, show_pack(challenge, found.pack or {}))
    return draw_page(request, "public/disclosure.html", context)
