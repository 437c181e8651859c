"""Writing the answers and prices of a submission. The team drafts together; nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from mix.actions.market import submissions
from mix.actions.market.locking import Late
from mix.data.models import Submission
from mix.phrases.refusals import sentence
from mix.readers.city.people import names_of
from mix.readers.core.errors import Unknown
from mix.readers.core.paging import page_of
from mix.readers.market.sealing import DraftFact, FileFact, find_draft, list_drafts, list_files, read_draft
from mix.readers.market.solicitations import spec_of_call
from mix.readers.market.submissions import changes_since, price_total
from mix.rules.city.methods import Criterion
from mix.rules.core.fields import FieldSpec, FieldType
from mix.rules.core.kinds import Envelope
from mix.rules.core.samples import with_samples
from mix.rules.core.unmet import Refused, Unmet
from mix.rules.market.wanted_files import wanted
from mix.web.documents.asked import Changed, changed_for
from mix.web.documents.changes import Changed as ChangedAnswer
from mix.web.documents.changes import changes
from mix.web.documents.sent import read_over, read_sent
from mix.web.documents.specs import FieldView, draw, read_only, read_post
from mix.web.drawing.paging import Pager, number_of, pager
from mix.web.drawing.requests import actor_of, today_of
from mix.web.drawing.showing import language, money, plain, said, titled
from mix.web.forms.acts import Acts, Fault, Listed, Taken, do, show, take
from mix.web.forms.itself import answered, hindrance, is_by_itself
from mix.web.frame.kept import carries_sealed
from mix.web.suppliers.library import addresses_of_earlier
from mix.web.suppliers.reading import draw_own
from mix.web.suppliers.submitting_acts import BringBack, page_of_files
from mix.web.suppliers.ways import is_open, own_submission, way_of

CHOICES = ("mine", "theirs")


@dataclass(frozen=True)
class WriteContext:
    """What a page draws on which answers or amounts are written.

    `earlier` are the pages of the vendor's own earlier answers, by the question that they fit.
    `draft` is the number of the draft over which they are written. Of fields in `over`, which saved themselves, it
    is another; so it is of fields in `since`, and there whose text stays is still to be chosen. `meanwhile` says what
    team mates changed.
    """

    fields: list[FieldView]
    scored: Mapping[str, Sequence[Criterion]]
    draft: int
    over: Mapping[str, int]
    since: Mapping[str, int]
    chosen: Mapping[str, str]
    problems: list[Fault]
    meanwhile: tuple[Unmet, ...]
    total: int | None
    changed: Sequence[Changed]
    earlier: Mapping[str, str]
    attached: Mapping[str, Sequence[FileFact]]


@dataclass(frozen=True)
class Part:
    """The part of a submission that one page writes."""

    submission: Submission
    envelope: Envelope
    here: str
    next_name: str

    @property
    def specs(self) -> tuple[FieldSpec, ...]:
        """The fields of the part."""
        return tuple(spec_of_call(self.submission.solicitation).fields_of(self.envelope.value))


@dataclass(frozen=True)
class Posted:
    """What was sent: answers as typed, over which draft, and which text stays where two people changed one field."""

    typed: dict[str, Any]
    draft: int
    since: dict[str, int]
    chosen: dict[str, str]
    over: dict[str, int] = field(default_factory=dict)
    unmet: tuple[Unmet, ...] = ()
    meanwhile: tuple[Unmet, ...] = ()
    status: int = 200

    @property
    def open(self) -> dict[str, int]:
        """The fields of which nobody has chosen yet, with the draft over which each was written."""
        return {key: number for key, number in self.since.items() if key not in self.chosen}

    @property
    def numbers(self) -> dict[str, int]:
        """The drafts over which fields were written, where it is not that of the page."""
        return {key: n for key, n in self.over.items() if key not in self.chosen} | self.open

    @property
    def mine(self) -> dict[str, Any]:
        """What is to be saved: all but where a team mate's text stays."""
        return {key: value for key, value in self.typed.items() if self.chosen.get(key) != "theirs"}


@carries_sealed
def answers(request: HttpRequest, code: str) -> HttpResponse:
    """Write the answers; once the call is closed, read what there is."""
    submission = own_submission(request, code)
    if request.method == "GET" and not is_open(request, submission):
        return draw_own(request, submission)
    return _write(request, Part(submission, Envelope.TECHNICAL, "answers", "vendor-files"))


