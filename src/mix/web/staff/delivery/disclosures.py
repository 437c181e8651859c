"""A disclosure, on its step page: what will be published, the firewall, and the neutral review."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mix.actions.delivery import disclosures
from mix.data.models import Disclosure, Person, Step
from mix.readers.delivery.disclosures import (
    Insider,
    find_disclosure,
    gather_pack,
    list_candidates,
    list_insiders,
    may_review,
    requirements_digest,
    trace_requirements,
)
from mix.rules.core.access import Permission, Role
from mix.rules.delivery.disclosure import Traced
from mix.rules.delivery.states import Review
from mix.web.documents.packs import Pack, show_pack
from mix.web.drawing.requests import actor_of
from mix.web.forms import fields
from mix.web.forms.acts import Act, Acts, Listed, do, granted
from mix.web.forms.kinds import is_under_way


@dataclass(frozen=True)
class Reviewable:
    """A disclosure's step, and the people who may be its neutral reviewer."""

    step: Step
    people: tuple[Person, ...]


class Appoint(Act[Reviewable]):
    """Ask somebody neutral for a review."""

    label = _("Ask for a review")
    done = _("Asked. The reviewer was told.")
    needs = Permission.SOLICITATION_PUBLISH

    person = fields.choice(
        _("Neutral reviewer"),
        [],
        hint=_("Only people who saw no vendor’s ideas and wrote no requirement are listed."),
    )

    def fit(self) -> None:
        """Offer those who are neutral."""
        fields.offer(self, "person", [(p.code, p.name) for p in self.about.people])

    def run(self, request: HttpRequest) -> None:
        """Appoint the person."""
        person = next(p for p in self.about.people if p.code == self.cleaned_data["person"])
        do(request, disclosures.appoint_reviewer, self.about.step, person=person)


class GiveReview(Act[Step]):
    """Say, as the neutral reviewer, whether several vendors could meet the requirements."""

    label = _("Give this word")
    done = _("On record. It holds for the requirements as they stand now.")

    finding = fields.word_choice(_("Could several vendors meet these requirements?"), "review", Review, radio=True)
    note = fields.text(_("Reasons"), hint=_("Name every requirement that you doubt, and why it may stay."))

    def run(self, request: HttpRequest) -> None:
        """Put it on record."""
        do(request, disclosures.review, self.about, **self.cleaned_data)


@dataclass(frozen=True)
class DisclosureContext:
    """What the step of a disclosure draws."""

    disclosure: Disclosure | None
    is_outdated: bool
    pack: Pack
    traced: tuple[Traced, ...]
    insiders: list[Insider]


def panel(request: HttpRequest, step: Step, roles: frozenset[Role]) -> tuple[Acts, DisclosureContext]:
    """Show the pack as it would be published, trace every requirement, appoint a reviewer, review."""
    acts: dict[str, Listed[Reviewable] | Listed[Step]] = {}
    disclosure = find_disclosure(step)
    if is_under_way(step):
        if people := list_candidates(step):
            acts["appoint"] = Listed(Appoint, Reviewable(step, tuple(people)))
        if may_review(step, actor_of(request)):
            acts["review"] = Listed(GiveReview, step)
    published = disclosure.pack if disclosure and disclosure.published_at else None
    return granted(roles, acts), DisclosureContext(
        disclosure=disclosure,
        is_outdated=disclosure is not None
        and bool(disclosure.review)
        and disclosure.reviewed != requirements_digest(step.challenge),
        pack=show_pack(step.challenge, published or gather_pack(step.challenge)),
        traced=trace_requirements(step.challenge),
        insiders=list_insiders(step.challenge),
    )
