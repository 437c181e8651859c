"""Pages of evaluators: nothing that was typed is lost, and what is said of it is true."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mix.actions.choice import evaluations
from mix.actions.core.run import run
from mix.data.models import (
    ConsensusScore,
    Evaluation,
    Event,
    Label,
    PanelMember,
    Score,
)
from mix.readers.choice.evaluations import criteria_now
from mix.readers.choice.scoring import scoring_of

pytestmark = pytest.mark.django_db
PLACE = ["under-our-streets", "shortlist"]
CONSENSUS = reverse("evaluator-consensus", args=PLACE)


@pytest.fixture
def panel() -> Evaluation:
    """Return an evaluation under way: Eva and Umar have handed in, Hugo (the chair) has given two scores."""
    return Evaluation.objects.get(step__challenge__code="under-our-streets", step__key="shortlist")


@pytest.fixture
def hugo(sign_in: Callable[[str], Client]) -> Client:
    return sign_in("hugo")


def sheet(panel: Evaluation, vendor: str, code: str = "hugo") -> str:
    label = Label.objects.get(evaluation=panel, member__person__code=code, submission__vendor__code=vendor).label
    return reverse("evaluator-score", args=[*PLACE, label])


def form(page: str) -> dict[str, str]:
    """Return what a browser would send of the first form that scores, as it stands on a page."""
    found = {}
    for tag in re.findall(r"<input\s[^>]*>", page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        kind = re.search(r'type="(\w+)"', tag)
        if name and value and (kind is None or kind[1] != "radio" or "checked" in tag):
            found[name[1]] = unescape(value[1])
    for name_, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', page):
        found[name_] = unescape(text)
    return {k: v for k, v in found.items() if k.partition("-")[0] in ("score", "comment", "seen") or k == "reason"}


def shown(client: Client, address: str) -> dict[str, str]:
    return form(client.get(address).content.decode())


def kept(panel: Evaluation, vendor: str, criterion: str, code: str = "hugo") -> list[tuple[int | None, str]]:
    rows = Score.objects.filter(
        member__evaluation=panel, member__person__code=code, submission__vendor__code=vendor, criterion=criterion
    )
    return [(row.score, row.comment) for row in rows.order_by("id")]


def said(client: Client, address: str) -> str:
    """Return what the page says was done."""
    page = client.get(address).content.decode()
    found = re.search(r'role="status"[^>]*>(.*?)</(?:div|ul|p)>', page, re.DOTALL)
    return re.sub(r"<[^>]+>|\s+", " ", found[1]).strip() if found else ""


def test_a_comment_without_a_score_is_kept_and_shown_again(panel: Evaluation, hugo: Client) -> None:
    address = sheet(panel, "releve")
    answer = hugo.post(address, {**shown(hugo, address), "comment-team": "Read first,\r\nscore later."})
    assert answer.status_code == 302
    assert "1 comment kept without a score." in said(hugo, address)
    assert kept(panel, "releve", "team") == [(None, "Read first,\nscore later.")]
    assert shown(hugo, address)["comment-team"] == "Read first,\nscore later."
    member = PanelMember.objects.get(evaluation=panel, person__code="hugo")
    assert scoring_of(panel, member).progress(member) == (2, 20)
    hugo.post(address, {**shown(hugo, address), "score-team": "4"})
    assert "1 score saved." in said(hugo, address)
    assert kept(panel, "releve", "team")[-1] == (4, "Read first,\nscore later.")


def test_a_kept_comment_counts_for_nothing_and_is_read_by_nobody_else(
    panel: Evaluation, hugo: Client, sign_in: Callable[[str], Client]
) -> None:
    address = sheet(panel, "releve")
    hugo.post(address, {"comment-team": "CANARY"})
    member = PanelMember.objects.get(evaluation=panel, person__code="hugo")
    assert not any(s.comment == "CANARY" for s in scoring_of(panel, member).scores.values())
    for code in ("eva", "umar"):
        assert "CANARY" not in sign_in(code).get(sheet(panel, "releve", code)).content.decode()


def test_an_older_page_takes_nothing_back(panel: Evaluation, hugo: Client) -> None:
    """Two tabs: one writes a comment, the other, opened before, gives another criterion its score."""
    address = sheet(panel, "tamarack")
    old, new = shown(hugo, address), shown(hugo, address)
    hugo.post(address, {**new, "comment-fit": "The newer comment."})
    answer = hugo.post(address, {**old, "score-newness": "3"})
    assert answer.status_code == 302
    assert kept(panel, "tamarack", "fit") == [(4, "Joins all three records."), (4, "The newer comment.")]
    assert kept(panel, "tamarack", "newness") == [(3, "")]


def test_what_two_pages_changed_in_one_score_is_merged(panel: Evaluation, hugo: Client) -> None:
    address = sheet(panel, "tamarack")
    old, new = shown(hugo, address), shown(hugo, address)
    hugo.post(address, {**new, "comment-fit": "The newer comment."})
    hugo.post(address, {**old, "score-fit": "3"})
    assert kept(panel, "tamarack", "fit")[-1] == (3, "The newer comment.")


def test_where_two_pages_changed_the_same_both_stand_on_the_page(panel: Evaluation, hugo: Client) -> None:
    address = sheet(panel, "tamarack")
    old, new = shown(hugo, address), shown(hugo, address)
    hugo.post(address, {**new, "comment-fit": "Written first.", "score-fit": "3"})
    answer = hugo.post(address, {**old, "comment-fit": "Written second.", "comment-team": "And this is new."})
    page = answer.content.decode()
    assert (answer.status_code, "Written first." in page, "Written second." in page) == (409, True, True)
    assert "1 score saved. The rest was not saved; it is still here." in unescape(page)
    assert kept(panel, "tamarack", "fit")[-1] == (3, "Written first.")
    assert kept(panel, "tamarack", "team")[-1] == (4, "And this is new.")
    settled = form(page)
    assert (settled["score-fit"], settled["comment-fit"]) == ("3", "Written second.")  # the other's score stays
    assert hugo.post(address, settled).status_code == 302
    assert kept(panel, "tamarack", "fit")[-1] == (3, "Written second.")


@pytest.mark.parametrize("value", ["3.5", "6", "²", "-1", "x"])
def test_what_is_no_score_is_refused_and_its_comment_stays(panel: Evaluation, hugo: Client, value: str) -> None:
    address = sheet(panel, "releve")
    answer = hugo.post(address, {**shown(hugo, address), "score-fit": value, "comment-fit": "Long thought about."})
    page = answer.content.decode()
    assert (answer.status_code, "Long thought about." in page, kept(panel, "releve", "fit")) == (422, True, [])
    assert "Nothing was saved. What you typed is still here." in page


def test_a_refusal_links_to_its_field_and_names_what_was_saved(panel: Evaluation, hugo: Client) -> None:
    address = sheet(panel, "releve")
    answer = hugo.post(address, {**shown(hugo, address), "score-fit": "4", "score-team": "5", "comment-newness": "So."})
    page = answer.content.decode()
    assert answer.status_code == 422
    links = re.findall(r'<a href="#(\w+)">', page.partition('class="errsum"')[2].partition("</ul>")[0])
    assert len(links) == 1
    assert f'id="{links[0]}"' in page
    assert "1 score saved. 1 comment kept without a score. The rest was not saved" in page
    assert form(page)["score-team"] == "5"


def test_a_change_after_handing_in_keeps_its_reason_where_something_else_is_refused(
    panel: Evaluation, sign_in: Callable[[str], Client]
) -> None:
    eva, address = sign_in("eva"), sheet(panel, "releve", "eva")
    typed = {**shown(eva, address), "score-team": "0", "comment-team": "", "reason": "I misread the plan."}
    answer = eva.post(address, typed)
    assert (answer.status_code, form(answer.content.decode())["reason"]) == (422, "I misread the plan.")
    without = eva.post(address, {**typed, "comment-team": "Nobody is named.", "reason": ""})
    assert (without.status_code, '<a href="#reason">' in without.content.decode()) == (422, True)


def test_what_comes_after_the_consensus_opened_is_refused_in_true_words(panel: Evaluation, hugo: Client) -> None:
    address = sheet(panel, "releve")
    typed = {**shown(hugo, address), "score-fit": "3", "comment-fit": "An hour of thought."}
    Evaluation.objects.filter(pk=panel.pk).update(phase="consensus")
    answer = hugo.post(address, typed)
    page = answer.content.decode()
    assert (answer.status_code, "An hour of thought." in page, kept(panel, "releve", "fit")) == (409, True, [])
    assert "Scoring has ended. This was not saved; your text is still here, to copy from." in page
    assert "were" not in page.partition('class="errsum"')[2].partition("</div>")[0]


def test_what_is_sent_signed_out_comes_back_with_what_it_was_written_over(panel: Evaluation, hugo: Client) -> None:
    address = sheet(panel, "tamarack")
    old = shown(hugo, address)
    hugo.post(address, {**old, "comment-fit": "Newer."})
    outside = Client()
    assert outside.post(address, {**old, "comment-fit": "Typed while signed out."}).status_code == 302
    outside.force_login(
        PanelMember.objects.get(evaluation=panel, person__code="hugo").person,
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    page = outside.get(address).content.decode()
    assert "Your text is back." in page
    back = form(page)
    assert back["comment-fit"] == "Typed while signed out."
    assert outside.post(address, back).status_code == 409  # it was written over something that has changed since


def test_handing_in_names_each_submission_that_lacks_scores(panel: Evaluation, hugo: Client) -> None:
    address = reverse("evaluator-evaluation", args=PLACE)
    page = hugo.post(address, {"act": "hand_in"}).content.decode()
    found = re.findall(r'<a href="#scores">\s*([A-D]): (\d) scores are missing', page)
    assert sorted(int(count) for _letter, count in found) == [3, 5, 5, 5]
    assert {letter for letter, _count in found} == set("ABCD")
    assert page.count('id="scores"') == 1


@pytest.fixture
def agreeing(panel: Evaluation, actor: Callable[[str], Any], now: Any) -> Evaluation:
    """Have Hugo hand in like Eva and open the consensus; Chloé's seat ends, who never declared."""
    member = PanelMember.objects.get(evaluation=panel, person__code="hugo")
    for submission in scoring_of(panel, member).to_score(member):
        for criterion in criteria_now(panel):
            facts = {"submission": submission, "criterion": criterion.key, "score": 4, "comment": "As read."}
            run(actor("hugo"), now, evaluations.score, panel, **facts)
    run(actor("hugo"), now, evaluations.hand_in, panel)
    PanelMember.objects.filter(evaluation=panel, person__code="chloe").update(left_at=now)
    return run(actor("hugo"), now, evaluations.open_consensus, panel)


