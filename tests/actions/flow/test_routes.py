"""What differs by route, and methods that branch, repeat and disclose: on the replayed scenarios and on a new file."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mix.actions.case import challenges, documents
from mix.actions.city import methods
from mix.actions.core.run import run
from mix.actions.delivery import disclosures, sprints
from mix.actions.flow import moves
from mix.actions.market.participations import raise_standing
from mix.data.models import (
    Challenge,
    CheckIn,
    Disclosure,
    Evidence,
    Municipality,
    Notice,
    Person,
    Purchase,
    Step,
    Vendor,
)
from mix.readers.case.challenges import get_step, list_steps
from mix.readers.case.documents import total_value
from mix.readers.city.methods import get_latest
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.delivery.disclosures import gather_pack, list_candidates, list_insiders, trace_requirements
from mix.readers.delivery.sprints import get_room, list_rooms, list_sprint_vendors
from mix.readers.flow.findings import judge
from mix.readers.market.participations import list_chosen
from mix.rules.core.access import Role
from mix.rules.core.fields import Wording
from mix.rules.core.kinds import Decision, Route, Standing
from mix.rules.core.unmet import Refused
from mix.rules.delivery.disclosure import Doubt
from tests.days import city_day

pytestmark = pytest.mark.django_db

# A method that no file of the catalogue has: two sprints side by side, joined by one report that may send one back.
TRACKS = """key: two-tracks
version: 1
title: {en: Two tracks, fr: Deux pistes}
summary: {en: A, fr: A}
routes: [pilot_only]
facts: {hypotheses: start.hypotheses}
stages:
  - key: all
    title: {en: All, fr: Tout}
    note: {en: n, fr: n}
    steps:
      - key: start
        kind: document
        box: "1"
        owner: project_lead
        title: {en: Start, fr: Début}
        guidance: {en: g, fr: g}
        fields:
          - key: hypotheses
            type: rows
            title: {en: H, fr: H}
            columns:
              - {key: key, title: {en: K, fr: K}}
              - {key: text, title: {en: T, fr: T}}
              - {key: threshold, title: {en: P, fr: P}}
      - key: desk
        kind: sprint
        sprint: run
        box: "2"
        owner: project_lead
        needs: [start]
        title: {en: Desk, fr: Bureau}
        guidance: {en: g, fr: g}
      - key: field
        kind: sprint
        sprint: run
        box: "2"
        owner: project_lead
        needs: [start]
        title: {en: Field, fr: Terrain}
        guidance: {en: g, fr: g}
      - key: report
        kind: document
        box: "3"
        owner: project_lead
        needs: [desk, field]
        title: {en: Report, fr: Rapport}
        guidance: {en: g, fr: g}
        fields: [{key: text, title: {en: Text, fr: Texte}}]
        gate: {key: R1, title: {en: Done, fr: Fait}, decided_by: [sponsor], returns_to: field}
