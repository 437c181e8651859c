"""Mail goes out once, outside of any transaction; what is wrong with one message is that one's alone."""

from __future__ import annotations

import smtplib
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from email.utils import parseaddr
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, connections

from mix.actions.core import outbox
from mix.actions.core.run import run
from mix.actions.market import solicitations, vendors
from mix.data.models import Message, Person, Solicitation, Vendor
from mix.jobs import doctor, duties, work

pytestmark = pytest.mark.django_db
TO = "kim@demo.mix.invalid"


def write(subject: str = "Hello") -> Message:
    return Message.objects.create(
        to_email=TO, language="en", subject=subject, body="x", path="", written_at=datetime.now(UTC)
    )


@pytest.fixture
def _empty(db: None) -> None:
    Message.objects.all().delete()


class Backend(BaseEmailBackend):
    """A mail server whose behaviour a test chooses."""

    behave: Callable[[str], None]

    def send_messages(self, messages: Any) -> int:
        """Take each message as the test chose."""
        for message in messages:
            type(self).behave(message.subject)
        return len(messages)


@pytest.fixture
def _in_one_transaction(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the worker keep the connection of the test, which is in the midst of a transaction."""
    monkeypatch.setattr(work, "close_old_connections", lambda: None)


@pytest.fixture
def server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[str], None]], None]:
    """Return a function that says how the mail server behaves, by the subject of a mail."""
    settings.EMAIL_BACKEND = f"{__name__}.Backend"
    return lambda behave: monkeypatch.setattr(Backend, "behave", staticmethod(behave), raising=False)


def let_pass(message: Message, time: timedelta) -> None:
    """Have a message come up as if time had passed."""
    message.refresh_from_db()
    assert message.due_at
    message.due_at -= time
    message.save(update_fields=["due_at"])


@pytest.mark.usefixtures("_empty")
def test_a_subject_is_one_line(now: datetime, challenge: Callable[[str], Any]) -> None:
    kim = Person.objects.get(code="kim")
    about = challenge("water-leaks")
    about.title = "Leaks\r\nBcc: x@y.z"
    outbox.tell([kim], "challenge_cancelled", now=now, challenge=about, reason="x")
    outbox.tell_address(
        TO, "team_invitation", language="en", now=now, path="", to=TO, who="K", vendor="A\nB", until="2027-01-01"
    )
    subjects = list(Message.objects.order_by("id").values_list("subject", flat=True))
    assert subjects == ["Cancelled: Leaks Bcc: x@y.z", "A B invites you to MIX"]


@pytest.mark.usefixtures("_empty")
def test_a_message_that_cannot_be_sent_is_that_ones_fault_alone() -> None:
    poison, good = write("Evil\nCorp"), write()
    assert work.send_waiting() == 1
    assert [m.subject for m in mail.outbox] == ["Hello"]
    poison.refresh_from_db()
    good.refresh_from_db()
    assert (poison.sent_at, poison.attempts, poison.reason) == (
        None,
        1,
        "BadHeaderError: Header values can't contain newlines (got 'Evil\\nCorp' for header 'Subject')",
    )
    assert (good.sent_at is None, good.attempts, good.reason) == (False, 1, "")


@pytest.mark.usefixtures("_empty", "_in_one_transaction")
def test_a_fault_in_one_duty_costs_no_other(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    done: list[str] = []

    def breaks(*, now: datetime) -> None:
        done.append("breaks")
        raise ValueError(now)

    def holds(*, now: datetime) -> None:
        assert now
        done.append("holds")

    monkeypatch.setattr(work, "DUTIES", ((breaks, timedelta(0)), (holds, timedelta(hours=1)), (breaks, timedelta(0))))
    last: dict[int, datetime] = {}
    work.do_duties(last)
    work.do_duties(last)
    assert done == ["breaks", "holds", "breaks", "breaks", "breaks"]
    assert [r.getMessage() for r in caplog.records if r.name.startswith("mix.")] == [
        "breaks is tried again after a pause"
    ] * 4


@pytest.mark.usefixtures("_in_one_transaction")
def test_the_doctor_says_which_duty_fails_and_which_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    is_well = False

    def sweeps(*, now: datetime) -> None:
        if not is_well:
            raise ValueError("no broom")

    def hangs(*, now: datetime) -> None:
        assert now

    def of_duties() -> list[str]:
        return [w.text for w in doctor.worker() if w.state is doctor.State.BAD]

    monkeypatch.setattr(doctor, "DUTIES", ((sweeps, timedelta(0)), (hangs, timedelta(minutes=10))))
    work.do_apart(sweeps, now=datetime.now(UTC))
    work.do_apart(hangs, now=datetime.now(UTC))
    assert of_duties() == ["sweeps fails and is tried again; last done ever. ValueError: no broom"]
    is_well = True
    work.do_apart(sweeps, now=datetime.now(UTC))
    assert of_duties() == []
    long_ago = datetime.now(UTC) - timedelta(minutes=29)
    duties.cache.set("mix:duty:hangs", {"done": long_ago.isoformat()}, timeout=None)
    assert of_duties() == []
    long_ago -= timedelta(minutes=2)
    duties.cache.set("mix:duty:hangs", {"done": long_ago.isoformat()}, timeout=None)
    assert of_duties() == [f"hangs was last done {long_ago:%Y-%m-%d %H:%M} UTC. Restart `mix work`."]


def test_the_worker_has_these_duties() -> None:
    assert [duty.__name__ for duty, _every in work.DUTIES] == [
        "send_all",
        "remind_of_dates",
        "remind",
        "ask_for_reviews",
        "scan_waiting",
        "make_due",
        "check_daily",
        "send_to_witnesses",
        "make_digests",
        "remind_of_drafts",
        "remind_of_scores",
        "remind_holders",
        "forget_sessions",
        "forget_expired",
        "drop_unreferenced",
    ]


@pytest.mark.usefixtures("_empty")
def test_no_transaction_is_open_while_a_mail_is_sent(server: Callable[..., None]) -> None:
    write()
    outer = len(connection.atomic_blocks)  # those of the test itself
    seen: list[int] = []
    server(lambda _subject: seen.append(len(connection.atomic_blocks) - outer))
    assert work.send_waiting() == 1
    assert seen == [0]


@pytest.mark.usefixtures("_empty")
def test_a_mail_that_one_worker_is_sending_is_no_other_workers(server: Callable[..., None]) -> None:
    for subject in "abcd":
        write(subject)
    sent: list[str] = []

    def interleave(subject: str) -> None:
        sent.append(subject)
        if len(sent) == 1:
            assert work.send_waiting() == 2  # another worker comes by while the first waits for its server

    server(interleave)
    assert work.send_waiting(most=2) == 2  # both of which are taken up before the first goes out
    assert sent == ["a", "c", "d", "b"]
    assert Message.objects.filter(sent_at=None).count() == 0


@pytest.fixture
def _alone(django_db_blocker: Any) -> Iterator[None]:
    """Set everything else that waits aside, for connections of their own, and clear up afterwards."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer; the test above interleaves two workers")

    def apart(work_: Callable[[], object]) -> None:
        thread = threading.Thread(target=lambda: (work_(), connections.close_all()))
        thread.start()
        thread.join()

    later = datetime.now(UTC) + timedelta(days=1)
    apart(lambda: Message.objects.filter(sent_at=None).update(due_at=later))
    apart(lambda: [write(f"race {n}") for n in range(40)])
    yield
    apart(lambda: Message.objects.filter(subject__startswith="race ").delete())
    apart(lambda: Message.objects.filter(sent_at=None).update(due_at=None))


