"""What a city decides about one row: yes, or no with a reason."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from mix.web.parts import forms
from mix.web.parts.acts import RowAct, S


class Judge(RowAct[S]):
    """Accept or refuse what one row says; `word` and `says` name the word that accepts."""

    label = _("Decide")
    done = _("Decided. The vendor was told.")
    word: ClassVar[str] = "accept"
    says: ClassVar[forms.Label] = _("Accept")

    verdict = forms.choice(_("Decision"), [], radio=True)
    reason = forms.line(_("Reason, when refused"), required=False)

    def fit(self) -> None:
        """Offer both words."""
        forms.offer(self, "verdict", [(self.word, self.says), ("refuse", _("Refuse"))])

    def accepts(self) -> bool:
        """Say whether the verdict is yes."""
        return bool(self.cleaned_data["verdict"] == self.word)
