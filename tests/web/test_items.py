"""Mandatory items on pages: fitted, published, answered, checked."""
# ruff: noqa: F401, F811 - fixtures are taken from where they stand

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from mix.data.models import ItemCheck, Solicitation
from mix.readers.market.solicitations import form_of
from mix.rules.core.access import Role
from tests.actions.market.test_item_checks import again, call, checked, of, opened_at, who_holds
from tests.web.test_call_form import PAGE, post
from tests.web.test_call_form import call as drafted

pytestmark = pytest.mark.django_db
STEP = "/en/city/challenges/water-leaks/invitation/"


@pytest.fixture
def later(call: Solicitation) -> Solicitation:
    """Return the opened call of a step that is at hand."""
    call.step.state, call.step.asked_at = "active", None
    call.step.save()
    return call


def text(client: Client, path: str) -> str:
    page = client.get(path).content.decode().partition("<main")[2]
    return " ".join(re.sub("<[^>]+>", " ", page).split())


def test_items_are_demanded_changed_and_dropped_on_the_page(
    drafted: Solicitation,
    sign_in: Callable[[str], Client],
) -> None:
    olivia = sign_in("olivia")
    words = {"title": "You hold a licence", "title_fr": "Vous avez un permis", "looks_at": "Its number"}
    assert post(olivia, drafted, "add_item", **words, checked_by="legal").status_code == 302
    (item,) = form_of(again(drafted)).items
    assert item.proof is not None
    assert item.proof.title.texts["en"].startswith("How you meet “You hold a licence”")
    assert "«\N{NO-BREAK SPACE}Vous avez un permis\N{NO-BREAK SPACE}»" in item.proof.title.texts["fr"]
    shown = text(olivia, PAGE)
    assert "Checked by: Legal" in shown
    assert "You hold a licence" in text(olivia, PAGE.replace("/call/", "/publish/"))
    changed = {**words, "title": "You hold a licence to dig", "checked_by": "finance"}
    assert post(olivia, drafted, "change_item", item="m1", **changed).status_code == 302
    assert form_of(again(drafted)).items[0].field.checked_by is Role.FINANCE
    wrong = post(olivia, drafted, "change_item", item="m1", **{**changed, "looks_at": "", "checked_by": "eva"})
    assert wrong.status_code == 422
    assert "You hold a licence to dig" in wrong.content.decode()
    assert post(olivia, drafted, "drop", item="m1", reason="By law anyway.").status_code == 302
    assert form_of(again(drafted)).items == ()
    assert "Dropped: By law anyway." in text(olivia, PAGE)


def test_the_notice_and_the_questions_say_what_is_mandatory(call: Solicitation, client: Client) -> None:
    notice = text(client, f"/en/calls/{call.reference}/")
    assert "Mandatory items, pass or fail" in notice
    assert "A submission that does not meet one of them is not scored" in notice
    assert notice.count("a licence") == 1  # not asked once more among the questions
    assert "mandatory, pass or fail" in text(client, f"/en/vendor/calls/{call.reference}/preview/")


def test_whoever_checks_sees_what_is_to_be_checked_and_records_it(
    later: Solicitation, sign_in: Callable[[str], Client]
) -> None:
    legal = sign_in(who_holds(Role.LEGAL))
    shown = text(legal, STEP)
    assert "waits for you" in shown
    assert "Licence 12" in shown
    assert "data in Canada" not in shown.partition("Mandatory items")[2]  # another duty's
    row = f"{of(later, 'kestrel').code}.m1"
    empty = legal.post(STEP, {"act": "check_item", "item": row, "passed": "fail", "reason": ""})
    assert empty.status_code == 422
    done = legal.post(STEP, {"act": "check_item", "item": row, "passed": "fail", "reason": "It ended."})
    assert done.status_code == 302
    made = ItemCheck.objects.get(submission__solicitation=later)
    assert (made.passed, made.reason, made.checked_by.code) == (False, "It ended.", who_holds(Role.LEGAL))
    assert "not scored" in text(legal, STEP)
    assert "It ended." in text(legal, f"{STEP}?items={of(later, 'kestrel').code}")
    olivia = sign_in("olivia")
    whole = text(olivia, STEP)
    assert "Check 2 mandatory items (Legal)" in whole
    assert "Say pass or fail" not in whole  # she reads, and does not check


