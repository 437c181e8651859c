"""Mandatory items on pages: fitted, published, answered, checked."""
# ruff: noqa: F401, F811 - fixtures are taken from where they stand

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
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
    made = ItemCheck.objects.get()
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
