"""Policy on pages: findings beside the work, what blocks, what two people do, and what bad input gets."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from mix.actions.city import policies
from mix.actions.core.run import run
from mix.actions.flow import findings
from mix.actions.flow.publication import hand_over
from mix.actions.market import engagements
from mix.data.models import (
    Bylaw,
    Challenge,
    Event,
    Letter,
    Municipality,
    Person,
    Purchase,
    RuleConfirmation,
    RuleWaiver,
    Solicitation,
    Step,
)
from mix.readers.case.documents import gather_facts
from mix.readers.choice.awards import dispute_until
from mix.readers.city.policies import in_force, ruleset_for
from mix.readers.core.catalogue import CATALOGUE
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.flow.findings import governing_day, judge, later_changes, like_purchases, policy_unmet
from mix.rules.city.methods import Fact
from mix.rules.city.policy.adviser import Instrument, Kind, parse_instruments
from mix.rules.city.policy.bylaws import BylawTable
from mix.rules.city.policy.explain import Outcome
from mix.rules.city.policy.facts import Category, Competition, Ground
from mix.rules.core.unmet import Refused
from tests.days import city_day
from tests.two_hands import publish_in_two_hands

TOOLBOX = parse_instruments(CATALOGUE.joinpath("instruments.yaml").read_text(encoding="utf-8"))
STRICT = {"citation": "By-law 2", "bands": [{"category": "services", "method": "open"}], "least_days": 60}


def codes(caught: Any) -> list[str]:
    return [u.code for u in caught.value.unmet]


@pytest.fixture
def draft(db: None, now: Any) -> Solicitation:
    """Put the call of Guelph's leaks back to before it was published; nothing was published before it."""
    Solicitation.objects.filter(step__challenge__code="water-leaks").exclude(step__key="invitation").update(
        published_at=None
    )
    found = Solicitation.objects.select_related("step__challenge__method", "step__challenge__municipality").get(
        step__challenge__code="water-leaks", step__key="invitation"
    )
    Solicitation.objects.filter(pk=found.pk).update(published_at=None, closes_at=now + timedelta(days=30))
    found.refresh_from_db()
    return found


def outcomes(step: Step, now: Any) -> dict[str, Outcome]:
    return {f.rule.id: f.outcome for f in judge(step, now=now).findings}


def sign(
    city: str, table: dict[str, Any], actor: Callable[[str], Any], now: Any, *, on: date, by: str = "martin"
) -> Bylaw:
    municipality = Municipality.objects.get(code=city)
    parsed = BylawTable.model_validate(table)
    made: Bylaw = run(actor("martin"), now, policies.propose_bylaw, municipality, table=parsed, effective_on=on)
    return run(actor("leah"), now, policies.sign_bylaw, made)


def test_what_the_rules_say_stands_beside_the_work(sign_in: Callable[[str], Client], draft: Solicitation) -> None:
    page = sign_in("olivia").get("/en/city/challenges/water-leaks/invitation/").content.decode()
    assert "What the rules say" in page
    assert "Size of the shortlist" in page  # of those that hold
    assert "O. Reg. 191/11, s. 5" in page
    assert "verified" in page
    french = sign_in("olivia").get("/fr/city/challenges/water-leaks/invitation/").content.decode()
    assert "Ce que disent les règles" in french
    assert "Taille de la liste restreinte" in french


def test_facts_are_gathered_from_what_was_said_already(draft: Solicitation, now: Any) -> None:
    facts = judge(draft.step, now=now).facts["guelph"]
    assert facts["category"] == "services"
    assert facts["value"] == 39_600_000 or int(facts["value"]) > 0
    assert facts["limits_shortlist"] is True
    assert facts["is_public_call"] is True
    assert facts["has_bylaw"] is True
    assert facts["has_market_scan"] is True
    assert facts["days_open"] in (29, 30)


