"""What a city does in the sprint room: sign off and grant before the sprint, record and share alike while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mix.actions.delivery import agreements, sprints
from mix.data.models import Step, Vendor
from mix.phrases.words import word
from mix.readers.delivery.agreements import get_deliverable
from mix.readers.delivery.sprints import get_incident, get_room
from mix.rules.core.access import Permission
from mix.rules.delivery.states import Area, ParityKind
from mix.web.drawing.showing import language
from mix.web.forms import fields
from mix.web.forms.acts import Act, RowAct, do
from mix.web.staff.delivery.judging import Judge

EVERY = "*"  # posted for every vendor of the sprint


@dataclass(frozen=True)
class MayStart:
    """A step that sets a sprint up, and the areas for which somebody may sign off."""

    step: Step
    areas: tuple[Area, ...]


class GiveSignOff(Act[MayStart]):
    """Give a word that the sprint may start."""

    label = _("Sign off")
    done = _("Signed off.")

    area = fields.choice(_("Area"), [])
    note = fields.text(_("Conditions"), required=False, rows=2)

    def fit(self) -> None:
        """Offer the areas that are the person's."""
        fields.offer(self, "area", [(a.value, word("area", a, language())) for a in self.about.areas])

    def run(self, request: HttpRequest) -> None:
        """Sign off."""
        do(request, sprints.sign_off, self.about.step, **self.cleaned_data)


@dataclass(frozen=True)
class InSprint:
    """A step of a sprint, the vendors in it, and the keys of what is tested."""

    step: Step
    vendors: tuple[Vendor, ...]
    hypotheses: tuple[str, ...] = ()


class OfVendor(Act[InSprint]):
    """What is said of one vendor of the sprint."""

    needs = Permission.SPRINT_RUN

    vendor = fields.choice(_("Vendor"), [])

    def fit(self) -> None:
        """Offer the vendors of the sprint."""
        fields.offer(self, "vendor", [(v.code, v.name) for v in self.about.vendors])

    def facts(self) -> dict[str, Any]:
        """Return what was entered, with the vendor itself."""
        return {**self.cleaned_data, "vendor": self.vendors()[0]}

    def vendors(self) -> list[Vendor]:
        """Return the vendors that were chosen."""
        chosen = self.cleaned_data["vendor"]
        return [v for v in self.about.vendors if chosen in (v.code, EVERY)]


class GrantData(OfVendor):
    """Give a vendor, or every one, access to a data set."""

    label = _("Grant")
    done = _("Granted. The vendor was told.")

    data_set = fields.line(_("Data set"))
    legal_basis = fields.line(_("Legal basis"))
    granted_on = fields.day(_("From"))
    expires_on = fields.day(_("Until"), hint=_("Access ends by itself after this day."))

    def fit(self) -> None:
        """Offer every vendor at once, too."""
        fields.offer(self, "vendor", [(EVERY, _("Every vendor")), *((v.code, v.name) for v in self.about.vendors)])

    def run(self, request: HttpRequest) -> None:
        """Grant it."""
        for vendor in self.vendors():
            do(request, sprints.grant_data, self.about.step, **{**self.cleaned_data, "vendor": vendor})


class SaveCheckIn(OfVendor):
    """Say for the city how a week went."""

    label = _("Save the check-in")
    done = _("Saved.")

    week = fields.number(_("Week"), least=1, most=52)
    mood = fields.choice(
        _("How is it going?"), [(str(n), str(n)) for n in range(1, 6)], hint=_("1 badly, 5 very well"), radio=True
    )
    progress = fields.text(_("Progress"), rows=2)
    blockers = fields.text(_("What blocks"), required=False, rows=2)

    def run(self, request: HttpRequest) -> None:
        """Save it."""
        do(request, sprints.check_in, self.about.step, **{**self.facts(), "mood": int(self.cleaned_data["mood"])})


