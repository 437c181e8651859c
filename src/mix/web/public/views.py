"""What anybody may see: open calls, challenges, notices, events, outcomes, measures, the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from mix.actions.core.signing import verifier_key
from mix.actions.market.engagements import ask, register
from mix.data.models import (
    CapabilityCard,
    Challenge,
    Engagement,
    EngagementQuestion,
    Municipality,
    ProblemCard,
    Solicitation,
    SolicitationDocument,
)
from mix.phrases.words import word
from mix.readers.case.challenges import (
    get_public_challenge,
    list_public_challenges,
    method_for,
    page_ended_challenges,
    page_public_challenges,
)
from mix.readers.case.documents import gather_facts, gather_facts_of, latest_content
from mix.readers.case.publishing import list_latest_notices
from mix.readers.choice.awards import list_award_notices
from mix.readers.city.methods import list_latest, method_of
from mix.readers.core.errors import Unknown
from mix.readers.core.events import latest_checkpoint, list_public_chains, list_public_events
from mix.readers.delivery.disclosures import list_disclosures
from mix.readers.flow.moves import list_decisions
from mix.readers.knowledge.lessons import list_facts, measure
from mix.readers.knowledge.outcomes import gather_funnel, list_outcomes
from mix.readers.market.engagements import get_public_engagement, list_contacts, list_public_engagements
from mix.readers.market.solicitations import (
    closing_of,
    get_public,
    list_answered_questions,
    list_open,
    list_public,
    part_of,
)
from mix.rules.case.states import ChallengeStatus
from mix.rules.city.methods import Criterion, Fact
from mix.rules.city.schemes import Scheme
from mix.rules.core.fields import Bilingual
from mix.rules.core.kinds import Origin, StepState
from mix.web.parts import forms
from mix.web.parts.acts import Act, Listed, do, show, take
from mix.web.parts.pages import now_of
from mix.web.parts.paging import number_of, pager
from mix.web.parts.showing import language, use_clock
from mix.web.parts.specs import read_only
from mix.web.parts.stagebar import stage_bar


def home(request: HttpRequest) -> HttpResponse:
    """What is your city trying to solve, and what came of it?"""
    calls = list_open(now=now_of(request))
    facts = gather_facts_of([call.step.challenge for call in calls])
    context = {
        "calls": [(call, stage_bar(call.step.challenge), facts[call.step.challenge.pk]) for call in calls],
        "outcomes": list_outcomes(page_ended_challenges(1, size=6).rows),
        "notices": list_latest_notices(5),
        "method": next((method_of(v) for v in list_latest() if v.key == "sprint"), None),
        "funnel": gather_funnel(),
    }
    return render(request, "public/home.html", context)


def challenges(request: HttpRequest) -> HttpResponse:
    """List and search the public challenges."""
    text, city, status = (request.GET.get(key, "")[:100] for key in ("q", "city", "status"))
    page = page_public_challenges(number_of(request), city=city, text=text, status=status)
    context = {
        "rows": [(c, stage_bar(c, list(c.steps.all()))) for c in page.rows],
        "pager": pager(request, page),
        "cities": Municipality.objects.order_by("name"),
        "q": text,
        "city": city,
        "status": status,
    }
    return render(request, "public/challenges.html", context)


def challenge(request: HttpRequest, code: str) -> HttpResponse:
    """One challenge: the problem first, then dates and money, then everything that was published."""
    found = get_public_challenge(code)
    use_clock(found.municipality.zone)
    if found.origin == Origin.HISTORY:
        rows = list_facts(found)
        context = {
            "challenge": found,
            "facts": rows,
            "bar": stage_bar(found),
            "winner": next((f for f in rows if f.key == "winner" and f.is_on_record and f.text != "none"), None),
            "value": next((f for f in rows if f.key == "contract-value" and f.is_on_record), None),
        }
        return render(request, "public/history.html", context)
    facts = gather_facts(found)
    calls = list_public(found)
    current = next((c for c in calls if c.closes_at > now_of(request)), None)
    published = [
        (spec, read_only(spec.fields, latest_content(step), public=True))
        for step in found.steps.filter(state=StepState.DONE).order_by("position")
        if (spec := method_for(found).step(step.key)) and any(f.public for f in spec.fields)
    ]
    context = {
        "challenge": found,
        "bar": stage_bar(found),
        "facts": {fact.value: value for fact, value in facts.items()},
        "planned": [
            (date.fromisoformat(row["planned_on"]), row.get("what") or "")
            for row in facts.get(Fact.TIMELINE) or ()
            if row.get("planned_on")
        ],
        "calls": calls,
        "current": current,
        "questions": [(call, list_answered_questions(call)) for call in calls],
        "addenda": [a for call in calls for a in call.addenda.order_by("-number")],
        "criteria": [(call, _criteria(call)) for call in calls if call.frozen],
        "engagements": list_public_engagements(found),
        "contacts": list_contacts(found),
        "decisions": [d for d in list_decisions(found) if d.public_summary],
        "awards": list_award_notices(found),
        "method": method_for(found),
        "events": list_public_events(found),
        "published": published,
        "disclosures": list_disclosures(found),
        "readings": found.outcomereadings.order_by("month", "id"),
        "is_open": current is not None and found.status == ChallengeStatus.RUNNING,
    }
    return render(request, "public/challenge.html", context)


def _criteria(
    call: Solicitation,
) -> list[tuple[Bilingual, tuple[Criterion, ...], Scheme, dict[str, Bilingual], int | None]]:
    rows = []
    for key, rules in call.rules.items():
        spec = method_for(call.step.challenge).step(key)
        stages = {s.key: s.title for s in rules.stages}
        rows.append((spec.title, rules.criteria, rules.scheme, stages, rules.most))
    return rows


def notice(request: HttpRequest, reference: str) -> HttpResponse:
    """One call as it was posted officially, in a form that prints."""
    call = get_public(reference)
    use_clock(call.zone)
    context = {
        "call": call,
        "closing": closing_of(call),
        "part": part_of(call),
        "statement": word("route_statement", call.step.challenge.route, language()),
        "criteria": _criteria(call),
        "challenge": call.step.challenge,
        "documents": call.documents.filter(replaced_at=None).order_by("title"),
        "addenda": call.addenda.order_by("number"),
        "questions": list_answered_questions(call),
        "title": method_for(call.step.challenge).step(call.step.key).title,
        "fields": part_of(call).answers,
        "is_open": call.closes_at > now_of(request) and call.step.challenge.status == ChallengeStatus.RUNNING,
    }
    return render(request, "public/notice.html", context)


def document(request: HttpRequest, code: str) -> FileResponse:  # noqa: ARG001 - a view's shape
    """Hand out a public document, always as a download."""
    found = SolicitationDocument.objects.filter(code=code, solicitation__published_at__isnull=False).first()
    path = Path(settings.DATA_DIR) / "public" / found.sha256 if found else None
    if found is None or path is None or not path.exists():
        raise Unknown
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=found.name, content_type="application/octet-stream"
    )


class Register(Act[Engagement]):
    """Register for an event."""

    label = _("Register")
    done = _("You are registered. We look forward to meeting you.")
    style = ""

    name = forms.line(_("Your name"))
    organization = forms.line(_("Organization"))
    email = forms.email(_("E-mail"))

    def fit(self) -> None:
        """Ask what somebody needs there; `needs` of the class is whose act it is."""
        self.fields["needs"] = forms.text(_("What you need to take part fully"), required=False, rows=2)

    def run(self, request: HttpRequest) -> None:
        """Register."""
        do(request, register, self.about, **self.cleaned_data)


class Ask(Act[Engagement]):
    """Ask before or after an event."""

    label = _("Send the question")
    done = _("Your question was sent. The answer will stand here.")

    text = forms.text(_("Your question"), hint=_("The answer goes to everybody, without your name."))

    def run(self, request: HttpRequest) -> None:
        """Ask."""
        do(request, ask, self.about, **self.cleaned_data)


@dataclass(frozen=True)
class EngagementContext:
    """What an event draws."""

    challenge: Challenge
    event: Engagement
    cards: QuerySet[ProblemCard]
    questions: QuerySet[EngagementQuestion]
    capabilities: QuerySet[CapabilityCard]


def engagement(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """One event: problem cards, registration, questions and answers, capability cards."""
    found = get_public_challenge(code)
    use_clock(found.municipality.zone)
    event = get_public_engagement(found, key)
    taken = take(request, {"register": Listed(Register, event), "ask": Listed(Ask, event)})
    if isinstance(taken, HttpResponse):
        return taken
    context = EngagementContext(
        challenge=found,
        event=event,
        cards=event.cards.order_by("id"),
        questions=event.questions.filter(answered_at__isnull=False).order_by("asked_at"),
        capabilities=event.capabilities.select_related("vendor").order_by("vendor__name"),
    )
    return show(request, "public/engagement.html", taken, context)


def outcomes(request: HttpRequest) -> HttpResponse:
    """What was bought, and what came of it."""
    page = page_ended_challenges(number_of(request))
    context = {"rows": list_outcomes(page.rows), "pager": pager(request, page)}
    return render(request, "public/outcomes.html", context)


def how(request: HttpRequest) -> HttpResponse:
    """How this works: every method of the catalogue, drawn from its document."""
    return render(request, "public/how.html", {"methods": [method_of(v) for v in list_latest()]})


def measures(request: HttpRequest) -> HttpResponse:
    """The figures by which methods are compared, case by case."""
    rows = measure([c for c in list_public_challenges() if c.origin != Origin.HISTORY])
    return render(request, "public/measures.html", {"rows": rows})


def log(request: HttpRequest) -> HttpResponse:
    """The log's chains as they were last signed, and how anybody checks them."""
    rows = [(chain, latest_checkpoint(chain)) for chain in list_public_chains()]
    return render(request, "public/log.html", {"rows": [r for r in rows if r[1]], "vkey": verifier_key()})


def checkpoint(request: HttpRequest, chain: str) -> HttpResponse:  # noqa: ARG001 - a view's shape
    """The last signed checkpoint of a chain, for witnesses to fetch."""
    found = next((c for c in list_public_chains() if c.code == chain), None)
    latest = latest_checkpoint(found) if found else None
    if latest is None:
        raise Unknown
    return HttpResponse(latest.note, content_type="text/plain; charset=utf-8")


def key(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view's shape
    """The key with which this instance signs, in one line (C2SP vkey)."""
    return HttpResponse(verifier_key() + "\n", content_type="text/plain; charset=utf-8")


def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return render(request, "public/accessibility.html")


def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about people, and why."""
    return render(request, "public/privacy.html")
