"""A list of a call: handed out as a table, brought in from one, looked at before it counts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mix.data.models import Challenge, Solicitation, Step
from mix.phrases.words import wording as said_in_each
from mix.readers.case.challenges import get_challenge, get_challenge_and_roles, get_step
from mix.readers.core.errors import Unknown
from mix.readers.market.solicitations import find_solicitation, form_of, method_form, part_of, scorings_of_method
from mix.rules.core.access import Permission
from mix.rules.core.unmet import Refused, refuse_if, require
from mix.rules.market.call_bounds import unmet_by_change
from mix.rules.market.call_changes import Change, read_change, write_change
from mix.rules.market.call_forms import CallForm
from mix.rules.market.lists import effects, is_reordered
from mix.web.documents.grids import KINDS, hand_out, read_grids
from mix.web.drawing.requests import only_read, signed_in
from mix.web.drawing.showing import said, use_clock
from mix.web.forms import fields
from mix.web.forms.acts import Acts, Listed, Taken, granted, show, take
from mix.web.forms.kinds import is_under_way
from mix.web.forms.wordings import wording
from mix.web.staff.market.call_form_acts import Fit, Fitting
from mix.web.staff.market.call_lists import CallList, QuestionList, find_list


@dataclass(frozen=True)
class ListFitting(Fitting):
    """Which list is brought into what, and the change that was read of it, as JSON."""

    kind: CallList = field(default_factory=QuestionList)
    read: str = ""


class OfList(Fit):
    """What is done with a list."""

    @property
    def listed(self) -> ListFitting:
        """Return which list it is of. Raises TypeError for what is of none."""
        if not isinstance(self.about, ListFitting):
            raise TypeError("of no list")
        return self.about


class LookAtList(OfList):
    """Read a list, and see what it would change."""

    label = _("See what would change")
    style = ""

    file = fields.upload(_("Spreadsheet, XLSX or CSV"), required=False)
    pasted = fields.pasted(_("Or paste the rows here"))

    def fit(self) -> None:
        """Ask for what the list is called, where it has a name of its own."""
        kind = self.listed.kind
        self.fields["file"].help_text = str(kind.hint)
        if kind.titled:
            self.fields["title"] = wording(fields.line(_("What is priced"), most=200))
            self.order_fields(["number", "title", "file", "pasted"])
            if title := kind.first_title(self.about.form):
                self.initial = {"title": title, "pasted": self._present(), **self.initial}

    def _present(self) -> str:
        """Return what stands there as rows that could be pasted."""
        rows = (row.cells.values() for row in self.listed.kind.rows(self.about.form))
        return "\n".join("\t".join(map(str, row)).rstrip("\t") for row in rows)

    def read(self) -> Change:
        """Read the list. Raises Refused for all that is wrong, cell by cell, and where nothing would change."""
        grids = read_grids(self.cleaned_data["file"], self.cleaned_data["pasted"])
        change, wrong = self.listed.kind.read(self.about.form, grids, title=self.cleaned_data.get("title"))
        refuse_if(wrong)
        before, step = self.about.form, self.about.step
        after = change.apply(before)
        refuse_if(unmet_by_change(before, after, part_of(step), scorings_of_method(step)))
        require(after != before, "list_changes_nothing", field="pasted")
        return change


class BringList(OfList):
    """Make hold what was looked at."""

    label = _("Change the call so")
    done = _("The call is as the list has it.")
    style = ""

    read = fields.hidden(most=500_000)

    @classmethod
    def first(cls, about: Fitting) -> Mapping[str, Any]:
        """Carry what was read."""
        return {"read": about.read if isinstance(about, ListFitting) else ""}

    def change(self) -> Change:
        """Return what was read. Raises Unknown for what this list does not say."""
        try:
            change = read_change(json.loads(self.cleaned_data["read"]))
        except ValueError:
            raise Unknown from None
        if not self.listed.kind.may_say(change):
            raise Unknown
        return change

    def run(self, request: HttpRequest) -> str:
        """Change the form, and go back to it."""
        super().run(request)
        step = self.about.step
        return reverse("city-call-form", args=[step.challenge.code, step.key])


@dataclass(frozen=True)
class ListedPart:
    """One part of a row that would change: what it is called, as it is and as it would be."""

    part: str
    before: str
    after: str


@dataclass(frozen=True)
class ListEffect:
    """What would become of one row."""

    title: str
    is_new: bool
    is_gone: bool
    parts: list[ListedPart]


@dataclass(frozen=True)
class CallListContext:
    """What the page of a list draws; `effects` is what a list that was read would change, None while none was.

    `renamed` is what it would be called, where that is not what it is.
    """

    challenge: Challenge
    step: Step
    call: Solicitation
    kind: CallList
    count: int
    effects: list[ListEffect] | None
    reordered: bool
    renamed: str


def call_list(request: HttpRequest, code: str, key: str, what: str) -> HttpResponse:
    """Bring in a list of a call: first what would change is shown, and nothing is changed."""
    challenge, roles = get_challenge_and_roles(code, actor=signed_in(request), needs=Permission.SOLICITATION_EDIT)
    use_clock(challenge.municipality.zone)
    step = get_step(only_read(request, challenge), key)
    call = find_solicitation(step)
    kind = find_list(what, form_of(call)) if call else None
    if call is None or kind is None or call.published_at or not is_under_way(step):
        raise Unknown
    about = ListFitting(step, form_of(call), method_form(step), kind=kind)
    acts = granted(roles, {"look": Listed(LookAtList, about), "bring": Listed(BringList, about)})
    if request.method == "POST" and request.POST.get("act") == "look" and "look" in acts:
        return _looked(request, call, about, acts)
    taken = take(request, acts)
    if isinstance(taken, HttpResponse):
        return taken
    return _drawn(request, call, about, taken)


def _looked(request: HttpRequest, call: Solicitation, about: ListFitting, acts: Acts) -> HttpResponse:
    """Show what a list would change, or what is wrong with it."""
    form = LookAtList(about, request.POST, request.FILES)
    taken = Taken(acts, bound={"look": form}, status=422)
    if not form.is_valid():
        return _drawn(request, call, about, taken)
    try:
        change = form.read()
        after = change.apply(about.form)
    except Refused as error:
        taken.unmet = error.unmet
        return _drawn(request, call, about, taken)
    read = ListFitting(about.step, about.form, about.method, kind=about.kind, read=write_change(change))
    return _drawn(request, call, read, Taken({"bring": Listed(BringList, read)}), after=after)


def _drawn(
    request: HttpRequest, call: Solicitation, about: ListFitting, taken: Taken, *, after: CallForm | None = None
) -> HttpResponse:
    rows, kind = about.kind.rows(about.form), about.kind
    then = kind.then(about.form, after) if after else kind
    names = [kind.first_title(about.form), then.first_title(after) if after else None]
    context = CallListContext(
        challenge=about.step.challenge,
        step=about.step,
        call=call,
        kind=kind,
        count=len(rows),
        effects=_effects(kind, about.form, after) if after else None,
        reordered=bool(after and is_reordered(rows, then.rows(after))),
        renamed=str(said(names[1])) if names[1] and names[0] != names[1] else "",
    )
    return show(request, "staff/market/call_list.html", taken, context)


def _effects(kind: CallList, before: CallForm, after: CallForm) -> list[ListEffect]:
    """Say row by row what would change, come or go, in the page's language."""
    found = []
    for effect in effects(kind.rows(before), kind.then(before, after).rows(after)):
        then, now = (row.cells if row else {} for row in (effect.before, effect.after))
        parts = [
            ListedPart(str(said(said_in_each(kind.group, c))), str(then.get(c, "")), str(now.get(c, "")))
            for c in effect.parts
            if c != "id"
        ]
        found.append(ListEffect(str(said(effect.title)), effect.before is None, effect.after is None, parts))
    return found


def list_file(request: HttpRequest, code: str, key: str, what: str, kind: str) -> HttpResponse:
    """Hand out a list of a call as a table that can be changed and brought in again."""
    challenge = get_challenge(code, actor=signed_in(request), needs=Permission.CHALLENGE_READ)
    call = find_solicitation(get_step(challenge, key))
    found = find_list(what, form_of(call)) if call else None
    if call is None or found is None or kind not in KINDS:
        raise Unknown
    rows = [[*row.cells.values()] for row in found.rows(form_of(call))]
    return hand_out(f"{call.reference}-{found.place}", kind, [found.heads(), *rows])
