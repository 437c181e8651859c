"""Documents that a vendor writes with a city: read with the replies, handed over, agreed to; and written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from mix.actions.delivery import conversations
from mix.data.models import Challenge, Conversation
from mix.phrases.refusals import sentence
from mix.readers.case.challenges import spec_of
from mix.readers.delivery.conversations import (
    boxes_of,
    content_of,
    get_own_conversation,
    list_replies,
    merge_sent,
)
from mix.rules.city.methods import Step as StepSpec
from mix.rules.core.fields import FieldSpec
from mix.rules.core.lines import whole_number
from mix.rules.core.unmet import Refused, Unmet
from mix.rules.delivery.states import ConversationState, Side
from mix.web.documents.conversing import acts_of, conversation_context
from mix.web.documents.sent import read_over, read_sent
from mix.web.documents.specs import FieldView, draw, read_only, read_post
from mix.web.drawing.requests import now_of, only_read, signed_in
from mix.web.drawing.showing import language, plain, said, titled, use_clock
from mix.web.forms.acts import Taken, do, show, take, take_stash
from mix.web.forms.itself import answered, hindrance, is_by_itself
from mix.web.forms.kinds import is_under_way


def conversation(request: HttpRequest, code: str) -> HttpResponse:
    """Read it with the city's replies; reply, hand over, agree."""
    found = only_read(request, get_own_conversation(code, actor=signed_in(request)))
    use_clock(found.step.challenge.municipality.zone)
    runs = is_under_way(found.step)
    taken = take(request, acts_of(found, Side.VENDOR, now=now_of(request)) if runs else {})
    if isinstance(taken, HttpResponse):
        return taken
    shown = found if taken.status == HTTPStatus.OK else get_own_conversation(code, actor=signed_in(request))
    return show(request, "suppliers/conversation.html", taken, conversation_context(request, shown, Side.VENDOR))


@dataclass(frozen=True)
class Written:
    """What was sent: the boxes as typed, over which version, and which text stays where a team mate changed it too.

    Of boxes in `over`, which saved themselves, it is another version. `is_back`: it was typed while signed out.
    """

    typed: Mapping[str, Any]
    version: int
    over: Mapping[str, int] = field(default_factory=dict)
    since: Mapping[str, int] = field(default_factory=dict)
    chosen: Mapping[str, str] = field(default_factory=dict)
    unmet: tuple[Unmet, ...] = ()
    status: int = HTTPStatus.OK
    is_back: bool = False


@dataclass(frozen=True)
class WritingContext:
    """What the page draws on which a vendor writes: each box as a field, with what was said to it."""

    conversation: Conversation
    challenge: Challenge
    spec: StepSpec
    rows: Sequence[tuple[FieldView, Sequence[object]]]
    version: int
    over: Mapping[str, int]
    since: Mapping[str, int]
    chosen: Mapping[str, str]
    problems: Sequence[tuple[str, str]]


def write(request: HttpRequest, code: str) -> HttpResponse:
    """Write the boxes. Every save is a version; the city sees it once it is handed over."""
    found = get_own_conversation(code, actor=signed_in(request))
    use_clock(found.step.challenge.municipality.zone)
    if is_by_itself(request):
        return hindrance(request) or _save_itself(request, found)
    if request.method == "POST":
        return _save(request, found)
    if not _is_written(request, found):
        return redirect("vendor-conversation", code=code)
    stash = take_stash(request)
    if stash is not None:
        return _drawn(request, found, replace(_read(stash, found), since={}, chosen={}, is_back=True))
    return _drawn(request, found, Written(content_of(found, found.version), found.version))


def _is_written(request: HttpRequest, found: Conversation) -> bool:
    """Say whether anything may still be written: it is open, its date has not passed, and its step is at hand."""
    return found.state == ConversationState.OPEN and now_of(request) <= found.until and is_under_way(found.step)


