"""Forms that save by themselves: by field, over what stood on the page, and never over what somebody else wrote."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from mix.data.models import Conversation, DocumentVersion, Evaluation, Solicitation, Step, Submission
from mix.readers.case.documents import latest_content
from mix.readers.delivery.conversations import content_of
from mix.readers.market.sealing import read_draft
from mix.rules.core.kinds import StepState
from tests.talking import begun
from tests.web.reading import entered
from tests.web.test_conversation_pages import city_page, posted
from tests.web.test_drafting import WHOLE, draft, page_of
from tests.web.test_scoring_pages import PLACE, kept, panel, sheet, shown

pytestmark = pytest.mark.django_db
__all__ = ["draft", "panel"]
JSON = {"Accept": "application/json"}
STEP = ("downtown-parking-2", "commissioning")
DOCUMENT = reverse("city-step", args=STEP)


def by_itself(client: Client, who: str, address: str, given: dict[str, str], *only: str) -> tuple[int, dict[str, Any]]:
    """Send what a page sends by itself of which these fields were typed into; return status and answer."""
    answer = client.post(address, {**given, "who": who, "only": list(only)}, headers=JSON)
    return answer.status_code, answer.json()


def test_an_answer_saves_itself_and_the_button_saves_the_rest_over_it(
    sign_in: Callable[[str], Client], draft: Submission
) -> None:
    url, tess = reverse("vendor-submission", args=[draft.code]), sign_in("tess")
    before, number = read_draft(draft), entered(page_of(tess, url), "draft")
    given = {"draft": number, "team": "Saved while I type", "approach": "not typed into: the page is old"}
    status, reply = by_itself(tess, "tess", url, given, "team")
    assert (status, reply["whole"], re.fullmatch(r"Saved at \d\d:\d\d\.", reply["told"]) is not None) == (
        200,
        True,
        True,
    )
    assert reply["saved"] == [{"names": ["team"], "tokens": {"over-team": str(int(number) + 1)}, "fields": {}}]
    assert read_draft(draft) == {**before, "team": "Saved while I type"}
    more = {**given, **reply["saved"][0]["tokens"], "team": "Saved while I type, and on"}
    assert by_itself(tess, "tess", url, more, "team")[0] == 200
    answer = tess.post(url, {**WHOLE, **more, "over-team": str(int(number) + 2), "go": "stay"}, follow=True)
    assert "with what your team changed" not in answer.content.decode()
    assert (read_draft(draft)["team"], read_draft(draft)["approach"]) == (
        "Saved while I type, and on",
        "not typed into: the page is old",
    )


def test_two_of_a_team_type_at_once_and_each_answer_is_whose_it_is(
    sign_in: Callable[[str], Client], draft: Submission
) -> None:
    url, tess, tom = reverse("vendor-submission", args=[draft.code]), sign_in("tess"), sign_in("tom")
    number = entered(page_of(tess, url), "draft")
    assert by_itself(tom, "tom", url, {"draft": number, "approach": "by Tom"}, "approach")[0] == 200
    status, reply = by_itself(tess, "tess", url, {"draft": number, "team": "by Tess", "approach": ""}, "team")
    assert status == 200
    both = {"draft": number, "team": "by Tess again", "approach": "Tess too", **reply["saved"][0]["tokens"]}
    status, reply = by_itself(tess, "tess", url, both, "team", "approach")
    assert (status, [k["names"] for k in reply["saved"]], reply["whole"]) == (409, [["team"]], False)
    assert "this was changed on another page meanwhile. Press Save to see both texts." in reply["told"]
    content = read_draft(draft)
    assert (content["team"], content["approach"]) == ("by Tess again", "by Tom")
    page = tess.post(url, {**WHOLE, **both, **reply["saved"][0]["tokens"]}).content.decode()
    meanwhile = re.search(r"Changed by your team while you were writing:.*?</div>", page, re.DOTALL)
    assert meanwhile
    assert ("by Tom" in meanwhile[0], "by Tess" in meanwhile[0]) == (True, False)
    assert ("by Tom" in page, "Tess too" in page, 'name="choose-approach"' in page, 'name="choose-team"' in page) == (
        True, True, True, False,
    )  # fmt: skip


def test_what_cannot_be_read_says_why_and_the_rest_is_saved(
    sign_in: Callable[[str], Client], draft: Submission
) -> None:
    url, tess = reverse("vendor-submission", args=[draft.code]), sign_in("tess")
    given = {"draft": entered(page_of(tess, url), "draft"), "team": "x" * 60_001, "approach": "short"}
    status, reply = by_itself(tess, "tess", url, given, "team", "approach")
    assert (status, read_draft(draft)["approach"], "60000" in reply["told"]) == (422, "short", True)
    status, reply = by_itself(tess, "tess", url, given, "team")
    assert (status, reply["saved"], reply["told"].startswith("Not saved: ")) == (422, [], True)
    answer = tess.post(url, {**WHOLE, **given, "over-approach": "7"})
    assert (answer.status_code, entered(answer.content.decode(), "over-approach")) == (422, "7")


@pytest.mark.parametrize("who", ["", "tom", "nora"])
def test_what_is_typed_on_a_page_that_was_left_open_is_nobody_elses(
    sign_in: Callable[[str], Client], draft: Submission, who: str
) -> None:
    url, before = reverse("vendor-submission", args=[draft.code]), read_draft(draft)
    status, reply = by_itself(sign_in(who), "tess", url, {"draft": "1", "team": "typed by Tess"}, "team")
    assert (status, reply.get("failed")) == ((401, "ended") if who == "" else (409, None))
    assert read_draft(draft) == before
    assert [s for s in Session.objects.all() if "typed by Tess" in str(s.get_decoded())] == []


def test_a_page_with_an_old_token_gets_the_one_that_holds(sign_in: Callable[[str], Client], draft: Submission) -> None:
    url, client = reverse("vendor-submission", args=[draft.code]), Client(enforce_csrf_checks=True)
    client.cookies = sign_in("tess").cookies
    given = {"draft": entered(page_of(client, url), "draft"), "team": "again", "who": "tess", "only": "team"}
    elsewhere = client.post(url, given, headers={**JSON, "Origin": "https://elsewhere.example"})
    assert (elsewhere.status_code, elsewhere.headers["Content-Type"].partition(";")[0]) == (403, "text/html")
    answer = client.post(url, given, headers={**JSON, "Origin": "http://testserver"})
    assert answer.status_code == 403
    again = {**given, "csrfmiddlewaretoken": answer.json()["token"]}
    assert client.post(url, again, headers={**JSON, "Origin": "http://testserver"}).status_code == 200
    assert read_draft(draft)["team"] == "again"


def test_who_saves_very_often_is_asked_to_press_the_button(
    sign_in: Callable[[str], Client], draft: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mix.web.forms.limits.is_within", lambda *_a, **_k: False)
    url = reverse("vendor-submission", args=[draft.code])
    status, reply = by_itself(sign_in("tess"), "tess", url, {"draft": "1", "team": "x"}, "team")
    assert (status, "very often" in reply["told"], read_draft(draft)["team"] == "x") == (429, True, False)


@pytest.fixture
def place(step: Callable[[str, str], Step]) -> Step:
    return step(*STEP)


def save(client: Client, **given: str) -> Any:
    return client.post(DOCUMENT, {"act": "save", **given})


def text_of(page: str, name: str) -> str:
    found = re.search(rf'<textarea[^>]*\sname="{name}"[^>]*>([^<]*)</textarea>', page)
    assert found, name
    return found[1]


def test_a_document_saves_itself_and_the_button_finds_nobody_in_between(
    place: Step, sign_in: Callable[[str], Client]
) -> None:
    priya = sign_in("priya")
    number = entered(page_of(priya, DOCUMENT), "version")
    given = {"act": "save", "version": number, "users": "One.", "evidence": "not typed into"}
    status, reply = by_itself(priya, "priya", DOCUMENT, given, "users")
    token = {"over-users": str(int(number) + 1)}
    assert (status, reply["saved"]) == (200, [{"names": ["users"], "tokens": token, "fields": {}}])
    assert reply["texts"] == {"version": f"Version {int(number) + 1}"}
    assert (latest_content(place)["users"], latest_content(place)["evidence"] == "not typed into") == ("One.", False)
    assert save(priya, version=number, **token, users="One. Two.", evidence="Typed.").status_code == 302
    assert (latest_content(place)["users"], latest_content(place)["evidence"]) == ("One. Two.", "Typed.")


def test_a_document_that_saved_itself_says_anew_what_the_rules_say(sign_in: Callable[[str], Client]) -> None:
    Step.objects.filter(challenge__code=STEP[0], key="procurement-brief").update(state=StepState.ACTIVE)
    address = reverse("city-step", args=[STEP[0], "procurement-brief"])
    priya, findings = sign_in("priya"), re.compile(r"<h3>[^<]*</h3>|Waits for an answer:[^<]*")

    def on_page() -> list[str]:
        return findings.findall(page_of(priya, address).split('<div id="says">')[1].partition('id="le"')[0])

    before, seen = on_page(), entered(page_of(priya, address), "version")
    values = {"sprint_fee": "20,000", "shortlist_size": "3", "purchase_value": "900,000", "option_value": "0"}
    status, reply = by_itself(priya, "priya", address, {"act": "save", "version": seen, **values}, *values)
    assert (status, on_page() == before) == (200, False)
    assert findings.findall(reply["parts"]["says"]) == on_page()


def test_a_document_that_saved_itself_says_anew_what_is_missing(place: Step, sign_in: Callable[[str], Client]) -> None:
    priya, links = sign_in("priya"), re.compile(r'href="#(f-[a-z_]+)"')

    def on_page() -> list[str]:
        return links.findall(page_of(priya, DOCUMENT).split('id="missing"')[1].split("</ol>")[0])

    before = on_page()
    given = {"act": "save", "version": entered(page_of(priya, DOCUMENT), "version"), "evidence": ""}
    _status, reply = by_itself(priya, "priya", DOCUMENT, given, "evidence")
    assert ("f-evidence" in before, "f-evidence" in on_page()) == (False, True)
    assert links.findall(reply["parts"]["missing"]) == on_page()


def test_a_document_that_two_write_keeps_what_each_wrote(place: Step, sign_in: Callable[[str], Client]) -> None:
    priya, olivia = sign_in("priya"), sign_in("olivia")
    opened = page_of(priya, DOCUMENT)
    number, seen = entered(opened, "version"), text_of(opened, "evidence")
    given = {"act": "save", "version": number, "users": "Olivia’s users.", "evidence": "Olivia’s evidence."}
    assert by_itself(olivia, "olivia", DOCUMENT, given, "users", "evidence")[0] == 200
    mine = {"act": "save", "version": number, "users": "Priya’s users.", "current_cost": "Priya’s cost."}
    status, reply = by_itself(priya, "priya", DOCUMENT, mine, "users", "current_cost")
    assert (status, [k["names"] for k in reply["saved"]]) == (409, [["current_cost"]])
    content = latest_content(place)
    assert (content["users"], content["evidence"], content["current_cost"]) == (
        "Olivia’s users.", "Olivia’s evidence.", "Priya’s cost.",
    )  # fmt: skip
    answer = save(priya, **{**mine, "evidence": seen}, **reply["saved"][0]["tokens"])
    page = answer.content.decode()
    assert (answer.status_code, "Olivia" in page, text_of(page, "users")) == (422, True, "Priya’s users.")
    assert f"saved version {int(number) + 1} meanwhile" in page  # not Priya herself, whose version is the latest
    assert text_of(page, "evidence") == "Olivia’s evidence."
    assert save(priya, version=entered(page, "version"), users="Priya’s users.").status_code == 302
    assert latest_content(place)["users"] == "Priya’s users."


def test_what_could_not_be_read_is_still_written_over_the_version_that_was_seen(
    place: Step, sign_in: Callable[[str], Client]
) -> None:
    priya, olivia = sign_in("priya"), sign_in("olivia")
    number = entered(page_of(priya, DOCUMENT), "version")
    assert save(olivia, version=number, users="Olivia’s users.").status_code == 302
    answer = save(priya, version=number, users="Priya’s" + "x" * 60_001)
    assert (answer.status_code, entered(answer.content.decode(), "version")) == (422, number)
    assert save(priya, version=number, users="Priya’s users.").status_code == 422
    assert latest_content(place)["users"] == "Olivia’s users."


def test_what_was_typed_while_signed_out_is_written_over_the_version_that_was_seen(
    place: Step, sign_in: Callable[[str], Client]
) -> None:
    priya, olivia, client = sign_in("priya"), sign_in("olivia"), Client()
    number = entered(page_of(priya, DOCUMENT), "version")
    client.post(DOCUMENT, {"act": "save", "version": number, "users": "Typed while signed out."})
    assert save(olivia, version=number, users="Olivia’s users.").status_code == 302
    session = priya.session
    session.update(client.session)
    session.save()
    page = page_of(priya, DOCUMENT)
    assert (entered(page, "version"), text_of(page, "users")) == (number, "Typed while signed out.")


def test_a_document_that_waits_at_its_gate_is_not_saved_by_itself(sign_in: Callable[[str], Client]) -> None:
    versions = DocumentVersion.objects.count()
    url = reverse("city-step", args=["water-leaks", "commissioning"])
    status, reply = by_itself(sign_in("priya"), "priya", url, {"act": "save", "version": "1", "users": "late"}, "users")
    assert (status, reply["saved"], DocumentVersion.objects.count()) == (409, [], versions)


def test_scores_and_comments_save_themselves_and_say_how_far_one_has_come(
    panel: Evaluation, sign_in: Callable[[str], Client]
) -> None:
    hugo, address = sign_in("hugo"), sheet(panel, "releve")
    given = {**shown(hugo, address), "comment-team": "Read first.", "score-fit": "4", "comment-fit": "not typed into"}
    status, reply = by_itself(hugo, "hugo", address, given, "comment-team")
    assert (status, [k["names"] for k in reply["saved"]]) == (200, [["comment-team"]])
    assert (kept(panel, "releve", "team"), kept(panel, "releve", "fit")) == ([(None, "Read first.")], [])
    assert re.fullmatch(r"Comment kept .+\. Not scored yet", reply["texts"]["w-team"])
    given |= {**reply["saved"][0]["tokens"], "score-team": "5", "comment-team": ""}
    status, reply = by_itself(hugo, "hugo", address, given, "score-team", "comment-team")
    assert (status, reply["saved"], "Not saved: " in reply["told"]) == (422, [], True)  # a 5 needs its comment
    status, reply = by_itself(
        hugo, "hugo", address, {**given, "comment-team": "Very strong."}, "score-team", "comment-team"
    )
    assert (status, kept(panel, "releve", "team")[-1], reply["texts"]["given"].startswith("3 of ")) == (
        200, (5, "Very strong."), True,
    )  # fmt: skip
    assert reply["texts"][f"n-{address.rstrip('/')[-1]}"] == "1 of 5"


def test_two_tabs_of_an_evaluator_save_themselves_and_neither_loses_a_letter(
    panel: Evaluation, sign_in: Callable[[str], Client]
) -> None:
    hugo, address = sign_in("hugo"), sheet(panel, "releve")
    first = second = shown(hugo, address)
    status, reply = by_itself(hugo, "hugo", address, {**first, "comment-team": "First tab."}, "comment-team")
    assert status == 200
    scored = {**second, "score-team": "3"}
    status, reply = by_itself(hugo, "hugo", address, scored, "score-team")
    assert (status, reply["saved"][0]["fields"]) == (200, {"comment-team": "First tab."})
    clash = {**first, "comment-team": "Second tab."}
    status, reply = by_itself(hugo, "hugo", address, clash, "comment-team")
    assert (status, reply["saved"], kept(panel, "releve", "team")[-1]) == (409, [], (3, "First tab."))
    page = hugo.post(address, clash).content.decode()
    assert ("First tab." in page, "Second tab." in page) == (True, True)
    assert hugo.post(address, {**clash, "seen-team": entered(page, "seen-team")}).status_code == 302
    assert kept(panel, "releve", "team")[-1] == (3, "Second tab.")


def test_what_is_typed_after_ones_own_declaration_in_another_tab_stays_on_the_page(
    panel: Evaluation, sign_in: Callable[[str], Client]
) -> None:
    umar, address, declare = sign_in("umar"), sheet(panel, "releve", "umar"), reverse("evaluator-declare", args=PLACE)
    given = {**shown(umar, address), "comment-team": "Typed before I remembered.", "reason": "Read again"}
    before = kept(panel, "releve", "team", "umar")
    boxes = re.findall(r'<select[^>]*\sname="(\w+)"[^>]*>(.*?)</select>', page_of(umar, declare), re.DOTALL)
    stands = {name: re.findall(r'value="(\w+)"\s+selected', options)[0] for name, options in boxes}
    declared = {**stands, "releve": "advised", "act": "declare", "signed_statement": "on"}
    assert umar.post(declare, declared).status_code == 302
    answer = umar.post(address, given)
    page = answer.content.decode()
    assert (answer.status_code, "Typed before I remembered." in page, "You score once" in page) == (409, True, True)
    status, reply = by_itself(umar, "umar", address, given, "comment-team")
    assert (status, reply["saved"], kept(panel, "releve", "team", "umar")) == (409, [], before)


def test_what_is_typed_on_a_page_that_is_gone_or_late_stays_on_the_answer(
    sign_in: Callable[[str], Client], draft: Submission, now: Any
) -> None:
    url = reverse("vendor-submission", args=[draft.code])
    gone = sign_in("nora").post(url, {"draft": "1", "team": "Typed on <b>a</b> page"})
    assert (gone.status_code, "Typed on &lt;b&gt;a&lt;/b&gt; page" in gone.content.decode()) == (404, True)
    Solicitation.objects.filter(pk=draft.solicitation_id).update(closes_at=now - timedelta(seconds=1))
    late = sign_in("tess").post(url, {"draft": "1", "team": "Typed a second late", "password": "hunter two"})
    page = late.content.decode()
    assert (late.status_code, "Typed a second late" in page, "hunter" in page) == (409, True, False)


def test_amounts_that_save_themselves_are_added_up(sign_in: Callable[[str], Client], now: Any) -> None:
    own = Submission.objects.get(solicitation__reference__startswith="YOUNG-TREES-RFP", vendor__code="tamarack")
    Solicitation.objects.filter(pk=own.solicitation_id).update(
        closes_at=now + timedelta(days=1), technical_opened_at=None, price_opened_at=None
    )
    tess, url = sign_in("tess"), reverse("vendor-price", args=[own.code])
    page = page_of(tess, url)
    names = re.findall(r'<input\s+id="i-(\w+)"', page)
    assert re.search(r'id="total">\s*waits for every amount', page)
    given = {"draft": entered(page, "draft"), **dict.fromkeys(names, "1,000.00")}
    status, reply = by_itself(tess, "tess", url, given, names[0])
    assert (status, reply["texts"]) == (200, {"total": "waits for every amount"})
    status, reply = by_itself(tess, "tess", url, given, *names)
    assert (status, reply["texts"]["total"].replace("\u00a0", " ")) == (200, f"CAD {len(names)},000")


def test_more_fields_than_a_form_may_have_are_refused_in_words(sign_in: Callable[[str], Client]) -> None:
    rows = {f"outcomes-{n}-measure": "x" for n in range(5001)}
    kind = "application/x-www-form-urlencoded"
    answer = sign_in("priya").post(DOCUMENT, urlencode({"act": "save", **rows}), content_type=kind)
    assert (answer.status_code, "five thousand fields" in answer.content.decode()) == (413, True)


@pytest.fixture
def written(db: None) -> Conversation:
    """Return Tamarack's plan, begun."""
    return begun()[0]


