"""Several vendors answer a call as one: who may, what each of them sees, what is sealed, and what comes of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from mix.actions.choice import awards
from mix.actions.choice.letters import send_letters
from mix.actions.choice.rankings import rank, rank_without
from mix.actions.core.deeds import Deed
from mix.actions.core.run import run
from mix.actions.flow.completions import after_solicitation
from mix.actions.market import co_applicants, mergers, openings, submissions
from mix.actions.market.locking import Late
from mix.data.models import (
    CoApplicant,
    ConflictRuling,
    ConsensusScore,
    Declaration,
    Evaluation,
    Event,
    Letter,
    Message,
    PanelMember,
    Participation,
    Person,
    Solicitation,
    Submission,
    Vendor,
)
from mix.data.wall import lower_wall, raise_wall
from mix.readers.case.challenges import get_step
from mix.readers.choice.awards import notice_details
from mix.readers.choice.evaluations import contenders, criteria_of, list_vendors
from mix.readers.choice.scoring import scoring_of
from mix.readers.city.mails import SEALED
from mix.readers.city.people import actor_for
from mix.readers.core.errors import Unknown
from mix.readers.core.kept import list_differences
from mix.readers.flow.waits import list_vendor_waits
from mix.readers.market.co_applicants import list_asked
from mix.readers.market.sealing import read_draft
from mix.readers.market.shared_people import list_shared
from mix.readers.market.submissions import get_own_submission, get_own_version, list_opened, page_own_states
from mix.rules.choice.states import RankingCause
from mix.rules.core.kinds import Envelope, StepKind
from mix.rules.core.unmet import Outdated, Refused
from mix.rules.flow.waits import Doing
from mix.rules.market.closing import EMBARGO
from tests.beside import ANSWERS, NAMES, again, asked, begun, joined, published
from tests.stolen import every_row

pytestmark = pytest.mark.django_db
Who = Callable[[str], Any]


@pytest.fixture
def call(challenge: Any, actor: Who, now: datetime) -> Solicitation:
    return published(challenge, actor, now)


@pytest.fixture
def draft(call: Solicitation, actor: Who, now: datetime) -> Submission:
    """Return what Tamarack began."""
    return begun(call, actor, now, "tamarack", "tess")


def refusal(what: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as caught:
        what()
    return [u.code for u in caught.value.unmet]


def mails(code: str) -> set[str]:
    return set(Message.objects.filter(code=code).values_list("to_email", flat=True))


def mail_of(*people: str) -> set[str]:
    return set(Person.objects.filter(code__in=people).values_list("email", flat=True))


def finalised(row: Submission, actor: Who, now: datetime, who: str = "tess", key: str = "one") -> Any:
    return run(actor(who), now, submissions.finalise, row, retry_key=key)


def opened(call: Solicitation, actor: Who) -> datetime:
    at = again(call).closes_at + EMBARGO + timedelta(minutes=1)
    run(actor("olivia"), at, openings.open_envelopes, again(call), envelope=Envelope.TECHNICAL)
    return at


def test_who_is_asked_is_told_and_joins_and_writes_the_draft(draft: Submission, actor: Who, now: datetime) -> None:
    row = asked(draft, actor, now, "releve")
    assert mails("co_applicant_asked") == mail_of("remi")
    waits = list_vendor_waits(actor("remi"), now=now).own
    assert [(w.at, w.until) for w in waits if w.doing is Doing.ANSWER_TOGETHER] == [
        (row.code, draft.solicitation.closes_at)
    ]
    with pytest.raises(Unknown):  # who is asked reads nothing yet
        get_own_submission(draft.code, actor=actor("remi"))
    run(actor("remi"), now, co_applicants.join, row)
    assert mails("co_applicant_joined") == mail_of("tess", "tom")
    theirs = get_own_submission(draft.code, actor=actor("remi"))
    run(actor("remi"), now, submissions.save_answers, theirs, answers={"newness": "Radar"})
    assert read_draft(draft)["newness"] == "Radar"
    assert page_own_states(actor("remi"), 1, now=now).rows[0].submission == draft
    for who in ("nora", "kim"):
        with pytest.raises(Unknown):
            get_own_submission(draft.code, actor=actor(who))


def test_the_lead_alone_finalises_and_withdraws_and_all_get_the_receipt(
    draft: Submission, actor: Who, now: datetime
) -> None:
    joined(draft, actor, now, "releve", "remi")
    theirs = get_own_submission(draft.code, actor=actor("remi"))
    assert refusal(lambda: finalised(theirs, actor, now, "remi")) == ["lead_finalises"]
    version = finalised(draft, actor, now)
    assert mails("receipt") >= mail_of("tess", "tom", "remi")
    assert get_own_version(version.reference, actor=actor("remi")) == version
    assert refusal(lambda: run(actor("remi"), now, submissions.withdraw, theirs)) == ["lead_finalises"]
    with pytest.raises(Unknown):
        get_own_version(version.reference, actor=actor("nora"))


def test_the_set_is_frozen_while_a_version_counts(draft: Submission, actor: Who, now: datetime) -> None:
    row = joined(draft, actor, now, "releve", "remi")
    finalised(draft, actor, now)
    for act in (
        lambda: asked(draft, actor, now, "northlight"),
        lambda: run(actor("tess"), now, co_applicants.take_out, fresh(row)),
        lambda: run(actor("remi"), now, co_applicants.leave, fresh(row)),
    ):
        assert refusal(act) == ["co_applicants_are_sealed"]
    run(actor("tess"), now, submissions.withdraw, draft)
    run(actor("remi"), now, co_applicants.leave, fresh(row))
    assert mails("co_applicant_left") == mail_of("tess", "tom")
    with pytest.raises(Unknown):
        get_own_submission(draft.code, actor=actor("remi"))


def fresh(row: CoApplicant) -> CoApplicant:
    around = ("vendor", "lead", "submission__vendor", "submission__solicitation__step__challenge__municipality")
    return CoApplicant.objects.select_related(*around).get(pk=row.pk)


def test_who_has_not_answered_keeps_the_lead_from_finalising_and_who_declined_does_not(
    draft: Submission, actor: Who, now: datetime
) -> None:
    row = asked(draft, actor, now, "releve")
    assert refusal(lambda: finalised(draft, actor, now)) == ["co_applicant_has_not_answered"]
    run(actor("remi"), now, co_applicants.decline, row)  # after all was written
    assert mails("co_applicant_declined") == mail_of("tess", "tom")
    assert read_draft(draft)["team"] == ANSWERS["team"]
    assert finalised(draft, actor, now).number == 1
    assert refusal(lambda: run(actor("remi"), now, co_applicants.join, fresh(row))) == ["co_applicant_answered"]


def test_what_stood_on_the_page_of_the_lead_is_what_is_sealed(draft: Submission, actor: Who, now: datetime) -> None:
    row = joined(draft, actor, now, "releve", "remi")
    seen = submissions.Seen(draft.draft_version, (), ("releve",))
    run(actor("remi"), now, co_applicants.leave, fresh(row))
    with pytest.raises(Outdated) as caught:
        run(actor("tess"), now, submissions.finalise, draft, retry_key="one", seen=seen)
    assert [u.code for u in caught.value.unmet] == ["co_applicants_changed"]


def test_a_vendor_is_in_one_answer_of_a_call(call: Solicitation, draft: Submission, actor: Who, now: datetime) -> None:
    row = joined(draft, actor, now, "releve", "remi")
    assert refusal(lambda: begun(call, actor, now, "releve", "remi")) == ["answers_with_another"]
    other = begun(call, actor, now, "northlight", "nora")
    twice = asked(other, actor, now, "releve", "nora")  # nobody is told that it answers with another
    assert refusal(lambda: run(actor("remi"), now, co_applicants.join, twice)) == ["answers_with_another"]
    run(actor("remi"), now, co_applicants.decline, twice)
    finalised(other, actor, now, "nora")
    third = asked(draft, actor, now, "northlight")
    assert refusal(lambda: run(actor("nora"), now, co_applicants.join, third)) == ["answers_alone"]
    with transaction.atomic(), pytest.raises(IntegrityError):
        CoApplicant.objects.create(
            submission=other, solicitation=call, lead=other.vendor, vendor=row.vendor, state="joined",
            asked_by=row.asked_by, asked_at=now, answered_at=now,
        )  # fmt: skip


def test_who_leads_an_answer_with_others_joins_none(
    call: Solicitation, draft: Submission, actor: Who, now: datetime
) -> None:
    asked(draft, actor, now, "releve")
    other = begun(call, actor, now, "kestrel", "kim")
    row = run(actor("kim"), now, co_applicants.ask, other, vendor="Tamarack Ground Data Co-op")
    assert refusal(lambda: run(actor("tess"), now, co_applicants.join, row)) == ["leads_an_answer"]


def test_a_draft_of_its_own_that_was_begun_counts_no_more(
    call: Solicitation, draft: Submission, actor: Who, now: datetime
) -> None:
    own = begun(call, actor, now, "releve", "remi")
    joined(draft, actor, now, "releve", "remi")
    assert refusal(lambda: finalised(own, actor, now, "remi")) == ["answers_with_another"]
    assert refusal(lambda: asked(own, actor, now, "kestrel", "remi")) == ["answers_with_another"]


def test_only_so_many_and_only_where_the_call_says_so(challenge: Any, actor: Who, now: datetime) -> None:
    draft = begun(published(challenge, actor, now, most=1), actor, now, "tamarack", "tess")
    asked(draft, actor, now, "releve")
    assert refusal(lambda: asked(draft, actor, now, "releve")) == ["co_applicant_asked"]
    assert refusal(lambda: asked(draft, actor, now, "northlight")) == ["too_many_co_applicants"]
    for name, code in (("Nobody of that name", "no_such_vendor"), ("Tamarack Ground Data Co-op", "no_such_vendor")):
        assert refusal(partial(run, actor("tess"), now, co_applicants.ask, draft, vendor=name)) == [code]
    alone = begun(published(challenge, actor, now, most=0), actor, now, "tamarack", "tess")
    assert refusal(lambda: asked(alone, actor, now, "releve")) == ["answers_are_alone"]


def test_who_may_not_answer_may_not_join_and_keeps_the_lead_from_finalising(
    call: Solicitation, draft: Submission, actor: Who, now: datetime
) -> None:
    row = asked(draft, actor, now, "releve")
    out = {"municipality_id": call.municipality_id, "standing": "invited", "since": now}
    out |= {"disqualified_at": now, "disqualified_reason": "Untrue."}
    found, _made = Participation.objects.update_or_create(
        challenge=call.step.challenge, vendor=row.vendor, defaults=out
    )
    assert refusal(lambda: run(actor("remi"), now, co_applicants.join, row)) == ["co_applicant_may_not"]
    Participation.objects.filter(pk=found.pk).update(disqualified_at=None)
    run(actor("remi"), now, co_applicants.join, row)
    Participation.objects.filter(pk=found.pk).update(disqualified_at=now)
    assert refusal(lambda: finalised(draft, actor, now)) == ["co_applicant_may_not"]
    run(actor("tess"), now, co_applicants.take_out, fresh(row))
    assert mails("co_applicant_taken_out") == mail_of("remi")
    assert finalised(draft, actor, now).number == 1


def test_after_closing_nobody_asks_joins_or_leaves(draft: Submission, actor: Who, now: datetime) -> None:
    row, later = asked(draft, actor, now, "releve"), draft.solicitation.closes_at
    there = joined(draft, actor, now, "northlight", "nora")
    for who, verb, about in (("remi", co_applicants.join, row), ("remi", co_applicants.decline, row)):
        with pytest.raises(Late):
            run(actor(who), later, verb, about)
    with pytest.raises(Late):
        run(actor("nora"), later, co_applicants.leave, fresh(there))
    with pytest.raises(Late):
        run(actor("tess"), later, co_applicants.ask, draft, vendor=NAMES["kestrel"])


def test_a_suspended_account_reads_and_gets_nothing_and_its_vendor_still_answers(
    draft: Submission, actor: Who, now: datetime, sign_in: Callable[[str], Client]
) -> None:
    joined(draft, actor, now, "releve", "remi")
    remi = sign_in("remi")
    assert remi.get(f"/en/vendor/submissions/{draft.code}/").status_code == 200
    Person.objects.filter(code="remi").update(is_active=False)
    assert remi.get(f"/en/vendor/submissions/{draft.code}/").status_code == 302  # to sign in
    known = set(Message.objects.filter(code="receipt").values_list("pk", flat=True))
    version = finalised(draft, actor, now)
    told = set(Message.objects.filter(code="receipt").exclude(pk__in=known).values_list("to_email", flat=True))
    assert told == mail_of("tess", "tom")
    assert (version.number, [r.vendor.code for r in list_asked(draft)]) == (1, ["releve"])


def test_nobody_else_sees_who_answers_with_whom_before_the_opening(
    call: Solicitation, draft: Submission, actor: Who, now: datetime, sign_in: Callable[[str], Client]
) -> None:
    urls = [
        "/en/city/challenges/water-leaks/invitation/",
        "/en/city/challenges/water-leaks/whole/",
        "/en/challenges/water-leaks/",
        f"/en/calls/{call.reference}/",
        "/en/city/settings/guelph/mail/",
        "/en/city/waits/",
        "/en/log/",
    ]

    def pages() -> list[int]:
        shown = [
            sign_in(who).get(url).content.decode()
            for who in ("olivia", "martin", "priya", "ada", "kim", "")
            for url in urls
        ]
        return [page.count("Relevé") for page in shown]

    before = pages()
    joined(draft, actor, now, "releve", "remi")
    finalised(draft, actor, now)
    assert pages() == before
    assert {c for c in Message.objects.values_list("code", flat=True) if c.startswith("co_applicant")} <= set(SEALED)
    chains = set(Event.objects.filter(verb__startswith="co_applicants.").values_list("chain__code", flat=True))
    assert chains == {f"sealed:{call.reference}"}
    there = every_row()  # the envelope that names them is ciphertext
    assert not re.search(rb'"co_applicants": ?\[\{', there)


@pytest.fixture
def together(call: Solicitation, draft: Submission, actor: Who, now: datetime) -> Solicitation:
    """Return the call, opened: Tamarack with Relevé, and Northlight alone."""
    joined(draft, actor, now, "releve", "remi")
    finalised(draft, actor, now)
    finalised(begun(call, actor, now, "northlight", "nora"), actor, now, "nora")
    opened(call, actor)
    return again(call)


def of(call: Solicitation, vendor: str) -> Submission:
    return next(s for s in list_opened(again(call)) if s.vendor.code == vendor)


def test_the_opening_brings_out_who_answers_together(together: Solicitation) -> None:
    row = of(together, "tamarack")
    assert (row.names, [v.code for v in row.parties]) == (
        "Tamarack Ground Data Co-op · Relevé Souterrain inc.",
        ["tamarack", "releve"],
    )
    assert (of(together, "northlight").names, of(together, "northlight").beside) == (NAMES["northlight"], [])
    assert mails("opened") >= mail_of("tess", "tom", "remi", "nora")
    assert [d for d in list_differences() if d.row.startswith(("submission/", "coapplicant/"))] == []


def test_what_was_put_beside_the_seal_is_left_shut(
    call: Solicitation, draft: Submission, actor: Who, now: datetime
) -> None:
    row = joined(draft, actor, now, "releve", "remi")
    finalised(draft, actor, now)
    CoApplicant.objects.filter(pk=row.pk).update(vendor=Vendor.objects.get(code="kestrel"))
    opened(call, actor)
    found = of(call, "tamarack")
    assert (found.beside, found.opened.count()) == ([], 0)
    act = again(call).openings.get().act["statement"]
    assert [e["problem"] for e in act["envelopes"]] == ["co_applicants_changed"]


def test_a_conflict_with_one_of_them_closes_their_answer(together: Solicitation, actor: Who, now: datetime) -> None:
    found = paneled(together)
    assert [v.code for v in list_vendors(found)] == ["northlight", "releve", "tamarack"]
    assert [s.vendor.code for s in contenders(found)] == ["northlight", "tamarack"]
    eva = PanelMember.objects.create(evaluation=found, person=actor("eva").someone, seat="evaluator", appointed_at=now)
    words = {"statement": "I say so.", "declared_at": now, "note": "", "member": eva}
    for vendor in list_vendors(found)[:2]:
        conflict = "financial" if vendor.code == "releve" else "none"
        Declaration.objects.create(vendor=vendor, conflict=conflict, **words)
    assert not scoring_of(found).has_declared(eva)  # nothing was said of Tamarack
    Declaration.objects.create(vendor=Vendor.objects.get(code="tamarack"), conflict="none", **words)
    assert (scoring_of(found).has_declared(eva), scoring_of(found).is_waiting(eva)) == (True, True)
    ConflictRuling.objects.create(
        declaration=eva.declarations.get(vendor__code="releve"), ruling="kept", reason="She reads the other.",
        ruled_by=actor("olivia").someone, ruled_at=now,
    )  # fmt: skip
    assert [s.vendor.code for s in scoring_of(found).readable(eva)] == ["northlight"]


def test_who_acts_for_two_that_answer_together_is_in_one_answer(together: Solicitation, now: datetime) -> None:
    person = Person.objects.get(code="tom")
    Vendor.objects.get(code="releve").members.create(person=person, since=now)
    assert list_shared(again(together)) == []
    Vendor.objects.get(code="northlight").members.create(person=person, since=now)
    assert [p.code for p, _names in list_shared(again(together))] == ["tom"]


def test_all_take_part_get_letters_and_are_out_together(together: Solicitation, actor: Who, now: datetime) -> None:
    after_solicitation(Deed(actor("olivia"), now), together.step, None)  # type: ignore[arg-type]  # no words are said
    standing = dict(
        Participation.objects.filter(challenge=together.step.challenge).values_list("vendor__code", "standing")
    )
    assert "releve" in standing
    found = paneled(together)
    judged(found, actor, now)
    send_letters(Deed(actor("olivia"), now), found)
    letters = Letter.objects.filter(evaluation=found).order_by("vendor__code")
    assert [(x.vendor.code, x.is_selected) for x in letters] == [
        ("northlight", True), ("releve", True), ("tamarack", True),
    ]  # fmt: skip
    assert letters[1].sheet == letters[2].sheet
    Participation.objects.filter(challenge=together.step.challenge, vendor__code="releve").update(
        disqualified_at=now, disqualified_reason="Untrue."
    )
    assert [s.vendor.code for s in list_opened(again(together)) if s.is_out] == ["tamarack"]
    ranks = rank_without(together.step.challenge, Vendor.objects.get(code="releve"), now=now)
    assert list(ranks.values()) == [{"northlight": 1}]


def test_the_award_names_all_and_is_contracted_with_the_lead(together: Solicitation, actor: Who, now: datetime) -> None:
    found = paneled(together)
    judged(found, actor, now, tamarack=5)
    step = next(s for s in together.step.challenge.steps.order_by("position") if s.kind == StepKind.AWARD)
    step.state = "active"
    step.save()
    award = run(actor("olivia"), now, awards.recommend, get_step(together.step.challenge, step.key))
    assert (award.vendor.code, award.names) == ("tamarack", "Tamarack Ground Data Co-op · Relevé Souterrain inc.")
    assert notice_details(award)["supplier"] == award.names


def paneled(call: Solicitation) -> Evaluation:
    """Return the evaluation of a call, at work."""
    step = get_step(call.step.challenge, "shortlist")
    return Evaluation.objects.create(
        municipality_id=call.municipality_id, step=step, round=step.round + 1, solicitation=call, phase="scoring"
    )


def judged(found: Evaluation, actor: Who, now: datetime, **scores: int) -> None:
    """Have a panel's agreed scores stand, and rank."""
    for submission in contenders(found):
        for criterion in criteria_of(found):
            ConsensusScore.objects.create(
                evaluation=found, submission=submission, criterion=criterion.key,
                score=scores.get(submission.vendor.code, 4), reason="Strong.",
                recorded_by=actor("hugo").someone, recorded_at=now,
            )  # fmt: skip
    found.phase = "final"
    found.save()
    rank(found, cause=RankingCause.FINAL, now=now)


