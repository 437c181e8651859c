"""Methods as they were pinned, parsed once per process."""

from functools import lru_cache

from django.db.models import Q

from mix.data.models import MethodVersion
from mix.readers.core.errors import Unknown
from mix.rules.city.method_files import parse
from mix.rules.city.methods import Method
from mix.rules.core.kinds import Route


@lru_cache(maxsize=64)
def _parsed(digest: str, document: str) -> Method:  # noqa: ARG001 - the digest is the key
    return parse(document)


def method_of(version: MethodVersion) -> Method:
    """Return the parsed document of a pinned version."""
    return _parsed(version.digest, version.document)


@lru_cache(maxsize=256)
def _on(digest: str, document: str, route: Route) -> Method:
    return _parsed(digest, document).on(route)


def method_on(version: MethodVersion, route: Route) -> Method:
    """Return a pinned version as it runs on one route."""
    return _on(version.digest, version.document, route)


def get_latest(key: str) -> MethodVersion:
    """Return the latest version of a method. Raises Unknown."""
    found = MethodVersion.objects.filter(key=key).order_by("-version").first()
    if found is None:
        raise Unknown
    return found


def list_latest(*, city: str = "") -> list[MethodVersion]:
    """List the latest version of every method of the catalogue, by key, then of a city's own variants."""
    latest: dict[str, MethodVersion] = {}
    rows = MethodVersion.objects.filter(Q(municipality=None) | Q(municipality__code=city))
    for version in rows.order_by("key", "version"):
        latest[version.key] = version
    return sorted(latest.values(), key=lambda v: v.municipality_id is not None)
