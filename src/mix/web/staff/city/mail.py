"""A city's mail that did not go out: whom it did not reach and why, to be sent again or told another way."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from mix.actions.city import municipalities
from mix.data.models import Message, Municipality
from mix.readers.city.mails import page_unsent
from mix.readers.city.municipalities import get_own_municipality
from mix.readers.core.paging import Page
from mix.rules.core.access import Permission
from mix.web.drawing.paging import Pager, number_of, pager
from mix.web.drawing.requests import now_of, signed_in
from mix.web.forms.acts import Act, Listed, RowAct, do, show, take
from mix.web.forms.limits import Limit


class SendAgain(RowAct[Municipality]):
    """Send a mail again that was given up."""

    label = _("Send again")
    done = _("It is tried again within a minute.")

    def run(self, request: HttpRequest) -> None:
        """Have it tried."""
        do(request, municipalities.send_again, self.about, item=self.row)


class TryMail(Act[Municipality]):
    """Send oneself a test mail."""

    label = _("Send me a test mail")
    done = _("Written. It is with you within a minute or two; if not, it is listed below with the reason.")
    limit = Limit(by_person=10)

    def run(self, request: HttpRequest) -> None:
        """Write it."""
        do(request, municipalities.try_mail, self.about)


@dataclass(frozen=True)
class MailContext:
    """What the page draws."""

    city: Municipality
    page: Page[Message]
    pager: Pager


def unsent(request: HttpRequest, city: str) -> HttpResponse:
    """Whom did our mail not reach?"""
    actor = signed_in(request)
    found = get_own_municipality(city, actor=actor, needs=Permission.MAIL_MANAGE)
    taken = take(request, {"again": Listed(SendAgain, found), "try": Listed(TryMail, found)})
    if isinstance(taken, HttpResponse):
        return taken
    page = page_unsent(found, actor=actor, number=number_of(request), now=now_of(request))
    return show(request, "staff/city/mail.html", taken, MailContext(found, page, pager(request, page)))
