"""Answering a call together: whom the lead asks, who joined, and the page on which somebody who was asked says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mix.actions.market import co_applicants
from mix.data.models import Challenge, CoApplicant, Solicitation, Submission
from mix.readers.case.challenges import spec_of
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Unknown
from mix.readers.market.co_applicants import get_asked, is_lead, list_asked, list_gone, most_beside
from mix.rules.core.fields import Bilingual
from mix.rules.market.states import Joining, SubmissionState
from mix.web.drawing.requests import actor_of, now_of, signed_in
from mix.web.drawing.showing import use_clock
from mix.web.forms import fields
from mix.web.forms.acts import Act, Acts, Listed, RowAct, do, show, take
from mix.web.forms.limits import Limit
from mix.web.suppliers.ways import is_open, own_submission, way_of


class Ask(Act[Submission]):
    """Ask another vendor to answer together with one's own."""

    label = _("Ask them")
    done = _("Asked. Its people were told by mail.")
    limit = Limit(by_person=20)

    vendor = fields.line(_("Name of the organization"), hint=_("As it is registered here."))

    def run(self, request: HttpRequest) -> None:
        """Ask."""
        do(request, co_applicants.ask, self.about, **self.cleaned_data)


class TakeOut(RowAct[Submission]):
    """Answer without a vendor that was asked or had joined."""

    label = _("Answer without it")
    done = _("It was told, and reads your draft no more.")
    style = "btn--link"

    def run(self, request: HttpRequest) -> None:
        """Take it out. Raises Unknown for a row that is not of this answer."""
        row = next((one for one in list_asked(self.about) if one.code == self.row), None)
        if row is None:
            raise Unknown
        row.submission, row.lead, row.solicitation = self.about, self.about.vendor, self.about.solicitation
        do(request, co_applicants.take_out, row)


class Join(Act[CoApplicant]):
    """Answer together with the vendor that asked."""

    label = _("Answer together")
    done = _("You answer together. Your team can write the draft from now on.")
    style = ""

    def fit(self) -> None:
        """Ask whether this person may bind this vendor."""
        text = gettext("I may bind %(vendor)s, and it answers this call together with %(lead)s.")
        names = {"vendor": self.about.vendor.name, "lead": self.about.lead.name}
        self.fields["bind"] = fields.yes(text % names, required=True)

    def run(self, request: HttpRequest) -> None:
        """Join."""
        do(request, co_applicants.join, self.about)


class Decline(Act[CoApplicant]):
    """Say no."""

    label = _("Decline")
    done = _("Declined. The other organization was told.")
    style = "btn--link"

    def run(self, request: HttpRequest) -> None:
        """Decline."""
        do(request, co_applicants.decline, self.about)


class Leave(Act[CoApplicant]):
    """Answer no longer together."""

    label = _("Answer no longer together")
    done = _("You left. The draft is closed to your team, and the other organization was told.")

    sure = fields.yes(_("What we wrote stays in the draft of the others."), required=True)

    def run(self, request: HttpRequest) -> str:
        """Leave; the draft is unknown from now on."""
        do(request, co_applicants.leave, self.about)
        return reverse("vendor-asked", args=[self.about.code])


@dataclass(frozen=True)
class TogetherContext:
    """What the page of who answers draws: who was asked or joined, who did not, and whether one leads the answer.

    `most` is how many others there may be; `is_sealed` says that a version counts, and nobody comes or goes.
    """

    rows: Sequence[CoApplicant]
    gone: Sequence[CoApplicant]
    most: int
    leads: bool
    is_sealed: bool


def together(request: HttpRequest, code: str) -> HttpResponse:
    """Who answers with whom: the lead asks and takes out, the others leave. Nobody else knows before the opening."""
    submission = own_submission(request, code)
    most, actor = most_beside(submission.solicitation), actor_of(request)
    if request.method == "GET" and not is_open(request, submission):
        return redirect("vendor-submission", code=code)
    if not most:
        raise Unknown
    rows = list_asked(submission)
    taken = take(request, _acts(submission, rows, actor, most=most))
    if isinstance(taken, HttpResponse):
        return taken
    context = TogetherContext(
        rows=rows,
        gone=list_gone(submission) if is_lead(submission, actor) else [],
        most=most,
        leads=is_lead(submission, actor),
        is_sealed=submission.state == SubmissionState.FINALISED,
    )
    return show(request, "suppliers/together.html", taken, way_of(submission, "together"), context)


def _acts(submission: Submission, rows: Sequence[CoApplicant], actor: Actor, *, most: int) -> Acts:
    if submission.state == SubmissionState.FINALISED:
        return {}
    if is_lead(submission, actor):
        acts: dict[str, Listed[Any]] = {"take_out": Listed(TakeOut, submission)}
        return {**acts, "ask": Listed(Ask, submission)} if len(rows) < most else acts
    own = next(row for row in rows if row.vendor_id in actor.vendors)
    own.submission, own.lead, own.solicitation = submission, submission.vendor, submission.solicitation
    return {"leave": Listed(Leave, own)}


@dataclass(frozen=True)
class AskedContext:
    """What the page draws on which a vendor is asked to answer together with another."""

    row: CoApplicant
    call: Solicitation
    challenge: Challenge
    title: Bilingual
    is_open: bool


def asked(request: HttpRequest, code: str) -> HttpResponse:
    """What another vendor asks: join as somebody who may sign, or decline. Who asked is sent on to the answer."""
    row = get_asked(code, actor=signed_in(request))
    use_clock(row.solicitation.zone)
    if row.vendor_id not in actor_of(request).vendors:
        return redirect("vendor-together", code=row.submission.code)
    may = row.state == Joining.ASKED and now_of(request) < row.solicitation.closes_at
    taken = take(request, {"join": Listed(Join, row), "decline": Listed(Decline, row)} if may else {})
    if isinstance(taken, HttpResponse):
        return taken
    call = row.solicitation
    context = AskedContext(row, call, call.step.challenge, spec_of(call.step).title, now_of(request) < call.closes_at)
    return show(request, "suppliers/asked.html", taken, context)