@carries_sealed
def price(request: HttpRequest, code: str) -> HttpResponse:
    """Write the amounts; the total is computed and never typed."""
    submission = own_submission(request, code)
    if request.method == "GET" and not is_open(request, submission):
        return redirect("vendor-submission", code=code)
    return _write(request, Part(submission, Envelope.PRICE, "price", "vendor-check"))


def _write(request: HttpRequest, part: Part) -> HttpResponse:
    if is_by_itself(request):
        return hindrance(request) or _save_itself(request, part)
    if request.method != "POST":
        content = read_draft(part.submission)
        return _drawn(request, part, Posted(content, part.submission.draft_version, {}, {}))
    posted = _read(request, part.specs)
    if request.POST.get("go") == "sample" and part.submission.vendor.is_practice:
        samples = with_samples(part.specs, posted.typed, language=language(), on=today_of(request))
        posted = replace(posted, typed=samples)
    try:
        saved = _saved(request, part, posted, posted.mine)
    except Late:
        raise
    except submissions.SavedMeanwhile as error:
        return _drawn(request, part, _clashing(request, part, posted, error))
    except Refused as error:
        return _drawn(request, part, replace(posted, unmet=error.unmet, status=422))
    taken = ", ".join(plain(said(spec.title)) for spec in part.specs if spec.key in saved.taken)
    with_theirs = _("Saved, with what your team changed meanwhile: %(fields)s.") % {"fields": taken}
    messages.success(request, with_theirs if taken else _("Saved."))
    return redirect(_goes_to(request, part))


def _goes_to(request: HttpRequest, part: Part) -> str:
    """Return where one goes from here: on, to the files of a question, or nowhere."""
    go = request.POST.get("go", "")
    if go in ("stay", "sample"):
        return request.path
    if go.startswith("file-"):
        return page_of_files(part.submission, go.removeprefix("file-"))
    return reverse(part.next_name, args=[part.submission.code])


def _saved(request: HttpRequest, part: Part, posted: Posted, answers: Mapping[str, Any]) -> submissions.Saved:
    save, own = submissions.save_answers, part.submission
    return do(request, save, own, answers=answers, based_on=posted.draft, since=posted.numbers)


def _save_itself(request: HttpRequest, part: Part) -> HttpResponse:
    """Save the fields that were typed into: those that can be read, and that no team mate changed meanwhile."""
    sent, posted = read_sent(request, part.specs), _read(request, part.specs)
    clashes: tuple[str, ...] = ()
    if not sent.good:
        return answered(request, [], sent.why([]), status=422)
    try:
        saved = _saved(request, part, posted, sent.good)
    except submissions.SavedMeanwhile as error:
        clashes = error.merged.clashes
        if not clashes:
            raise
        saved = _saved(request, part, posted, {key: v for key, v in sent.good.items() if key not in clashes})
    kept = sent.kept(saved.number, without=clashes, unchanged=saved.taken)
    status = 409 if clashes else 422 if sent.bad else 200
    return answered(request, kept, sent.why(clashes), status=status, texts=_total(part))


def _total(part: Part) -> dict[str, str]:
    """Say the total of the amounts that are saved, where the page shows one."""
    if part.envelope is not Envelope.PRICE:
        return {}
    content = read_draft(part.submission)
    total = price_total(part.specs, content)
    amounts = {f"x-{c.name}": c.amount or "–" for view in draw(part.specs, content) for c in view.lines}
    return {"total": _("waits for every amount") if total is None else money(total), **amounts}


def _read(request: HttpRequest, specs: Sequence[FieldSpec]) -> Posted:
    given = request.POST
    since = {s.key: n for s in specs if (n := _number(given.get(f"since-{s.key}", ""))) is not None}
    chosen = {key: word for key in since if (word := given.get(f"choose-{key}", "")) in CHOICES}
    over = read_over(given, specs)
    return Posted(read_post(specs, given), _number(given.get("draft", "")) or 0, since, chosen, over)


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() and len(text) < 9 else None