@pytest.fixture
def letters(agreeing: Evaluation) -> dict[str, str]:
    found = Label.objects.filter(evaluation=agreeing, member=None).values_list("submission__vendor__code", "label")
    return dict(found)


def test_the_panel_has_one_naming_of_its_own(letters: dict[str, str], hugo: Client) -> None:
    assert sorted(letters.values()) == ["A", "B", "C", "D"]
    page = hugo.get(CONSENSUS).content.decode()
    own = dict(
        Label.objects.filter(member__person__code="hugo", member__evaluation__step__key="shortlist")
        .filter(evaluation__step__challenge__code="under-our-streets")
        .values_list("submission__vendor__code", "label")
    )
    beside = dict(re.findall(r'data-letter="(\w)" data-own="(\w)"', page))
    assert beside == {letters[vendor]: own[vendor] for vendor in letters}


def test_equal_cells_are_recorded_without_gathering_the_scoring_for_each(
    agreeing: Evaluation, actor: Callable[[str], Any], now: Any
) -> None:
    with CaptureQueriesContext(connection) as asked:
        count = run(actor("hugo"), now, evaluations.agree_where_equal, agreeing, reason="All gave it.")
    recorded = ConsensusScore.objects.filter(evaluation=agreeing)
    assert (recorded.count(), Event.objects.filter(verb="evaluations.agree", happened_at=now).count()) == (count, count)
    assert count > 3
    assert len(asked) < 22 + 6 * count  # what is known of a panel is asked for once; then each cell, and its line