def test_a_verified_rule_blocks_publication_and_a_waiver_of_two_lets_it_through(
    draft: Solicitation, actor: Callable[[str], Any], now: Any, sign_in: Callable[[str], Client]
) -> None:
    sign("guelph", STRICT, actor, now, on=city_day(now))
    with pytest.raises(Refused) as caught:
        run(actor("olivia"), now, hand_over, draft)
    assert codes(caught) == ["policy_blocks"]
    assert caught.value.unmet[0].params["cities"] == "guelph"
    challenge, guelph = draft.step.challenge, draft.step.challenge.municipality
    facts = {"municipality": guelph, "rule": "guelph-days"}
    with pytest.raises(Forbidden):
        run(actor("olivia"), now, findings.waive, challenge, reason="x", **facts)
    with pytest.raises(Refused) as caught:
        run(actor("martin"), now, findings.waive, challenge, reason=" ", **facts)
    assert codes(caught) == ["reason_missing"]
    waiver = run(actor("martin"), now, findings.waive, challenge, reason="Thirty are enough.", **facts)
    assert policy_unmet(draft.step, now=now)  # the second person is still to come
    with pytest.raises(Refused) as caught:
        run(actor("martin"), now, findings.agree_to_waive, waiver)
    assert codes(caught) == ["second_person"]
    with pytest.raises(Forbidden):
        run(actor("priya"), now, findings.agree_to_waive, waiver)
    page = sign_in("leah")
    assert "Agree as the second person" in page.get("/en/city/challenges/water-leaks/policy/").content.decode()
    assert page.post("/en/city/challenges/water-leaks/policy/", {"act": "agree", "item": waiver.pk}).status_code == 302
    assert policy_unmet(draft.step, now=now) == ()
    assert Event.objects.filter(verb="findings.waive", reason="Thirty are enough.").exists()
    assert Event.objects.filter(verb="findings.agree_to_waive").exists()
    publish_in_two_hands(draft, now)


def test_a_rule_that_nobody_may_set_aside_is_not(draft: Solicitation, actor: Callable[[str], Any], now: Any) -> None:
    facts = {"municipality": draft.step.challenge.municipality, "reason": "x"}
    for rule in ("contract-a", "no-such-rule"):
        with pytest.raises(Unknown):
            run(actor("martin"), now, findings.waive, draft.step.challenge, rule=rule, **facts)
    london = {**facts, "municipality": Municipality.objects.get(code="london")}
    with pytest.raises(Forbidden):
        run(actor("martin"), now, findings.waive, draft.step.challenge, rule="aoda-5", **london)


def test_a_rule_is_verified_for_a_city_when_two_confirm_it(
    draft: Solicitation, actor: Callable[[str], Any], now: Any
) -> None:
    purchase = Purchase.objects.get(challenge=draft.step.challenge)
    Purchase.objects.filter(pk=purchase.pk).update(competition="invited")
    RuleConfirmation.objects.all().delete()
    assert outcomes(draft.step, now)["cfta-open"] is Outcome.WARNING
    guelph = draft.step.challenge.municipality
    run(actor("martin"), now, policies.confirm_rule, guelph, rule="cfta-open")
    with pytest.raises(Refused) as caught:
        run(actor("martin"), now, policies.confirm_rule, guelph, rule="cfta-open")
    assert codes(caught) == ["second_person"]
    assert outcomes(draft.step, now)["cfta-open"] is Outcome.WARNING
    run(actor("leah"), now, policies.confirm_rule, guelph, rule="cfta-open")
    assert outcomes(draft.step, now)["cfta-open"] is Outcome.BLOCKED
    with pytest.raises(Refused) as caught:
        run(actor("anita"), now, policies.confirm_rule, guelph, rule="cfta-open")
    assert codes(caught) == ["rule_confirmed_already"]
    RuleConfirmation.objects.update(digest="0" * 64)  # the rule was read with another text
    assert outcomes(draft.step, now)["cfta-open"] is Outcome.WARNING
    with pytest.raises(Unknown):
        run(actor("leah"), now, policies.confirm_rule, guelph, rule="no-such-rule")


