"""What waits, on the desk: verbs with object and clock, whom one waits for, and asking them again."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mix.data.models import Challenge, Event, Message, Person, Solicitation
from mix.phrases.waits import WAITS
from mix.readers.city.people import actor_for
from mix.readers.flow.step_waits import SIGNING_OFF
from mix.readers.flow.wait_sources import SOURCES
from mix.readers.flow.waits import Waiting, gather_waits, list_vendor_waits
from mix.rules.flow.waits import Doing, desk_of, in_order
from tests.lab.grow import grow
from tests.web.test_pages import copy, crowd, fresh

__all__ = ["crowd", "fresh"]
# What the steps at hand say, and the mail, beside the tables.
BY_STEPS = {
    Doing.SIGN_GATE,
    Doing.WORK,
    Doing.FINISH,
    Doing.REVIEW_PACK,
    Doing.CHECK_IN,
    Doing.SEND_AGAIN,
    *(doing for doing, _role in SIGNING_OFF.values()),
    Doing.CHECK_ITEMS,
}


def doings(code: str) -> set[Doing]:
    return {w.doing for w in gather_waits(actor_for(Person.objects.get(code=code)), now=datetime.now(UTC)).own}


def test_every_kind_of_duty_stands_on_a_desk_and_has_words() -> None:
    assert {source.doing for source in SOURCES} | BY_STEPS == set(Doing)
    assert set(WAITS) == {doing.value for doing in Doing}


def test_a_desk_says_verb_object_and_clock(sign_in: Callable[[str], Client]) -> None:
    page = sign_in("priya").get("/en/city/").content.decode()
    own, others = page.split('<h2 id="others">')
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", own))
    assert "Answer a question: Invitation and qualification Finding leaks before the bill does · Until" in text
    assert (
        own.index("Say whether 2 data sets came back") < own.index("Answer a question") < own.index("Decide on a need")
    )
    assert (
        own.count("btn--2") == own.count('<p class="t') - 1 + 2
    )  # one filled button of the list, two beside the title
    assert "Hugo Marchetti" in others
    assert ">Ask again</button>" in others


def test_who_asked_is_not_who_decides(db: None) -> None:
    assert Doing.DECIDE_PILOT in doings("leah")
    assert Doing.DECIDE_PILOT not in doings("stan")


def test_a_partner_city_gets_only_what_it_can_do(db: None) -> None:
    assert doings("bo") == set()
    call = Solicitation.objects.get(reference="WATER-LEAKS-RFSQ8")
    assert call.technical_opened_at is None
    now = call.closes_at + timedelta(hours=1)
    opens = {
        code: Doing.OPEN_ENVELOPES
        in {w.doing for w in gather_waits(actor_for(Person.objects.get(code=code)), now=now).own}
        for code in ("olivia", "martin", "priya", "bo", "leah")
    }
    assert opens == {"olivia": True, "martin": True, "priya": False, "bo": False, "leah": False}


def test_asking_again_is_one_mail_and_a_line_of_the_log_once_a_day(sign_in: Callable[[str], Client]) -> None:
    client = sign_in("priya")
    page = client.get("/en/city/").content.decode()
    item = re.search(r'name="item" value="(score:\w+)"', page)
    assert item
    assert client.post("/en/city/", {"act": "ask", "item": item[1]}).status_code == 302
    sent = Message.objects.get(code="asked_again")
    assert (sent.to_name, sent.reply_to) == ("Hugo Marchetti", Person.objects.get(code="priya").email)
    assert sent.path == "evaluation/under-our-streets/shortlist/"
    line = Event.objects.get(verb="chasing.ask_again")
    assert (line.subject, line.challenge, line.payload) == (
        item[1],
        "under-our-streets",
        {"doing": "score", "people": ["hugo"]},
    )
    again = client.get("/en/city/").content.decode()
    assert item[1] not in again
    assert "Asked again on" in again
    assert client.post("/en/city/", {"act": "ask", "item": item[1]}).status_code == 422
    assert Message.objects.filter(code="asked_again").count() == 1


def test_several_are_asked_again_at_once_each_with_a_line_of_its_own(sign_in: Callable[[str], Client]) -> None:
    client = sign_in("priya")
    alone = client.get("/en/city/?do=ask_all").content.decode()
    items = re.findall(r'<input[^>]*name="items"[^>]*value="([^"]+)"', alone)
    assert len(items) > 1
    assert alone.count("checked") == len(items), "all are ticked, and looked through"
    assert "Hugo Marchetti: " in re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", alone))
    assert client.post("/en/city/", {"act": "ask_all"}).status_code == 422
    assert client.post("/en/city/", {"act": "ask_all", "items": ["score:000000000000"]}).status_code == 422
    chosen = items[:2]
    answer = client.post("/en/city/", {"act": "ask_all", "items": chosen}, follow=True)
    assert "2 were done." in answer.content.decode()
    lines = Event.objects.filter(verb="chasing.ask_again")
    assert sorted(lines.values_list("subject", flat=True)) == sorted(chosen)
    left = client.get("/en/city/?do=ask_all").content.decode()
    assert not set(chosen) & set(re.findall(r'name="items"[^>]*value="([^"]+)"', left))
    assert client.post("/en/city/", {"act": "ask_all", "items": chosen}).status_code in (404, 422)


def test_nobody_asks_again_for_what_does_not_wait_for_others(sign_in: Callable[[str], Client]) -> None:
    assert sign_in("priya").post("/en/city/", {"act": "ask", "item": "score:000000000000"}).status_code == 404
    assert sign_in("stan").post("/en/city/", {"act": "ask", "item": "score:000000000000"}).status_code == 404
    assert not Event.objects.filter(verb="chasing.ask_again").exists()


def test_no_city_reads_who_answers_a_call(db: None) -> None:
    tess = actor_for(Person.objects.get(code="tess"))
    owed = {w.doing for w in list_vendor_waits(tess, now=datetime.now(UTC)).own}
    assert Doing.HAND_IN in owed
    for person in Person.objects.exclude(staff_roles=None):
        found = gather_waits(actor_for(person), now=datetime.now(UTC))
        assert not {w.doing for w in (*found.own, *found.others)} & {Doing.HAND_IN, Doing.CONFIRM_ADDENDUM}


def in_short(found: Waiting, *, now: datetime) -> tuple[object, ...]:
    """Return what a desk shows: its lines, the rest by day, for whom one waits first, and for how many things."""
    desk = desk_of(found.own, now=now, zone="America/Toronto", rest=found.own_rest)
    lines = [(line.first, line.many, line.count, line.waits[:3]) for line in desk.lines]
    others = in_order(found.others, now=now)
    return lines, desk.rest, desk.total, others[:12], len(others) + sum(rest.waits for rest in found.others_rest)


@pytest.mark.parametrize("days", [0, 400])
def test_what_is_only_counted_is_counted_as_if_it_were_fetched(db: None, days: int) -> None:
    for code in ("water-leaks", "guelph-roads-sprint", "under-our-streets", "fleet-vans"):
        grow(Challenge.objects.get(code=code), range(15))
    now, cut = datetime.now(UTC) + timedelta(days=days), 0
    for person in Person.objects.order_by("pk"):
        actor = actor_for(person)
        for gather in (gather_waits, list_vendor_waits):
            whole, first = gather(actor, now=now), gather(actor, now=now, most=12)
            assert (whole.own_rest, whole.others_rest) == ((), ())
            assert in_short(first, now=now) == in_short(whole, now=now), (person.code, gather.__name__)
            assert len(first.own) <= len(whole.own)
            cut += bool(first.own_rest) + bool(first.others_rest)
    assert cut > 8


def test_all_that_waits_is_paged_in_one_order(sign_in: Callable[[str], Client]) -> None:
    grow(Challenge.objects.get(code="water-leaks"), range(61))
    client = sign_in("priya")
    pages = [client.get(f"/en/city/waits/?page={n}").content.decode() for n in (1, 2, 3, 4, 99999)]
    found = [set(re.findall(r'href="(/en/city/challenges/[^"]*#questions)"', page)) for page in pages]
    assert len(set.union(*found)) == sum(map(len, found[:4])) == 62
    assert found[4] == found[3]


def test_a_vendor_reads_what_it_owes_and_what_it_is_owed(sign_in: Callable[[str], Client]) -> None:
    page = sign_in("tess").get("/en/vendor/").content.decode()
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
    assert "Finish and hand in your submission" in text
    assert "What you are owed" in text
    assert "Guelph: Answer a question" in text
    assert "What you owe, and by when" not in sign_in("priya").get("/en/vendor/").content.decode()


@pytest.mark.parametrize(("many", "count"), [(1, 21), (200, 19)])
def test_a_desk_shows_twelve_lines_and_the_rest_by_day(
    sign_in: Callable[[str], Client], crowd: None, many: int, count: int
) -> None:
    call = Solicitation.objects.get(reference="WATER-LEAKS-RFSQ8")
    question = call.questions.filter(published_at=None).first()
    assert question
    for number, challenge in enumerate(Challenge.objects.filter(code__startswith="crowd-").order_by("code")[:many]):
        step = challenge.steps.get(key="invitation")
        closes_at = call.closes_at + timedelta(days=number // 10)
        own = copy(call, step=step, reference=f"CROWD-CALL-{number}", closes_at=closes_at)
        copy(question, solicitation=own, code=f"CROWD{number:03}")
    client = sign_in("martin")
    client.get("/en/city/")
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/en/city/").content.decode()
    assert len(queries) == count
    assert page.count('<p class="t') <= 12
    assert ("?day=" in page) is (many > 1)
    if many > 1:
        days = re.findall(r"/en/city/waits/\?day=([\w-]+)", page)
        listed = client.get(f"/en/city/waits/?day={days[-2]}").content.decode()
        assert listed.count('<p class="t') == 10
