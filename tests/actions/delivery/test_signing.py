"""What is signed is exactly what was read: a change afterwards voids every signature."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mix.actions.core.run import run
from mix.actions.delivery import agreements
from mix.data.models import Agreement, Event, Message, Person, Signatory, StaffRole, VendorMember
from mix.readers.delivery.agreements import digest_of, list_signatories
from mix.rules.core.unmet import Outdated, Refused
from tests.unsigned import unsigned_contract
from tests.web.reading import entered

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(db: None) -> Agreement:
    """Return the contract as it was before anybody signed."""
    return unsigned_contract()


def signed(agreement: Agreement) -> dict[str, tuple[bool, bool, bool]]:
    return {
        s.person.code: (s.signed_at is not None, bool(s.signed_digest), s.voided_at is not None)
        for s in list_signatories(agreement)
    }


def propose(made: Agreement, actor: Callable[[str], Any], now: datetime) -> Any:
    clause = made.clauses.order_by("position")[0]
    return run(actor("nora"), now, agreements.propose_edit, clause, text="The city pays twice.", reason="Why not")


def test_words_that_change_after_a_signature_void_it_and_say_so(
    made: Agreement, actor: Callable[[str], Any], now: datetime
) -> None:
    run(actor("anita"), now, agreements.sign, made)
    assert signed(made) == {"anita": (True, True, False), "nora": (False, False, False)}
    run(actor("leah"), now, agreements.answer_edit, propose(made, actor, now), accept=True)
    assert signed(made) == {"anita": (False, False, True), "nora": (False, False, False)}
    assert Message.objects.filter(
        to_name=actor("anita").person.name, subject__startswith="Your signature no longer stands"
    ).exists()
    line = Event.objects.filter(verb="agreements.void_signatures", subject=made.code).latest("id")
    assert (line.payload["digest"], line.payload["people"]) == (digest_of(made), ["anita"])
    for who in ("nora", "anita"):
        run(actor(who), now, agreements.sign, made)
    made.refresh_from_db()
    assert made.state == "signed"
    kept = {s.signed_digest for s in list_signatories(made)}
    said = [e.payload["digest"] for e in Event.objects.filter(verb="agreements.sign", subject=made.code)][-2:]
    assert (kept, set(said)) == ({digest_of(made)}, {digest_of(made)})


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a.clauses.update(text="Other words."),
        lambda a: Agreement.objects.filter(pk=a.pk).update(value_cents=1),
        lambda a: Agreement.objects.filter(pk=a.pk).update(options_cents=7),
        lambda a: Agreement.objects.filter(pk=a.pk).update(ends_on=date(2040, 1, 1)),
        lambda a: a.deliverables.create(title="More", due_on=date(2030, 1, 1), fee_cents=5),
        lambda a: a.papers.create(kind="insurance", name="Another"),
        lambda a: a.signatories.filter(person__code="anita").update(title="Mayor"),
    ],
)
def test_each_part_of_an_agreement_is_in_what_is_signed(made: Agreement, change: Callable[[Any], Any]) -> None:
    before = digest_of(made)
    assert digest_of(Agreement.objects.get(pk=made.pk)) == before
    change(made)
    assert digest_of(Agreement.objects.get(pk=made.pk)) != before


def test_only_what_was_read_is_signed(made: Agreement, actor: Callable[[str], Any], now: datetime) -> None:
    seen = agreements.SeenText(digest_of(made), now)
    run(actor("leah"), now, agreements.answer_edit, propose(made, actor, now), accept=True)
    with pytest.raises(Outdated) as caught:
        run(actor("anita"), now, agreements.sign, made, seen=seen)
    assert [(u.code, u.params.get("who")) for u in caught.value.unmet] == [
        ("text_changed_since", None),
        ("clause_changed_since", actor("nora").person.name),
    ]
    run(actor("anita"), now, agreements.sign, made, seen=agreements.SeenText(digest_of(made), now))
    assert signed(made)["anita"] == (True, True, False)


@pytest.mark.parametrize(("who", "code"), [("nora", "signatory_not_of_side"), ("anita", "signatory_without_authority")])
def test_whoever_left_signs_no_more(
    made: Agreement, actor: Callable[[str], Any], now: datetime, who: str, code: str
) -> None:
    VendorMember.objects.filter(person__code=who).update(ended_at=now)
    StaffRole.objects.filter(person__code=who).update(ended_at=now)
    with pytest.raises(Refused) as caught:
        run(actor(who), now, agreements.sign, made)
    assert [u.code for u in caught.value.unmet] == [code]
    assert not Signatory.objects.filter(agreement=made, signed_at__isnull=False).exists()


def test_somebody_else_signs_for_who_left(
    made: Agreement, actor: Callable[[str], Any], sign_in: Callable[[str], Client], now: datetime
) -> None:
    run(actor("anita"), now, agreements.sign, made)
    VendorMember.objects.filter(person__code="nora").update(ended_at=now)
    VendorMember.objects.create(vendor=made.vendor, person=Person.objects.get(code="kim"), since=now)
    client, url = sign_in("kim"), reverse("vendor-agreement", args=[made.code])
    nora, anita = (str(made.signatories.get(person__code=code).pk) for code in ("nora", "anita"))
    assert client.post(url, {"act": "take_out", "item": anita}).status_code == 422
    assert client.post(url, {"act": "take_out", "item": nora}).status_code == 302
    assert client.post(url, {"act": "name", "person": "kim", "title": "President"}).status_code == 302
    assert signed(made) == {"anita": (False, False, True), "kim": (False, False, False)}
    for who in ("kim", "anita"):
        run(actor(who), now, agreements.sign, made)
    made.refresh_from_db()
    assert made.state == "signed"
    with pytest.raises(Refused):
        run(actor("kim"), now, agreements.take_out_signatory, made.signatories.get(person__code="kim"))


def test_the_page_binds_the_signature_to_its_text(
    made: Agreement, actor: Callable[[str], Any], sign_in: Callable[[str], Client], now: datetime
) -> None:
    url, nora = reverse("vendor-agreement", args=[made.code]), sign_in("nora")
    page = nora.get(url).content.decode()
    form = {"act": "sign", "sure": "on", **{name: entered(page, name) for name in ("digest", "drawn_at")}}
    run(actor("leah"), datetime.now(now.tzinfo), agreements.answer_edit, propose(made, actor, now), accept=True)
    refused = nora.post(url, form)
    page = refused.content.decode()
    assert (refused.status_code, "The city pays twice." in page, "has the words of" in page) == (409, True, True)
    assert nora.post(url, {"act": "sign", "sure": "on"}).status_code == 409
    again = {"act": "sign", "sure": "on", **{name: entered(page, name) for name in ("digest", "drawn_at")}}
    assert nora.post(url, again).status_code == 302
    assert signed(made)["nora"] == (True, True, False)
    run(actor("nora"), now, agreements.propose_edit, made.clauses.order_by("position")[0], text="Thrice.", reason="y")
    edit = made.clauses.order_by("position")[0].edits.latest("id")
    run(actor("leah"), now, agreements.answer_edit, edit, accept=True)
    page = nora.get(url).content.decode()
    assert ("Those signatures are void" in page, "void since the text changed" in page) == (True, True)
