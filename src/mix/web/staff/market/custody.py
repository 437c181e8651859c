"""Keys in split custody: who holds them, the rehearsal, the days before closing, and the opening by two officers."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from mix.actions.market import custody, openings
from mix.data.models import CustodyKey, CustodyShare, Municipality, Opening, Person, Solicitation
from mix.readers.case.challenges import check, roles_in, spec_of
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.market.custody import (
    count_sealed,
    find_key,
    find_recovery_key,
    get_own_share,
    holds_share,
    list_offered,
    list_openings,
    list_possible_holders,
    list_shares,
    list_staff,
    opening_key,
    unmet_custody,
)
from mix.readers.market.sealing import list_envelopes
from mix.readers.market.solicitations import get_call, next_envelope, phase_of, unmet_to_open
from mix.readers.market.submissions import list_counting
from mix.rules.case.states import ChallengeStatus
from mix.rules.core.access import Permission, grants
from mix.rules.core.kinds import Envelope
from mix.rules.core.unmet import Refused, Unmet
from mix.rules.market.closing import Phase
from mix.rules.market.states import CustodyMode
from mix.web.parts import forms
from mix.web.parts.acts import Taken, do
from mix.web.parts.loose import Act, answer, stay
from mix.web.parts.pages import now_of, signed_in
from mix.web.parts.showing import use_clock


def _get(reference: str, *, actor: Actor) -> Solicitation:
    """Return a call to somebody who works on it or holds a share. Raises Unknown, Forbidden."""
    call = get_call(reference)
    if not holds_share(actor, call):
        check(call.step.challenge, actor=actor, needs=Permission.SOLICITATION_EDIT)
    return call


def call_custody(request: HttpRequest, reference: str) -> HttpResponse:
    """The key of one call, from its making to the opening."""
    actor = signed_in(request)
    call = _get(reference, actor=actor)
    use_clock(call.zone)
    roles = roles_in(call.step.challenge, actor)
    key = find_key(call)
    acts: dict[str, Act] = {}
    if (
        call.published_at is None
        and grants(roles, Permission.SOLICITATION_PUBLISH)
        and call.custody_mode == CustodyMode.SPLIT
    ):
        acts["make"] = _making(
            list_possible_holders(call), lambda people: do(request, custody.make_key, call, holders=people)
        )
    acts |= _holding(request, key)
    if call.published_at is not None and call.step.challenge.status == ChallengeStatus.RUNNING:
        acts |= _opening(request, call)

    def context() -> dict[str, Any]:
        now = now_of(request)
        phase = phase_of(call, now=now) if call.published_at else None
        live = opening_key(call, now=now) or find_key(call)
        envelope = next_envelope(call) if call.step.challenge.status == ChallengeStatus.RUNNING else ""
        waits = unmet_to_open(call, Envelope(envelope), now=now) if envelope else ()
        return {
            **_shown_key(request, find_key(call), actor),
            "call": call,
            "challenge": call.step.challenge,
            "title": spec_of(call.step).title,
            "step_key": call.step.key,
            "phase": phase.value if phase else "",
            "unmet_custody": unmet_custody(call) if call.published_at is None else (),
            "offered": list_offered(live, now=now),
            "may_open": opening_key(call, now=now) is not None or call.custody_mode == CustodyMode.MANAGED,
            "opener": grants(roles, Permission.ENVELOPE_OPEN),
            "next_envelope": envelope if not waits else "",
            "waits": waits if phase is Phase.OPENABLE else (),
            "openings": list_openings(call),
            "count": count_sealed(call, phase=phase) if phase else None,
            "recovery": find_recovery_key(call.step.challenge.municipality),
            "zone": call.zone,
        }

    return _page(request, "staff/market/custody.html", acts, context, key)


def recovery(request: HttpRequest, city: str) -> HttpResponse:
    """The recovery key of a city."""
    actor = signed_in(request)
    found = Municipality.objects.filter(code=city).first()
    key = find_recovery_key(found) if found else None
    if found is None:
        raise Unknown
    keeps = grants(actor.roles_at(found.code), Permission.DELEGATION_EDIT)
    if not keeps and not (key and key.shares.filter(holder=actor.person).exists()):
        raise Forbidden(Permission.DELEGATION_EDIT) if actor.roles_at(found.code) else Unknown
    use_clock(found.zone)
    acts = _holding(request, key)
    if keeps:
        acts["make"] = _making(
            list_staff(found), lambda people: do(request, custody.make_recovery_key, found, holders=people)
        )
    return _page(
        request,
        "staff/market/recovery.html",
        acts,
        lambda: {**_shown_key(request, find_recovery_key(found), actor), "city": found, "zone": found.zone},
        key,
    )


def _page(
    request: HttpRequest,
    template: str,
    acts: dict[str, Act],
    context: Callable[[], dict[str, Any]],
    key: CustodyKey | None,
) -> HttpResponse:
    """Show the page; a holder's words stand in the answer to a POST alone, which nothing keeps."""
    if request.method == "POST" and request.POST.get("act") == "look":
        share = get_own_share(key, actor=signed_in(request))
        try:
            words = do(request, custody.look_at_share, share)
        except Refused as error:
            return render(request, template, {**context(), "shown": Taken(acts, unmet=error.unmet)}, status=422)
        share.refresh_from_db()
        acts["take"] = _probe(request, share, custody.take_share, _("I have written them down"), _("Yours alone now."))
        return render(request, template, {**context(), "shown": Taken(acts), "words": words.split()})
    return answer(request, template, acts, context)


