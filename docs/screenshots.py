"""Write the gallery: every kind of page, for each role, at two widths, and the pictures that the docs show."""

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    ("", "home", "/en/"),
    ("", "home-fr", "/fr/"),
    ("", "challenge", "/en/challenges/water-leaks/"),
    ("", "challenge-fr", "/fr/challenges/under-our-streets/"),
    ("", "challenge-completed", "/en/challenges/guelph-roads-sprint/"),
    ("", "history", "/en/challenges/guelph-parking-2016/"),
    ("", "outcomes", "/en/outcomes/"),
    ("", "event", "/en/challenges/guelph-roads-sprint/events/reverse-trade-show/"),
    ("", "how", "/en/how/"),
    ("", "measures", "/en/measures/"),
    ("", "log", "/en/log/"),
    ("", "sign-in", "/en/account/login/"),
    ("", "demo", "/en/demo/"),
    ("stan", "need-new", "/en/city/needs/new/"),
    ("sam", "needs", "/en/city/needs/"),
    ("priya", "desk", "/en/city/"),
    ("priya", "workspace", "/en/city/challenges/downtown-parking-2/commissioning/"),
    ("priya", "scan", "/en/city/challenges/guelph-roads-sprint/market-scan/"),
    ("priya", "sprint-room", "/en/city/challenges/guelph-roads-sprint/sprint-run/"),
    ("olivia", "call-sealed", "/en/city/challenges/water-leaks/invitation/"),
    ("olivia", "opening", "/en/city/calls/UNDER-OUR-STREETS-RFSQ8/custody/"),
    ("martin", "recovery-key", "/en/city/settings/guelph/recovery/"),
    ("olivia", "evaluation", "/en/city/challenges/under-our-streets/shortlist/"),
    ("olivia", "award", "/en/city/challenges/guelph-roads-sprint/sale/"),
    ("priya", "outcome", "/en/city/challenges/guelph-roads-sprint/solution/"),
    ("bea", "workspace-fr", "/fr/city/challenges/under-our-streets/procurement-brief/"),
    ("tess", "vendor", "/en/vendor/"),
    ("remi", "vendor-fr", "/fr/vendor/"),
    ("priya", "variant", "/en/city/settings/guelph/methods/guelph-pilot-week/?step=choice"),
    ("olivia", "disclosure", "/en/city/challenges/young-trees/disclosure/"),
    ("", "disclosure-pack", "/en/challenges/young-trees/disclosures/disclosure/"),
    ("tess", "vendor-sprint", "/en/vendor/sprints/guelph-roads-sprint/test-environment/"),
    ("hugo", "scoring", "/en/evaluation/under-our-streets/shortlist/score/A/"),
    ("chloe", "declare-fr", "/fr/evaluation/under-our-streets/shortlist/declare/"),
    ("hugo", "consensus", "/en/evaluation/guelph-roads-sprint/select-winner/consensus/"),
    ("audrey", "case-file", "/en/oversight/guelph-roads-sprint/"),
    ("martin", "authority-fr", "/fr/city/settings/guelph/authority/"),
    ("martin", "bylaw", "/en/city/settings/guelph/bylaw/"),
    ("pat", "findings", "/en/city/challenges/under-our-streets/policy/"),
    ("martin", "pilots", "/en/city/pilots/"),
    ("sam", "pilot", "/en/city/pilots/permitai/"),
    ("", "pilots-public-fr", "/fr/pilots/"),
    ("olivia", "dates", "/en/city/dates/"),
    ("martin", "working-days", "/en/city/settings/guelph/days/"),
    ("priya", "advice", "/en/city/advice/?scan_says=develop&need_is_firm=yes"),
    ("ada", "staff", "/en/city/settings/guelph/staff/"),
    ("ada", "first-steps", "/en/city/settings/guelph/setup/"),
    ("ada", "city-face", "/en/city/settings/guelph/face/"),
]
# Pages whose addresses are drawn anew in each demonstration: reached by the first such link of another page.
LINKED = [
    ("tess", "receipt", "/en/vendor/", "a[href*='/vendor/receipts/']"),
    ("tess", "letter", "/en/vendor/", "a[href*='/vendor/letters/']"),
]
PICTURES = (
    *("workspace", "findings", "bylaw", "pilots", "disclosure", "disclosure-pack", "variant"),
    *("receipt", "letter", "opening", "scoring", "consensus", "first-steps", "city-face"),
)
ANOTHER_TABLE = b"""citation: Procurement By-law, as proposed
bands:
  - {category: services, up_to_cents: 2500000, method: direct}
  - {category: services, method: open}
least_days: 30
"""


