"""A city's own variant of a method: written, compared, tried, published by two, and brought up to a newer parent."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from mix.actions.case import challenges
from mix.actions.city import methods, variants
from mix.actions.core.run import run
from mix.data.models import Challenge, MethodDraft, MethodVersion, Municipality
from mix.readers.case.challenges import method_for
from mix.readers.city.methods import get_latest, list_latest
from mix.readers.city.variants import changes_of_parent, compare_with_parent, read_document
from mix.readers.core.errors import Forbidden
from mix.rules.city.delegation import Band
from mix.rules.city.method_files import parse
from mix.rules.city.variants import differences, least_days, merge, read_tree, rehearse, write_tree
from mix.rules.core.access import Role
from mix.rules.core.fields import Bilingual, Wording
from mix.rules.core.kinds import Route
from mix.rules.core.unmet import Refused

CATALOGUE = Path(__file__).resolve().parents[3] / "catalogue" / "methods"
TODAY = date(2026, 11, 23)


def codes(caught: Any) -> list[str]:
    return [u.code for u in caught.value.unmet]


def text_of(name: str) -> str:
    return (CATALOGUE / f"{name}.yaml").read_text(encoding="utf-8")


# rules


@pytest.mark.parametrize("path", sorted(CATALOGUE.glob("*.yaml")), ids=lambda p: p.stem)
def test_a_tree_is_written_as_the_same_method(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert parse(write_tree(read_tree(text))) == parse(text)


def test_what_differs_is_said_at_its_place() -> None:
    base, mine = read_tree(text_of("agile-pilot")), read_tree(text_of("agile-pilot"))
    assert list(differences(base, mine)) == []
    step = mine["stages"]["call"]["steps"]["choice"]
    step["evaluation"]["most"] = 2
    del mine["stages"]["pilots"]["steps"]["pilot-contracts"]
    found = {c.path: (c.before, c.after) for c in differences(base, mine)}
    assert found["stages", "call", "steps", "choice", "evaluation", "most"] == (4, 2)
    assert found["stages", "pilots", "steps", "pilot-contracts"][1] is None
    assert len(found) == 2


def test_both_sides_changes_are_kept_and_clashes_named() -> None:
    base = {"a": 1, "b": {"#": True, "x": {"key": "x", "n": 1}, "y": {"key": "y", "n": 1}}, "key": "parent"}
    mine = {"a": 2, "b": {"#": True, "x": {"key": "x", "n": 5}, "y": {"key": "y", "n": 1}}, "key": "own"}
    theirs = {
        "a": 3,
        "b": {"#": True, "x": {"key": "x", "n": 1}, "z": {"key": "z"}, "y": {"key": "y", "n": 9}},
        "key": "parent",
    }
    merged, clashes = merge(base, mine, theirs)
    assert merged["a"] == 2
    assert [(c.path, c.before, c.after) for c in clashes] == [(("a",), 2, 3)]
    assert list(merged["b"]) == ["#", "x", "z", "y"]
    assert (merged["b"]["x"]["n"], merged["b"]["y"]["n"], merged["key"]) == (5, 9, "own")


def test_what_one_side_took_out_stays_out_unless_the_other_went_on_with_it() -> None:
    base = {"x": {"#": True, "a": {"key": "a", "n": 1}, "b": {"key": "b", "n": 1}}}
    mine = {"x": {"#": True, "b": {"key": "b", "n": 1}}}
    assert merge(base, mine, base) == (mine, ())
    assert merge(base, base, mine) == (mine, ())
    changed = {"x": {"#": True, "a": {"key": "a", "n": 2}, "b": {"key": "b", "n": 1}}}
    merged, clashes = merge(base, mine, changed)
    assert merged == mine
    assert [c.path for c in clashes] == [("x", "a")]


TREES = st.recursive(
    st.integers(0, 3) | st.booleans(),
    lambda inner: st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    max_leaves=6,
).filter(lambda tree: isinstance(tree, dict))


@given(TREES, TREES)
def test_merging_with_nothing_new_changes_nothing(base: dict[str, Any], other: dict[str, Any]) -> None:
    assert merge(base, other, base) == (other, ())
    assert merge(base, base, other) == (other, ())
    assert merge(base, other, other)[0] == other


def test_a_sample_challenge_walks_every_step_and_names_who_decides() -> None:
    sprint = parse(text_of("sprint"))
    bands = (Band(10_000_000, Role.PROCUREMENT_MANAGER), Band(100_000_000, Role.AUTHORITY))
    for route in sprint.routes:
        walked = rehearse(sprint, route, value_cents=30_000_000, bands=bands)
        assert [r.key for r in walked] != []
        assert {r.key for r in walked} == {s.key for s in sprint.on(route).steps}
    brief = next(
        r
        for r in rehearse(sprint, Route.INNOVATION_PARTNERSHIP, value_cents=30_000_000, bands=bands)
        if r.key == "procurement-brief"
    )
    assert brief.deciders == (Role.PROCUREMENT_MANAGER, Role.LEGAL, Role.AUTHORITY)
    assert brief.turn == 3
    huge = rehearse(sprint, Route.INNOVATION_PARTNERSHIP, value_cents=10**12, bands=bands)
    assert {r.key for r in huge if r.nobody} == {"procurement-brief", "final-challenge", "sale"}
    assert least_days(huge) == 10 + 15 + 10 + 5 + 10


# verbs


@pytest.fixture
def guelph(db: None) -> Municipality:
    return Municipality.objects.get(code="guelph")


@pytest.fixture
def draft(guelph: Municipality, actor: Callable[[str], Any], now: Any) -> MethodDraft:
    """Begin Guelph's own agile pilot."""
    words = {"key": "guelph-pilot", "title": Bilingual(en="Guelph’s pilot", fr="Projet pilote de Guelph")}
    made: MethodDraft = run(actor("priya"), now, variants.begin, guelph, parent=get_latest("agile-pilot"), **words)
    return made


