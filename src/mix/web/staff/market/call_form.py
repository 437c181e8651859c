"""The form of a call, fitted to the challenge: what is asked, by what it is scored, as the public will read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from django.http import HttpRequest, HttpResponse

from mix.data.models import Challenge, Solicitation, Step
from mix.readers.case.challenges import get_challenge_and_roles, get_step, method_for, spec_of
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Unknown
from mix.readers.market.copying import is_as_begun
from mix.readers.market.solicitations import (
    find_solicitation,
    form_of,
    method_form,
    part_of,
    scorings_of,
    unmet_in_form_of,
)
from mix.rules.city.methods import Criterion, EvaluationSpec
from mix.rules.city.methods import Step as StepSpec
from mix.rules.core.access import Permission
from mix.rules.core.fields import Wording
from mix.rules.core.unmet import Unmet
from mix.rules.market.call_bounds import Bounds, Stays, Weights, bounds_in, stays_for, weights_of
from mix.rules.market.call_forms import AskedQuestion, CallForm, Difference, differences
from mix.web.documents.sources import view_beginning
from mix.web.documents.specs import CopyView
from mix.web.drawing.requests import only_read, signed_in
from mix.web.drawing.showing import use_clock
from mix.web.forms.acts import Acts, Listed, granted, show, take
from mix.web.forms.kinds import is_under_way
from mix.web.staff.market import call_form_acts as acts
from mix.web.staff.market import call_form_files as files
from mix.web.staff.market import call_form_groups as groups
from mix.web.staff.market import call_form_items as items
from mix.web.staff.market import call_form_tables as tables
from mix.web.staff.market.call_lists import NEW_PRICE, ItemList, QuestionList, find_list


@dataclass(frozen=True)
class Weighed:
    """A criterion: its name "step.criterion", what it may weigh, and the numbers of the questions that it scores."""

    name: str
    criterion: Criterion
    bounds: Weights
    questions: tuple[int, ...]


@dataclass(frozen=True)
class Evaluated:
    """An evaluation of the call: its criteria, the weight of the price, and what all of it adds up to."""

    key: str
    title: Wording
    spec: EvaluationSpec
    criteria: tuple[Weighed, ...]
    total: int


@dataclass(frozen=True)
class Grouped:
    """Questions that stand under one heading, or under none, each with its number where it is asked.

    `number` is that of the heading, as its acts name it.
    """

    number: str
    title: Wording | None
    questions: list[tuple[int | None, AskedQuestion]]


@dataclass(frozen=True)
class CallFormContext:
    """What the page of a call's form draws: mandatory items, and questions under their headings.

    `lists` are what goes out and comes in as a table. `bounds` are those of the method, and `stays` says why a question
    (its key) is asked in every call.
    """

    challenge: Challenge
    step: Step
    spec: StepSpec
    call: Solicitation
    form: CallForm
    items: list[AskedQuestion]
    asked: list[AskedQuestion]
    groups: list[Grouped]
    titles: dict[str, Wording]
    scored: dict[str, tuple[Criterion, ...]]
    evaluations: list[Evaluated]
    wrong: tuple[Unmet, ...]
    changed: tuple[Difference, ...]
    words: int
    beginning: CopyView | None
    bounds: Bounds
    stays: dict[str, Stays]
    lists: list[str]


def call_form(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Fit the questions and criteria of a call before its notice is published; afterwards, read them."""
    actor = signed_in(request)
    challenge, roles = get_challenge_and_roles(code, actor=actor, needs=Permission.CHALLENGE_READ)
    use_clock(challenge.municipality.zone)
    step = get_step(only_read(request, challenge), key)
    call = find_solicitation(step)
    if call is None:
        raise Unknown
    taken = take(request, granted(roles, _acts(step, call)))
    if isinstance(taken, HttpResponse):
        return taken
    return show(request, "staff/market/call_form.html", taken, _context(challenge, step, call, actor))


def _acts(step: Step, call: Solicitation) -> Acts:
    if call.published_at or not is_under_way(step):
        return {}
    most = bounds_in(part_of(step)).co_applicants
    about = acts.Fitting(step, form_of(call), method_form(step), most)
    every: dict[str, type[acts.Fit]] = {
        **({"answer_together": acts.AnswerTogether} if most else {}),
        "add_question": acts.AddQuestion,
        "reword": acts.Reword,
        "drop": acts.DropQuestion,
        "put_back": acts.PutBack,
        "add_group": groups.AddGroup,
        "up": acts.MoveUp,
        "down": acts.MoveDown,
        "weigh": acts.Weigh,
        "describe": acts.Describe,
        "add_criterion": acts.AddCriterion,
        "drop_criterion": acts.DropCriterion,
        "add_file": files.AddFile,
        "change_file": files.ChangeFile,
        "add_table": tables.AddTable,
        "change_table": tables.ChangeTable,
    }
    if about.form.groups:
        every |= {
            "set_group": groups.SetGroup,
            "rename_group": groups.RenameGroup,
            "group_up": groups.GroupUp,
            "group_down": groups.GroupDown,
        }
    if about.form.evaluations:
        every |= {"add_item": items.AddItem, "change_item": items.ChangeItem}
    return {name: Listed(form, about) for name, form in every.items()}


def _context(challenge: Challenge, step: Step, call: Solicitation, actor: Actor) -> CallFormContext:
    is_begun = call.published_at is None and is_as_begun(call)
    form, method = form_of(call), method_form(step)
    asked = [q for q in form.asked if not q.is_item]
    numbers = {q.field.key: number for number, q in enumerate(asked, start=1)}
    return CallFormContext(
        challenge=challenge,
        step=step,
        spec=spec_of(step),
        call=call,
        form=form,
        items=[q for q in form.questions if q.is_item],
        asked=asked,
        groups=_grouped(form, numbers),
        titles=form.titles,
        scored=form.scored,
        evaluations=[
            Evaluated(
                key,
                method_for(challenge).step(key).title,
                part,
                tuple(
                    Weighed(
                        f"{key}.{c.key}",
                        c,
                        weights_of(c, method.criteria_of(key)),
                        tuple(numbers[q.field.key] for q in form.scoring(f"{key}.{c.key}")),
                    )
                    for c in part.criteria
                ),
                sum(c.weight for c in part.criteria) + part.price_weight,
            )
            for key, part in scorings_of(call).items()
        ],
        wrong=unmet_in_form_of(call) if call.published_at is None else (),
        changed=differences(form, method),
        words=sum(q.field.max_words or 0 for q in asked),
        beginning=view_beginning(challenge, actor=actor) if is_begun else None,
        bounds=bounds_in(part_of(step)),
        lists=[what for what in (QuestionList.what, ItemList.what, NEW_PRICE) if find_list(what, form)],
        stays={q.field.key: why for q in form.questions if (why := stays_for(form, q))},
    )


def _grouped(form: CallForm, numbers: Mapping[str, int]) -> list[Grouped]:
    order = {group.en: str(number) for number, group in enumerate(form.groups, start=1)}
    found = []
    for heading, rows in groupby((q for q in form.questions if not q.is_item), key=lambda q: q.heading):
        title = form.group(heading) if heading else None
        found.append(Grouped(order.get(heading, ""), title, [(numbers.get(q.field.key), q) for q in rows]))
    return found
