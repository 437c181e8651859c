"""Every instrument that runs here as a method of its own, walked from the need to its end by the verbs of the pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from mix.data.models import Award, Challenge, Letter, Participation
from mix.jobs.replay import replay
from mix.readers.case.challenges import get_step
from mix.readers.case.documents import total_value
from mix.readers.choice.prizes import list_published_prizes
from mix.readers.core.catalogue import CATALOGUE
from mix.readers.delivery.agreements import find_contract, list_to_agree_with
from mix.readers.flow.findings import judge
from mix.readers.market.solicitations import find_solicitation
from mix.rules.city.policy.adviser import Kind, parse_instruments

pytestmark = pytest.mark.django_db
WALKS = Path(__file__).parent / "walks"
TOOLBOX = parse_instruments(CATALOGUE.joinpath("instruments.yaml").read_text(encoding="utf-8"))
# Methods that a scenario of the demonstration walks.
IN_SCENARIOS = {"sprint", "traditional-rfp", "agile-pilot"}


def walked(method: str) -> Challenge:
    """Walk a method to its end, and return the challenge as it is then."""
    found = replay(
        WALKS / f"{method}.yaml", today=date(2026, 2, 2), recorded_at=datetime.now(UTC), progress=lambda _text: None
    )
    assert found is not None
    challenge = Challenge.objects.select_related("municipality", "method").get(pk=found.pk)
    assert (challenge.method.key, challenge.status) == (method, "completed")
    assert set(challenge.steps.values_list("state", flat=True)) == {"done"}
    return challenge


def read(client: Client, address: str) -> str:
    """Return the words of a page."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def standings(challenge: Challenge) -> dict[str, str]:
    return dict(Participation.objects.filter(challenge=challenge).values_list("vendor__code", "standing"))


def test_every_method_by_which_an_instrument_runs_is_walked() -> None:
    named = {key for one in TOOLBOX if one.kind is Kind.INSTRUMENT for key in one.runs_in}
    assert named == IN_SCENARIOS | {path.stem for path in WALKS.glob("*.yaml")}


def test_three_quotations_end_in_the_lowest_that_meets_the_specification() -> None:
    challenge = walked("quotations")
    assert standings(challenge) == {"kestrel": "qualified", "northlight": "awarded", "tamarack": "qualified"}
    award = Award.objects.get(step__challenge=challenge)
    assert (award.vendor.code, award.value_cents) == ("northlight", 2_800_000)
    assert award.notice is not None
    assert award.notice.details["competition"] == "quotes"
    assert total_value(challenge) == 4_000_000  # options are not asked for, so there are none
    facts = judge(get_step(challenge, "request"), now=award.recommended_at).facts["guelph"]
    assert (facts["competition"], facts["quotes"], facts["is_public_call"]) == ("quotes", 3, False)


def test_a_micro_purchase_needs_neither_panel_nor_award() -> None:
    challenge = walked("micro-purchase")
    assert not Award.objects.filter(step__challenge=challenge).exists()
    assert [v.code for v in list_to_agree_with(get_step(challenge, "contract"))] == ["kestrel"]
    contract = find_contract(challenge)
    assert contract is not None
    assert (contract.vendor.code, contract.value_cents, contract.state) == ("kestrel", 64_000, "signed")
    facts = judge(get_step(challenge, "price"), now=contract.drafted_at).facts["guelph"]
    assert (facts["competition"], facts["quotes"]) == ("direct", 1)


def test_a_request_for_information_chooses_nobody_and_publishes_what_it_taught(
    sign_in: Callable[[str], Client],
) -> None:
    challenge = walked("request-for-information")
    assert standings(challenge) == {"kestrel": "interested", "tamarack": "interested"}
    assert total_value(challenge) == 0
    page = read(sign_in(""), f"/en/challenges/{challenge.code}/")
    assert "Microphones are on sale; none is used in winter." in page
    assert "By the street." not in page


def test_a_contest_gives_the_prizes_that_its_notice_fixed(sign_in: Callable[[str], Client]) -> None:
    challenge = walked("contest")
    assert standings(challenge) == {"kestrel": "awarded", "northlight": "qualified", "tamarack": "awarded"}
    call = find_solicitation(get_step(challenge, "entries"))
    assert call is not None
    rules = call.rules["jury"]
    assert (rules.prizes, rules.most) == ((600_000, 250_000), 2)
    assert [(won["rank"], won["vendor"], won["cents"]) for won in list_published_prizes(challenge)] == [
        (1, "Tamarack Ground Data Co-op", 600_000),
        (2, "Kestrel Analytics Ltd.", 250_000),
    ]
    assert total_value(challenge) == 850_000
    page = read(sign_in(""), f"/en/challenges/{challenge.code}/")
    assert "1 Tamarack Ground Data Co-op CAD 6,000" in page
    assert "Northlight" not in page
    letters = {letter.vendor.code: letter for letter in Letter.objects.filter(evaluation__step__challenge=challenge)}
    won = read(sign_in("kim"), f"/en/vendor/letters/{letters['kestrel'].pk}/")
    assert "You win a prize" in won
    assert "Your prize by this rank is CAD 2,500" in won
    lost = read(sign_in("nora"), f"/en/vendor/letters/{letters['northlight'].pk}/")
    assert "You win no prize" in lost
    assert "2,500" not in lost
    assert "2 Kestrel Analytics Ltd. CAD 2,500" in read(
        sign_in("olivia"), f"/en/city/challenges/{challenge.code}/jury/"
    )


def test_a_tender_goes_to_the_lowest_that_complies() -> None:
    challenge = walked("tender")
    assert standings(challenge) == {"kestrel": "qualified", "tamarack": "awarded"}


def test_an_invitation_to_negotiate_goes_on_with_the_next_and_is_measured() -> None:
    challenge = walked("invitation-to-negotiate")
    states = list(Award.objects.filter(step__challenge=challenge).order_by("id").values_list("vendor__code", "state"))
    assert states == [("kestrel", "failed"), ("tamarack", "approved")]
    assert challenge.outcomereadings.count() == 3


def test_research_goes_on_with_as_many_as_its_brief_says_and_counts_every_phase() -> None:
    challenge = walked("research-in-phases")
    assert standings(challenge) == {"kestrel": "shortlisted", "northlight": "qualified", "tamarack": "admitted"}
    most = {
        key: find_solicitation(get_step(challenge, call)).rules[key].most  # type: ignore[union-attr]  # it is there
        for call, key in (("proposals", "first-choice"), ("designs", "second-choice"))
    }
    assert most == {"first-choice": 2, "second-choice": 1}
    assert total_value(challenge) == 3_000_000
