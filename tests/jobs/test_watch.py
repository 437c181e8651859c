"""The worker watches the site, and an outage at a closing extends it by the rule in the notice."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from mix.actions.city import municipalities
from mix.actions.core.run import run
from mix.actions.market import addenda, openings
from mix.data.models import Beat, Event, Message, Notice, Solicitation
from mix.jobs import work
from mix.readers.core.errors import Forbidden
from mix.rules.core.kinds import Envelope, OutageRule
from mix.rules.core.unmet import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def call() -> Solicitation:
    return Solicitation.objects.select_related("step__challenge__municipality", "step__challenge__method").get(
        step__challenge__code="water-leaks", step__key="invitation"
    )


def beat(call: Solicitation, *, silent_from: timedelta, silent_to: timedelta) -> None:
    at = call.closes_at - timedelta(hours=2)
    while at < call.closes_at + timedelta(hours=2):
        if not silent_from < at - call.closes_at < silent_to:
            Beat.objects.create(at=at)
        at += timedelta(seconds=30)


@pytest.mark.parametrize("rule", list(OutageRule))
def test_an_outage_at_closing_extends_where_the_city_chose_so(
    call: Solicitation, actor: Callable[[str], Any], rule: OutageRule
) -> None:
    call.outage_rule = rule.value
    call.save()
    before = call.closes_at
    beat(call, silent_from=timedelta(minutes=-20), silent_to=timedelta(minutes=30))
    later = before + timedelta(minutes=70)
    who = (actor("olivia"), later)
    open_now = {"envelope": Envelope.TECHNICAL}
    if rule is OutageRule.EXTEND:
        # Even where the worker has not come to it yet, nothing is opened.
        with pytest.raises(Refused) as caught:
            run(*who, openings.open_envelopes, call, **open_now)
        assert caught.value.unmet[0].code == "outage_extends"
    made = addenda.extend_for_outages(now=later)
    call.refresh_from_db()
    if rule is OutageRule.BIDDER:
        assert (made, call.closes_at) == ([], before)
        run(*who, openings.open_envelopes, call, **open_now)
        return
    (addendum,) = made
    assert call.closes_at == addendum.closes_at_after >= later + timedelta(hours=23)
    assert addendum.issued_by is None
    assert "did not answer between" in addendum.text
    assert "n’a pas répondu entre le 21 décembre 2026" in addendum.wording("text").in_("fr").replace("\xa0", " ")
    assert Notice.objects.filter(challenge=call.step.challenge, kind="addendum", text=addendum.text).exists()
    assert Event.objects.filter(verb="addenda.issue", actor="public").exists()
    assert Message.objects.filter(path__contains="/check/", written_at=later).exists()
    assert addenda.extend_for_outages(now=later + timedelta(minutes=1)) == []
    with pytest.raises(Refused) as caught:
        run(*who, openings.open_envelopes, call, **open_now)
    assert caught.value.unmet[0].code == "not_openable_yet"


def test_a_site_that_answers_is_never_extended(call: Solicitation) -> None:
    beat(call, silent_from=timedelta(seconds=-45), silent_to=timedelta(0))
    for minutes in range(-100, 100, 7):
        assert addenda.extend_for_outages(now=call.closes_at + timedelta(minutes=minutes)) == []


def test_the_watch_notes_that_the_site_answers(monkeypatch: pytest.MonkeyPatch, now: Any) -> None:
    monkeypatch.setattr(work, "site_answers", lambda: True)
    for seconds in (0, 4, 9, 11, 14, 22):
        work.watch(now=now + timedelta(seconds=seconds))
    assert [round((b.at - now).total_seconds()) for b in Beat.objects.order_by("at")] == [0, 11, 22]
    monkeypatch.setattr(work, "site_answers", lambda: False)
    work.watch(now=now + timedelta(seconds=60))
    assert Beat.objects.count() == 3
    monkeypatch.setattr(work, "site_answers", lambda: True)
    work.watch(now=now + timedelta(days=4))
    assert Beat.objects.count() == 1


def test_the_health_of_the_site(sign_in: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    public = sign_in("")
    assert (public.get("/healthz").status_code, public.get("/healthz").content) == (200, b"ok")
    monkeypatch.setattr("mix.web.public.health.LEAST_FREE", 2**62)
    assert (public.get("/healthz").status_code, public.get("/healthz").content) == (503, b"disk")

    def down() -> int:
        raise OperationalError

    monkeypatch.setattr("mix.web.public.health.count_cities", down)
    assert (public.get("/healthz").status_code, public.get("/healthz").content) == (503, b"database")


def test_the_rule_is_the_procurement_managers(call: Solicitation, actor: Callable[[str], Any], now: Any) -> None:
    city = call.step.challenge.municipality
    for code in ("priya", "ada", "olivia"):
        with pytest.raises(Forbidden):
            run(actor(code), now, municipalities.set_outage_rule, city, rule=OutageRule.BIDDER)
    run(actor("martin"), now, municipalities.set_outage_rule, city, rule=OutageRule.BIDDER)
    call.refresh_from_db()
    assert call.outage_rule == OutageRule.EXTEND  # a call that is out keeps the rule that it printed
