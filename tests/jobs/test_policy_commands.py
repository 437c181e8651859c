"""`mix policy` at the command line: exit codes, line numbers, findings to read and as JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from mix.jobs.cli import app
from mix.jobs.policy_page import policy_page
from mix.readers.core.catalogue import CATALOGUE
from mix.rules.city.policy.adviser import Kind, parse_instruments
from tests.rules.city.test_policy import A_RULE

RUNNER = CliRunner()
FACTS = """category: services
value: 41000000
route: innovation_partnership
competition: invited
has_accessibility: false
cities: {guelph: {has_bylaw: false}, london: {has_bylaw: true}}
"""


def test_the_catalogue_is_checked() -> None:
    answer = RUNNER.invoke(app, ["policy", "check"])
    assert (answer.exit_code, answer.stdout[:5]) == (0, "Holds")


def test_every_file_that_is_wrong_is_named_with_its_line(tmp_path: Path) -> None:
    wrong, twin = tmp_path / "wrong.yaml", tmp_path / "twin.yaml"
    wrong.write_text(A_RULE.replace("value >= limit", "valeu >= limit"))
    twin.write_bytes(b"\xff")
    answer = RUNNER.invoke(app, ["policy", "check", str(wrong), str(twin), str(tmp_path / "none.yaml")])
    assert answer.exit_code == 2
    assert f"{wrong}:12: one: no fact or figure is called 'valeu'" in answer.stdout
    assert f"{twin}:1: not a text in UTF-8" in answer.stdout
    assert "none.yaml: cannot be read" in answer.stdout


def test_findings_are_told_with_reason_source_and_status(tmp_path: Path) -> None:
    file = tmp_path / "facts.yaml"
    file.write_text(FACTS)
    answer = RUNNER.invoke(app, ["policy", "explain", "--facts", str(file), "--on", "2026-11-23"])
    assert answer.exit_code == 1  # accessibility is missed, and that blocks
    assert "Blocks   Accessibility is part of what is bought (guelph, london)" in answer.stdout
    assert "because competition = invited, has_ground_record" not in answer.stdout
    assert "guelph-services-3" in answer.stdout
    assert "london-services-4" in answer.stdout
    assert "barrie" not in answer.stdout


def test_findings_as_json(tmp_path: Path) -> None:
    file = tmp_path / "facts.yaml"
    file.write_text(FACTS)
    options = ["--municipality", "london", "--at", "publication", "--json"]
    answer = RUNNER.invoke(app, ["policy", "explain", "--facts", str(file), "--on", "2026-11-23", *options])
    found = {f["rule"]: f for f in json.loads(answer.stdout)}
    assert found["aoda-5"]["outcome"] == "blocked"
    assert found["aoda-5"]["status"] == "verified"
    assert found["ceta-covers"]["figures"] == {"ceta_threshold": 36800000}
    assert all(f["cities"] == ["london"] for f in found.values())


def test_rules_that_clash_are_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "bylaws").mkdir()
    facts, also = tmp_path / "facts.yaml", tmp_path / "mayor.yaml"
    facts.write_text(FACTS)
    also.write_text(
        "layer: bylaw\nmunicipality: guelph\ntitle: {en: t, fr: t}\nrules:\n  - {id: local-first, at: [publication], "
        "needs: prefers_local, effect: warn, title: {en: Local first, fr: t}, text: {en: Local first, fr: t}, "
        "cites: [{text: c}], valid_from: 2020-01-01, status: unverified}\n"
    )
    command = ["policy", "explain", "--facts", str(facts), "--on", "2026-11-23", "--also", str(also)]
    answer = RUNNER.invoke(app, command)
    assert "no prefers_local keeps both" in answer.stdout
    assert "cfta-no-local prevails" in answer.stdout
    found = [f for f in json.loads(RUNNER.invoke(app, [*command, "--json"]).stdout) if f["outcome"] == "contradiction"]
    assert {f["contradicts"] for f in found} == {"local-first"}
    assert all(f["prevails"] == f["rule"] for f in found)


@pytest.mark.parametrize(
    ("text", "on", "said"),
    [
        ("valeu: 5", "2026-11-23", "no fact is called 'valeu'"),
        ("cities: [guelph]", "2026-11-23", "'cities' is a whole number"),
        ("[", "2026-11-23", "line 2: not YAML"),
        ("value: 5\nvalue: 6", "2026-11-23", "line 2: 'value' is given twice"),
        ("value: 5.00", "2026-11-23", "'value' is a whole number of cents"),
        ("value: 5", "2026-13-01", "cannot be read"),
        ("cities: {guelph: {value: much}}", "2026-11-23", "'value' is a whole number of cents"),
    ],
)
def test_facts_that_cannot_be_read_end_with_2(tmp_path: Path, text: str, on: str, said: str) -> None:
    file = tmp_path / "facts.yaml"
    file.write_text(text)
    answer = RUNNER.invoke(app, ["policy", "explain", "--facts", str(file), "--on", on])
    assert (answer.exit_code, said in answer.stdout) == (2, True)


def test_nothing_known_is_said_so(tmp_path: Path) -> None:
    file = tmp_path / "facts.yaml"
    file.write_text("")
    answer = RUNNER.invoke(app, ["policy", "explain", "--facts", str(file), "--on", "2026-11-23"])
    assert answer.exit_code == 0
    assert "depends on value" in answer.stdout


def test_the_adviser_at_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "facts.yaml"
    file.write_text("scan_says: buy\nsolution_is_defined: true\n")
    answer = RUNNER.invoke(app, ["policy", "advise", "--facts", str(file)])
    assert answer.exit_code == 0
    assert answer.stdout.startswith("Fits          Route T: an ordinary request for proposals")
    assert "Does not fit  Pilot or demonstration agreement" in answer.stdout
    file.write_text("scan_says: maybe")
    assert RUNNER.invoke(app, ["policy", "advise", "--facts", str(file)]).exit_code == 2


def test_the_adviser_says_of_each_instrument_whether_it_runs_here(tmp_path: Path) -> None:
    file = tmp_path / "facts.yaml"
    toolbox = parse_instruments((CATALOGUE / "instruments.yaml").read_text(encoding="utf-8"))
    instruments = [one for one in toolbox if one.kind is Kind.INSTRUMENT]
    table = policy_page(CATALOGUE)
    for facts in ("{}", "is_repeated: true\nis_urgent: true\nvalue: 100\nis_unsolicited: true\nscan_says: develop"):
        file.write_text(facts)
        printed = RUNNER.invoke(app, ["policy", "advise", "--facts", str(file)]).stdout
        for one in instruments:
            said = printed.split(f"  {one.title.en}\n")
            if len(said) > 1:
                after = re.split(r"\n(?=\S)", said[1])[0]
                assert ("runs here by" in after, "does not run here" in after) == (bool(one.runs_in), not one.runs_in)
    for one in instruments:
        row = next(line for line in table.splitlines() if line.startswith(f"| {one.title.en} |"))
        assert row.endswith("| does not run here |") is not bool(one.runs_in)


def explained(file: Path, text: str, *options: str) -> Result:
    file.write_text(text)
    command = ["policy", "explain", "--facts", str(file), "--on", "2026-11-23", *options]
    return RUNNER.invoke(app, command)


def test_cities_are_a_number_or_a_table_and_those_of_a_table_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "facts.yaml"
    assert explained(file, "cities: 2").exit_code == 0
    named = explained(file, "cities: {guelph: {}, london: {}}", "--json").stdout
    waits = [f for f in json.loads(named) if f["rule"] == "participation-notice" and "cities" in f["unknown"]]
    assert waits == []


def test_a_city_without_a_by_law_is_said_and_one_that_the_facts_do_not_name_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "facts.yaml"
    answer = explained(file, "value: 5", "--municipality", "torronto")
    assert answer.exit_code == 0
    assert "No by-law of torronto is known" in answer.stderr
    answer = explained(file, "cities: {guelph: {}}", "--municipality", "torronto")
    assert (answer.exit_code, "`cities` does not name 'torronto'" in answer.stdout) == (2, True)
