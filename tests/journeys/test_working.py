"""People at work, with JavaScript and without: a need becomes a challenge, a vendor submits, a panel decides."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Route

from tests.journeys.acts import keys
from tests.journeys.acts.panels import agree
from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey
both = pytest.mark.parametrize("javascript", [True, False], ids=["script", "plain"])


def fill(visitor: Visitor, **fields: str) -> None:
    """Fill in fields of a document."""
    for name, value in fields.items():
        field = visitor.page.locator(f"[name='{name}']").first
        kind = field.evaluate("f => f.type")
        if kind in ("radio", "checkbox"):
            visitor.page.locator(f"[name='{name}'][value='{value}']").check(force=True)
        else:
            field.fill(value)


@pytest.mark.parametrize(
    "javascript",
    [pytest.param(True, marks=pytest.mark.smoke), pytest.param(False, marks=pytest.mark.lab)],
    ids=["script", "plain"],
)
def test_a_need_becomes_a_challenge_that_passes_its_first_gate(visit: Callable[..., Visitor], javascript: bool) -> None:
    name = "Ice on bus stops" if javascript else "Ice on stairs"
    stan = visit("stan", javascript=javascript)
    stan.go("/en/city/needs/new/")
    stan.act("report", title=name)
    stan.sees("This field is required")
    stan.check()
    stan.act("report", title=name, what="People slip.", who="Everybody who takes the bus")
    stan.sees("Reported. The department decides, and you are told.")
    stan.check()
    need = stan.page.url.rstrip("/").rsplit("/", 1)[1]

    priya = visit("priya", javascript=javascript)
    priya.go(f"/en/city/needs/{need}/")
    priya.click("a:has-text('Begin a challenge')")
    priya.act(
        "begin",
        city="guelph",
        title=name,
        question="How might nobody slip?",
        way="sprint:innovation_partnership",
        route_reason="The need is firm.",
    )
    priya.sees("The challenge has begun.")
    priya.check()
    step = priya.page.url
    priya.act("ask")
    priya.sees("This was not done. 16 things stand in the way.")
    priya.check()
    fill(
        priya,
        question="How might nobody slip?",
        evidence="41 falls in a winter.",
        users="Riders",
        current_cost="CAD 90,000 a year",
        product_owner="Manager of transit",
        hours_per_week="6",
        sprint_budget="75,000",
        purchase_budget="420,000",
        bought="services",
        budget_account="TR-1",
        risk_class="low",
        ready_unsolved="yes",
        ready_owner="yes",
        ready_data="yes",
        ready_purchase="yes",
        **{"outcomes-0-measure": "Falls in a winter", "outcomes-0-baseline": "41", "outcomes-0-target": "10"},
    )
    priya.click("button:has-text('Save'):not(:has-text('empty'))")
    priya.sees("Version 1 is saved.")
    priya.sees("Nothing is missing.")
    priya.act("ask")
    priya.sees("The deciders were told.")

    for code, duty in (("sam", "sponsor"), ("olivia", "procurement_officer"), ("frank", "finance")):
        decider = visit(code, javascript=javascript)
        decider.go("/en/city/")
        decider.sees("Decide at a gate")
        decider.page.goto(step)
        decider.act("sign", duty=f"guelph:{duty}", decision="proceed", reason="It is real.", public_summary="Go.")
        decider.sees("Your word is on record.")
    priya.page.goto(step)
    priya.sees("Done")
    priya.go("/en/city/")
    priya.sees("Market scan")
    outbox = visit(javascript=javascript)
    outbox.go("/en/demo/outbox/?to=sam@demo.mix.invalid")
    outbox.sees("A decision waits for you: G1")


@both
def test_a_vendor_submits_replaces_and_withdraws(visit: Callable[..., Visitor], javascript: bool) -> None:
    code, vendor = ("tess", "tamarack") if javascript else ("kim", "kestrel")
    visitor = visit(code, javascript=javascript)
    visitor.go("/en/challenges/water-leaks/")
    visitor.click("a:has-text('Start a submission')")
    if javascript:  # Tess's team has begun
        visitor.click("a:has-text('Go on for')")
    else:
        visitor.act("start", vendor=vendor)
    visitor.check()
    fill(
        visitor,
        legal_status="Inc.",
        team="Three people",
        approach="Listen to the pipes",
        newness="Nobody listens",
        business="Lasts",
        conflicts="none",
        insurance="yes",
    )
    visitor.click("button:has-text('Save and go on')")
    visitor.sees("Add a file")
    visitor.page.set_input_files(
        "input[type=file]", {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"How we listen."}
    )
    if javascript:
        visitor.page.wait_for_function("document.getElementById('own-hash').textContent.length == 64")
        own = visitor.page.inner_text("#own-hash")
    visitor.sends_file()
    if javascript:
        visitor.sees(own)
    visitor.check()
    visitor.page.set_input_files(
        "input[type=file]", {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b"MZ program"}
    )
    visitor.click("button:has-text('Seal and send')")
    visitor.sees("is not what its name says")
    if javascript:
        _break_off_and_go_on(visitor)
    visitor.sees("plan.txt")
    visitor.click(".steps a:has-text('Check and finalise')")
    visitor.check()
    with visitor.page.expect_download() as taken:
        visitor.page.click("a:has-text('My copy (JSON)')")
    copy = taken.value.path()
    visitor.act("finalise", bind="on")
    visitor.sees("Submission received")
    visitor.check()
    reference = visitor.page.inner_text(".ref .code")
    _replace(visitor, copy)
    assert visitor.page.inner_text(".ref .code") != reference
    visitor.go("/en/vendor/")
    visitor.click("a:has-text('Finding leaks before the bill does')")
    visitor.click(".steps a:has-text('Check and finalise')")
    visitor.act("withdraw", sure="on")
    visitor.sees("Withdrawn. You may finalise again until closing.")
    visitor.go("/en/vendor/")
    visitor.click("a:has-text('Knowing what lies under our streets')")
    visitor.sees("Version 1 counts.")
    visitor.check()
    city = visit("olivia", javascript=javascript)
    city.go("/en/city/challenges/water-leaks/invitation/")
    city.sees("Sealed. Until opening nobody at the city sees who has submitted, or how many.")
    assert "Four people" not in city.page.content()


def _break_off_and_go_on(visitor: Visitor) -> None:
    """Send a large file over a connection that breaks twice; it arrives whole."""
    broken: list[str] = []

    def breaks(route: Route) -> None:
        if "start=" in route.request.url and "start=0" not in route.request.url and len(broken) < 2:
            broken.append(route.request.url)
            route.abort("connectionreset")
        else:
            route.continue_()

    visitor.page.route("**/uploads/**", breaks)
    content = b"How we listen to the pipes. " * 110_000
    visitor.page.set_input_files("input[type=file]", {"name": "large.txt", "mimeType": "text/plain", "buffer": content})
    visitor.page.wait_for_function("document.getElementById('own-hash').textContent.length == 64")
    visitor.sends_file()
    visitor.sees("large.txt")
    assert len(broken) == 2
    visitor.page.unroute("**/uploads/**")
    visitor.errors[:] = [e for e in visitor.errors if "net::ERR_CONNECTION_RESET" not in e]


def _replace(visitor: Visitor, copy: Path) -> None:
    """Bring in the own copy, change it and finalise again."""
    visitor.go("/en/vendor/")
    visitor.sees("Submitted")
    visitor.click("a:has-text('Finding leaks before the bill does')")
    visitor.click(".steps a:has-text('Check and finalise')")
    visitor.sees("Nobody can read it here before opening.")
    visitor.check()
    visitor.click("a:has-text('Bring in my copy')")
    visitor.page.set_input_files("input[type=file]", {"name": "x.json", "mimeType": "text/plain", "buffer": b"{}"})
    visitor.click("button:has-text('Bring in my copy')")
    visitor.sees("This is not a copy of a submission to this call")
    visitor.check()
    visitor.page.set_input_files("input[type=file]", copy)
    visitor.click("button:has-text('Bring in my copy')")
    visitor.sees("Your answers are back as a draft.")
    visitor.sees("Listen to the pipes")
    fill(visitor, team="Four people")
    visitor.click("button:has-text('Save and stay')")
    visitor.click("a:has-text('Earlier versions of this draft')")
    visitor.click("a:has-text('How the draft differs from it')")
    visitor.sees("to the draft as it is")
    visitor.check()
    visitor.click(".steps a:has-text('Check and finalise')")
    visitor.sees("Version 1 is submitted and counts")
    visitor.act("finalise", bind="on")
    visitor.sees("Submission received")


@pytest.mark.lab
@both
def test_a_city_makes_and_rehearses_its_recovery_key(visit: Callable[..., Visitor], javascript: bool) -> None:
    city, keeper, holders = (
        ("guelph", "martin", ("martin", "leah", "audrey"))
        if javascript
        else ("london", "mona", ("mona", "lou", "finn"))
    )
    page = f"/en/city/settings/{city}/recovery/"
    maker = visit(keeper, javascript=javascript)
    maker.go(page)
    maker.act("make", first=holders[0], second=holders[0], third=holders[1])
    maker.sees("Name three different people")
    maker.act("make", first=holders[0], second=holders[1], third=holders[2])
    maker.sees("Each holder was asked to take a share.")
    maker.check()
    for number, code in enumerate(holders):
        holder = maker if code == keeper else visit(code, javascript=javascript)
        holder.go(page)
        words = keys.take(holder)
        if number < 2:
            keys.give_wrongly(holder, words)
            keys.give(holder, words)
            holder.sees("Your share holds.")
    holder.go(page)
    holder.check()
    labels = holder.page.locator("form:has(input[value=possess]) label").all_text_contents()
    first, second = (words[int(label.split()[-1]) - 1] for label in labels)
    holder.act("possess", first=second, second=first)
    holder.sees("These are not the two words that were asked for.")
    holder.act("possess", first=first, second=second)
    holder.sees("your share is at hand")


def test_a_panel_scores_agrees_and_three_cities_decide(visit: Callable[..., Visitor]) -> None:
    base = "/en/evaluation/under-our-streets/shortlist/"
    chloe = visit("chloe")
    chloe.go(f"/fr{base[3:]}")
    chloe.sees("Déclaration de conflits")
    chloe.check()
    names = dict.fromkeys(("tamarack", "northlight", "releve", "kestrel"), "none")
    chloe.act("declare", **names, signed_statement="on")
    chloe.sees("Déclaré et signé.")
    hugo = visit("hugo")
    for visitor, language in ((chloe, "fr"), (hugo, "en")):
        for label in "ABCD":
            visitor.go(f"/{language}{base[3:]}score/{label}/")
            for number, key in enumerate(("fit", "team", "newness", "feasible", "business")):
                visitor.page.check(f"[name='score-{key}'][value='{2 + (number + ord(label)) % 3}']", force=True)
            visitor.click(visitor.page.locator("form .dock button").last)
        visitor.go(f"/{language}{base[3:]}")
        visitor.act("hand_in")
    chloe.sees("Vous avez remis vos notes")
    hugo.go(base)
    hugo.act("consensus")
    hugo.sees("0 of 20 agreed.")
    hugo.check()
    agree(hugo, "freeze", refused=True)
    hugo.sees("Nothing was saved.")
    agreed = {"A": "4", "B": "4", "C": "3", "D": "2"}  # no equals share the last place
    for label, score in agreed.items():
        for key in ("fit", "team", "newness", "feasible", "business"):
            typed = {f"score-{label}-{key}": score, f"reason-{label}-{key}": "We agree after talking."}
            agree(hugo, f"agree:{label}-{key}", **typed)
            assert hugo.page.evaluate("document.activeElement.id") == "agree"  # at what comes next
    hugo.check()
    agree(hugo, "freeze")
    hugo.sees("Quality is final")
    olivia = visit("olivia")
    step = "/en/city/challenges/under-our-streets/shortlist/"
    olivia.go(step)
    olivia.act("finalise")
    olivia.sees("Computed from the agreed scores.")
    olivia.check()
    olivia.act("ask")
    for code, city in (("martin", "guelph"), ("mona", "london"), ("bruno", "barrie")):
        visitor = visit(code)
        visitor.go(step)
        visitor.act(
            "sign",
            duty=f"{city}:procurement_manager",
            decision="proceed",
            reason="By the criteria.",
            public_summary="Shortlisted.",
        )
        visitor.sees("Your word is on record.")
    tess = visit("tess")
    tess.go("/en/vendor/")
    tess.click(tess.page.locator("a:has-text('hosen: Knowing what lies under our streets')").first)
    tess.sees("Your debrief sheet")
    tess.check()


def test_two_tabs_and_a_signed_out_post_lose_nothing(visit: Callable[..., Visitor]) -> None:
    path = "/en/city/challenges/downtown-parking-2/commissioning/"
    priya, olivia = visit("priya"), visit("olivia")
    for visitor in (priya, olivia):
        visitor.go(path)
    for visitor, text in ((priya, "From Priya"), (olivia, "From Olivia")):
        visitor.page.fill("[name=users]", text)
        visitor.click(visitor.page.locator("form[data-keep] button").last)
    olivia.sees("Priya Nair saved version 2")
    olivia.sees("From Olivia")
    olivia.sees("From Priya")
    olivia.check()
    priya.go(path)
    priya.page.fill("[name=users]", "Typed while signed out")
    priya.context.clear_cookies(name="sessionid")
    priya.click(priya.page.locator("form[data-keep] button").last)
    assert "/account/login/" in priya.page.url
    priya.check()
    priya.sign_in("priya")
    priya.go(path)
    priya.sees("Your text is back.")
    priya.sees("Typed while signed out")
