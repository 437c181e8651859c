"""One act on several rows of a list: the form is the page on which they are looked through before anything is done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from mix.phrases.refusals import sentence
from mix.readers.core.errors import Unknown
from mix.rules.core.unmet import Refused, Unmet, require
from mix.web.drawing.showing import language
from mix.web.forms import fields
from mix.web.forms.acts import Act, S
from mix.web.forms.fields import Label

Rows = Iterable[tuple[str, Label]]  # what is posted of each row, and what it is called


class Several(Act[S]):
    """Do the same to each of several rows: one press, and for each row a verb of its own with its line of the log.

    All are ticked at first, unless each is somebody's own word (`ticked`). What is refused of one row holds up no
    other: what was done is counted, and what was not is said with its reason.
    """

    ticked: ClassVar[bool] = True

    items = fields.many(_("Which ones"), [])

    def rows(self) -> Rows:
        """Return the rows that are offered."""
        raise TypeError(f"{type(self).__name__} has no rows")

    def each(self, request: HttpRequest, item: str) -> None:  # noqa: ARG002 - for those that override it
        """Do it to one row. Raises Refused, and Unknown where somebody else did it meanwhile."""
        raise TypeError(f"{type(self).__name__} does nothing to each")

    def fit(self) -> None:
        """Offer the rows."""
        offered = list(self.rows())
        fields.offer_many(self, "items", offered)
        if self.ticked:
            self.initial.setdefault("items", [key for key, _label in offered])

    def run(self, request: HttpRequest) -> None:
        """Do it to each that was chosen. Raises Refused and Unknown where nothing was chosen or could be done."""
        chosen = self.cleaned_data["items"]
        require(bool(chosen), "nothing_chosen", field="items")
        unmet: list[Unmet] = []
        left = 0
        for item in chosen:
            try:
                self.each(request, item)
            except Refused as error:
                left += 1
                unmet.extend(one for one in error.unmet if one not in unmet)
            except Unknown:
                left += 1
        if left == len(chosen):
            raise Refused(*unmet) if unmet else Unknown
        done = len(chosen) - left
        messages.success(request, ngettext("%(n)s was done.", "%(n)s were done.", done) % {"n": done})
        for one in unmet:
            messages.warning(request, sentence(one, language()))
