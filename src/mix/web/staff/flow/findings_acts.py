"""What is said on the page of the rules: what is bought, where cities publish, and what is set aside; the adviser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms as django_forms
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mix.actions.flow import findings
from mix.data.models import Challenge, Municipality, Purchase
from mix.readers.case.challenges import get_step
from mix.readers.core.errors import Unknown
from mix.readers.flow.findings import get_waiver
from mix.rules.city.policy.facts import ADVISER, FACTS, Category, Competition, FactType, FactValue, Ground
from mix.rules.core.access import Permission
from mix.web.drawing.findings import fact_title, fact_value
from mix.web.forms import fields
from mix.web.forms.acts import Act, RowAct, do


@dataclass(frozen=True)
class Bought:
    """A challenge, what was said about its purchase so far, and whether a document says what is bought."""

    challenge: Challenge
    purchase: Purchase | None
    is_elsewhere: bool = False


class DescribePurchase(Act[Bought]):
    """Say what is bought, and how the market is asked."""

    label = _("Save")
    done = _("Saved. The findings follow.")
    needs = Permission.SOLICITATION_EDIT

    category = fields.word_choice(_("What is bought"), "category", radio=True)
    competition = fields.word_choice(_("How the market is asked"), "competition", radio=True)
    quotes = fields.number(_("Quotes asked for"), most=20)
    limited_ground = fields.word_choice(_("Ground for not asking openly"), "limited_ground")
    circumstances = fields.text(_("Circumstances of that ground"), required=False)
    related_cents = fields.money(
        _("The department’s like purchases of the last twelve months"),
        hint=_("They count together with this one."),
        required=False,
    )
    lends_cents = fields.money(_("Value of what the city lends to vendors"), required=False)

    def fit(self) -> None:
        """Ask what is bought only where no document does."""
        if self.about.is_elsewhere:
            del self.fields["category"]

    @classmethod
    def first(cls, about: Bought) -> Mapping[str, Any]:
        """Show what was said; most ask openly."""
        if about.purchase and about.purchase.pk:
            return {name: getattr(about.purchase, name) for name in cls.base_fields}
        return {"competition": Competition.OPEN, "limited_ground": Ground.NONE, "quotes": 0}

    def run(self, request: HttpRequest) -> None:
        """Say it."""
        facts = {
            **self.cleaned_data,
            "category": Category(said) if (said := self.cleaned_data.get("category")) else None,
            "competition": Competition(self.cleaned_data["competition"]),
            "limited_ground": Ground(self.cleaned_data["limited_ground"]),
        }
        do(request, findings.describe_purchase, self.about.challenge, **facts)


@dataclass(frozen=True)
class Joint:
    """A challenge, and the cities that take part in it."""

    challenge: Challenge
    cities: tuple[Municipality, ...]

    def city(self, code: str) -> Municipality:
        """Return one of the cities. Raises Unknown."""
        found = next((c for c in self.cities if c.code == code), None)
        if found is None:
            raise Unknown
        return found


class NoteParticipation(Act[Joint]):
    """Record where a city published that it takes part."""

    label = _("Record the notice")
    done = _("Recorded.")
    needs = Permission.SOLICITATION_EDIT

    city = fields.choice(_("City"), [])
    address = fields.link(_("Where the notice stands"))
    published_on = fields.day(_("Published on"))

    def fit(self) -> None:
        """Offer the cities."""
        fields.offer(self, "city", [(c.code, c.name) for c in self.about.cities])

    def run(self, request: HttpRequest) -> None:
        """Record it."""
        facts = dict(self.cleaned_data)
        city = self.about.city(facts.pop("city"))
        do(request, findings.note_participation, self.about.challenge, municipality=city, **facts)


class Justify(RowAct[Challenge]):
    """Say why words that may keep firms out stay; the row is a step and the mark of the words."""

    label = _("Keep it, with this reason")
    done = _("Noted. The reason stands in the case file.")
    needs = Permission.SOLICITATION_EDIT

    reason = fields.text(_("Why must it be asked?"), rows=2)

    def run(self, request: HttpRequest) -> None:
        """Note it."""
        key, _sep, mark = self.row.partition("/")
        do(request, findings.justify, get_step(self.about, key), mark=mark, reason=self.cleaned_data["reason"])


class Waive(RowAct[Joint]):
    """Set a rule aside for this challenge; the row is a city and a rule. The verb knows who may."""

    label = _("Set the rule aside")
    done = _("Noted, with your reason. Where the rule asks for a second person, it waits for one.")

    reason = fields.text(_("Why is this rule set aside here?"), rows=2)

    def run(self, request: HttpRequest) -> None:
        """Set it aside."""
        code, _sep, rule = self.row.partition("/")
        facts = {"municipality": self.about.city(code), "rule": rule, "reason": self.cleaned_data["reason"]}
        do(request, findings.waive, self.about.challenge, **facts)


class AgreeToWaive(RowAct[Challenge]):
    """Agree, as the second person, that a rule is set aside."""

    label = _("Agree as the second person")
    done = _("Agreed. The rule is set aside for this challenge.")

    def run(self, request: HttpRequest) -> None:
        """Agree."""
        do(request, findings.agree_to_waive, get_waiver(self.about, self.row))


class Adviser(django_forms.Form):
    """What somebody knows about a problem: every fact that instruments and routes rest on. Nothing must be known."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        for name in [*(n for n, spec in FACTS.items() if spec.place == ADVISER), "category", "value"]:
            self.fields[name] = _question(name)

    def facts(self) -> dict[str, FactValue]:
        """Return what is known; nothing while something cannot be read."""
        if not self.is_valid():
            return {}
        said = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        return {name: value == "yes" if FACTS[name].type is FactType.FLAG else value for name, value in said.items()}


def _question(name: str) -> django_forms.Field:
    spec, title = FACTS[name], fact_title(name)
    if spec.type is FactType.CENTS:
        return fields.money(title, required=False)
    pairs = [(w, fact_value(name, w)) for w in spec.words] or [("yes", gettext("yes")), ("no", gettext("no"))]
    made = fields.choice(title, [("", gettext("not known")), *pairs])
    made.required = False
    return made
