"""What a city decides about one row: yes, or no with a reason."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from mix.web.forms import fields
from mix.web.forms.acts import RowAct, S


class Judge(RowAct[S]):
    """Accept or refuse what one row says; `word` and `says` name the word that accepts."""

    label = _("Decide")
    done = _("Decided. The vendor was told.")
    word: ClassVar[str] = "accept"
    says: ClassVar[fields.Label] = _("Accept")

    verdict = fields.choice(_("Decision"), [], radio=True)
    reason = fields.line(_("Reason, when refused"), required=False)

    def fit(self) -> None:
        """Offer both words."""
        fields.offer(self, "verdict", [(self.word, self.says), ("refuse", _("Refuse"))])

    def accepts(self) -> bool:
        """Say whether the verdict is yes."""
        return bool(self.cleaned_data["verdict"] == self.word)