@pytest.mark.usefixtures("_alone")
def test_workers_at_the_same_time_send_each_mail_once(server: Callable[..., None]) -> None:
    sent: list[str] = []
    start = threading.Barrier(4)

    def behave(subject: str) -> None:
        assert not connection.in_atomic_block
        sent.append(subject)

    server(behave)
    counts: list[int] = []

    def worker() -> None:
        start.wait()
        counts.append(work.send_waiting(most=100))
        connections.close_all()

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sent) == sorted(f"race {n}" for n in range(40))
    assert sum(counts) == 40


@pytest.mark.usefixtures("_empty")
def test_a_claim_that_died_with_its_worker_is_taken_up_again(now: datetime) -> None:
    made = write()
    assert outbox.claim(now=now) == [made]
    assert outbox.claim(now=now + outbox.LEASE - timedelta(seconds=1)) == []
    again = outbox.claim(now=now + outbox.LEASE)
    assert [(m, m.attempts) for m in again] == [(made, 2)]
    # The first one was only slow: its word does not undo what the second does.
    slow = Message(pk=made.pk, attempts=1)
    outbox.mark_failed(slow, now=now, reason="slow", is_final=True)
    assert Message.objects.filter(given_up_at=None, reason="", attempts=2).count() == 1


def _raise(error: Exception) -> Callable[[str], None]:
    def behave(_subject: str) -> None:
        raise error

    return behave


