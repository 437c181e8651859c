"""A city on trial plays a vendor itself: made up, marked, unreached by mail, and nowhere where it would count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mix.actions.choice import practice_seats
from mix.actions.core.outbox import claim
from mix.actions.core.run import run
from mix.actions.market import practice, submissions
from mix.data.models import (
    Challenge,
    DocumentVersion,
    Event,
    Message,
    Municipality,
    PanelMember,
    Person,
    Solicitation,
    Submission,
    TrialGuest,
    Vendor,
)
from mix.readers.city.people import actor_for
from mix.readers.core.errors import Forbidden, Unknown
from mix.rules.choice.states import Seat
from mix.rules.core.unmet import Refused
from tests.behind import behind_the_program
from tests.outside import PLACE, panel
from tests.web.test_trial import make_trial

pytestmark = pytest.mark.django_db
URL = "/en/city/settings/guelph/go-live/"
By = Callable[[str], Any]


def guelph() -> Municipality:
    return Municipality.objects.get(code="guelph")


@pytest.fixture
def on_trial(db: None) -> Any:
    """Have Guelph and its cases be on trial."""
    with behind_the_program():
        make_trial()
        yield


def made(actor: By, now: Any) -> tuple[Vendor, Person]:
    vendor = run(actor("ada"), now, practice.make, guelph())
    return vendor, Person.objects.get(vendor_members__vendor=vendor)


def test_an_administrator_plays_a_vendor_and_comes_back(sign_in: Callable[[str], Client], on_trial: None) -> None:
    ada = sign_in("ada")
    assert "None yet. Two of them" in ada.get(URL).content.decode()
    assert ada.post(URL, {"act": "practise"}).status_code == 302
    guest = TrialGuest.objects.get(email__endswith="@practice.invalid")
    page = ada.get(URL).content.decode()
    assert ("Practice vendor 1 of Guelph" in page, "@practice.invalid" in page) == (True, False)
    played = ada.post(URL, {"act": "play", "item": str(guest.pk)})
    assert played.headers["Location"] == reverse("vendor-trials")
    call = Solicitation.objects.get(step__challenge__code="water-leaks", step__key="invitation")
    tried = ada.get(reverse("vendor-trials")).content.decode()
    assert (call.reference in tried, "You play Practice vendor 1 of Guelph." in tried) == (True, True)
    assert ada.get(reverse("city-desk")).status_code in (302, 403, 404)
    assert ada.get(reverse("playing")).status_code == 200
    assert ada.post(reverse("playing"), {"act": "stop"}).headers["Location"] == reverse("city-desk")
    assert "You play" not in ada.get(reverse("city-desk")).content.decode()
    assert ada.get(reverse("playing")).status_code == 404
    assert Event.objects.filter(verb="practice.play").get().actor == "ada"


def test_a_practice_vendor_answers_with_sample_words(
    sign_in: Callable[[str], Client], actor: By, now: Any, on_trial: None
) -> None:
    vendor, person = made(actor, now)
    call = Solicitation.objects.get(step__challenge__code="water-leaks", step__key="invitation")
    own = run(actor_for(person), now, submissions.start, call, vendor)
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["player"] = "ada"
    session.save()
    for name in ("vendor-submission", "vendor-price"):
        url = reverse(name, args=[own.code])
        assert "Fill in sample answers" in client.get(url).content.decode()
        assert client.post(url, {"go": "sample", "draft": "0"}).status_code == 302
    check = client.get(reverse("vendor-check", args=[own.code])).content.decode()
    assert "40,000" in check
    again = client.get(reverse("vendor-submission", args=[own.code])).content.decode()
    assert "Fill in sample answers" in again


def test_nobody_plays_who_is_somebody_and_nobody_where_a_city_is_live(actor: By, now: Any, on_trial: None) -> None:
    made(actor, now)
    kim = TrialGuest.objects.create(
        municipality=guelph(), email="kim@demo.mix.invalid", added_by=actor("ada").person, added_at=now
    )
    with pytest.raises(Unknown):
        run(actor("ada"), now, practice.play, kim)
    with pytest.raises(Forbidden):
        run(actor("stan"), now, practice.make, guelph())
    Municipality.objects.filter(code="guelph").update(live_at=now)
    with pytest.raises(Refused) as caught:
        run(actor("ada"), now, practice.play, TrialGuest.objects.get(email__endswith="@practice.invalid"))
    assert [u.code for u in caught.value.unmet] == ["already_live"]


def test_it_answers_nothing_that_counts_and_gets_no_mail(actor: By, now: Any, on_trial: None) -> None:
    vendor, person = made(actor, now)
    live = Solicitation.objects.filter(is_trial=False, closes_at__gt=now).exclude(published_at=None).first()
    call = live or Solicitation.objects.get(step__challenge__code="water-leaks", step__key="invitation")
    Solicitation.objects.filter(pk=call.pk).update(is_trial=False)
    call.refresh_from_db()
    with pytest.raises(Forbidden):
        run(actor_for(person), now, submissions.start, call, vendor)
    assert not Submission.objects.filter(vendor=vendor).exists()
    Message.objects.all().delete()
    Message.objects.create(to_email=person.email, to_name=person.name, subject="s", body="b", written_at=now, code="x")
    assert claim(now=now, most=9) == []
    assert Message.objects.get().kept_at == now


def test_a_city_has_a_few_of_them(actor: By, now: Any, on_trial: None) -> None:
    for _ in range(practice.MOST):
        made(actor, now)
    with pytest.raises(Refused):
        made(actor, now)
    assert Vendor.objects.filter(is_practice=True).count() == practice.MOST


STEP = reverse("city-step", args=PLACE)


def scoring_on_trial() -> None:
    Challenge.objects.filter(code=PLACE[0]).update(is_trial=True)


def test_procurement_seats_and_plays_a_practice_evaluator(sign_in: Callable[[str], Client], on_trial: None) -> None:
    olivia = sign_in("olivia")
    assert "Seat a practice evaluator" not in olivia.get(STEP).content.decode()
    assert olivia.post(STEP, {"act": "seat_practice", "seat": "evaluator"}).status_code == 404
    scoring_on_trial()
    assert olivia.post(STEP, {"act": "seat_practice", "seat": "chair"}).status_code == 422
    assert olivia.post(STEP, {"act": "seat_practice", "seat": "evaluator"}).status_code == 302
    page = olivia.get(STEP).content.decode()
    assert ("Practice evaluator 1" in page, "Played, on trial" in page) == (True, True)
    member = PanelMember.objects.get(person__email__endswith="@practice.invalid")
    eva = PanelMember.objects.get(evaluation=member.evaluation, person__code="eva")
    assert olivia.post(STEP, {"act": "play_member", "item": str(eva.pk)}).status_code == 404
    played = olivia.post(STEP, {"act": "play_member", "item": str(member.pk)})
    assert played.headers["Location"] == reverse("evaluator-evaluation", args=PLACE)
    there = olivia.get(reverse("evaluator-declare", args=PLACE))
    assert (there.status_code, "You play Practice evaluator 1." in there.content.decode()) == (200, True)
    olivia.post(reverse("playing"), {"act": "stop"})
    assert olivia.get(STEP).status_code == 200
    played_by = Event.objects.filter(verb="practice_seats.play").get()
    assert (played_by.actor, played_by.payload) == ("olivia", {"person": member.person.code})


def test_a_challenge_that_counts_has_no_practice_evaluator(actor: By, now: Any) -> None:
    with pytest.raises(Refused) as caught:
        run(actor("olivia"), now, practice_seats.seat, panel().step, seat=Seat.EVALUATOR)
    assert [u.code for u in caught.value.unmet] == ["practice_on_trial"]


def test_a_challenge_to_try_begins_with_sample_words_and_its_documents_are_filled(
    sign_in: Callable[[str], Client], on_trial: None
) -> None:
    priya = sign_in("priya")
    new = "/en/city/challenges/new/"
    assert "With sample words, to try" in priya.get(new).content.decode()
    page = priya.get(f"{new}?example=1").content.decode()
    assert ("Bins that say when they are full" in page, "Des poubelles qui disent" in page) == (True, True)
    url = "/en/city/challenges/downtown-parking-2/commissioning/"
    assert "Fill in sample words" not in priya.get(url).content.decode()
    Challenge.objects.filter(code="downtown-parking-2").update(is_trial=True)
    assert "Fill in sample words" in priya.get(url).content.decode()
    latest = DocumentVersion.objects.filter(document__step__challenge__code="downtown-parking-2").order_by("-number")
    before = latest.first()
    number = before.number if before else 0
    assert priya.post(url, {"act": "save", "version": str(number), "sample": "1"}).status_code == 302
    found = latest.first()
    assert found
    assert found.number == number + 1
    assert all(value not in (None, "", []) for value in found.content.values())
