"""A real `mix serve` on a demonstration world of its own, and Chromium."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.worlds import copy_postgres_world, copy_world, drop_postgres_world

ROOT = Path(__file__).resolve().parents[2]
SHOTS = os.environ.get("MIX_SHOTS", "")  # a folder: then every page that is checked is also photographed
NUMBERS = count(1)
CHROMIUM = os.environ.get("MIX_CHROMIUM", "/usr/bin/chromium")


@dataclass(frozen=True)
class Site:
    """Where the site is, and where it keeps its things."""

    url: str
    data: Path


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Prepare a demonstration and serve it."""
    with serving(tmp_path_factory.mktemp("site")) as served:
        yield served


@pytest.fixture(scope="session")
def writing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve one for journeys that write much, on a panel that still scores, whatever others did to theirs."""
    with serving(tmp_path_factory.mktemp("writing")) as served:
        yield served


@contextmanager
def serving(data: Path, *options: str) -> Iterator[Site]:
    """Serve a copy of the demonstration from an empty folder; with "--empty", of the cast alone."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "MIX_DEMO": "1", "MIX_DATA_DIR": str(data), "PORT": str(port)}
    postgres, name = os.environ.get("DATABASE_URL"), f"mix_site_{os.getpid()}_{port}"
    if postgres is None:
        copy_world(data, empty="--empty" in options)
    elif not options:
        environment["DATABASE_URL"] = copy_postgres_world(data, postgres, name)
    log = (data / "serve.log").open("wb")
    server = subprocess.Popen(
        [sys.executable, "-m", "mix.jobs.cli", "demo", *options], env=environment, stdout=log, stderr=log
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/en/", server, data / "serve.log")
        yield Site(f"http://127.0.0.1:{port}", data)
    finally:
        server.terminate()
        server.wait(20)
        log.close()
        if postgres is not None and not options:
            drop_postgres_world(postgres, name)


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(1200):
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except OSError:
            time.sleep(0.3)
        else:
            return
    raise RuntimeError(f"the site did not start: {log.read_text()[-2000:]}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
            ],
        )
        yield started
        started.close()


class Visitor:
    """Somebody at a browser. Every page that is looked at is checked by axe at both widths."""

    def __init__(self, browser: Browser, site: Site, *, javascript: bool = True) -> None:
        self.site = site
        self.browser = browser
        self.javascript = javascript
        self.context = browser.new_context(java_script_enabled=javascript, viewport={"width": 1280, "height": 900})
        self.page: Page = self.context.new_page()
        self.errors: list[str] = []
        self.page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)

    def sign_in(self, code: str) -> None:
        """Sign in by the card."""
        self.go("/en/demo/")
        self.click(f"form[action$='/demo/{code}/'] button")

    def go(self, path: str) -> None:
        """Open an address of the site."""
        answer = self.page.goto(self.site.url + path)
        assert answer
        assert answer.status == 200, (path, answer.status)

    def act(self, name: str, /, *, item: str = "", **fields: str) -> None:
        """Fill in the form of one act and send it."""
        place = self.form(name, item)
        for key, value in fields.items():
            field = place.locator(f"[name='{key}']").first
            kind = field.evaluate("f => f.type")
            if kind == "radio":
                place.locator(f"[name='{key}'][value='{value}']").check(force=True)
            elif kind == "checkbox" and (of_several := place.locator(f"[name='{key}'][value='{value}']")).count():
                of_several.check(force=True)
            elif kind == "checkbox":
                field.check(force=True)
            elif kind.startswith("select"):
                field.select_option(value)
            else:
                field.fill(value)
        self.click(place.locator("button").last)

    def form(self, name: str, item: str = "") -> Locator:
        """Come to the form of one act as a person would: unfold it, or without script go where it stands alone."""
        form = f"form:has(input[name=act][value='{name}'])"
        if item:
            form = f"form:has(input[name=act][value='{name}']):has(input[name=item][value='{item}'])"
        place = self.page.locator(form).first
        place.evaluate(
            "f => { for (let d = f.closest('details'); d; d = d.parentElement.closest('details')) d.open = true }"
        )
        if not self.javascript and not place.is_visible():
            self.click(self.page.locator(f".apart-link[href*='do={name}&item={item}#']").first)
        return place

    def click(self, target: str | Locator) -> None:
        """Click, and wait until the page that answers is whole: a click returns once its answer has begun."""
        place = self.page.locator(target).first if isinstance(target, str) else target
        place.click()
        self.page.wait_for_load_state()

    def sees(self, text: str) -> None:
        """Expect a text on the page, within the time a page may take."""
        until = time.monotonic() + 20
        while text not in self._content():
            assert time.monotonic() < until, f"{text!r} is not on {self.page.url}"
            self.page.wait_for_timeout(50)

    def sends_file(self, envelope: str = "technical") -> None:
        """Send the file that was chosen, and see that it is sealed; with JavaScript, that the fingerprints agree."""
        chosen = self.page.locator(f"button[value={envelope}]:has-text('Seal and send')")
        self.click(f"button[value={envelope}]" if chosen.count() else "button:has-text('Seal and send')")
        if self.javascript:
            self.page.wait_for_selector("[data-upload-said].ok:has-text('The server has exactly your file.')")
            self.page.wait_for_load_state()
        else:
            self.sees("The file is sealed.")

    def _content(self) -> str:
        """Return the page as it is; nothing while the next one is coming in."""
        try:
            return self.page.content()
        except PlaywrightError:
            return ""

    def check(self) -> None:
        """Have axe look at the page at both widths, and see that nothing is wider than the window."""
        for width in (1280, 320):
            self.page.set_viewport_size({"width": width, "height": 900})
            assert self.page.evaluate("document.documentElement.scrollWidth") <= width, (self.page.url, width)
            if self.javascript:
                found = Axe().run(self.page).response["violations"]
                lines = [f"{v['id']}: {n['html'][:160]}" for v in found for n in v["nodes"]]
                assert lines == [], (self.page.url, width, lines)
            if SHOTS:
                name = re.sub(r"[^a-z0-9]+", "-", urlsplit(self.page.url).path.lower()).strip("-")
                self.page.screenshot(path=Path(SHOTS, f"{next(NUMBERS):03d}-{name}-{width}.png"), full_page=True)
        self.page.set_viewport_size({"width": 1280, "height": 900})
        assert [e for e in self.errors if "the server responded with a status of 4" not in e] == []


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Callable[..., Visitor]]:
    """Return a function that brings a visitor, signed in by a code where one is given."""
    visitors: list[Visitor] = []

    def come(code: str = "", **options: Any) -> Visitor:
        visitor = Visitor(browser, site, **options)
        visitors.append(visitor)
        if code:
            visitor.sign_in(code)
        return visitor

    yield come
    for visitor in visitors:
        visitor.context.close()
