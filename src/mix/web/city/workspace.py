"""The workspace of a challenge: the map of steps, one step at hand, its gate, what it lacks, what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from mix.actions import challenges, documents, knowledge, moves
from mix.data.models import Challenge, Comment, Document, Municipality, Step
from mix.phrases.words import word
from mix.readers.challenges import get_challenge, get_step, list_cities, list_steps, method_for, roles_in, spec_of
from mix.readers.documents import compare, find_latest, get_version, list_comments, list_versions
from mix.readers.errors import Unknown
from mix.readers.events import list_events
from mix.readers.knowledge import hours_by_role, list_lessons
from mix.readers.moves import duties_of, gather_gate, list_signatures, unmet_to_ask, unmet_to_proceed
from mix.readers.people import Actor
from mix.rules.access import Permission, Role, grants
from mix.rules.kinds import Decision, Route, StepKind
from mix.rules.moves import duties, open_duties
from mix.rules.unmet import Refused, Unmet
from mix.web.city.kinds import agreements as agreement_part
from mix.web.city.kinds import awards as award_part
from mix.web.city.kinds import delivery as delivery_part
from mix.web.city.kinds import engagements as engagement_part
from mix.web.city.kinds import evaluations as evaluation_part
from mix.web.city.kinds import scans as scan_part
from mix.web.city.kinds import solicitations as solicitation_part
from mix.web.city.kinds import sprints as sprint_part
from mix.web.parts import forms
from mix.web.parts.pages import Act, actor_of, answer, do, now_of, signed_in, stay, take_stash
from mix.web.parts.showing import language
from mix.web.parts.specs import draw, read_only, read_post
from mix.web.parts.stagebar import stage_bar

Part = Callable[[HttpRequest, Step, frozenset[Role]], tuple[Mapping[str, Act], dict[str, Any]]]


def _plain(_request: HttpRequest, _step: Step, _roles: frozenset[Role]) -> tuple[Mapping[str, Act], dict[str, Any]]:
    return {}, {}


PART_BY_KIND: dict[StepKind, Part] = {
    StepKind.DOCUMENT: _plain,
    StepKind.MARKET_SCAN: scan_part.part,
    StepKind.ENGAGEMENT: engagement_part.part,
    StepKind.SOLICITATION: solicitation_part.part,
    StepKind.EVALUATION: evaluation_part.part,
    StepKind.SPRINT: sprint_part.part,
    StepKind.AWARD: award_part.part,
    StepKind.AGREEMENT: agreement_part.part,
    StepKind.DELIVERY: delivery_part.part,
}


def overview(request: HttpRequest, code: str) -> HttpResponse:
    """Go to the step at hand: the first active one, or the last."""
    challenge = get_challenge(code, actor=signed_in(request), needs=Permission.CHALLENGE_READ)
    steps = list_steps(challenge)
    here = next((s for s in steps if s.state == "active"), steps[-1])
    return redirect("city-step", code=code, key=here.key)


def step(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """One step: its artifact, the work of its kind, its gate."""
    actor = signed_in(request)
    challenge = get_challenge(code, actor=actor, needs=Permission.CHALLENGE_READ)
    found = get_step(challenge, key)
    roles = roles_in(challenge, actor)
    if request.method == "POST" and request.POST.get("act") == "save":
        return _save(request, challenge, found, roles)
    acts, more = PART_BY_KIND[StepKind(found.kind)](request, found, roles)
    stash = take_stash(request) if request.session.get(f"stash:{request.path}", {}).get("act") == ["save"] else None
    typed = read_post(spec_of(found).fields, stash) if stash is not None else None
    return answer(
        request,
        "city/step.html",
        {**_common_acts(request, challenge, found, roles), **acts},
        lambda: {
            **_frame(request, challenge, found, roles),
            **_artifact(found, roles, typed=typed),
            **more,
            "returned": typed is not None,
        },
    )


def _frame(request: HttpRequest, challenge: Challenge, step: Step, roles: frozenset[Role]) -> dict[str, Any]:
    step.refresh_from_db()
    steps = list_steps(challenge)
    spec = spec_of(step)
    stage = next(s for s in method_for(challenge).stages if spec in s.steps)
    now = now_of(request)
    active = step.state == "active"
    return {
        "challenge": challenge,
        "step": step,
        "spec": spec,
        "stage": stage,
        "number": list(stage.steps).index(spec) + 1,
        "stage_number": list(method_for(challenge).stages).index(stage) + 1,
        "bar": stage_bar(challenge, steps, here=step.key),
        "unmet": unmet_to_ask(step, now=now) if active and not step.asked_at else (),
        "blocks_proceed": unmet_to_proceed(step) if active and step.asked_at else (),
        "gate": _gate(step),
        "events": list_events(challenge, most=8),
        "lessons": [lesson for lesson in list_lessons(challenge) if lesson.step_id == step.pk],
        "hours": hours_by_role(challenge),
        "cities": challenge.cities.select_related("municipality").order_by("-is_lead", "id"),
        "may_edit": active and not step.asked_at and grants(roles, Permission.DOCUMENT_EDIT),
        "roles": roles,
        "zone": challenge.municipality.zone,
        "include": f"city/kinds/_{step.kind}.html",
    }


def _gate(step: Step) -> dict[str, Any] | None:
    gathered = gather_gate(step)
    if gathered is None:
        return None
    gate, facts = gathered
    needed, nobody = duties(gate, facts)
    return {
        "spec": gate,
        "needed": needed,
        "open": open_duties(gate, facts),
        "nobody": nobody,
        "signatures": list_signatures(step),
        "earlier": step.signatures.exclude(round=step.round).select_related("person", "city").order_by("signed_at"),
    }


def _artifact(
    step: Step, roles: frozenset[Role], *, typed: dict[str, Any] | None = None, unmet: tuple[Unmet, ...] = ()
) -> dict[str, Any]:
    specs = spec_of(step).fields
    if not specs:
        return {"fields": None, "answers": None}
    document = Document.objects.get(step=step)
    latest = find_latest(document)
    content = dict(latest.content) if latest else {}
    editable = step.state == "active" and not step.asked_at and grants(roles, Permission.DOCUMENT_EDIT)
    return {
        "fields": draw(specs, typed if typed is not None else content, unmet) if editable else None,
        "answers": None if editable else read_only(specs, content),
        "latest": latest,
        "comments": list_comments(document),
    }


def _save(request: HttpRequest, challenge: Challenge, step: Step, roles: frozenset[Role]) -> HttpResponse:
    """Save the artifact; when somebody saved in between both texts are shown, and nothing is lost."""
    specs = spec_of(step).fields
    typed = read_post(specs, request.POST)
    based_on = request.POST.get("version", "")
    unmet: tuple[Unmet, ...]
    theirs = None
    try:
        version = do(
            request, documents.save, step, answers=typed, based_on=int(based_on) if based_on.isdigit() else None
        )
    except documents.EditedMeanwhile as error:
        unmet, theirs = error.unmet, error.theirs
    except Refused as error:
        unmet = error.unmet
    else:
        messages.success(request, _("Version %(number)d is saved.") % {"number": version.number})
        return redirect(request.path)
    acts, more = PART_BY_KIND[StepKind(step.kind)](request, step, roles)
    artifact = _artifact(step, roles, typed=typed, unmet=unmet)
    return answer(
        _as_get(request),
        "city/step.html",
        {**_common_acts(request, challenge, step, roles), **acts},
        lambda: {
            **_frame(request, challenge, step, roles),
            **artifact,
            **more,
            "theirs": read_only(specs, theirs.content) if theirs else None,
            "theirs_by": theirs,
        },
        unmet=unmet,
        status=422,
    )


def _as_get(request: HttpRequest) -> HttpRequest:
    """Show the page again without carrying out an act."""
    request.method = "SHOW"
    return request


def _common_acts(request: HttpRequest, challenge: Challenge, step: Step, roles: frozenset[Role]) -> dict[str, Act]:
    actor = actor_of(request)
    acts: dict[str, Act] = {}
    running = challenge.status == "running"
    if running and step.state == "active" and step.asked_at is None:
        gate = spec_of(step).gate
        label = _("Ask for gate %(gate)s") % {"gate": gate.key} if gate else _("Complete this step")
        done = _("The deciders were told.") if gate else _("The step is complete.")
        if grants(roles, moves.owner_permission(step)):
            acts["ask"] = Act(forms.form_of(), lambda _given: stay(do(request, moves.ask, step)), label, done, style="")
            if spec_of(step).optional:
                acts["skip"] = Act(
                    forms.form_of(reason=forms.text(_("Reason"), rows=2)),
                    lambda given: stay(do(request, moves.skip, step, **given)),
                    _("Leave this step out"),
                    _("Left out, with your reason."),
                )
    if running and step.state == "active" and step.asked_at:
        acts |= _sign_acts(request, step, actor)
    if grants(roles, Permission.DOCUMENT_COMMENT) and spec_of(step).fields and running:
        acts["comment"] = Act(
            forms.form_of(text=forms.text(_("Comment"), rows=2)),
            lambda given: stay(do(request, documents.comment, step, **given)),
            _("Comment"),
            _("Your comment stands beside the text."),
        )
        acts["settle"] = Act(
            forms.form_of(item=forms.hidden()),
            lambda given: stay(do(request, documents.settle_comment, _comment(step, given["item"]))),
            _("Settled"),
            _("Settled."),
            style="btn--link",
        )
    if grants(roles, Permission.LESSON_RECORD):
        acts["lesson"] = Act(
            forms.form_of(text=forms.text(_("What would you tell the next city?"), rows=2)),
            lambda given: stay(do(request, knowledge.write_lesson, step, **given)),
            _("Write it down"),
            _("Kept for the next city."),
        )
    if grants(roles, Permission.HOURS_RECORD):
        acts["hours"] = Act(
            forms.form_of(hours=forms.decimal(_("Hours that you worked on this step"))),
            lambda given: stay(do(request, knowledge.enter_hours, step, **given)),
            _("Enter"),
            _("Entered."),
        )
    return acts


def _comment(step: Step, item: str) -> Comment:
    found = Comment.objects.filter(document__step=step, pk=int(item) if item.isdigit() else 0).first()
    if found is None:
        raise Unknown
    found.document.step.challenge = step.challenge
    return found


def _sign_acts(request: HttpRequest, step: Step, actor: Actor) -> dict[str, Act]:
    mine = duties_of(step, actor)
    if not mine:
        return {}
    names = {c.code: c.name for c in list_cities(step.challenge)}
    pairs = [
        (f"{d.municipality}:{d.role.value}", f"{word('role', d.role.value, language())}, {names[d.municipality]}")
        for d in mine
    ]

    def sign(given: dict[str, Any]) -> str:
        city, _sep, role = given["duty"].partition(":")
        do(
            request,
            moves.sign,
            step,
            city=Municipality.objects.get(code=city),
            role=Role(role),
            decision=Decision(given["decision"]),
            reason=given["reason"],
            public_summary=given["public_summary"],
        )
        return reverse("city-step", args=[step.challenge.code, step.key])

    return {
        "sign": Act(
            forms.form_of(
                duty=forms.choice(_("You decide as"), pairs),
                decision=forms.word_choice(_("Decision"), "decision", radio=True),
                reason=forms.text(_("Reason"), hint=_("For the record; the auditor reads it."), rows=2),
                public_summary=forms.text(
                    _("Public summary"), hint=_("It stands on the public page."), required=False, rows=2
                ),
            ),
            sign,
            _("Sign"),
            _("Your word is on record."),
            initial={"duty": pairs[0][0]},
            style="",
        )
    }


def versions(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Every version of an artifact, and what differs between two of them."""
    challenge = get_challenge(code, actor=signed_in(request), needs=Permission.CHALLENGE_READ)
    found = get_step(challenge, key)
    document = Document.objects.get(step=found)
    every = list_versions(document)
    specs = spec_of(found).fields
    number = request.GET.get("version", "")
    shown = get_version(document, int(number)) if number.isdigit() else (every[0] if every else None)
    before = next((v for v in every if shown and v.number == shown.number - 1), None)
    changes = compare(specs, before.content, shown.content) if before and shown else []
    context = {
        "challenge": challenge,
        "step": found,
        "spec": spec_of(found),
        "versions": every,
        "shown": shown,
        "before": before,
        "changes": [
            (spec.title, read_only([spec], before.content)[0], read_only([spec], shown.content)[0])
            for spec, _old, _new in changes
            if before and shown
        ],
        "answers": read_only(specs, shown.content) if shown else [],
    }
    return render(request, "city/versions.html", context)


