"""Questions about a call that waits to be published: what would bind, who handed it over, and who may publish it."""

from __future__ import annotations

from typing import Any

from mix.data.models import HandOver, Solicitation
from mix.readers.case.documents import places_for, prizes_of
from mix.readers.core.actors import Actor
from mix.readers.market.named_vendors import list_named
from mix.readers.market.notices import kept_sections
from mix.readers.market.solicitations import authors_of_call, list_documents, scorings_of
from mix.rules.core.access import Permission, grants
from mix.rules.core.chain import digest
from mix.rules.market.freezing import FrozenRules, Terms, freeze


def find_hand_over(call: Solicitation) -> HandOver | None:
    """Return the hand-over of a call that waits for a second person, if there is one."""
    found = call.hand_overs.filter(ended_at=None).select_related("handed_by").first()
    if found:
        found.solicitation = call
    return found


def list_sent_back(call: Solicitation) -> list[HandOver]:
    """List the hand-overs of a call that a second person sent back, latest first."""
    rows = call.hand_overs.exclude(reply="").select_related("handed_by", "ended_by")
    return list(rows.order_by("-ended_at"))


def frozen_by(call: Solicitation, terms: Terms) -> dict[str, FrozenRules]:
    """Return the rules of each evaluation of a call, by its step, as they would be fixed at publication."""
    challenge = call.step.challenge
    prizes = prizes_of(challenge)
    return {
        key: freeze(part, terms=terms, places=places_for(challenge, part), prizes=prizes)
        for key, part in scorings_of(call).items()
    }


def mark_of(call: Solicitation, terms: Terms) -> str:
    """Return the digest of all that binds once a call is published: whatever changes of it, this does too."""
    return digest(_binding(call, terms))


def _binding(call: Solicitation, terms: Terms) -> dict[str, Any]:
    return {
        "reference": call.reference,
        "route": call.step.challenge.route,
        "notice": call.wording("body").texts,
        "sections": kept_sections(call),
        "contact": call.contact,
        "closes_at": call.closes_at.isoformat(),
        "zone": call.zone,
        "questions_until": call.questions_until.isoformat(),
        "purchase_most_cents": call.purchase_most_cents,
        "custody": call.custody_mode,
        "form": call.form,
        "named": [row.vendor.code for row in list_named(call.step)],
        "documents": [[d.title, d.version, d.sha256] for d in list_documents(call)],
        "frozen": {key: rules.write() for key, rules in frozen_by(call, terms).items()},
    }


def may_publish(handed: HandOver, actor: Actor) -> bool:
    """Say whether somebody may publish a call that was handed over: they wrote nothing of it."""
    step = handed.solicitation.step
    if not grants(actor.roles_at(step.challenge.municipality.code), Permission.SOLICITATION_PUBLISH):
        return False
    return actor.code not in {handed.handed_by.code, *authors_of_call(step)}
