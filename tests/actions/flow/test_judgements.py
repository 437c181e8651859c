"""The rules as they were judged at each gate: kept with the word, shown of a finished case, and in its bundle."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Q
from django.utils.html import strip_tags

from mix.data.models import Challenge, GateSignature, Judgement, RuleText, Solicitation
from mix.readers.flow.findings import governing_moment, like_purchases
from mix.readers.flow.judgements import list_judgements, texts_of
from mix.rules.city.calendar import day_in
from mix.rules.city.policy.documents import Rule
from mix.rules.city.policy.facts import Category
from mix.rules.core.chain import digest
from tests.bundled import gather_files

pytestmark = pytest.mark.django_db
ROADS = "guelph-roads-sprint"


@pytest.fixture
def roads() -> Challenge:
    return Challenge.objects.select_related("municipality", "method").get(code=ROADS)


def test_every_word_at_a_gate_has_what_was_judged_then() -> None:
    assert not GateSignature.objects.filter(judgement=None).exists()
    found = Judgement.objects.select_related("signature__step__challenge__municipality").all()
    assert {len(j.judged.rules) > 0 for j in found} == {True}
    for judgement in found:
        word = judgement.signature
        challenge = word.step.challenge
        calls = Solicitation.objects.filter(step__challenge=challenge, published_at__lte=word.signed_at)
        first = calls.order_by("published_at").values_list("published_at", flat=True).first()
        assert date.fromisoformat(judgement.judged.on) == day_in(challenge.municipality.zone, first or word.signed_at)


def test_the_words_of_a_rule_are_those_that_were_judged(roads: Challenge) -> None:
    """A catalogue that changes later changes nothing of what a finished case says."""
    texts = texts_of(list_judgements(roads))
    judged = {rule.digest: rule.rule for j in list_judgements(roads) for rule in j.judged.rules}
    assert {key: rule.id for key, rule in texts.items()} == judged
    for row in RuleText.objects.all():
        assert digest(row.text) == row.digest
        assert Rule.model_validate(row.text).model_dump(mode="json") == row.text


def test_a_finished_case_says_which_rules_with_which_outcome_and_who_set_one_aside(
    sign_in: Callable[[str], Any],
) -> None:
    audrey = sign_in("audrey")
    for page in (f"/en/oversight/{ROADS}/?whole", f"/en/city/challenges/{ROADS}/policy/"):
        text = " ".join(strip_tags(audrey.get(page).content.decode()).split())
        part = text[text.index("Rules, as they were judged at each gate") :]
        first = Judgement.objects.filter(signature__step__challenge__code=ROADS).earliest("id").judged
        rule = Rule.model_validate(RuleText.objects.get(digest=first.rules[0].digest).text)
        assert rule.title.en in part
        assert rule.cites[0].text in part
        assert "By the rules of " in part


def test_the_bundle_says_the_rules_in_words(roads: Challenge) -> None:
    policy = json.loads(gather_files(roads)["policy.json"])
    assert len(policy["judged"]) == GateSignature.objects.filter(step__challenge=roads).count()
    said = {rule["digest"] for one in policy["judged"] for rule in one["said"]["rules"]}
    assert said == set(policy["rules"])
    assert all(rule["text"]["en"] and rule["text"]["fr"] and rule["cites"] for rule in policy["rules"].values())


def test_like_purchases_are_those_of_the_year_before_the_governing_day(now: datetime) -> None:
    """Whenever it is asked: what was commissioned later never counts with it."""
    trees = Challenge.objects.select_related("municipality", "purchase").get(code="young-trees")
    at = governing_moment(trees, now=now)
    assert at < now - timedelta(days=365)
    alike = Challenge.objects.filter(
        municipality=trees.municipality, purchase__category=trees.purchase.category, value_cents__isnull=False
    ).exclude(Q(origin="history") | Q(pk=trees.pk))
    assert alike.filter(commissioned_at__gt=now - timedelta(days=365)).exists()  # what was listed before
    before = {c.code for c in alike if at - timedelta(days=365) < c.commissioned_at <= at}
    found = like_purchases(trees, Category(trees.purchase.category), now=now)
    assert {c.code for c in found} == before


def test_the_auditor_reads_the_rules_and_signs_nothing(sign_in: Callable[[str], Any]) -> None:
    audrey = sign_in("audrey")
    for page in ("rules", "bylaw"):
        got = audrey.get(f"/en/city/settings/guelph/{page}/")
        assert got.status_code == 200
        assert 'name="act"' not in got.content.decode()
        assert audrey.post(f"/en/city/settings/guelph/{page}/", {"act": "confirm", "item": "x"}).status_code in (
            403,
            404,
            422,
        )
    assert "/en/city/settings/guelph/rules/" in audrey.get("/en/city/settings/").content.decode()
