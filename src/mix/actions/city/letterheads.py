"""Verbs on how a city appears: its name and address, its colours, its logo."""

from __future__ import annotations

from hashlib import sha256

from mix.actions.core.deeds import Deed
from mix.data.models import Letterhead, Municipality
from mix.data.models.core.wordings import columns_of
from mix.readers.city.municipalities import get_own_municipality
from mix.rules.city.letterheads import read_logo, unmet_of_colours
from mix.rules.core.access import Permission
from mix.rules.core.fields import Wording
from mix.rules.core.lines import is_one_line
from mix.rules.core.unmet import refuse_if, require


def _own(deed: Deed, municipality: Municipality) -> tuple[Municipality, Letterhead]:
    """Lock a city whose face the actor may change, and return what there is of it."""
    city = get_own_municipality(municipality.code, actor=deed.actor, needs=Permission.CITY_EDIT)
    city = Municipality.objects.select_for_update().get(pk=city.pk)
    head = Letterhead.objects.filter(municipality=city).first() or Letterhead(municipality=city)
    head.set_by, head.set_at = deed.actor.someone, deed.now
    return city, head


def describe(
    deed: Deed,
    municipality: Municipality,
    *,
    name: Wording,
    posting_address: str,
    address: str,
    email: str,
    phone: str,
) -> Letterhead:
    """Say what a city is called, where it is reached, and where its official notices are posted."""
    require(bool(address.strip()), "answer_missing", field="address")
    for field, text in {"posting_address": posting_address, "phone": phone, "email": email}.items():
        require(is_one_line(text), "not_one_line", field=field)
    require(all(map(is_one_line, name.texts.values())), "not_one_line", field="name")
    city, head = _own(deed, municipality)
    before = city.name
    for column, value in columns_of(name=name).items():
        setattr(city, column, value)
    city.posting_address = posting_address
    city.save(update_fields=["name", "translations", "posting_address"])
    head.address, head.email, head.phone = address.strip(), email, phone
    head.save()
    deed.record("letterheads.describe", city, payload={"name": name.texts, "before": before})
    return head


def set_colours(deed: Deed, municipality: Municipality, *, colour: str, accent: str) -> Letterhead:
    """Choose a city's colours, as six digits; empty: the site's own. Raises Refused for those that few can read."""
    chosen = {key: text.strip().lstrip("#").lower() for key, text in (("colour", colour), ("accent", accent))}
    refuse_if(unmet_of_colours(**chosen))
    city, head = _own(deed, municipality)
    head.colour, head.accent = chosen["colour"], chosen["accent"]
    head.save()
    deed.record("letterheads.set_colours", city, payload=chosen)
    return head


def set_logo(deed: Deed, municipality: Municipality, *, content: bytes, alt: Wording) -> Letterhead:
    """Set a city's logo, with what it says for those who do not see it. Raises Refused for what is no picture."""
    require(all(map(is_one_line, alt.texts.values())), "not_one_line", field="alt")
    picture = read_logo(content)
    city, head = _own(deed, municipality)
    head.logo, head.logo_type = picture.content, picture.media_type
    head.reword(logo_alt=alt).save()
    _record_logo(deed, city, picture.content)
    return head


def drop_logo(deed: Deed, municipality: Municipality) -> None:
    """Show a city by its name alone."""
    city, head = _own(deed, municipality)
    head.logo, head.logo_type, head.logo_alt, head.translations = b"", "", "", {}
    head.save()
    _record_logo(deed, city, b"")


def _record_logo(deed: Deed, city: Municipality, content: bytes) -> None:
    deed.record("letterheads.set_logo", city, payload={"sha256": sha256(content).hexdigest() if content else ""})
