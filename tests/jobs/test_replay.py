"""Scenarios and the command line."""

import inspect
import re
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core import mail
from typer.testing import CliRunner

from mix.actions.core import run as run_module
from mix.actions.core.run import Prepared
from mix.data.models import Challenge, Event, HistoryFact, Message, Municipality, Step
from mix.jobs import short_forms
from mix.jobs.cli import app
from mix.jobs.demo import scenario_files
from mix.jobs.drawing import draw_method, find_method_file
from mix.jobs.replay import MODULES, MOVED, replay
from mix.jobs.scenarios import ScenarioWrong
from mix.jobs.work import send_waiting
from mix.jobs.world import RealInstance, refuse_real_instance
from mix.readers.city.methods import get_latest
from mix.readers.core.catalogue import CATALOGUE
from mix.rules.city.method_files import parse

# Verbs that other verbs call: they have no page and no act of their own.
INNER = {
    "awards.approve",
    "challenges.record_history",
    "disclosures.publish_pack",
    "documents.keep_version",
    "following.tell_followers",
    "item_checks.tell_failed",
    "named_vendors.invite_named",
    "openings.unseal_all",
    "panels.pass_shares_on",
    "submissions.begin_draft",
    "submissions.seal_ahead",
}
# Verbs whose only scenario is a page: tests/web and tests/journeys carry them out.
ON_PAGES = {
    "absences.accept",
    "absences.decline",
    "absences.end",
    "absences.enter",
    "addenda.change_question",
    "submissions.note_hours",
    "addenda.drop_extension",
    "addenda.issue",
    "agreements.take_out_signatory",
    "awards.answer_dispute",
    "awards.file_dispute",
    "calendars.drop_day",
    "corrections.correct",
    "calendars.end_feed",
    "calendars.make_feed",
    "calendars.set_days",
    "challenges.begin_from",
    "chasing.ask_again",
    "co_applicants.ask",
    "co_applicants.decline",
    "co_applicants.join",
    "co_applicants.leave",
    "co_applicants.take_out",
    "conversations.end",
    "delivery.set_tests",
    "departments.add",
    "departments.close",
    "departments.open_again",
    "departments.rename",
    "evaluations.break_tie",
    "following.follow",
    "following.unfollow",
    "municipalities.send_again",
    "findings.justify",
    "mergers.agree",
    "mergers.ask",
    "mergers.decline",
    "mergers.withdraw",
    "named_vendors.name",
    "named_vendors.take_out",
    "openings.note_export",
    "outsiders.decline",
    "outsiders.join",
    "outsiders.send_again",
    "outsiders.withdraw",
    "panels.give_chair",
    "practice.make",
    "practice.play",
    "practice_seats.play",
    "practice_seats.seat",
    "policies.drop_bylaw",
    "solicitations.send_back",
    "submissions.bring_copy",
    "submissions.bring_back",
    "submissions.drop_file",
    "ties.draw_lot",
    "ties.fix_lot",
    "variants.propose",
    "variants.publish",
    "variants.send_back",
    "variants.set_places",
    "variants.take_over",
    "variants.write",
}


def is_verb(value: object) -> bool:
    """Say whether something is carried out with a deed."""
    function = value.verb if isinstance(value, Prepared) else value
    return inspect.isfunction(function) and next(iter(inspect.signature(function).parameters), "") == "deed"


def verbs() -> set[str]:
    named = {
        f"{noun}.{name}"
        for noun, module in MODULES.items()
        for name, value in vars(module).items()
        if is_verb(value) and getattr(value, "__module__", "") in (module.__name__, run_module.__name__)
        if not name.startswith("_")
    }
    return named | set(MOVED)


def test_scenarios_carry_out_every_verb(db: None) -> None:
    used = set()
    for path in scenario_files():
        for act in yaml.safe_load(path.read_text(encoding="utf-8"))["acts"]:
            used |= {name for name in act if "." in name}
    short = inspect.getsource(short_forms)
    used |= {name for name in verbs() if f'"{name}"' in short}
    assert verbs() - used - INNER - ON_PAGES == set()
    assert used - verbs() == set()


