"""The open calls that a vendor may answer, as one query finds them and as the rule says of each."""

from datetime import UTC, datetime, timedelta

import pytest

from mix.data.models import Participation, Submission, Vendor
from mix.readers.market.fitting import page_fitting
from mix.readers.market.participations import has_reached, list_taking_part
from mix.readers.market.solicitations import open_calls, spec_of_call

pytestmark = pytest.mark.django_db


def by_the_rule(vendors: list[int], now: datetime) -> list[str]:
    taking_part = list_taking_part(vendors)
    begun = set(Submission.objects.filter(vendor_id__in=vendors).values_list("solicitation_id", flat=True))
    return [
        call.reference
        for call in open_calls(now=now)
        if call.pk not in begun
        and any(has_reached(taking_part.get((call.step.challenge_id, v)), spec_of_call(call).open_to) for v in vendors)
    ]


def found(vendors: list[int], now: datetime) -> list[str]:
    return [call.reference for call in page_fitting(vendors, 1, now=now).rows]


def test_a_vendor_finds_the_calls_that_the_rule_opens_to_it() -> None:
    vendors, seen = list(Vendor.objects.order_by("pk").values_list("pk", flat=True)), 0
    for days in range(0, 400, 20):  # calls that are over were open then: most of them to few vendors
        now = datetime.now(UTC) - timedelta(days=days)
        for group in [[], *([v] for v in vendors), vendors[:3]]:
            assert found(group, now) == by_the_rule(group, now), (group, now)
            seen += len(found(group, now))
    assert seen > 20


def test_who_is_disqualified_finds_the_call_no_more_unless_another_vendor_is_theirs() -> None:
    now = datetime.now(UTC)
    call = open_calls(now=now)[0]
    case = call.step.challenge
    one, two = Vendor.objects.exclude(submissions__solicitation=call).order_by("pk").values_list("pk", flat=True)[:2]
    stands = {"municipality": case.municipality, "standing": "awarded", "since": now}
    for vendor in (one, two):
        Participation.objects.update_or_create(challenge=case, vendor_id=vendor, defaults=stands)
    assert call.reference in found([one], now)
    Participation.objects.filter(challenge=case, vendor_id=one).update(disqualified_at=now, disqualified_reason="No")
    assert found([one], now) == by_the_rule([one], now)
    assert call.reference not in found([one], now)
    assert call.reference in found([one, two], now)
