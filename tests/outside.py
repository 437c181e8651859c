"""Somebody from outside of the cities, invited to the panel that scores in the demonstration, and seated on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from mix.actions.choice import outsiders
from mix.actions.core.run import run
from mix.data.models import Evaluation, Message, PanelInvitation, Person
from mix.readers.core.actors import Actor
from mix.readers.core.outbox import path_of

PLACE = ["under-our-streets", "shortlist"]  # Hugo chairs, Eva, Chloé and Umar sit there
EMAIL = "ria@college.example"
ACCOUNT = {"name": "Dr Ria Voss", "password": "correct horse battery", "language": "en"}


def panel() -> Evaluation:
    """Return the evaluation to which somebody is invited."""
    rows = Evaluation.objects.select_related("step__challenge__method", "solicitation__step__challenge__method")
    return rows.get(step__challenge__code=PLACE[0], step__key=PLACE[1])


def invited(actor: Callable[[str], Any], now: datetime, *, by: str = "olivia", **given: str) -> PanelInvitation:
    """Have somebody of procurement invite her."""
    facts = {"email": EMAIL, "name": "Dr Ria Voss", "organization": "Conestoga College", **given}
    return run(actor(by), now, outsiders.invite, panel().step, **facts)


def last_token() -> str:
    """Return the secret of the invitation that was mailed last."""
    return path_of(Message.objects.filter(code="panel_invitation").latest("id")).split("/")[1]


def seated(actor: Callable[[str], Any], now: datetime) -> Person:
    """Have her invited, make an account and take the seat."""
    invited(actor, now)
    return run(Actor(), now, outsiders.join, last_token(), **ACCOUNT).person