class RecordEvidence(OfVendor):
    """Record what the test of a hypothesis showed."""

    label = _("Record the evidence")
    done = _("Recorded.")

    hypothesis = fields.choice(_("Hypothesis"), [])
    how = fields.text(_("How it was tested"), rows=2)
    result = fields.line(_("Result"))
    verdict = fields.word_choice(_("Against the threshold"), "verdict", radio=True)
    confidence = fields.word_choice(_("How sure are we?"), "confidence", radio=True)

    def fit(self) -> None:
        """Offer what is tested."""
        super().fit()
        fields.offer(self, "hypothesis", [(key, key) for key in self.about.hypotheses])

    def run(self, request: HttpRequest) -> None:
        """Record it."""
        do(request, sprints.record_evidence, self.about.step, **self.facts())


class ReportIncident(OfVendor):
    """Report that something went wrong."""

    label = _("Report the incident")
    done = _("Reported. The vendor and those who lead the sprint were told.")

    kind = fields.word_choice(_("Kind"), "incident")
    text = fields.text(_("What happened"), rows=2)

    def run(self, request: HttpRequest) -> None:
        """Report it."""
        do(request, sprints.report_incident, self.about.step, **self.facts())


class SettleIncident(RowAct[InSprint]):
    """Say how an incident was settled."""

    label = _("Settle")
    done = _("Settled.")
    needs = Permission.SPRINT_RUN

    settlement = fields.text(_("How it was settled, and who was told"), rows=2)

    def run(self, request: HttpRequest) -> None:
        """Settle it."""
        found = get_incident(get_room(self.about.step), self.row)
        do(request, sprints.settle_incident, found, **self.rest())


class HoldDemo(OfVendor):
    """Note what a vendor showed."""

    label = _("Note the demo")
    done = _("Noted.")

    held_on = fields.day(_("Day"))
    answers = fields.text(_("What was shown and answered"))
    recording = fields.link(_("Recording"))

    def run(self, request: HttpRequest) -> None:
        """Note it."""
        do(request, sprints.hold_demo, self.about.step, **self.facts())


class EnterParity(OfVendor):
    """Enter what a vendor got from the city."""

    label = _("Enter")
    done = _("Entered.")

    kind = fields.word_choice(_("What the vendor got"), "parity", ParityKind)
    amount = fields.decimal(_("How much"))
    given_on = fields.day(_("Day"))
    note = fields.line(_("Note"), required=False)

    def run(self, request: HttpRequest) -> None:
        """Enter it."""
        do(request, sprints.enter_parity, self.about.step, **self.facts())


class ExplainParity(OfVendor):
    """Put on record why a vendor got more or less."""

    label = _("Put on record")
    done = _("On record.")

    kind = fields.word_choice(_("Of what"), "parity", ParityKind)
    reason = fields.text(_("Why this vendor got more or less"), rows=2)

    def run(self, request: HttpRequest) -> None:
        """Put it on record."""
        do(request, sprints.explain_parity, self.about.step, **self.facts())


class GoWithout(RowAct[InSprint]):
    """Say why a sprint closes without what was due."""

    label = _("Close without it")
    done = _("On record. The vendor was told.")
    needs = Permission.SPRINT_RUN

    reason = fields.text(_("Why it did not come"), rows=2)

    def run(self, request: HttpRequest) -> None:
        """Put it on record."""
        found = get_deliverable(self.about.step.challenge, self.row)
        do(request, agreements.judge_deliverable, found, accept=False, reason=self.cleaned_data["reason"])


class JudgeDeliverable(Judge[InSprint]):
    """Accept and pay what was delivered, or refuse it."""

    says = _("Accept and pay")
    needs = Permission.SPRINT_RUN

    def run(self, request: HttpRequest) -> None:
        """Judge it."""
        found = get_deliverable(self.about.step.challenge, self.row)
        do(request, agreements.judge_deliverable, found, accept=self.accepts(), reason=self.cleaned_data["reason"])