def test_what_is_written_with_a_city_saves_itself_and_the_button_meets_nobody(
    written: Conversation, sign_in: Callable[[str], Client]
) -> None:
    url, tess = reverse("vendor-conversation-write", args=[written.code]), sign_in("tess")
    page = page_of(tess, url)
    assert ("data-saves" in page, "saving.js" in page) == (True, True)
    before, given = content_of(written, 0), {"version": entered(page, "version"), "scope": "Saved while I type"}
    status, reply = by_itself(tess, "tess", url, {**given, "sites": "not typed into"}, "scope")
    assert (status, reply["saved"]) == (200, [{"names": ["scope"], "tokens": {"over-scope": "1"}, "fields": {}}])
    assert content_of(again(written), 1) == {**before, "scope": "Saved while I type"}
    assert "Saved while I type" not in sign_in("priya").get(city_page(written)).content.decode()
    more = {**posted(0), **given, "over-scope": "1", "scope": "And on", "go": "stay"}
    assert tess.post(url, more).status_code == 302
    assert content_of(again(written), 2)["scope"] == "And on"


def test_two_of_a_team_write_with_a_city_and_neither_loses_a_letter(
    written: Conversation, sign_in: Callable[[str], Client]
) -> None:
    url, tess, tom = reverse("vendor-conversation-write", args=[written.code]), sign_in("tess"), sign_in("tom")
    assert by_itself(tom, "tom", url, {"version": "0", "scope": "by Tom"}, "scope")[0] == 200
    both = {"version": "0", "scope": "by Tess", "sites": "Two streets, by Tess"}
    status, reply = by_itself(tess, "tess", url, both, "scope", "sites")
    assert (status, [k["names"] for k in reply["saved"]], reply["whole"]) == (409, [["sites"]], False)
    assert "this was changed on another page meanwhile. Press Save to see both texts." in reply["told"]
    content = content_of(again(written), 2)
    assert (content["scope"], content["sites"]) == ("by Tom", "Two streets, by Tess")
    page = tess.post(url, {**posted(0), **both, **reply["saved"][0]["tokens"]}).content.decode()
    assert ("by Tom" in page, "by Tess" in page, 'name="choose-scope"' in page, 'name="choose-sites"' in page) == (
        True, True, True, False,
    )  # fmt: skip