def test_no_button_of_the_consensus_loses_what_stands_beside_it(
    agreeing: Evaluation, letters: dict[str, str], hugo: Client
) -> None:
    one, other = f"{letters['releve']}-fit", f"{letters['kestrel']}-team"
    typed = {
        f"score-{one}": "4",
        f"reason-{one}": "We agree.",
        f"reason-{other}": "Half a thought.",
        "go": f"agree:{one}",
    }
    answer = hugo.post(CONSENSUS, typed)
    page = answer.content.decode()
    assert (answer.status_code, "Half a thought." in page) == (422, True)
    assert "1 score recorded. The rest was not saved; it is still here." in page
    assert f'<a href="#score-{other}">' in page
    assert f'id="score-{other}"' in page
    assert [c.reason for c in ConsensusScore.objects.filter(evaluation=agreeing)] == ["We agree."]
    answer = hugo.post(CONSENSUS, {f"reason-{other}": "Half a thought.", "equal": "All gave it.", "go": "equal"})
    page = answer.content.decode()
    assert (answer.status_code, "Half a thought." in page, "All gave it." in page) == (422, True, True)
    answer = hugo.post(CONSENSUS, {f"reason-{other}": "So.", f"score-{other}": "2", "go": "freeze"})
    assert (answer.status_code, "Agree on 18 more scores" in answer.content.decode()) == (422, True)
    assert ConsensusScore.objects.filter(evaluation=agreeing).count() == 2
    done = hugo.post(CONSENSUS, {f"reason-{one}": "Changed our mind.", f"score-{one}": "3", "go": f"agree:{one}"})
    assert (done.status_code, done.headers.get("Location")) == (409, None)  # its page had not seen what was recorded


