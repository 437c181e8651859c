"""A vendor's own earlier answers, from submissions that were opened: its library for the next call.

What is sealed is not among them, nor what another vendor wrote: the rows are asked for by the vendor of a submission
that the actor was let read, and the second wall holds them to the same.
"""

from __future__ import annotations

from django.db.models import QuerySet

from mix.data.asked import asked
from mix.data.models import OpenedEnvelope, Submission
from mix.readers.core.actors import Actor
from mix.readers.market.co_applicants import list_joined
from mix.readers.market.solicitations import spec_of_call
from mix.rules.core.kinds import Envelope
from mix.rules.market.library import EarlierAnswer, takes_earlier

MOST = 20  # opened submissions, the latest


def list_earlier(submission: Submission, *, actor: Actor) -> list[EarlierAnswer]:
    """List what the actor's own vendor answered to other calls, once they were opened; its prices are not there.

    It is the lead's where the actor is of the lead, and otherwise that of whoever joined: none reads another's.
    """
    joined = (row.vendor_id for row in list_joined(submission))
    vendor = next(v for v in (submission.vendor_id, *joined) if v in actor.vendors)
    found = []
    for row in _opened_before(vendor, submission.pk):
        call = row.submission.solicitation
        specs = {s.key: s for s in spec_of_call(call).fields_of(Envelope.TECHNICAL.value)}
        found += [
            EarlierAnswer(specs[key], text, call.reference, call.step.challenge.wording("title"), call.closes_at)
            for key, text in row.answers.items()
            if key in specs and takes_earlier(specs[key]) and isinstance(text, str) and text.strip()
        ]
    return found


@asked
def _opened_before(vendor: int, submission: int) -> QuerySet[OpenedEnvelope]:
    rows = OpenedEnvelope.objects.filter(submission__vendor=vendor, envelope=Envelope.TECHNICAL.value)
    around = "submission__solicitation__step__challenge__method"
    rows = rows.exclude(submission=submission).select_related(around).defer(f"{around}__document")
    return rows.order_by("-submission__solicitation__closes_at", "id")[:MOST]
