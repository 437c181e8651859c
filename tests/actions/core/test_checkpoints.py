"""Nothing is signed that does not go on from what was signed before, also where the database was rewritten whole."""

import shutil
import stat
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mix.actions.core.checkpoints import (
    KEPT,
    LogBroken,
    acknowledge_gap,
    find_contradiction,
    kept_path,
    make_checkpoint,
)
from mix.actions.core.events import record
from mix.actions.core.run import run
from mix.actions.core.signing import open_own_note
from mix.data.models import Chain, Checkpoint, Event, Municipality, Person
from mix.jobs import doctor
from mix.jobs.cli import app
from mix.jobs.log_checks import check_daily, check_log, last_check
from mix.readers.core import events
from mix.readers.core.actors import PUBLIC
from mix.readers.core.events import verify_chain
from mix.rules.core.chain import GENESIS, Break, digest, link
from mix.rules.core.merkle import root
from mix.rules.core.notes import read_checkpoint
from mix.rules.core.unmet import Refused
from tests.behind import behind_the_program

pytestmark = pytest.mark.django_db
CODE = "london"
Sign = Callable[[], Checkpoint | None]


@pytest.fixture
def sign(settings: Any, tmp_path: Path, now: datetime, django_capture_on_commit_callbacks: Any) -> Sign:
    """Return how a checkpoint is made and kept, in a folder of its own with this instance's key."""
    keys = tmp_path / "keys"
    keys.mkdir()
    shutil.copy(Path(settings.DATA_DIR) / "keys" / "receipts.ed25519", keys)
    settings.DATA_DIR = tmp_path

    def made() -> Checkpoint | None:
        with django_capture_on_commit_callbacks(execute=True):
            return make_checkpoint(CODE, now=now, goes_on=True)

    return made


def say(now: datetime) -> None:
    record("documents.comment", Municipality.objects.get(code=CODE), actor=PUBLIC, now=now)


def rewrite(*, drop: int = 0) -> None:
    """Change a reason and chain all entries anew, or cut some off: no key is needed for it."""
    chain = Chain.objects.get(code=CODE)
    previous, seq = GENESIS, 0
    for event in Event.objects.filter(chain=chain, seq__lte=chain.seq - drop).order_by("seq"):
        event.reason, event.previous_hash = ("other" if event.seq == 2 and not drop else event.reason), previous
        event.payload_hash = digest(event.payload)
        event.hash = previous = link(event.entry(), previous=previous)
        seq = event.seq
        Event.objects.filter(pk=event.pk).update(
            reason=event.reason, previous_hash=event.previous_hash, hash=event.hash
        )
    Event.objects.filter(chain=chain, seq__gt=seq).delete()
    Chain.objects.filter(pk=chain.pk).update(seq=seq, hash=previous)
    assert verify_chain(Chain.objects.get(code=CODE)) is None  # by itself it holds


def test_the_last_checkpoint_is_kept_outside_of_the_database_for_its_owner_alone(sign: Sign, now: datetime) -> None:
    first = sign()
    assert first
    path = kept_path(CODE)
    assert (path.read_text("utf-8"), stat.S_IMODE(path.stat().st_mode)) == (first.note, 0o600)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    say(now)
    second = sign()
    assert second
    assert second.size == first.size + 1
    assert path.read_text("utf-8") == second.note
    assert list(path.parent.iterdir()) == [path]
    assert find_contradiction(Chain.objects.get(code=CODE)) is None


def test_a_checkpoint_that_was_undone_is_not_kept(sign: Sign, now: datetime) -> None:
    assert sign()
    before = kept_path(CODE).read_text("utf-8")
    say(now)
    assert make_checkpoint(CODE, now=now)  # its transaction never commits
    assert kept_path(CODE).read_text("utf-8") == before


@pytest.mark.parametrize("drop", [0, 2])
def test_a_log_that_was_written_anew_or_cut_is_not_signed(sign: Sign, now: datetime, drop: int) -> None:
    made = sign()
    assert made
    with behind_the_program():
        rewrite(drop=drop)
        assert find_contradiction(Chain.objects.get(code=CODE)) == Break(made.size, "log_contradicts_checkpoint")
        Checkpoint.objects.filter(chain__code=CODE).delete()
        assert find_contradiction(Chain.objects.get(code=CODE)) == Break(made.size, KEPT)
        say(now)
        with pytest.raises(LogBroken, match=KEPT):
            make_checkpoint(CODE, now=now)
        answer = CliRunner().invoke(app, ["log", "verify"])
        assert answer.exit_code == 1
        assert f"{CODE}: broken at entry {made.size}. The entries are not those of the last checkpoint" in answer.stdout


def read_by(what: Callable[[], object]) -> list[int]:
    """Return the numbers of the entries whose whole content was read."""
    seen: list[int] = []

    def noted(*given: Any, **named: Any) -> Any:
        for row in links(*given, **named):
            seen.append(row[0])
            yield row

    links = events._links
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(events, "_links", noted)
        what()
    return seen


