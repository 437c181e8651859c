"""A step kind is one registration: one in a folder of its own runs from its begin to its gate on our page."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from mix.actions.case import challenges
from mix.actions.city.methods import publish_method
from mix.actions.core.run import run
from mix.data.models import Challenge, Municipality
from mix.readers.case.challenges import get_step
from mix.readers.flow.findings import judge
from mix.rules.city.kinds import REGISTERED, Kind, KindTaken, kind_of, register
from mix.rules.city.method_files import parse
from mix.rules.core.catalogue import DocumentInvalid
from mix.rules.core.fields import Wording
from mix.rules.core.kinds import Route
from tests.bundled import gather_files
from tests.web import toy_kind

METHOD = Path(toy_kind.__file__).with_name("method.yaml").read_text(encoding="utf-8")


@pytest.fixture
def kind() -> Iterator[Any]:
    register(toy_kind.KIND)
    yield toy_kind.KIND
    del REGISTERED[toy_kind.KIND.key]
    toy_kind.ENDED.clear()


@pytest.fixture
def looking(kind: Any, actor: Callable[[str], Any], now: Any) -> Challenge:
    """Begin a challenge on a method that is made of the toy kind alone."""
    version = run(actor("martin"), now, publish_method, METHOD)
    made: Challenge = run(
        actor("priya"),
        now,
        challenges.commission,
        Municipality.objects.get(code="guelph"),
        code="looking",
        title=Wording(en="Looking"),
        question=Wording(en="What is there?"),
        method=version,
        route=Route.PILOT_ONLY,
        route_reason="To learn",
    )
    return made


def test_a_kind_runs_from_its_begin_to_its_gate(looking: Challenge, sign_in: Callable[[str], Any], now: Any) -> None:
    page = "/en/city/challenges/looking/visit/"
    officer = sign_in("olivia")
    before = officer.get(page).content.decode()
    assert "Seen so far: nothing" in before
    assert '<a href="#visit">Write something here</a>' in before
    assert officer.post(page, {"act": "ask"}).status_code == 422
    assert officer.post(page, {"act": "look", "seen": "A leaking valve."}).status_code == 302
    after = officer.get(page).content.decode()
    assert "Seen so far: A leaking valve." in after
    assert "Nothing is missing." in after
    assert judge(get_step(looking, "visit"), now=now).facts["guelph"]["category"] == "services"
    assert officer.post(page, {"act": "ask"}).status_code == 302
    sponsor = sign_in("sam")
    assert "Seen so far: A leaking valve." in sponsor.get(page).content.decode()
    word = {"duty": "guelph:sponsor", "decision": "proceed", "reason": "I saw it too.", "public_summary": "It leaks."}
    assert toy_kind.ENDED == []
    assert sponsor.post(page, {"act": "sign", **word}).status_code == 302
    assert [("visit", Wording(en="It leaks."))] == toy_kind.ENDED
    looking.refresh_from_db()
    assert (looking.status, get_step(looking, "visit").state) == ("completed", "done")
    assert b'"visit": "A leaking valve."' in gather_files(looking)["visits.json"]


@pytest.mark.parametrize(("code", "status"), [("sam", 404), ("martin", 302)])
def test_the_kind_says_who_carries_it_to_its_gate(
    looking: Challenge, sign_in: Callable[[str], Any], code: str, status: int
) -> None:
    page = "/en/city/challenges/looking/visit/"
    assert sign_in("olivia").post(page, {"act": "look", "seen": "A leaking valve."}).status_code == 302
    somebody = sign_in(code)
    assert somebody.get(page).status_code == 200
    assert somebody.post(page, {"act": "ask"}).status_code == status
    assert (get_step(looking, "visit").asked_at is not None) == (status == 302)


def test_a_method_names_no_kind_that_is_not_registered() -> None:
    with pytest.raises(DocumentInvalid) as caught:
        parse(METHOD)
    assert [(p.line, p.text) for p in caught.value.problems] == [(12, "unknown kind 'site_visit'")]


def test_a_kind_is_registered_once(kind: Any) -> None:
    assert kind_of("site_visit") is kind
    with pytest.raises(KindTaken):
        register(kind)


@pytest.mark.parametrize("name", [field.name for field in fields(Kind)])
def test_a_kind_that_leaves_a_question_open_is_none(name: str) -> None:
    answers = {field.name: getattr(toy_kind.KIND, field.name) for field in fields(Kind)}
    assert Kind(**answers) == toy_kind.KIND
    del answers[name]
    with pytest.raises(TypeError, match=name):
        Kind(**answers)
