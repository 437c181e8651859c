"""What was decided stays as it was decided: a ranking that another follows is kept, shown and told beside it."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from fractions import Fraction
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils.html import strip_tags

from mix.actions.core.run import run
from mix.actions.core.signing import public_key
from mix.actions.flow import moves
from mix.actions.flow.bundles import make_bundle
from mix.data.models import Award, Challenge, Event, GateSignature, Letter, Participation, Ranking, Result, Vendor
from mix.readers.choice.evaluations import list_rankings
from mix.rules.choice.scoring import shown
from mix.rules.core.verdicts import Verdict
from mix.rules.flow.proofs import verify_bundle
from tests.bundled import gather_files

pytestmark = pytest.mark.django_db
VANS = "fleet-vans"
DECIDED = [("wellington", 1, "88.00"), ("northlight", 2, "74.74"), ("kestrel", None, "49.09")]
AFTER = [("northlight", 1, "76.00"), ("kestrel", None, "50.27")]


def rows(ranking: Ranking, results: list[Result]) -> list[tuple[str, int | None, str]]:
    return [(r.submission.vendor.code, r.rank, str(shown(Fraction(r.total)))) for r in results]


@pytest.fixture
def vans() -> Challenge:
    return Challenge.objects.select_related("municipality", "method").get(code=VANS)


def test_a_ranking_stays_as_it_was_decided_beside_the_one_after_a_disqualification(vans: Challenge) -> None:
    evaluation = Ranking.objects.get(evaluation__step__challenge=vans, number=1).evaluation
    found = list_rankings(evaluation)
    assert [(r.cause, r.vendor and r.vendor.code) for r, _ in found] == [
        ("final", None),
        ("disqualification", "wellington"),
    ]
    assert [rows(*one) for one in found] == [DECIDED, AFTER]
    signed = GateSignature.objects.get(step=evaluation.step, round=evaluation.round).signed_at
    assert found[0][0].ranked_at < signed < found[1][0].ranked_at


def test_the_letters_the_log_and_the_awards_have_the_figures_of_their_day(vans: Challenge) -> None:
    letters = Letter.objects.filter(evaluation__step__challenge=vans).select_related("vendor", "award__vendor")
    said = {
        (x.award.vendor.code, x.vendor.code): (x.debrief_sheet.rank, x.debrief_sheet.total) for x in letters if x.award
    }
    assert said == {("wellington", v): (rank, total) for v, rank, total in DECIDED} | {
        ("northlight", v): (rank, total) for v, rank, total in AFTER
    }
    told = Event.objects.filter(challenge=VANS, payload__has_key="ranks").order_by("id")
    assert [e.payload["ranks"] for e in told] == [
        {"company-wins-1": {v: rank for v, rank, _ in DECIDED}},
        {"company-wins-1": {v: rank for v, rank, _ in AFTER}},
    ]
    awards = Award.objects.filter(step__challenge=vans).order_by("recommended_at").select_related("result__ranking")
    assert [(a.vendor.code, a.result.rank, a.result.ranking.number) for a in awards] == [
        ("wellington", 1, 1),
        ("northlight", 1, 2),
    ]


@pytest.mark.parametrize(
    ("who", "page"), [("audrey", f"/en/oversight/{VANS}/"), ("olivia", f"/en/city/challenges/{VANS}/company-wins/")]
)
def test_both_rankings_are_shown_in_their_order(sign_in: Callable[[str], Any], who: str, page: str) -> None:
    text = " ".join(strip_tags(sign_in(who).get(page).content.decode()).split())
    first, then = text.index("As decided, "), text.index("After the disqualification of Wellington Fleet Supply Ltd., ")
    assert first < text.index("74.74") < then < text.index("76.00", then)
    assert re.search(
        r"1 Wellington Fleet Supply Ltd\. 88\.00 Recommended|1 Wellington Fleet Supply Ltd\. 88\.00 \w+",
        text[first:then],
    )
    assert "Wellington" not in text[then + 60 : text.index("76.00", then) + 60]


def test_a_bundle_holds_both_and_what_was_decided_is_found_when_it_is_changed(vans: Challenge) -> None:
    files = gather_files(vans)
    rankings = json.loads(files["evaluations/company-wins-1-rankings.json"])
    assert [[(r["vendor"], r["rank"]) for r in one["results"]] for one in rankings] == [
        [(v, rank) for v, rank, _ in DECIDED],
        [(v, rank) for v, rank, _ in AFTER],
    ]
    with make_bundle(vans) as made:
        found = verify_bundle(made.read(), public_key=public_key())
    assert found.verdict is Verdict.HOLDS, found


def test_nothing_of_a_ranking_is_changed(vans: Challenge) -> None:
    for row in (Ranking.objects.filter(evaluation__step__challenge=vans), Result.objects.filter(rank=1)):
        for act in (lambda r=row: r.update(salt="x"), lambda r=row: r.first().delete()):
            with pytest.raises(DatabaseError), transaction.atomic():
                act()


def test_a_vendor_that_never_handed_in_changes_no_ranking(actor: Callable[[str], Any], now: datetime) -> None:
    Challenge.objects.filter(code="guelph-roads-sprint").update(status="running", ended_at=None)
    roads = Challenge.objects.select_related("municipality", "method").get(code="guelph-roads-sprint")
    before = Ranking.objects.filter(evaluation__step__challenge=roads).count()
    scored = set(
        Result.objects.filter(ranking__evaluation__step__challenge=roads).values_list("submission__vendor", flat=True)
    )
    evaluated = Ranking.objects.filter(evaluation__step__challenge=roads, results__submission__vendor__code="releve")
    hit = evaluated.values("evaluation").distinct().count()
    run(actor("olivia"), now, moves.disqualify, roads, Vendor.objects.get(code="releve"), reason="Untrue.")
    assert Ranking.objects.filter(evaluation__step__challenge=roads).count() == before + hit
    line = Event.objects.filter(verb="participations.disqualify").latest("id")
    assert len(line.payload["ranks"]) == hit > 0
    assert Vendor.objects.get(code="releve").pk in scored


def test_each_standing_that_was_reached_is_a_row_and_how_it_ended_is_said(
    vans: Challenge, sign_in: Callable[[str], Any]
) -> None:
    reached = {
        p.vendor.code: [s.standing for s in p.reached.order_by("since", "id")]
        for p in Participation.objects.filter(challenge=vans)
    }
    assert reached["wellington"][-2:] == ["recommended", "awarded"] == reached["northlight"][-2:]
    page = sign_in("audrey").get(f"/en/oversight/{VANS}/").content.decode()
    text = " ".join(strip_tags(page).split())
    assert "Wellington Fleet Supply Ltd. Award revoked disqualified" in text
    assert "Northlight Sensing Inc. Awarded" in text
    assert re.search(r"Kestrel [^.]*\.? Not chosen", text)
