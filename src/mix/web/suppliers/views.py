"""A vendor's pages: home, calls, cards at events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mix.actions.market import solicitations, submissions
from mix.actions.market.engagements import give_card
from mix.data.models import (
    Agreement,
    Challenge,
    CoApplicant,
    Debrief,
    Engagement,
    Letter,
    Person,
    Question,
    Solicitation,
    StageInvitation,
    Submission,
    Vendor,
)
from mix.readers.case.challenge_lists import list_running_with, page_vendor_challenges
from mix.readers.case.challenges import get_public_challenge, spec_of
from mix.readers.choice.awards import list_own_debriefs, list_own_letters
from mix.readers.choice.evaluations import list_own_meetings, stages_of
from mix.readers.core.errors import Unknown
from mix.readers.delivery.agreements import list_own_agreements
from mix.readers.delivery.conversations import list_own_conversations
from mix.readers.delivery.sprints import Room, list_open_rooms
from mix.readers.flow.wait_names import gather_names
from mix.readers.flow.waits import list_vendor_waits
from mix.readers.market.co_applicants import list_of_call
from mix.readers.market.engagements import list_public_engagements
from mix.readers.market.fitting import page_fitting
from mix.readers.market.participations import has_reached, list_taking_part
from mix.readers.market.shared_people import list_also_elsewhere
from mix.readers.market.solicitations import (
    get_public,
    hides_names,
    list_answered_questions,
    list_own_questions,
    list_trial_calls,
    spec_of_call,
)
from mix.readers.market.submissions import OwnState, find_own, page_own_states
from mix.readers.market.vendors import get_own_vendor, list_own_vendors
from mix.rules.city.methods import SolicitationSpec
from mix.rules.core.fields import Bilingual
from mix.rules.flow.waits import FIRST_LINES, desk_of, in_order
from mix.rules.market.states import QuestionKind
from mix.web.drawing.cards import Card, cards
from mix.web.drawing.pages import draw_page
from mix.web.drawing.paging import Pager, number_of, pager
from mix.web.drawing.requests import actor_of, now_of, signed_in
from mix.web.drawing.showing import clock, use_clock
from mix.web.drawing.waits import PLACES, DrawnDesk, DrawnLine, draw_desk, draw_owed
from mix.web.forms import fields
from mix.web.forms.acts import Act, Listed, do, show, take
from mix.web.forms.agreeing import Titled
from mix.web.forms.limits import Limit
from mix.web.suppliers.glance import Glance, glance_at

LETTERS = 10  # the page of results leads to all


@dataclass(frozen=True)
class HomeContext:
    """What a vendor's home draws; `fitting` are open calls that one of its vendors may answer and has not.

    They may be more than are drawn. `latest` is the latest letter about each submission, by its key; `letters` are the
    latest of all, each with what was decided.
    """

    owes: DrawnDesk
    owed: Sequence[DrawnLine]
    vendors: Sequence[Vendor]
    states: Sequence[OwnState]
    states_pager: Pager
    latest: Mapping[int, Letter | None]
    fitting: Sequence[Solicitation]
    fitting_pager: Pager
    challenges: Sequence[Card]
    challenges_pager: Pager
    rooms: Sequence[Room]
    agreements: Sequence[Agreement]
    written: Sequence[Titled]
    letters: Sequence[tuple[Letter, Bilingual]]
    debriefs: Sequence[Debrief]
    meetings: Sequence[tuple[StageInvitation, Bilingual]]


def home(request: HttpRequest) -> HttpResponse:
    """What can I win, what do I owe, by when?"""
    actor = signed_in(request)
    vendors = list_own_vendors(actor)
    ids = [v.id for v in vendors]
    states = page_own_states(actor, number_of(request, "submissions"), now=now_of(request))
    fitting = page_fitting(ids, number_of(request, "calls"), now=now_of(request))
    waiting = list_vendor_waits(actor, now=now_of(request), most=PLACES)
    owes = desk_of(waiting.own, now=now_of(request), zone=clock(), rest=waiting.own_rest)
    owed = in_order(waiting.others, now=now_of(request))[:FIRST_LINES]
    names = gather_names([*(w for line in owes.lines for w in line.waits), *owed])
    mine = page_vendor_challenges(ids, number_of(request, "challenges"))
    letters = list_own_letters(actor)
    context = HomeContext(
        owes=draw_desk(owes, names, now=now_of(request)),
        owed=draw_owed(owed, names, now=now_of(request)),
        vendors=vendors,
        states=states.rows,
        states_pager=pager(request, states, "submissions"),
        latest={s.submission.pk: _latest(letters, s.submission) for s in states.rows},
        fitting=fitting.rows,
        fitting_pager=pager(request, fitting, "calls"),
        challenges=cards(mine.rows),
        challenges_pager=pager(request, mine, "challenges"),
        rooms=list_open_rooms(list_running_with(ids), list_taking_part(actor.vendors)),
        agreements=list_own_agreements(actor),
        written=[(spec_of(c.step).title, c) for c in list_own_conversations(actor)],
        letters=[(row, spec_of(row.evaluation.step).title) for row in letters[:LETTERS]],
        debriefs=list_own_debriefs(actor),
        meetings=[(m, stages_of(m.evaluation)[m.stage].title) for m in list_own_meetings(actor)],
    )
    return draw_page(request, "suppliers/home.html", context)


def _latest(letters: Sequence[Letter], submission: Submission) -> Letter | None:
    """Return the first of the letters, latest first, that is about a submission."""
    about = (submission.solicitation_id, {submission.vendor.code, *(one["code"] for one in submission.beside)})
    return next((r for r in letters if r.evaluation.solicitation_id == about[0] and r.vendor.code in about[1]), None)


@dataclass(frozen=True)
class CallFor:
    """A call, and the vendors of the actor that may answer it."""

    call: Solicitation
    vendors: tuple[Vendor, ...]

    def offer(self, form: Act[CallFor]) -> None:
        """Offer the vendors."""
        fields.offer(form, "vendor", [(v.code, v.name) for v in self.vendors])


class Start(Act[CallFor]):
    """Start a submission."""

    label = _("Start a submission")
    style = ""

    vendor = fields.choice(_("For"), [])

    def fit(self) -> None:
        """Offer the vendors."""
        self.about.offer(self)

    @classmethod
    def first(cls, about: CallFor) -> Mapping[str, Any]:
        """Show the first vendor."""
        return {"vendor": about.vendors[0].code}

    def run(self, request: HttpRequest) -> str:
        """Start it, and go there."""
        vendor = get_own_vendor(self.cleaned_data["vendor"], actor=actor_of(request))
        return reverse("vendor-submission", args=[do(request, submissions.start, self.about.call, vendor).code])


class Ask(Act[CallFor]):
    """Ask a question about a call."""

    label = _("Send the question")
    done = _("Your question was sent.")
    limit = Limit(by_person=30)

    vendor = fields.choice(_("For"), [])
    text = fields.text(_("Your question"))
    kind = fields.word_choice(_("Answer"), "question", radio=True)

    def fit(self) -> None:
        """Offer the vendors."""
        self.about.offer(self)

    @classmethod
    def first(cls, about: CallFor) -> Mapping[str, Any]:
        """Show the first vendor, and a question whose answer all see."""
        return {"vendor": about.vendors[0].code, "kind": QuestionKind.GENERAL}

    def run(self, request: HttpRequest) -> None:
        """Send it."""
        facts = dict(self.cleaned_data)
        vendor = get_own_vendor(facts.pop("vendor"), actor=actor_of(request))
        do(request, solicitations.ask, self.about.call, vendor, **facts)


@dataclass(frozen=True)
class CallContext:
    """What a vendor sees of a call."""

    call: Solicitation
    challenge: Challenge
    part: SolicitationSpec
    own: list[tuple[Vendor, Submission | None]]
    answered: Iterable[Question]
    mine: list[Question]
    may_answer: bool
    is_open: bool
    asks: bool
    elsewhere: Sequence[tuple[Person, str]]
    hides_names: bool
    glance: Glance
    beside: Sequence[CoApplicant]


def call(request: HttpRequest, reference: str) -> HttpResponse:
    """One call as a vendor sees it: start, ask, read answers. The questions are shown before anything is started."""
    actor = signed_in(request)
    found = get_public(reference, actor=actor)
    use_clock(found.zone)
    taking_part = list_taking_part(actor.vendors)
    vendors = [
        v
        for v in list_own_vendors(actor)
        if has_reached(taking_part.get((found.step.challenge_id, v.id)), spec_of_call(found).open_to)
    ]
    own = [(v, find_own(found, v)) for v in vendors]
    about, begins = CallFor(found, tuple(vendors)), tuple(v for v, begun in own if begun is None)
    acts: dict[str, Listed[Any]] = {"ask": Listed(Ask, about)} if vendors else {}
    if begins:
        acts["start"] = Listed(Start, CallFor(found, begins))
    taken = take(request, acts)
    if isinstance(taken, HttpResponse):
        return taken
    context = CallContext(
        call=found,
        challenge=found.step.challenge,
        part=spec_of_call(found),
        own=own,
        answered=list_answered_questions(found),
        mine=[q for v in vendors for q in list_own_questions(found, v.id)],
        may_answer=bool(vendors),
        is_open=found.closes_at > now_of(request),
        asks=found.questions_until > now_of(request),
        elsewhere=[row for v in vendors for row in list_also_elsewhere(v)],
        hides_names=hides_names(found),
        glance=glance_at(found),
        beside=list_of_call(found, actor.vendors),
    )
    return show(request, "suppliers/call.html", taken, context)


@dataclass(frozen=True)
class TrialsContext:
    """What the page of calls to try draws."""

    calls: Sequence[Solicitation]


def trials(request: HttpRequest) -> HttpResponse:
    """The calls of the trials in which somebody plays a vendor."""
    return draw_page(request, "suppliers/trials.html", TrialsContext(list_trial_calls(signed_in(request))))


class LeaveCard(Act[tuple[Engagement, tuple[Vendor, ...]]]):
    """Leave a capability card at an event."""

    label = _("Leave the card")
    done = _("Your card is public.")
    style = ""
    limit = Limit(by_person=10)

    vendor = fields.choice(_("For"), [])
    text = fields.text(_("What you can do"), hint=_("Public. It is no condition for anything."))

    def fit(self) -> None:
        """Offer the vendors."""
        fields.offer(self, "vendor", [(v.code, v.name) for v in self.about[1]])

    def run(self, request: HttpRequest) -> str:
        """Leave it, and go to the event."""
        event = self.about[0]
        vendor = get_own_vendor(self.cleaned_data["vendor"], actor=actor_of(request))
        do(request, give_card, event, vendor, text=self.cleaned_data["text"])
        return reverse("public-engagement", args=[event.step.challenge.code, event.step.key])


@dataclass(frozen=True)
class CardContext:
    """What the page of a card draws."""

    event: Engagement
    challenge: Challenge


def card(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Leave a capability card at an event."""
    actor = signed_in(request)
    vendors = list_own_vendors(actor)
    challenge = get_public_challenge(code, actor=actor)
    event = next((e for e in list_public_engagements(challenge) if e.step.key == key), None)
    if event is None or not vendors:
        raise Unknown
    taken = take(request, {"card": Listed(LeaveCard, (event, tuple(vendors)))})
    if isinstance(taken, HttpResponse):
        return taken
    return show(request, "suppliers/card.html", taken, CardContext(event, event.step.challenge))
