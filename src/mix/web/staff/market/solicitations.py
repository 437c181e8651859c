"""A call to the market, on its step page: notice, documents, questions, addenda, opening."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms as django_forms
from django.http import HttpRequest
from django.utils.translation import gettext as _

from mix.actions.flow.publication import publish
from mix.actions.market import addenda, solicitations
from mix.data.models import ExtensionProposal, Question, Solicitation, Step
from mix.readers.case.challenges import method_for, spec_of
from mix.readers.choice.evaluations import criteria_from
from mix.readers.core.errors import Unknown
from mix.readers.market.sealing import list_opened_files
from mix.readers.market.solicitations import find_solicitation, next_envelope, phase_of, waiting_extension
from mix.readers.market.submissions import list_opened, opened_answers
from mix.rules.case.states import ChallengeStatus
from mix.rules.city.schemes import PriceFormula, TieRule
from mix.rules.core.access import Permission, Role, grants, reads_for_the_city
from mix.rules.core.kinds import Envelope, StepState
from mix.rules.market.closing import Phase
from mix.rules.market.states import CustodyMode
from mix.web.parts import forms
from mix.web.parts.acts import do
from mix.web.parts.loose import Act, stay
from mix.web.parts.pages import now_of, signed_in
from mix.web.parts.specs import read_only


def part(request: HttpRequest, step: Step, roles: frozenset[Role]) -> tuple[Mapping[str, Act], dict[str, Any]]:
    """Draft and publish; then documents, addenda, answers; then open."""
    call = find_solicitation(step)
    spec = spec_of(step).solicitation
    now = now_of(request)
    acts: dict[str, Act] = {}
    working = (
        step.state == StepState.ACTIVE and step.asked_at is None and step.challenge.status == ChallengeStatus.RUNNING
    )
    if working and grants(roles, Permission.SOLICITATION_EDIT) and (call is None or call.published_at is None):
        acts["draft"] = _draft(request, step, call, has_purchase=bool(spec and spec.purchase_option))
    if call and working:
        acts |= _publishing(request, call, roles) if call.published_at is None else {}
        acts |= _changing(request, call, roles) if now < call.closes_at else {}
    if call and call.published_at:
        acts |= _answering(request, step, roles)
    is_out = call is not None and call.published_at is not None and step.challenge.status == ChallengeStatus.RUNNING
    openable = is_out and call is not None and phase_of(call, now=now) is Phase.OPENABLE
    return acts, {
        "call": call,
        "openable": openable and grants(roles, Permission.ENVELOPE_OPEN) and bool(call and next_envelope(call)),
        "spec_call": spec,
        "phase": phase_of(call, now=now).value if call and call.published_at else "",
        "documents": call.documents.filter(replaced_at=None).order_by("title") if call else [],
        "proposal": waiting_extension(call) if call else None,
        "addenda": call.addenda.order_by("-number") if call else [],
        "questions": call.questions.select_related("vendor", "drafted_by").order_by("asked_at")
        if call and call.published_at
        else [],
        "criteria": [(key, criteria_from(call, key)) for key in call.frozen] if call else [],
        "opened": _opened(call, roles),
    }


def _publishing(request: HttpRequest, call: Solicitation, roles: frozenset[Role]) -> dict[str, Act]:
    acts: dict[str, Act] = {}
    if grants(roles, Permission.SOLICITATION_PUBLISH):
        acts["publish"] = Act(
            forms.form_of(tie=forms.word_choice(_("Ties are parted by"), "tie_rule"), **_price_fields(call)),
            lambda given: stay(do(request, publish, call, **{**given, "tie": TieRule(given["tie"])})),
            _("Publish the call"),
            _("The call is public. Criteria, weights and the tie rule are frozen."),
            style="",
        )
    return acts


def _price_fields(call: Solicitation) -> dict[str, django_forms.Field]:
    """Ask for the amounts that the price formula of this call needs."""
    steps = method_for(call.step.challenge).steps
    parts = [s.evaluation for s in steps if s.evaluation and s.evaluation.of == call.step.key]
    fields: dict[str, django_forms.Field] = {}
    if any(part.price_weight for part in parts):
        hint = _("Leave both bounds empty to count lowest ÷ price.")
        fields["full_at_cents"] = forms.money(_("Every point of price up to"), hint=hint, required=False)
        fields["none_at_cents"] = forms.money(_("No point of price from"), required=False)
    if any(part.price_formula is PriceFormula.FIXED for part in parts):
        fields["fixed_cents"] = forms.money(_("The price that the city has fixed"))
    return fields


def _changing(request: HttpRequest, call: Solicitation, roles: frozenset[Role]) -> dict[str, Act]:
    acts: dict[str, Act] = {}
    if grants(roles, Permission.SOLICITATION_EDIT):
        acts["document"] = _document(request, call)
    if call.published_at and grants(roles, Permission.SOLICITATION_PUBLISH):
        acts["addendum"] = Act(
            forms.form_of(
                text=forms.text(_("What changes")),
                is_substantial=forms.yes(_("Substantial: vendors must confirm that their submission still stands")),
                closes_at=forms.moment(
                    _("New closing time"),
                    hint=_("Only later, never earlier. A second person confirms it before anything goes out."),
                    required=False,
                ),
            ),
            lambda given: stay(_issue(request, call, given)),
            _("Issue the addendum"),
            _("Done."),
        )
        proposal = waiting_extension(call)
        if proposal:
            acts |= _second_person(request, proposal)
    return acts


def _issue(request: HttpRequest, call: Solicitation, given: dict[str, Any]) -> object:
    """Issue an addendum; one that moves closing is proposed."""
    if given["closes_at"]:
        return do(request, addenda.propose_extension, call, **given)
    del given["closes_at"]
    return do(request, addenda.issue, call, **given)


def _second_person(request: HttpRequest, proposal: ExtensionProposal) -> dict[str, Act]:
    """Confirm or drop a later closing."""
    acts = {
        "drop_extension": Act(
            forms.form_of(),
            lambda _given: stay(do(request, addenda.drop_extension, proposal)),
            _("Drop it"),
            _("Dropped. Closing stays as it is."),
        )
    }
    if proposal.proposed_by != signed_in(request).person:
        acts["confirm_extension"] = Act(
            forms.form_of(),
            lambda _given: stay(do(request, addenda.confirm_extension, proposal)),
            _("Confirm the later closing"),
            _("Issued. Everybody who takes part was told."),
            style="",
        )
    return acts


def _document(request: HttpRequest, call: Solicitation) -> Act:
    """A file, or a text that is kept as one."""

    def run(given: dict[str, Any]) -> None:
        file = given["file"]
        name = file.name if file else f"{given['title'][:60]}.txt"
        content = file.read() if file else given["body"].encode()
        do(request, solicitations.add_document, call, title=given["title"], name=name, content=content)

    return Act(
        forms.form_of(
            title=forms.line(_("Title"), hint=_("The title of a document that is there already makes a new version.")),
            file=forms.upload(
                _("File"),
                hint=_("PDF, Word, Excel, PowerPoint, PNG, JPEG, CSV or text; up to 100 MB."),
                required=False,
            ),
            body=forms.text(_("Or its text"), hint=_("Kept as a text file that anybody may fetch."), required=False),
        ),
        run,
        _("Add the document"),
        _("Added."),
    )


def _answering(request: HttpRequest, step: Step, roles: frozenset[Role]) -> dict[str, Act]:
    acts: dict[str, Act] = {}
    if grants(roles, Permission.QUESTION_ANSWER):
        acts["write_answer"] = Act(
            forms.form_of(item=forms.hidden(), text=forms.text(_("Answer"), rows=2)),
            lambda given: stay(
                do(request, solicitations.draft_answer, _question(step, given["item"]), text=given["text"])
            ),
            _("Save the answer"),
            _("Saved. Procurement publishes it."),
        )
    if grants(roles, Permission.QUESTION_PUBLISH):
        acts["give_answer"] = Act(
            forms.form_of(item=forms.hidden()),
            lambda given: stay(do(request, solicitations.publish_answer, _question(step, given["item"]))),
            _("Publish"),
            _("Published."),
            style="",
        )
    return acts


def _opened(call: Any, roles: frozenset[Role]) -> list[Any]:  # noqa: ANN401 - a call or none
    if call is None or not reads_for_the_city(roles, Permission.SUBMISSION_READ):
        return []
    spec = spec_of(call.step).solicitation
    prices = reads_for_the_city(roles, Permission.PRICE_READ)
    rows = []
    opened = list_opened(call)
    shown = {Envelope.TECHNICAL, Envelope.PRICE} if prices and call.price_opened_at else {Envelope.TECHNICAL}
    files = list_opened_files(opened, envelopes=shown)
    for submission in opened:
        answers = read_only(spec.fields_of("technical"), opened_answers(submission, Envelope.TECHNICAL)) if spec else []
        money = (
            read_only(spec.fields_of("price"), opened_answers(submission, Envelope.PRICE))
            if spec and prices and call.price_opened_at
            else []
        )
        rows.append((submission, answers, money, files.get(submission.code, [])))
    return rows


def _draft(request: HttpRequest, step: Step, call: Solicitation | None, *, has_purchase: bool) -> Act:
    fields: dict[str, django_forms.Field] = {
        "body": forms.text(_("The notice"), hint=_("What is asked, of whom, and what follows. Markdown."), rows=6),
        "closes_at": forms.moment(_("Closes"), hint=_("On the clock of the lead city.")),
        "questions_until": forms.moment(_("Questions until")),
        "contact": forms.line(_("One contact")),
    }
    fields["custody"] = forms.word_choice(_("Who keeps the key until opening"), "custody", radio=True)
    if has_purchase:
        fields["purchase_most_cents"] = forms.money(
            _("Purchase, at most"), hint=_("With every option; so buying is part of this competition.")
        )
    initial = {name: getattr(call, "custody_mode" if name == "custody" else name) for name in fields} if call else {}
    initial.setdefault("custody", CustodyMode.MANAGED)
    return Act(
        forms.form_of(**fields),
        lambda given: stay(do(request, solicitations.draft, step, **given)),
        _("Save the notice"),
        _("Saved."),
        initial=initial,
    )


def _question(step: Step, item: str) -> Question:
    found = (
        Question.objects.filter(solicitation__step=step, code=item)
        .select_related("solicitation__step__challenge__municipality", "solicitation__step__challenge__method")
        .first()
    )
    if found is None:
        raise Unknown
    return found