def main() -> None:
    """Serve a fresh demonstration, visit every page, write the pictures."""
    gallery, pictures = ROOT / "gallery", ROOT / "docs" / "pictures"
    gallery.mkdir(exist_ok=True)
    pictures.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mix-gallery-") as folder:
        environment = {**os.environ, "MIX_DEMO": "1", "MIX_DATA_DIR": folder, "PORT": "8457"}
        server = subprocess.Popen([sys.executable, "-m", "mix.jobs.cli", "demo"], env=environment)
        try:
            wait_for("http://127.0.0.1:8457/en/")
            visit(gallery)
        finally:
            server.terminate()
            server.wait()
    picture_components(pictures)
    for name in PICTURES:
        (pictures / f"{name}.png").write_bytes((gallery / f"{name}-1280.png").read_bytes())


def wait_for(url: str) -> None:
    """Wait until the site answers, two minutes at most."""
    for _ in range(240):
        try:
            urllib.request.urlopen(url, timeout=2)  # noqa: S310 - our own address
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise SystemExit("the demonstration did not start")


def propose(page: Page) -> None:
    """Propose another table, so that the page shows what it changes."""
    page.click("summary:has-text('Propose a file')")
    file = {"name": "guelph.yaml", "mimeType": "text/yaml", "buffer": ANOTHER_TABLE}
    page.set_input_files("form:has(input[value=upload]) input[type=file]", files=[file])  # type: ignore[list-item]  # a FilePayload
    page.fill("form:has(input[value=upload]) input[name=effective_on]", "2027-01-01")
    page.click("form:has(input[value=upload]) button")


def chromium(playwright: Playwright) -> Browser:
    """Start Chromium."""
    return playwright.chromium.launch(
        executable_path=os.environ.get("MIX_CHROMIUM", "/usr/bin/chromium"),
        args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
    )


def picture_components(pictures: Path) -> None:
    """Take a picture of each component in all its states."""
    with tempfile.TemporaryDirectory(prefix="mix-gallery-") as folder, sync_playwright() as playwright:
        drawn = Path(folder, "components.html")
        subprocess.run([sys.executable, str(ROOT / "docs/components.py"), str(drawn)], check=True)  # noqa: S603 - our own
        browser = chromium(playwright)
        page = browser.new_page(viewport={"width": 800, "height": 900})
        page.goto(drawn.as_uri())
        for section in page.locator("section").all():
            section.screenshot(path=str(pictures / f"component-{section.get_attribute('id')}.png"))
        browser.close()


def visit(gallery: Path) -> None:
    """Take every page at both widths."""
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        for who, name, path, link in [*((*page, "") for page in PAGES), *LINKED]:
            for width in (1280, 320):
                page = browser.new_page(viewport={"width": width, "height": 900})
                if who:
                    page.goto("http://127.0.0.1:8457/en/demo/")
                    page.click(f"form[action$='/demo/{who}/'] button")
                page.goto(f"http://127.0.0.1:8457{path}")
                if link:
                    page.goto(f"http://127.0.0.1:8457{page.locator(link).first.get_attribute('href')}")
                if name == "bylaw" and width == 1280:
                    propose(page)
                page.screenshot(
                    path=str(gallery / f"{name}-{width}.png"), full_page=width == 320 or name != "workspace"
                )
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
