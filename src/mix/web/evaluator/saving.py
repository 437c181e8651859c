"""Saving a page of scores: each by itself; what another page changed stays, and what is refused comes back as typed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext, ngettext

from mix.actions.choice import evaluations
from mix.data.models import PanelMember, Score, Submission
from mix.phrases.refusals import sentence
from mix.readers.choice.evaluations import criteria_now
from mix.readers.choice.scoring import Scoring, find_written, scoring_of, written_by
from mix.rules.choice.merging import Written, merge
from mix.rules.city.methods import Criterion
from mix.rules.core.kinds import EvaluationPhase
from mix.rules.core.lines import lines
from mix.rules.core.unmet import Refused, Unmet
from mix.web.drawing.showing import language, moment, plain, said, titled
from mix.web.forms.acts import do
from mix.web.forms.itself import SavedPart, answered, changed_elsewhere


@dataclass(frozen=True)
class Asked:
    """One score that a page asks for; `name` is what its fields are called after."""

    submission: Submission
    label: str
    criterion: Criterion
    name: str

    @property
    def title(self) -> str:
        """What the page calls it: the criterion, or on the page of one criterion the submission."""
        if self.name == self.label:
            return gettext("Submission %(label)s") % {"label": self.label}
        return plain(said(self.criterion.title))

    @property
    def score_name(self) -> str:
        """The name of the field of its score."""
        return f"score-{self.name}"

    @property
    def comment_name(self) -> str:
        """The name of the field of its comment."""
        return f"comment-{self.name}"

    @property
    def seen_name(self) -> str:
        """The name of the field that says what stood on the page."""
        return f"seen-{self.name}"


@dataclass
class Saved:
    """What became of a page of scores: why some were refused, by name; how many scores and comments were saved."""

    unmet: dict[str, Unmet] = field(default_factory=dict)
    scores: int = 0
    comments: int = 0
    is_over: bool = False

    @property
    def status(self) -> int:
        """The status of the answer: 409 where something else had changed meanwhile."""
        meanwhile = self.is_over or any(u.code == "written_meanwhile" for u in self.unmet.values())
        return 409 if meanwhile else 422 if self.unmet else 200

    @property
    def told(self) -> str:
        """What was saved, in words; empty where nothing was."""
        parts = []
        if self.scores:
            parts.append(ngettext("%(n)s score saved.", "%(n)s scores saved.", self.scores) % {"n": self.scores})
        if self.comments:
            one, many = "%(n)s comment kept without a score.", "%(n)s comments kept without a score."
            parts.append(ngettext(one, many, self.comments) % {"n": self.comments})
        return " ".join(parts)

    @property
    def refused(self) -> str:
        """What stands over the list of what was refused."""
        if self.is_over:
            return gettext("Scoring has ended. This was not saved; your text is still here, to copy from.")
        if self.told:
            return gettext("%(saved)s The rest was not saved; it is still here.") % {"saved": self.told}
        return gettext("Nothing was saved. What you typed is still here.")


def save_scores(request: HttpRequest, so_far: Scoring, member: PanelMember, asked: list[Asked]) -> Saved:
    """Save every score and comment that was changed on the page."""
    saved = Saved(is_over=so_far.evaluation.phase != EvaluationPhase.SCORING)
    for one in asked:
        if saved.is_over:
            break
        before = so_far.last_of(member, one.submission, one.criterion.key)
        try:
            row = _save(request, so_far, one)
        except Refused as error:
            saved.is_over = error.unmet[0].code == "evaluation_wrong_phase"
            saved.unmet |= {} if saved.is_over else {one.name: error.unmet[0]}
            continue
        if row is not None and row != before:
            saved.scores += row.score is not None
            saved.comments += row.score is None
    return saved


def save_itself(request: HttpRequest, so_far: Scoring, member: PanelMember, asked: list[Asked]) -> JsonResponse:
    """Save what was typed into on a page that saves by itself; say of the rest why not, and how far one has come."""
    typed = set(request.POST.getlist("only"))
    kept, why, texts, clashes = list[SavedPart](), list[str](), dict[str, str](), False
    for one in asked:
        names = [name for name in (one.score_name, one.comment_name) if name in typed]
        try:
            row = _save(request, so_far, one) if names else None
        except Refused as error:
            clash = error.unmet[0].code == "written_meanwhile"
            clashes |= clash
            why.append(titled(one.title, changed_elsewhere() if clash else sentence(error.unmet[0], language())))
            continue
        if row is not None:
            kept.append(SavedPart(names, {one.seen_name: str(row.pk)}, _otherwise(request, one, row)))
            texts[f"w-{one.name}"] = when_saved(row)
    fresh = scoring_of(so_far.evaluation, member)
    criteria = criteria_now(so_far.evaluation)
    for one in asked:
        done = sum(fresh.given(member, one.submission, c.key) is not None for c in criteria)
        texts[f"n-{one.label}"] = gettext("%(given)s of %(of)s") % {"given": done, "of": len(criteria)}
    given, owed = fresh.progress(member)
    texts["given"] = gettext("%(given)s of %(of)s scores saved") % {"given": given, "of": owed}
    return answered(request, kept, why, status=409 if clashes else 422 if why else 200, texts=texts)


def _otherwise(request: HttpRequest, one: Asked, row: Score) -> dict[str, str]:
    """Return the fields into which another page had written meanwhile."""
    score = "" if row.score is None else str(row.score)
    found = {} if request.POST.get(one.score_name, "") == score else {one.score_name: score}
    is_same = clean(request.POST.get(one.comment_name, "")) == row.comment
    return found if is_same else {**found, one.comment_name: row.comment}


def when_saved(row: Score | None) -> str:
    """Say since when a score or a comment without one is kept."""
    if row is None:
        return gettext("Not scored yet")
    if row.score is None:
        return gettext("Comment kept %(when)s. Not scored yet") % {"when": moment(row.given_at)}
    return gettext("Saved %(when)s") % {"when": moment(row.given_at)}


def _save(request: HttpRequest, so_far: Scoring, one: Asked) -> Score | None:
    value = request.POST.get(one.score_name, "")
    score = _read_score(value)
    if value and score is None:
        raise Refused(Unmet("score_out_of_range", field=one.criterion.key))
    return do(
        request,
        evaluations.score,
        so_far.evaluation,
        submission=one.submission,
        criterion=one.criterion.key,
        score=score,
        comment=clean(request.POST.get(one.comment_name, "")),
        reason=clean(request.POST.get("reason", "")),
        seen=read_key(request.POST.get(one.seen_name, "")),
    )


def _read_score(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-5]", text) else None


def clean(text: str) -> str:
    """Return a text as it is kept: lines as all else has them, nothing that steers, no blanks around it."""
    return lines(text).strip()


def read_key(text: str) -> int:
    """Read the key of what stood on a page; 0 for nothing."""
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else 0


@dataclass(frozen=True)
class Line:
    """One score as a page draws it: what was typed, else what is saved; why it was refused, and what else is kept."""

    asked: Asked
    name: str
    score: str
    comment: str
    seen: int
    saved: Score | None
    when: str
    unmet: Unmet | None
    other: Score | None


def draw_line(
    so_far: Scoring,
    member: PanelMember,
    one: Asked,
    typed: Any,  # noqa: ANN401 - Django's data or none
    unmet: Unmet | None,
) -> Line:
    """Draw one score. What clashed is shown beside what was typed, and may be saved over it knowingly."""
    row = so_far.last_of(member, one.submission, one.criterion.key)
    drawn, seen = written_by(row), row.pk if row else 0
    clashes = unmet is not None and unmet.code == "written_meanwhile"
    if typed is not None:
        shown = read_key(typed.get(one.seen_name, ""))
        drawn = Written(_read_score(typed.get(one.score_name, "")), clean(typed.get(one.comment_name, "")))
        if clashes:  # what the other page alone has changed is taken
            base = find_written(member, one.submission, one.criterion.key, key=shown)
            drawn = merge(base, drawn, written_by(row)).kept
        else:
            seen = shown
    return Line(
        asked=one,
        name=so_far.name(one.submission, member),
        score="" if drawn.score is None else str(drawn.score),
        comment=drawn.comment,
        seen=seen,
        saved=row,
        when=when_saved(row),
        unmet=unmet,
        other=row if clashes else None,
    )
