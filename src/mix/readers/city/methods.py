"""Methods as they were pinned, parsed once per process."""

from hashlib import sha256

from django.db.models import Q, QuerySet

from mix.data.asked import asked
from mix.data.models import Event, MethodVersion
from mix.readers.core.errors import Unknown
from mix.readers.core.kept import Difference
from mix.rules.city.method_files import parse
from mix.rules.city.methods import Method
from mix.rules.core.kinds import Route

MOST = 64  # versions that a process keeps parsed
_parsed: dict[str, dict[Route | None, Method]] = {}


def method_of(version: MethodVersion) -> Method:
    """Return the parsed document of a pinned version. The document itself is fetched where it is not yet known."""
    return _known(version)[None]


def method_on(version: MethodVersion, route: Route) -> Method:
    """Return a pinned version as it runs on one route, as `method_of` does."""
    known = _known(version)
    if route not in known:
        known[route] = known[None].on(route)
    return known[route]


def _known(version: MethodVersion) -> dict[Route | None, Method]:
    found = _parsed.get(version.digest)
    if found is None:
        found = {None: parse(version.document)}
        if len(_parsed) >= MOST:
            _parsed.clear()
        _parsed[version.digest] = found
    return found


def get_latest(key: str) -> MethodVersion:
    """Return the latest version of a method. Raises Unknown."""
    found = MethodVersion.objects.filter(key=key).order_by("-version").first()
    if found is None:
        raise Unknown
    return found


def list_latest(*, city: str = "") -> list[MethodVersion]:
    """List the latest version of every method of the catalogue, by key, then of a city's own variants."""
    latest: dict[str, MethodVersion] = {}
    for version in _versions(city):
        latest[version.key] = version
    return sorted(latest.values(), key=lambda v: v.municipality_id is not None)


def list_method_differences() -> list[Difference]:
    """Compare the document of every version with the digest that the log has of its publication, and its row's own.

    A method says who decides at which gate and how a panel scores: running cases follow the document as it is.
    """
    told = dict(_published())
    found = []
    for version in MethodVersion.objects.order_by("key", "version"):
        name, digest = f"{version.key}-{version.version}", sha256(version.document.encode()).hexdigest()
        if name not in told:
            found.append(Difference(f"methods/{name}", "row_unlogged"))
        elif not told[name] == version.digest == digest:
            found.append(Difference(f"methods/{name}", "row_altered"))
        told.pop(name, None)
    return found + [Difference(f"methods/{name}", "row_missing") for name in told]


def _published() -> list[tuple[str, str]]:
    """Return each version that was published, of the catalogue or a city's own, with the digest of its document."""
    rows = Event.objects.filter(verb__in=["methods.publish_method", "variants.publish"]).order_by("pk")
    return [
        (
            e.subject if e.verb == "methods.publish_method" else f"{e.subject}-{e.payload['version']}",
            e.payload["digest"],
        )
        for e in rows
    ]


@asked
def _versions(city: str) -> QuerySet[MethodVersion]:
    rows = MethodVersion.objects.filter(Q(municipality=None) | Q(municipality__code=city))
    return rows.defer("document").order_by("key", "version")
