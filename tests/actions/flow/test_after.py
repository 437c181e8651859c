"""After the scores: the chair is replaced, a vendor objects within its time, and gets an answer with reasons."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mix.actions.choice import awards, panels
from mix.actions.core.run import run
from mix.data.models import Dispute, Evaluation, Event, Letter, Message, PanelMember, Person, Vendor, VendorMember
from mix.readers.core.errors import Forbidden, Unknown
from mix.rules.core.unmet import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter() -> Letter:
    rows = Letter.objects.select_related(
        "vendor", "evaluation__step__challenge__municipality", "evaluation__step__challenge__method"
    )
    step = {"evaluation__step__challenge__code": "guelph-roads-sprint", "evaluation__step__key": "shortlist"}
    return rows.get(vendor__code="releve", **step)


def codes(caught: Any) -> list[str]:
    return [u.code for u in caught.value.unmet]


@pytest.mark.parametrize(("days", "in_time"), [(0, True), (9, True), (10, False), (40, False)])
def test_a_vendor_objects_within_ten_days(
    letter: Letter, actor: Callable[[str], Any], days: int, in_time: bool
) -> None:
    letter.evaluation.step.debriefs.filter(vendor=letter.vendor).delete()
    moment, remi = letter.sent_at + timedelta(days=days), actor("remi")
    if not in_time:
        with pytest.raises(Refused) as caught:
            run(remi, moment, awards.file_dispute, letter, text="The weights were others.")
        assert codes(caught) == ["dispute_late"]
        return
    dispute = run(remi, moment, awards.file_dispute, letter, text="The weights were others.")
    assert (dispute.due_on - moment.date()).days in (14, 15)
    with pytest.raises(Refused) as caught:
        run(remi, moment, awards.file_dispute, letter, text="Again.")
    assert codes(caught) == ["dispute_open"]
    for code in ("kim", "eva"):
        with pytest.raises((Unknown, Forbidden)):
            run(actor(code), moment, awards.file_dispute, letter, text="Mine too.")
    later = moment + timedelta(days=3)
    facts = {"outcome": "dismissed", "answer": "They are those of the notice."}
    with pytest.raises((Unknown, Forbidden)):
        run(actor("eva"), later, awards.answer_dispute, dispute, **facts)
    run(actor("martin"), later, awards.answer_dispute, dispute, **facts)
    with pytest.raises(Refused) as caught:
        run(actor("martin"), later, awards.answer_dispute, dispute, **facts)
    assert codes(caught) == ["dispute_answered"]
    assert Message.objects.filter(body__contains="They are those of the notice.").exists()


def test_ten_days_run_again_from_a_debrief(letter: Letter, actor: Callable[[str], Any]) -> None:
    step, remi = letter.evaluation.step, actor("remi")
    step.debriefs.filter(vendor=letter.vendor).delete()
    debrief = run(remi, letter.sent_at, awards.ask_debrief, step, letter.vendor)
    held = letter.sent_at + timedelta(days=20)
    run(actor("olivia"), held, awards.hold_debrief, debrief, notes="Talked.")
    assert run(remi, held + timedelta(days=9), awards.file_dispute, letter, text="Still.").pk
    with pytest.raises(Refused):
        run(remi, held + timedelta(days=10), awards.file_dispute, letter, text="Late.")


def test_an_objection_goes_from_letter_to_answer_on_pages(
    letter: Letter, sign_in: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mix.web.drawing.requests.read_clock", lambda: letter.sent_at + timedelta(days=1))
    page = f"/en/vendor/letters/{letter.pk}/"
    vendor = sign_in("remi")
    assert "Object to this result" in vendor.get(page).content.decode()
    empty = vendor.post(page, {"act": "dispute", "text": ""})
    assert empty.status_code == 422
    assert vendor.post(page, {"act": "dispute", "text": "The weights."}).status_code == 302
    assert "The city answers by" in vendor.get(page).content.decode()
    dispute = Dispute.objects.get()
    step = "/en/city/challenges/guelph-roads-sprint/"
    award = letter.evaluation.step.challenge.steps.filter(kind="award").first()
    city = sign_in("olivia")
    assert "The weights." in city.get(f"{step}{award.key}/").content.decode()
    given = {"act": "answer_dispute", "item": dispute.code, "outcome": "upheld", "answer": "You are right."}
    assert city.post(f"{step}{award.key}/", given).status_code == 302
    assert "You are right." in vendor.get(page).content.decode()


@pytest.mark.parametrize("phase", ["scoring", "consensus"])
def test_the_chair_is_replaced_also_after_it_left(actor: Callable[[str], Any], now: Any, phase: str) -> None:
    evaluation = Evaluation.objects.get(step__challenge__code="under-our-streets", step__key="shortlist")
    Evaluation.objects.filter(pk=evaluation.pk).update(phase=phase)
    olivia = actor("olivia")
    seats = PanelMember.objects.filter(evaluation=evaluation, left_at=None).select_related(
        "person", "evaluation__step__challenge__method", "evaluation__step__challenge__municipality"
    )
    chair, other = seats.get(seat="chair"), seats.exclude(seat="chair").first()
    assert other
    with pytest.raises(Refused) as caught:
        run(olivia, now, panels.give_chair, other, reason=" ")
    assert codes(caught) == ["reason_missing"]
    with pytest.raises((Forbidden, Unknown)):
        run(actor("priya"), now, panels.give_chair, other, reason="Ill.")
    run(olivia, now, panels.leave_panel, chair, reason="Ill.")
    run(olivia, now, panels.give_chair, other, reason="The chair is ill.")
    assert seats.get(seat="chair").person == other.person
    assert Event.objects.filter(verb="evaluations.give_chair", reason="The chair is ill.").exists()
    with pytest.raises(Refused):
        run(olivia, now, panels.give_chair, seats.get(seat="chair"), reason="Again.")


def test_an_affiliation_is_suggested_when_declaring(sign_in: Callable[[str], Any], now: Any) -> None:
    eva, kestrel = Person.objects.get(code="eva"), Vendor.objects.get(code="kestrel")
    page = "/en/evaluation/under-our-streets/shortlist/declare/"
    before = sign_in("eva").get(page).content.decode()
    assert "were on its team" not in before
    VendorMember.objects.create(vendor=kestrel, person=eva, since=now - timedelta(days=900), ended_at=now)
    assert "You are or were on its team" in sign_in("eva").get(page).content.decode()
