"""Later cities join within what the first notice declared, and decide their own gates from then on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mix.actions.case import challenges, joining
from mix.actions.case.publishing import publish
from mix.actions.core.run import run
from mix.data.models import AuthorityBand, Challenge, Event, Message, Municipality
from mix.readers.case.challenges import list_cities
from mix.readers.city.methods import get_latest
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.flow.moves import gather_gate
from mix.rules.core.fields import Wording
from mix.rules.core.kinds import Route
from mix.rules.core.unmet import Refused
from mix.rules.flow.moves import duties
from tests.days import city_day


@pytest.fixture
def until(now: Any) -> date:
    return city_day(now) + timedelta(days=60)


@pytest.fixture
def alone(actor: Callable[[str], Any], now: Any) -> Challenge:
    return run(
        actor("priya"),
        now,
        challenges.commission,
        Municipality.objects.get(code="guelph"),
        code="alone",
        title=Wording(en="Alone"),
        question=Wording(en="How?"),
        method=get_latest("sprint"),
        route=Route.INNOVATION_PARTNERSHIP,
        route_reason="Funded.",
    )


@pytest.fixture
def open_one(alone: Challenge, actor: Callable[[str], Any], now: Any, until: date) -> Challenge:
    run(actor("priya"), now, joining.declare_window, alone, until=until, most_percent=40)
    challenges.freeze_route(alone, now=now)
    publish(alone, kind="engagement", title="Alone", text="Alone", now=now)
    return Challenge.objects.select_related("municipality", "method").get(pk=alone.pk)


def ask(challenge: Challenge, who: Any, city: str, now: Any, share: int = 25, note: str = "Council agreed.") -> Any:
    place = Municipality.objects.get(code=city)
    return run(who, now, joining.ask, challenge, city=place, share_percent=share, note=note)


def codes(caught: Any) -> list[str]:
    return [u.code for u in caught.value.unmet]


def test_a_city_joins_and_decides_its_own_gates(open_one: Challenge, actor: Callable[[str], Any], now: Any) -> None:
    request = ask(open_one, actor("pat"), "london", now)
    assert Message.objects.filter(to_name="Olivia Grant", path__endswith="/alone/whole/").exists()
    run(actor("olivia"), now, joining.answer, request, agree=True, reason="Welcome.")
    shares = {c.municipality.code: c.share_percent for c in open_one.cities.all()}
    assert shares == {"guelph": 75, "london": 25}
    assert [c.code for c in list_cities(open_one)] == ["guelph", "london"]
    step = open_one.steps.get(key="commissioning")
    step.challenge = open_one
    gate, facts = gather_gate(step) or (None, None)
    assert gate is not None
    assert facts is not None
    assert {d.municipality for d in duties(gate, facts)[0]} == {"guelph", "london"}
    assert {e.verb for e in Event.objects.filter(challenge="alone", verb__startswith="joining.")} == {
        "joining.declare_window",
        "joining.ask",
        "joining.answer",
    }
    assert Message.objects.filter(to_name=actor("pat").someone.name, subject__contains="takes part").exists()


def test_a_refusal_has_a_reason_and_changes_nothing(open_one: Challenge, actor: Callable[[str], Any], now: Any) -> None:
    request = ask(open_one, actor("pat"), "london", now)
    for who, error in (("priya", Forbidden), ("pat", (Forbidden, Unknown)), ("tess", Unknown)):
        with pytest.raises(error):
            run(actor(who), now, joining.answer, request, agree=True, reason="Yes")
    with pytest.raises(Refused) as caught:
        run(actor("olivia"), now, joining.answer, request, agree=False, reason=" ")
    assert codes(caught) == ["reason_missing"]
    run(actor("olivia"), now, joining.answer, request, agree=False, reason="Too late for the data.")
    assert [c.code for c in list_cities(open_one)] == ["guelph"]
    with pytest.raises(Refused) as again:
        run(actor("olivia"), now, joining.answer, request, agree=True, reason="After all")
    assert codes(again) == ["join_answered"]
    assert ask(open_one, actor("pat"), "london", now).answer == ""


def test_the_window_is_what_the_first_notice_said(
    alone: Challenge, actor: Callable[[str], Any], now: Any, until: date
) -> None:
    for facts, code in (
        ({"until": city_day(now), "most_percent": 10}, "join_window_past"),
        ({"until": until, "most_percent": 0}, "join_window_share"),
        ({"until": until, "most_percent": 91}, "join_window_share"),
    ):
        with pytest.raises(Refused) as caught:
            run(actor("priya"), now, joining.declare_window, alone, **facts)
        assert codes(caught) == [code]
    with pytest.raises(Forbidden):
        run(actor("stan"), now, joining.declare_window, alone, until=until, most_percent=10)
    run(actor("priya"), now, joining.declare_window, alone, until=until, most_percent=10)
    with pytest.raises(Refused) as early:
        ask(Challenge.objects.get(pk=alone.pk), actor("pat"), "london", now, 5)
    assert codes(early) == ["join_closed"]
    run(actor("priya"), now, joining.declare_window, alone, until=None)
    challenges.freeze_route(alone, now=now)
    with pytest.raises(Refused) as frozen:
        run(actor("priya"), now, joining.declare_window, alone, until=until, most_percent=10)
    assert codes(frozen) == ["join_window_frozen"]


def test_nobody_joins_later_or_for_more(
    open_one: Challenge, actor: Callable[[str], Any], now: Any, until: date
) -> None:
    ask(open_one, actor("pat"), "london", now, 30)
    for who, city, share, when, expected in (
        ("pat", "london", 30, now, ["join_asked_already"]),
        ("bo", "barrie", 41, now, ["join_share_too_large"]),
        ("bo", "barrie", 10, now + timedelta(days=62), ["join_closed"]),
    ):
        with pytest.raises(Refused) as caught:
            ask(open_one, actor(who), city, when, share)
        assert codes(caught) == expected
    with pytest.raises((Forbidden, Unknown)):
        ask(open_one, actor("pat"), "barrie", now)
    run(actor("olivia"), now, joining.answer, open_one.join_requests.get(), agree=True, reason="Welcome.")
    with pytest.raises(Refused) as rest:
        ask(open_one, actor("bo"), "barrie", now, 11)
    assert codes(rest) == ["join_share_too_large"]
    AuthorityBand.objects.filter(municipality__code="barrie").delete()
    with pytest.raises(Refused) as unready:
        ask(open_one, actor("bo"), "barrie", now, 10)
    assert codes(unready) == ["join_without_authority"]


def test_joining_on_the_pages(open_one: Challenge, sign_in: Callable[[str], Client]) -> None:
    url = reverse("city-join", args=["alone"])
    whole = reverse("city-manage", args=["alone"])
    pat = sign_in("pat")
    assert "Join with your city" in pat.get(reverse("public-challenge", args=["alone"])).content.decode()
    assert pat.post(url, {"act": "ask", "city": "london", "share_percent": "99", "note": "x"}).status_code == 422
    sent = {"act": "ask", "city": "london", "share_percent": "20", "note": "Council agreed on 3 May."}
    assert pat.post(url, sent).status_code == 302
    assert pat.post(url, sent).status_code == 422
    assert "No answer yet" in pat.get(url).content.decode()
    assert sign_in("stan").post(url, sent).status_code == 404
    olivia = sign_in("olivia")
    assert "Council agreed on 3 May." in olivia.get(whole).content.decode()
    row = open_one.join_requests.get()
    answer = {"act": "join_answer", "item": row.code, "answer": "agree", "reason": ""}
    assert olivia.post(whole, answer).status_code == 422
    assert olivia.post(whole, {**answer, "item": "nothing", "reason": "Yes"}).status_code == 404
    assert olivia.post(whole, {**answer, "reason": "Welcome."}).status_code == 302
    assert pat.get(whole).status_code == 200
    assert sign_in("lena").get(url).status_code == 200
