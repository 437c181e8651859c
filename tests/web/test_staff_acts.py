"""Acts of city staff without a page: what is about them says what can be chosen, and no request is needed."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from mix.data.models import (
    Challenge,
    Department,
    MethodVersion,
    Municipality,
    Need,
    Pilot,
    Purchase,
    Step,
    Vendor,
)
from mix.readers.core.errors import Unknown
from mix.rules.case.pilots import Word
from mix.rules.case.states import ChallengeStatus
from mix.rules.city.policy.facts import ADVISER, FACTS, FactType
from mix.rules.core.access import Role
from mix.rules.core.fields import Wording
from mix.rules.core.kinds import AgreementKind, Decision, StepState
from mix.rules.delivery.states import Area
from mix.web.forms.kinds import is_under_way
from mix.web.staff.case.joining import AnswerCity, DeclareWindow
from mix.web.staff.case.pilots_acts import Begin, Decidable, Registrable, Say
from mix.web.staff.city.departments import Givable
from mix.web.staff.delivery.agreements import Draft, Draftable
from mix.web.staff.delivery.judging import Judge
from mix.web.staff.delivery.milestones import DecideChange, JudgeMilestone, Measurable, ReadOutcome, SettleItem
from mix.web.staff.delivery.sprints_acts import (
    GiveSignOff,
    GrantData,
    InSprint,
    JudgeDeliverable,
    MayStart,
    RecordEvidence,
    SaveCheckIn,
)
from mix.web.staff.flow.dates import DropDay, SetDay
from mix.web.staff.flow.desk_acts import (
    AskToTakeOver,
    BeginChallenge,
    Beginnable,
    Mergeable,
    MergeNeed,
    Offered,
    ReportNeed,
)
from mix.web.staff.flow.findings_acts import Adviser, Bought, DescribePurchase, Joint, NoteParticipation
from mix.web.staff.flow.step_acts import Sign, Signable

METHOD = Path(__file__).resolve().parents[2] / "catalogue" / "methods" / "sprint.yaml"
TERMS = {
    "vendor": "ink",
    "value_cents": "10,000.50",
    "starts_on": "2027-01-04",
    "ends_on": "2027-02-26",
    "tier": "low",
}


@pytest.mark.parametrize(
    ("state", "asked_at", "status", "is_it"),
    [
        (StepState.ACTIVE, None, ChallengeStatus.RUNNING, True),
        (StepState.WAITING, None, ChallengeStatus.RUNNING, False),
        (StepState.ACTIVE, datetime(2027, 1, 4, tzinfo=UTC), ChallengeStatus.RUNNING, False),
        (StepState.ACTIVE, None, ChallengeStatus.COMPLETED, False),
    ],
)
def test_a_step_is_worked_on_until_its_gate_is_asked_for(
    state: StepState, asked_at: datetime | None, status: ChallengeStatus, is_it: bool
) -> None:
    assert is_under_way(Step(state=state, asked_at=asked_at, challenge=Challenge(status=status))) is is_it


def _draftable(kind: AgreementKind) -> Draftable:
    return Draftable(Step(), kind, (Vendor(code="ink", name="Ink"),), {"value_cents": 5_000_00})


def test_only_a_sprint_pays_by_two_deliverables() -> None:
    sprint, contract = (Draft(_draftable(k), TERMS) for k in (AgreementKind.SPRINT, AgreementKind.CONTRACT))
    assert set(sprint.fields) - set(contract.fields) == {"first", "second"}
    assert contract.is_valid(), contract.errors
    assert contract.cleaned_data["value_cents"] == 10_000_50
    assert contract.cleaned_data["ends_on"] == date(2027, 2, 26)


def test_an_agreement_is_with_a_vendor_that_lacks_one() -> None:
    form = Draft(_draftable(AgreementKind.CONTRACT), {**TERMS, "vendor": "other"})
    assert set(form.errors) == {"vendor"}


@pytest.mark.parametrize(("percent", "wrong"), [("0", set()), ("100000", {"most_percent"}), ("", {"most_percent"})])
def test_a_window_has_a_share(percent: str, wrong: set[str]) -> None:
    assert set(DeclareWindow(Challenge(), {"until": "", "most_percent": percent}).errors) == wrong


def test_a_window_shows_what_is_declared() -> None:
    about = Challenge(municipality=Municipality(), joins_until=date(2027, 1, 4), joins_percent=20)
    assert DeclareWindow.first(about) == {"until": date(2027, 1, 4), "most_percent": 20}


def test_a_city_gets_an_answer_with_its_reason() -> None:
    assert set(AnswerCity(Challenge(), {"item": "one", "answer": "maybe", "reason": ""}).errors) == {"answer", "reason"}


def test_a_signature_names_a_duty_that_is_open() -> None:
    about = Signable(Step(), (("north:sponsor", "Sponsor, North"), ("north:finance", "Finance, North")))
    assert Sign.first(about) == {"duty": "north:sponsor"}
    typed = {"duty": "north:sponsor", "decision": Decision.PROCEED, "reason": "It is due."}
    assert set(Sign(about, {**typed, "duty": "south:finance"}).errors) == {"duty"}


@pytest.mark.parametrize("form", [JudgeMilestone, DecideChange, JudgeDeliverable])
@pytest.mark.parametrize(("says_yes", "accepts"), [(True, True), (False, False)])
def test_a_verdict_is_the_word_that_accepts_or_its_refusal(
    form: type[Judge[Any]], says_yes: bool, accepts: bool
) -> None:
    filled = form(Challenge(), {"item": "1", "verdict": form.word if says_yes else "refuse"})
    assert filled.is_valid(), filled.errors
    assert filled.accepts() is accepts
    assert set(form(Challenge(), {"item": "1", "verdict": "perhaps"}).errors) == {"verdict"}


def test_only_what_was_promised_is_measured() -> None:
    about = Measurable(Challenge(), ("Hours", "Litres"))
    typed = {"month": "6", "measure": "Litres", "actual": "12"}
    assert ReadOutcome(about, typed).is_valid()
    assert set(ReadOutcome(about, {**typed, "measure": "Cost", "month": "7"}).errors) == {"measure", "month"}


INK, TIN = Vendor(pk=1, code="ink", name="Ink"), Vendor(pk=2, code="tin", name="Tin")
SPRINT = InSprint(Step(), (INK, TIN), ("H1", "H2"))


@pytest.mark.parametrize(("vendor", "granted"), [("*", [INK, TIN]), ("tin", [TIN])])
def test_data_is_granted_to_one_vendor_or_to_every_one(vendor: str, granted: list[Vendor]) -> None:
    days = {"granted_on": "2027-01-04", "expires_on": "2027-02-26"}
    form = GrantData(SPRINT, {"vendor": vendor, "data_set": "Leaks", "legal_basis": "By-law 7", **days})
    assert form.is_valid(), form.errors
    assert form.vendors() == granted


def test_what_is_said_in_a_sprint_is_said_of_one_of_its_vendors() -> None:
    typed = {"vendor": "tin", "week": "2", "mood": "4", "progress": "On the way"}
    form = SaveCheckIn(SPRINT, typed)
    assert form.is_valid(), form.errors
    assert form.facts() == {"vendor": TIN, "week": 2, "mood": "4", "progress": "On the way", "blockers": ""}
    assert set(SaveCheckIn(SPRINT, {**typed, "vendor": "*", "mood": "6"}).errors) == {"vendor", "mood"}


def test_evidence_is_of_a_hypothesis_of_the_framework() -> None:
    typed = {"vendor": "ink", "how": "Counted", "result": "9 of 10", "verdict": "pass", "confidence": "high"}
    assert RecordEvidence(SPRINT, {**typed, "hypothesis": "H2"}).is_valid()
    assert set(RecordEvidence(SPRINT, {**typed, "hypothesis": "H3"}).errors) == {"hypothesis"}


def test_a_person_signs_off_the_areas_that_are_theirs() -> None:
    about = MayStart(Step(), (Area.DEPARTMENT,))
    assert GiveSignOff(about, {"area": [Area.DEPARTMENT]}).is_valid()
    assert set(GiveSignOff(about, {"area": [Area.DEPARTMENT, Area.IT_SECURITY]}).errors) == {"area"}
    assert set(GiveSignOff(about, {"area": []}).errors) == {"area"}


PARKS = Department(pk=7, name="Parks", municipality=Municipality(name="Guelph"))


@pytest.mark.parametrize(("is_declared", "runs"), [(True, "yes"), (False, "no")])
def test_a_pilot_is_registered_with_a_department_of_the_person(is_declared: bool, runs: str) -> None:
    about = Registrable({7: PARKS}, is_declared=is_declared)
    form = Begin(about, {"department": "7", "title": "Bins that ask", **Begin.first(about)})
    assert form.is_valid(), form.errors
    assert form.chosen() is PARKS
    assert form.facts() == {"title": Wording(en="Bins that ask"), "runs_already": runs}
    assert set(Begin(about, {"department": "8", "title": "x", "runs_already": "no"}).errors) == {"department"}


def test_a_decider_speaks_in_a_role_whose_word_is_missing() -> None:
    about = Decidable(Pilot(), (Role.SPONSOR,))
    assert Say(about, {"role": Role.SPONSOR, "word": Word.AGREE}).is_valid()
    assert set(Say(about, {"role": Role.COUNCIL, "word": "maybe"}).errors) == {"role", "word"}


def test_a_problem_says_what_happens_and_to_whom() -> None:
    form = ReportNeed(Givable({7: PARKS}), {"department": "7", "title": "Leaks"})
    assert set(form.errors) == {"what", "who"}


def test_a_need_is_merged_into_another_open_one() -> None:
    about = Mergeable(Need(code="N-1"), (Need(code="N-2", title="Leaks"),))
    assert MergeNeed(about, {"into": "N-2"}).is_valid()
    assert set(MergeNeed(about, {"into": "N-1"}).errors) == {"into"}


def _beginnable(**come_from: Any) -> Beginnable:
    method = MethodVersion(key="sprint", digest="of a test", document=METHOD.read_text(encoding="utf-8"))
    guelph, barrie = (Municipality(code=code, name=code.capitalize()) for code in ("guelph", "barrie"))
    return Beginnable((guelph,), (barrie,), (method,), **come_from)


def test_a_challenge_begins_in_a_city_of_the_person_and_asks_for_the_share_of_every_other() -> None:
    about = _beginnable()
    way = about.ways[0][0]
    typed = {"city": "guelph", "title": "Leaks", "question": "How?", "way": way, "route_reason": "To learn"}
    form = BeginChallenge(about, {**typed, "share_barrie": "20"})
    assert form.is_valid(), form.errors
    assert form.fields["share_barrie"].label == "Barrie takes part, share in percent"
    assert [(p.municipality.code, p.share_percent) for p in form.partners()] == [("barrie", 20)]
    alone = BeginChallenge(about, typed)
    assert (alone.is_valid(), alone.partners()) == (True, [])
    assert set(BeginChallenge(about, {**typed, "city": "barrie", "way": "lottery:open"}).errors) == {"city", "way"}


def test_a_challenge_begins_with_what_it_comes_from() -> None:
    assert BeginChallenge.first(_beginnable()) == {}
    assert BeginChallenge.first(_beginnable(need=Need(code="N-1", title="Leaks"))) == {"need": "N-1", "title": "Leaks"}
    bins = Wording(en="Bins", fr="Bacs")
    pilot = Pilot(code="bins").reword(title=bins)
    assert BeginChallenge.first(_beginnable(pilot=pilot)) == {"pilot": "bins", "title": bins}


def test_what_worked_is_taken_over_by_a_city_of_the_person() -> None:
    about = Offered(Challenge(), (Municipality(code="barrie", name="Barrie"),))
    assert AskToTakeOver(about, {"city": "barrie", "note": "All of it"}).is_valid()
    assert set(AskToTakeOver(about, {"city": "guelph"}).errors) == {"city", "note"}


def test_a_purchase_asks_openly_until_somebody_says_otherwise() -> None:
    first = DescribePurchase.first(Bought(Challenge(), None))
    assert DescribePurchase(Bought(Challenge(), None), {**first, "category": "services"}).is_valid()
    said = Purchase(pk=1, category="goods", competition="invited", quotes=3, limited_ground="none", related_cents=5_00)
    first = DescribePurchase.first(Bought(Challenge(), said))
    assert (first["category"], first["quotes"], first["related_cents"], first["lends_cents"]) == (
        "goods",
        3,
        5_00,
        None,
    )


def test_a_rule_is_set_aside_in_a_city_that_takes_part() -> None:
    guelph = Municipality(code="guelph", name="Guelph")
    about = Joint(Challenge(), (guelph,))
    assert about.city("guelph") is guelph
    with pytest.raises(Unknown):
        about.city("barrie")
    assert set(NoteParticipation(about, {"city": "barrie", "published_on": "2027-01-04"}).errors) == {"city"}


def test_the_adviser_is_told_what_is_known_and_no_more() -> None:
    assert Adviser().facts() == {}
    flag = next(n for n, spec in FACTS.items() if spec.place == ADVISER and spec.type is FactType.FLAG)
    assert Adviser({flag: "no", "value": "10,000", "category": ""}).facts() == {flag: False, "value": 10_000_00}
    unread = Adviser({flag: "yes", "value": "a lot"})
    assert (unread.facts(), set(unread.errors)) == ({}, {"value"})


def test_a_day_that_is_set_is_one_on_which_the_city_is_closed() -> None:
    form = SetDay(Municipality(), {"on": "2027-01-04", "name": "Fair", **SetDay.first(Municipality())})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["works"] == "no"


def test_what_stands_beside_a_row_names_the_row() -> None:
    form = SettleItem(Challenge(), {"item": "7", "result": "Done"})
    assert form.is_valid(), form.errors
    assert form.rest() == {"result": "Done"}
    assert set(DropDay(Municipality(), {}).errors) == {"item"}