def test_the_sprint_challenge_is_complete_through_its_outcome(db: None) -> None:
    challenge = Challenge.objects.get(code="guelph-roads-sprint")
    assert challenge.status == "completed"
    assert set(challenge.steps.values_list("state", flat=True)) == {"done"}
    assert challenge.outcomereadings.count() == 9
    gates = list(dict.fromkeys(challenge.steps.order_by("position").values_list("signatures__gate", flat=True)))
    assert [g for g in gates if g] == [f"G{n}" for n in range(1, 16)]


def test_states_of_the_other_scenarios(db: None) -> None:
    active = {
        code: list(Step.objects.filter(challenge__code=code, state="active").values_list("key", flat=True))
        for code in ("under-our-streets", "water-leaks", "downtown-parking-2")
    }
    assert active == {
        "under-our-streets": ["shortlist"],
        "water-leaks": ["invitation"],
        "downtown-parking-2": ["commissioning"],
    }
    assert Challenge.objects.get(code="fleet-vans").status == "completed"


def test_replayed_events_say_so(db: None) -> None:
    assert set(Event.objects.exclude(verb="methods.publish_method").values_list("origin", flat=True)) == {
        "replay",
        "history",
    }
    first = Event.objects.filter(challenge="guelph-roads-sprint").order_by("id").first()
    assert first
    assert (first.happened_at.year, first.recorded_at.year) == (2024, datetime.now(UTC).year)


def test_real_cases_are_facts_with_sources(db: None) -> None:
    cases = Challenge.objects.filter(origin="history")
    assert cases.count() == 6
    assert not HistoryFact.objects.filter(is_on_record=True, source="").exists()
    assert HistoryFact.objects.get(challenge__code="guelph-parking-2016", key="winner").text == "none"
    assert HistoryFact.objects.filter(is_on_record=False).count() >= 5


