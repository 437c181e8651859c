"""Every kind of page is looked at by axe, at 320 and 1280 px, in both languages."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import ROOT, Site, Visitor

pytestmark = pytest.mark.journey
PUBLIC = [
    "",
    "challenges/",
    "challenges/water-leaks/",
    "challenges/guelph-roads-sprint/",
    "challenges/guelph-parking-2016/",
    "outcomes/",
    "pilots/",
    "pilots/binsense/",
    "pilots/crossing/",
    "how/",
    "measures/",
    "log/",
    "accessibility/",
    "about/",
    "contact/",
    "for-vendors/",
    "for-cities/",
    "privacy/",
    "demo/",
    "demo/outbox/",
    "account/login/",
    "account/signup/",
    "account/signup/passkey/",
    "account/password/reset/",
    "challenges/guelph-roads-sprint/events/reverse-trade-show/",
    "challenges/young-trees/disclosures/disclosure/",
    "calls/WATER-LEAKS-RFSQ8/",
    "vendor/calls/WATER-LEAKS-RFSQ8/preview/",
]
STEPS = [
    "commissioning",
    "market-engagement",
    "market-scan",
    "reverse-trade-show",
    "procurement-brief",
    "invitation",
    "shortlist",
    "mvp-plan",
    "sprint-agreements",
    "test-environment",
    "sprint-run",
    "select-winner",
    "sale",
    "sign-contract",
    "co-design",
    "procurement-support",
    "execute",
    "solution",
]
BY_ROLE = {
    "priya": [
        "city/",
        "city/waits/",
        "city/search/?q=streets",
        "city/needs/",
        "city/needs/N-TREES/",
        "city/needs/new/",
        "city/pilots/",
        "city/dates/",
        "city/pilots/new/?declare",
        "city/pilots/permitai/",
        "city/pilots/idlefree/",
        "city/pilots/binsense/",
        "city/challenges/",
        "city/challenges/new/",
        "city/advice/?scan_says=develop&need_is_firm=yes&has_purchase_budget=yes",
        "city/challenges/water-leaks/whole/",
        "city/challenges/water-leaks/log/",
        "city/challenges/downtown-parking-2/commissioning/",
        "city/challenges/guelph-roads-sprint/procurement-brief/versions/",
        "city/settings/guelph/template/",
        "city/challenges/young-trees/disclosure/",
        "city/settings/guelph/methods/",
        "city/settings/guelph/methods/guelph-pilot-week/",
        "city/settings/guelph/methods/guelph-pilot-week/?step=choice",
        "me/sessions/",
        "me/account/",
        "me/follows/",
    ],
    "olivia": [
        "city/challenges/water-leaks/invitation/",
        "city/challenges/guelph-roads-sprint/invitation/call/",
        "city/challenges/guelph-roads-sprint/invitation/publish/",
        "city/challenges/water-leaks/policy/",
        "city/challenges/under-our-streets/shortlist/",
        "city/challenges/under-our-streets/policy/",
        "city/challenges/fleet-vans/company-wins/",
    ],
    "tess": [
        "vendor/",
        "vendor/register/",
        "vendor/trials/",
        "vendor/team/tamarack/",
        "vendor/calls/WATER-LEAKS-RFSQ8/",
        "vendor/sprints/guelph-roads-sprint/test-environment/",
    ],
    "hugo": [
        "evaluation/",
        "evaluation/under-our-streets/shortlist/",
        "evaluation/under-our-streets/shortlist/declare/",
        "evaluation/under-our-streets/shortlist/across/fit/",
        "evaluation/guelph-roads-sprint/select-winner/consensus/",
    ],
    "audrey": ["oversight/", "oversight/guelph-roads-sprint/"],
    "ada": [
        "city/settings/",
        "city/settings/guelph/mail/",
        "city/settings/guelph/staff/",
        "city/settings/guelph/setup/",
        "city/settings/guelph/face/",
        "city/settings/guelph/go-live/",
    ],
    "martin": ["city/settings/guelph/authority/", "city/settings/guelph/bylaw/", "city/settings/guelph/days/"],
    "leah": ["city/settings/guelph/rules/"],
}


# What the gate looks at: a page of each audience, alternately in English and in French. `make lab` looks at all.
GLANCES = [
    ("", ["", "fr/challenges/water-leaks/", "challenges/guelph-roads-sprint/", "fr/calls/WATER-LEAKS-RFSQ8/"]),
    ("priya", ["fr/city/", "city/challenges/guelph-roads-sprint/sprint-run/", "fr/city/pilots/binsense/"]),
    ("olivia", ["city/challenges/under-our-streets/shortlist/", "fr/city/challenges/water-leaks/invitation/"]),
    ("tess", ["vendor/", "fr/vendor/calls/WATER-LEAKS-RFSQ8/"]),
    ("hugo", ["evaluation/under-our-streets/shortlist/", "fr/evaluation/under-our-streets/shortlist/across/fit/"]),
    ("audrey", ["fr/oversight/guelph-roads-sprint/"]),
    ("ada", ["city/settings/guelph/staff/"]),
]


@pytest.mark.parametrize(("code", "paths"), GLANCES, ids=[code or "public" for code, _ in GLANCES])
def test_a_glance_at_each_audience(visit: Callable[..., Visitor], code: str, paths: list[str]) -> None:
    visitor = visit(code)
    for path in paths:
        visitor.go(f"/{path}" if path.startswith("fr/") else f"/en/{path}")
        visitor.check()


def test_on_a_phone_a_step_has_one_map_and_its_hypotheses_wrap(visit: Callable[..., Visitor]) -> None:
    visitor = visit("priya")
    visitor.go("/en/city/challenges/guelph-roads-sprint/sprint-run/")
    maps, table = visitor.page.locator(".work > .sb, .work nav.map"), visitor.page.locator(".hy")
    assert [row.is_visible() for row in maps.all()] == [True, True]
    visitor.page.set_viewport_size({"width": 320, "height": 800})
    assert [row.is_visible() for row in maps.all()] == [False, True]
    assert visitor.page.locator(".map .here").is_visible()
    assert table.evaluate("t => t.scrollWidth <= t.parentElement.clientWidth")


def test_the_page_of_components(browser: Browser, tmp_path: Path) -> None:
    drawn = tmp_path / "components.html"
    subprocess.run([sys.executable, ROOT / "docs/components.py", drawn], check=True)
    visitor = Visitor(browser, Site("", tmp_path))
    visitor.page.goto(drawn.as_uri())
    assert visitor.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(251, 249, 244)"
    visitor.check()
    visitor.context.close()


@pytest.mark.lab
@pytest.mark.parametrize("language", ["en", "fr"])
def test_public_pages(visit: Callable[..., Visitor], language: str) -> None:
    visitor = visit()
    for path in PUBLIC:
        visitor.go(f"/{language}/{path}")
        visitor.check()


@pytest.mark.lab
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("code", BY_ROLE)
def test_pages_by_role(visit: Callable[..., Visitor], code: str, language: str) -> None:
    visitor = visit(code)
    for path in BY_ROLE[code]:
        visitor.go(f"/{language}/{path}")
        visitor.check()


@pytest.mark.lab
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_kind_of_step(visit: Callable[..., Visitor], language: str) -> None:
    visitor = visit("priya")
    for key in STEPS:
        visitor.go(f"/{language}/city/challenges/guelph-roads-sprint/{key}/")
        visitor.check()