CALL = ("stages", "call", "steps", "offers", "solicitation", "minimum_days")


def test_a_variant_is_published_by_two_and_begun_on(
    draft: MethodDraft, guelph: Municipality, actor: Callable[[str], Any], now: Any
) -> None:
    with pytest.raises(Refused) as caught:
        run(actor("priya"), now, variants.propose, draft)
    assert codes(caught) == ["method_like_parent"]
    run(actor("priya"), now, variants.set_places, draft, places={CALL: 21})
    run(actor("martin"), now, variants.propose, draft)
    with pytest.raises(Refused) as caught:
        run(actor("priya"), now, variants.write, draft, document="key: x")
    assert codes(caught) == ["method_waits_for_second"]
    with pytest.raises(Refused) as caught:
        run(actor("martin"), now, variants.publish, draft)
    assert codes(caught) == ["second_person"]
    for code in ("priya", "olivia"):
        with pytest.raises(Forbidden):
            run(actor(code), now, variants.publish, draft)
    version = run(actor("leah"), now, variants.publish, draft)
    assert (version.version, version.municipality, version.parent.key) == (1, guelph, "agile-pilot")
    challenge = run(
        actor("priya"),
        now,
        challenges.commission,
        guelph,
        code="on-own",
        title=Wording(en="Own"),
        question=Wording(en="?"),
        method=version,
        route=Route.PILOT_ONLY,
        route_reason="r",
    )
    draft.refresh_from_db()
    run(actor("priya"), now, variants.set_places, draft, places={CALL: 30})
    run(actor("priya"), now, variants.propose, draft)
    second = run(actor("martin"), now, variants.publish, draft)
    assert second.version == 2
    challenge.refresh_from_db()
    part = method_for(challenge).step("offers").solicitation
    assert part is not None
    assert part.minimum_days == 21  # a running challenge keeps its version
    assert version.key in {v.key for v in list_latest(city="guelph")}
    assert version.key not in {v.key for v in list_latest()} | {v.key for v in list_latest(city="london")}


