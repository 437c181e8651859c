"""Mail as somebody chooses it: how often each kind comes, and the page that stops one kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from mix.actions.core import digests
from mix.data.models import Person
from mix.phrases.words import word
from mix.readers.core.outbox import paces_chosen, stop_of
from mix.rules.core.mails import CHOOSABLE, PACES, MailKind, Pace
from mix.web.drawing.pages import draw_page
from mix.web.drawing.showing import language
from mix.web.forms import fields
from mix.web.forms.acts import Act, do


class ChooseMail(Act[Person]):
    """Choose how often mails of each kind come."""

    label = _("Save")
    done = _("Saved. What waits for a digest leaves with it.")

    def fit(self) -> None:
        """Ask about every kind of which something may be chosen."""
        for kind in CHOOSABLE:
            title, why = word("mail_kind", kind, language()), word("mail_kind_reason", kind, language())
            self.fields[kind.value] = fields.word_choice(title, "mail_pace", list(PACES[kind]), hint=why)

    @classmethod
    def first(cls, about: Person) -> Mapping[str, Any]:
        """Show what was chosen last."""
        return {kind.value: pace.value for kind, pace in paces_chosen(about.code).items()}

    def run(self, request: HttpRequest) -> None:
        """Save it."""
        do(request, digests.choose, paces={MailKind(kind): Pace(pace) for kind, pace in self.cleaned_data.items()})


@dataclass(frozen=True)
class StopContext:
    """What the page draws that stops one kind of mail."""

    kind: MailKind
    is_stopped: bool


@csrf_exempt
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop one kind of mail by one POST, as mail programs send it (RFC 8058): the token proves it. GET only shows."""
    chooser, kind = stop_of(token)
    if request.method == "POST":
        do(request, digests.stop, chooser=chooser, kind=kind)
    return draw_page(request, "entry/mail_stop.html", StopContext(kind, request.method == "POST"))
