"""A document that a city writes with each vendor: who may do what, what binds, and who sees it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.utils import DatabaseError

from mix.actions.core.run import run
from mix.actions.delivery import conversations
from mix.actions.flow import moves
from mix.data.models import (
    Conversation,
    ConversationVersion,
    ConversationWord,
    Event,
    Message,
    Participation,
    Person,
    VendorMember,
)
from mix.data.wall import lower_wall, raise_wall
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.core.kept import list_differences
from mix.readers.delivery.conversations import (
    content_of,
    fingerprint_of,
    list_agreed,
    record_of,
    unmet_in,
)
from mix.readers.flow.bundles import gather_records
from mix.readers.flow.date_pages import page_dates
from mix.readers.flow.dates import list_dates
from mix.readers.flow.own_dates import list_own_dates
from mix.readers.flow.waits import list_vendor_waits
from mix.rules.core.unmet import Outdated, Refused
from mix.rules.flow.waits import Doing
from tests.talking import CASE, PLAN, begun, step_at_hand

pytestmark = pytest.mark.django_db
Actor = Callable[[str], Any]
CANARY = "Our valve of ash wood, which nobody else may know"


@pytest.fixture
def made(db: None) -> Conversation:
    """Return Tamarack's plan, begun."""
    return begun()[0]


def refusal(verb: Any, *args: Any, **facts: Any) -> list[str]:
    with pytest.raises(Refused) as caught:
        run(*args[:2], verb, *args[2:], **facts)
    return [u.code for u in caught.value.unmet]


def fresh(found: Conversation) -> Conversation:
    around = ("vendor", "step__challenge__municipality", "step__challenge__method")
    return Conversation.objects.select_related(*around).get(pk=found.pk)


def handed(found: Conversation, actor: Actor, now: datetime, **changes: str) -> Conversation:
    run(actor("tess"), now, conversations.save, found, answers={**PLAN, **changes})
    run(actor("tess"), now, conversations.hand_over, found)
    return fresh(found)


def test_it_begins_with_every_vendor_of_the_standing_until_one_instant(
    made: Conversation, actor: Actor, now: datetime
) -> None:
    rows = Conversation.objects.filter(step=made.step, round=2)
    assert sorted(rows.values_list("vendor__code", flat=True)) == ["northlight", "tamarack"]
    assert rows.values("until").distinct().count() == 1
    told = Message.objects.filter(subject__startswith="Please write:", written_at__gte=made.begun_at)
    assert {"Tess", "Nora"} <= {name.split()[0] for name in told.values_list("to_name", flat=True)}
    later = now + timedelta(days=3)
    assert refusal(conversations.begin, actor("priya"), now, made.step, until=later) == ["nobody_to_write_with"]
    assert [u.code for u in unmet_in(made.step)] == ["conversation_open", "conversation_open"]
    assert refusal(moves.ask, actor("priya"), now, made.step) == ["conversation_open", "conversation_open"]


def test_who_comes_later_has_the_same_time(made: Conversation, actor: Actor, now: datetime) -> None:
    Participation.objects.filter(challenge=made.step.challenge, vendor__code="kestrel").update(standing="shortlisted")
    run(actor("priya"), now, conversations.begin, made.step, until=now + timedelta(days=90))
    rows = Conversation.objects.filter(step=made.step, round=2)
    assert (rows.count(), set(rows.values_list("until", flat=True))) == (3, {made.until})


def test_who_has_no_part_in_it_does_nothing(made: Conversation, actor: Actor, now: datetime) -> None:
    handed(made, actor, now)
    for verb, facts in (
        (conversations.reply, {"text": "Hm"}),
        (conversations.hand_over, {}),
        (conversations.agree, {}),
        (conversations.end, {"reason": "No"}),
    ):
        for code in ("nora", "lena", "eva", "frank"):
            with pytest.raises((Unknown, Forbidden)):
                run(actor(code), now, verb, made, **facts)
    for code in ("priya", "nora"):
        with pytest.raises((Unknown, Forbidden)):
            run(actor(code), now, conversations.save, made, answers=PLAN)
    with pytest.raises(Unknown):
        run(actor("tess"), now, conversations.end, made, reason="We would rather not")


