"""What stands of a challenge: the versions of an artifact and the log."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mix.data.models import Document
from mix.readers.challenges import get_challenge, get_step, spec_of
from mix.readers.documents import compare, get_version, list_versions
from mix.readers.events import list_events
from mix.rules.access import Permission
from mix.web.parts.pages import signed_in
from mix.web.parts.showing import use_clock
from mix.web.parts.specs import read_only


def versions(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Every version of an artifact, and what differs between two of them."""
    challenge = get_challenge(code, actor=signed_in(request), needs=Permission.CHALLENGE_READ)
    use_clock(challenge.municipality.zone)
    found = get_step(challenge, key)
    document = Document.objects.get(step=found)
    every = list_versions(document)
    specs = spec_of(found).fields
    number = request.GET.get("version", "")
    shown = get_version(document, int(number)) if number.isdigit() else (every[0] if every else None)
    before = next((v for v in every if shown and v.number == shown.number - 1), None)
    changes = compare(specs, before.content, shown.content) if before and shown else []
    context = {
        "challenge": challenge,
        "step": found,
        "spec": spec_of(found),
        "versions": every,
        "shown": shown,
        "before": before,
        "changes": [
            (spec.title, read_only([spec], before.content)[0], read_only([spec], shown.content)[0])
            for spec, _old, _new in changes
            if before and shown
        ],
        "answers": read_only(specs, shown.content) if shown else [],
    }
    return render(request, "city/versions.html", context)


def log(request: HttpRequest, code: str) -> HttpResponse:
    """Everything that happened in a challenge."""
    challenge = get_challenge(code, actor=signed_in(request), needs=Permission.LOG_READ)
    use_clock(challenge.municipality.zone)
    return render(request, "city/log.html", {"challenge": challenge, "events": list_events(challenge)})
