"""What a vendor wants to know of a call before it answers, on one page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mix.data.models import Addendum, Solicitation, SolicitationDocument
from mix.readers.case.challenges import method_for
from mix.readers.case.documents import gather_facts
from mix.readers.delivery.clauses import list_library
from mix.readers.market.co_applicants import most_beside
from mix.readers.market.solicitations import list_addenda, list_documents, spec_of_call
from mix.rules.city.methods import Fact
from mix.rules.core.kinds import AgreementKind
from mix.rules.core.lines import address_in
from mix.rules.delivery.clauses import LibraryClause
from mix.rules.market.effort import UNLIMITED, WORDS_AN_HOUR, Effort, effort_of
from mix.web.drawing.weighing import Weighing, weighings

INSURANCE = "insurance"


@dataclass(frozen=True)
class Terms:
    """The agreement that may follow: its clauses as the library has them, and what insurance it may ask for."""

    kind: AgreementKind
    clauses: Sequence[LibraryClause]
    insurance: Sequence[LibraryClause]


@dataclass(frozen=True)
class Glance:
    """What is asked, how long it takes, how it is scored, what is paid, what follows, whom to ask, who may answer.

    With how many others a vendor may answer together is `beside`. `fee` and what `call` allows for a purchase are in
    cents; `rates` are the words an hour of the estimate.
    """

    call: Solicitation
    questions: int
    effort: Effort
    unlimited_words: int
    rates: tuple[int, int]
    criteria: Sequence[Weighing]
    fee: int | None
    places: int | None
    terms: Sequence[Terms]
    documents: Sequence[SolicitationDocument]
    addenda: Sequence[Addendum]
    address: str
    beside: int


def glance_at(call: Solicitation) -> Glance:
    """Gather it for a call that is public."""
    asked, facts = spec_of_call(call).answers, gather_facts(call.step.challenge)
    fee, places = facts.get(Fact.SPRINT_FEE), facts.get(Fact.SPRINT_PLACES)
    return Glance(
        call=call,
        questions=len(asked),
        effort=effort_of(asked),
        unlimited_words=UNLIMITED,
        rates=WORDS_AN_HOUR,
        criteria=weighings(call),
        fee=int(fee) if fee is not None else None,
        places=int(float(places)) if places is not None else None,
        terms=_terms(call),
        documents=list_documents(call),
        addenda=list_addenda(call)[::-1],
        address=address_in(call.contact),
        beside=most_beside(call),
    )


def _terms(call: Solicitation) -> list[Terms]:
    """Return the agreements that rest on a call by the method, each kind once."""
    method = method_for(call.step.challenge)
    after = set(method.resting_on(call.step.key))
    kinds = dict.fromkeys(step.agreement for step in method.steps if step.agreement and step.key in after)
    library = list_library()
    return [
        Terms(
            kind,
            [c for c in library if kind in c.kinds and c.topic != INSURANCE],
            [c for c in library if kind in c.kinds and c.topic == INSURANCE],
        )
        for kind in kinds
    ]