def test_real_cases_agree_with_the_shared_facts(shared: Path, db: None) -> None:
    rows = yaml.safe_load((shared / "data" / "mix-challenges.yaml").read_text(encoding="utf-8"))["challenges"]
    assert {r["code"] for r in rows} == set(Challenge.objects.filter(origin="history").values_list("code", flat=True))
    for row in rows:
        facts = {f.key: f for f in HistoryFact.objects.filter(challenge__code=row["code"])}
        if row.get("submissions"):
            assert facts["submissions"].text == str(row["submissions"])
        winner = row.get("winner", "not found").split(" (")[0]
        assert facts["winner"].text == ("" if winner == "not found" else winner)


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        ([{"at": "+1 10:00", "by": "priya", "moves.ask": {"step": "commissioning"}}], "no challenge has begun"),
        (
            [
                {
                    "at": "+2 10:00",
                    "by": "stan",
                    "challenges.report_need": {"department": "parks", "title": "a", "what": "b", "who": "c"},
                },
                {
                    "at": "+1 10:00",
                    "by": "stan",
                    "challenges.report_need": {"department": "parks", "title": "a", "what": "b", "who": "c"},
                },
            ],
            "dated before the one above it",
        ),
        (
            [
                {
                    "at": "+1 10:00",
                    "by": "tess",
                    "challenges.report_need": {"department": "parks", "title": "a", "what": "b", "who": "c"},
                }
            ],
            "Unknown",
        ),
        ([{"at": "+1 10:00", "by": "stan", "challenges.report_nede": {}}], "no verb is called that"),
        ([{"at": "+1 10:00", "by": "stan", "nobody.knows": {}}], "no verb is called that"),
        ([{"by": "stan", "moves.ask": {}}], "'at' is missing"),
        ([{"at": "+1 10:00"}], "an act has `at`, perhaps `by`, and one verb"),
        ([{"at": "+1 10:00", "by": "nobody", "moves.ask": {}}], "Person is not there"),
        (
            [
                {
                    "at": "+1 10:00",
                    "by": "stan",
                    "challenges.report_need": {
                        "department": "parks",
                        "title": "a",
                        "what": "b",
                        "who": "c",
                        "how_otfen": "daily",
                    },
                }
            ],
            "it knows no 'how_otfen'",
        ),
    ],
)
def test_a_scenario_that_is_wrong_says_where(db: None, tmp_path: Path, acts: list[Any], expected: str) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(yaml.safe_dump({"key": "w", "anchor": date(2026, 1, 5), "municipality": "guelph", "acts": acts}))
    with pytest.raises(ScenarioWrong, match=re.escape(expected)) as caught:
        replay(path, today=date(2026, 1, 5), recorded_at=datetime.now(UTC), progress=lambda _text: None)
    line = 1 + [n for n, text in enumerate(path.read_text().splitlines()) if text.startswith("- ")][len(acts) - 1]
    assert str(caught.value).startswith(f"wrong.yaml:{line}: act {len(acts)} (")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "wrong.yaml:1: document: Input should be an object"),
        ("key: w\nmunicipality: guelph\nacts: []", "wrong.yaml:1: missing key 'anchor'"),
        ("key: w\nanchor: soon\nmunicipality: guelph\nacts: []", "wrong.yaml:2: anchor"),
        ("key: w\nanchor: 1\nmunicipality: guelf\nacts: []", "no city is called 'guelf'"),
        ("key: w\nanchor: 1\nmunicipality: guelph\nacts: {}", "wrong.yaml:4: `acts` is a list of acts"),
        ("key: w\nanchor: 1\nmunicipality: guelph\nactz: []", "wrong.yaml:4: unknown key 'actz'"),
        ("key: w\nkey: w", "wrong.yaml:2: 'key' is given twice"),
        ("key: [", "wrong.yaml:2: not YAML"),
    ],
)
def test_a_file_that_is_no_scenario_says_where(db: None, tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(text)
    with pytest.raises(ScenarioWrong, match=re.escape(expected)):
        replay(path, today=date(2026, 1, 5), recorded_at=datetime.now(UTC), progress=lambda _text: None)


def test_a_scenario_that_is_wrong_ends_the_command_in_words(db: None, tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text("key: w\nkey: w")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mix.jobs.demo.refuse_real_instance_if_set_up", lambda _console: None)
        answer = CliRunner().invoke(app, ["replay", str(path)])
    assert (answer.exit_code, answer.stdout) == (2, "wrong.yaml:2: 'key' is given twice\n")


def test_a_city_loads_a_method_of_its_own(db: None, tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    text = CATALOGUE.joinpath("methods/agile-pilot.yaml").read_text().replace("key: agile-pilot", "key: ours", 1)
    path.write_text(text)
    answer = CliRunner().invoke(app, ["methods", "add", str(path)])
    assert (answer.exit_code, answer.stdout) == (0, "ours, version 2, can be chosen now.\n")
    assert get_latest("ours").digest
    path.write_text(text + "# changed\n")
    answer = CliRunner().invoke(app, ["methods", "add", str(path)])
    assert answer.exit_code == 1
    assert "This version of ours has another content. Give the change a new version." in str(answer.exception)
    path.write_text(text.replace("version: 2", "version: true", 1))
    answer = CliRunner().invoke(app, ["methods", "add", str(path)])
    assert f"{path}:5: version: a whole number" in str(answer.exception)


def test_a_real_city_is_never_replayed_into(db: None) -> None:
    Municipality.objects.create(code="real", name="Real", posting_address="https://example.org")
    with pytest.raises(RealInstance):
        refuse_real_instance()


def test_the_outbox_is_sent_once_in_the_persons_language(db: None) -> None:
    waiting = Message.objects.filter(sent_at=None).count()
    assert waiting > 50
    sent = send_waiting(most=20)
    assert (sent, len(mail.outbox), Message.objects.filter(sent_at=None).count()) == (20, 20, waiting - 20)
    french = Message.objects.filter(to_email="remi@demo.mix.invalid", subject__startswith="Reçu").first()
    assert french
    assert "a été reçue" in french.body


def mix(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mix.jobs.cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "200", **environment},
    )


def test_methods_check_needs_no_secret_and_no_database(tmp_path: Path) -> None:
    good = mix("methods", "check", str(CATALOGUE / "methods" / "sprint.yaml"))
    assert (good.returncode, good.stdout.strip().endswith("5 stages, 34 steps, 18 gates.")) == (0, True)
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("key: w\nversion: 1\nbocks: 2\n")
    bad = mix("methods", "check", str(wrong))
    assert bad.returncode == 1
    assert f"{wrong}:3: unknown key 'bocks'" in bad.stdout
    assert mix("methods", "check", str(tmp_path / "none.yaml")).returncode == 2


@pytest.mark.parametrize("language", ["en", "fr"])
def test_methods_are_drawn(language: str) -> None:
    path = find_method_file("traditional-rfp")
    assert path
    drawn = "\n".join(draw_method(parse(path.read_text(encoding="utf-8")), language=language))
    assert ("◆ T6" in drawn, ("Attribution" in drawn) == (language == "fr")) == (True, True)


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"MIX_DEBUG": "1"}, "MIX_DEBUG=1 shows internals"),
        ({"PORT": "eighty"}, "Set it to a number from 1 to 65535"),
        ({"MIX_SECRET_KEY": "short"}, "MIX_SECRET_KEY is too short"),
        ({}, "MIX_SECRET_KEY is not set"),
    ],
)
def test_an_unsafe_start_is_refused(tmp_path: Path, environment: dict[str, str], says: str) -> None:
    done = mix("serve", MIX_DATA_DIR=str(tmp_path), **environment)
    assert done.returncode != 0
    assert says in done.stderr + done.stdout