def log(request: HttpRequest, code: str) -> HttpResponse:
    """Everything that happened in a challenge."""
    challenge = get_challenge(code, actor=signed_in(request), needs=Permission.LOG_READ)
    return render(request, "city/log.html", {"challenge": challenge, "events": list_events(challenge)})


def manage(request: HttpRequest, code: str) -> HttpResponse:
    """The challenge as a whole: route, cities, cancel, begin again, vendors and their standing."""
    actor = signed_in(request)
    challenge = get_challenge(code, actor=actor, needs=Permission.CHALLENGE_READ)
    roles = roles_in(challenge, actor)
    acts = _whole_acts(request, challenge, roles)
    return answer(
        request,
        "city/manage.html",
        acts,
        lambda: {
            "challenge": Challenge.objects.select_related("municipality", "method").get(pk=challenge.pk),
            "cities": challenge.cities.select_related("municipality").order_by("-is_lead", "id"),
            "participations": challenge.participations.select_related("vendor").order_by("vendor__name"),
            "hours": hours_by_role(challenge),
            "lessons": list_lessons(challenge),
        },
    )


def _whole_acts(request: HttpRequest, challenge: Challenge, roles: frozenset[Role]) -> dict[str, Act]:
    acts: dict[str, Act] = {}
    if challenge.status == "running" and grants(roles, Permission.CHALLENGE_CANCEL):
        acts["cancel"] = Act(
            forms.form_of(reason=forms.text(_("Reason"), hint=_("Public, and sent to every vendor that takes part."))),
            lambda given: stay(do(request, challenges.cancel, challenge, **given)),
            _("Cancel the challenge"),
            _("Cancelled. Everybody concerned was told."),
        )
    if challenge.status == "running" and challenge.route_frozen_at is None and grants(roles, Permission.DOCUMENT_EDIT):
        acts["route"] = _route_act(request, challenge)
    if challenge.status in ("cancelled", "stopped") and grants(roles, Permission.DOCUMENT_EDIT):

        def again(given: dict[str, Any]) -> str:
            made = do(
                request,
                challenges.reissue,
                challenge,
                code=f"{challenge.code[:55]}-{challenge.reissues.count() + 2}",
                **given,
            )
            return reverse("city-challenge", args=[made.code])

        acts["reissue"] = Act(
            forms.form_of(reason=forms.text(_("What is different this time?"))),
            again,
            _("Begin again"),
            _("The documents of before are drafts of the new challenge."),
            style="",
        )
    return acts | _disqualifying(request, challenge, roles)