PASSING = [
    ConnectionRefusedError("refused"),
    TimeoutError("timed out"),
    smtplib.SMTPServerDisconnected("gone"),
    smtplib.SMTPAuthenticationError(535, b"wrong password"),
    smtplib.SMTPSenderRefused(550, b"not from here", "no-reply@mix.invalid"),
    smtplib.SMTPRecipientsRefused({TO: (451, b"greylisted")}),
    smtplib.SMTPDataError(452, b"full"),
]


@pytest.mark.usefixtures("_empty")
@pytest.mark.parametrize("error", PASSING, ids=lambda e: type(e).__name__)
def test_what_may_pass_is_tried_for_two_days_with_growing_pauses(server: Callable[..., None], error: Exception) -> None:
    made = write()
    server(_raise(error))
    pauses: list[timedelta] = []
    while made.given_up_at is None:
        before = datetime.now(UTC)
        assert work.send_waiting() == 0
        made.refresh_from_db()
        assert made.attempts == len(pauses) + 1
        if made.due_at:
            pauses.append(made.due_at - before)
            assert work.send_waiting() == 0  # not before its time
            let_pass(made, pauses[-1] + timedelta(seconds=1))
    assert [round(p / timedelta(minutes=1)) for p in pauses] == [1, 5, 15, 30, 60, 120, 240, 480, 720, 1440]
    assert sum(pauses, timedelta()) > timedelta(days=2)
    assert made.reason


@pytest.mark.usefixtures("_empty")
def test_a_server_that_comes_back_gets_each_mail_once(server: Callable[..., None]) -> None:
    first, second = write("first"), write("second")
    tried: list[str] = []
    server(lambda subject: (tried.append(subject), _raise(ConnectionRefusedError("refused"))(subject)))
    assert work.send_waiting() == 0
    assert tried == ["first"]  # the second would meet the same: the other duties do not wait for it
    server(tried.append)
    assert work.send_waiting() == 1
    let_pass(first, timedelta(minutes=1))
    assert (work.send_waiting(), work.send_waiting()) == (1, 0)
    assert tried == ["first", "second", "first"]
    assert second.pk