def test_who_is_asked_or_joined_goes_on_as_no_other_vendor(draft: Submission, actor: Who, now: datetime) -> None:
    from mix.actions.market.vendors import register_vendor

    twin = run(actor("remi"), now, register_vendor, "Relevé Souterrain ltée", code="twin", is_another=True)
    row = run(actor("tess"), now, co_applicants.ask, draft, vendor=twin.name)
    assert row.vendor == twin
    assert [u.code for u in mergers.unmet_to_merge(twin)] == ["merger_under_way"]


def test_behind_the_wall_each_sees_exactly_this_answer(
    call: Solicitation, draft: Submission, actor: Who, now: datetime
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("row-level security is PostgreSQL's")
    row = asked(draft, actor, now, "releve")

    def seen(who: str) -> tuple[int, int, int]:
        raise_wall(Person.objects.get(code=who).pk)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM data_coapplicant")
                rows = cursor.fetchone()[0]
                cursor.execute("SELECT count(*) FROM vault_draft WHERE submission = %s", [draft.code])
                drafts = cursor.fetchone()[0]
                cursor.execute("SELECT count(*) FROM data_submission WHERE code = %s", [draft.code])
                return rows, drafts, cursor.fetchone()[0]
        finally:
            lower_wall()

    assert {who: seen(who) for who in ("tess", "remi", "nora", "olivia")} == {
        "tess": (1, 1, 1), "remi": (1, 0, 0), "nora": (0, 0, 0), "olivia": (0, 0, 1),
    }  # fmt: skip
    raise_wall(Person.objects.get(code="remi").pk)
    try:
        run(actor_for(Person.objects.get(code="remi")), now, co_applicants.join, row)
    finally:
        lower_wall()
    assert (seen("remi"), seen("nora"), seen("olivia")) == ((1, 1, 1), (0, 0, 0), (0, 0, 1))
    raise_wall(Person.objects.get(code="tess").pk)
    try:
        finalised(draft, actor, now)
    finally:
        lower_wall()
    raise_wall(Person.objects.get(code="olivia").pk)
    try:
        opened(call, actor)
        assert of(call, "tamarack").names.endswith(NAMES["releve"])
    finally:
        lower_wall()
    assert seen("olivia")[0] == 1
