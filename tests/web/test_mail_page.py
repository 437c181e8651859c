"""Mail that did not go out: whom it concerns sees it, nobody reads it, and it is sent again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from mix.actions.core import outbox
from mix.data.models import Challenge, Event, Message, Municipality, Person

pytestmark = pytest.mark.django_db
URL = "/en/city/settings/guelph/mail/"


@pytest.fixture(autouse=True)
def _empty(db: None) -> None:
    Message.objects.all().delete()


def written(code: str, to: str, *, now: datetime, ago: timedelta, city: str = "guelph", **said: Any) -> Message:
    """Write a mail of a code to somebody, some time ago."""
    person = Person.objects.get(code=to)
    about = Challenge.objects.get(code="water-leaks") if said.pop("challenge", False) else None
    of = Municipality.objects.get(code=city)
    outbox.tell([person], code, now=now - ago, of=None if about else of, challenge=about, path="x/", **said)
    return Message.objects.latest("id")


def listed(client: Client) -> list[str]:
    page = client.get(URL).content.decode()
    return [name for name in ("stan", "lena", "kim", "tess", "priya") if f"{name}@demo.mix.invalid" in page]


def test_what_is_stuck_is_listed_and_what_is_on_its_way_is_not(sign_in: Callable[[str], Client], now: datetime) -> None:
    need = {"need": "Rust", "reason": "no"}
    written("need_declined", "stan", now=now, ago=timedelta(hours=1), **need)
    written("need_declined", "priya", now=now, ago=timedelta(minutes=1), **need)
    written("need_declined", "lena", now=now, ago=timedelta(hours=1), city="london", **need)
    assert (listed(sign_in("ada")), listed(sign_in("olivia"))) == (["stan"], ["stan"])
    Message.objects.update(sent_at=now)
    assert (listed(sign_in("ada")), "Everything went out." in sign_in("ada").get(URL).content.decode()) == ([], True)


def test_who_answers_a_sealed_call_is_not_told_by_a_mail_that_failed(
    sign_in: Callable[[str], Client], now: datetime
) -> None:
    hour = timedelta(hours=1)
    said = {
        "reference": "R",
        "received": "x",
        "local": "y",
        "vendor": "Kestrel",
        "number": "1",
        "text": "T",
        "closes": "y",
    }
    for code in ("receipt", "addendum", "withdrawn", "question_answered"):
        written(code, "kim", now=now, ago=hour, challenge=True, **said)
    written("invited_to_answer", "tess", now=now, ago=hour, challenge=True, **said)
    assert {code: listed(sign_in(code)) for code in ("ada", "olivia", "martin")} == {
        "ada": [],
        "olivia": ["tess"],
        "martin": ["tess"],
    }
    assert all("You may answer" not in sign_in(code).get(URL).content.decode() for code in ("ada", "olivia"))


def test_what_was_given_up_is_sent_again(sign_in: Callable[[str], Client], now: datetime) -> None:
    made = written("need_declined", "stan", now=now, ago=timedelta(days=3), need="Rust", reason="no")
    fresh = written("need_declined", "priya", now=now, ago=timedelta(hours=1), need="Rust", reason="no")
    [taken] = outbox.claim(now=now)
    assert taken == made
    outbox.mark_failed(taken, now=now, reason="550 5.1.1 no such mailbox", is_final=True)
    ada = sign_in("ada")
    page = ada.get(URL).content.decode()
    assert ("550 5.1.1 no such mailbox" in page, page.count('value="again"')) == (True, 1)
    assert ada.post(URL, {"act": "again", "item": str(fresh.pk)}).status_code == 404
    assert sign_in("stan").post(URL, {"act": "again", "item": str(made.pk)}).status_code == 403
    assert ada.post(URL, {"act": "again", "item": str(made.pk)}).status_code == 302
    made.refresh_from_db()
    assert (made.given_up_at, made.due_at, made.attempts) == (None, None, 0)
    assert outbox.claim(now=now) == [made]
    told = Event.objects.filter(verb="municipalities.send_again").latest("id")
    assert (told.subject, told.chain.code if hasattr(told.chain, "code") else told.chain) == ("guelph", "guelph")


def test_a_page_costs_the_same_for_one_mail_and_for_three(
    sign_in: Callable[[str], Client], now: datetime, django_assert_num_queries: Any
) -> None:
    ada = sign_in("ada")
    for count in (1, 3):
        while Message.objects.count() < count:
            written("need_declined", "stan", now=now, ago=timedelta(hours=1), need="Rust", reason="no")
        with django_assert_num_queries(6):
            assert ada.get(URL).status_code == 200
