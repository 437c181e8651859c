"""A city on trial: what it takes to go live, who plays a vendor, and what mail its trial kept in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mix.actions.city import going_live as verbs
from mix.actions.market import practice
from mix.data.models import GoLiveRequest, Message, Municipality, TrialGuest
from mix.readers.city.going_live import find_request, list_kept_mail, list_lines
from mix.readers.city.municipalities import get_own_municipality
from mix.readers.city.people import list_with_role
from mix.readers.city.trials import get_guest, list_guests, list_practice
from mix.rules.city.going_live import Line
from mix.rules.core.access import TABLE, Permission, grants
from mix.rules.core.practice import is_practice_address
from mix.web.drawing.requests import now_of, signed_in
from mix.web.drawing.showing import use_clock
from mix.web.forms import fields
from mix.web.forms.acts import Act, Acts, Listed, RowAct, do, granted, show, take
from mix.web.frame.playing import begin_to_play
from mix.web.staff.city.setup import place_of


class Ask(Act[Municipality]):
    """Ask that the city go live."""

    label = _("Ask to go live")
    done = _("Asked. Somebody with authority confirms it.")
    style = ""
    needs = Permission.GO_LIVE_ASK

    def run(self, request: HttpRequest) -> None:
        """Ask."""
        do(request, verbs.ask_to_go_live, self.about)


class Confirm(Act[GoLiveRequest]):
    """Confirm as a second person that the city goes live."""

    label = _("Go live, as the second person")
    done = _("The city is live. What begins from now on is public.")
    style = ""
    needs = Permission.GO_LIVE_CONFIRM

    def run(self, request: HttpRequest) -> None:
        """Confirm it."""
        do(request, verbs.go_live, self.about)


class Drop(Act[GoLiveRequest]):
    """Leave the city on trial, though it was asked to go live."""

    label = _("Stay on trial")
    done = _("The city stays on trial.")
    needs = Permission.GO_LIVE_CONFIRM

    reason = fields.line(_("Reason"))

    def run(self, request: HttpRequest) -> None:
        """Drop what was asked."""
        do(request, verbs.drop_going_live, self.about, reason=self.cleaned_data["reason"])


class AddGuest(Act[Municipality]):
    """Ask somebody to play a vendor."""

    label = _("Invite them to play")
    done = _("Asked by mail. They see what is tried once they have an account for this address.")
    needs = Permission.GO_LIVE_ASK

    email = fields.email(_("E-mail"))

    def run(self, request: HttpRequest) -> None:
        """Ask them."""
        do(request, verbs.add_guest, self.about, email=self.cleaned_data["email"])


class EndGuest(RowAct[Municipality]):
    """End that somebody plays a vendor."""

    label = _("They no longer play along")
    done = _("Ended. They see nothing of the trial any more.")
    style = "btn--link"
    needs = Permission.GO_LIVE_ASK

    def run(self, request: HttpRequest) -> None:
        """End it."""
        do(request, verbs.end_guest, get_guest(self.about, self.row))


class MakePractice(Act[Municipality]):
    """Make a practice vendor."""

    label = _("Make a practice vendor")
    done = _("Made. Play it to see what a vendor sees.")
    needs = Permission.TRIAL_PLAY

    def run(self, request: HttpRequest) -> None:
        """Make it."""
        do(request, practice.make, self.about)


class Play(RowAct[Municipality]):
    """Play a practice vendor."""

    label = _("Play it")
    style = "btn--link"
    needs = Permission.TRIAL_PLAY

    def run(self, request: HttpRequest) -> str:
        """Sign in as its person."""
        player = signed_in(request).someone
        person = do(request, practice.play, get_guest(self.about, self.row))
        begin_to_play(request, person, player=player)
        return reverse("vendor-trials")


@dataclass(frozen=True)
class GoLiveContext:
    """What the page draws: each line of the list with where it is put right, or "" where this person may not."""

    city: Municipality
    rows: Sequence[tuple[Line, str]]
    missing: int
    waiting: GoLiveRequest | None
    deciders: str
    guests: Sequence[TrialGuest]
    practice: Sequence[tuple[TrialGuest, str]]
    kept: int
    mail: Sequence[Message]


def going_live(request: HttpRequest, city: str) -> HttpResponse:
    """What is tried here, and what is missing before it counts?"""
    actor = signed_in(request)
    found = get_own_municipality(city, actor=actor, needs=Permission.TRIAL_READ)
    use_clock(found.zone)
    roles = actor.roles_at(found.code)
    rows, waiting = list_lines(found, now=now_of(request)), find_request(found)
    taken = take(request, granted(roles, _acts(found, waiting, missing=not all(line.is_met for line in rows))))
    if isinstance(taken, HttpResponse):
        return taken
    may_look = grants(roles, Permission.MAIL_MANAGE)
    guests = list_guests(found) if grants(roles, Permission.TRIAL_PLAY) else []
    kept, mail = list_kept_mail(found) if may_look else (0, [])
    context = GoLiveContext(
        city=found,
        rows=[(line, "" if line.is_met else place_of(line.key, found, roles)) for line in rows],
        missing=sum(not line.is_met for line in rows),
        waiting=waiting,
        deciders=", ".join(sorted({p.name for p in list_with_role([found.pk], *TABLE[Permission.GO_LIVE_CONFIRM])})),
        guests=[g for g in guests if not is_practice_address(g.email)],
        practice=list_practice(guests),
        kept=kept,
        mail=mail,
    )
    return show(request, "staff/city/going_live.html", taken, context)


def _acts(city: Municipality, waiting: GoLiveRequest | None, *, missing: bool) -> Acts:
    if not city.is_on_trial:
        return {}
    acts: Acts = {"guest": Listed(AddGuest, city), "end_guest": Listed(EndGuest, city)}
    acts = {**acts, "practise": Listed(MakePractice, city), "play": Listed(Play, city)}
    if waiting:
        return {**acts, "confirm": Listed(Confirm, waiting), "drop": Listed(Drop, waiting)}
    return acts if missing else {**acts, "ask": Listed(Ask, city)}