def _save(request: HttpRequest, found: Conversation) -> HttpResponse:
    sent = _read(request.POST, found)
    present = content_of(found, found.version)
    mine = {key: present.get(key) if sent.chosen.get(key) == "theirs" else v for key, v in sent.typed.items()}
    if undecided := _clashes(found, [key for key in sent.since if key not in sent.chosen]):
        return _drawn(request, found, replace(sent, unmet=undecided, status=HTTPStatus.CONFLICT))
    try:
        do(request, conversations.save, found, answers=mine, based_on=sent.version, over=sent.over)
    except conversations.WrittenMeanwhile as error:
        latest = error.latest.number
        since = dict.fromkeys(error.merged.clashes, latest)
        unmet = (*error.unmet, *_clashes(found, since))
        found = get_own_conversation(found.code, actor=signed_in(request))
        again = Written(error.merged.answers, latest, since=since, unmet=unmet, status=HTTPStatus.CONFLICT)
        return _drawn(request, found, again)
    except Refused as error:
        again = replace(sent, since={}, chosen={}, unmet=error.unmet, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        return _drawn(request, found, again)
    messages.success(request, _("Saved. The city sees it once you hand it over."))
    stays = request.POST.get("go") == "stay"
    return redirect(request.path) if stays else redirect("vendor-conversation", code=found.code)


def _save_itself(request: HttpRequest, found: Conversation) -> HttpResponse:
    """Save the boxes that were typed into: those that can be read, and that no team mate changed meanwhile."""
    specs = boxes_of(found)
    sent, number = read_sent(request, specs), whole_number(request.POST.get("version", "")) or 0
    merged = merge_sent(found, sent.good, based_on=number, over=read_over(request.POST, specs))
    mine = {key: value for key, value in merged.answers.items() if key not in merged.clashes}
    why, status = sent.why(merged.clashes), 409 if merged.clashes else 422 if sent.bad else 200
    if not mine:
        return answered(request, [], why, status=status)
    content = content_of(found, found.version)
    saved = do(request, conversations.save, found, answers={**content, **mine}, based_on=found.version)
    kept = sent.kept(saved.version, without=merged.clashes, unchanged=merged.taken)
    return answered(request, kept, why, status=status)


def _clashes(found: Conversation, keys: Iterable[str]) -> tuple[Unmet, ...]:
    titles = {spec.key: spec.title for spec in boxes_of(found)}
    return tuple(Unmet("answer_clashes", titles[key].params("field"), field=key) for key in keys)


def _read(given: QueryDict, found: Conversation) -> Written:
    specs = boxes_of(found)
    since = {s.key: n for s in specs if (n := whole_number(given.get(f"since-{s.key}", ""))) is not None}
    chosen = {key: word for key in since if (word := given.get(f"choose-{key}", "")) in ("mine", "theirs")}
    over = {key: number for key, number in read_over(given, specs).items() if key not in since}
    return Written(read_post(specs, given), whole_number(given.get("version", "")) or 0, over, since, chosen)


def _drawn(request: HttpRequest, found: Conversation, sent: Written) -> HttpResponse:
    specs, replies = boxes_of(found), list_replies(found)
    theirs = read_only([s for s in specs if s.key in sent.since], content_of(found, found.version), every=True)
    views = draw(specs, sent.typed, sent.unmet, theirs=theirs)
    context = WritingContext(
        conversation=found,
        challenge=found.step.challenge,
        spec=spec_of(found.step),
        rows=[(view, [r for r in replies if r.field == view.spec.key]) for view in views],
        version=sent.version,
        over=sent.over,
        since=sent.since,
        chosen=sent.chosen,
        problems=[_problem(specs, one, is_clash=one.field in sent.since) for one in sent.unmet],
    )
    taken = Taken({}, status=sent.status, returned=sent.is_back)
    return show(request, "suppliers/conversation_write.html", taken, context)


def _problem(specs: Sequence[FieldSpec], one: Unmet, *, is_clash: bool) -> tuple[str, str]:
    """Say where a problem is put right, and what it is."""
    spec, text = next((s for s in specs if s.key == one.field), None), sentence(one, language())
    if spec is None:
        return "", text
    place = f"mine-{spec.key}" if is_clash else f"f-{spec.key}"
    return place, titled(plain(said(spec.title)), text)