def test_another_city_neither_begins_on_it_nor_sees_it(
    draft: MethodDraft, actor: Callable[[str], Any], now: Any
) -> None:
    run(actor("priya"), now, variants.set_places, draft, places={CALL: 21})
    run(actor("priya"), now, variants.propose, draft)
    version = run(actor("leah"), now, variants.publish, draft)
    london = Municipality.objects.get(code="london")
    for verb, words in (
        (variants.begin, {"parent": version, "key": "ours", "title": Bilingual(en="t", fr="t")}),
        (
            challenges.commission,
            {
                "code": "c",
                "title": Wording(en="t"),
                "question": Wording(en="?"),
                "method": version,
                "route": Route.PILOT_ONLY,
                "route_reason": "r",
            },
        ),
    ):
        with pytest.raises(Refused) as caught:
            run(actor("pat"), now, verb, london, **words)
        assert codes(caught) == ["method_of_another_city"]


def test_two_who_write_lose_nothing(draft: MethodDraft, actor: Callable[[str], Any], now: Any) -> None:
    run(actor("priya"), now, variants.write, draft, document=draft.document + "\n", mark=1)
    with pytest.raises(Refused) as caught:
        run(actor("olivia"), now, variants.write, draft, document="key: mine", mark=1)
    assert codes(caught) == ["method_edited_meanwhile"]
    draft.refresh_from_db()
    assert (draft.mark, draft.edited_by.code) == (2, "priya")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda text: text.replace("weight: 40", "weight: 41"), "method_does_not_hold"),
        (lambda text: text.replace("key: guelph-pilot", "key: other"), "method_key_changed"),
        (lambda _text: "key: [", "method_does_not_hold"),
        (lambda _text: "", "method_does_not_hold"),
        (lambda _text: "- 1", "method_does_not_hold"),
        (lambda text: text + "x: " + "[" * 300 + "]" * 300, "method_does_not_hold"),
    ],
)
def test_a_draft_that_does_not_hold_is_kept_and_not_proposed(
    draft: MethodDraft, actor: Callable[[str], Any], now: Any, change: Callable[[str], str], code: str
) -> None:
    run(actor("priya"), now, variants.write, draft, document=change(draft.document))
    with pytest.raises(Refused) as caught:
        run(actor("priya"), now, variants.propose, draft)
    assert codes(caught)[0] == code