def test_who_neither_checks_nor_reads_submissions_sees_no_item(
    later: Solicitation, sign_in: Callable[[str], Client]
) -> None:
    shown = text(sign_in(who_holds(Role.SPONSOR)), STEP)
    assert "Licence 12" not in shown
    assert "Kestrel" not in shown.partition("Mandatory items")[2]


def test_a_vendor_is_told_before_it_finalises(
    call: Solicitation,
    sign_in: Callable[[str], Client],
    now: Any,
) -> None:
    Solicitation.objects.filter(pk=call.pk).update(technical_opened_at=None, closes_at=now + timedelta(days=60))
    row = call.submissions.get(vendor__code="kestrel")
    kim = sign_in("kim")
    kim.post(
        f"/en/vendor/submissions/{row.code}/",
        {"draft": row.draft_version, "team": "Two", "insurance": "yes", "go": "stay"},
    )
    assert "without a yes your submission is not scored" in text(kim, f"/en/vendor/submissions/{row.code}/check/")


def test_items_go_out_come_in_and_count_once_they_are_confirmed(
    drafted: Solicitation, sign_in: Callable[[str], Client]
) -> None:
    olivia, page = sign_in("olivia"), f"{PAGE}list/items/"
    words = {"title": "You hold a licence", "looks_at": "Its number", "checked_by": "legal"}
    post(olivia, drafted, "add_item", **words)
    rows = olivia.get(f"{PAGE}list/items.csv").content.decode("utf-8-sig").splitlines()
    assert rows[1:] == ["m1,You hold a licence,,Its number,,Legal"]
    assert rows[0].startswith("Id,What is mandatory,")
    new = "\tData stay in Canada\tDonnées au Canada\tThe servers\t\tLegal"
    pasted = f"{new}\nm1\tA licence to dig\t\tIts number\t\tlegal"
    number = form_of(again(drafted)).number
    looked = olivia.post(page, {"act": "look", "number": number, "pasted": pasted})
    said = " ".join(re.sub("<[^>]+>", " ", looked.content.decode()).split())
    assert "2 rows would change. Nothing is changed yet. They would stand in another order." not in said
    assert "2 rows would change. Nothing is changed yet." in said
    assert [q.field.title.en for q in form_of(again(drafted)).items] == ["You hold a licence"]
    sent = dict(re.findall(r'name="(read|number|act)" value="([^"]*)"', looked.content.decode()))
    assert olivia.post(page, {name: unescape(value) for name, value in sent.items()})["Location"] == PAGE
    found = form_of(again(drafted)).items
    assert [(q.field.key, q.field.title.en) for q in found] == [
        ("m2", "Data stay in Canada"),
        ("m1", "A licence to dig"),
    ]
    assert found[0].proof
    assert found[0].proof.title.texts["fr"].endswith("qui le montre")
    turned = f"m1\tA licence to dig\t\tIts number\t\tLegal\nm2{new}"
    again_looked = olivia.post(page, {"act": "look", "number": number + 1, "pasted": turned}).content.decode()
    assert "They would stand in another order." in again_looked


def test_every_wrong_cell_of_a_list_of_items_is_named_at_once(
    drafted: Solicitation, sign_in: Callable[[str], Client]
) -> None:
    olivia, page = sign_in("olivia"), f"{PAGE}list/items/"
    pasted = "m9\t\tDonnées\tServers\t\tnobody\nm9\tIn Canada\t\t\tVu\tLegal\tmore"
    answer = olivia.post(page, {"act": "look", "number": "0", "pasted": pasted})
    said = unescape(" ".join(re.sub("<[^>]+>", " ", answer.content.decode()).split()))
    for fault in (
        "A1 says “m9”. Copy an id as it was downloaded",
        "B1 is empty. Fill it in",
        "F1 says “nobody”. Write who checks it, one of:",
        "D2 is empty. Fill it in",
        "G2 says “more”. There are 6 columns",
    ):
        assert fault in said
    assert (answer.status_code, form_of(again(drafted)).number, "Données\tServers" in answer.content.decode()) == (
        422, 0, True,
    )  # fmt: skip
    many = "\n".join(f"\tItem {n}\t\tPaper\t\tLegal" for n in range(16))
    over = olivia.post(page, {"act": "look", "number": "0", "pasted": many}).content.decode()
    assert "Demand at most 15 mandatory items; there are 16" in over
