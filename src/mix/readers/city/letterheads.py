"""How cities appear, as it is drawn: without the picture itself, which has its own address."""

from __future__ import annotations

from django.db.models import QuerySet

from mix.data.asked import asked
from mix.data.models import Letterhead, Municipality
from mix.readers.city.municipalities import list_municipalities
from mix.readers.core.errors import Unknown


def find_letterhead(city: Municipality) -> Letterhead | None:
    """Return how a city appears, None where nobody has said it."""
    return next(iter(_of(city.pk)), None)


@asked
def _of(city: int) -> QuerySet[Letterhead]:
    return Letterhead.objects.filter(municipality_id=city).defer("logo")


def list_reached() -> list[tuple[Municipality, Letterhead | None]]:
    """List every city with where it is reached, by name."""
    heads = {row.municipality_id: row for row in Letterhead.objects.defer("logo")}
    return [(city, heads.get(city.pk)) for city in list_municipalities()]


def get_logo(code: str) -> tuple[bytes, str]:
    """Return a city's logo and its media type. Raises Unknown."""
    row = Letterhead.objects.filter(municipality__code=code).exclude(logo_type="").first()
    if row is None:
        raise Unknown
    return bytes(row.logo), row.logo_type


def get_colours(code: str) -> tuple[str, str]:
    """Return a city's two colours, empty where they are the site's. Raises Unknown."""
    row = Letterhead.objects.filter(municipality__code=code).values_list("colour", "accent").first()
    if row is None or not any(row):
        raise Unknown
    return row
