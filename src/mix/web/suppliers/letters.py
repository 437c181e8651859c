"""Letters to vendors: for what one was chosen or not, by whom and why, to read and as PDF; debriefs and objections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from mix.actions.choice import awards
from mix.data.models import Challenge, Debrief, Dispute, GateSignature, Letter, Step
from mix.readers.case.challenges import spec_of
from mix.readers.choice.awards import dispute_until, find_debrief, get_own_letter, list_own_disputes
from mix.readers.choice.prizes import prize_of
from mix.readers.flow.moves import list_deciders
from mix.rules.choice.debriefs import DebriefSheet
from mix.rules.city.methods import Step as StepSpec
from mix.rules.core.kinds import Standing
from mix.web.drawing.pdf import as_pdf
from mix.web.drawing.requests import signed_in
from mix.web.forms import fields
from mix.web.forms.acts import Act, Listed, do, show, take


class AskDebrief(Act[Letter]):
    """Ask for a debrief."""

    label = _("Ask for a debrief")
    done = _("Asked. The city will propose a time within 30 days.")

    def run(self, request: HttpRequest) -> None:
        """Ask."""
        do(request, awards.ask_debrief, self.about.evaluation.step, self.about.vendor)


class FileDispute(Act[Letter]):
    """Object to a decision."""

    label = _("File the objection")
    done = _("Filed. The city answers within 15 days, with reasons.")

    text = fields.text(_("What you object to, and why"))

    def run(self, request: HttpRequest) -> None:
        """File it."""
        do(request, awards.file_dispute, self.about, text=self.cleaned_data["text"])


@dataclass(frozen=True)
class LetterContext:
    """What a letter says, on the page and on paper: `heading` is a code, `signers` decided, `contact` answers.

    `prize` is what the vendor wins, in cents.
    """

    letter: Letter
    heading: str
    sheet: DebriefSheet
    spec: StepSpec
    challenge: Challenge
    signers: Sequence[GateSignature]
    gives_prizes: bool
    prize: int
    contact: str
    until: datetime


@dataclass(frozen=True)
class AnswersContext:
    """What a vendor may do about a letter, and has done."""

    step: Step
    debrief: Debrief | None
    disputes: list[Dispute]


def _said(letter: Letter) -> LetterContext:
    evaluation, award = letter.evaluation, letter.award
    spec = spec_of(evaluation.step)
    standing = Standing.AWARDED.value if award or spec.evaluation is None else spec.evaluation.gives.value
    gives_prizes = bool(spec.evaluation and spec.evaluation.gives_prizes)
    if gives_prizes:
        standing = "prize"
    return LetterContext(
        letter=letter,
        heading=f"{standing}_{'yes' if letter.is_selected else 'no'}",
        sheet=letter.debrief_sheet,
        spec=spec,
        challenge=evaluation.step.challenge,
        signers=list_deciders(award.step if award else evaluation.step, until=letter.sent_at),
        gives_prizes=gives_prizes,
        prize=prize_of(evaluation.step.challenge, letter.vendor) if gives_prizes and letter.is_selected else 0,
        contact=evaluation.solicitation.contact,
        until=dispute_until(letter),
    )


def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """What was decided about this vendor and why, with its debrief sheet."""
    found = get_own_letter(pk, actor=signed_in(request))
    taken = take(request, {"debrief": Listed(AskDebrief, found), "dispute": Listed(FileDispute, found)})
    if isinstance(taken, HttpResponse):
        return taken
    step = found.evaluation.step
    about = AnswersContext(step, find_debrief(step, found.vendor), list_own_disputes(step, found.vendor))
    return show(request, "suppliers/letter.html", taken, _said(found), about)


def letter_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out a letter for the file."""
    found = get_own_letter(pk, actor=signed_in(request))
    name = f"letter-{found.evaluation.step.challenge.code}-{found.evaluation.step.key}.pdf"
    return as_pdf(request, "suppliers/letter_pdf.html", _said(found), name=name)