def test_what_is_not_handed_over_is_the_vendors_alone(made: Conversation, actor: Actor, now: datetime) -> None:
    run(actor("tess"), now, conversations.save, made, answers={**PLAN, "scope": CANARY})
    name = f"conversations/mvp-plan-2-{made.vendor.code}.json"
    assert record_of(made.step.challenge)[name]["versions"] == []
    whole = b"".join(gather_records(made.step.challenge).values())
    assert CANARY.encode() not in whole
    assert refusal(conversations.agree, actor("priya"), now, made) == ["conversation_unwritten"]
    assert refusal(conversations.reply, actor("priya"), now, made, text="Hm") == ["conversation_unwritten"]
    run(actor("tess"), now, conversations.hand_over, made)
    assert record_of(made.step.challenge)[name]["versions"][0]["content"]["scope"] == CANARY
    assert CANARY not in json.dumps(list(Event.objects.values_list("payload", flat=True)))


def test_the_turn_goes_to_and_fro_with_mails_and_waits(made: Conversation, actor: Actor, now: datetime) -> None:
    def turns(code: str) -> list[str]:
        waiting = list_vendor_waits(actor(code), now=now, most=50)
        return [w.at for w in waiting.own if w.doing is Doing.TAKE_TURN]

    assert turns("tess") == [made.code]
    handed(made, actor, now)
    assert turns("tess") == []
    assert refusal(conversations.hand_over, actor("tess"), now, made) == ["turn_is_theirs"]
    assert refusal(conversations.hand_over, actor("priya"), now, made) == ["nothing_new_to_hand_over"]
    run(actor("noor"), now, conversations.reply, made, field="sites", text="Two streets are closed")
    run(actor("priya"), now, conversations.reply, made, text="Else it can be tested")
    run(actor("priya"), now, conversations.hand_over, made)
    assert turns("tess") == [made.code]
    mails = Message.objects.filter(subject__startswith="Your turn:", written_at=now).order_by("id")
    said = list(mails.values_list("to_name", "body"))
    priya, tess = actor("priya").person.name, actor("tess").person.name
    assert [body for name, body in said if name == priya and "handed over what it wrote" in body]
    assert [body for name, body in said if name == tess and "The city replied to what Tamarack" in body]
    with pytest.raises(Unknown):
        run(actor("priya"), now, conversations.reply, made, field="colour", text="Green?")


def test_both_agree_to_the_same_words_and_then_nobody_changes_them(
    made: Conversation, actor: Actor, now: datetime
) -> None:
    handed(made, actor, now, sites="Two streets")
    run(actor("priya"), now, conversations.agree, made)
    assert refusal(conversations.agree, actor("priya"), now, made) == ["conversation_agreed_already"]
    present = fingerprint_of(fresh(made))
    run(actor("tess"), now, conversations.agree, made, seen=present)
    found = fresh(made)
    assert (found.state, found.agreed_digest, fingerprint_of(found)) == ("agreed", present, present)
    lines = Event.objects.filter(verb="conversations.agree", subject=made.code).order_by("id")
    assert [(e.role, e.payload["digest"]) for e in lines] == [("project_lead", present), ("vendor", present)]
    for verb, facts in (
        (conversations.save, {"answers": PLAN}),
        (conversations.reply, {"text": "One thing more"}),
        (conversations.hand_over, {}),
        (conversations.agree, {}),
    ):
        assert refusal(verb, actor("tess"), now, made, **facts) == ["conversation_over"]
    assert refusal(conversations.end, actor("priya"), now, made, reason="No") == ["conversation_over"]
    latest = list_agreed(made.step.challenge, made.vendor)
    assert [(c.round, c.pk) for c in latest] == [(2, made.pk)]
    assert [d for d in list_differences() if d.row.startswith("conversation")] == []


