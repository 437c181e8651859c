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
BASE = reverse("evaluator-evaluation", args=PLACE)


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
    found = re.findall(r'<a href="#missing">\s*([A-D]): (\d) scores are missing', page)
    assert sorted(int(count) for _letter, count in found) == [3, 5, 5, 5]
    assert {letter for letter, _count in found} == set("ABCD")
    assert (page.count('id="missing"'), page.count('id="scores"')) == (1, 1)


def test_what_is_missing_is_named_and_linked_to_its_score(
    panel: Evaluation, hugo: Client, sign_in: Callable[[str], Client]
) -> None:
    page = hugo.get(BASE).content.decode().partition('id="missing"')[2]
    links = re.findall(rf'href="({BASE}score/[A-D]/)#(f\d)"', page)
    assert len(links) == len(set(links)) == 18
    target, place = links[-1]
    sheet_page = hugo.get(target).content.decode()
    assert re.search(rf'<fieldset\s+id="{place}"\s+tabindex="-1"', sheet_page)
    member = PanelMember.objects.get(evaluation=panel, person__code="eva")
    PanelMember.objects.filter(pk=member.pk).update(handed_in_at=None)
    assert "Nothing is missing." in sign_in("eva").get(BASE).content.decode()


def test_a_missing_reason_is_tied_to_its_field(panel: Evaluation, sign_in: Callable[[str], Client]) -> None:
    eva, page = sign_in("eva"), sheet(panel, "releve", "eva")
    answer = eva.post(page, shown(eva, page) | {"score-fit": "1"})
    found = re.search(r'<textarea\s+id="reason"[^>]*>', answer.content.decode())
    assert found
    assert 'aria-invalid="true" aria-describedby="er"' in found[0]


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


def recorded(panel: Evaluation) -> list[tuple[int, str]]:
    rows = ConsensusScore.objects.filter(evaluation=panel).order_by("id")
    return [(c.score, c.reason) for c in rows]


def at_hand(page: str) -> str:
    """Return the score whose fields a page has."""
    (found,) = re.findall(r'name="reason-([A-D]-\w+)"', page)
    return str(found)


def test_the_widest_spread_comes_first_and_recording_leads_to_the_next(agreeing: Evaluation, hugo: Client) -> None:
    page = hugo.get(CONSENSUS).content.decode()
    first = at_hand(page)
    spreads = {i: int(n) for i, n in re.findall(r'id="c-([A-D]-\w+)".*?spread (\d)', page, re.DOTALL)}
    assert (len(spreads), spreads[first]) == (20, max(spreads.values()))
    assert "checked" not in page.partition('id="agree"')[2]
    assert "0 of 20 agreed." in page
    typed = {f"score-{first}": "3", f"reason-{first}": "We agree.", "go": f"agree:{first}"}
    answer = hugo.post(f"{CONSENSUS}?cell={first}&meeting=yes", typed)
    assert answer.headers["Location"] == f"{CONSENSUS}?after={first}&meeting=yes#agree"
    page = hugo.get(answer.headers["Location"]).content.decode()
    following = at_hand(page)
    assert following != first
    assert spreads[following] == max(spread for item, spread in spreads.items() if item != first)
    assert "Recorded: " in page
    assert '<section class="panel panel--now" id="agree" tabindex="-1"' in page  # takes the focus without script too
    assert "mx-wide" not in page  # on a projector one score at a time
    assert "1 of 20 agreed." in hugo.get(CONSENSUS).content.decode()


def test_a_row_has_its_points_as_far_as_they_are_agreed(
    agreeing: Evaluation, letters: dict[str, str], hugo: Client, actor: Callable[[str], Any], now: Any
) -> None:
    (kestrel,) = [s for s in scoring_of(agreeing).contenders if s.vendor.code == "kestrel"]
    for count, criterion in enumerate(criteria_now(agreeing), start=1):
        said = {"submission": kestrel, "criterion": criterion.key, "score": 4, "reason": "So."}
        run(actor("hugo"), now, evaluations.agree, agreeing, **said)
        page = hugo.get(CONSENSUS).content.decode()
        row = page.partition(f'<tr data-letter="{letters["kestrel"]}"')[2].partition("</tr>")[0]
        assert ("24.00 of 30 so far" in row, ">80.00<" in row) == (count == 1, count == 5)


def test_what_is_typed_and_not_recorded_waits_for_its_score(
    agreeing: Evaluation, letters: dict[str, str], hugo: Client
) -> None:
    one, other = f"{letters['releve']}-fit", f"{letters['kestrel']}-team"
    typed = {f"reason-{one}": "Half a thought.", f"score-{one}": "", "go": f"show:{other}"}
    answer = hugo.post(f"{CONSENSUS}?cell={one}", typed)
    assert answer.headers["Location"] == f"{CONSENSUS}?cell={other}#agree"
    assert at_hand(hugo.get(answer.headers["Location"]).content.decode()) == other
    for button in ("equal", "freeze"):
        hugo.post(f"{CONSENSUS}?cell={other}", {"go": button, "equal": "All gave it."})
        page = hugo.get(f"{CONSENSUS}?cell={one}").content.decode()
        assert ("Half a thought." in page, "it is not recorded yet" in page) == (True, True)
    answer = hugo.post(CONSENSUS, {"go": "freeze"})
    page = answer.content.decode()
    assert (answer.status_code, f'href="?cell={one}#agree"' in page) == (422, True)
    assert "Fit to the outcome: record what you typed, or empty its fields" in page
    hugo.post(CONSENSUS, {f"reason-{one}": "", "go": f"show:{one}"})
    assert "Half a thought." not in hugo.get(f"{CONSENSUS}?cell={one}").content.decode()
    assert "Half a thought." not in [reason for _score, reason in recorded(agreeing)]


