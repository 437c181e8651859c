"""Award and regret leave with the award, not with the panel's recommendation; those concerned hear when it falls."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mix.actions.core.run import run
from mix.actions.flow import moves
from mix.data.models import Award, Challenge, GateSignature, Letter, Message, Vendor, VendorMember
from mix.readers.choice.awards import dispute_until
from mix.readers.core.catalogue import CATALOGUE
from mix.rules.city.method_files import parse

pytestmark = pytest.mark.django_db
DECIDED = {
    "guelph-roads-sprint": [
        ("northlight", "tamarack", False),
        ("releve", "tamarack", False),
        ("tamarack", "tamarack", True),
    ],
    # the award to Wellington is revoked, and who is told of the next one does not include it
    "fleet-vans": [
        ("kestrel", "northlight", False),
        ("kestrel", "wellington", False),
        ("northlight", "northlight", True),
        ("northlight", "wellington", False),
        ("wellington", "wellington", True),
    ],
}


@pytest.mark.parametrize("path", sorted((CATALOGUE / "methods").glob("*.yaml")), ids=lambda p: p.stem)
def test_what_an_award_decides_is_only_recommended(path: Path) -> None:
    method = parse(path.read_text(encoding="utf-8"))
    found = [s.key for s in method.steps if s.evaluation and method.is_only_recommended(s.key)]
    assert (
        found
        == {
            "agile-pilot": [],
            "civic-accelerator": ["final-choice"],
            "civtech": [],  # whoever is selected builds first, and is told so
            "contest": [],  # nothing is bought: prizes are won
            "invitation-to-negotiate": ["ranking"],
            "micro-purchase": [],
            "procurement-by-co-design": ["final-evaluation"],
            "quotations": ["comparison"],
            "request-for-information": [],
            "research-in-phases": [],  # whoever goes on is told so, as the phase before ends
            "sprint": ["select-winner", "select-winner-open"],
            "tender": ["bids"],
            "traditional-rfp": ["company-wins"],
        }[path.stem]
    )


@pytest.mark.parametrize("code", sorted(DECIDED))
def test_letters_leave_with_the_award(code: str) -> None:
    letters = Letter.objects.filter(evaluation__step__challenge__code=code, award__isnull=False)
    rows = letters.select_related("award__vendor", "vendor")
    assert sorted((r.vendor.code, r.award.vendor.code, r.is_selected) for r in rows) == DECIDED[code]
    assert {r.sent_at - r.award.approved_at for r in rows} == {timedelta()}
    deciding = {r.evaluation_id for r in rows}
    assert not Letter.objects.filter(evaluation__in=deciding, award=None).exists()
    step = rows[0].evaluation.step
    signed = GateSignature.objects.filter(step=step).latest("signed_at").signed_at
    told = Message.objects.filter(challenge=code, subject__startswith="The panel has finished")
    assert set(told.values_list("written_at", flat=True)) == {signed}
    assert all("Nothing is awarded yet" in m.body for m in told)


def test_a_choice_for_a_next_stage_is_told_at_once() -> None:
    for letter in Letter.objects.filter(evaluation__step__challenge__code="guelph-roads-sprint", award=None):
        signed = GateSignature.objects.filter(step=letter.evaluation.step).latest("signed_at").signed_at
        assert letter.sent_at == signed
    assert Letter.objects.filter(evaluation__step__key="shortlist", is_selected=True, award=None).exists()


def test_those_who_heard_of_an_award_hear_that_it_is_revoked(actor: Callable[[str], Any], now: datetime) -> None:
    Challenge.objects.filter(code="guelph-roads-sprint").update(status="running", ended_at=None)
    roads = Challenge.objects.select_related("municipality", "method").get(code="guelph-roads-sprint")
    last = Message.objects.latest("id").pk
    tamarack = Vendor.objects.get(code="tamarack")
    run(actor("olivia"), now, moves.disqualify, roads, tamarack, reason="Untrue.")
    sent = Message.objects.filter(pk__gt=last, subject__regex="^(Award revoked|Attribution révoquée)")
    team = VendorMember.objects.filter(vendor__code__in=["tamarack", "northlight", "releve"], ended_at=None)
    assert {m.to_email for m in sent} == set(team.values_list("person__email", flat=True))
    assert Award.objects.get(step__challenge=roads, vendor=tamarack).state == "revoked"


def test_the_time_to_object_counts_from_the_letter_that_decides() -> None:
    letter = Letter.objects.select_related("evaluation__step__challenge__municipality", "vendor", "award").get(
        evaluation__step__challenge__code="fleet-vans", award__vendor__code="northlight", vendor__code="kestrel"
    )
    assert letter.award is not None
    assert letter.award.approved_at is not None
    assert dispute_until(letter) == letter.award.approved_at + timedelta(days=10)


@pytest.mark.parametrize(
    ("key", "award", "said"),
    [
        ("company-wins", "northlight", "The contract was awarded to Northlight Sensing Inc."),
        ("company-wins", "wellington", "This award was revoked later."),
    ],
)
def test_a_letter_says_who_was_chosen_for_what(sign_in: Callable[[str], Any], key: str, award: str, said: str) -> None:
    letter = Letter.objects.get(evaluation__step__key=key, award__vendor__code=award, vendor__code="kestrel")
    assert said in sign_in("kim").get(f"/en/vendor/letters/{letter.pk}/").content.decode()


def test_a_letter_says_for_which_stage(sign_in: Callable[[str], Any]) -> None:
    letter = Letter.objects.get(
        evaluation__step__challenge__code="guelph-roads-sprint",
        evaluation__step__key="shortlist",
        vendor__code="tamarack",
    )
    page = sign_in("tess").get(f"/en/vendor/letters/{letter.pk}/").content.decode()
    assert "<h1>You are on the shortlist</h1>" in page
    assert "evaluated at the step: Shortlist of vendors" in page