def _route_act(request: HttpRequest, challenge: Challenge) -> Act:
    routes = [route.value for route in method_for(challenge).routes]
    return Act(
        forms.form_of(
            route=forms.word_choice(_("Route"), "route", routes),
            reason=forms.text(_("Why this route?"), rows=2),
        ),
        lambda given: stay(
            do(request, challenges.change_route, challenge, route=Route(given["route"]), reason=given["reason"])
        ),
        _("Set the route"),
        _("The route and its reason are on record."),
    )


def _disqualifying(request: HttpRequest, challenge: Challenge, roles: frozenset[Role]) -> dict[str, Act]:
    acts: dict[str, Act] = {}
    live = [
        p for p in challenge.participations.select_related("vendor").order_by("vendor__name") if not p.disqualified_at
    ]
    if challenge.status == "running" and live and grants(roles, Permission.RESULT_FINALISE):
        acts["disqualify"] = Act(
            forms.form_of(
                vendor=forms.choice(_("Vendor"), [(p.vendor.code, p.vendor.name) for p in live]),
                reason=forms.text(_("Reason"), hint=_("The vendor is told. Ranks are computed again.")),
            ),
            lambda given: stay(
                do(
                    request,
                    moves.disqualify,
                    challenge,
                    next(p.vendor for p in live if p.vendor.code == given["vendor"]),
                    reason=given["reason"],
                )
            ),
            _("Disqualify"),
            _("Disqualified. Ranks were computed again."),
        )
    return acts
