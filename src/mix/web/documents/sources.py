"""Where the words of an artifact's fields come from, ready to draw beside them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.urls import reverse
from django.utils.translation import gettext as _

from mix.data.models import Challenge, Step
from mix.readers.case.carrying import Carried, find_need
from mix.readers.case.copying import find_beginning, find_public_beginning
from mix.readers.core.actors import Actor
from mix.rules.case.carrying import Accord
from mix.rules.city.sources import CHALLENGE, NEED
from mix.web.documents.specs import CopyView, SourceView, in_lines, read_only
from mix.web.drawing.showing import in_language, said


def view_sources(step: Step, carried: Mapping[str, Carried]) -> dict[str, SourceView]:
    """Make the sources of a step's fields ready to draw, by the key of the field; one that says nothing is left out."""
    return {key: _view(step, one) for key, one in carried.items() if one.now not in (None, "", [])}


def _view(step: Step, one: Carried) -> SourceView:
    title, address = _named(step, one)
    return SourceView(
        title=title,
        address=address,
        says=in_lines(read_only([one.spec], {one.spec.key: one.now})),
        standing=one.standing,
        is_fact=bool(one.spec.source),
        is_open=one.standing in (Accord.DIFFERS, Accord.CHANGED, Accord.MOVED),
    )


def _named(step: Step, one: Carried) -> tuple[str, str]:
    """Return what a source is called, and where it is read."""
    code = step.challenge.code
    if one.head == NEED:
        need = find_need(step.challenge)
        return _("the need, as it was reported"), reverse("city-need", args=[need.code]) if need else ""
    if one.head == CHALLENGE or one.title is None:
        return _("the challenge, as it was begun"), reverse("city-manage", args=[code])
    return said(one.title), reverse("city-step", args=[code, one.head])


def view_copies(step: Step, keys: Collection[str], *, actor: Actor) -> dict[str, CopyView]:
    """Make ready to draw where the words of some fields were copied from, by the key of the field."""
    view = view_beginning(step.challenge, actor=actor) if keys else None
    return dict.fromkeys(keys, view) if view else {}


def view_beginning(challenge: Challenge, *, actor: Actor) -> CopyView | None:
    """Make ready to draw from which challenge another began; one that the actor may not know is not named."""
    if challenge.begun_from_id is None:
        return None
    found = find_beginning(challenge, actor=actor)
    if found is None:
        return CopyView(_("another challenge"), in_language(challenge.municipality, "name"), "")
    page = "public-challenge" if find_public_beginning(challenge) else "city-challenge"
    title, city = in_language(found, "title"), in_language(found.municipality, "name")
    return CopyView(title, city, reverse(page, args=[found.code]))