@pytest.mark.parametrize("change", ["reply", "version"])
def test_what_changed_meanwhile_binds_nobody(made: Conversation, actor: Actor, now: datetime, change: str) -> None:
    handed(made, actor, now)
    seen = fingerprint_of(fresh(made))
    run(actor("tess"), now, conversations.agree, made, seen=seen)
    if change == "reply":
        run(actor("tess"), now, conversations.reply, made, text="But in May only")
    else:
        handed(made, actor, now, exit="We leave the pipes")
    with pytest.raises(Outdated) as caught:
        run(actor("priya"), now, conversations.agree, made, seen=seen)
    assert [u.code for u in caught.value.unmet] == ["conversation_changed"]
    run(actor("priya"), now, conversations.agree, made, seen=fingerprint_of(fresh(made)))
    assert fresh(made).state == "open"  # the vendor's word was for what stood there before
    run(actor("tess"), now, conversations.agree, made, seen=fingerprint_of(fresh(made)))
    assert fresh(made).state == "agreed"
    assert ConversationWord.objects.filter(conversation=made).count() == 3


def test_an_empty_box_may_be_saved_and_not_agreed_to(made: Conversation, actor: Actor, now: datetime) -> None:
    handed(made, actor, now, risks="")
    assert refusal(conversations.agree, actor("priya"), now, made) == ["field_missing"]
    assert refusal(conversations.save, actor("tess"), now, made, answers={**PLAN, "staff_time": "many"}) == [
        "not_a_number"
    ]


def test_team_mates_lose_nothing(made: Conversation, actor: Actor, now: datetime) -> None:
    tess = actor("tess")
    run(tess, now, conversations.save, made, answers=PLAN)
    run(tess, now, conversations.save, made, answers={**PLAN, "ai": "A little"}, based_on=1)
    run(tess, now, conversations.save, made, answers={**PLAN, "exit": "All goes"}, based_on=1)
    content = content_of(fresh(made), 3)
    assert (content["ai"], content["exit"]) == ("A little", "All goes")
    with pytest.raises(conversations.WrittenMeanwhile) as caught:
        run(tess, now, conversations.save, made, answers={**PLAN, "ai": "A lot"}, based_on=1)
    assert caught.value.merged.clashes == ("ai",)
    run(tess, now, conversations.save, made, answers=content, based_on=3)
    assert fresh(made).version == 3  # nothing changed


def test_after_its_date_it_is_agreed_to_or_ended_and_the_city_gives_all_the_same_time(
    made: Conversation, actor: Actor, now: datetime
) -> None:
    handed(made, actor, now)
    late = made.until + timedelta(seconds=1)
    for verb, facts in (
        (conversations.save, {"answers": PLAN}),
        (conversations.reply, {"text": "Hm"}),
        (conversations.hand_over, {}),
    ):
        assert refusal(verb, actor("tess"), late, made, **facts) == ["conversation_late"]
    why = {"reason": "The register came late"}
    assert refusal(conversations.move_date, actor("priya"), late, made.step, until=made.until, **why) == [
        "conversation_until_earlier"
    ]
    more = late + timedelta(days=2)
    assert refusal(conversations.move_date, actor("priya"), late, made.step, until=more, reason=" ") == [
        "reason_missing"
    ]
    run(actor("priya"), late, conversations.move_date, made.step, until=more, **why)
    rows = Conversation.objects.filter(step=made.step, round=2)
    assert set(rows.values_list("until", flat=True)) == {more}
    run(actor("tess"), late, conversations.save, made, answers={**PLAN, "ai": "Some"})


def test_its_date_is_among_those_of_its_vendor(made: Conversation, actor: Actor, now: datetime) -> None:
    def dates(code: str) -> list[str]:
        return [d.path for d in list_own_dates(actor(code), now=now) if d.code == "written_until"]

    assert dates("tess") == [f"vendor/conversations/{made.code}/"]
    assert dates("kim") == []
    run(actor("priya"), now, conversations.end, made, reason="The register is not ours to lend")
    assert dates("tess") == []


def test_the_city_ends_it_with_a_reason(made: Conversation, actor: Actor, now: datetime) -> None:
    assert refusal(conversations.end, actor("priya"), now, made, reason=" ") == ["reason_missing"]
    run(actor("priya"), now, conversations.end, made, reason="The register is not ours to lend")
    mail = Message.objects.filter(subject__startswith="Ended without an agreement").latest("id")
    assert "not ours to lend" in mail.body
    assert [u.params["vendor"] for u in unmet_in(made.step)] == ["Northlight Sensing Inc."]


