"""A scoring in stages, on pages: invite, agree on a time, record the meeting, score what was heard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mix.actions.choice import evaluations, meetings
from mix.actions.core.run import run
from mix.data.models import Challenge, Evaluation, Message, StageInvitation, Step
from mix.readers.choice.scoring import scoring_of, unmet_to_hand_in
from mix.readers.core.errors import Forbidden, Unknown
from mix.rules.core.unmet import Refused


def codes(caught: Any) -> list[str]:
    return [u.code for u in caught.value.unmet]


@pytest.fixture
def between(db: None) -> Evaluation:
    """Put the evaluation of the vans back to where its first stage was agreed: Kestrel is below a minimum."""
    found = Evaluation.objects.get(step__challenge__code="fleet-vans", phase="final")
    StageInvitation.objects.filter(evaluation=found).delete()
    Evaluation.objects.filter(pk=found.pk).update(phase="between", stage=0, finalised_at=None)
    Step.objects.filter(pk=found.step_id).update(state="active", asked_at=None)
    Challenge.objects.filter(pk=found.step.challenge_id).update(status="running")
    found.step.challenge.participations.update(disqualified_at=None, disqualified_reason="")
    found.refresh_from_db()
    return found


def page(evaluation: Evaluation) -> str:
    return reverse("city-step", args=["fleet-vans", evaluation.step.key])


def test_from_one_stage_to_the_next_on_pages(between: Evaluation, sign_in: Callable[[str], Client], now: Any) -> None:
    olivia = sign_in("olivia")
    assert olivia.post(page(between), {"act": "invite"}).status_code == 302
    between.refresh_from_db()
    assert (between.phase, between.stage) == ("scoring", 1)
    assert [s.vendor.code for s in scoring_of(between).here] == ["northlight", "wellington"]
    told = set(Message.objects.filter(subject__startswith="Interview of the team").values_list("to_name", flat=True))
    assert told == {"Nora Svensson", "Walt Jensen"}

    item = between.invitations.get(submission__vendor__code="wellington").submission.code
    soon = (now + timedelta(days=2)).strftime("%Y-%m-%dT10:00")
    answer = olivia.post(page(between), {"act": "set_meeting", "item": item, "meets_at": soon, "place": "Room 112"})
    assert answer.status_code == 302
    walt, kim = sign_in("walt"), sign_in("kim")
    assert "Room 112" in walt.get(reverse("vendor-home")).content.decode()
    assert "Interviews" not in kim.get(reverse("vendor-home")).content.decode()

    answer = olivia.post(page(between), {"act": "record_meeting", "item": item, "minutes": "45", "present": "All"})
    assert answer.status_code == 422
    StageInvitation.objects.filter(evaluation=between).update(meets_at=now - timedelta(hours=1), place="Room 112")
    for invitation in between.invitations.select_related("submission"):
        given = {"minutes": "45", "present": "All", "notes": "A sentence that only the panel reads."}
        post = {"act": "record_meeting", "item": invitation.submission.code, **given}
        assert olivia.post(page(between), post).status_code == 302

    eva = sign_in("eva")
    label = invitation.submission.labels.get(evaluation=between, member__person__code="eva").label
    read = eva.get(reverse("evaluator-score", args=["fleet-vans", between.step.key, label])).content.decode()
    assert "A sentence that only the panel reads." in read
    assert "Technical merit" not in read
    assert "A sentence that only the panel reads." not in walt.get(reverse("vendor-home")).content.decode()
    kestrel = between.solicitation.submissions.get(vendor__code="kestrel")
    out = kestrel.labels.get(evaluation=between, member__person__code="eva").label
    assert eva.get(reverse("evaluator-score", args=["fleet-vans", between.step.key, out])).status_code == 404


def test_a_stage_of_meetings_is_not_handed_in_before_they_are_held(
    between: Evaluation, actor: Callable[[str], Any], now: Any
) -> None:
    run(actor("olivia"), now, meetings.invite, between.step)
    between.refresh_from_db()
    member = between.panel.get(person__code="eva")
    unmet = unmet_to_hand_in(scoring_of(between, member), member)
    assert {u.code for u in unmet} == {"meetings_missing"}  # her scores of the replay are there
    with pytest.raises(Refused) as caught:
        run(actor("eva"), now, evaluations.hand_in, between)
    assert codes(caught) == ["meetings_missing"]


def test_scores_of_an_agreed_stage_and_of_who_is_out_are_refused(
    between: Evaluation, actor: Callable[[str], Any], now: Any
) -> None:
    run(actor("olivia"), now, meetings.invite, between.step)
    inside = between.solicitation.submissions.get(vendor__code="wellington")
    outside = between.solicitation.submissions.get(vendor__code="kestrel")
    who = (actor("eva"), now)
    given = {"score": 3, "reason": "again"}
    with pytest.raises(Refused) as caught:
        run(*who, evaluations.score, between, submission=inside, criterion="technical", **given)
    assert codes(caught) == ["criterion_unknown"]
    with pytest.raises(Unknown):
        run(*who, evaluations.score, between, submission=outside, criterion="team", **given)


def test_meetings_that_cannot_be(between: Evaluation, actor: Callable[[str], Any], now: Any) -> None:
    olivia = actor("olivia")
    with pytest.raises(Forbidden):
        run(actor("eva"), now, meetings.invite, between.step)
    one, _other = run(olivia, now, meetings.invite, between.step)
    with pytest.raises(Refused) as caught:
        run(olivia, now, meetings.invite, between.step)
    assert codes(caught) == ["evaluation_wrong_phase"]
    past = {"meets_at": now - timedelta(minutes=1), "place": "Room 112"}
    with pytest.raises(Refused) as caught:
        run(olivia, now, meetings.set_meeting, one, **past)
    assert codes(caught) == ["meeting_in_the_past"]
    held = {"minutes": 45, "present": "All", "notes": "Said"}
    with pytest.raises(Refused) as caught:
        run(olivia, now, meetings.record_meeting, one, **held)
    assert codes(caught) == ["meeting_not_held"]
    run(olivia, now, meetings.set_meeting, one, meets_at=now + timedelta(hours=1), place="Room 112")
    later = now + timedelta(hours=2)
    run(olivia, later, meetings.record_meeting, one, **held)
    for verb, facts in ((meetings.record_meeting, held), (meetings.set_meeting, past)):
        with pytest.raises(Refused) as caught:
            run(olivia, later, verb, one, **facts)
        assert codes(caught) == ["meeting_recorded"]


def test_when_nobody_reaches_the_next_stage_quality_is_final(
    between: Evaluation, actor: Callable[[str], Any], now: Any
) -> None:
    between.step.challenge.participations.update(disqualified_at=now, disqualified_reason="Untrue.")
    assert run(actor("olivia"), now, meetings.invite, between.step) == []
    between.refresh_from_db()
    assert between.phase == "quality_frozen"
