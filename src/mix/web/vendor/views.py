"""A vendor's pages: home, register, team, calls, sprint room, agreements, letters."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from mix.actions import agreements, awards, delivery, people, solicitations, sprints, submissions
from mix.actions.engagements import give_card
from mix.data.models import Agreement, Clause, ClauseEdit, DataGrant, Letter, Milestone, Person, Vendor
from mix.readers.agreements import get_own_agreement, list_own_agreements, unmet_to_sign
from mix.readers.awards import list_own_debriefs
from mix.readers.challenges import get_public_challenge, list_vendor_challenges
from mix.readers.engagements import list_public_engagements
from mix.readers.errors import Unknown
from mix.readers.participations import may_answer
from mix.readers.people import list_members
from mix.readers.solicitations import get_public, list_answered_questions, list_open, list_own_questions, part_of
from mix.readers.sprints import list_hypotheses, list_sprint_vendors
from mix.readers.submissions import find_own, list_own_submissions, own_state
from mix.readers.vendors import get_own_vendor, list_invitations, list_own_vendors
from mix.web.parts import forms
from mix.web.parts.pages import Act, answer, do, signed_in, stay
from mix.web.parts.stagebar import stage_bar


def home(request: HttpRequest) -> HttpResponse:
    """What can I win, what do I owe, by when?"""
    actor = signed_in(request)
    vendors = list_own_vendors(actor)
    states = [own_state(s, now=request.now) for s in list_own_submissions(actor)]  # type: ignore[attr-defined]
    started = {s.submission.solicitation_id for s in states}
    fitting = [
        call
        for call in list_open(now=request.now)  # type: ignore[attr-defined]
        if call.id not in started and any(may_answer(call.step.challenge, v.id, part_of(call).open_to) for v in vendors)
    ]
    mine = list_vendor_challenges(v.id for v in vendors)
    context = {
        "vendors": vendors,
        "states": states,
        "fitting": fitting,
        "challenges": [(c, stage_bar(c, list(c.steps.all()))) for c in mine],
        "sprints": [c for c in mine if any(v in list_sprint_vendors(c) for v in vendors)],
        "agreements": list_own_agreements(actor),
        "letters": Letter.objects.filter(vendor__in=vendors)
        .select_related("evaluation__step__challenge", "vendor")
        .order_by("-sent_at"),
        "debriefs": list_own_debriefs(actor),
    }
    return render(request, "vendor/home.html", context)


def register(request: HttpRequest) -> HttpResponse:
    """Register an organization in one minute."""
    signed_in(request)

    def go(given: dict[str, Any]) -> str:
        do(
            request,
            people.register_vendor,
            given["name"],
            size=given["size"],
            place=given["place"],
            capability=given["capability"],
        )
        return reverse("vendor-home")

    acts = {
        "register": Act(
            forms.form_of(
                name=forms.line(_("Name of the organization")),
                size=forms.word_choice(_("People"), "size"),
                place=forms.line(_("Town"), required=False),
                capability=forms.text(_("What you can do"), hint=_("Public, in a few sentences."), required=False),
            ),
            go,
            _("Register"),
            _("Your organization is registered."),
            style="",
        )
    }
    return answer(request, "vendor/register.html", acts, dict)


def team(request: HttpRequest, code: str) -> HttpResponse:
    """Who acts for the vendor, and invitations."""
    vendor = get_own_vendor(code, actor=signed_in(request))
    acts = {
        "invite": Act(
            forms.form_of(
                email=forms.email(_("E-mail")),
                language=forms.choice(_("Language of the mail"), [("en", "English"), ("fr", "Français")]),
            ),
            lambda given: stay(do(request, people.invite_member, vendor, **given)),
            _("Invite"),
            _("The invitation was sent. It works once, for 14 days."),
        )
    }
    return answer(
        request,
        "vendor/team.html",
        acts,
        lambda: {"vendor": vendor, "members": list_members(vendor.id), "invitations": list_invitations(vendor)},
    )


def call(request: HttpRequest, reference: str) -> HttpResponse:
    """One call as a vendor sees it: start, ask, read answers. The questions are shown before anything is started."""
    actor = signed_in(request)
    found = get_public(reference)
    vendors = [v for v in list_own_vendors(actor) if may_answer(found.step.challenge, v.id, part_of(found).open_to)]
    choices = [(v.code, v.name) for v in vendors]

    def start(given: dict[str, Any]) -> str:
        begun = do(request, submissions.start, found, get_own_vendor(given["vendor"], actor=actor))
        return reverse("vendor-submission", args=[begun.code])

    acts: dict[str, Act] = {}
    if vendors:
        initial = {"vendor": choices[0][0]}
        acts["start"] = Act(
            forms.form_of(vendor=forms.choice(_("For"), choices)),
            start,
            _("Start a submission"),
            initial=initial,
            style="",
        )
        acts["ask"] = Act(
            forms.form_of(
                vendor=forms.choice(_("For"), choices),
                text=forms.text(_("Your question")),
                kind=forms.word_choice(_("Answer"), "question", radio=True),
            ),
            lambda given: stay(
                do(
                    request,
                    solicitations.ask,
                    found,
                    get_own_vendor(given["vendor"], actor=actor),
                    text=given["text"],
                    kind=given["kind"],
                )
            ),
            _("Send the question"),
            _("Your question was sent."),
            initial={**initial, "kind": "general"},
        )
    return answer(
        request,
        "vendor/call.html",
        acts,
        lambda: {
            "call": found,
            "challenge": found.step.challenge,
            "part": part_of(found),
            "own": [(v, find_own(found, v)) for v in vendors],
            "answered": list_answered_questions(found),
            "mine": [q for v in vendors for q in list_own_questions(found, v.id)],
            "may_answer": bool(vendors),
            "is_open": found.closes_at > request.now,  # type: ignore[attr-defined]
            "asks": found.questions_until > request.now,  # type: ignore[attr-defined]
        },
    )


def sprint(request: HttpRequest, code: str) -> HttpResponse:
    """The sprint room as one vendor sees it: its own column, its data, its check-ins."""
    actor = signed_in(request)
    challenge = next((c for c in list_vendor_challenges(actor.vendors) if c.code == code), None)
    vendor = next((v for v in list_sprint_vendors(challenge) if v.id in actor.vendors), None) if challenge else None
    if challenge is None or vendor is None:
        raise Unknown

    def give_back(given: dict[str, Any]) -> None:
        grant = DataGrant.objects.filter(pk=_pk(given["item"]), challenge=challenge, vendor=vendor).first()
        if grant is None:
            raise Unknown
        do(request, sprints.return_data, grant)

    acts = {
        "check_in": Act(
            forms.form_of(
                week=forms.number(_("Week"), least=1, most=52),
                mood=forms.choice(
                    _("How is it going?"),
                    [(str(n), str(n)) for n in range(1, 6)],
                    hint=_("1 badly, 5 very well"),
                    radio=True,
                ),
                progress=forms.text(_("Progress")),
                blockers=forms.text(_("What blocks you"), required=False),
            ),
            lambda given: stay(
                do(request, sprints.check_in, challenge, vendor=vendor, **{**given, "mood": int(given["mood"])})
            ),
            _("Save the check-in"),
            _("Saved."),
        ),
        "incident": Act(
            forms.form_of(kind=forms.word_choice(_("Kind"), "incident"), text=forms.text(_("What happened"))),
            lambda given: stay(do(request, sprints.report_incident, challenge, vendor=vendor, **given)),
            _("Report an incident"),
            _("Reported. The city was told."),
        ),
        "give_back": Act(forms.form_of(item=forms.hidden()), give_back, _("Returned or deleted"), _("Noted.")),
    }
    return answer(
        request,
        "vendor/sprint.html",
        acts,
        lambda: {
            "challenge": challenge,
            "vendor": vendor,
            "bar": stage_bar(challenge),
            "hypotheses": list_hypotheses(challenge),
            "evidence": {
                e.hypothesis: e for e in challenge.evidences.filter(vendor=vendor).order_by("recorded_at", "id")
            },
            "grants": challenge.datagrants.filter(vendor=vendor).order_by("data_set"),
            "check_ins": challenge.checkins.filter(vendor=vendor).order_by("-week", "side"),
            "incidents": challenge.incidents.filter(vendor=vendor).order_by("-reported_at"),
            "today": request.now.date(),  # type: ignore[attr-defined]
        },
    )


def _pk(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 15 else 0


def agreement(request: HttpRequest, code: str) -> HttpResponse:
    """An agreement: read it, propose other words, name who signs, sign, deliver."""
    actor = signed_in(request)
    found = get_own_agreement(code, actor=actor)

    def clause_of(given: dict[str, Any]) -> Clause:
        clause = found.clauses.filter(key=given["item"]).first()
        if clause is None:
            raise Unknown
        return clause

    acts = {
        "propose": Act(
            forms.form_of(
                item=forms.hidden(), text=forms.text(_("Other words")), reason=forms.text(_("Reason"), rows=2)
            ),
            lambda given: stay(
                do(request, agreements.propose_edit, clause_of(given), text=given["text"], reason=given["reason"])
            ),
            _("Propose"),
            _("Your proposal was sent."),
        ),
        "accept": Act(
            forms.form_of(item=forms.hidden()),
            lambda given: stay(do(request, agreements.answer_edit, _edit(found, given["item"]), accept=True)),
            _("Accept"),
            _("Accepted."),
        ),
        "refuse": Act(
            forms.form_of(item=forms.hidden(), answer=forms.text(_("Reason"), rows=2)),
            lambda given: stay(
                do(request, agreements.answer_edit, _edit(found, given["item"]), accept=False, answer=given["answer"])
            ),
            _("Refuse"),
            _("Refused, with your reason."),
        ),
        "name": Act(
            forms.form_of(
                person=forms.choice(_("Who signs"), [(p.code, p.name) for p in list_members(found.vendor_id)]),
                title=forms.line(_("Title")),
            ),
            lambda given: stay(
                do(
                    request,
                    agreements.name_signatory,
                    found,
                    person=Person.objects.get(code=given["person"]),
                    title=given["title"],
                )
            ),
            _("Name"),
            _("Named."),
        ),
        "sign": Act(
            forms.form_of(sure=forms.yes(_("I may bind my organization, and I sign this agreement."), required=True)),
            lambda _given: stay(do(request, agreements.sign, found)),
            _("Sign"),
            _("Signed."),
            style="",
        ),
        "deliver": Act(
            forms.form_of(item=forms.hidden()),
            lambda given: stay(do(request, agreements.deliver, _due(found, given["item"]))),
            _("Delivered"),
            _("The city was told."),
        ),
        "reach": Act(
            forms.form_of(item=forms.hidden()),
            lambda given: stay(do(request, delivery.deliver_milestone, _milestone(found, given["item"]))),
            _("Reached"),
            _("The city was told."),
        ),
    }
    return answer(
        request,
        "vendor/agreement.html",
        acts,
        lambda: {
            "agreement": found,
            "side": "vendor",
            "challenge": found.step.challenge,
            "clauses": found.clauses.prefetch_related("edits__person").order_by("position"),
            "signatories": found.signatories.select_related("person").order_by("side", "id"),
            "papers": found.papers.order_by("id"),
            "deliverables": found.deliverables.order_by("due_on", "id"),
            "milestones": found.step.challenge.milestones.order_by("due_on", "id") if found.kind == "contract" else [],
            "missing": unmet_to_sign(found, today=request.now.date()) if found.state == "drafting" else (),  # type: ignore[attr-defined]
            "must_sign": found.signatories.filter(person=actor.person, signed_at=None).exists(),
        },
    )


def _edit(found: Agreement, item: str) -> ClauseEdit:
    edit = (
        ClauseEdit.objects.filter(clause__agreement=found, pk=_pk(item))
        .select_related("clause__agreement__vendor")
        .first()
    )
    if edit is None:
        raise Unknown
    return edit


def _due(found: Agreement, item: str) -> Any:  # noqa: ANN401 - a deliverable
    due = found.deliverables.filter(pk=_pk(item)).first()
    if due is None:
        raise Unknown
    return due


def _milestone(found: Agreement, item: str) -> Milestone:
    row = found.step.challenge.milestones.filter(pk=_pk(item)).first()
    if row is None or found.kind != "contract":
        raise Unknown
    return row


def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """What the panel decided about this vendor, with its debrief sheet."""
    actor = signed_in(request)
    found = (
        Letter.objects.filter(pk=pk, vendor_id__in=actor.vendors)
        .select_related("evaluation__step__challenge__municipality", "evaluation__step__challenge__method", "vendor")
        .first()
    )
    if found is None:
        raise Unknown
    step = found.evaluation.step
    debrief = step.debriefs.filter(vendor=found.vendor).first()
    acts = {
        "debrief": Act(
            forms.form_of(),
            lambda _given: stay(do(request, awards.ask_debrief, step, found.vendor)),
            _("Ask for a debrief"),
            _("Asked. The city will propose a time within 30 days."),
        )
    }
    return answer(
        request,
        "vendor/letter.html",
        acts,
        lambda: {"letter": found, "challenge": step.challenge, "debrief": debrief, "step": step},
    )


def card(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Leave a capability card at an event."""
    actor = signed_in(request)
    vendors = list_own_vendors(actor)
    event = next((e for e in list_public_engagements(get_public_challenge(code)) if e.step.key == key), None)
    if event is None or not vendors:
        raise Unknown
    acts = {
        "card": Act(
            forms.form_of(
                vendor=forms.choice(_("For"), [(v.code, v.name) for v in vendors]),
                text=forms.text(_("What you can do"), hint=_("Public. It is no condition for anything.")),
            ),
            lambda given: _left(request, event, get_own_vendor(given["vendor"], actor=actor), given["text"]),
            _("Leave the card"),
            _("Your card is public."),
            style="",
        )
    }
    return answer(request, "vendor/card.html", acts, lambda: {"event": event, "challenge": event.step.challenge})


def _left(request: HttpRequest, event: Any, vendor: Vendor, text: str) -> str:  # noqa: ANN401 - an engagement
    do(request, give_card, event, vendor, text=text)
    return reverse("public-engagement", args=[event.step.challenge.code, event.step.key])
