"""What a sprint taught, as everybody may read it before an open call."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mix.readers.case.challenges import get_public_challenge
from mix.readers.delivery.disclosures import get_public_disclosure
from mix.web.parts.packs import show_pack
from mix.web.parts.showing import use_clock


def disclosure(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """One disclosure pack, as it was published."""
    challenge = get_public_challenge(code)
    use_clock(challenge.municipality.zone)
    found = get_public_disclosure(challenge, key)
    context = {"challenge": challenge, "disclosure": found, "pack": show_pack(challenge, found.pack or {})}
    return render(request, "public/disclosure.html", context)
