"""Equals for whom there are too few places: nobody is chosen until the order among them is drawn and recorded."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from mix.actions.choice import awards, evaluations, ties
from mix.actions.choice.rankings import rank
from mix.actions.core.run import run
from mix.actions.flow import moves
from mix.data.models import Award, Challenge, Evaluation, Event, OpenedEnvelope, Result, Step, Submission
from mix.readers.case.challenges import get_step
from mix.readers.choice.awards import find_next_result
from mix.readers.choice.evaluations import find_evaluation, list_results
from mix.readers.choice.lots import find_lot
from mix.readers.core.errors import Forbidden
from mix.readers.flow.bundles import evaluation_document
from mix.readers.flow.moves import unmet_to_ask
from mix.rules.choice.evaluation_file import parse_file, recompute
from mix.rules.choice.lots import draw, fingerprint, lot_of
from mix.rules.choice.states import RankingCause
from mix.rules.city.kinds import kind_of
from mix.rules.core.access import Role
from mix.rules.core.kinds import Decision
from mix.rules.core.unmet import Refused
from tests.behind import open_tables
from tests.bundled import gather_files

pytestmark = pytest.mark.django_db
ROADS = "guelph-roads-sprint"
DRAWN = {"how": "Two slips, drawn by the clerk in front of both.", "reason": "Equal in points and in price."}
BLOCKED = ("tie_unbroken", {"names": "Northlight Sensing Inc., Tamarack Ground Data Co-op", "most": "1"})


@pytest.fixture
def tied() -> Evaluation:
    """Bring the choice of a winner back before its gate, with two vendors equal in scores and price, and no award."""
    Challenge.objects.filter(code=ROADS).update(status="running", ended_at=None)
    place = {"challenge__code": ROADS, "key": "select-winner"}
    Step.objects.filter(**place).update(state="active", done_at=None)
    Step.objects.filter(challenge__code=ROADS, key="sale").update(state="waiting", done_at=None)
    before = Result.objects.in_force().filter(
        ranking__evaluation__step__challenge__code=ROADS, ranking__evaluation__step__key="mvp-evaluation"
    )
    for award in Award.objects.filter(step__challenge__code=ROADS):  # as if none had been recommended from this choice
        award.result, award.state = before.get(submission__vendor_id=award.vendor_id), "failed"
        award.save(update_fields=["result", "state"])
    step = get_step(Challenge.objects.select_related("municipality", "method").get(code=ROADS), "select-winner")
    evaluation = find_evaluation(step)
    assert evaluation is not None
    prices = OpenedEnvelope.objects.filter(submission__solicitation=evaluation.solicitation, envelope="price")
    open_tables("data_openedenvelope")
    prices.filter(submission__vendor__code="tamarack").update(
        answers=prices.get(submission__vendor__code="northlight").answers
    )
    rank(evaluation, cause=RankingCause.FINAL, now=datetime(2026, 5, 1, tzinfo=UTC))
    return evaluation


def placed(evaluation: Evaluation) -> list[tuple[str, int | None, bool, bool]]:
    return sorted((r.submission.vendor.code, r.rank, r.is_tied, r.is_selected) for r in list_results(evaluation))


def submission(evaluation: Evaluation, vendor: str) -> Submission:
    return evaluation.solicitation.submissions.select_related("vendor").get(vendor__code=vendor)


def found(step: Step, now: datetime) -> list[tuple[str, dict[str, str]]]:
    return [(u.code, dict(u.params)) for u in unmet_to_ask(step, now=now)]


def test_of_equals_for_one_place_nobody_is_chosen_and_the_gate_waits(
    tied: Evaluation, actor: Callable[[str], Any], now: datetime
) -> None:
    assert placed(tied) == [("northlight", 1, True, False), ("releve", 3, False, False), ("tamarack", 1, True, False)]
    assert found(tied.step, now) == [BLOCKED]
    with pytest.raises(Refused) as caught:
        run(actor("olivia"), now, moves.ask, tied.step)
    assert [u.code for u in caught.value.unmet] == ["tie_unbroken"]


@pytest.mark.parametrize("first", ["northlight", "tamarack"])
def test_a_drawn_order_decides_and_is_recomputed_from_the_file(
    tied: Evaluation, actor: Callable[[str], Any], now: datetime, first: str
) -> None:
    """Either way round, so that it is never the order of rows."""
    second = {"northlight": "tamarack", "tamarack": "northlight"}[first]
    order = [submission(tied, first), submission(tied, second)]
    run(actor("olivia"), now, evaluations.break_tie, tied, order=order, **DRAWN)
    assert placed(tied) == sorted([(first, 1, False, True), (second, 2, False, False), ("releve", 3, False, False)])
    assert found(tied.step, now) == []
    event = Event.objects.get(verb="evaluations.break_tie")
    said = {key: value for key, value in event.payload.items() if key != "rows"}
    ranks = {"select-winner-1": {first: 1, second: 2, "releve": 3}}
    assert (said, event.reason) == ({"order": [first, second], "how": DRAWN["how"], "ranks": ranks}, DRAWN["reason"])

    sale = get_step(tied.step.challenge, "sale")
    nxt = find_next_result(sale)
    assert nxt is not None
    assert nxt.submission.vendor.code == first
    document = evaluation_document(tied)
    assert document["tie_breaks"] == [[str(s.pk) for s in order]]
    ranks = {o.key: (o.rank, o.tied) for o in recompute(parse_file(json.dumps(document)))}
    assert ranks == {str(r.submission_id): (r.rank, r.is_tied) for r in list_results(tied)}
    panel = json.loads(gather_files(tied.step.challenge)["evaluations/select-winner-1-panel.json"])
    assert panel["tie_breaks"] == [
        {"order": [str(s.pk) for s in order], "by": "olivia", "at": now.isoformat(), **DRAWN}
    ]


def test_who_drew_the_order_or_scored_does_not_approve_the_result(
    tied: Evaluation, actor: Callable[[str], Any], now: datetime
) -> None:
    order = [submission(tied, "tamarack"), submission(tied, "northlight")]
    run(actor("olivia"), now, evaluations.break_tie, tied, order=order, **DRAWN)
    preparers = kind_of(tied.step.kind).preparers(tied.step)
    assert preparers == {"olivia", "hugo", "eva", "chloe"}
    run(actor("olivia"), now, moves.ask, tied.step)
    at_gate = get_step(tied.step.challenge, tied.step.key)
    facts = {"city": at_gate.challenge.municipality, "role": Role.PROCUREMENT_OFFICER, "reason": "So."}
    with pytest.raises(Refused) as caught:
        run(actor("olivia"), now, moves.sign, at_gate, decision=Decision.PROCEED, **facts)
    assert "author_may_not_approve" in [u.code for u in caught.value.unmet]


def test_a_tie_is_broken_whole_with_reasons_by_who_may_finalise(
    tied: Evaluation, actor: Callable[[str], Any], now: datetime
) -> None:
    olivia, both = actor("olivia"), [submission(tied, "tamarack"), submission(tied, "northlight")]
    releve = submission(tied, "releve")
    for order, given, code in (
        (both[:1], DRAWN, "tie_order_wrong"),
        ([both[0], both[0]], DRAWN, "tie_order_wrong"),
        ([*both, releve], DRAWN, "tie_order_wrong"),
        (both, DRAWN | {"how": " "}, "answer_missing"),
        (both, DRAWN | {"reason": ""}, "reason_missing"),
    ):
        with pytest.raises(Refused) as caught:
            run(olivia, now, evaluations.break_tie, tied, order=order, **given)
        assert [u.code for u in caught.value.unmet] == [code]
    with pytest.raises(Forbidden):
        run(actor("priya"), now, evaluations.break_tie, tied, order=both, **DRAWN)
    run(olivia, now, evaluations.break_tie, tied, order=both, **DRAWN)
    with pytest.raises(Refused) as caught:  # they are equal no more
        run(olivia, now, evaluations.break_tie, tied, order=both[::-1], **DRAWN)
    assert [u.code for u in caught.value.unmet] == ["tie_order_wrong"]


def test_an_award_waits_for_the_order_among_equals(
    tied: Evaluation, actor: Callable[[str], Any], now: datetime
) -> None:
    """A tie that arises, or that matters, after the evaluation is done."""
    Step.objects.filter(pk=tied.step_id).update(state="done")
    Step.objects.filter(challenge__code=ROADS, key="sale").update(state="active")
    sale, olivia = get_step(tied.step.challenge, "sale"), actor("olivia")
    with pytest.raises(Refused) as caught:
        run(olivia, now, awards.recommend, sale)
    assert [u.code for u in caught.value.unmet] == ["tie_before_award"]
    order = [submission(tied, "northlight"), submission(tied, "tamarack")]
    run(olivia, now, evaluations.break_tie, tied, order=order, **DRAWN)
    assert run(olivia, now, awards.recommend, sale).vendor.code == "northlight"


def test_a_tie_is_broken_on_the_page_of_the_evaluation(tied: Evaluation, sign_in: Callable[[str], Any]) -> None:
    page, officer = f"/en/city/challenges/{ROADS}/select-winner/", sign_in("olivia")
    before = officer.get(page).content.decode()
    assert "Nobody of them is chosen before the order among them is drawn and recorded." in before
    assert "drawn otherwise" not in sign_in("anita").get(page).content.decode()
    codes = [submission(tied, vendor).code for vendor in ("tamarack", "northlight")]
    given = {"act": "break_tie", "place_1": codes[0], "place_2": codes[0], **DRAWN}
    assert officer.post(page, given).status_code == 422
    assert officer.post(page, given | {"place_2": codes[1]}).status_code == 302
    after = officer.get(page).content.decode()
    assert "Tamarack Ground Data Co-op, Northlight Sensing Inc." in " ".join(after.split())
    assert DRAWN["how"] in after
    assert "drawn otherwise" not in after


AMONG = ("tamarack", "northlight")
THROWN = {"said": " 3,  5, 1 ", "how": "Thrown by the clerk in front of both.", "reason": "Equal in price too."}


def refused(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as caught:
        act()
    return [u.code for u in caught.value.unmet]


def test_a_lot_is_fixed_once_and_drawn_by_words_that_come_later(
    tied: Evaluation, actor: Callable[[str], Any], now: datetime
) -> None:
    olivia = actor("olivia")
    assert refused(lambda: run(olivia, now, ties.draw_lot, tied, among=AMONG, **THROWN)) == ["lot_not_fixed"]
    told = run(olivia, now, ties.fix_lot, tied, among=AMONG, source="Three dice")
    payload = Event.objects.get(verb="ties.fix_lot").payload
    assert (payload["fingerprint"], payload["among"]) == (told, sorted(AMONG))
    lot = find_lot(tied, AMONG)
    assert lot is not None
    secret = lot.open() or ""
    assert (fingerprint(secret), secret in json.dumps(payload)) == (told, False)
    again = refused(lambda: run(olivia, now, ties.fix_lot, tied, among=AMONG[::-1], source="Three other dice"))
    assert again == ["lot_fixed"]
    made = run(olivia, now, ties.draw_lot, tied, among=AMONG, **THROWN)
    order = draw(AMONG, secret=secret, said="3, 5, 1")
    assert made.order == [str(submission(tied, code).pk) for code in order]
    assert placed(tied) == sorted(
        [(order[0], 1, False, True), (order[1], 2, False, False), ("releve", 3, False, False)]
    )
    drawn = Event.objects.get(verb="ties.draw_lot").payload
    assert (drawn["secret"], drawn["said"], [name for name, _lot in drawn["lots"]]) == (secret, "3, 5, 1", list(order))
    assert find_lot(tied, AMONG) is None
    assert found(tied.step, now) == []
    again = refused(lambda: run(olivia, now, ties.draw_lot, tied, among=AMONG, **THROWN))
    assert again == ["lot_not_fixed"]


def test_a_lot_is_among_all_who_are_equal_by_who_may_finalise(
    tied: Evaluation, actor: Callable[[str], Any], now: datetime
) -> None:
    olivia = actor("olivia")
    for among in (AMONG[:1], (*AMONG, "releve"), ()):
        assert refused(lambda a=among: run(olivia, now, ties.fix_lot, tied, among=a, source="Dice")) == [
            "tie_order_wrong"
        ]
    assert refused(lambda: run(olivia, now, ties.fix_lot, tied, among=AMONG, source=" ")) == ["answer_missing"]
    with pytest.raises(Forbidden):
        run(actor("priya"), now, ties.fix_lot, tied, among=AMONG, source="Dice")
    run(olivia, now, ties.fix_lot, tied, among=AMONG, source="Dice")
    for given in ({"said": " "}, {"how": ""}, {"reason": ""}):
        assert refused(lambda g=given: run(olivia, now, ties.draw_lot, tied, among=AMONG, **THROWN | g))
    with pytest.raises(Forbidden):
        run(actor("priya"), now, ties.draw_lot, tied, among=AMONG, **THROWN)
    assert not Event.objects.filter(verb__in=("ties.draw_lot", "evaluations.break_tie")).exists()


def test_a_lot_whose_secret_is_lost_is_not_drawn(
    tied: Evaluation, actor: Callable[[str], Any], now: datetime, settings: Any
) -> None:
    run(actor("olivia"), now, ties.fix_lot, tied, among=AMONG, source="Dice")
    settings.SECRET_KEY = "another" * 8
    assert refused(lambda: run(actor("olivia"), now, ties.draw_lot, tied, among=AMONG, **THROWN)) == ["lot_lost"]


def test_a_lot_is_drawn_on_the_page_and_can_be_drawn_again(tied: Evaluation, sign_in: Callable[[str], Any]) -> None:
    page, officer = f"/en/city/challenges/{ROADS}/select-winner/", sign_in("olivia")
    before = " ".join(officer.get(page).content.decode().split())
    assert "these are equal in that too." in before
    assert officer.post(page, {"act": "fix_lot", "source": "Three dice"}).status_code == 302
    fixed = officer.get(page).content.decode()
    assert ("Three dice" in fixed, 'value="fix_lot"' in fixed, "The secret" in fixed) == (True, False, False)
    assert officer.post(page, {"act": "draw_lot", **THROWN}).status_code == 302
    after = officer.get(page).content.decode()
    told = re.findall(r'class="hash">([0-9a-f]{64})<', after)
    assert fingerprint(told[1]) == told[0]
    assert told[2:] == sorted(lot_of(name, secret=told[1], said="3, 5, 1") for name in AMONG)
    assert "draw_lot" not in after
