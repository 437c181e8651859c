"""What both sides of an agreement can do on its page: propose and answer other words, and name who signs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mix.actions.delivery import agreements
from mix.actions.flow import signing
from mix.data.models import (
    Agreement,
    BacklogItem,
    Challenge,
    Clause,
    Conversation,
    Deliverable,
    Paper,
    Signatory,
    Vendor,
)
from mix.readers.case.challenges import method_for
from mix.readers.city.people import get_person
from mix.readers.core.clock import read_clock
from mix.readers.delivery.acceptance import ClauseSource, source_of_clause
from mix.readers.delivery.agreements import (
    digest_of,
    get_clause,
    get_edit,
    get_signatory,
    list_clauses,
    list_deliverables,
    list_papers,
    list_signatories,
    unmet_to_sign,
)
from mix.readers.delivery.conversations import list_agreed
from mix.readers.delivery.invoices import Invoiced, list_invoiced
from mix.readers.delivery.milestones import list_backlog, list_milestones
from mix.rules.core.fields import Wording
from mix.rules.core.kinds import AgreementKind
from mix.rules.core.unmet import Unmet
from mix.rules.delivery.states import AgreementState, Side
from mix.web.drawing.requests import today_of
from mix.web.forms import fields
from mix.web.forms.acts import Act, Listed, RowAct, do


@dataclass(frozen=True)
class InDraft:
    """An agreement in draft, and who may sign it for one side: (code, name)."""

    agreement: Agreement
    signers: tuple[tuple[str, str], ...]


class Propose(RowAct[InDraft]):
    """Propose other words for a clause."""

    label = _("Propose")
    done = _("Your proposal was sent.")

    text = fields.text(_("Other words"))
    reason = fields.text(_("Reason"), rows=2)

    def run(self, request: HttpRequest) -> None:
        """Propose them."""
        do(request, agreements.propose_edit, get_clause(self.about.agreement, self.row), **self.rest())


class AcceptEdit(RowAct[InDraft]):
    """Accept other words."""

    label = _("Accept")
    done = _("Accepted.")

    def run(self, request: HttpRequest) -> None:
        """Accept them."""
        do(request, agreements.answer_edit, get_edit(self.about.agreement, self.row), accept=True)


class RefuseEdit(RowAct[InDraft]):
    """Refuse other words, with a reason."""

    label = _("Refuse")
    done = _("Refused, with your reason.")

    answer = fields.text(_("Reason"), rows=2)

    def run(self, request: HttpRequest) -> None:
        """Refuse them."""
        edit = get_edit(self.about.agreement, self.row)
        do(request, agreements.answer_edit, edit, accept=False, answer=self.cleaned_data["answer"])


class NameSignatory(Act[InDraft]):
    """Name who signs for one side."""

    label = _("Name")
    done = _("Named.")

    person = fields.choice(_("Who signs"), [])
    title = fields.line(_("Title"))

    def fit(self) -> None:
        """Offer who may sign."""
        fields.offer(self, "person", self.about.signers)

    def run(self, request: HttpRequest) -> None:
        """Name them."""
        person = get_person(self.cleaned_data["person"])
        do(request, agreements.name_signatory, self.about.agreement, person=person, title=self.cleaned_data["title"])


class TakeOutSignatory(RowAct[InDraft]):
    """Take out somebody who will not sign."""

    label = _("Take out")
    done = _("Taken out. Who signs is part of the text: everybody signs anew.")
    style = "btn--link"

    def run(self, request: HttpRequest) -> None:
        """Take them out."""
        do(request, agreements.take_out_signatory, get_signatory(self.about.agreement, self.row))


class Sign(Act[Agreement]):
    """Sign for one side, with the sentence that the signatory confirms."""

    label = _("Sign")
    done = _("Signed.")
    style = ""
    sentence: ClassVar[fields.Label]

    sure = fields.yes("", required=True)
    digest = fields.hidden(required=False)
    drawn_at = fields.hidden(required=False)

    @classmethod
    def first(cls, about: Agreement) -> Mapping[str, Any]:
        """Say which text stands on the page, and since when."""
        return {"digest": digest_of(about), "drawn_at": read_clock().isoformat()}

    def fit(self) -> None:
        """Say what is confirmed."""
        self.fields["sure"].label = self.sentence

    def run(self, request: HttpRequest) -> None:
        """Sign."""
        seen = agreements.SeenText(self.cleaned_data["digest"], _instant(self.cleaned_data["drawn_at"]))
        do(request, signing.sign, self.about, seen=seen)


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def editing_acts(found: Agreement, *, signers: Sequence[tuple[str, str]]) -> dict[str, Listed[Any]]:
    """List what either side may do while the agreement is in draft; `signers` are (code, name)."""
    about = InDraft(found, tuple(signers))
    return {
        "propose": Listed(Propose, about),
        "accept": Listed(AcceptEdit, about),
        "refuse": Listed(RefuseEdit, about),
        "name": Listed(NameSignatory, about),
        "take_out": Listed(TakeOutSignatory, about),
    }


Titled = tuple[Wording, Conversation]  # the title of its step, and what is written there together


def agreed_before(challenge: Challenge, vendor: Vendor) -> list[Titled]:
    """Return what a vendor and the city agreed on so far, as pages of what follows name it."""
    method = method_for(challenge)
    return [(method.step(c.step.key).title, c) for c in list_agreed(challenge, vendor)]


@dataclass(frozen=True)
class AgreementContext:
    """What the page of an agreement draws, for either side."""

    agreement: Agreement
    side: Side
    challenge: Challenge
    clauses: list[Clause]
    sources: Mapping[int, ClauseSource]
    signatories: list[Signatory]
    papers: list[Paper]
    deliverables: list[Deliverable]
    milestones: list[Invoiced]
    backlog: list[BacklogItem]
    missing: Sequence[Unmet]
    written: Sequence[Titled]
    reads_written: bool


def agreement_context(
    request: HttpRequest, found: Agreement, *, side: Side, reads_written: bool = True
) -> AgreementContext:
    """Gather what the page of an agreement draws, for either side.

    `reads_written` says whether who looks may read what was written with the vendor before.
    """
    challenge, is_contract = found.step.challenge, found.kind == AgreementKind.CONTRACT
    drafting, clauses = found.state == AgreementState.DRAFTING, list_clauses(found)
    return AgreementContext(
        agreement=found,
        side=side,
        challenge=challenge,
        clauses=clauses,
        sources={c.pk: source for c in clauses if (source := source_of_clause(found.step, c))},
        signatories=list_signatories(found),
        papers=list_papers(found),
        deliverables=list_deliverables(found),
        milestones=list_invoiced(found, list_milestones(challenge), today=today_of(request)) if is_contract else [],
        backlog=list_backlog(challenge) if is_contract else [],
        missing=unmet_to_sign(found, today=today_of(request)) if drafting else (),
        written=agreed_before(challenge, found.vendor),
        reads_written=reads_written,
    )
