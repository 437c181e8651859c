"""A pilot in the browser: registered, decided, taken back, extended, ended and reported; and a calendar's address."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.days import city_day
from tests.journeys.conftest import Visitor
from tests.rules.case.test_pilots import whole

pytestmark = pytest.mark.journey


def answers() -> dict[str, str]:
    """Return a whole record as somebody types it, from today on."""
    today = city_day(datetime.now(UTC))
    typed = {k: str(v) for k, v in whole().items() if v is not None}
    dates = {"starts_on": str(today + timedelta(days=1)), "ends_on": str(today + timedelta(days=40))}
    return {**typed, "cash": "1,200.00", "in_kind": "0", **dates}


@pytest.mark.parametrize("javascript", [True, pytest.param(False, marks=pytest.mark.lab)], ids=["script", "plain"])
def test_a_pilot_from_its_record_to_its_approval(visit: Callable[..., Visitor], javascript: bool) -> None:
    owner = visit("stan", javascript=javascript)
    owner.go("/en/city/pilots/")
    owner.click("a:has-text('Register a pilot')")
    title = f"Shade sails {'with' if javascript else 'without'} script"
    owner.act("register", title=title, runs_already="no")
    owner.sees("Registered. Now say what the register asks.")
    path = owner.page.url.removeprefix(owner.site.url)
    owner.act("describe", problem="Benches in the sun", cash="lots")
    owner.sees("“lots” is not an amount")
    owner.sees("Benches in the sun")
    owner.act("describe", **answers())
    owner.sees("Nothing is missing.")
    owner.check()
    owner.act("ask")
    owner.sees("Asked. Whoever decides was told.")
    owner.act("take_back")
    owner.act("ask")

    decider = visit("martin", javascript=javascript)
    decider.go(path.replace("/en/", "/fr/"))
    decider.act("say", role="procurement_manager", word="agree")
    decider.sees("Approuvé")
    public = visit("", javascript=javascript)
    public.go("/en/pilots/")
    public.click(f"a:has-text('{title}')")
    public.sees("It is stopped at")
    public.check()

    owner.go(path)
    owner.act("stop", reason="The supplier went out of business.")
    owner.sees("Its report is due by")
    owner.act(
        "close",
        evidence="Nothing was seen.",
        result="unclear",
        decision="nothing",
        spent="300",
        exit_done="yes",
        data_done="yes",
    )
    owner.sees("The report is public. The pilot is closed.")
    owner.check()


def test_a_calendar_is_subscribed_to(visit: Callable[..., Visitor]) -> None:
    officer = visit("olivia", javascript=False)
    officer.go("/en/city/dates/")
    officer.act("feed")
    address = officer.page.locator("input[readonly]").input_value()
    officer.check()
    got = officer.context.request.get(officer.site.url + address[address.index("/en/") :])
    assert got.ok
    assert "BEGIN:VCALENDAR" in got.text()
    assert "Finding leaks before the bill does" in got.text().replace("\r\n ", "")
    manager = visit("martin", javascript=False)
    manager.go("/fr/city/settings/guelph/days/")
    manager.act("set", on="2027-08-02", works="no", name="Civic Holiday", name_fr="Congé civique")
    manager.sees("Congé civique")
    manager.check()