def test_a_document_that_would_explode_is_refused_before_it_is_read() -> None:
    lines = ["a0: &a0 [x, x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))]
    method, problems = read_document("\n".join(lines))
    assert method is None
    assert "with what it refers to" in problems[0].text
    assert "characters" in read_document("x" * 400_001)[1][0].text


def test_a_newer_parent_offers_its_changes(draft: MethodDraft, actor: Callable[[str], Any], now: Any) -> None:
    run(actor("priya"), now, variants.set_places, draft, places={CALL: 21})
    with pytest.raises(Refused) as caught:
        run(actor("priya"), now, variants.take_over, draft)
    assert codes(caught) == ["no_newer_parent"]
    newer = text_of("agile-pilot").replace("version: 2", "version: 3").replace("minimum_days: 10", "minimum_days: 14")
    newer = newer.replace("most: 4", "most: 5")
    run(actor("martin"), now, methods.publish_method, newer)
    draft.refresh_from_db()
    assert {c.path[-1] for c in changes_of_parent(draft)} == {"minimum_days", "most"}
    run(actor("priya"), now, variants.take_over, draft)
    draft.refresh_from_db()
    method = parse(draft.document)
    assert method.step("offers").solicitation.minimum_days == 21  # type: ignore[union-attr]  # it is there
    assert method.step("choice").evaluation.most == 5  # type: ignore[union-attr]  # it is there
    assert (method.key, draft.parent.version) == ("guelph-pilot", 3)
    assert {c.path[-1] for c in compare_with_parent(draft)} == {"en", "fr", "minimum_days"}


def test_a_key_is_taken_once(draft: MethodDraft, guelph: Municipality, actor: Callable[[str], Any], now: Any) -> None:
    for key in ("sprint", "guelph-pilot"):
        with pytest.raises(Refused) as caught:
            words = {"parent": get_latest("sprint"), "key": key, "title": Bilingual(en="t", fr="t")}
            run(actor("priya"), now, variants.begin, guelph, **words)
        assert codes(caught) == ["method_key_taken"]


# pages


def page(client: Client, **query: str) -> str:
    answer = client.get(reverse("city-variant", args=["guelph", "guelph-pilot"]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_step_is_changed_by_its_form(draft: MethodDraft, sign_in: Callable[[str], Client]) -> None:
    priya = sign_in("priya")
    shown = page(priya, step="choice")
    assert "Weight of “Novelty”" in shown
    url = reverse("city-variant", args=["guelph", "guelph-pilot"]) + "?step=choice"
    words = {
        "act": "step",
        "mark": "1",
        "title": "Choice of pilots",
        "title_fr": "Choix",
        "guidance": "Look twice.",
        "guidance_fr": "Regardez deux fois.",
        "optional": "no",
        "decided_by": ["procurement_manager", "sponsor"],
        "each_city": "no",
        "weight_value": "45",
        "weight_technology": "25",
        "weight_novelty": "20",
        "price_weight": "10",
    }
    assert priya.post(url, words).status_code == 302
    draft.refresh_from_db()
    step = parse(draft.document).step("choice")
    assert step.gate is not None
    assert [r.value for r in step.gate.decided_by] == ["procurement_manager", "sponsor"]
    assert {c.key: c.weight for c in step.evaluation.criteria} == {"value": 45, "technology": 25, "novelty": 20}  # type: ignore[union-attr]  # it is there
    shown = page(priya)
    assert "Look twice." in shown
    assert "Open call › Choice of pilots › gate › decided_by" in shown
    again = priya.post(url, words)  # the second tab still has mark 1
    assert again.status_code == 422
    assert "Somebody saved this method meanwhile" in again.content.decode()


def test_a_text_is_checked_as_it_is_typed_and_not_kept(draft: MethodDraft, sign_in: Callable[[str], Client]) -> None:
    url = reverse("city-variant-check", args=["guelph", "guelph-pilot"])
    good = sign_in("priya").post(url, {"document": draft.document})
    assert "The document holds." in good.content.decode()
    bad = sign_in("priya").post(url, {"document": draft.document.replace("of: offers", "of: theme")})
    assert "is no solicitation that could be scored" in bad.content.decode()
    assert "Line " in bad.content.decode()
    draft.refresh_from_db()
    assert draft.mark == 1
    assert sign_in("tess").post(url, {"document": ""}).status_code == 404
    assert sign_in("pat").post(url, {"document": ""}).status_code in (403, 404)


@pytest.mark.parametrize(
    "query", [{"route": "x", "value": "-5"}, {"value": "9" * 40}, {"step": "none"}, {"value": "1,000"}]
)
def test_a_strange_question_is_answered_with_the_sample(
    draft: MethodDraft, sign_in: Callable[[str], Client], query: dict[str, str]
) -> None:
    assert "Tried on a sample challenge" in page(sign_in("martin"), **query)


def test_a_draft_that_cannot_be_read_still_has_its_page(draft: MethodDraft, sign_in: Callable[[str], Client]) -> None:
    for document in ("key: [", "- 1", "", "stages: 5"):
        MethodDraft.objects.filter(pk=draft.pk).update(document=document)
        assert "The form is there as soon as the document holds." in page(sign_in("priya"))


def test_a_published_variant_is_offered_to_its_city_alone(
    draft: MethodDraft, actor: Callable[[str], Any], now: Any, sign_in: Callable[[str], Client]
) -> None:
    run(actor("priya"), now, variants.set_places, draft, places={CALL: 21})
    run(actor("priya"), now, variants.propose, draft)
    assert "Publish this version" in page(sign_in("leah"))
    assert "Publish this version" not in page(sign_in("olivia"))
    sign_in("leah").post(reverse("city-variant", args=["guelph", "guelph-pilot"]), {"act": "publish"})
    assert MethodVersion.objects.filter(key="guelph-pilot", version=1).exists()
    assert "guelph-pilot:pilot_only" in sign_in("priya").get(reverse("city-challenge-new")).content.decode()
    assert "guelph-pilot" not in sign_in("pat").get(reverse("city-challenge-new")).content.decode()
    assert "Guelph’s pilot" not in sign_in("").get(reverse("public-how")).content.decode()
    assert Challenge.objects.filter(method__key="guelph-pilot").count() == 0
