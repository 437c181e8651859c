"""A call before it binds: all that will be frozen on one page, handed over by one person and published by another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from mix.actions.flow import publication
from mix.data.models import Challenge, HandOver, NamedVendor, Solicitation, SolicitationDocument, Step
from mix.readers.case.challenges import get_challenge_and_roles, get_step, method_for, spec_of
from mix.readers.core.errors import Unknown
from mix.readers.flow.findings import policy_unmet
from mix.readers.market.custody import unmet_custody
from mix.readers.market.handing_over import (
    find_hand_over,
    frozen_by,
    list_sent_back,
    mark_of,
    may_publish,
)
from mix.readers.market.named_vendors import list_named
from mix.readers.market.solicitations import (
    find_solicitation,
    form_of,
    list_documents,
    scorings_of,
    spec_of_call,
    unmet_to_publish,
)
from mix.rules.city.methods import SolicitationSpec
from mix.rules.city.methods import Step as StepSpec
from mix.rules.city.schemes import PriceFormula, TieRule
from mix.rules.core.access import Permission, reads_for_the_city
from mix.rules.core.fields import Wording
from mix.rules.core.unmet import Unmet
from mix.rules.market.call_forms import AskedQuestion
from mix.rules.market.freezing import FrozenRules, Terms
from mix.web.documents.sections import read_sections
from mix.web.documents.specs import Answer
from mix.web.drawing.requests import actor_of, now_of, only_read, signed_in
from mix.web.drawing.showing import use_clock
from mix.web.forms import fields
from mix.web.forms.acts import Act, Acts, Listed, do, granted, show, take
from mix.web.forms.kinds import is_under_way


class HandItOver(Act[Solicitation]):
    """Hand a call over for publication."""

    label = _("Hand over for publication")
    done = _("Handed over. Those who may publish were told.")
    style = ""
    needs = Permission.SOLICITATION_EDIT

    tie = fields.word_choice(_("Ties are parted by"), "tie_rule")
    note = fields.text(_("A word to whoever publishes"), rows=2, required=False)

    def fit(self) -> None:
        """Ask for the amounts that the price formula of this call needs."""
        parts = scorings_of(self.about).values()
        if not parts:
            del self.fields["tie"]
        if any(part.price_weight for part in parts):
            hint = _("Leave both bounds empty to count lowest ÷ price.")
            self.fields["full_at_cents"] = fields.money(_("Every point of price up to"), hint=hint, required=False)
            self.fields["none_at_cents"] = fields.money(_("No point of price from"), required=False)
        if any(part.price_formula is PriceFormula.FIXED for part in parts):
            self.fields["fixed_cents"] = fields.money(_("The price that the city has fixed"))

    @classmethod
    def first(cls, about: Solicitation) -> Mapping[str, Any]:
        """Show the terms of the last time."""
        last = about.hand_overs.order_by("-handed_at", "-id").first()
        names = ("tie", "full_at_cents", "none_at_cents", "fixed_cents")
        return {name: getattr(last, name) for name in names} if last else {"tie": TieRule.HEAVIEST_CRITERION}

    def run(self, request: HttpRequest) -> None:
        """Hand it over."""
        given = dict(self.cleaned_data)
        if "tie" in given:
            given["tie"] = TieRule(given["tie"])
        do(request, publication.hand_over, self.about, **given)


class Publish(Act[HandOver]):
    """Publish a call exactly as it stands on the page."""

    label = _("Publish the call")
    done = _("The call is public. Criteria, weights and the tie rule are frozen.")
    style = ""
    needs = Permission.SOLICITATION_PUBLISH

    mark = fields.hidden()

    @classmethod
    def first(cls, about: HandOver) -> Mapping[str, Any]:
        """Carry what binds along: another text is refused."""
        return {"mark": about.mark}

    def run(self, request: HttpRequest) -> None:
        """Publish it."""
        do(request, publication.publish, self.about.solicitation, seen=self.cleaned_data["mark"])


class SendBack(Act[HandOver]):
    """Send a call back to whoever handed it over."""

    label = _("Send back")
    done = _("Sent back. Whoever handed it over was told.")
    needs = Permission.SOLICITATION_PUBLISH

    reason = fields.text(_("What is to be changed"), rows=2)

    def run(self, request: HttpRequest) -> None:
        """Send it back."""
        do(request, publication.send_back, self.about.solicitation, **self.cleaned_data)


@dataclass(frozen=True)
class PublishingContext:
    """What the page draws. `frozen` has the rules of each evaluation, by the title of its step, under `terms`."""

    challenge: Challenge
    step: Step
    spec: StepSpec
    spec_call: SolicitationSpec
    call: Solicitation
    handed: HandOver | None
    is_unchanged: bool
    publishes: bool
    sent_back: Sequence[HandOver]
    missing: tuple[Unmet, ...]
    frozen: Sequence[tuple[Wording, FrozenRules]]
    terms: Terms
    mark: str
    items: Sequence[AskedQuestion]
    questions: int
    words: int
    documents: Sequence[SolicitationDocument]
    days: int
    named: Sequence[NamedVendor] | None
    sections: list[Answer]


def publishing(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Show all that binds once a call is published; take it over from whoever wrote it, and publish it."""
    challenge, roles = get_challenge_and_roles(code, actor=signed_in(request), needs=Permission.CHALLENGE_READ)
    use_clock(challenge.municipality.zone)
    step = get_step(only_read(request, challenge), key)
    call = find_solicitation(step)
    if call is None:
        raise Unknown
    call.step = step
    handed = find_hand_over(call) if call.published_at is None else None
    publishes = handed is not None and may_publish(handed, actor_of(request))
    taken = take(request, granted(roles, _acts(call, handed if publishes else None)))
    if isinstance(taken, HttpResponse):
        return taken
    reads_names = reads_for_the_city(roles, Permission.SUBMISSION_READ)
    context = _context(request, call, handed, publishes=publishes, reads_names=reads_names)
    return show(request, "staff/market/publishing.html", taken, context)


def _acts(call: Solicitation, handed: HandOver | None) -> Acts:
    if call.published_at or not is_under_way(call.step):
        return {}
    acts: dict[str, Listed[Any]] = {"hand_over": Listed(HandItOver, call)}
    if handed:
        acts |= {"publish": Listed(Publish, handed), "send_back": Listed(SendBack, handed)}
    return acts


def _context(
    request: HttpRequest, call: Solicitation, handed: HandOver | None, *, publishes: bool, reads_names: bool
) -> PublishingContext:
    now, step = now_of(request), call.step
    form, terms = form_of(call), handed.terms if handed else Terms()
    mark = mark_of(call, terms)
    missing = (*unmet_to_publish(call, now=now), *unmet_custody(call), *policy_unmet(step, now=now))
    return PublishingContext(
        challenge=step.challenge,
        step=step,
        spec=spec_of(step),
        spec_call=spec_of_call(call),
        call=call,
        handed=handed,
        is_unchanged=handed is not None and handed.mark == mark,
        publishes=publishes,
        sent_back=list_sent_back(call) if call.published_at is None else (),
        missing=missing if call.published_at is None else (),
        frozen=[
            (method_for(step.challenge).step(name).title, rules)
            for name, rules in (call.rules if call.published_at else frozen_by(call, terms)).items()
        ],
        terms=terms,
        mark=mark,
        items=form.items,
        questions=len(form.asked) - len(form.items),
        words=sum(q.field.max_words or 0 for q in form.asked),
        documents=list_documents(call),
        days=(call.closes_at - (call.published_at or now)).days,
        named=list_named(step) if reads_names else None,
        sections=read_sections(call),
    )