"""


def codes(caught: Any) -> list[str]:
    return [u.code for u in caught.value.unmet]


@pytest.fixture
def tracks(actor: Callable[[str], Any], now: Any) -> Challenge:
    """Begin a challenge on a method that was never in the catalogue, with one vendor admitted."""
    version = run(actor("martin"), now, methods.publish_method, TRACKS)
    challenge: Challenge = run(
        actor("priya"),
        now,
        challenges.commission,
        Municipality.objects.get(code="guelph"),
        code="tracks",
        title=Wording(en="Tracks"),
        question=Wording(en="Which way?"),
        method=version,
        route=Route.PILOT_ONLY,
        route_reason="To learn",
    )
    start = get_step(challenge, "start")
    rows = [{"key": "H1", "text": "It works", "threshold": "Once"}]
    run(actor("priya"), now, documents.save, start, answers={"hypotheses": rows})
    run(actor("priya"), now, moves.ask, start)
    raise_standing(challenge, Vendor.objects.get(code="tamarack"), to=Standing.ADMITTED, now=now)
    return challenge


def state(challenge: Challenge) -> dict[str, tuple[str, int]]:
    return {s.key: (s.state, s.round) for s in list_steps(challenge)}


def work(step: Step, actor: Callable[[str], Any], now: Any) -> None:
    """Do in one room what closes it."""
    vendor = Vendor.objects.get(code="tamarack")
    run(actor("tess"), now, sprints.check_in, step, vendor=vendor, week=1, mood=4, progress="x")
    run(actor("priya"), now, sprints.check_in, step, vendor=vendor, week=1, mood=4, progress="x")
    words = {"how": "h", "result": "r", "verdict": "pass", "confidence": "high"}
    run(actor("priya"), now, sprints.record_evidence, step, vendor=vendor, hypothesis="H1", **words)
    run(actor("priya"), now, sprints.hold_demo, step, vendor=vendor, held_on=city_day(now), answers="a")


def test_two_sprints_run_side_by_side_and_apart(tracks: Challenge, actor: Callable[[str], Any], now: Any) -> None:
    assert state(tracks) == {
        "start": ("done", 1),
        "desk": ("active", 1),
        "field": ("active", 1),
        "report": ("waiting", 1),
    }
    desk, field = get_step(tracks, "desk"), get_step(tracks, "field")
    work(desk, actor, now)
    with pytest.raises(Refused) as caught:
        run(actor("priya"), now, moves.ask, field)
    assert {"evidence_missing", "check_in_missing_city", "check_in_missing_vendor", "demo_missing"} == set(
        codes(caught)
    )
    run(actor("priya"), now, moves.ask, desk)
    assert state(tracks)["report"] == ("waiting", 1)
    work(field, actor, now)
    run(actor("priya"), now, moves.ask, field)
    assert state(tracks)["report"] == ("active", 1)
    assert CheckIn.objects.filter(challenge=tracks).values("room", "round").distinct().count() == 2


def test_a_gate_sends_back_one_track_for_a_second_sprint(
    tracks: Challenge, actor: Callable[[str], Any], now: Any
) -> None:
    for key in ("desk", "field"):
        work(get_step(tracks, key), actor, now)
        run(actor("priya"), now, moves.ask, get_step(tracks, key))
    report, guelph = get_step(tracks, "report"), tracks.municipality
    run(actor("priya"), now, documents.save, report, answers={"text": "Not yet."})
    run(actor("priya"), now, moves.ask, report)
    words = {"city": guelph, "role": Role.SPONSOR, "decision": Decision.REVISE, "reason": "Once more, outside."}
    run(actor("sam"), now, moves.sign, report, **words)
    assert state(tracks) == {
        "start": ("done", 1),
        "desk": ("done", 1),
        "field": ("active", 2),
        "report": ("waiting", 2),
    }
    with pytest.raises(Refused):  # the room of the second round is empty; the first one's rows are kept
        run(actor("priya"), now, moves.ask, get_step(tracks, "field"))
    work(get_step(tracks, "field"), actor, now)
    run(actor("priya"), now, moves.ask, get_step(tracks, "field"))
    assert Evidence.objects.filter(challenge=tracks, room="field").count() == 2
    assert state(tracks)["report"] == ("active", 2)
    run(actor("priya"), now, moves.ask, get_step(tracks, "report"))
    words["decision"] = Decision.PROCEED
    run(actor("sam"), now, moves.sign, get_step(tracks, "report"), **words)
    tracks.refresh_from_db()
    assert tracks.status == "completed"


def test_the_second_sprint_of_an_accelerator_is_for_whom_it_chose() -> None:
    challenge = Challenge.objects.get(code="bins-that-tell")
    assert challenge.status == "completed"
    assert [v.code for v in list_chosen(get_step(challenge, "exploration"))] == ["northlight", "tamarack"]
    assert [v.code for v in list_chosen(get_step(challenge, "accelerator"))] == ["tamarack"]
    assert get_step(challenge, "accelerator").round == 2
    exploration, accelerator = list_rooms(challenge)
    assert [v.code for v in list_sprint_vendors(accelerator)] == ["tamarack"]
    assert exploration.step.key == "exploration"
    assert Evidence.objects.filter(challenge=challenge, room="accelerator", round=1).count() == 2


def test_only_as_many_are_chosen_as_the_sprint_has_places() -> None:
    challenge = Challenge.objects.get(code="windrow-pilots")  # the method takes four, this challenge two
    assert [v.code for v in list_chosen(get_step(challenge, "pilot"))] == ["kestrel", "tamarack"]
    assert challenge.status == "completed"
    assert not Notice.objects.filter(challenge=challenge, kind="award").exists()


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("windrow-pilots", 2_400_000),  # two pilots, and nothing that is bought
        ("young-trees", 15_000_000),  # the open purchase; the sprint was a procurement of its own
        ("civic-parking", 15_000_000),  # two stipends, the purchase and its options
    ],
)
def test_what_counts_as_the_value_depends_on_the_route(code: str, value: int) -> None:
    assert total_value(Challenge.objects.get(code=code)) == value


def test_on_route_b_the_sprint_counts_alone_until_the_final_call_is_prepared() -> None:
    challenge = Challenge.objects.get(code="young-trees")
    Step.objects.filter(challenge=challenge, key="final-challenge").update(begun_at=None)
    assert total_value(challenge) == 2_400_000


def test_on_route_b_the_sprint_counts_beside_the_purchase(now: Any) -> None:
    challenge = Challenge.objects.get(code="young-trees")
    facts = judge(get_step(challenge, "open-application"), now=now).facts["guelph"]
    assert (facts["is_final_call"], facts["has_disclosure_pack"]) == (True, True)
    assert facts["related_value"] == Purchase.objects.get(challenge=challenge).related_cents + 2_400_000
    assert judge(get_step(challenge, "invitation"), now=now).facts["guelph"]["is_final_call"] is False


def test_the_route_changes_what_the_challenge_asks(actor: Callable[[str], Any], now: Any) -> None:
    challenge = run(
        actor("priya"),
        now,
        challenges.commission,
        Municipality.objects.get(code="guelph"),
        code="routes",
        title=Wording(en="Routes"),
        question=Wording(en="Which?"),
        method=get_latest("sprint"),
        route=Route.PILOT_ONLY,
        route_reason="To learn",
    )
    assert "sale" not in state(challenge)
    run(actor("priya"), now, challenges.change_route, challenge, route=Route.SPRINT_THEN_OPEN, reason="Money")
    challenge.refresh_from_db()
    assert {"sale", "disclosure", "open-application"} <= set(state(challenge))
    assert "pilot-close-out" not in state(challenge)
    assert [s.position for s in list_steps(challenge)] == list(range(1, len(list_steps(challenge)) + 1))
    assert all(s.document for s in list_steps(challenge))
    Step.objects.filter(challenge=challenge, key="disclosure").update(begun_at=now)
    with pytest.raises(Refused) as caught:
        run(actor("priya"), now, challenges.change_route, challenge, route=Route.PILOT_ONLY, reason="No money")
    assert codes(caught) == ["route_step_begun"]


@pytest.fixture
def disclosing() -> Step:
    """Open the disclosure of the route-B scenario again, as if it had just begun."""
    challenge = Challenge.objects.get(code="young-trees")
    challenge.status, challenge.ended_at = "running", None
    challenge.save()
    Step.objects.filter(challenge=challenge, key="disclosure").update(state="active", round=3, asked_at=None)
    Step.objects.filter(challenge=challenge, key__in=["open-application", "select-winner-open", "sale"]).update(
        state="waiting"
    )
    return get_step(challenge, "disclosure")


def person(code: str) -> Person:
    return Person.objects.get(code=code)


def test_a_reviewer_saw_nothing_and_wrote_nothing(disclosing: Step, actor: Callable[[str], Any], now: Any) -> None:
    candidates = {p.code for p in list_candidates(disclosing)}
    assert {"frank", "leah"} <= candidates
    assert not candidates & {"priya", "olivia", "martin", "hugo", "eva", "chloe", "sam", "fiona", "carl"}
    for code in ("priya", "hugo", "carl", "tess"):
        with pytest.raises(Refused) as caught:
            run(actor("olivia"), now, disclosures.appoint_reviewer, disclosing, person=person(code))
        assert codes(caught) == ["reviewer_not_neutral"]
    with pytest.raises(Forbidden):
        run(actor("priya"), now, disclosures.appoint_reviewer, disclosing, person=person("frank"))


def test_a_review_holds_for_the_words_that_were_reviewed(
    disclosing: Step, actor: Callable[[str], Any], now: Any
) -> None:
    with pytest.raises(Refused) as caught:
        run(actor("olivia"), now, moves.ask, disclosing)
    assert codes(caught) == ["reviewer_missing"]
    run(actor("olivia"), now, disclosures.appoint_reviewer, disclosing, person=person("frank"))
    for code in ("leah", "olivia"):
        with pytest.raises(Forbidden):
            run(actor(code), now, disclosures.review, disclosing, finding="fair", note="Fine.")
    with pytest.raises(Refused) as caught:
        run(actor("frank"), now, disclosures.review, disclosing, finding="fair", note=" ")
    assert codes(caught) == ["reason_missing"]
    run(actor("frank"), now, disclosures.review, disclosing, finding="fair", note="Several could.")
    final = get_step(disclosing.challenge, "final-challenge")
    Step.objects.filter(pk=final.pk).update(state="active")
    rows = [{"text": "Something else", "weight": "mandatory", "evidence": "H1"}]
    run(actor("priya"), now, documents.save, final, answers={"requirements": rows})
    with pytest.raises(Refused) as caught:
        run(actor("olivia"), now, moves.ask, disclosing)
    assert codes(caught) == ["review_outdated"]


def test_a_reviewer_who_doubts_stops_publication_and_not_a_return(
    disclosing: Step, actor: Callable[[str], Any], now: Any
) -> None:
    run(actor("olivia"), now, disclosures.appoint_reviewer, disclosing, person=person("frank"))
    run(actor("frank"), now, disclosures.review, disclosing, finding="unfair", note="One vendor alone.")
    run(actor("olivia"), now, moves.ask, disclosing)
    words = {"city": disclosing.challenge.municipality, "role": Role.LEGAL, "reason": "r"}
    with pytest.raises(Refused) as caught:
        run(actor("leah"), now, moves.sign, disclosing, decision=Decision.PROCEED, **words)
    assert codes(caught) == ["review_unfair"]
    run(actor("leah"), now, moves.sign, disclosing, decision=Decision.REVISE, **words)
    assert state(disclosing.challenge)["final-challenge"][0] == "active"
    assert state(disclosing.challenge)["disclosure"] == ("waiting", 4)


def test_the_firewall_says_who_saw_what_and_what_rests_on_one_vendor() -> None:
    challenge = Challenge.objects.get(code="young-trees")
    insiders = {i.person.code: i for i in list_insiders(challenge)}
    assert set(insiders) == {"priya", "hugo", "eva", "chloe"}
    assert insiders["priya"].is_author
    assert insiders["priya"].ways == ("conversation", "sprint")
    assert insiders["eva"].vendors == (
        "Kestrel Analytics Ltd.",
        "Northlight Sensing Inc.",
        "Tamarack Ground Data Co-op",
    )
    first, second = trace_requirements(challenge)
    assert (first.doubts, second.doubts) == ((), (Doubt.ONE_VENDOR,))


def test_what_is_published_holds_no_secret_and_stays_as_it_was(actor: Callable[[str], Any], now: Any) -> None:
    challenge = Challenge.objects.get(code="young-trees")
    first, second = Disclosure.objects.filter(step__challenge=challenge).order_by("round")
    assert (first.published_at, second.review) == (None, "fair")
    pack = second.pack
    assert pack["sprints"][0]["vendors"] == ["Northlight Sensing Inc.", "Tamarack Ground Data Co-op"]
    assert [(r["pass"], r["partial"], r["fail"]) for r in pack["sprints"][0]["results"]] == [
        (2, 0, 0),
        (1, 1, 0),
        (1, 0, 1),
    ]
    assert [q["answer"] for q in pack["questions"]] == ["Yes. What the sprint teaches is published before it."]
    text = str(pack)
    for secret in ("Fictional answer, written", "Counted by the crew on forty trees", "As recorded.", "95,000"):
        assert secret not in text
    step = get_step(challenge, "sprint-run")
    Step.objects.filter(pk=step.pk).update(state="active")
    challenge.status = "running"
    challenge.save()
    run(actor("priya"), now, documents.save, step, answers={"common_learning": "Changed later."})
    second.refresh_from_db()
    assert second.pack == pack
    assert gather_pack(challenge) != pack


def test_a_room_is_not_to_be_had_where_there_is_none() -> None:
    with pytest.raises(Unknown):
        get_room(get_step(Challenge.objects.get(code="young-trees"), "commissioning"))


def test_nobody_speaks_in_a_sprint_that_they_are_not_in(actor: Callable[[str], Any], now: Any) -> None:
    challenge = Challenge.objects.get(code="bins-that-tell")
    challenge.status = "running"
    challenge.save()
    northlight = Vendor.objects.get(code="northlight")
    words = {"vendor": northlight, "week": 2, "mood": 3, "progress": "x"}
    with pytest.raises(Refused) as caught:
        later = now + timedelta(days=1)
        run(actor("nora"), later, sprints.check_in, get_step(challenge, "accelerator"), **words)
    assert codes(caught) == ["vendor_not_in_sprint"]
