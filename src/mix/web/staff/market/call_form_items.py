"""What is changed of the mandatory items of a call: what is demanded, what is looked at, and by whom."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from mix.rules.core.access import Role
from mix.rules.market import call_items as changes
from mix.rules.market.call_changes import Change
from mix.web.forms import fields
from mix.web.forms.wordings import wording
from mix.web.staff.market.call_form_acts import Fit, FitRow
from mix.web.staff.market.call_lists import CHECKERS, proof_of


def _demanded(given: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": given["title"],
        "looks_at": given["looks_at"],
        "checked_by": Role(given["checked_by"]),
        "proof": proof_of(given["title"]),
    }


class AddItem(Fit):
    """Demand something of every vendor."""

    label = _("Add the item")

    title = wording(fields.line(_("What is mandatory"), hint=_("Said so that yes or no can be answered."), most=200))
    looks_at = wording(fields.text(_("What is looked at"), rows=2))
    checked_by = fields.word_choice(_("Who checks it"), "role", CHECKERS)

    def change(self) -> Change:
        """Return the item."""
        return changes.AddItem(**_demanded(self.cleaned_data))


class ChangeItem(FitRow):
    """Demand the same in other words, or have somebody else check it."""

    label = _("Save the item")

    title = wording(fields.line(_("What is mandatory"), most=200))
    looks_at = wording(fields.text(_("What is looked at"), rows=2))
    checked_by = fields.word_choice(_("Who checks it"), "role", CHECKERS)

    def fit(self) -> None:
        """Show the item as it stands."""
        asked = self.about.question(self.at())
        if asked:
            found = {"title": asked.field.title, "looks_at": asked.field.hint, "checked_by": asked.field.checked_by}
            self.initial = {**found, **self.initial}

    def change(self) -> Change:
        """Return the item as it is demanded now."""
        return changes.ChangeItem(question=self.row, **_demanded(self.cleaned_data))
