"""Public pages from memory, for whoever is not signed in: while each is, byte for byte, what a fresh one would be.

What is kept holds until something public changes (`data.changes`) and until the clock changes the page
(`requests.holds_until`). A page that sets a cookie or holds the token of a form is never kept, and never compressed
(docs/decisions/0017-page-cache.md).
"""

from __future__ import annotations

import gzip
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import TypeAlias

import brotli  # type: ignore[import-untyped]  # it brings no types
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from mix.data.changes import begin, stamp
from mix.readers.core.clock import read_clock
from mix.web.drawing.requests import held_until, now_of

Key: TypeAlias = tuple[str, ...]
LONGEST_KEY = 500  # characters
LARGEST = 512 * 1024  # bytes of a page as it is drawn
OVERHEAD = 2048  # bytes that an entry takes beside its page
# However sure it is of itself, a page is drawn anew after so long: nobody foresees everything.
LONGEST = timedelta(seconds=60)
PUBLIC = "mix.web.public."
ALSO_PUBLIC = frozenset({"vendor-preview"})
IN_LANGUAGE = re.compile(f"/({'|'.join(code for code, _name in settings.LANGUAGES)})/")
ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda page: brotli.compress(page, quality=4),
    "gzip": lambda page: gzip.compress(page, 6, mtime=0),
    "identity": lambda page: page,
}
DECODERS: dict[str, Callable[[bytes], bytes]] = {"br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes}
_KEPT_ON_304 = ("Cache-Control", "ETag", "Vary", "Content-Language")


@lru_cache(maxsize=256)
def encoding_for(accepted: str) -> str:
    """Return how a page is sent to who accepts this (RFC 9110, 12.5.3): the smallest of what is accepted."""
    wanted: dict[str, float] = {}
    for part in accepted.lower().split(","):
        name, _sep, parameters = part.strip().partition(";")
        weight = re.search(r"q\s*=\s*([01](?:\.\d{0,3})?)\s*$", parameters)
        wanted[name.strip()] = float(weight[1]) if weight else 1.0
    return next((name for name in ("br", "gzip") if wanted.get(name, wanted.get("*", 0.0)) > 0), "identity")


@dataclass
class Entry:
    """One page: what it was drawn from, when and until when it holds, its headers, and its bodies by encoding."""

    mark: Hashable
    at: datetime
    until: datetime
    headers: dict[str, str]
    bodies: dict[str, bytes] = field(default_factory=dict)

    def holds(self, mark: Hashable, now: datetime) -> bool:
        """Say whether a page that is drawn now would be the same."""
        return self.mark == mark and self.at <= now < self.until

    def body(self, encoding: str) -> bytes:
        """Return the body, encoded at most once."""
        found = self.bodies.get(encoding)
        if found is None:
            known, body = next(iter(self.bodies.items()))
            found = self.bodies[encoding] = ENCODERS[encoding](DECODERS[known](body))
        return found

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer with the page, or that it is still the one that the browser has."""
        if known := request.META.get("HTTP_IF_NONE_MATCH"):
            weak = self.headers["ETag"]
            if known == weak or any(weak in (tag, f"W/{tag}", "*") for tag in parse_etags(known)) or known == "*":
                kept = {name: self.headers[name] for name in _KEPT_ON_304 if name in self.headers}
                return HttpResponseNotModified(headers=kept)
        encoding = encoding_for(request.META.get("HTTP_ACCEPT_ENCODING", "")[:200])
        body = self.body(encoding)
        headers = {**self.headers, "Content-Length": str(len(body))}
        if encoding != "identity":
            headers["Content-Encoding"] = encoding
        return HttpResponse(b"" if request.method == "HEAD" else body, headers=headers)


class Shelf:
    """Entries by key, as many as fit into so many bytes: what nobody asked for longest goes first."""

    def __init__(self, most: int) -> None:
        self.most, self.bytes = most, 0
        self._entries: OrderedDict[Key, tuple[Entry, int]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: Key) -> Entry | None:
        """Return what is kept under a key."""
        with self._lock:
            if key not in self._entries:
                return None
            self._entries.move_to_end(key)
            return self._entries[key][0]

    def keep(self, key: Key, entry: Entry) -> None:
        """Keep an entry, with room for its other encodings, over what was there."""
        size = 2 * sum(map(len, entry.bodies.values())) + sum(map(len, key)) + OVERHEAD
        with self._lock:
            self.bytes -= self._entries.pop(key, (entry, 0))[1]
            if size > self.most:
                return
            self._entries[key] = entry, size
            self.bytes += size
            while self.bytes > self.most:
                _key, (_entry, freed) = self._entries.popitem(last=False)
                self.bytes -= freed

    def __len__(self) -> int:
        return len(self._entries)


class PageCacheMiddleware:
    """Answers for everything below it while what it keeps holds."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        # Whoever asks for every filter and every page fills a shelf of their own.
        self.plain, self.asked = Shelf(settings.PAGE_CACHE * 3 // 4), Shelf(settings.PAGE_CACHE // 4)
        if settings.PAGE_CACHE:
            begin()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer from memory, or keep what is drawn. Whoever has a session is passed on."""
        if (
            request.method not in ("GET", "HEAD")
            or settings.SESSION_COOKIE_NAME in request.COOKIES
            or not IN_LANGUAGE.match(request.path_info)
        ):
            return self.get_response(request)
        key = key_of(request)
        mark = stamp() if settings.PAGE_CACHE and sum(map(len, key)) <= LONGEST_KEY else None
        shelf = self.asked if key[-1] else self.plain
        if mark is not None:
            entry = shelf.find(key)
            if entry and entry.holds(mark, read_clock()):
                return entry.answer(request)
        response = self.get_response(request)
        if not is_everybodys(request, response):
            return response
        until, drawn = held_until(request), now_of(request)
        entry = Entry(mark, drawn, min(until or drawn, drawn + LONGEST), headers_of(response))
        encoding = encoding_for(request.META.get("HTTP_ACCEPT_ENCODING", "")[:200])
        entry.bodies[encoding] = ENCODERS[encoding](response.content)
        if mark is not None and entry.until > drawn:
            shelf.keep(key, entry)
        return entry.answer(request)


def key_of(request: HttpRequest) -> Key:
    """Return all of a request without cookies that a public page may depend on; the query comes last."""
    meta = request.META
    return request.scheme or "", meta.get("HTTP_HOST", ""), request.path_info, meta.get("QUERY_STRING", "")


def is_everybodys(request: HttpRequest, response: HttpResponse) -> bool:
    """Say whether a page is the same for everybody who is not signed in, and holds no secret: no cookie, no token."""
    match = request.resolver_match
    return (
        response.status_code == 200
        and not response.streaming
        and match is not None
        and (match.func.__module__.startswith(PUBLIC) or match.view_name in ALSO_PUBLIC)
        and not response.cookies
        and not response.has_header("Cache-Control")
        and len(response.content) <= LARGEST
    )


def headers_of(response: HttpResponse) -> dict[str, str]:
    """Return the headers of a page that is kept: browsers keep it too, and ask each time whether it holds."""
    response.headers["ETag"] = f'W/"{blake2b(response.content, digest_size=12).hexdigest()}"'
    response.headers["Cache-Control"] = "no-cache"
    patch_vary_headers(response, ("Accept-Encoding", "Cookie"))
    return dict(response.headers)