@pytest.mark.usefixtures("_empty")
def test_what_was_taken_up_too_long_ago_is_another_workers(
    server: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = write("first"), write("second")
    sent: list[str] = []

    def slowly(subject: str) -> None:
        sent.append(subject)
        monkeypatch.setattr(work, "_is_others", lambda message: message.pk == second.pk)

    server(slowly)
    assert work.send_waiting() == 1
    assert sent == ["first"]
    monkeypatch.undo()
    second.refresh_from_db()
    assert work._is_others(second) is False
    let_pass(second, outbox.LEASE + timedelta(seconds=1))
    second.refresh_from_db()
    assert work._is_others(second) is True
    outbox.claim(now=datetime.now(UTC))  # another worker, who has it now: nothing of it is put back
    outbox.put_back([second], now=datetime.now(UTC))
    second.refresh_from_db()
    assert (second.attempts, second.sent_at) == (2, None)
    assert first.pk


REFUSED = [
    (smtplib.SMTPRecipientsRefused({TO: (550, b"5.1.1 no such\r\nmailbox")}), "550 5.1.1 no such mailbox"),
    (smtplib.SMTPDataError(554, b"rejected"), "554 rejected"),
]


@pytest.mark.usefixtures("_empty")
@pytest.mark.parametrize(("error", "reason"), REFUSED)
def test_what_is_refused_for_good_is_given_up_at_once_and_the_doctor_says_so(
    server: Callable[..., None], error: Exception, reason: str
) -> None:
    made, other = write("refused"), write("other")

    def behave(subject: str) -> None:
        if subject == "refused":
            raise error

    server(behave)
    assert work.send_waiting() == 1
    made.refresh_from_db()
    other.refresh_from_db()
    assert (made.given_up_at is not None, made.sent_at, made.attempts, made.reason) == (True, None, 1, reason)
    assert other.sent_at
    assert work.send_waiting() == 0
    text = f"1 messages will not go out: tell these people another way. The last, to {TO}, after 1 tries: {reason}"
    assert said() == [(doctor.State.BAD, text)]
    Message.objects.filter(pk=made.pk).update(given_up_at=datetime.now(UTC) - timedelta(days=8))
    assert said() == [(doctor.State.LOOK, text)]


def said() -> list[tuple[doctor.State, str]]:
    """Return what the doctor says of mail that waits."""
    return [(w.state, w.text) for w in doctor.mail() if "messages" in w.text]


@pytest.mark.usefixtures("_empty")
def test_the_doctor_tells_a_server_that_fails_from_a_worker_that_is_away(server: Callable[..., None]) -> None:
    made = write()
    assert said() == []
    Message.objects.update(written_at=datetime.now(UTC) - timedelta(hours=1))
    away = (doctor.State.BAD, "1 messages wait for more than half an hour. Is `mix work` running?")
    assert said() == [away]
    server(_raise(ConnectionRefusedError("refused")))
    work.send_waiting()
    failing = (
        f"1 messages failed and are tried again. The last, to {TO}, after 1 tries: ConnectionRefusedError: refused"
    )
    assert said() == [(doctor.State.BAD, failing)]
    let_pass(made, timedelta(hours=1))
    assert said() == [away, (doctor.State.BAD, failing)]


@pytest.mark.usefixtures("_empty")
def test_a_mail_says_what_it_is_and_whom_to_answer(settings: Any) -> None:
    settings.BASE_URL = "https://mix.exemple.ca:8443"
    made = write()
    Message.objects.update(to_name="Élodie, Roy", reply_to="olivia@guelph.example")
    assert work.send_waiting() == 1
    sent = mail.outbox[0].message()
    name, address = parseaddr(str(sent["To"]))
    assert (str(make_header(decode_header(name))), address) == ("Élodie, Roy", TO)
    assert {name: str(sent[name]) for name in ("Reply-To", "Auto-Submitted", "Message-ID")} == {
        "Reply-To": "olivia@guelph.example",
        "Auto-Submitted": "auto-generated",
        "Message-ID": f"<{made.pk}.{made.written_at.timestamp():.0f}@mix.exemple.ca>",
    }


@pytest.mark.usefixtures("_empty")
def test_answers_about_a_call_go_to_its_contact(actor: Callable[[str], Any], now: datetime) -> None:
    call = Solicitation.objects.get(step__challenge__code="water-leaks", step__key="invitation")
    Solicitation.objects.filter(pk=call.pk).update(contact="Olivia Grant, olivia.grant@guelph.example, 519 555-0100")
    question = run(actor("kim"), now, solicitations.ask, call, Vendor.objects.get(code="kestrel"), text="How deep?")
    run(actor("olivia"), now, solicitations.draft_answer, question, text="Two metres.")
    question.solicitation.refresh_from_db()
    run(actor("olivia"), now, solicitations.publish_answer, question)
    told = Message.objects.filter(code="question_answered").values_list("reply_to", "city", "challenge").distinct()
    assert list(told) == [("olivia.grant@guelph.example", "guelph", "water-leaks")]


@pytest.mark.usefixtures("_empty")
def test_who_invited_an_address_hears_that_it_is_refused_for_good(
    actor: Callable[[str], Any], now: datetime, server: Callable[..., None]
) -> None:
    kim = actor("kim")
    run(kim, now, vendors.invite_member, Vendor.objects.get(code="kestrel"), email="wrong@gmial.example")
    invitation = Message.objects.get()
    assert (invitation.writer, invitation.reply_to) == ("kim", kim.someone.email)
    server(_raise(smtplib.SMTPRecipientsRefused({"wrong@gmial.example": (550, b"no such user")})))
    assert work.send_waiting(most=1) == 0
    told = Message.objects.get(code="mail_refused")
    assert (told.to_email, told.subject) == (kim.someone.email, "wrong@gmial.example could not be reached")
    assert f"“{invitation.subject}” to wrong@gmial.example will not arrive: 550 no such user" in told.body
    assert work.send_waiting(most=1) == 0  # what is refused of this one nobody is told
    assert Message.objects.count() == 2
