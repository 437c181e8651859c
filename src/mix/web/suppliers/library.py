"""A vendor's own earlier answers beside a question: read, and used where somebody says so; nothing is filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mix.actions.market import submissions
from mix.data.models import Submission
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Unknown
from mix.readers.market.library import list_earlier
from mix.readers.market.sealing import read_draft
from mix.readers.market.solicitations import spec_of_call
from mix.rules.core.fields import FieldSpec
from mix.rules.core.kinds import Envelope
from mix.rules.market.library import EarlierAnswer, fitting, is_like, takes_earlier
from mix.web.drawing.requests import actor_of
from mix.web.forms import fields
from mix.web.forms.acts import Listed, RowAct, do, show, take
from mix.web.suppliers.ways import is_open, own_submission, way_of


def addresses_of_earlier(submission: Submission, specs: Sequence[FieldSpec], *, actor: Actor) -> Mapping[str, str]:
    """Return the pages of earlier answers, by the question for which there are any."""
    asked = [spec for spec in specs if takes_earlier(spec) and spec.envelope == Envelope.TECHNICAL]
    earlier = list_earlier(submission, actor=actor) if asked else []
    return {
        spec.key: reverse("vendor-earlier", args=[submission.code, spec.key])
        for spec in asked
        if any(is_like(spec, one.spec) for one in earlier)
    }


@dataclass(frozen=True)
class Offered:
    """What is offered for one question of a submission, and the number of the draft over which it would be put."""

    submission: Submission
    spec: FieldSpec
    rows: Sequence[EarlierAnswer]


class Use(RowAct[Offered]):
    """Put an earlier answer into the draft, in place of what stands there."""

    label = _("Use this text")
    done = _("It is in your draft. Fit it to this question.")

    draft = fields.hidden(required=False)

    @classmethod
    def first(cls, about: Offered) -> Mapping[str, str]:
        """Say over which draft it is put."""
        return {"draft": str(about.submission.draft_version)}

    def run(self, request: HttpRequest) -> str:
        """Put it there, and go on writing. Raises Unknown for a text that is not offered."""
        about, given = self.about, self.cleaned_data["draft"]
        text = next((one.text for one in about.rows if one.key == self.row), None)
        if text is None:
            raise Unknown
        over = int(given) if given.isdigit() and len(given) < 9 else None
        answers = {about.spec.key: text}
        do(request, submissions.save_answers, about.submission, answers=answers, based_on=over)
        return f"{reverse('vendor-submission', args=[about.submission.code])}#f-{about.spec.key}"


@dataclass(frozen=True)
class EarlierContext:
    """What the page of earlier answers draws: the question, what the draft says now, and what fits or may."""

    spec: FieldSpec
    present: str
    like: Sequence[EarlierAnswer]
    others: Sequence[EarlierAnswer]


def earlier(request: HttpRequest, code: str, field: str) -> HttpResponse:
    """A vendor's own answers to questions like this one, and its others below."""
    submission = own_submission(request, code)
    if not is_open(request, submission):
        return redirect("vendor-submission", code=code)
    asked = spec_of_call(submission.solicitation).fields_of(Envelope.TECHNICAL.value)
    spec = next((s for s in asked if s.key == field and takes_earlier(s)), None)
    if spec is None:
        raise Unknown
    like, others = fitting(spec, list_earlier(submission, actor=actor_of(request)))
    taken = take(request, {"use": Listed(Use, Offered(submission, spec, [*like, *others]))})
    if isinstance(taken, HttpResponse):
        return taken
    present = str(read_draft(submission).get(field) or "")
    context = EarlierContext(spec, present, like, others)
    return show(request, "suppliers/earlier.html", taken, way_of(submission, "answers"), context)
