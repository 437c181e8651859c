"""A challenge begins from another: from which it may, what comes over, and until when that is marked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from mix.actions.case import copying, documents
from mix.actions.core.run import run
from mix.actions.flow import endings
from mix.actions.market import call_forms, solicitations
from mix.data.models import Challenge, Document, DocumentVersion, Event, Municipality, Notice, Solicitation, Step
from mix.readers.case.challenges import method_for
from mix.readers.case.copying import find_beginning, list_copied, list_sources
from mix.readers.case.documents import find_latest, latest_content
from mix.readers.city.methods import get_latest
from mix.readers.core.errors import Forbidden
from mix.readers.market.copying import is_as_begun
from mix.readers.market.solicitations import form_of, method_form
from mix.rules.core.fields import Wording
from mix.rules.core.kinds import Route, StepState
from mix.rules.core.unmet import Refused
from mix.rules.market.call_changes import AddQuestion
from mix.rules.market.call_criteria import Weigh
from tests.behind import behind_the_program

pytestmark = pytest.mark.django_db
ROADS = "guelph-roads-sprint"
Begin = Callable[..., Challenge]


@pytest.fixture
def begin(actor: Callable[[str], Any], now: Any) -> Begin:
    """Return a function that begins a challenge from another, as somebody of a city."""

    def made(source: str, *, by: str = "priya", city: str = "guelph", method: str = "sprint", **more: Any) -> Challenge:
        return run(
            actor(by),
            now,
            copying.begin_from,
            Municipality.objects.get(code=city),
            source=source,
            code="begun",
            title=Wording(en="Begun"),
            question=Wording(en="How might it be done again?"),
            method=get_latest(method),
            route=Route.TRADITIONAL if method == "traditional-rfp" else Route.INNOVATION_PARTNERSHIP,
            route_reason="As before.",
            **more,
        )

    return made


def refusal(begin: Begin, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(Refused) as caught:
        begin(*args, **kwargs)
    return caught.value.unmet[0].code


def code_of(challenge: Challenge) -> str:
    """Return the code of the challenge from which another began."""
    assert challenge.begun_from is not None
    return challenge.begun_from.code


def copies(challenge: Challenge) -> dict[str, dict[str, Any]]:
    rows = Document.objects.filter(step__challenge=challenge).select_related("step")
    return {row.step.key: row.copies for row in rows if row.copies}


def test_a_citys_own_challenge_gives_its_words_and_the_log_says_which(begin: Begin) -> None:
    made = begin(ROADS)
    before = {s.key: latest_content(s) for s in Challenge.objects.get(code=ROADS).steps.all()}
    found = copies(made)
    framework = before["common-mvp-framework"]
    assert found["common-mvp-framework"]["hypotheses"] == framework["hypotheses"]
    assert found["common-mvp-framework"]["integration"] == framework["integration"]
    assert found["final-design"]["acceptance"] == before["final-design"]["acceptance"]
    assert found["commissioning"]["constraints"] == before["commissioning"]["constraints"]
    assert not {"budget_account", "product_owner", "sprint_budget", "ready_owner"} & set(found["commissioning"])
    assert {row["planned_on"] for row in found["procurement-brief"]["timeline"]} == {None}
    assert set(found) <= {s.key for s in made.steps.filter(kind="document")}
    line = Event.objects.get(verb="challenges.begin_from", challenge="begun")
    assert (code_of(made), line.payload["of"]) == (ROADS, ROADS)


def test_nothing_counts_before_somebody_saves_it(begin: Begin) -> None:
    made = begin(ROADS)
    assert not DocumentVersion.objects.filter(document__step__challenge=made).exists()
    assert latest_content(made.steps.get(key="commissioning")) == {}


CANARY = "kanarienvogel"


@pytest.fixture
def poisoned(db: None) -> Iterator[set[str]]:
    """Have every answer that is not public, or of a step that is not done, sing; return the public fields."""
    other, public = Challenge.objects.get(code=ROADS), set()
    with behind_the_program():
        Step.objects.filter(challenge=other, key="procurement-brief").update(state=StepState.ACTIVE)
        rows = DocumentVersion.objects.filter(document__step__challenge=other)
        for version in rows.select_related("document__step"):
            step, content = version.document.step, dict(version.content)
            for spec in method_for(other).step(step.key).fields:
                if spec.public and step.state == StepState.DONE:
                    public.add(f"{step.key}.{spec.key}")
                elif spec.columns:
                    content[spec.key] = [dict.fromkeys((c.key for c in spec.columns), CANARY)]
                else:
                    content[spec.key] = CANARY
            DocumentVersion.objects.filter(pk=version.pk).update(content=content)
        yield public


def test_nothing_private_of_another_citys_case_comes_over(begin: Begin, poisoned: set[str]) -> None:
    made = begin(ROADS, by="pat", city="london")
    found = copies(made)
    assert {f"{step}.{key}" for step, answers in found.items() for key in answers} <= poisoned
    assert found["common-mvp-framework"]["evidence_standard"]
    assert CANARY not in json.dumps(found)
    rows = json.dumps([dict(row) for row in DocumentVersion.objects.filter(document__step__challenge=made).values()])
    assert CANARY not in rows


def test_the_same_canary_sings_in_the_city_itself(begin: Begin, poisoned: set[str]) -> None:
    assert poisoned
    assert CANARY in json.dumps(copies(begin(ROADS)))


def test_another_citys_is_a_source_once_it_is_public_and_over(begin: Begin) -> None:
    other = Challenge.objects.filter(code=ROADS)
    for state in ({"status": "running"}, {"is_trial": True}, {"origin": "history"}):
        before = other.values(*state).get()
        other.update(**state)
        assert refusal(begin, ROADS, by="pat", city="london") == "source_not_for_city", state
        other.update(**before)
    assert begin(ROADS, by="pat", city="london").begun_from == other.get()


def test_what_was_never_noticed_is_no_source_for_another_city(begin: Begin) -> None:
    Challenge.objects.filter(code="downtown-parking-2").update(status="cancelled")
    assert not Notice.objects.filter(challenge__code="downtown-parking-2").exists()
    assert refusal(begin, "downtown-parking-2", by="pat", city="london") == "source_not_for_city"
    assert code_of(begin("downtown-parking-2")) == "downtown-parking-2"


def test_a_partner_takes_nothing_of_anothers_case_while_it_runs(begin: Begin) -> None:
    assert refusal(begin, "under-our-streets", by="pat", city="london") == "source_not_for_city"


def test_a_trial_is_no_source_for_a_live_city_and_is_one_for_its_own_trial(begin: Begin) -> None:
    Challenge.objects.filter(code=ROADS).update(is_trial=True)
    assert refusal(begin, ROADS) == "source_not_for_city"
    assert refusal(begin, "no-such-case") == "source_not_for_city"
    Municipality.objects.filter(code="guelph").update(live_at=None)
    assert begin(ROADS).is_trial


def test_who_may_not_begin_may_not_begin_from_another(begin: Begin) -> None:
    with pytest.raises(Forbidden):
        begin(ROADS, by="frank")


def test_the_list_of_sources_holds_ones_own_and_what_is_public_and_over(actor: Callable[[str], Any]) -> None:
    guelph, london = (Municipality.objects.get(code=c) for c in ("guelph", "london"))
    own = {c.code for c in list_sources([guelph], actor=actor("priya"))}
    others = {c.code for c in list_sources([london], actor=actor("pat"))}
    assert {ROADS, "water-leaks", "downtown-parking-2"} <= own
    assert ROADS in others
    assert not {"water-leaks", "downtown-parking-2", "under-our-streets", "guelph-roads-2019"} & others
    Challenge.objects.filter(code=ROADS).update(is_trial=True)
    assert ROADS not in {c.code for c in list_sources([guelph], actor=actor("priya"))}


def test_another_method_takes_what_it_has_boxes_for(begin: Begin) -> None:
    assert copies(begin(ROADS, method="traditional-rfp")) == {}


def test_marks_go_as_words_are_changed_or_confirmed(begin: Begin, actor: Callable[[str], Any], now: Any) -> None:
    made = begin(ROADS)
    step = made.steps.get(key="commissioning")
    copied = copies(made)["commissioning"]
    priya = actor("priya")
    first = run(priya, now, documents.save, step, answers={"constraints": "Ours"})
    assert first.content["constraints"] == "Ours"
    assert first.content["outcomes"] == copied["outcomes"]
    assert "constraints" in copied
    assert "outcomes" in first.copied
    assert "constraints" not in first.copied
    again = run(priya, now, documents.save, step, answers=first.content)
    assert again.number == first.number, "a save that says nothing makes no version"
    kept = run(priya, now, documents.save, step, answers=first.content, confirmed=["outcomes"])
    assert (kept.number, kept.content, "outcomes" in kept.copied) == (2, first.content, False)
    assert run(priya, now, documents.save, step, answers=first.content, confirmed=["outcomes"]).number == 2
    assert "outcomes" not in list_copied(step, kept.content, kept)
    back = run(priya, now, documents.save, step, answers={**kept.content, "constraints": copied["constraints"]})
    assert "constraints" not in back.copied, "whoever types the same words wrote them"


def test_what_was_emptied_stays_empty(begin: Begin, actor: Callable[[str], Any], now: Any) -> None:
    step = begin(ROADS).steps.get(key="commissioning")
    run(actor("priya"), now, documents.save, step, answers={"constraints": ""})
    run(actor("priya"), now, documents.save, step, answers={**latest_content(step), "by_law": "7"})
    assert latest_content(step)["constraints"] is None


def test_beginning_again_keeps_the_marks(begin: Begin, actor: Callable[[str], Any], now: Any) -> None:
    made = begin(ROADS)
    step = made.steps.get(key="commissioning")
    run(actor("priya"), now, documents.save, step, answers={})
    Challenge.objects.filter(pk=made.pk).update(status="cancelled")
    made.refresh_from_db()
    again = run(actor("priya"), now, endings.reissue, made, code="begun-2", reason="Better so.")
    version = find_latest(again.steps.get(key="commissioning").document)
    assert again.begun_from_id == made.begun_from_id
    assert version is not None
    assert "outcomes" in version.copied
    assert copies(again) == copies(made)


def fitted(source: str, *, published: bool) -> Step:
    """Fit the call of another challenge as if it had been done before it was published."""
    step = Challenge.objects.get(code=source).steps.get(key="invitation")
    call = step.solicitations.get()
    form = method_form(step)
    first, second = form.criteria_of("shortlist")[:2]
    for change in (
        AddQuestion(title=Wording(en="What did you learn of pipes?"), scored_by=(f"shortlist.{first.key}",)),
        Weigh(
            evaluation="shortlist",
            weights={first.key: first.weight + 2, second.key: second.weight - 2},
            minimums={},
        ),
    ):
        form = change.apply(form)
    published_at = call.published_at if published else None
    Solicitation.objects.filter(pk=call.pk).update(form=form.write(), published_at=published_at)
    return step


def drafted(made: Challenge, actor: Any, now: Any) -> Solicitation:
    Step.objects.filter(challenge=made, key="invitation").update(state=StepState.ACTIVE, begun_at=now, started_at=now)
    days = timedelta(days=1)
    return run(
        actor,
        now,
        solicitations.draft,
        made.steps.get(key="invitation"),
        closes_at=now + 40 * days,
        questions_until=now + 20 * days,
        contact="Priya, priya@example.org",
    )


def test_a_call_begins_with_the_form_of_the_call_there(begin: Begin, actor: Callable[[str], Any], now: Any) -> None:
    step = fitted(ROADS, published=True)
    made = begin(ROADS, by="pat", city="london")
    call = drafted(made, actor("pat"), now)
    theirs = form_of(step.solicitations.get())
    assert "What did you learn of pipes?" in {q.field.title.en for q in form_of(call).asked}
    assert form_of(call).criteria_of("shortlist") == theirs.criteria_of("shortlist")
    assert is_as_begun(call)
    again = drafted(made, actor("pat"), now)
    assert again.form == call.form
    changed = run(actor("pat"), now, call_forms.fit, call.step, AddQuestion(title=Wording(en="Ours")))
    assert not is_as_begun(changed)


def test_a_call_of_another_city_that_was_not_published_gives_nothing(
    begin: Begin, actor: Callable[[str], Any], now: Any
) -> None:
    fitted(ROADS, published=False)
    assert drafted(begin(ROADS, by="pat", city="london"), actor("pat"), now).form == {}


def test_a_call_of_ones_own_city_gives_its_form_before_it_is_public(
    begin: Begin, actor: Callable[[str], Any], now: Any
) -> None:
    fitted(ROADS, published=False)
    call = drafted(begin(ROADS), actor("olivia"), now)
    assert "What did you learn of pipes?" in {q.field.title.en for q in form_of(call).asked}


def test_who_may_not_read_the_other_is_not_told_its_name(begin: Begin, actor: Callable[[str], Any]) -> None:
    made = begin("water-leaks")
    assert find_beginning(made, actor=actor("priya")) == made.begun_from
    assert find_beginning(made, actor=actor("pat")) == made.begun_from, "what everybody may know"
    Challenge.objects.filter(code="water-leaks").update(is_trial=True)
    assert find_beginning(made, actor=actor("pat")) is None
