"""What tells of a scoring is read by nobody before its result is final: in no timeline, no export and no bundle."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mix.actions.choice import evaluations
from mix.actions.core.run import run
from mix.actions.core.signing import public_key
from mix.data.models import Challenge, Evaluation
from mix.readers.flow.timelines import list_events
from mix.rules.core.verdicts import Verdict
from mix.rules.flow.proofs import verify_bundle, verify_log

pytestmark = pytest.mark.django_db
SCORED = ("evaluations.score", "evaluations.agree")


@pytest.fixture
def scored(actor: Callable[[str], Any], now: Any) -> Evaluation:
    """Have Eva, who has handed in, change a score with a reason that is seen wherever it comes out."""
    found = Evaluation.objects.get(step__challenge__code="under-our-streets", step__key="shortlist")
    submission = found.solicitation.submissions.get(vendor__code="releve")
    facts = {"submission": submission, "criterion": "fit", "score": 2, "comment": "CANARY C", "reason": "CANARY R"}
    run(actor("eva"), now, evaluations.score, found, **facts)
    return found


def lines(raw: bytes, challenge: str) -> list[tuple[Any, ...]]:
    """Return what an exported log says of scores in a challenge: subject, payload, reason."""
    entries = [json.loads(line) for line in raw.splitlines()]
    return [
        (e["subject"], e["payload"], e["reason"])
        for e in entries
        if e.get("verb") in SCORED and e.get("challenge") == challenge
    ]


@pytest.mark.parametrize("code", ["audrey", "carl", "olivia"])
def test_an_export_says_nothing_of_a_scoring_under_way(
    scored: Evaluation, sign_in: Callable[[str], Client], code: str
) -> None:
    client = sign_in(code)
    log = b"".join(client.get(reverse("oversight-log", args=["under-our-streets"])))
    bundle = b"".join(client.get(reverse("oversight-bundle", args=["under-our-streets"])))
    assert (b"CANARY" in log, b"CANARY" in bundle) == (False, False)
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        packed = archive.read("logs/guelph.jsonl")
    for raw in (log, packed):
        found = lines(raw, "under-our-streets")
        assert len(found) > 30
        assert set(found) == {("under-our-streets/shortlist", None, None)}
    assert (verify_log(log).verdict, verify_bundle(bundle, public_key=public_key()).verdict) == (
        Verdict.HOLDS,
        Verdict.HOLDS,
    )


def test_an_export_of_what_is_final_says_everything(sign_in: Callable[[str], Client]) -> None:
    log = b"".join(sign_in("audrey").get(reverse("oversight-log", args=["guelph-roads-sprint"])))
    found = lines(log, "guelph-roads-sprint")
    assert len(found) > 60
    assert all(payload and payload["criterion"] for _subject, payload, _reason in found)


def test_a_timeline_tells_of_scores_once_they_are_final(scored: Evaluation) -> None:
    told = [e.verb for e in list_events(scored.step.challenge) if e.verb in SCORED]
    assert told == []
    Evaluation.objects.filter(pk=scored.pk).update(phase="final")
    told = [e.reason for e in list_events(scored.step.challenge) if e.verb in SCORED]
    assert told[0] == "CANARY R"


def test_a_panel_that_another_replaced_is_told_of_with_the_later_result(scored: Evaluation, now: Any) -> None:
    challenge = Challenge.objects.get(code="under-our-streets")
    later = Evaluation.objects.create(
        municipality=scored.municipality, step=scored.step, round=2, solicitation=scored.solicitation
    )
    assert [e for e in list_events(challenge) if e.verb in SCORED] == []
    Evaluation.objects.filter(pk=later.pk).update(phase="final")
    assert len([e for e in list_events(challenge) if e.verb in SCORED]) > 30