def _shown_key(request: HttpRequest, key: CustodyKey | None, actor: Actor) -> dict[str, Any]:
    shares = list_shares(key)
    return {
        "key": key,
        "shares": shares,
        "own": next((s for s in shares if s.holder_id == actor.someone.pk), None),
        "typed": list_offered(key, now=now_of(request)),
    }


def _making(people: list[Person], make: Callable[[list[Person]], Any]) -> Act:
    """Name three holders."""
    by_code = {person.code: person for person in people}
    pairs = [("", "–"), *((p.code, p.name) for p in people)]
    return Act(
        forms.form_of(
            first=forms.choice(_("First share"), pairs),
            second=forms.choice(_("Second share"), pairs),
            third=forms.choice(_("Third share"), pairs),
        ),
        lambda given: stay(make([by_code[given[place]] for place in ("first", "second", "third")])),
        _("Make the key"),
        _("Made. Each holder was asked to take a share."),
    )


def _holding(request: HttpRequest, key: CustodyKey | None) -> dict[str, Act]:
    """What a holder does with a share: take it, type it at the rehearsal, show before closing that it is there."""
    share = key.shares.filter(holder=signed_in(request).person).first() if key else None
    if key is None or share is None:
        return {}
    acts: dict[str, Act] = {}
    if share.taken_at is None and share.probe:
        acts["take"] = _probe(request, share, custody.take_share, _("I have written them down"), _("Yours alone now."))
    if share.taken_at is not None and key.rehearsed_at is None:
        acts["rehearse"] = Act(
            forms.form_of(words=forms.words(_("Your 33 words"))),
            lambda given: stay(do(request, custody.rehearse, share, words=given["words"])),
            _("Check my words"),
            _("Your share holds."),
            style="",
        )
    if share.taken_at is not None and key.rehearsed_at is not None:
        acts["possess"] = _probe(
            request, share, custody.check_possession, _("Show that I have it"), _("Thank you: your share is at hand.")
        )
    return acts


def _probe(request: HttpRequest, share: CustodyShare, verb: Callable[..., Any], label: str, done: str) -> Act:
    first, second = custody.probe_in(share).positions
    return Act(
        forms.form_of(
            first=forms.line(_("Word %(n)d") % {"n": first}, most=20),
            second=forms.line(_("Word %(n)d") % {"n": second}, most=20),
        ),
        lambda given: stay(do(request, verb, share, first=given["first"], second=given["second"])),
        label,
        done,
    )


def _opening(request: HttpRequest, call: Solicitation) -> dict[str, Act]:
    """Type a share, then open. Tried before its time, both are refused, recorded and told."""
    acts: dict[str, Act] = {}
    envelope = next_envelope(call)
    if call.custody_mode == CustodyMode.SPLIT and holds_share(signed_in(request), call):
        acts["offer"] = Act(
            forms.form_of(words=forms.words(_("Your 33 words"))),
            lambda given: stay(do(request, custody.offer_share, call, words=given["words"])),
            _("Check my words"),
            _("Your share is accepted. It is held for half an hour, in memory only."),
            style="",
        )
    if envelope and grants(roles_in(call.step.challenge, signed_in(request)), Permission.ENVELOPE_OPEN):
        acts["open"] = Act(
            forms.form_of(sure=forms.yes(_("Opening is recorded and cannot be undone."), required=True)),
            lambda _given: stay(do(request, openings.open_envelopes, call, envelope=Envelope(envelope))),
            _("Open the envelopes") if envelope == Envelope.TECHNICAL else _("Open the prices"),
            _("Opened. Every vendor was told."),
            style="",
        )
    return acts


def act_of_opening(request: HttpRequest, reference: str, code: str) -> HttpResponse:
    """Hand out the signed act of one opening."""
    call = _get(reference, actor=signed_in(request))
    found = Opening.objects.filter(solicitation=call, code=code).first()
    if found is None:
        raise Unknown
    response = HttpResponse(json.dumps(found.act, indent=2, sort_keys=True), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="opening-{call.reference}-{found.envelope}.json"'
    return response


def envelopes(request: HttpRequest, reference: str) -> HttpResponse:
    """Hand out every sealed envelope as it lies on the disk, for an opening without this site (docs/opening.md)."""
    call = get_call(reference)
    check(call.step.challenge, actor=signed_in(request), needs=Permission.ENVELOPE_OPEN)
    if call.published_at is None or phase_of(call, now=now_of(request)) is not Phase.OPENABLE:
        raise Refused(Unmet("not_openable_yet"))
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as pack:
        for submission, version in list_counting(call):
            for name, ciphertext, files in list_envelopes(submission, version=version.number):
                if name == Envelope.PRICE and call.price_opened_at is None:
                    continue  # its turn comes when quality is frozen
                pack.writestr(f"{version.reference}/{name}.age", ciphertext)
                for number, (file, path) in enumerate(files, start=1):
                    pack.write(path, f"{version.reference}/{name}-{number:02d}-{file}.age")
    do(request, openings.note_export, call)
    response = HttpResponse(body.getvalue(), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{call.reference}-sealed.zip"'
    return response
