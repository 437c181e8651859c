"""How often something may be done: by one account, and where nobody is signed in from one address."""

from __future__ import annotations

import time
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from mix.web.drawing.requests import actor_of


def hops_of(request: HttpRequest) -> list[str]:
    """List the addresses that a request says it came through, the nearest last; a visitor may have begun the list."""
    return [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]


def address_of(request: HttpRequest) -> str:
    """Return the address from which a request came: what the outermost of our own proxies saw (MIX_PROXIES)."""
    hops = hops_of(request)
    seen = hops[-settings.PROXIES] if 0 < settings.PROXIES <= len(hops) else ""
    for text in (seen, seen.rpartition(":")[0].strip("[]"), request.META.get("REMOTE_ADDR", "")):
        try:
            return str(ip_address(text))
        except ValueError:
            continue
    return "unknown"


def place_of(request: HttpRequest) -> str:
    """Return what is counted as one place: of IPv6 whoever has one address has the network of it."""
    address = address_of(request)
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network(f"{found}/64", strict=False)) if isinstance(found, IPv6Address) else address


def is_within(what: str, who: str, *, most: int, within: int) -> bool:
    """Count that somebody does something, and say whether that is still no more than `most` in so many seconds."""
    key = f"mix:{what}:{who}:{int(time.time() / within)}"
    cache.add(key, 0, timeout=within)
    return cache.incr(key) <= most


@dataclass(frozen=True)
class Limit:
    """How often something may be done in an hour: by one account, and by those who are signed out at one address."""

    by_person: int
    by_address: int = 0
    WITHIN = 3600

    def allows(self, request: HttpRequest, what: str) -> bool:
        """Count one more, and say whether it may be done."""
        person = actor_of(request).person
        if person is not None:
            return is_within(what, f"person-{person.pk}", most=self.by_person, within=self.WITHIN)
        return is_within(what, place_of(request), most=self.by_address, within=self.WITHIN)
