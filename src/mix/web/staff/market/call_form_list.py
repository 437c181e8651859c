"""The questions of a call as a list: handed out as a table, brought in from one, looked at before it counts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mix.data.models import Challenge, Solicitation, Step
from mix.phrases.words import wording as said_in_each
from mix.readers.case.challenges import get_challenge, get_challenge_and_roles, get_step
from mix.readers.core.errors import Unknown
from mix.readers.market.solicitations import find_solicitation, form_of, method_form
from mix.rules.core.access import Permission
from mix.rules.core.fields import FieldType, Wording
from mix.rules.core.unmet import Refused, refuse_if, require
from mix.rules.market.call_changes import Change, read_change, write_change
from mix.rules.market.call_forms import AskedQuestion, CallForm
from mix.rules.market.question_lists import (
    COLUMNS,
    BringQuestions,
    effects,
    is_reordered,
    listed_in,
    read_questions,
)
from mix.web.documents.grids import KINDS, hand_out, read_grids
from mix.web.drawing.requests import only_read, signed_in
from mix.web.drawing.showing import language, said, use_clock
from mix.web.forms import fields
from mix.web.forms.acts import Acts, Listed, Taken, granted, show, take
from mix.web.forms.kinds import is_under_way
from mix.web.staff.market.call_form_acts import Fit, Fitting

HINT = _("One question a row, in the columns of the file above. What is not in the list stays as it is.")
YES = {True: "yes", False: ""}


@dataclass(frozen=True)
class ListFitting(Fitting):
    """What a list is brought into, and the change that was read of it, as JSON."""

    read: str = ""


class LookAtList(Fit):
    """Read a list, and see what it would change."""

    label = _("See what would change")
    style = ""

    file = fields.upload(_("Spreadsheet, XLSX or CSV"), hint=HINT, required=False)
    pasted = fields.pasted(_("Or paste the rows here"))

    def read(self) -> BringQuestions:
        """Read the list. Raises Refused for all that is wrong, cell by cell, and where nothing would change."""
        grids = read_grids(self.cleaned_data["file"], self.cleaned_data["pasted"])
        headings = {text for column in COLUMNS for text in said_in_each("question_column", column).texts.values()}
        change, wrong = read_questions(self.about.form, grids, headings=headings, kinds=_kinds())
        refuse_if(wrong)
        require(change.apply(self.about.form) != self.about.form, "list_changes_nothing", field="pasted")
        return change


class BringList(Fit):
    """Make hold what was looked at."""

    label = _("Change the call so")
    done = _("The questions are as the list has them.")
    style = ""

    read = fields.hidden(most=500_000)

    @classmethod
    def first(cls, about: Fitting) -> Mapping[str, Any]:
        """Carry what was read."""
        return {"read": about.read if isinstance(about, ListFitting) else ""}

    def change(self) -> Change:
        """Return what was read. Raises Unknown for what no list says."""
        try:
            change = read_change(json.loads(self.cleaned_data["read"]))
        except ValueError:
            raise Unknown from None
        if not isinstance(change, BringQuestions):
            raise Unknown
        return change

    def run(self, request: HttpRequest) -> str:
        """Change the form, and go back to it."""
        super().run(request)
        step = self.about.step
        return reverse("city-call-form", args=[step.challenge.code, step.key])


@dataclass(frozen=True)
class ListedPart:
    """One part of a question that would change: what it is called, as it is and as it would be."""

    part: str
    before: str
    after: str


@dataclass(frozen=True)
class ListEffect:
    """What would become of one question."""

    title: str
    is_new: bool
    parts: list[ListedPart]


@dataclass(frozen=True)
class CallListContext:
    """What the page of a list draws; `effects` is what a list that was read would change, None while none was."""

    challenge: Challenge
    step: Step
    call: Solicitation
    count: int
    effects: list[ListEffect] | None
    reordered: bool


def call_list(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Bring in the questions of a call as a list: first what would change is shown, and nothing is changed."""
    challenge, roles = get_challenge_and_roles(code, actor=signed_in(request), needs=Permission.SOLICITATION_EDIT)
    use_clock(challenge.municipality.zone)
    step = get_step(only_read(request, challenge), key)
    call = find_solicitation(step)
    if call is None or call.published_at or not is_under_way(step):
        raise Unknown
    about = ListFitting(step, form_of(call), method_form(step))
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
    read = ListFitting(about.step, about.form, about.method, write_change(change))
    return _drawn(request, call, read, Taken({"bring": Listed(BringList, read)}), after=after)


def _drawn(
    request: HttpRequest, call: Solicitation, about: ListFitting, taken: Taken, *, after: CallForm | None = None
) -> HttpResponse:
    context = CallListContext(
        challenge=about.step.challenge,
        step=about.step,
        call=call,
        count=len(listed_in(about.form)),
        effects=_effects(about.form, after) if after else None,
        reordered=bool(after and is_reordered(about.form, after)),
    )
    return show(request, "staff/market/call_list.html", taken, context)


def _effects(before: CallForm, after: CallForm) -> list[ListEffect]:
    """Say question by question what would change or come, in the page's language."""
    found = []
    for effect in effects(before, after):
        now = dict(zip(COLUMNS, _row(after, effect.asked), strict=True))
        then = dict(zip(COLUMNS, _row(before, effect.before), strict=True)) if effect.before else {}
        parts = [
            ListedPart(said(said_in_each("question_column", c)), str(then.get(c, "")), str(now[c]))
            for c in COLUMNS[1:]
            if now[c] != then.get(c, "")
        ]
        found.append(ListEffect(str(said(effect.asked.field.title)), effect.before is None, parts))
    return found


def _kinds() -> dict[FieldType, Wording]:
    """Return what each kind of answer is called."""
    return {kind: said_in_each("answer_type", kind.value) for kind in FieldType}


def _row(form: CallForm, asked: AskedQuestion) -> list[str | float]:
    """Return a question as a row, in the columns of a list."""
    field = asked.field
    two = (field.group, field.title, field.hint)
    texts = [text for one in two for text in ((one.en, one.texts.get("fr", "")) if one else ("", ""))]
    kind = said_in_each("answer_type", field.type.value).in_(language())
    scored = "; ".join(form.titles[name].in_(language()) for name in asked.scored_by)
    return [field.key, *texts, kind, field.max_words or "", YES[field.required or field.must_be_yes], scored]


def list_file(request: HttpRequest, code: str, key: str, kind: str) -> HttpResponse:
    """Hand out the questions of a call as a table that can be changed and brought in again."""
    challenge = get_challenge(code, actor=signed_in(request), needs=Permission.CHALLENGE_READ)
    call = find_solicitation(get_step(challenge, key))
    if call is None or kind not in KINDS:
        raise Unknown
    form = form_of(call)
    heads: list[str | float] = [said_in_each("question_column", column).in_(language()) for column in COLUMNS]
    return hand_out(f"{call.reference}-questions", kind, [heads, *(_row(form, q) for q in listed_in(form))])
