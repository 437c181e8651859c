"""A call by invitation: whom the city names, what that binds, and who may answer."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from mix.actions.case import challenges, documents
from mix.actions.core.run import run
from mix.actions.flow import moves, publication
from mix.actions.market import named_vendors, solicitations, submissions
from mix.data.models import Event, Message, Municipality, NamedVendor, Solicitation, Step, TrialGuest, Vendor
from mix.readers.case.challenges import get_step
from mix.readers.city.methods import get_latest
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.market.handing_over import find_hand_over
from mix.readers.market.participations import find_participation
from mix.readers.market.solicitations import authors_of_call
from mix.rules.core.access import Role
from mix.rules.core.fields import Wording
from mix.rules.core.kinds import Decision, Route
from mix.rules.core.unmet import Outdated, Refused
from tests.two_hands import publish_in_two_hands

pytestmark = pytest.mark.django_db
THREE = ("Kestrel Analytics Ltd.", "Tamarack Ground Data Co-op", "Northlight Sensing Inc.")
QUOTES = {"rule": "At least 3 quotes are asked for.", "rule_fr": "Au moins 3 prix sont demandés."}
Acting = Callable[[str], Any]


def codes(caught: Any) -> list[str]:
    return [u.code for u in caught.value.unmet]


@pytest.fixture
def request_step(actor: Acting, now: datetime) -> Step:
    """Begin a challenge of quotations, up to the step at which its vendors are named."""
    challenge = run(
        actor("priya"),
        now,
        challenges.commission,
        Municipality.objects.get(code="guelph"),
        code="benches",
        title=Wording(en="Benches"),
        question=Wording(en="Who?"),
        method=get_latest("quotations"),
        route=Route.TRADITIONAL,
        route_reason="Small",
    )
    wanted = get_step(challenge, "wanted")
    words = dict.fromkeys(("question", "why", "specification", "account"), "Oak; accessibility counts.")
    run(
        actor("priya"),
        now,
        documents.save,
        wanted,
        answers={**words, "bought": "goods", "purchase_value": "40,000"},
    )
    run(actor("priya"), now, moves.ask, wanted)
    word = {"role": Role.SPONSOR, "decision": Decision.PROCEED, "reason": "Needed"}
    run(actor("sam"), now, moves.sign, wanted, city=challenge.municipality, **word)
    return get_step(challenge, "request")


@pytest.fixture
def call(request_step: Step, actor: Acting, now: datetime) -> Solicitation:
    """Name three for it, and draft its call."""
    for name in THREE:
        run(actor("olivia"), now, named_vendors.name, request_step, vendor=name, why="Able")
    return draft(request_step, actor, now)


def draft(step: Step, actor: Acting, now: datetime) -> Solicitation:
    dates = {"closes_at": now + timedelta(days=9), "questions_until": now + timedelta(days=5)}
    made: Solicitation = run(
        actor("olivia"), now, solicitations.draft, step, body="Benches", contact="Olivia Grant", **dates
    )
    return made


@pytest.mark.parametrize(
    ("vendor", "why", "expected"),
    [
        ("", "Able", ["answer_missing"]),
        ("Kestrel Analytics Ltd.", " ", ["reason_missing"]),
        ("Nobody & Sons", "Able", ["vendor_not_registered"]),
        ("kestrel analytics limited", "Able", []),
    ],
)
def test_a_vendor_is_named_as_it_is_registered_or_nearly_so(
    request_step: Step, actor: Acting, now: datetime, vendor: str, why: str, expected: list[str]
) -> None:
    if not expected:
        assert run(actor("olivia"), now, named_vendors.name, request_step, vendor=vendor, why=why).vendor.code == (
            "kestrel"
        )
        return
    with pytest.raises(Refused) as caught:
        run(actor("olivia"), now, named_vendors.name, request_step, vendor=vendor, why=why)
    assert codes(caught) == expected


def test_names_that_look_alike_are_told_apart_by_the_exact_one(
    request_step: Step, actor: Acting, now: datetime
) -> None:
    kestrel = Vendor.objects.get(code="kestrel")
    Vendor.objects.create(
        code="other", name="Kestrel Analytics Inc.", likeness=kestrel.likeness, registered_at=kestrel.registered_at
    )
    with pytest.raises(Refused) as caught:
        run(actor("olivia"), now, named_vendors.name, request_step, vendor="kestrel analytics", why="Able")
    assert codes(caught) == ["several_such_vendors"]
    named = run(actor("olivia"), now, named_vendors.name, request_step, vendor="Kestrel Analytics Inc.", why="Able")
    assert named.vendor.code == "other"


def test_nobody_is_named_twice_and_who_was_taken_out_may_be_named_again(
    request_step: Step, actor: Acting, now: datetime
) -> None:
    first = run(actor("olivia"), now, named_vendors.name, request_step, vendor=THREE[0], why="Able")
    with pytest.raises(Refused) as caught:
        run(actor("priya"), now, named_vendors.name, request_step, vendor=THREE[0], why="Able")
    assert codes(caught) == ["vendor_named"]
    with pytest.raises(IntegrityError), transaction.atomic():
        NamedVendor.objects.create(
            municipality=first.municipality,
            step=request_step,
            vendor=first.vendor,
            named_by=first.named_by,
            named_at=now,
        )
    run(actor("olivia"), now, named_vendors.take_out, first)
    with pytest.raises(Refused) as caught:
        run(actor("olivia"), now, named_vendors.take_out, first)
    assert codes(caught) == ["vendor_taken_out"]
    assert (
        run(actor("olivia"), now, named_vendors.name, request_step, vendor=THREE[0], why="After all").ended_at is None
    )


@pytest.mark.parametrize("code", ["sam", "pat", "kim", "anita", "leah"])
def test_only_who_writes_calls_names(request_step: Step, actor: Acting, now: datetime, code: str) -> None:
    with pytest.raises((Forbidden, Unknown)):
        run(actor(code), now, named_vendors.name, request_step, vendor=THREE[0], why="Able")


def test_nobody_is_named_for_an_open_call(step: Callable[[str, str], Step], actor: Acting, now: datetime) -> None:
    Step.objects.filter(challenge__code="water-leaks", key="invitation").update(state="active", asked_at=None)
    with pytest.raises(Refused) as caught:
        run(actor("olivia"), now, named_vendors.name, step("water-leaks", "invitation"), vendor=THREE[0], why="Able")
    assert codes(caught) == ["call_invites_nobody"]


def test_a_call_with_too_few_is_not_handed_over(request_step: Step, actor: Acting, now: datetime) -> None:
    for name in THREE[:2]:
        run(actor("olivia"), now, named_vendors.name, request_step, vendor=name, why="Able")
    with pytest.raises(Refused) as caught:
        run(actor("olivia"), now, publication.hand_over, draft(request_step, actor, now))
    assert [(u.code, u.params, u.place) for u in caught.value.unmet] == [
        ("too_few_named", {"count": "2", "least": "3"}, "named"),
        ("policy_blocks", {**QUOTES, "cities": "guelph"}, "policy"),  # the by-law counts those who are named
    ]


def test_whoever_is_named_afterwards_makes_it_another_call(call: Solicitation, actor: Acting, now: datetime) -> None:
    run(actor("olivia"), now, publication.hand_over, call)
    run(actor("olivia"), now, named_vendors.name, call.step, vendor="Wellington Fleet Supply Ltd.", why="Able")
    with pytest.raises(Outdated) as caught:
        run(actor("martin"), now, publication.publish, call)
    assert codes(caught) == ["call_changed_since"]


def test_whoever_named_or_took_out_does_not_publish(call: Solicitation, actor: Acting, now: datetime) -> None:
    named = NamedVendor.objects.get(step=call.step, vendor__code="kestrel")
    run(actor("martin"), now, named_vendors.take_out, named)
    run(actor("olivia"), now, named_vendors.name, call.step, vendor=THREE[0], why="Able")
    assert authors_of_call(call.step) == {"olivia", "martin"}
    run(actor("olivia"), now, publication.hand_over, call)
    with pytest.raises(Refused) as caught:
        run(actor("martin"), now, publication.publish, call)
    assert codes(caught) == ["call_needs_second_person"]


def test_once_published_those_who_were_named_answer_and_nobody_else(
    call: Solicitation, actor: Acting, now: datetime
) -> None:
    assert find_participation(call.step.challenge, Vendor.objects.get(code="kestrel").pk) is None
    with pytest.raises(Forbidden):
        run(actor("kim"), now, submissions.start, call, Vendor.objects.get(code="kestrel"))
    before = Message.objects.count()
    publish_in_two_hands(call, now)
    told = set(Message.objects.order_by("id")[before:].values_list("to_email", flat=True))
    assert {"kim@demo.mix.invalid", "tess@demo.mix.invalid", "nora@demo.mix.invalid"} <= told
    assert "walt@demo.mix.invalid" not in told
    call.refresh_from_db()
    run(actor("kim"), now, submissions.start, call, Vendor.objects.get(code="kestrel"))
    with pytest.raises(Forbidden):
        run(actor("walt"), now, submissions.start, call, Vendor.objects.get(code="wellington"))
    for verb, subject, words in (
        (named_vendors.name, call.step, {"vendor": "Wellington Fleet Supply Ltd.", "why": "Able"}),
        (named_vendors.take_out, NamedVendor.objects.get(step=call.step, vendor__code="kestrel"), {}),
    ):
        with pytest.raises(Refused) as caught:
            run(actor("olivia"), now, verb, subject, **words)
        assert codes(caught) == ["already_published"]


def test_the_log_says_that_somebody_was_named_and_not_who(call: Solicitation) -> None:
    lines = Event.objects.filter(challenge="benches", verb="named_vendors.name")
    assert lines.count() == 3
    assert not [e for e in lines if "kestrel" in f"{e.subject} {e.payload}".lower()]


def test_on_trial_only_who_plays_along_is_named(request_step: Step, actor: Acting, now: datetime) -> None:
    challenge = request_step.challenge
    type(challenge).objects.filter(pk=challenge.pk).update(is_trial=True)
    with pytest.raises(Refused) as caught:
        run(actor("olivia"), now, named_vendors.name, request_step, vendor=THREE[0], why="Able")
    assert codes(caught) == ["vendor_not_on_trial"]
    TrialGuest.objects.create(
        municipality=challenge.municipality,
        email="kim@demo.mix.invalid",
        added_by=actor("martin").someone,
        added_at=now,
    )
    assert run(actor("olivia"), now, named_vendors.name, request_step, vendor=THREE[0], why="Able").pk


# pages


def test_the_page_names_and_takes_out_and_says_how_many_are_missing(
    request_step: Step, sign_in: Callable[[str], Client], actor: Acting, now: datetime
) -> None:
    olivia, url = sign_in("olivia"), reverse("city-step", args=["benches", "request"])
    page = olivia.get(url).content.decode()
    assert "at least 3 vendors are named before publication" in page
    assert "Nobody is named yet." in page
    typed = {"act": "name", "vendor": "Nobody & Sons", "why": "They made the last ones."}
    answer = olivia.post(url, typed)
    assert answer.status_code == 422
    assert "They made the last ones." in answer.content.decode()
    assert "is registered here" in answer.content.decode()
    assert olivia.post(url, {**typed, "vendor": THREE[0]}).status_code == 302
    call = draft(request_step, actor, now)
    check = reverse("city-call-publish", args=["benches", "request"])
    page = olivia.get(check).content.decode()
    assert "Name at least 3 vendors that may answer; 1 is named" in page
    assert THREE[0] in page
    assert "They made the last ones." in page
    item = NamedVendor.objects.get(step=request_step).pk
    assert olivia.post(url, {"act": "take_out", "item": item}).status_code == 302
    assert THREE[0] not in olivia.get(check).content.decode()
    assert "Personne n’est encore désigné." in olivia.get(url.replace("/en/", "/fr/")).content.decode()
    assert find_hand_over(call) is None


@pytest.mark.parametrize(("code", "reads"), [("olivia", True), ("priya", True), ("sam", False), ("leah", False)])
def test_who_is_named_is_read_by_those_who_read_submissions(
    call: Solicitation, sign_in: Callable[[str], Client], code: str, *, reads: bool
) -> None:
    for name in ("city-step", "city-call-publish"):
        page = sign_in(code).get(reverse(name, args=["benches", "request"])).content.decode()
        assert (THREE[0] in page) is reads, name


def test_a_vendor_that_was_not_invited_is_told_so(
    call: Solicitation, sign_in: Callable[[str], Client], now: datetime
) -> None:
    publish_in_two_hands(call, now)
    address = reverse("vendor-call", args=[call.reference])
    assert "This call is by invitation" in sign_in("walt").get(address).content.decode()
    assert "This call is by invitation" not in sign_in("kim").get(address).content.decode()
    notice = sign_in("").get(reverse("public-notice", args=[call.reference])).content.decode()
    assert "Request for quotations" in notice
    assert "Kestrel" not in notice
