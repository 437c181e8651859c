"""A vendor's history: what came of each submission, what it cost, and where to learn from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from mix.actions.market import submissions
from mix.readers.core.actors import Actor
from mix.readers.market.results import Result, page_results
from mix.readers.market.submissions import get_own_submission
from mix.rules.choice.debriefs import DebriefSheet
from mix.web.drawing.paging import Pager, number_of, pager
from mix.web.drawing.requests import now_of, signed_in
from mix.web.forms import fields
from mix.web.forms.acts import Listed, RowAct, do, show, take


class NoteHours(RowAct[Actor]):
    """Note how long an answer took."""

    label = _("Note")
    done = _("Noted, for your team alone.")

    hours = fields.decimal(_("Hours that it took you"), hint=_("Nobody but your team sees it."))

    def run(self, request: HttpRequest) -> None:
        """Note it."""
        submission = get_own_submission(self.row, actor=self.about)
        do(request, submissions.note_hours, submission, hours=self.cleaned_data["hours"])


@dataclass(frozen=True)
class ResultView:
    """A result, ready to draw: `sheet` has its points, where a letter tells of them."""

    result: Result
    sheet: DebriefSheet | None


@dataclass(frozen=True)
class ResultsContext:
    """What the page of a vendor's results draws."""

    results: Sequence[ResultView]
    pager: Pager


def results(request: HttpRequest) -> HttpResponse:
    """What came of what we handed in, and what did it cost us?"""
    actor = signed_in(request)
    taken = take(request, {"hours": Listed(NoteHours, actor)})
    if isinstance(taken, HttpResponse):
        return taken
    page = page_results(actor, number_of(request), now=now_of(request))
    views = [ResultView(row, row.letter.debrief_sheet if row.letter else None) for row in page.rows]
    return show(request, "suppliers/results.html", taken, ResultsContext(views, pager(request, page)))
