"""What a city does in the sprint room: sign off and grant before the sprint, record and share alike while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mix.actions.delivery import agreements, sprints
from mix.data.models import Step, Vendor
from mix.phrases.words import word
from mix.readers.delivery.agreements import get_deliverable
from mix.readers.delivery.sprints import get_incident, get_room
from mix.rules.core.access import Permission
from mix.rules.core.unmet import require
from mix.rules.delivery.states import Area, ParityKind
from mix.web.drawing.showing import language
from mix.web.forms import fields
from mix.web.forms.acts import Act, RowAct, do
from mix.web.forms.fields import Label
from mix.web.staff.delivery.judging import Judge

EVERY = "*"  # posted for every vendor of the sprint, and for every data set of its framework
OTHER = "+"  # posted for a data set that the framework does not name


@dataclass(frozen=True)
class MayStart:
    """A step that sets a sprint up, and the areas for which somebody may sign off."""

    step: Step
    areas: tuple[Area, ...]


class GiveSignOff(Act[MayStart]):
    """Give a word that the sprint may start."""

    label = _("Sign off")
    done = _("Signed off.")

    area = fields.many(_("Area"), [])
    note = fields.text(_("Conditions"), required=False, rows=2)

    def fit(self) -> None:
        """Offer the areas that are the person's; only one is no question."""
        fields.offer_many(self, "area", [(a.value, word("area", a, language())) for a in self.about.areas])
        self.fields["area"].required = True
        if len(self.about.areas) == 1:
            self.initial.setdefault("area", [self.about.areas[0].value])

    def run(self, request: HttpRequest) -> None:
        """Sign off each area: a word and a line of the log of its own."""
        for area in self.cleaned_data["area"]:
            do(request, sprints.sign_off, self.about.step, area=area, note=self.cleaned_data["note"])


@dataclass(frozen=True)
class InSprint:
    """A step of a sprint, the vendors in it, the keys of what is tested, and where the sprint stands today."""

    step: Step
    vendors: tuple[Vendor, ...]
    hypotheses: tuple[str, ...] = ()
    today: date | None = None
    week: int | None = None


@dataclass(frozen=True)
class Grantable(InSprint):
    """What vendors of a sprint are given: the data sets that its framework names, each with its legal basis if said.

    `has` are those that a vendor has already, `days` the first and the last of the sprint where they are known.
    """

    data_sets: Mapping[str, str] = field(default_factory=dict)
    has: frozenset[tuple[int, str]] = frozenset()
    days: tuple[date | None, date | None] = (None, None)


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
    """Give a vendor, or every one, access to a data set, or to all that the framework names."""

    label = _("Grant")
    done = _("Granted. The vendor was told.")

    data_set = fields.choice(_("Data set"), [])
    other = fields.line(_("Another data set"), required=False)
    legal_basis = fields.line(_("Legal basis"))
    reason = fields.text(_("Why it is given though the framework does not say so"), required=False, rows=2)
    granted_on = fields.day(_("From"))
    expires_on = fields.day(_("Until"), hint=_("Access ends by itself after this day."))

    def fit(self) -> None:
        """Offer every vendor and every data set at once, too; ask for a name where the framework names none."""
        fields.offer(self, "vendor", [(EVERY, _("Every vendor")), *((v.code, v.name) for v in self.about.vendors)])
        named = self.named()
        if not named:
            self.fields["data_set"] = fields.line(_("Data set"))
            del self.fields["other"], self.fields["reason"]
            return
        every: list[tuple[str, Label]] = []
        if len(named) > 1:
            every.append((EVERY, _("Every data set that the framework names")))
        offered: list[tuple[str, Label]] = [
            *every,
            *((name, name) for name in named),
            (OTHER, _("Another one, with a reason")),
        ]
        fields.offer(self, "data_set", offered)
        if any(named.values()):
            self.fields["legal_basis"].required = not all(named.values())
            self.fields["legal_basis"].help_text = _("Left empty, it is what the framework says.")

    def named(self) -> Mapping[str, str]:
        """Return the data sets that the framework names."""
        return self.about.data_sets if isinstance(self.about, Grantable) else {}

    @classmethod
    def first(cls, about: InSprint) -> Mapping[str, Any]:
        """Begin with all that the framework names, to every vendor, for as long as the sprint lasts."""
        if not isinstance(about, Grantable):
            return {}
        known: dict[str, Any] = {"vendor": EVERY, "granted_on": about.days[0], "expires_on": about.days[1]}
        if about.data_sets:
            known["data_set"] = EVERY if len(about.data_sets) > 1 else next(iter(about.data_sets))
        return known

    def run(self, request: HttpRequest) -> None:
        """Grant it; of several, what a vendor has already is not given again."""
        given = self.rest_of(self.cleaned_data)
        for data_set in self.chosen():
            for vendor in self.vendors():
                if self.is_several() and self.has(vendor, data_set):
                    continue
                do(request, sprints.grant_data, self.about.step, vendor=vendor, data_set=data_set, **given)

    def chosen(self) -> list[str]:
        """Return the data sets that were chosen. Raises Refused without a name."""
        chosen = self.cleaned_data["data_set"]
        if not self.named() or chosen not in (EVERY, OTHER):
            return [chosen]
        if chosen == EVERY:
            return list(self.named())
        require(bool(self.cleaned_data["other"]), "answer_missing", field="other")
        return [self.cleaned_data["other"]]

    def is_several(self) -> bool:
        """Say whether several grants are made at once of what the framework names."""
        return bool(self.named()) and self.cleaned_data["data_set"] == EVERY

    def has(self, vendor: Vendor, data_set: str) -> bool:
        """Say whether a vendor has a data set already."""
        return isinstance(self.about, Grantable) and (vendor.pk, data_set) in self.about.has

    @staticmethod
    def rest_of(given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is the same of every grant."""
        names = ("legal_basis", "reason", "granted_on", "expires_on")
        return {name: given[name] for name in names if name in given}


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

    @classmethod
    def first(cls, about: InSprint) -> Mapping[str, Any]:
        """Begin with the week at hand."""
        return {"week": about.week}

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

    @classmethod
    def first(cls, about: InSprint) -> Mapping[str, Any]:
        """Begin with today."""
        return {"held_on": about.today}

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

    @classmethod
    def first(cls, about: InSprint) -> Mapping[str, Any]:
        """Begin with today."""
        return {"given_on": about.today}

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