def _clashing(request: HttpRequest, part: Part, posted: Posted, error: submissions.SavedMeanwhile) -> Posted:
    """Put what a team mate saved into the form, but for the fields that both changed; of these both texts are shown."""
    part.submission.refresh_from_db()
    present = read_draft(part.submission)
    clashes = error.merged.clashes
    theirs = {*error.merged.taken, *(key for key, word in posted.chosen.items() if word == "theirs")} - set(clashes)
    numbers = {key: posted.numbers.get(key, posted.draft) for key in posted.typed}
    codes = [f.code for f in list_files(part.submission)]
    return Posted(
        typed={key: present.get(key) if key in theirs else value for key, value in posted.typed.items()},
        draft=part.submission.draft_version,
        since={key: numbers[key] for key in clashes},
        chosen={},
        unmet=error.unmet,
        meanwhile=changes_since(part.submission, number=min(numbers.values()), files=codes, but=actor_of(request).code),
        status=409,
    )


def _drawn(request: HttpRequest, part: Part, posted: Posted) -> HttpResponse:
    specs, content = part.specs, read_draft(part.submission)
    context = WriteContext(
        fields=draw(
            specs, posted.typed, posted.unmet, theirs=read_only([s for s in specs if s.key in posted.since], content)
        ),
        scored=form.scored if (form := part.submission.solicitation.fitted) else {},
        draft=posted.draft,
        over=posted.over,
        since=posted.since,
        chosen=posted.chosen,
        problems=[_fault(specs, one, is_clash=one.field in posted.since) for one in posted.unmet],
        meanwhile=posted.meanwhile,
        total=price_total(specs, content) if part.envelope is Envelope.PRICE else None,
        changed=[c for c in changed_for(part.submission) if c.key in {s.key for s in specs}],
        earlier=addresses_of_earlier(part.submission, specs, actor=actor_of(request)),
        attached=_attached(part.submission, specs),
    )
    taken = Taken({}, status=posted.status)
    return show(request, "suppliers/answers.html", taken, way_of(part.submission, part.here), context)


def _attached(submission: Submission, specs: Sequence[FieldSpec]) -> dict[str, list[FileFact]]:
    """Return the files that answer each question that asks for some."""
    asked = wanted(specs)
    files = list_files(submission) if asked else []
    return {spec.key: [file for file in files if file.question == spec.key] for spec in asked}


def _fault(specs: Sequence[FieldSpec], one: Unmet, *, is_clash: bool) -> Fault:
    """Say what is wrong with which answer, and where it is put right: at what can be typed into or chosen."""
    spec, text = next((s for s in specs if s.key == one.field), None), sentence(one, language())
    if spec is None:
        return Fault("", "", text)
    title = plain(said(spec.title))
    if is_clash and one.code == "answer_clashes":
        return Fault(f"mine-{spec.key}", title, text)
    first = f"-{spec.options[0].key}" if spec.options else ""
    place = f"f-{spec.key}" if spec.type in (FieldType.ROWS, FieldType.LINES) else f"i-{spec.key}{first}"
    return Fault(place, title, titled(title, text))


@dataclass(frozen=True)
class DraftRow:
    """The draft as it was saved once."""

    draft: DraftFact
    who: str
    is_present: bool


@dataclass(frozen=True)
class DraftsContext:
    """What the page of a draft's earlier versions draws; `differing` is how the present differs from the one shown."""

    drafts: list[DraftRow]
    pager: Pager
    shown_number: int | None
    differing: list[ChangedAnswer] = field(default_factory=list)


def drafts(request: HttpRequest, code: str) -> HttpResponse:
    """What the draft was each time that it was saved, how it differs, and bringing one back. Gone with the draft."""
    submission = own_submission(request, code)
    if not is_open(request, submission):
        return redirect("vendor-submission", code=code)
    acts: Acts = {"bring_back": Listed(BringBack, submission)}
    taken = take(request, acts)
    if isinstance(taken, HttpResponse):
        return taken
    page = page_of(list_drafts(submission), number_of(request))
    names = names_of({row.saved_by for row in page.rows})
    number = _number(request.GET.get("number", ""))
    context = DraftsContext(
        [DraftRow(d, names.get(d.saved_by, ""), d.number == submission.draft_version) for d in page.rows],
        pager(request, page),
        number,
        _differing(submission, number) if number is not None else [],
    )
    return show(request, "suppliers/drafts.html", taken, way_of(submission, "answers"), context)


def _differing(submission: Submission, number: int) -> list[ChangedAnswer]:
    earlier = find_draft(submission, number=number)
    if earlier is None:
        raise Unknown
    return changes(spec_of_call(submission.solicitation).answers, earlier.answers, read_draft(submission))