@pytest.mark.parametrize("url", ["http://mix.example.ca", "http://127.0.0.1.example.ca:8000", "ftp://mix.example.ca"])
def test_a_city_is_not_served_in_the_open(settings: Any, url: str) -> None:
    from mix.jobs.start import refuse_wrong_settings

    settings.DEMO, settings.BASE_URL = False, url
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, secret_key="s" * 40)
    with pytest.raises(SystemExit, match="would travel in the open"):
        refuse_wrong_settings(alone=False)
    for fine in ("https://mix.example.ca", "http://127.0.0.1:8000", "http://localhost", "http://[::1]:8000"):
        settings.BASE_URL = fine
        refuse_wrong_settings(alone=False)


def test_the_demonstration_cast_never_serves_for_real(db: None, settings: Any) -> None:
    from mix.jobs.start import refuse_unsafe_start

    settings.DEMO = False
    with pytest.raises(SystemExit, match="holds the demonstration cast"):
        refuse_unsafe_start()


def test_a_taken_port_is_said() -> None:
    import socket

    from mix.jobs.start import refuse_taken_port

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SystemExit, match=f"Port {port} is taken"):
            refuse_taken_port(port)


def test_an_old_table_of_time_zones_stops_the_start(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    from mix.jobs import start

    start.refuse_wrong_clock()
    monkeypatch.setattr(start, "CLOCK_PROBES", (("America/Vancouver", "2026-12-15T14:00", "2026-12-15T22:00"),))
    with pytest.raises(SystemExit, match="out of date"):
        start.refuse_wrong_clock()


def test_a_web_server_that_ends_again_and_again_stops_all() -> None:
    """It is started again three times, as its helpers are for ever; then an operator must look."""
    from mix.jobs import processes

    helpers: list[subprocess.Popen[bytes]] = []

    def helper() -> subprocess.Popen[bytes]:
        helpers.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]))
        return helpers[-1]

    kept = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(SystemExit, match="ended 4 times"):
            processes.keep(lambda: subprocess.Popen([sys.executable, "-c", ""]), {"work": helper})
    finally:
        signal.signal(signal.SIGTERM, kept[0])
        signal.signal(signal.SIGINT, kept[1])
    assert len(helpers) == 1
    assert helpers[0].returncode is not None