def test_a_refusal_at_the_consensus_stands_at_its_field(
    agreeing: Evaluation, letters: dict[str, str], hugo: Client
) -> None:
    one = f"{letters['releve']}-fit"
    for given, field, other in (("score", "reason", "4"), ("reason", "score", "We agree.")):
        answer = hugo.post(f"{CONSENSUS}?cell={one}", {f"{given}-{one}": other, "go": f"agree:{one}"})
        page = answer.content.decode()
        assert (answer.status_code, f'<a href="#{field}-{one}">' in page) == (422, True)
        tag = re.search(rf'<(?:fieldset|textarea)[^>]*id="{field}-{one}"[^>]*>', page)
        assert tag
        assert f'aria-describedby="e-{one}' in tag[0]
        assert other in page
    assert recorded(agreeing) == []


def test_a_reason_begins_with_what_the_members_wrote(
    agreeing: Evaluation, letters: dict[str, str], hugo: Client
) -> None:
    one = f"{letters['releve']}-fit"
    typed = {f"reason-{one}": "And so we agree.", f"score-{one}": "4", "go": f"begin:{one}"}
    page = hugo.post(f"{CONSENSUS}?cell={one}", typed, follow=True).content.decode()
    text = page.partition(f'id="reason-{one}"')[2].partition("</textarea>")[0]
    assert ("As read." in text, text.endswith("\n\nAnd so we agree.")) == (True, True)
    assert re.search(r'value="4"\s+checked', page)
    assert recorded(agreeing) == []


def test_where_all_agree_their_comments_are_the_reason(
    agreeing: Evaluation, hugo: Client, letters: dict[str, str], now: Any
) -> None:
    def write(item: str, score: int, comment: str) -> None:
        vendor = next(vendor for vendor, letter in letters.items() if letter == item[0])
        (submission,) = [s for s in scoring_of(agreeing).contenders if s.vendor.code == vendor]
        for member in PanelMember.objects.filter(evaluation=agreeing, left_at=None):
            facts = {"submission": submission, "criterion": item[2:], "comment": comment, "score": score}
            Score.objects.create(member=member, given_at=now, **facts)

    silent, spoken = f"{letters['releve']}-fit", f"{letters['releve']}-team"
    write(silent, 3, "")
    write(spoken, 2, "Shown by an example.")
    answer = hugo.post(CONSENSUS, {"go": "equal"})
    assert (answer.status_code, '<a href="#equal">' in answer.content.decode()) == (422, True)
    assert recorded(agreeing) == []
    assert hugo.post(CONSENSUS, {"go": "equal", "equal": "All gave it."}).status_code == 302
    page = hugo.get(CONSENSUS).content.decode()
    rows = recorded(agreeing)
    assert ((3, "All gave it.") in rows, (2, "Shown by an example.") in rows) == (True, True)
    assert [reason for _score, reason in rows].count("All gave it.") == 1
    assert "Where all agree already" not in page


def test_a_recorded_score_is_changed_from_a_page_that_shows_it(
    agreeing: Evaluation, letters: dict[str, str], hugo: Client
) -> None:
    one = f"{letters['releve']}-fit"
    typed = {f"score-{one}": "4", f"reason-{one}": "We agree.", "go": f"agree:{one}"}
    assert hugo.post(CONSENSUS, typed).headers["Location"] == f"{CONSENSUS}?after={one}#agree"
    assert "1 score recorded." in said(hugo, CONSENSUS)
    stale = hugo.post(CONSENSUS, {**typed, f"score-{one}": "2", f"seen-{one}": "0"})
    page = stale.content.decode()
    assert (stale.status_code, "Saved on another page:" in page) == (409, True)
    seen = re.search(rf'name="seen-{one}" value="(\d+)"', page)
    assert seen
    typed = {f"score-{one}": "3", f"reason-{one}": "On second thought.", f"seen-{one}": seen[1], "go": f"agree:{one}"}
    assert hugo.post(CONSENSUS, typed).status_code == 302
    assert recorded(agreeing) == [(4, "We agree."), (3, "On second thought.")]


def test_who_only_reads_the_consensus_has_links_and_no_fields(
    agreeing: Evaluation, letters: dict[str, str], sign_in: Callable[[str], Client]
) -> None:
    assert agreeing.phase == "consensus"
    eva, one = sign_in("eva"), f"{letters['releve']}-fit"
    page = eva.get(f"{CONSENSUS}?cell={one}").content.decode()
    assert (f'href="?cell={one}#agree"' in page, 'id="consensus"' in page, "<textarea" in page) == (True, False, False)
    assert "Relevé" not in page
    assert eva.get(f"{CONSENSUS}?cell=Z-nothing&after=Z-nothing&page=99").status_code == 200


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


@pytest.mark.parametrize(
    ("phase", "waits"), [("consensus", True), ("between", False), ("quality_frozen", False), ("final", False)]
)
def test_a_chair_has_what_waits_for_it_and_nothing_of_procurements(
    agreeing: Evaluation, hugo: Client, phase: str, waits: bool
) -> None:
    Evaluation.objects.filter(pk=agreeing.pk).update(phase=phase)
    page = hugo.get(reverse("evaluator-home")).content.decode().partition("<main")[2]
    here, done = (reverse("evaluator-evaluation", args=PLACE) in part for part in page.partition("</ul>")[::2])
    assert (here, done) == (waits, not waits)
