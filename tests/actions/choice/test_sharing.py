"""A large panel shares what it scores; what somebody leaves comes to others, who are asked again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mix.actions.choice import evaluations, panels
from mix.actions.core.run import run
from mix.data.models import Evaluation, Event, Message, PanelMember, Submission
from mix.readers.choice.scoring import scoring_of
from mix.readers.core.errors import Unknown
from mix.rules.choice.sharing import Shares
from mix.rules.core.kinds import EvaluationPhase
from mix.rules.core.unmet import Refused

pytestmark = pytest.mark.django_db
FREE = dict.fromkeys(("tamarack", "northlight", "releve", "kestrel"), ("none", ""))
PLACE = ["under-our-streets", "shortlist"]


@pytest.fixture
def panel() -> Evaluation:
    """Return an evaluation under way: Eva and Umar have handed in, Hugo (the chair) scores, Chloé has not declared."""
    return Evaluation.objects.select_related("step__challenge__method", "solicitation__step__challenge__method").get(
        step__challenge__code="under-our-streets", step__key="shortlist"
    )


def seat(panel: Evaluation, code: str) -> PanelMember:
    return panel.panel.select_related("person", "evaluation").get(person__code=code)


def bid(panel: Evaluation, vendor: str) -> Submission:
    return panel.solicitation.submissions.get(vendor__code=vendor)


@pytest.fixture
def shared(panel: Evaluation) -> Evaluation:
    """Have Chloé and Eva share Kestrel's and Relevé's, Hugo and Umar the others."""
    members = [seat(panel, code).pk for code in ("chloe", "eva", "hugo", "umar")]
    listed = [bid(panel, vendor).pk for vendor in ("kestrel", "northlight", "releve", "tamarack")]
    panel.shares = Shares(2, tuple(members), tuple(listed)).write()
    panel.save(update_fields=["shares"])
    return panel


def own(panel: Evaluation, code: str) -> set[str]:
    member = seat(panel, code)
    return {s.vendor.code for s in scoring_of(panel, member).to_score(member)}


def test_shares_are_drawn_when_scoring_opens(panel: Evaluation, actor: Callable[[str], Any], now: Any) -> None:
    panel.phase = EvaluationPhase.PANEL
    panel.save(update_fields=["phase"])
    for each in (1, 4):
        with pytest.raises(Refused) as caught:
            run(actor("olivia"), now, panels.open_scoring, panel.step, each=each)
        assert [(u.code, u.params) for u in caught.value.unmet] == [("share_out_of_range", {"least": "2", "most": "3"})]
    run(actor("olivia"), now, panels.open_scoring, panel.step, each=3)
    panel.refresh_from_db()
    drawn = Shares.read(panel.shares)
    assert drawn.each == 3
    assert set(drawn.members) == {m.pk for m in panel.panel.all()}
    assert len(drawn.submissions) == 4
    assert Event.objects.filter(verb="evaluations.open_scoring").latest("id").payload["each"] == 3


def test_each_scores_its_share_and_nothing_else(
    shared: Evaluation, actor: Callable[[str], Any], sign_in: Callable[[str], Client], now: Any
) -> None:
    assert own(shared, "eva") == {"kestrel", "releve"}
    assert own(shared, "hugo") == {"northlight", "tamarack"}
    hugo, kestrel = seat(shared, "hugo"), bid(shared, "kestrel")
    with pytest.raises(Unknown):
        run(actor("hugo"), now, evaluations.score, shared, submission=kestrel, criterion="approach", score=3)
    letter = scoring_of(shared, hugo).letter(kestrel, hugo)
    assert sign_in("hugo").get(reverse("evaluator-score", args=[*PLACE, letter])).status_code == 404
    page = sign_in("hugo").get(reverse("evaluator-evaluation", args=PLACE)).content.decode()
    assert "each is scored by 2 of you, drawn by lot. These are yours." in page


def test_from_the_consensus_on_the_panel_speaks_of_all(shared: Evaluation) -> None:
    shared.phase = EvaluationPhase.CONSENSUS
    assert own(shared, "hugo") == set(FREE)


def test_what_a_conflict_leaves_comes_to_the_next_who_is_asked_again(
    shared: Evaluation, actor: Callable[[str], Any], now: Any
) -> None:
    hugo = seat(shared, "hugo")
    hugo.handed_in_at = now
    hugo.save(update_fields=["handed_in_at"])
    run(actor("chloe"), now, evaluations.declare, shared, conflicts={**FREE, "kestrel": ("family", "a cousin")})
    assert own(shared, "hugo") == {"kestrel", "northlight", "tamarack"}
    hugo.refresh_from_db()
    assert hugo.handed_in_at is None
    assert [m.to_name for m in Message.objects.filter(code="share_grew")] == ["Hugo Marchetti"]


def test_what_somebody_who_leaves_had_comes_to_others(
    shared: Evaluation, actor: Callable[[str], Any], now: Any
) -> None:
    run(actor("olivia"), now, panels.leave_panel, seat(shared, "chloe"), reason="Away until the spring.")
    assert own(shared, "hugo") == {"kestrel", "northlight", "releve", "tamarack"}
    assert own(shared, "umar") == {"northlight", "tamarack"}
