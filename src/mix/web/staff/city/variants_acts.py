"""What can be done with a variant of a method: begin, write, set one step, take over, propose, publish by two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms as django_forms
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mix.actions.city import variants
from mix.data.models import MethodDraft, MethodVersion, Municipality
from mix.phrases.words import word
from mix.readers.core.rows import row_key
from mix.rules.city.methods import Method, Step
from mix.rules.city.variants import Path
from mix.rules.core.access import AS_PARTNER, Permission, Role
from mix.rules.core.catalogue import MOST_CHARACTERS
from mix.rules.core.fields import Bilingual
from mix.web.drawing.showing import in_language, language
from mix.web.forms import fields
from mix.web.forms.acts import Act, do
from mix.web.forms.wordings import wording

DECIDERS = tuple(r for r in Role if r not in AS_PARTNER | {Role.VENDOR, Role.EVALUATOR, Role.CHAIR, Role.STAFF})


@dataclass(frozen=True)
class Parents:
    """A city, and the methods of which it may begin a variant."""

    city: Municipality
    versions: tuple[MethodVersion, ...]


class Begin(Act[Parents]):
    """Begin a variant."""

    label = _("Begin a variant")
    done = _("A copy is yours to change. Nothing begins on it before two people publish it.")

    parent = fields.choice(_("Begin from"), [])
    key = django_forms.SlugField(
        label=_("Identifier"), max_length=60, help_text=_("Small letters and hyphens, for example guelph-sprint.")
    )
    title = wording(fields.line(_("Title"), most=120), of=Bilingual)

    def fit(self) -> None:
        """Offer the methods."""
        fields.offer(self, "parent", [(v.key, in_language(v, "title")) for v in self.about.versions])

    def run(self, request: HttpRequest) -> str:
        """Begin it, and go there."""
        parent = next(v for v in self.about.versions if v.key == self.cleaned_data["parent"])
        made = do(request, variants.begin, self.about.city, **{**self.cleaned_data, "parent": parent})
        return reverse("city-variant", args=[self.about.city.code, made.key])


class Marked(Act[MethodDraft]):
    """What changes a draft; its mark says which state of it was on the page."""

    def fit(self) -> None:
        """Carry the mark."""
        self.fields["mark"] = fields.hidden()

    @classmethod
    def first(cls, about: MethodDraft) -> Mapping[str, Any]:
        """Mark what is there now."""
        return {"mark": str(about.mark)}

    def seen(self) -> int:
        """Return the mark that was on the page."""
        return row_key(self.cleaned_data["mark"])


class WriteDocument(Marked):
    """Write the document itself."""

    label = _("Save the document")
    done = _("Saved.")

    document = django_forms.CharField(
        label=_("Document (YAML)"),
        max_length=MOST_CHARACTERS,
        strip=False,
        widget=django_forms.Textarea({"rows": 26, "class": "code", "spellcheck": "false"}),
    )

    @classmethod
    def first(cls, about: MethodDraft) -> Mapping[str, Any]:
        """Show the document as it is."""
        return {**super().first(about), "document": about.document}

    def run(self, request: HttpRequest) -> None:
        """Save it."""
        do(request, variants.write, self.about, document=self.cleaned_data["document"], mark=self.seen())


class Propose(Marked):
    """Propose a draft for publication."""

    label = _("Propose for publication")
    done = _("Proposed. A second person reads and publishes it.")

    def run(self, request: HttpRequest) -> None:
        """Propose it."""
        do(request, variants.propose, self.about, mark=self.seen())


class TakeOver(Marked):
    """Take over what a newer version of the parent changed."""

    label = _("Take over the changes")
    done = _("Taken over. What you had changed yourself stayed as it was.")

    def run(self, request: HttpRequest) -> None:
        """Take it over."""
        do(request, variants.take_over, self.about, mark=self.seen())


class SendBack(Act[MethodDraft]):
    """Send a proposed draft back."""

    label = _("Send back")
    done = _("Sent back. It can be written on.")

    reason = fields.text(_("Reason"), rows=2)

    def run(self, request: HttpRequest) -> None:
        """Send it back."""
        do(request, variants.send_back, self.about, **self.cleaned_data)


class Publish(Act[MethodDraft]):
    """Publish a draft that somebody else proposed."""

    label = _("Publish this version")
    done = _("Published. New challenges may begin on it; running ones keep theirs.")
    style = ""
    needs = Permission.METHOD_PUBLISH

    def run(self, request: HttpRequest) -> None:
        """Publish it."""
        do(request, variants.publish, self.about)


@dataclass(frozen=True)
class StepOf:
    """One step of a draft, as the draft's document reads now."""

    draft: MethodDraft
    method: Method
    step: Step


