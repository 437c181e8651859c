"""Published figures are downloaded as tables, with the numbers of the pages; nobody is named who fell away."""

import csv
import re
from functools import partial

import pytest
from django.test import Client
from django.utils.html import strip_tags

from mix.data.models import Award, Challenge
from mix.readers.case.challenge_lists import page_ended_challenges, page_measured_challenges
from mix.readers.knowledge.lessons import measure
from mix.web.public import figures

pytestmark = pytest.mark.django_db


def table(client: Client, path: str) -> dict[str, dict[str, str]]:
    answer = client.get(path)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    text = answer.content.decode("utf-8-sig")
    return {row["challenge"]: row for row in csv.DictReader(text.splitlines())}


def test_outcomes_name_whom_it_was_bought_from_and_for_how_much(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "page_ended_challenges", partial(page_ended_challenges, size=5))
    rows = table(client, "/en/outcomes.csv")
    awards = Award.objects.filter(state="approved", step__challenge__code__in=rows).select_related("vendor")
    found = {a.step.challenge.code: (a.vendor.name, f"{a.value_cents / 100:.2f}") for a in awards}
    assert {code: (rows[code]["vendor"], rows[code]["value_cad"]) for code in found} == found
    assert found["fleet-vans"] == ("Northlight Sensing Inc.", "601000.00")
    assert len(rows) == page_ended_challenges(1).total > 10  # more than two pages
    page = client.get("/en/outcomes/").content.decode()
    assert "/en/outcomes.csv" in page


def test_measures_are_those_of_the_page(client: Client) -> None:
    rows = table(client, "/fr/measures.csv")
    shown = measure(page_measured_challenges(1).rows)
    for m in shown:
        row = rows[m.challenge.code]
        assert (row["days_total"], row["submissions"], row["staff_hours"]) == (
            "" if m.days_total is None else str(m.days_total),
            str(m.submissions),
            str(m.hours),
        )
    assert "/en/measures.csv" in client.get("/en/measures/").content.decode()


def test_no_cell_is_computed_by_a_spreadsheet(client: Client) -> None:
    Challenge.objects.filter(code="fleet-vans").update(title='=HYPERLINK("x")')
    assert table(client, "/en/outcomes.csv")["fleet-vans"]["title"] == '\'=HYPERLINK("x")'


def test_a_decision_that_was_made_again_says_so_in_public(client: Client) -> None:
    text = " ".join(strip_tags(client.get("/en/challenges/fleet-vans/").content.decode()).split())
    assert re.search(r"decided again later The vans are bought from Wellington Fleet Supply \(fictional\)\.", text)
    assert not re.search(r"decided again later [^.]*the next-ranked bid is accepted", text)


@pytest.mark.parametrize("path", ["/en/", "/fr/"])
def test_the_footer_promises_what_there_is(client: Client, path: str) -> None:
    foot = client.get(path).content.decode().partition("<footer")[2]
    assert "Every published figure" not in foot
    assert "Chaque chiffre publié" not in foot