def test_a_challenge_is_judged_by_the_rules_of_its_day(
    sign_in: Callable[[str], Client], draft: Solicitation, actor: Callable[[str], Any], now: Any
) -> None:
    """A table that comes into force later changes nothing for a call that is out already."""
    step = draft.step
    Solicitation.objects.filter(pk=draft.pk).update(published_at=now - timedelta(days=10))
    assert governing_day(step.challenge, now=now) < city_day(now)
    before = outcomes(step, now)
    sign("guelph", STRICT, actor, now, on=city_day(now) - timedelta(days=1))
    assert outcomes(step, now) == before
    told = later_changes(step, judge(step, now=now), now=now)
    assert ("began", "guelph-days") in {(change, f.rule.id) for change, f in told}
    assert {f.cities for _c, f in told} == {("guelph",)}
    page = sign_in("olivia").get("/en/city/challenges/water-leaks/policy/").content.decode()
    assert "These rules changed after the day that governs this challenge." in page
    sign("guelph", STRICT, actor, now, on=city_day(now) - timedelta(days=30))
    assert outcomes(step, now)["guelph-days"] is Outcome.BLOCKED


def test_versions_follow_each_other(actor: Callable[[str], Any], now: Any) -> None:
    guelph = Municipality.objects.get(code="guelph")
    later = sign("guelph", STRICT, actor, now, on=city_day(now) + timedelta(days=30))
    versions = list(guelph.bylaws.all())
    assert in_force(versions, city_day(now)) != later
    assert in_force(versions, city_day(now) + timedelta(days=30)) == later
    assert in_force(versions, date(2001, 1, 1)) is None
    with pytest.raises(Refused) as caught:
        run(actor("leah"), now, policies.sign_bylaw, later)
    assert codes(caught) == ["bylaw_decided"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Bylaw.objects.filter(pk=later.pk).update(signed_by=later.proposed_by)


def test_who_proposes_does_not_sign_and_a_new_proposal_replaces_one_that_waits(
    actor: Callable[[str], Any], now: Any
) -> None:
    guelph = Municipality.objects.get(code="guelph")
    facts = {"table": BylawTable.model_validate(STRICT), "effective_on": city_day(now)}
    first = run(actor("martin"), now, policies.propose_bylaw, guelph, **facts)
    with pytest.raises(Refused) as caught:
        run(actor("martin"), now, policies.sign_bylaw, first)
    assert codes(caught) == ["second_person"]
    second = run(actor("martin"), now, policies.propose_bylaw, guelph, **facts)
    with pytest.raises(Refused) as caught:
        run(actor("leah"), now, policies.sign_bylaw, first)
    assert codes(caught) == ["bylaw_decided"]
    run(actor("martin"), now, policies.drop_bylaw, second)
    with pytest.raises(Refused):
        run(
            actor("martin"),
            now,
            policies.propose_bylaw,
            guelph,
            **{**facts, "table": BylawTable(citation="x")},
        )
    for code in ("olivia", "priya", "leah"):
        with pytest.raises((Forbidden, Unknown)):
            run(actor(code), now, policies.propose_bylaw, guelph, **facts)


ROW = {"bands-0-category": "services", "bands-0-up_to_cents": "", "bands-0-method": "open", "bands-0-quotes": ""}
GOOD = {"act": "propose", "citation": "By-law 9", "url": "", "effective_on": "2027-01-01", **ROW}


def test_a_table_is_entered_tried_compared_and_signed_on_pages(sign_in: Callable[[str], Client]) -> None:
    martin, leah = sign_in("martin"), sign_in("leah")
    page = "/en/city/settings/guelph/bylaw/"
    given = {
        **GOOD,
        "bands-0-up_to_cents": "50,000",
        "bands-0-method": "quotes",
        "bands-0-quotes": "4",
        "bands-1-category": "services",
        "bands-1-method": "open",
    }
    assert martin.post(page, given).status_code == 302
    shown = martin.get(page).content.decode()
    assert "CAD\u00a050,000.01" in shown  # the example just above the limit
    assert "Until now" in shown
    assert "What would have changed" in shown
    assert martin.post(page, {"act": "sign"}).status_code == 404  # not by the same person
    assert leah.get(page).content.decode().count("Propose this table") == 0
    assert leah.post(page, {"act": "sign"}).status_code == 302
    assert "Version 2, in force from" in leah.get(page).content.decode()
    assert leah.post(page, given).status_code in (403, 404)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"citation": ""}, "By-law or policy, with its number"),
        ({"effective_on": ""}, "In force from"),
        ({"effective_on": "soon"}, "soon"),
        ({"bands-0-up_to_cents": "ten"}, "ten"),
        ({"bands-0-up_to_cents": "10,000"}, "leave the value of the highest band empty"),
        ({"bands-0-up_to_cents": "-5"}, "-5"),
        ({"bands-0-method": "quotes"}, "Say how many quotes"),
        ({"bands-0-quotes": "x", "bands-0-method": "quotes"}, "x"),
        ({"bands-0-category": "food"}, "food"),
        ({"url": "javascript:x"}, "begins with https://"),
        ({"least_days": "0"}, "days from 1 to 365"),
        ({"least_days": "2.5"}, "2.5"),
        ({"bands-0-category": "", "bands-0-method": ""}, "Bands"),
    ],
)
def test_a_table_that_cannot_be_loses_nothing(
    sign_in: Callable[[str], Client], changes: dict[str, str], said: str
) -> None:
    answer = sign_in("martin").post("/en/city/settings/guelph/bylaw/", {**GOOD, **changes})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "By-law 9" in answer.content.decode() or "citation" in changes
    assert not Bylaw.objects.filter(signed_at=None).exists()


