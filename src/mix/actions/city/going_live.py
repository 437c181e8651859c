"""Verbs by which a city ends its trial, in two hands, and on who plays along in it as a vendor."""

from __future__ import annotations

from mix.actions.core.deeds import Deed
from mix.actions.core.kept import require_as_logged
from mix.data.models import GoLiveRequest, Municipality, Person, TrialGuest
from mix.readers.city.going_live import find_request, unmet_at
from mix.readers.city.municipalities import get_own_municipality
from mix.readers.city.people import find_by_email, list_told_of_roles, list_with_role
from mix.readers.city.separations import gather_held
from mix.rules.core.access import TABLE, Permission, Role
from mix.rules.core.lines import is_one_line
from mix.rules.core.unmet import refuse_if, require


def lock_trial(deed: Deed, city: Municipality, needs: Permission) -> Municipality:
    """Lock a city on trial for somebody who may. Raises Unknown, Forbidden, Refused."""
    get_own_municipality(city.code, actor=deed.actor, needs=needs)
    fresh = Municipality.objects.select_for_update().get(pk=city.pk)
    require(fresh.is_on_trial, "already_live")
    return fresh


def ask_to_go_live(deed: Deed, city: Municipality) -> GoLiveRequest:
    """Ask that a city go live: everything on its list must be there. Somebody with authority confirms."""
    city = lock_trial(deed, city, Permission.GO_LIVE_ASK)
    require(find_request(city) is None, "go_live_asked")
    refuse_if(unmet_at(city, now=deed.now))
    made = GoLiveRequest.objects.create(municipality=city, asked_by=deed.actor.someone, asked_at=deed.now)
    deed.record("municipalities.ask_to_go_live", city)
    _tell(deed, made, "go_live_asked", _deciders(city, but=made.asked_by))
    return made


def _deciders(city: Municipality, *, but: Person) -> list[Person]:
    roles = sorted(TABLE[Permission.GO_LIVE_CONFIRM])
    return [p for role in roles for p in list_with_role([city.pk], role) if p.pk != but.pk]


def _tell(deed: Deed, request: GoLiveRequest, code: str, people: list[Person], second: str = "") -> None:
    city = request.municipality
    who, path = request.asked_by.name, f"city/settings/{city.code}/go-live/"
    deed.tell(people, code, of=city, path=path, city=city.wording("name"), who=who, second=second)


def _waiting(deed: Deed, request: GoLiveRequest, needs: Permission) -> GoLiveRequest:
    lock_trial(deed, request.municipality, needs)
    rows = GoLiveRequest.objects.select_for_update(of=("self",)).select_related("municipality", "asked_by")
    fresh = rows.get(pk=request.pk)
    require(fresh.confirmed_at is None and fresh.dropped_at is None, "go_live_decided")
    return fresh


def go_live(deed: Deed, request: GoLiveRequest) -> Municipality:
    """Confirm as a second person that a city goes live: what begins from now on is public. Its trial stays one."""
    found = _waiting(deed, request, Permission.GO_LIVE_CONFIRM)
    second, city = deed.actor.someone, found.municipality
    require(found.asked_by_id != second.pk, "second_person")
    require_as_logged(found)
    refuse_if(unmet_at(city, now=deed.now))
    found.confirmed_by, found.confirmed_at = second, deed.now
    found.save(update_fields=["confirmed_by", "confirmed_at"])
    city.live_at = deed.now
    city.save(update_fields=["live_at"])
    deed.record("municipalities.go_live", city, payload={"asked_by": found.asked_by.code})
    _tell(deed, found, "went_live", [found.asked_by, *list_told_of_roles(city)], second.name)
    return city


def drop_going_live(deed: Deed, request: GoLiveRequest, *, reason: str) -> GoLiveRequest:
    """Leave a city on trial, though it was asked to go live; who asked is told why."""
    require(bool(reason.strip()), "reason_missing", field="reason")
    found = _waiting(deed, request, Permission.GO_LIVE_CONFIRM)
    found.dropped_at = deed.now
    found.save(update_fields=["dropped_at"])
    city = found.municipality
    deed.record("municipalities.drop_going_live", city, reason=reason)
    path = f"city/settings/{city.code}/go-live/"
    deed.tell([found.asked_by], "go_live_dropped", of=city, path=path, city=city.wording("name"), reason=reason)
    return found


def add_guest(deed: Deed, city: Municipality, *, email: str) -> TrialGuest:
    """Let an address play along in a city's trial as a vendor: it sees the trial, and gets its mail."""
    city = lock_trial(deed, city, Permission.GO_LIVE_ASK)
    email = email.strip().lower()
    require(is_one_line(email), "not_one_line", field="email")
    person = find_by_email(email)
    works = person is not None and any(held.role is not Role.VENDOR for held in gather_held(person))
    require(not works, "guest_works_for_city", field="email")
    require(not city.trial_guests.filter(email=email, ended_at=None).exists(), "guest_twice", field="email")
    made = TrialGuest.objects.create(municipality=city, email=email, added_by=deed.actor.someone, added_at=deed.now)
    deed.record("municipalities.add_guest", city)
    language = person.language if person else deed.actor.someone.language
    who = deed.actor.someone.name
    deed.tell_address(
        email,
        "trial_guest",
        language=language,
        path="vendor/trials/",
        of=city,
        who=who,
        city=city.wording("name"),
        to=email,
    )
    return made


def end_guest(deed: Deed, guest: TrialGuest) -> TrialGuest:
    """End that somebody plays along: they see nothing of the trial any more."""
    get_own_municipality(guest.municipality.code, actor=deed.actor, needs=Permission.GO_LIVE_ASK)
    guest = TrialGuest.objects.select_for_update(of=("self",)).select_related("municipality").get(pk=guest.pk)
    require(guest.ended_at is None, "guest_ended")
    guest.ended_at = deed.now
    guest.save(update_fields=["ended_at"])
    deed.record("municipalities.end_guest", guest.municipality)
    return guest
