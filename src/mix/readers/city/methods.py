"""Methods as they were pinned, parsed once per process."""

from django.db.models import Q

from mix.data.models import MethodVersion
from mix.readers.core.errors import Unknown
from mix.rules.city.method_files import parse
from mix.rules.city.methods import Method
from mix.rules.core.kinds import Route


class _Pinned:
    """A version by its digest: its document, which is large, is asked for only where nobody here has parsed it."""

    def __init__(self, version: MethodVersion) -> None:
        self.version = version

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Pinned) and self.version.digest == other.version.digest

    def __hash__(self) -> int:
        return hash(self.version.digest)


@lru_cache(maxsize=64)
def _parsed(pinned: _Pinned) -> Method:
    return parse(pinned.version.document)


def method_of(version: MethodVersion) -> Method:
    """Return the parsed document of a pinned version."""
    return _parsed(_Pinned(version))


@lru_cache(maxsize=256)
def _on(pinned: _Pinned, route: Route) -> Method:
    return _parsed(pinned).on(route)


def method_on(version: MethodVersion, route: Route) -> Method:
    """Return a pinned version as it runs on one route."""
    return _on(_Pinned(version), route)


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
