"""Verbs on people: accounts, and whom they act for."""

from allauth.account.models import EmailAddress

from mix.actions.core.deeds import Deed
from mix.data.models import Person, Vendor, VendorMember
from mix.readers.city.people import list_members
from mix.readers.city.separations import unmet_to_be
from mix.rules.core.access import Role
from mix.rules.core.lines import is_one_line
from mix.rules.core.unmet import refuse_if, require


def create_person(
    deed: Deed, email: str, *, name: str, language: str = "en", code: str = "", is_demo: bool = False
) -> Person:
    """Make an account without a password: demonstration people sign in by their card, others set one by mail.

    Nobody confirms the made-up address of a demonstration person: it counts as confirmed.
    """
    require(not Person.objects.filter(email__iexact=email).exists(), "email_taken")
    person = Person(email=email.lower(), name=name, language=language, is_demo=is_demo)
    if code:
        person.code = code
    person.set_unusable_password()
    person.save()
    if is_demo:
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    deed.record("people.create_person", person)
    return person


def correct_person(deed: Deed, *, name: str, language: str) -> Person:
    """Correct one's own name and the language of one's mail; what was signed under another name is in the log."""
    person = lock_person(deed.actor.someone)
    require(bool(name.strip()), "name_missing", field="name")
    require(is_one_line(name), "not_one_line", field="name")
    before, person.name, person.language = person.name, name.strip(), language
    person.save(update_fields=["name", "language"])
    deed.record("people.correct_person", person, payload={"name": person.name, "before": before, "language": language})
    return person


def lock_person(person: Person) -> Person:
    """Lock a person, so that nobody becomes two things at the same moment that exclude each other."""
    return Person.objects.select_for_update(no_key=True).get(pk=person.pk)


def join_vendor(deed: Deed, vendor: Vendor, *, person: Person) -> None:
    """Make a person a member of a vendor. Called inside other verbs. Raises Refused for whoever works for a city.

    Where the person acts for another vendor too, both teams are told.
    """
    refuse_if(unmet_to_be(lock_person(person), Role.VENDOR))
    others = Vendor.objects.filter(members__person=person, members__ended_at=None).exclude(pk=vendor.pk)
    VendorMember.objects.get_or_create(vendor=vendor, person=person, ended_at=None, defaults={"since": deed.now})
    for other in others:
        for one, two in ((vendor, other), (other, vendor)):
            team, path = list_members(one.pk, but=person), f"vendor/team/{one.code}/"
            deed.tell(team, "shared_member", path=path, person=person.name, vendor=one.name, other=two.name)
    deed.record("people.join_vendor", vendor, payload={"person": person.code})
