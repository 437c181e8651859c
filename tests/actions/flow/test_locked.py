"""What belongs to a step that is done, or to a challenge that ended, no verb changes: each act of a case, once more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError

from mix.data.models import Challenge, Event, Municipality
from mix.jobs import replay
from mix.jobs.scenarios import Scenario, ScenarioWrong
from mix.jobs.short_forms import SHORT
from mix.readers.core.errors import Forbidden, Unknown
from mix.rules.core.unmet import Refused
from tests.behind import world

pytestmark = pytest.mark.django_db
SCENARIOS = Path(__file__).resolve().parents[3] / "catalogue" / "scenarios"
CASES = {"10-guelph-roads": "guelph-roads-sprint", "40-fleet-vans": "fleet-vans"}
# How an act says that it does not do this: the last ones are a scenario's, of rows that are there already or gone.
NOT_DONE = (Refused, Unknown, Forbidden, ObjectDoesNotExist, ScenarioWrong, IntegrityError, ValueError, KeyError)
# What by its nature comes later: data given back, a result explained or disputed, a lesson, another city's wish.
AFTER = {
    "knowledge.write_lesson",
    "knowledge.enter_hours",
    "awards.ask_debrief",
    "awards.plan_debrief",
    "awards.hold_debrief",
    "awards.file_dispute",
    "awards.answer_dispute",
    "sprints.return_data",
    "delivery.take_over",
}
# What is of the challenge as a whole, and waits for no step while it runs.
OF_THE_WHOLE = {"engagements.log_contact", "findings.describe_purchase"}


def calls_of(name: str, code: str) -> Iterator[tuple[Scenario, str, str, Any]]:
    """Yield every act of a scenario as the verbs that it calls, on the case as it ended."""
    document = yaml.safe_load((SCENARIOS / f"{name}.yaml").read_text(encoding="utf-8"))
    city = Municipality.objects.get(code=document["municipality"])
    for act in document["acts"]:
        challenge = Challenge.objects.select_related("municipality", "method").get(code=code)
        anchor = document["anchor"]
        scenario = Scenario(
            key=document["key"],
            anchor=anchor,
            zone=ZoneInfo(city.zone),
            municipality=city,
            recorded_at=datetime.now().astimezone(),
            challenge=challenge,
            texts=document.get("texts", {}),
        )
        (verb,) = replay._names(act)
        short = SHORT.get(verb)
        calls = short(scenario, act[verb] or {}) if short else iter([(verb, act.get("by", ""), act[verb] or {})])
        try:
            for called, by, values in calls:
                yield scenario, called, by or act.get("by", ""), values
        except NOT_DONE:
            continue


def done_again(name: str, code: str, *, now: datetime, most: int) -> tuple[set[str], set[str]]:
    """Do the acts once more, undoing each, and of one verb no more than `most`.

    Returns the verbs that were tried, and those by which something changed.
    """
    tried, changed = Counter[str](), set()
    for scenario, verb, by, values in calls_of(name, code):
        if tried[verb] == most:
            continue
        tried[verb] += 1
        last = Event.objects.latest("id").pk
        try:
            with world():
                replay._call(scenario, verb, by=by, values=values, at=now)
                changed |= set(Event.objects.filter(pk__gt=last, challenge=code).values_list("verb", flat=True))
        except NOT_DONE:
            continue
    return set(tried), changed


# Every act of a case takes half a minute; in the gate one or two of each verb say whether it is locked.
MANY = pytest.mark.parametrize("most", [2, pytest.param(10_000, marks=pytest.mark.lab)], ids=["few", "all"])


@MANY
@pytest.mark.parametrize(("name", "code"), CASES.items())
def test_a_case_that_ended_takes_nothing_more(name: str, code: str, most: int, now: datetime) -> None:
    tried, changed = done_again(name, code, now=now, most=most)
    assert len(tried) > 30
    assert changed - AFTER == set()


@MANY
@pytest.mark.parametrize(("name", "code"), CASES.items())
def test_steps_that_are_done_take_nothing_more_while_the_challenge_runs(
    name: str, code: str, most: int, now: datetime
) -> None:
    Challenge.objects.filter(code=code).update(status="running", ended_at=None)
    tried, changed = done_again(name, code, now=now, most=most)
    assert len(tried) > 30
    assert changed - AFTER - OF_THE_WHOLE == set()