def test_a_recorded_score_is_changed_from_a_page_that_shows_it(
    agreeing: Evaluation, letters: dict[str, str], hugo: Client
) -> None:
    one = f"{letters['releve']}-fit"
    typed = {f"score-{one}": "4", f"reason-{one}": "We agree.", "go": f"agree:{one}"}
    assert hugo.post(CONSENSUS, typed).headers["Location"] == f"{CONSENSUS}#c-{one}"
    assert "1 score recorded." in said(hugo, CONSENSUS)
    page = hugo.get(CONSENSUS).content.decode()
    seen = re.search(rf'name="seen-{one}" value="(\d+)"', page)
    assert seen
    typed = {f"score-{one}": "3", f"reason-{one}": "On second thought.", f"seen-{one}": seen[1], "go": f"agree:{one}"}
    assert hugo.post(CONSENSUS, typed).status_code == 302
    rows = ConsensusScore.objects.filter(evaluation=agreeing).order_by("id")
    assert [(c.score, c.reason) for c in rows] == [(4, "We agree."), (3, "On second thought.")]


def test_what_is_sent_after_the_consensus_ended_comes_back_in_true_words(
    agreeing: Evaluation, letters: dict[str, str], hugo: Client
) -> None:
    Evaluation.objects.filter(pk=agreeing.pk).update(phase="quality_frozen")
    one = f"{letters['releve']}-fit"
    answer = hugo.post(CONSENSUS, {f"score-{one}": "4", f"reason-{one}": "Too late.", "go": f"agree:{one}"})
    page = answer.content.decode()
    assert (answer.status_code, "Too late." in page) == (409, True)
    assert "The consensus has ended. This was not saved; your text is still here, to copy from." in page


def test_what_the_chair_typed_signed_out_comes_back(letters: dict[str, str], agreeing: Evaluation) -> None:
    one, outside = f"{letters['releve']}-fit", Client()
    typed = {f"score-{one}": "4", f"reason-{one}": "Typed signed out.", "go": f"agree:{one}"}
    assert outside.post(CONSENSUS, typed).status_code == 302
    outside.force_login(
        PanelMember.objects.get(evaluation=agreeing, person__code="hugo").person,
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    page = outside.get(CONSENSUS).content.decode()
    assert ("Your text is back." in page, "Typed signed out." in page) == (True, True)
    assert not ConsensusScore.objects.filter(evaluation=agreeing).exists()


def test_nobody_but_the_chair_sends_anything_from_the_consensus(
    agreeing: Evaluation, letters: dict[str, str], sign_in: Callable[[str], Client], hugo: Client
) -> None:
    one = f"{letters['releve']}-fit"
    typed = {f"score-{one}": "4", f"reason-{one}": "We agree.", "go": f"agree:{one}"}
    assert sign_in("eva").post(CONSENSUS, typed).status_code == 404
    assert hugo.post(CONSENSUS, {**typed, "go": "agree:Z-fit"}).status_code == 404
    assert hugo.post(CONSENSUS, {**typed, "go": "sell"}).status_code == 404
    assert not Event.objects.filter(challenge="under-our-streets", verb="evaluations.agree").exists()
