"""The secret address of a person's calendar: made, made anew, ended."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mix.actions.city import calendars
from mix.data.models import CalendarFeed, Person
from mix.readers.city.calendars import find_feed, token_of
from mix.web.forms.acts import Act, Listed, do


class MakeFeed(Act[Person]):
    """Make the secret address of one's calendar."""

    label = _("Make an address for my calendar")
    done = _("Made. An address that was made before no longer works.")

    def run(self, request: HttpRequest) -> None:
        """Make it."""
        do(request, calendars.make_feed)


class EndFeed(Act[Person]):
    """End the address of one's calendar."""

    label = _("End the address")
    done = _("Ended. Your calendar program no longer gets your dates.")

    def run(self, request: HttpRequest) -> None:
        """End it."""
        do(request, calendars.end_feed)


def feed_acts(person: Person) -> tuple[CalendarFeed | None, dict[str, Listed[Person]]]:
    """Return a person's address, if there is one, and what can be done with it."""
    feed = find_feed(person)
    if feed is None:
        return None, {"feed": Listed(MakeFeed, person)}
    return feed, {"feed": Listed(MakeFeed, person, label=_("Make a new address")), "end": Listed(EndFeed, person)}


def address_of(feed: CalendarFeed | None) -> str:
    """Return the whole address to which a calendar program subscribes; empty without one."""
    return f"{settings.BASE_URL}{reverse('public-calendar', args=[token_of(feed)])}" if feed else ""
