"""A price by lines on pages: brought in by the city, filled in by a vendor by hand or from a spreadsheet, scored."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mix.actions.core.run import run
from mix.actions.market import solicitations, submissions
from mix.data.models import Participation, Solicitation, Step, Submission, Vendor
from mix.readers.case.challenges import get_step
from mix.readers.market.sealing import read_draft
from mix.readers.market.solicitations import form_of, spec_of_call
from mix.readers.market.submissions import price_total
from mix.rules.core.fields import Wording
from mix.rules.market.call_changes import Drop, PriceByLines
from mix.web.documents.grids import to_csv, to_xlsx
from mix.web.documents.looking import cells
from tests.rules.market.test_price_lines import THREE

pytestmark = pytest.mark.django_db
STEP = "/en/city/challenges/water-leaks/proposal-development/"
PAGE = f"{STEP}call/"


@pytest.fixture
def call(challenge: Callable[[str], Any], actor: Callable[[str], Any], now: datetime) -> Solicitation:
    """Return a call that asks for prices, written and not published."""
    step: Step = get_step(challenge("water-leaks"), "proposal-development")
    step.round, step.state = step.round + 1, "active"
    step.save()
    facts: dict[str, Any] = {"closes_at": now + timedelta(days=60), "questions_until": now + timedelta(days=30)}
    facts |= {"body": "Answer this.", "contact": "Olivia", "purchase_most_cents": 100_00}
    return run(actor("olivia"), now, solicitations.draft, step, **facts)


@pytest.fixture
def own(call: Solicitation, actor: Callable[[str], Any], now: datetime) -> Submission:
    """Return what a vendor began of the call, which asks for its price by lines alone."""
    form = form_of(call)
    changes = [PriceByLines(title=Wording(en="Price"), lines=THREE.lines)]
    for change in (*changes, *(Drop(question=k, reason="By lines.") for k in ("sprint_price", "indicative_purchase"))):
        form = change.apply(form)
    Solicitation.objects.filter(pk=call.pk).update(form=form.write(), published_at=now)
    vendor = Vendor.objects.get(code="tamarack")
    Participation.objects.update_or_create(
        challenge=call.step.challenge,
        vendor=vendor,
        defaults={"standing": "shortlisted", "municipality_id": call.municipality_id, "since": now},
    )
    return run(actor("tess"), now, submissions.start, again(call), vendor)


def again(call: Solicitation) -> Solicitation:
    return Solicitation.objects.select_related("step__challenge__method", "step__challenge__municipality").get(
        pk=call.pk
    )


def text(client: Client, path: str) -> str:
    page = client.get(path).content.decode().partition("<main")[2]
    return " ".join(re.sub("<[^>]+>", " ", page).split())


def lines(call: Solicitation) -> list[tuple[str, str, bool]]:
    form = form_of(again(call))
    return [(o.title.en, o.quantity, o.is_option) for q in form.asked for o in q.field.lines]


def post(client: Client, call: Solicitation, act: str, **given: Any) -> Any:
    return client.post(PAGE, {"act": act, "number": form_of(again(call)).number, **given})


def look(client: Client, call: Solicitation, what: str = "prices", **given: Any) -> Any:
    """Show a list, without changing anything."""
    return client.post(f"{PAGE}list/{what}/", {"act": "look", "number": form_of(again(call)).number, **given})


def bring(client: Client, call: Solicitation, what: str = "prices", **given: Any) -> Any:
    """Look at a list, and confirm it."""
    page = look(client, call, what, **given)
    assert page.status_code == 200
    sent = dict(re.findall(r'name="(read|number|act)" value="([^"]*)"', page.content.decode()))
    return client.post(f"{PAGE}list/{what}/", {name: unescape(value) for name, value in sent.items()})


def test_lines_come_in_from_a_spreadsheet_are_changed_and_go_out(
    call: Solicitation, sign_in: Callable[[str], Client]
) -> None:
    olivia = sign_in("olivia")
    rows = [["Line", "Unit", "Quantity", "Option"], ["Sensor", "each", 1200, ""], ["Training", "day", 2.5, "yes"]]
    file = SimpleUploadedFile("lines.xlsx", to_xlsx(rows))
    looked = look(olivia, call, title="Price", file=file)
    assert "2 rows would change. Nothing is changed yet." in " ".join(looked.content.decode().split())
    assert lines(call) == []
    file.seek(0)
    assert bring(olivia, call, title="Price", file=file)["Location"] == PAGE
    assert lines(call) == [("Sensor", "1200", False), ("Training", "2.5", True)]
    page = text(olivia, PAGE)
    assert "1. Sensor" in page
    assert "Scored is the sum of all lines that are no options." in page
    assert post(olivia, call, "drop", item="sprint_price", reason="By lines.").status_code == 302
    pasted = "Sensor\teach\t1200\nGateway\teach\t3"
    gone = re.sub(r"<[^>]+>|\s+", " ", look(olivia, call, "p1", title="Price", pasted=pasted).content.decode())
    assert "Training goes" in re.sub(" +", " ", gone)
    assert bring(olivia, call, "p1", title="Price", pasted=pasted).status_code == 302
    assert lines(call) == [("Sensor", "1200", False), ("Gateway", "3", False)]
    for kind in ("xlsx", "csv"):
        out = olivia.get(f"{PAGE}list/p1.{kind}").content
        ((_name, found),) = cells(out, kind)
        assert [row for _number, row in found][1][:3] == ("Sensor", "each", "1200")
        back = SimpleUploadedFile(f"again.{kind}", out)
        same = look(olivia, call, "p1", title="Price", file=back)
        assert (same.status_code, "The list says what the call asks already" in same.content.decode()) == (422, True)
        back.seek(0)
        assert bring(olivia, call, "p1", title="In dollars", file=back).status_code == 302
        assert len(lines(call)) == 2
        assert bring(olivia, call, "p1", title="Price", pasted=pasted).status_code == 302
    assert "Sensor\teach\t1200" in olivia.get(f"{PAGE}list/p1/").content.decode()
    for other in ("p1.pdf", "team.csv", "team/", "nothing/"):
        assert olivia.get(f"{PAGE}list/{other}").status_code == 404


def test_all_that_is_wrong_with_a_sheet_is_said_at_once_and_nothing_typed_is_lost(
    call: Solicitation, sign_in: Callable[[str], Client]
) -> None:
    refused = look(sign_in("olivia"), call, title="Price", pasted="Sensor\t\tmany\n\tday\t1\tperhaps")
    page = refused.content.decode()
    assert refused.status_code == 422
    for said in ("B1 is empty", "C1 says “many”", "A2 is empty", "D2 says “perhaps”. Write yes"):
        assert said in page
    assert "Sensor\t\tmany" in page
    nothing = look(sign_in("olivia"), call, title="Price")
    assert "Choose a file, or paste the rows" in nothing.content.decode()
    broken = SimpleUploadedFile("lines.xlsx", to_xlsx([["Sensor"]])[:-40])
    assert (
        "cannot be read as a spreadsheet" in look(sign_in("olivia"), call, title="Price", file=broken).content.decode()
    )
    assert lines(call) == []


def test_a_vendor_fills_in_each_line_and_sees_what_it_comes_to(
    own: Submission, sign_in: Callable[[str], Client]
) -> None:
    tess, url = sign_in("tess"), f"/en/vendor/submissions/{own.code}/price/"
    assert "waits for every amount" in text(tess, url)
    wrong = tess.post(url, {"draft": own.draft_version, "p1-l1": "cheap", "p1-l2": "3.33"})
    assert wrong.status_code == 422
    assert "1: “cheap”" in wrong.content.decode()
    assert 'value="cheap"' in wrong.content.decode()
    given = {"draft": own.draft_version, "p1-l1": "10", "p1-l2": "3.33", "p1-l3": "7", "go": "stay"}
    assert tess.post(url, given).status_code == 302
    assert read_draft(own)["p1"] == {"l1": 1000, "l2": 333, "l3": 700}
    shown = text(tess, url)
    assert "CAD 128.33" in shown
    assert "Options, not in the total: CAD 7" in shown
    checked = text(tess, f"/en/vendor/submissions/{own.code}/check/")
    assert "CAD 128.33" in checked
    assert "has no price" not in checked


def test_prices_come_in_by_file_and_by_paste(own: Submission, sign_in: Callable[[str], Client]) -> None:
    tess, base = sign_in("tess"), f"/en/vendor/submissions/{own.code}/sheets/"
    for kind in ("xlsx", "csv"):
        ((_name, rows),) = cells(tess.get(f"{base}p1.{kind}").content, kind)
        assert [row[0] for _n, row in rows] == ["No.", "1", "2", "3"]
    filled: list[list[str | float]] = [["No.", "Line", "Unit", "Quantity", "Option", "Unit price"]]
    filled += [[1, "Thing 1", "each", 12, "", 0.1 + 0.2], [2, "Thing 2", "each", 2.5, "", 3.33]]
    sent = tess.post(f"{base}p1/", {"act": "bring", "file": SimpleUploadedFile("p.xlsx", to_xlsx(filled))})
    assert sent.status_code == 302
    assert read_draft(own)["p1"] == {"l1": 30, "l2": 333}
    assert tess.post(f"{base}p1/", {"act": "bring", "pasted": "3\t1 250,50 $"}).status_code == 302
    assert read_draft(own)["p1"] == {"l1": 30, "l2": 333, "l3": 125_050}
    bad = tess.post(f"{base}p1/", {"act": "bring", "pasted": "1\tcheap\n9\t5"})
    assert bad.status_code == 422
    for said in ("B1 says “cheap”", "A2 says “9”. Write the number of a line, 1 to 3"):
        assert said in bad.content.decode()
    assert read_draft(own)["p1"]["l1"] == 30
    csv = SimpleUploadedFile("p.csv", to_csv([["No.", "Unit price"], [1, 20]]).encode())
    assert tess.post(f"{base}p1/", {"act": "bring", "file": csv}).status_code == 302
    assert read_draft(own)["p1"]["l1"] == 2000
    for who, path in (("nora", "p1/"), ("nora", "p1.csv"), ("olivia", "p1/")):
        assert sign_in(who).get(f"{base}{path}").status_code in (403, 404)
    assert tess.get(f"{base}team/").status_code == 404


def test_what_is_saved_by_itself_says_what_each_line_comes_to(
    own: Submission, sign_in: Callable[[str], Client]
) -> None:
    given = {"draft": own.draft_version, "who": "tess", "p1-l1": "10", "p1-l2": "3.33", "only": "p1-l1"}
    reply = sign_in("tess").post(
        f"/en/vendor/submissions/{own.code}/price/", given, headers={"Accept": "application/json"}
    )
    assert reply.json()["texts"] == {
        "total": "CAD\xa0128.33",
        "x-p1-l1": "CAD\xa0120",
        "x-p1-l2": "CAD\xa08.33",
        "x-p1-l3": "–",
    }


def test_the_sum_of_the_lines_is_the_price_that_is_scored(
    own: Submission, call: Solicitation, actor: Callable[[str], Any], now: datetime
) -> None:
    specs = spec_of_call(again(call)).answers
    assert price_total(specs, {"p1": {"l1": 1000, "l2": 333, "l3": 700}}) == 12_833
    assert price_total(specs, {"p1": {"l1": 1000, "l3": 700}}) is None
    assert price_total(specs, {}) is None
