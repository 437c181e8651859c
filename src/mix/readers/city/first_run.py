"""What a city has set up, and what is left: computed from what is there."""

from __future__ import annotations

from datetime import date

from django.conf import settings

from mix.data.models import CustodyKey, DocumentTemplate, Message, Municipality
from mix.readers.city.letterheads import find_letterhead
from mix.rules.city.first_run import Facts, Item, list_items
from mix.rules.core.access import Role

TRIED = "mail_tried"  # the code of a test mail


def gather_facts(city: Municipality, *, on: date) -> Facts:
    """Gather what is there of a city on a day."""
    head = find_letterhead(city)
    return Facts(
        is_named=all(code in city.wording("name").texts for code, _name in settings.LANGUAGES),
        has_address=bool(head and head.address and (head.email or head.phone)),
        has_look=bool(head and head.logo_type and head.colour),
        departments=city.departments.filter(closed_at=None).count(),
        roles=frozenset(map(Role, city.staff.filter(ended_at=None).values_list("role", flat=True))),
        mail_arrived=_mail_arrived(city),
        has_bylaw=city.bylaws.exclude(signed_at=None).exists(),
        has_bands=city.bands.exists(),
        has_days=city.own_days.filter(on__gte=on).exists(),
        has_posting=bool(city.posting_address),
        has_recovery=CustodyKey.objects.filter(municipality=city, solicitation=None, retired_at=None).exists(),
        has_template=DocumentTemplate.objects.filter(municipality=city).exists(),
        has_identity=city.identity_providers.filter(ended_at=None).exists(),
    )


def _mail_arrived(city: Municipality) -> bool:
    """Say whether mail of the city arrives: a link of an invitation was opened, or a test mail was taken."""
    opened = city.invitations.exclude(accepted_at=None).exclude(invited_by=None)
    return opened.exists() or Message.objects.filter(city=city.code, code=TRIED).exclude(sent_at=None).exists()


def gather_first_run(city: Municipality, *, on: date) -> tuple[Item, ...]:
    """List what a city sets up before its people work, each done or not, on a day of the city's."""
    return list_items(gather_facts(city, on=on))
