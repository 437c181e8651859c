"""Verbs on a city's own rules and papers: its founding, its rule on outages, its template."""

from collections.abc import Sequence
from hashlib import sha256

from django.conf import settings

from mix.actions.city.departments import place
from mix.actions.core.deeds import Deed
from mix.actions.core.outbox import try_again
from mix.data.models import DocumentTemplate, Municipality, Person, StaffRole
from mix.data.models.core.wordings import columns_of
from mix.readers.city.mails import get_given_up
from mix.readers.city.municipalities import get_own_municipality, list_departments
from mix.readers.city.separations import unmet_to_be
from mix.rules.core.access import TWO_PEOPLE, Permission, Role
from mix.rules.core.fields import Wording
from mix.rules.core.kinds import OutageRule
from mix.rules.core.lines import is_one_line
from mix.rules.core.unmet import refuse_if, require


def set_outage_rule(deed: Deed, municipality: Municipality, *, rule: OutageRule) -> Municipality:
    """Choose what an outage before closing means in calls that are published from now on."""
    get_own_municipality(municipality.code, actor=deed.actor, needs=Permission.DELEGATION_EDIT)
    municipality.outage_rule = rule.value
    municipality.save(update_fields=["outage_rule"])
    deed.record("municipalities.set_outage_rule", municipality, payload={"rule": rule.value})
    return municipality


def set_template(deed: Deed, municipality: Municipality, *, name: str, content: bytes) -> None:
    """Have artifacts written out in this Word file, which the caller has checked; empty content: in the plain one."""
    get_own_municipality(municipality.code, actor=deed.actor, needs=Permission.METHOD_EDIT)
    if content:
        DocumentTemplate.objects.update_or_create(
            municipality=municipality,
            defaults={"name": name, "content": content, "set_by": deed.actor.someone, "set_at": deed.now},
        )
    else:
        DocumentTemplate.objects.filter(municipality=municipality).delete()
    deed.record(
        "municipalities.set_template",
        municipality,
        payload={"name": name, "sha256": sha256(content).hexdigest() if content else ""},
    )


def found(
    deed: Deed,
    code: str,
    *,
    name: Wording,
    posting_address: str,
    by_law: str = "",
    zone: str = "America/Toronto",
    departments: Sequence[tuple[str, Wording]] = (),
    administrator: Person,
    holders: Sequence[tuple[Person, Role]] = (),
    is_demo: bool = False,
) -> Municipality:
    """Set up a city with its departments (code, or "" to make one, and name) and its first administrator.

    It is on trial until two people of it say that it goes live; a demonstration's is live. `holders` are the first who
    have a duty that takes two people: whoever runs the site names them, since nobody is there yet to confirm them.
    """
    names = [name, *(named for _, named in departments)]
    lines = (posting_address, *(text for named in names for text in named.texts.values()))
    require(all(map(is_one_line, lines)), "not_one_line", field="name")
    require(not Municipality.objects.filter(code=code).exists(), "code_taken")
    city = Municipality.objects.create(
        code=code,
        **columns_of(name=name),
        posting_address=posting_address,
        by_law=by_law,
        zone=zone,
        is_demo=is_demo,
        live_at=deed.now if is_demo else None,
    )
    for department_code, named in departments:
        place(city, named, code=department_code)
    for person, role in ((administrator, Role.ADMINISTRATOR), *holders):
        require(role in TWO_PEOPLE, "role_takes_one")
        refuse_if(unmet_to_be(person, role, [code]))
        StaffRole.objects.create(municipality=city, person=person, role=role.value, since=deed.now)
    deed.record(
        "municipalities.found",
        city,
        payload={
            "administrator": administrator.code,
            "departments": [d.code for d in list_departments(city)],
            "holders": [{"person": person.code, "role": role.value} for person, role in holders],
        },
    )
    return city


def try_mail(deed: Deed, municipality: Municipality) -> None:
    """Write a mail of a city to oneself, to see whether it arrives. Raises Refused where the site sends none."""
    city = get_own_municipality(municipality.code, actor=deed.actor, needs=Permission.MAIL_MANAGE)
    require(settings.SENDS_MAIL, "mail_not_set_up")
    who, path = deed.actor.someone, f"city/settings/{city.code}/mail/"
    deed.tell([who], "mail_tried", of=city, path=path, who=who.name, city=city.wording("name"))
    deed.record("municipalities.try_mail", city, payload={"mail": "mail_tried"})


def send_again(deed: Deed, municipality: Municipality, *, item: str) -> None:
    """Have a mail that was given up tried once more, from the first pause on."""
    get_own_municipality(municipality.code, actor=deed.actor, needs=Permission.MAIL_MANAGE)
    message = get_given_up(municipality, item, actor=deed.actor)
    try_again(message)
    deed.record("municipalities.send_again", municipality, payload={"mail": message.code})
