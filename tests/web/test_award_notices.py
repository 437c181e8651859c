"""The notice of an award is public: who gets what, for how much, out of how many, and why."""

import re
from datetime import datetime
from html import unescape

import pytest
from django.test import Client
from django.utils.html import strip_tags

from mix.data.models import Award, Challenge, Notice
from mix.readers.choice.awards import notice_details
from mix.readers.flow.dates import dates_of_challenges

pytestmark = pytest.mark.django_db


def section(page: str) -> str:
    found = re.search(r'<section id="award".*?</section>', page, re.DOTALL)
    assert found
    return " ".join(strip_tags(found.group(0)).split())


def test_the_notice_in_force_stands_before_the_one_that_was_revoked(client: Client) -> None:
    page = client.get("/en/challenges/fleet-vans/").content.decode()
    text = section(page)
    assert text.startswith("Notice of award Northlight Sensing Inc. Supplier Northlight Sensing Inc.")
    assert "Bids received 3" in text
    assert "After a disqualification the next-ranked bid is accepted." in text
    assert re.search(r"Northlight.*Wellington Fleet Supply Ltd. Revoked Supplier", text)
    assert '<a href="#award">' in page


@pytest.mark.parametrize(("language", "value"), [("en", "CAD 360,000"), ("fr", "360 000")])
def test_every_award_is_shown_in_both_languages(client: Client, language: str, value: str) -> None:
    awards = Award.objects.filter(state="approved").select_related("step__challenge", "vendor")
    assert awards.count() > 3
    for award in awards:
        text = section(client.get(f"/{language}/challenges/{award.step.challenge.code}/").content.decode())
        assert award.vendor.name in text
        notice = Notice.objects.get(award=award)
        assert notice.reference in text
        assert notice.details == notice_details(award)
    roads = section(client.get(f"/{language}/challenges/guelph-roads-sprint/").content.decode())
    assert value in roads.replace("\u00a0", " ").replace("\u202f", " ")


def test_the_front_page_leads_to_the_notice(client: Client) -> None:
    for notice in Notice.objects.order_by("-published_at", "-id")[:5]:
        link = f"/en/challenges/{notice.challenge.code}/" + ("#award" if notice.kind == "award" else "")
        assert f'href="{link}"' in client.get("/en/").content.decode()


def test_a_case_from_before_shows_who_got_it_where_the_record_says_so(client: Client) -> None:
    shown = {}
    for case in Challenge.objects.filter(origin="history"):
        page = client.get(f"/en/challenges/{case.code}/").content.decode()
        text = " ".join(unescape(strip_tags(page)).split())
        name = case.facts.get(key="winner").text
        said = {"": "Who was chosen is not on the public record.", "none": "Nobody was chosen."}
        shown[name] = said.get(name, f"{name} was chosen.") in text
    assert all(shown.values()), shown
    assert len(shown) > 3


def test_a_notice_counts_for_its_own_award_alone(now: datetime) -> None:
    """After a revocation the notice of before is no notice of what follows."""
    Challenge.objects.filter(code="fleet-vans").update(status="running", ended_at=None)
    vans = Challenge.objects.select_related("municipality", "method").get(code="fleet-vans")

    def owed() -> list[str]:
        return [d.code for d in dates_of_challenges([vans], now=now) if d.code == "award_notice"]

    approved = Award.objects.get(step__challenge=vans, state="approved")
    assert owed() == []
    Award.objects.filter(pk=approved.pk).update(state="revoked")
    third = approved.result.ranking.results.get(submission__vendor__code="kestrel")
    Award.objects.create(
        municipality=vans.municipality,
        step=approved.step,
        result=third,
        vendor=third.submission.vendor,
        state="approved",
        value_cents=64_500_000,
        recommended_at=now,
        approved_at=now,
        notice_due_on=now.date(),
    )
    assert owed() == ["award_notice"]