def test_a_city_without_any_table_is_told_so(draft: Solicitation, sign_in: Callable[[str], Client], now: Any) -> None:
    Bylaw.objects.all().delete()
    found = judge(draft.step, now=now)
    assert found.facts["guelph"]["has_bylaw"] is False
    page = sign_in("martin").get("/en/city/settings/guelph/bylaw/").content.decode()
    assert "No table is signed" in page
    assert "every amount here is an assumption" in page
    assert "Guelph By-law (2018)-20259" in page


def test_what_is_bought_is_said_once(
    draft: Solicitation, sign_in: Callable[[str], Client], now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Purchase.objects.all().delete()
    assert outcomes(draft.step, now)["cfta-open"] is Outcome.HOLDS, "the commission says what is bought"
    unsaid = {k: v for k, v in gather_facts(draft.step.challenge).items() if k is not Fact.CATEGORY}
    monkeypatch.setattr("mix.readers.flow.findings.gather_facts", lambda _challenge: unsaid)
    assert outcomes(draft.step, now)["cfta-open"] is Outcome.MISSING
    olivia, page = sign_in("olivia"), "/en/city/challenges/water-leaks/policy/"
    asked = '<a href="/en/city/challenges/water-leaks/commissioning/#f-bought">What is bought</a>'
    assert f"Waits for an answer: {asked}" in " ".join(olivia.get(page).content.decode().split())
    assert "Many rules wait for it" in olivia.get(page).content.decode()
    openly = {"act": "purchase", "competition": "open", "limited_ground": "none", "quotes": "0"}
    assert "Say first what is bought" in olivia.post(page, openly).content.decode()
    monkeypatch.undo()
    given = {
        "act": "purchase",
        "competition": "quotes",
        "limited_ground": "none",
        "quotes": "0",
    }
    assert olivia.post(page, given).status_code == 422  # quotes, and none of them
    given |= {"competition": "direct", "limited_ground": "prototype"}
    assert "circumstances" in olivia.post(page, given).content.decode()
    given |= {"circumstances": "Nothing like it is on the market (scan of May).", "related_cents": "-1"}
    assert olivia.post(page, given).status_code == 422
    assert olivia.post(page, {**given, "related_cents": "60,000"}).status_code == 302
    assert Purchase.objects.get().related_cents == 60_000_00
    found = outcomes(draft.step, now)
    assert found["cfta-open"] is Outcome.HOLDS  # a ground, with its record
    assert found["no-splitting"] is Outcome.WARNING


def test_a_joint_challenge_is_judged_by_every_city(now: Any, sign_in: Callable[[str], Client]) -> None:
    step = Step.objects.select_related("challenge__method", "challenge__municipality").get(
        challenge__code="under-our-streets", key="invitation"
    )
    found = {(f.rule.id, f.cities): f.outcome for f in judge(step, now=now).findings}
    assert found["participation-notice", ("london",)] is Outcome.HOLDS
    assert found["participation-notice", ("guelph", "barrie")] is Outcome.WARNING
    assert ("barrie-days", ("barrie",)) in found
    assert ("london-days", ("london",)) in found
    assert ("cfta-open", ("guelph", "london", "barrie")) not in found  # Guelph alone confirmed it
    waiver = RuleWaiver.objects.get(rule="barrie-days")
    assert (waiver.asked_by.code, waiver.agreed_by and waiver.agreed_by.code) == ("bruno", "bill")
    page = sign_in("mona").get("/en/city/challenges/under-our-streets/policy/").content.decode()
    assert "Barrie, sample by-law for the demonstration" in page
    assert "nineteen days are enough" in page


def test_requirements_that_keep_new_firms_out_are_shown_in_their_words(
    draft: Solicitation, now: Any, sign_in: Callable[[str], Client]
) -> None:
    text = "Only local firms with at least five years of experience and previous contracts with the city may answer."
    Solicitation.objects.filter(pk=draft.pk).update(body=text)
    found = outcomes(draft.step, now)
    for rule in ("cfta-no-local", "cfta-capacity-only", "cfta-no-previous-contract"):
        assert found[rule] is Outcome.WARNING, rule
    page = sign_in("olivia").get("/en/city/challenges/water-leaks/invitation/").content.decode()
    assert "“local firms”" in page


def test_findings_cost_no_query_for_a_rule(draft: Solicitation, now: Any, django_assert_num_queries: Any) -> None:
    ruleset_for([draft.step.challenge.municipality], on=city_day(now))
    step = Step.objects.select_related("challenge__method", "challenge__municipality").get(pk=draft.step_id)
    with django_assert_num_queries(13):
        judge(step, now=now)


def test_verbs_check_who_and_what(actor: Callable[[str], Any], draft: Solicitation, now: Any) -> None:
    challenge = draft.step.challenge
    with pytest.raises((Forbidden, Unknown)):
        run(actor("eva"), now, findings.describe_purchase, challenge)
    facts = {"competition": Competition.DIRECT, "limited_ground": Ground.URGENCY}
    with pytest.raises(Refused) as caught:
        run(actor("olivia"), now, findings.describe_purchase, challenge, **facts)
    assert codes(caught) == ["circumstances_missing"]
    london = {"municipality": Municipality.objects.get(code="london"), "address": "https://x.example"}
    with pytest.raises(Unknown):
        run(actor("olivia"), now, findings.note_participation, challenge, published_on=city_day(now), **london)
    Challenge.objects.filter(pk=challenge.pk).update(status="cancelled", ended_at=now, ended_reason="x")
    with pytest.raises(Refused) as caught:
        run(actor("olivia"), now, findings.describe_purchase, challenge)
    assert codes(caught) == ["challenge_over"]


def test_the_adviser_answers_by_its_address_alone(sign_in: Callable[[str], Client]) -> None:
    priya = sign_in("priya")
    empty = priya.get("/en/city/advice/").content.decode()
    assert "Say what you know" in empty
    url = "/en/city/advice/?scan_says=develop&need_is_firm=yes&has_purchase_budget=yes&value=300,000"
    page = priya.get(url).content.decode()
    assert page.index("Route A: innovation partnership") < page.index("Does not fit")
    assert "What the market scan concluded: Develop what does not exist" in page
    assert "Voie A" in priya.get(url.replace("/en/", "/fr/")).content.decode()
    text = " ".join(re.sub(r"<[^>]+>", " ", priya.get(url).content.decode()).split())
    assert "Runs here by: The Sprint Method" in text
    assert "Does not run here: no method of this site carries it out." in text
    assert priya.get("/en/city/advice/?scan_says=perhaps&value=much").status_code == 422
    assert "/en/city/advice/" in priya.get("/en/city/challenges/new/").content.decode()


@pytest.mark.parametrize("one", [i for i in TOOLBOX if i.kind is Kind.INSTRUMENT], ids=lambda i: i.key)
def test_each_instrument_is_advised_with_what_runs_it_or_that_nothing_does(
    one: Instrument, sign_in: Callable[[str], Client]
) -> None:
    """Whether something speaks for it or not: the address asks for what says least, and for what fits it."""
    priya = sign_in("priya")
    for address in (
        "/en/city/advice/",
        "/en/city/advice/?is_urgent=no",
        "/en/city/advice/?is_repeated=no&value=50,000",
    ):
        page = priya.get(address).content.decode()
        entries = re.findall(r"<li>(.*?)</li>|<p>((?:(?!</p>).)*?·.*?)</p>", page, re.DOTALL)
        words = [" ".join(re.sub(r"<[^>]+>", " ", unescape(a or b)).split()) for a, b in entries]
        named = [text for entry in words for text in entry.split(" · ") if text.startswith(one.title.en)]
        assert named, address
        assert all(("oes not run here" in text) is not bool(one.runs_in) for text in named), named


def test_a_call_that_is_prepared_says_how_long_it_must_stay_open(
    sign_in: Callable[[str], Client], draft: Solicitation, actor: Callable[[str], Any], now: Any
) -> None:
    page = sign_in("olivia").get("/en/city/challenges/water-leaks/policy/").content.decode()
    assert "Published today, it stays open" in page
    assert "40 days if “no”" in page  # what everything being electronic saves
    sign("guelph", STRICT, actor, now, on=city_day(now))
    assert "it stays open 60 days at least" in sign_in("olivia").get(
        "/en/city/challenges/water-leaks/policy/"
    ).content.decode().replace("\xa0", " ")


def test_a_joint_challenge_shows_where_by_laws_differ_and_what_governs(sign_in: Callable[[str], Client]) -> None:
    page = sign_in("pat").get("/en/city/challenges/under-our-streets/policy/").content.decode()
    table = page[page.index("Where the cities’ by-laws differ") :]
    assert all(city in table for city in ("Guelph", "London", "Barrie"))
    assert "Governs" in table
    assert (
        "Là où les règlements des villes diffèrent"
        in sign_in("bo").get("/fr/city/challenges/under-our-streets/policy/").content.decode()
    )
    assert "by-laws differ" not in sign_in("olivia").get("/en/city/challenges/water-leaks/policy/").content.decode()


def test_a_contradiction_is_shown_as_such_with_what_to_do(
    sign_in: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    from mix.web.staff.flow import findings as policy
    from tests.rules.city.test_joint import FACTS, contradictions, document, prepare

    rules = prepare([document("bylaw", "london", "prefers_local"), document("bylaw", "barrie", "!prefers_local")])
    found = contradictions(rules, {"london": FACTS, "barrie": FACTS}, on=date(2026, 11, 23))
    monkeypatch.setattr(policy, "contradictions", lambda *_a, **_k: found)
    page = sign_in("olivia").get("/en/city/challenges/under-our-streets/policy/").content.decode()
    assert "Rules that no call can keep at once" in page
    assert "one city sets its rule aside with a second person" in page
    assert "prefers local firms" in page


def test_words_that_may_keep_firms_out_stay_only_with_a_reason(
    sign_in: Callable[[str], Client], draft: Solicitation, actor: Callable[[str], Any], now: Any
) -> None:
    draft.body = "A vendor must have worked for the city. It must run on Oracle."
    draft.save(update_fields=["body"])
    assert [u.code for u in policy_unmet(draft.step, now=now)] == ["exclusion_reason_missing"] * 2
    with pytest.raises(Refused) as refused:
        run(actor("olivia"), now, hand_over, draft)
    assert "exclusion_reason_missing" in codes(refused)
    client, url = sign_in("olivia"), "/en/city/challenges/water-leaks/policy/"
    page = client.get(url).content.decode()
    assert "Why does it stay?" in page
    hits = judge(draft.step, now=now).hits
    for hit in hits:
        posted = {"act": "justify", "item": f"invitation/{hit.mark}", "reason": ""}
        assert client.post(url, posted).status_code == 422
        assert client.post(url, posted | {"reason": "The meters speak to nothing else."}).status_code == 302
    assert policy_unmet(draft.step, now=now) == ()
    assert "The meters speak to nothing else." in client.get(url).content.decode()
    assert "The meters speak to nothing else." in sign_in("audrey").get("/en/oversight/water-leaks/").content.decode()
    assert client.post(url, {"act": "justify", "item": "invitation/gone", "reason": "x"}).status_code == 404
    assert sign_in("sam").post(
        url, {"act": "justify", "item": f"invitation/{hits[0].mark}", "reason": "x"}
    ).status_code in (403, 404)
    draft.body = "A vendor must have contracted with the city."  # other words need their own reason
    draft.save(update_fields=["body"])
    assert [u.code for u in policy_unmet(draft.step, now=now)] == ["exclusion_reason_missing"]


def test_a_small_purchase_is_not_asked_for_reasons(draft: Solicitation, now: Any) -> None:
    from mix.rules.city.policy.lint import lint

    assert {h.mark for h in lint({"a": "local firms"})} == {h.mark for h in lint({"b": "Local Firms"})}
    draft.body = "Clean water for everybody."
    draft.save(update_fields=["body"])
    assert policy_unmet(draft.step, now=now) == ()


def upload(client: Client, content: bytes, on: str = "2027-01-01") -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("guelph.yaml", content)
    return client.post("/en/city/settings/guelph/bylaw/", {"act": "upload", "file": file, "effective_on": on})


def test_a_table_is_proposed_as_a_file_or_refused_by_its_lines(sign_in: Callable[[str], Client]) -> None:
    client = sign_in("martin")
    for content, said in (
        (b"citation: By-law\nbands:\n  - {category: gods, method: open}\n", "Line 3 of the file"),
        (b"citation: [", "not YAML"),
        (b"\xff\xfe", "UTF-8"),
        (b"#" * 300_000, "200,000 bytes"),
        (b"citation: By-law\nlimit: 5\n", "unknown key"),
    ):
        answer = upload(client, content)
        assert answer.status_code == 422
        assert said in answer.content.decode()
    good = b"citation: By-law 3\nbands: [{category: services, method: open}]\n"
    good += b"texts: {unsolicited: The clerk is told at once.}\n"
    assert upload(client, good).status_code == 302
    page = client.get("/en/city/settings/guelph/bylaw/").content.decode()
    assert "By-law 3" in page
    assert "The clerk is told at once." in page
    assert Bylaw.objects.get(municipality__code="guelph", signed_at=None, dropped_at=None).table["texts"]
    assert upload(sign_in("leah"), good).status_code == 404  # only the manager proposes


def test_a_table_that_begins_in_the_past_says_whom_it_reaches(sign_in: Callable[[str], Client]) -> None:
    client = sign_in("martin")
    good = b"citation: By-law 3\nbands: [{category: services, method: open}]\n"
    assert upload(client, good, on="2020-01-01").status_code == 302
    page = client.get("/en/city/settings/guelph/bylaw/").content.decode()
    assert "Its first day lies in the past." in page
    assert "water-leaks/whole/" in page


def test_what_a_by_law_says_in_words_stands_beside_the_work(
    sign_in: Callable[[str], Client], actor: Callable[[str], Any], now: Any, db: None
) -> None:
    table = {**STRICT, "texts": {"approval": "The treasurer signs above all.", "cooperation": "Not shown: one city."}}
    sign("guelph", table, actor, now, on=city_day(now))
    page = sign_in("priya").get("/en/city/challenges/downtown-parking-2/policy/").content.decode()
    assert "The treasurer signs above all." in page
    assert "Not shown: one city." not in page


def test_like_purchases_of_the_department_count_together(
    sign_in: Callable[[str], Client], actor: Callable[[str], Any], draft: Solicitation, now: Any
) -> None:
    challenge = draft.step.challenge
    other = Challenge.objects.get(code="downtown-parking-2")
    Challenge.objects.filter(pk=other.pk).update(value_cents=5_000_000, commissioned_at=now - timedelta(days=364))
    Purchase.objects.update_or_create(challenge=other, defaults={"category": "services"})
    challenge.needs.update(challenge=None)
    facts: dict[str, Any] = {"related_cents": 100}
    run(actor("olivia"), now, findings.describe_purchase, challenge, **facts)
    like = like_purchases(challenge, Category.SERVICES, now=now)
    assert other in like
    together = sum(c.value_cents or 0 for c in like)
    assert judge(draft.step, now=now).facts["guelph"]["related_value"] == together >= 5_000_000
    page = sign_in("olivia").get("/en/city/challenges/water-leaks/policy/").content.decode()
    assert "Like purchases of the twelve months before" in page
    for change in (
        {"commissioned_at": now - timedelta(days=366)},
        {"commissioned_at": now - timedelta(days=10), "origin": "history"},
    ):
        Challenge.objects.filter(pk=other.pk).update(**change)
        assert other not in like_purchases(challenge, Category.SERVICES, now=now)


def test_a_partner_city_does_not_read_the_leads_other_purchases(sign_in: Callable[[str], Client]) -> None:
    page = sign_in("pat").get("/en/city/challenges/under-our-streets/policy/").content.decode()
    assert "Finding leaks before the bill does" not in page


def test_vendors_have_as_long_to_object_as_the_most_generous_by_law_gives(
    actor: Callable[[str], Any], now: Any, db: None
) -> None:
    letters = Letter.objects.select_related("evaluation__step__challenge__municipality", "vendor")
    letter = letters.filter(evaluation__step__challenge__steps__kind="award").latest("sent_at")
    challenge = letter.evaluation.step.challenge
    before = dispute_until(letter)
    on = governing_day(challenge, now=now)
    martin, leah = (Person.objects.get(code=c) for c in ("martin", "leah"))
    row = {"municipality": challenge.municipality, "table": {"citation": "x", "dispute_days": 25}, "effective_on": on}
    row |= {"proposed_by": martin, "proposed_at": now, "signed_by": leah, "signed_at": now}
    Bylaw.objects.create(number=98, **row)
    assert dispute_until(letter) - before == timedelta(days=15)
    award = challenge.steps.filter(kind="award").first()
    award.challenge = challenge
    assert outcomes(award, now)["guelph-dispute"] is Outcome.HOLDS


def test_talks_with_vendors_while_a_call_is_open_are_found(
    draft: Solicitation, actor: Callable[[str], Any], now: Any
) -> None:
    """What was said before the notice is market engagement; from the notice to closing there is one channel."""
    assert outcomes(draft.step, now)["one-channel"] is Outcome.HOLDS
    Solicitation.objects.filter(pk=draft.pk).update(published_at=now - timedelta(days=3))
    today = city_day(now)
    for day, expected in ((today - timedelta(days=9), Outcome.HOLDS), (today, Outcome.WARNING)):
        run(
            actor("priya"),
            now,
            engagements.log_contact,
            draft.step.challenge,
            happened_on=day,
            with_whom="A vendor",
            told="The pipes are old.",
        )
        assert outcomes(draft.step, now)["one-channel"] is expected
