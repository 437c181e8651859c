"""Whole challenges, from an empty database to their end, carried out on pages by every role."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.acts import EVERY_ACT
from tests.journeys.conftest import ROOT, Site, serving
from tests.journeys.play import Play

pytestmark = pytest.mark.journey

SCENARIOS = ROOT / "catalogue/scenarios"
FIRST_GATES = 16  # acts of the sprint scenario that the gate carries out


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Site]:
    """Serve a demonstration that holds people and vendors, and no challenge."""
    with serving(tmp_path, "--empty") as site:
        yield site


def test_a_sprint_challenge_passes_its_first_gates(browser: Browser, empty: Site) -> None:
    """Try the longest scenario, without script, up to its first signed gate; `make lab` carries it to its end."""
    with Play(browser, empty, SCENARIOS / "10-guelph-roads.yaml", javascript=False) as play:
        play.run(EVERY_ACT, last=FIRST_GATES)
        visitor = play.person("priya")
        visitor.go(f"/en/city/challenges/{play.code}/")
        visitor.check()


@pytest.mark.lab
@pytest.mark.parametrize("javascript", [True, False], ids=["script", "plain"])
def test_a_sprint_challenge_from_need_to_outcome(browser: Browser, empty: Site, javascript: bool) -> None:
    with Play(browser, empty, SCENARIOS / "10-guelph-roads.yaml", javascript=javascript) as play:
        play.run(EVERY_ACT)
        visitor = play.person("")
        visitor.go(f"/en/challenges/{play.code}/")
        visitor.sees("Completed")
        visitor.sees("Streets are rated monthly.")
        auditor = play.person("audrey")
        auditor.go(f"/en/oversight/{play.code}/?whole")
        auditor.sees("entries hold")


@pytest.mark.lab
def test_nobody_answers_and_the_chosen_vendor_is_disqualified_after_award(browser: Browser, empty: Site) -> None:
    with Play(browser, empty, SCENARIOS / "40-fleet-vans.yaml", javascript=True, custody="split") as play:
        play.run(EVERY_ACT)
        visitor = play.person("")
        visitor.go(f"/en/challenges/{play.code}/")
        visitor.sees("Completed")
        visitor.sees("Nobody answered. The request is published again.")
        visitor.sees("After a disqualification the next-ranked bid is accepted.")
        officer = play.person("olivia")
        officer.go(f"/en/city/challenges/{play.code}/whole/")
        officer.sees("Its declaration about a conflict of interest was untrue (fictional).")
        officer.check()


@pytest.mark.lab
def test_a_cancelled_challenge_is_begun_again_with_what_was_written(browser: Browser, empty: Site) -> None:
    with Play(browser, empty, SCENARIOS / "50-downtown-parking.yaml", javascript=False) as play:
        play.run(EVERY_ACT)
        lead = play.person("priya")
        lead.go(play.step_path("commissioning"))
        lead.sees("A third of downtown traffic at noon is looking for a place.")
        lead.check()
        visitor = play.person("")
        visitor.go(f"/en/challenges/{play.code.removesuffix('-2')}/")
        visitor.sees("Cancelled")
        visitor.check()