def test_a_checkpoint_goes_on_from_the_one_before(sign: Sign, now: datetime) -> None:
    first = sign()
    assert first
    for _ in range(3):
        say(now)
    assert read_by(sign) == [first.size + 1, first.size + 2, first.size + 3]
    second = Chain.objects.get(code=CODE).checkpoints.get(size=first.size + 3)
    say(now)
    whole = read_by(lambda: make_checkpoint(CODE, now=now))  # such as before envelopes are opened
    assert whole == list(range(1, second.size + 2))
    body = read_checkpoint(open_own_note(second.note))
    rows = Event.objects.filter(chain__code=CODE, seq__lte=second.size).order_by("seq")
    assert body.root == root(rows.values_list("hash", flat=True))
    assert find_contradiction(Chain.objects.get(code=CODE)) is None


@pytest.mark.parametrize(
    ("harm", "broken"),
    [
        (lambda made: Event.objects.filter(chain__code=CODE, seq=made.size).update(hash="0" * 64), "log_altered"),
        (lambda made: Event.objects.filter(chain__code=CODE, seq=made.size + 1).update(reason="other"), "log_altered"),
        (lambda made: Event.objects.filter(chain__code=CODE, seq=made.size + 1).delete(), "log_gap"),
        (lambda made: Checkpoint.objects.filter(pk=made.pk).update(before=made.before[:-32]), None),
        (lambda made: Checkpoint.objects.filter(pk=made.pk).update(before=bytes(len(made.before))), None),
        (lambda _made: kept_path(CODE).unlink(), None),
    ],
)
def test_where_it_cannot_go_on_all_of_the_log_is_read(
    sign: Sign, now: datetime, harm: Callable[[Checkpoint], object], broken: str | None
) -> None:
    made = sign()
    assert made
    say(now)
    say(now)
    with behind_the_program():
        harm(made)
        if broken is None:
            assert read_by(sign) == list(range(1, made.size + 3))
        else:
            with pytest.raises(LogBroken, match=broken):
                sign()


def test_a_checkpoint_that_was_taken_out_or_forged_is_found(sign: Sign, now: datetime) -> None:
    made = sign()
    assert made
    with behind_the_program():
        Checkpoint.objects.filter(pk=made.pk).delete()
        assert find_contradiction(Chain.objects.get(code=CODE)) == Break(made.size, "checkpoint_missing")
    with behind_the_program():
        Checkpoint.objects.filter(pk=made.pk).update(note=made.note.replace("london", "paris", 1))
        assert find_contradiction(Chain.objects.get(code=CODE)) == Break(0, "checkpoint_not_ours")


def test_after_a_restore_two_people_say_so_in_the_log_and_it_goes_on(
    sign: Sign, now: datetime, actor: Callable[[str], Any], django_capture_on_commit_callbacks: Any
) -> None:
    say(now)
    lost = sign()
    assert lost
    chain, second = Chain.objects.get(code=CODE), Person.objects.get(code="mona")
    with pytest.raises(Refused) as caught:
        run(actor("lucia"), now, acknowledge_gap, chain, second=second, reason="Backup of Sunday.")
    assert [u.code for u in caught.value.unmet] == ["log_has_no_gap"]
    with behind_the_program():
        rewrite(drop=1)
        Checkpoint.objects.filter(pk=lost.pk).delete()
        for other, reason, code in (("lucia", "Backup.", "second_person"), ("mona", " ", "reason_missing")):
            with pytest.raises(Refused) as caught:
                person = Person.objects.get(code=other)
                run(actor("lucia"), now, acknowledge_gap, chain, second=person, reason=reason)
            assert [u.code for u in caught.value.unmet] == [code]
        with django_capture_on_commit_callbacks(execute=True):
            made = run(actor("lucia"), now, acknowledge_gap, chain, second=second, reason="Backup of Sunday.")
        entry = Event.objects.get(chain=chain, seq=made.size)
        assert (entry.verb, entry.actor, entry.reason) == ("log.acknowledge_gap", "lucia", "Backup of Sunday.")
        assert {k: entry.payload[k] for k in ("size", "left", "second")} == {
            "size": lost.size,
            "left": lost.size - 1,
            "second": "mona",
        }
        assert kept_path(CODE).read_text("utf-8") == made.note
        say(now)
        assert sign()


def test_the_worker_checks_daily_and_the_doctor_says_what_came_of_it(sign: Sign, now: datetime) -> None:
    assert sign()
    assert [w.state for w in doctor.log()] == [doctor.State.LOOK]
    check_daily(now=now)
    first = last_check()
    assert first
    assert (first.at, first.wrong, first.entries) == (now, (), Event.objects.count())
    assert [(w.state, w.about) for w in doctor.log()] == [(doctor.State.GOOD, "log")]
    with behind_the_program():
        rewritten = Event.objects.filter(chain__code=CODE, seq=2)
        rewritten.update(reason="other")
        check_daily(now=now + timedelta(hours=1))
        assert last_check() == first  # once a day
        check_daily(now=now + timedelta(days=1))
        found = check_log(now=now)
    assert found.wrong == (f"{CODE}: broken at entry 2. This entry was changed.",)
    said = list(doctor.log())
    assert [(w.state, found.wrong[0] in w.text) for w in said] == [(doctor.State.BAD, True)]