class SetStep(Act[StepOf]):
    """Set what can be set of one step by a form; the document is changed there alone."""

    label = _("Save this step")
    done = _("Saved.")

    title = wording(fields.line(_("Title"), most=120), of=Bilingual)
    guidance = wording(fields.text(_("Guidance"), rows=2), of=Bilingual)
    optional = fields.choice(_("May it be left out?"), [("no", _("no")), ("yes", _("yes"))], radio=True)

    def fit(self) -> None:
        """Ask what a step of this kind has: who decides, how long a call is open, what criteria weigh."""
        step = self.about.step
        if step.gate:
            words = [(r.value, word("role", r.value, language())) for r in DECIDERS]
            label = gettext("Who decides at gate %(gate)s") % {"gate": step.gate.key}
            self.fields["decided_by"] = fields.many(label, words)
            yes_no = [("no", _("the lead city")), ("yes", _("each city"))]
            self.fields["each_city"] = fields.choice(_("For whom?"), yes_no, radio=True)
        if step.solicitation:
            label = gettext("Days that the call stays open, at least")
            self.fields["minimum_days"] = fields.number(label, most=365)
        if step.evaluation:
            for criterion in step.evaluation.criteria:
                label = gettext("Weight of “%(title)s”") % {"title": criterion.title.in_(language())}
                self.fields[f"weight_{criterion.key}"] = fields.number(label, most=100)
            self.fields["price_weight"] = fields.number(_("Weight of the price"), most=100)
        self.fields["mark"] = fields.hidden()

    @classmethod
    def first(cls, about: StepOf) -> Mapping[str, Any]:
        """Show what the document says now."""
        step = about.step
        shown: dict[str, Any] = {
            "title": step.title,
            "guidance": step.guidance,
            "optional": "yes" if step.optional else "no",
            "mark": str(about.draft.mark),
        }
        if step.gate:
            shown |= {"decided_by": [r.value for r in step.gate.decided_by]}
            shown |= {"each_city": "yes" if step.gate.each_city else "no"}
        if step.solicitation:
            shown["minimum_days"] = step.solicitation.minimum_days
        if step.evaluation:
            shown |= {f"weight_{criterion.key}": criterion.weight for criterion in step.evaluation.criteria}
            shown["price_weight"] = step.evaluation.price_weight
        return shown

    def run(self, request: HttpRequest) -> str:
        """Set it, and come back to the step."""
        mark = row_key(self.cleaned_data["mark"])
        do(request, variants.set_places, self.about.draft, places=self.places(), mark=mark)
        return f"{request.path}?step={self.about.step.key}"

    def places(self) -> dict[Path, Any]:
        """Return which places of the document the form sets; what stands there already is not touched."""
        given, step = self.cleaned_data, self.about.step
        stage = next(s.key for s in self.about.method.stages if step in s.steps)
        at: Path = ("stages", stage, "steps", step.key)
        places: dict[Path, Any] = {
            **{
                (*at, name, code): given[name].texts.get(code)
                for name in ("title", "guidance")
                for code in dict(settings.LANGUAGES)
            },
            (*at, "optional"): True if given["optional"] == "yes" else None,
        }
        if step.gate:
            places[(*at, "gate", "decided_by")] = given["decided_by"] or None
            places[(*at, "gate", "each_city")] = True if given["each_city"] == "yes" else None
        if step.solicitation:
            places[(*at, "solicitation", "minimum_days")] = given["minimum_days"]
        if step.evaluation:
            for criterion in step.evaluation.criteria:
                places[(*at, "evaluation", "criteria", criterion.key, "weight")] = given[f"weight_{criterion.key}"]
            if given["price_weight"] != step.evaluation.price_weight:
                places[(*at, "evaluation", "price_weight")] = given["price_weight"]
        return places
