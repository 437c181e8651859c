"""The verb by which a challenge begins from another: its documents and calls begin with what stands there."""

from __future__ import annotations

from collections.abc import Sequence

from mix.actions.case.challenges import City, commission
from mix.actions.case.locking import role_for
from mix.actions.case.pilots import convert
from mix.actions.core.deeds import Deed
from mix.data.models import Challenge, Document, MethodVersion, Municipality, Need, Pilot
from mix.readers.case.challenges import method_for
from mix.readers.case.copying import gather_contents, get_source, is_of_city
from mix.readers.core.errors import Forbidden, Unknown
from mix.rules.case.copying import copied
from mix.rules.core.access import Permission
from mix.rules.core.fields import Wording
from mix.rules.core.kinds import Route
from mix.rules.core.unmet import Refused, Unmet


def begin_from(
    deed: Deed,
    municipality: Municipality,
    *,
    source: str,
    code: str,
    title: Wording,
    question: Wording,
    method: MethodVersion,
    route: Route,
    route_reason: str,
    need: Need | None = None,
    pilot: Pilot | None = None,
    partners: Sequence[City] = (),
) -> Challenge:
    """Begin a challenge from another (its code): the city's own, or one that is public and over.

    Its documents begin with the words that stand in the same boxes there, of another city's with what is public; they
    count once somebody saves them. Its calls begin with the form of the same call there as that is when one is drafted.
    """
    other = _source(deed, source, municipality)
    facts = {
        "code": code,
        "title": title,
        "question": question,
        "method": method,
        "route": route,
        "route_reason": route_reason,
        "partners": partners,
    }
    made = convert(deed, pilot, **facts) if pilot else commission(deed, municipality, need=need, **facts)  # type: ignore[arg-type]  # as they are named above
    made.begun_from = other
    made.save(update_fields=["begun_from"])
    public = not is_of_city(other, municipality)
    found = copied(method_for(made), method_for(other), gather_contents(other, public=public), public=public)
    for document in Document.objects.filter(step__challenge=made, step__key__in=found).select_related("step"):
        document.copies = found[document.step.key]
        document.save(update_fields=["copies"])
    role = role_for(deed.actor.roles_at(municipality.code), Permission.DOCUMENT_EDIT)
    deed.record("challenges.begin_from", made, role=role.value, payload={"of": other.code})
    return made


def _source(deed: Deed, code: str, city: Municipality) -> Challenge:
    try:
        return get_source(code, city=city, actor=deed.actor)
    except (Unknown, Forbidden):
        raise Refused(Unmet("source_not_for_city", {"city": city.name}, field="source")) from None