def test_a_vendor_that_is_disqualified_writes_no_more(made: Conversation, actor: Actor, now: datetime) -> None:
    Participation.objects.filter(challenge=made.step.challenge, vendor=made.vendor).update(
        disqualified_at=now, disqualified_reason="No insurance"
    )
    with pytest.raises(Unknown):
        run(actor("tess"), now, conversations.save, made, answers=PLAN)
    assert len(unmet_in(made.step)) == 1


def test_a_new_round_begins_with_what_was_written(db: None, actor: Actor) -> None:
    tamarack, _ = begun()
    assert content_of(tamarack, 0)["scope"] == "Forty trees"
    first = tamarack.step.conversations.get(vendor=tamarack.vendor, round=1)
    assert (first.state, first.handed) == ("agreed", 1)


def test_what_was_said_is_never_changed(made: Conversation, actor: Actor, now: datetime) -> None:
    handed(made, actor, now)
    with pytest.raises(DatabaseError):
        ConversationVersion.objects.filter(conversation=made).update(content={})


def test_the_whole_of_it_is_in_the_bundle_and_its_fingerprint_can_be_made_anew(db: None) -> None:
    from mix.rules.delivery.conversations import Reply, fingerprint
    from mix.rules.delivery.states import Side

    step = step_at_hand()
    files = gather_records(step.challenge)
    found = json.loads(files["conversations/mvp-plan-1-tamarack.json"])
    replies = [Reply(Side(r["side"]), r["by"], r["field"], r["on_version"], r["text"]) for r in found["replies"]]
    last = found["versions"][-1]
    made = fingerprint(conversation=found["code"], number=last["number"], content=last["content"], replies=replies)
    logged = Event.objects.filter(verb="conversations.agree", subject=found["code"]).latest("id")
    assert made == found["agreed_digest"] == logged.payload["digest"]
    assert logged.challenge == CASE


@pytest.fixture
def wall(db: None) -> Iterator[Callable[[str], None]]:
    """Return a function that lets the connection see what one person may touch."""
    if connection.vendor != "postgresql":
        pytest.skip("row-level security is PostgreSQL's")
    yield lambda code: raise_wall(Person.objects.get(code=code).pk if code else None)
    lower_wall()


def test_beneath_the_readers_nobody_else_finds_it(wall: Callable[[str], None], actor: Actor, now: datetime) -> None:
    made, _ = begun()
    handed(made, actor, now, scope=CANARY)
    run(actor("priya"), now, conversations.reply, made, text=CANARY)
    run(actor("tess"), now, conversations.save, made, answers={**PLAN, "scope": "Not yet shown"})
    tables = ("data_conversation", "data_conversationversion", "data_conversationreply")
    expected = {"": [0, 0, 0], "nora": [0, 0, 0], "kim": [0, 0, 0], "priya": [1, 1, 1], "tess": [1, 2, 1]}
    found = {}
    for code in expected:
        wall(code)
        with connection.cursor() as cursor:
            counts = []
            for table in tables:
                column = "id" if table == "data_conversation" else "conversation_id"
                cursor.execute(f"SELECT count(*) FROM {table} WHERE {column} = %s", [made.pk])
                counts.append(int(cursor.fetchone()[0]))
        found[code] = counts
        lower_wall()
    assert found == expected
    assert VendorMember.objects.filter(vendor=made.vendor).exists()


def test_its_date_is_once_among_those_of_the_city(made: Conversation, actor: Actor, now: datetime) -> None:
    def dates() -> list[tuple[str, datetime]]:
        return [(d.step, d.on) for d in list_dates(actor("priya"), now=now) if d.code == "written_until"]

    rows = Conversation.objects.filter(step=made.step, round=2)
    assert rows.count() > 1
    assert dates() == [(made.step.key, made.until)]
    assert [d.on for d in page_dates(actor("priya"), 1, now=now).rows if d.code == "written_until"] == [made.until]
    for found in rows.select_related("vendor", "step__challenge__municipality", "step__challenge__method"):
        run(actor("priya"), now, conversations.end, found, reason="The register is not ours to lend")
    assert dates() == []