def test_what_is_written_with_a_city_is_kept_where_it_cannot_be_saved(
    written: Conversation, sign_in: Callable[[str], Client]
) -> None:
    url, tess = reverse("vendor-conversation-write", args=[written.code]), sign_in("tess")
    given = {"version": "0", "scope": "x" * 60_001, "sites": "short"}
    status, reply = by_itself(tess, "tess", url, given, "scope", "sites")
    assert (status, content_of(again(written), 1)["sites"], "60000" in reply["told"]) == (422, "short", True)
    for who, expected in (("", (401, "ended")), ("tom", (409, None))):
        status, reply = by_itself(sign_in(who), "tess", url, {"version": "1", "scope": "typed by Tess"}, "scope")
        assert (status, reply.get("failed")) == expected, who
    Conversation.objects.filter(pk=written.pk).update(until=written.begun_at)
    status, reply = by_itself(tess, "tess", url, {"version": "1", "scope": "too late"}, "scope")
    assert (status, reply["saved"], again(written).version) == (409, [], 1)
    late = tess.post(url, {**posted(1), "scope": "too late"})
    assert (late.status_code, "too late" in late.content.decode()) == (422, True)


def test_what_was_written_while_signed_out_waits_on_the_page(
    written: Conversation, sign_in: Callable[[str], Client]
) -> None:
    url, tess, client = reverse("vendor-conversation-write", args=[written.code]), sign_in("tess"), Client()
    client.post(url, {**posted(0), "scope": "Typed while signed out."})
    assert by_itself(sign_in("tom"), "tom", url, {"version": "0", "scope": "by Tom"}, "scope")[0] == 200
    session = tess.session
    session.update(client.session)
    session.save()
    page = page_of(tess, url)
    assert (entered(page, "version"), "Typed while signed out." in page, "Your text is back." in page) == (
        "0", True, True,
    )  # fmt: skip
    assert tess.post(url, {**posted(0), "scope": "Typed while signed out."}).status_code == 409


def again(found: Conversation) -> Conversation:
    return Conversation.objects.select_related("step__challenge__method", "vendor").get(pk=found.pk)
