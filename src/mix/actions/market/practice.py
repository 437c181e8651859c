"""Verbs on practice vendors: made up for a city on trial, and played by its own people to see what a vendor sees."""

from __future__ import annotations

from mix.actions.city.going_live import lock_trial
from mix.actions.city.people import create_person
from mix.actions.core.deeds import Deed
from mix.actions.market.vendors import register_vendor
from mix.data.models import Municipality, Person, TrialGuest, Vendor
from mix.data.models.core.columns import new_code
from mix.phrases.words import word
from mix.readers.city.people import actor_for, find_by_email
from mix.readers.core.errors import Unknown
from mix.rules.core.access import Permission
from mix.rules.core.practice import is_practice_address, practice_address
from mix.rules.core.unmet import require
from mix.rules.market.states import VendorSize

MOST = 5  # of one city: enough to have a panel compare them


def make(deed: Deed, city: Municipality) -> Vendor:
    """Make a practice vendor of a city on trial, with one person whom its people play; no mail reaches that person.

    It answers nothing but what is tried. Raises Unknown, Forbidden, Refused.
    """
    city = lock_trial(deed, city, Permission.TRIAL_PLAY)
    number = 1 + sum(is_practice_address(g.email) for g in city.trial_guests.filter(ended_at=None))
    require(number <= MOST, "practice_enough", most=str(MOST))
    language = deed.actor.someone.language
    name = word("practice", "vendor", language).format(n=number, city=city.wording("name").in_(language))
    person = create_person(deed, practice_address(new_code()), name=name, language=language)
    TrialGuest.objects.create(municipality=city, email=person.email, added_by=deed.actor.someone, added_at=deed.now)
    deed.record("municipalities.add_guest", city)
    own = Deed(actor_for(person), deed.now)
    vendor = register_vendor(own, name, size=VendorSize.ONE, is_fictional=True, is_practice=True, is_another=True)
    deed.record("practice.make", city, payload={"vendor": vendor.code})
    return vendor


def play(deed: Deed, guest: TrialGuest) -> Person:
    """Let whoever acts see what a practice vendor sees, and act as its person; the log says who plays.

    Raises Unknown for whom nobody plays: a guest that is somebody.
    """
    city = lock_trial(deed, guest.municipality, Permission.TRIAL_PLAY)
    person = find_by_email(guest.email)
    if guest.ended_at is not None or not is_practice_address(guest.email) or person is None:
        raise Unknown
    deed.record("practice.play", city, payload={"person": person.code})
    return person
