"""A whole sprint challenge, from an empty database to its measured outcome, carried out on pages by every role."""

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import ROOT, serving
from tests.journeys.play import Play

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("javascript", [False], ids=["plain"])
def test_a_sprint_challenge_from_need_to_outcome(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory, javascript: bool
) -> None:
    with serving(tmp_path_factory.mktemp("empty"), "--empty") as site:
        play = Play(browser, site, ROOT / "catalogue/scenarios/10-guelph-roads.yaml", javascript=javascript)
        play.run()
        visitor = play.person("")
        visitor.go(f"/en/challenges/{play.code}/")
        visitor.sees("Completed")
        visitor.sees("Streets are rated monthly.")
        auditor = play.person("audrey")
        auditor.go(f"/en/oversight/{play.code}/")
        auditor.sees("entries hold")
        for somebody in play.people.values():
            somebody.context.close()
