"""What begins on the desk, through its pages: needs and what becomes of them, a take-over, notices of participation."""

from collections.abc import Callable

import pytest
from django.test import Client

from mix.data.models import Department, Need, ParticipationNotice, TakeOver
from mix.rules.core.kinds import NeedState
from tests.behind import open_tables

NEW, TREES = "/en/city/needs/new/", "/en/city/needs/N-TREES/"


def report(client: Client, title: str) -> Need:
    fleet = Department.objects.get(municipality__code="guelph", code="fleet")
    typed = {"department": fleet.pk, "title": title, "what": "They rust.", "who": "Crews", "cost": "", "tried": ""}
    answer = client.post(NEW, {"act": "report", **typed})
    made = Need.objects.get(title=title)
    assert answer.headers["Location"] == f"/en/city/needs/{made.code}/"
    return made


def test_a_need_is_reported_to_a_department_of_the_city(sign_in: Callable[[str], Client]) -> None:
    made = report(sign_in("stan"), "Ploughs rust")
    assert (made.department.code, made.reported_by.code, made.state) == ("fleet", "stan", NeedState.OPEN)
    barrie = Department.objects.exclude(municipality__code="guelph").first()
    assert barrie is not None
    typed = {"act": "report", "department": barrie.pk, "title": "x", "what": "x", "who": "x"}
    assert sign_in("stan").post(NEW, typed).status_code == 422


def test_a_need_is_declined_with_a_reason_by_whoever_decides(sign_in: Callable[[str], Client]) -> None:
    decline = {"act": "decline", "reason": "Next year"}
    assert sign_in("stan").post(TREES, decline).status_code == 404
    assert sign_in("sam").post(TREES, {"act": "decline", "reason": ""}).status_code == 422
    assert sign_in("sam").post(TREES, decline).status_code == 302
    found = Need.objects.get(code="N-TREES")
    assert (found.state, found.reason) == (NeedState.DECLINED, "Next year")
    assert sign_in("sam").post(TREES, decline).status_code == 404


def test_a_need_is_merged_into_another_open_one_alone(sign_in: Callable[[str], Client]) -> None:
    made = report(sign_in("stan"), "Trees die")
    for other, status in (("N-COFFEE", 422), (made.code, 422), ("N-TREES", 302)):
        page = f"/en/city/needs/{made.code}/"
        assert sign_in("sam").post(page, {"act": "merge", "into": other}).status_code == status
    made.refresh_from_db()
    assert made.merged_into is not None
    assert (made.state, made.merged_into.code) == (NeedState.MERGED, "N-TREES")


@pytest.mark.parametrize(
    ("who", "city", "status"), [("lena", "london", 302), ("lena", "barrie", 422), ("sam", "", 404)]
)
def test_what_was_measured_is_taken_over_by_a_city_that_took_no_part(
    sign_in: Callable[[str], Client], who: str, city: str, status: int
) -> None:
    asked = TakeOver.objects.filter(challenge__code="guelph-roads-sprint")
    open_tables("data_takeover")
    asked.delete()
    typed = {"act": "take_over", "city": city, "note": "All of it"}
    assert sign_in(who).post("/en/city/take-over/guelph-roads-sprint/", typed).status_code == status
    assert [(t.city.code, t.note) for t in asked.all()] == ([(city, "All of it")] if status == 302 else [])


@pytest.mark.parametrize(
    ("who", "city", "status"), [("olivia", "barrie", 302), ("olivia", "x", 422), ("lena", "", 404)]
)
def test_a_notice_of_participation_is_of_a_city_that_takes_part(
    sign_in: Callable[[str], Client], who: str, city: str, status: int
) -> None:
    typed = {"act": "participation", "city": city, "address": "https://example.org/n", "published_on": "2026-11-02"}
    answer = sign_in(who).post("/en/city/challenges/under-our-streets/policy/", typed)
    assert answer.status_code == status
    found = ParticipationNotice.objects.filter(challenge__code="under-our-streets", municipality__code=city)
    assert [n.address for n in found] == (["https://example.org/n"] if status == 302 else [])


@pytest.mark.parametrize(
    ("item", "status"), [("barrie/no-such-rule", 404), ("ottawa/aoda-5", 404), ("no-such-rule", 404), ("", 422)]
)
def test_a_rule_that_is_not_of_a_city_of_the_challenge_is_not_set_aside(
    sign_in: Callable[[str], Client], item: str, status: int
) -> None:
    typed = {"act": "waive", "item": item, "reason": "It is late."}
    assert sign_in("martin").post("/en/city/challenges/under-our-streets/policy/", typed).status_code == status
