"""Acts without a page: what is about them says what is asked, and no request is needed to check them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import RequestFactory
from django.utils.translation import override

from mix.data.models import (
    AuthorityBand,
    Department,
    Engagement,
    Evaluation,
    MethodDraft,
    Municipality,
    PanelMember,
    Person,
    ProblemCard,
    Registration,
    Result,
    Solicitation,
    StaffRole,
    Step,
    Submission,
    Vendor,
)
from mix.readers.choice.conflicts import Said
from mix.readers.city.variants import read_document
from mix.rules.choice.states import Conflict, Ruling
from mix.rules.core.access import Role
from mix.rules.core.fields import Wording
from mix.rules.market.states import CustodyMode
from mix.web.evaluator.progress import Declarable, Declare
from mix.web.forms.acts import Listed, Place, Taken, show
from mix.web.public.engagements import Register
from mix.web.staff.choice.evaluations_acts import BreakTie, EndSeat, Tie
from mix.web.staff.city.authority import ROWS, Authority, ProposeBands
from mix.web.staff.city.departments import Rename
from mix.web.staff.city.settings import Duties, EndRole
from mix.web.staff.city.variants_acts import SetStep, StepOf, WriteDocument
from mix.web.staff.flow.step_acts import Complete, SettleComment, WriteComment
from mix.web.staff.market.custody_acts import Keyless, MakeKey
from mix.web.staff.market.engagements import Attended, Hold, Plan, Planned
from mix.web.staff.market.solicitations_acts import Draft, Draftable
from mix.web.suppliers.submitting_acts import Finalise, read_copy

METHOD = Path(__file__).resolve().parents[2] / "catalogue" / "methods" / "sprint.yaml"
INK, TIN = Vendor(pk=1, code="ink", name="Ink"), Vendor(pk=2, code="tin", name="Tin")


@dataclass(frozen=True)
class Drawn:
    """What a page draws."""

    challenge: str


def test_two_contexts_of_a_page_never_name_the_same_thing() -> None:
    with pytest.raises(ValueError, match=r"x\.html: two contexts name challenge"):
        show(RequestFactory().get("/"), "x.html", Taken({}), Drawn("one"), Drawn("two"))


ON_STEP = {
    "comment": Listed(WriteComment, Step()),
    "settle": Listed(SettleComment, Step()),
    "ask": Listed(Complete, Step()),
}
TYPED = {"comment": WriteComment(Step(), {"text": "x"})}
HERE, APART, NOWHERE = Place.HERE, Place.APART, Place.NOWHERE


@pytest.mark.parametrize(
    ("taken", "comment", "settle", "ask"),
    [
        (Taken(ON_STEP), APART, HERE, HERE),  # where nothing is typed, buttons drop nothing
        (Taken({"comment": ON_STEP["comment"]}), HERE, HERE, HERE),  # the only form
        (Taken(ON_STEP, own=("save", "bring_in")), APART, APART, APART),  # the page's document stands
        (Taken(ON_STEP, bound=TYPED), HERE, APART, APART),  # it was refused, and comes back
        (Taken(ON_STEP, bound=TYPED, own=("save",)), HERE, APART, APART),
        (Taken(ON_STEP, bound={"ask": Complete(Step(), {})}), APART, HERE, HERE),  # a button was refused
        (Taken(ON_STEP, alone=("comment", "")), HERE, NOWHERE, NOWHERE),
        (Taken(ON_STEP, alone=("settle", "7"), own=("save",)), NOWHERE, HERE, NOWHERE),
        (Taken(ON_STEP, alone=("settle", "8")), NOWHERE, NOWHERE, NOWHERE),
    ],
)
def test_without_script_no_button_drops_what_another_form_holds(
    taken: Taken, comment: Place, settle: Place, ask: Place
) -> None:
    places = taken.place("comment"), taken.place("settle", "7", asks=False), taken.place("ask", asks=False)
    assert places == (comment, settle, ask)


def test_a_form_alone_keeps_what_else_the_address_asks_for() -> None:
    taken = Taken(ON_STEP, asked=QueryDict("page=2&do=ask&item=1"))
    assert taken.address("settle", "7") == "?page=2&do=settle&item=7#do"
    assert taken.rest() == "page=2"


def test_a_declaration_asks_about_every_name() -> None:
    form = Declare(Declarable(Evaluation(), ((INK, "Guelph"), (TIN, ""))), {"ink": Conflict.NONE})
    assert list(form.fields) == ["ink", "note-ink", "tin", "note-tin", "signed_statement"]
    assert form.fields["ink"].help_text == "Guelph"
    assert set(form.errors) == {"tin", "signed_statement"}


def test_a_declaration_shows_what_was_said_before() -> None:
    said = {TIN.pk: Said(Conflict.EMPLOYMENT, "Until May", "")}
    about = Declarable(Evaluation(), ((INK, ""), (TIN, "")), said)
    assert Declare.first(about) == {"tin": Conflict.EMPLOYMENT, "note-tin": "Until May"}
    offered = {code: [value for value, _label in Declare(about).fields[code].choices] for code in ("ink", "tin")}
    assert offered == {"ink": ["", *Conflict], "tin": [c for c in Conflict if c != Conflict.NONE]}
    eased = Declarable(Evaluation(), ((TIN, ""),), {TIN.pk: Said(Conflict.EMPLOYMENT, "", Ruling.EASED)})
    assert Declare.first(eased) == {"tin": Conflict.NONE, "note-tin": ""}


def test_whoever_finalises_may_bind_the_vendor() -> None:
    form = Finalise(Submission(vendor=INK), {"retry": "key"})
    assert form.fields["bind"].label == "I may bind Ink, and what I submit is true as far as I know."
    assert set(form.errors) == {"bind"}
    assert Finalise(Submission(vendor=INK), {"retry": "key", "bind": "on"}).is_valid()


def test_every_form_that_finalises_has_a_key_of_its_own(db: None) -> None:
    keys = [Finalise.first(Submission.objects.all()[0])["retry"] for _ in range(2)]
    assert keys[0] != keys[1]


@pytest.mark.parametrize(("content", "read"), [(b'{"kind": 1}', {"kind": 1}), (b"\xff", None), (b"[" * 100_000, None)])
def test_a_copy_that_is_no_json_is_nothing(content: bytes, read: object) -> None:
    assert read_copy(SimpleUploadedFile("copy.json", content)) == read


def test_whoever_comes_to_an_event_may_say_what_they_need() -> None:
    typed = {"name": "Kim", "organization": "Kestrel", "email": "kim@example.org"}
    form = Register(Engagement(), typed)
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {**typed, "needs": ""}
    assert set(Register(Engagement(), {**typed, "email": "kim"}).errors) == {"email"}


def test_a_department_is_renamed_from_the_names_that_it_has() -> None:
    both = Wording(en="Parks", fr="Parcs")
    assert Rename.first(Department().reword(name=both)) == {"name": both}
    typed = Rename(Department(), {"name": " Parks ", "name_fr": "Parcs"})
    assert typed.is_valid()
    assert typed.cleaned_data == {"name": both}
    assert set(Rename(Department(), {"name": "", "name_fr": ""}).errors) == {"name"}


def test_a_role_is_handed_over_to_somebody_of_the_city_or_to_nobody() -> None:
    people = (Person(code="pat", name="Pat"), Person(code="ada", name="Ada"))
    about = Duties(Municipality(), tuple(StaffRole(person=person) for person in (*people, people[0])))
    typed = {"item": "1", "reason": "Retires"}
    form = EndRole(about, typed)
    assert list(form.fields["successor"].widget.choices) == [("", "–"), ("ada", "Ada"), ("pat", "Pat")]
    assert form.is_valid(), form.errors
    assert set(EndRole(about, {**typed, "successor": "eve"}).errors) == {"successor"}


def test_a_table_of_authority_shows_the_rows_that_it_has() -> None:
    bands = (AuthorityBand(up_to_cents=50_00, role=Role.SPONSOR, source="By-law 7"), AuthorityBand(role=Role.COUNCIL))
    first = ProposeBands.first(Authority(Municipality(), bands))
    assert first == {
        "source": "By-law 7",
        "limit0": 50_00,
        "open0": False,
        "role0": Role.SPONSOR,
        "limit1": None,
        "open1": True,
        "role1": Role.COUNCIL,
    }
    form = ProposeBands(Authority(Municipality(), ()), {f"role{n}": "council" for n in range(ROWS)} | {"limit0": "x"})
    assert set(form.errors) == {"limit0", "source"}


def test_a_draft_is_written_over_the_state_that_was_on_the_page() -> None:
    draft = MethodDraft(document="key: sprint\n", mark=7)
    first = WriteDocument.first(draft)
    assert first == {"document": "key: sprint\n", "mark": "7"}
    form = WriteDocument(draft, first)
    assert form.is_valid(), form.errors
    assert form.seen() == 7


def test_a_step_asks_what_it_has_and_touches_nothing_else() -> None:
    method, _problems = read_document(METHOD.read_text(encoding="utf-8"))
    assert method is not None
    for step in method.steps:
        about = StepOf(MethodDraft(mark=1), method, step)
        words = {**step.title.params("title"), **step.guidance.params("guidance")}  # named as the boxes are
        form = SetStep(about, {**SetStep.first(about), **words})
        assert form.is_valid(), form.errors
        assert ("decided_by" in form.fields, "minimum_days" in form.fields) == (
            bool(step.gate),
            bool(step.solicitation),
        )
        assert {path[3] for path in form.places()} == {step.key}


def test_a_key_has_three_holders_of_the_city() -> None:
    about = Keyless(Solicitation(), tuple(Person(code=code, name=code) for code in ("ada", "ben", "pat")))
    form = MakeKey(about, {"first": "pat", "second": "ada", "third": "ben"})
    assert form.is_valid(), form.errors
    assert [person.code for person in form.holders()] == ["pat", "ada", "ben"]
    assert set(MakeKey(about, {"first": "pat", "second": "", "third": "eve"}).errors) == {"second", "third"}


def test_a_plan_shows_what_is_planned_and_a_card_may_be_missing() -> None:
    starts_at = datetime(2027, 1, 4, 19, tzinfo=UTC)
    event = Engagement(title="Show", place="Hall", starts_at=starts_at)
    said = {"title": "Show", "place": "Hall", "card0": "Leaks", "text0": "Where?"}
    first = Plan.first(Planned(Step(), event, (ProblemCard(title="Leaks", text="Where?"),)))
    assert first == {**{name: Wording(en=text) for name, text in said.items()}, "starts_at": starts_at}
    form = Plan(Planned(Step()), {**said, "card0_fr": "Fuites", "starts_at": "2027-01-04T14:00"})
    assert form.is_valid(), form.errors
    both = Wording.of({"en": "Leaks", "fr": "Fuites"})
    assert (form.cleaned_data["card0"], form.cleaned_data["card1"]) == (both, None)


def test_nobody_came_who_is_not_registered() -> None:
    about = Attended(Engagement(), (Registration(name="Kim", organization="Kestrel", email="kim@example.org"),))
    assert Hold(about, {}).is_valid()
    assert Hold(about, {"attended": ["kim@example.org"]}).is_valid()
    assert set(Hold(about, {"attended": ["eve@example.org"]}).errors) == {"attended"}


def test_a_notice_names_the_most_of_a_purchase_where_one_is_part_of_it() -> None:
    new, bought = (Draftable(Step(), None, has_purchase=has) for has in (False, True))
    assert set(Draft(bought).fields) - set(Draft(new).fields) == {"purchase_most_cents"}
    assert Draft.first(new) == {"custody": CustodyMode.MANAGED}
    call = Solicitation(body="What we ask", custody_mode=CustodyMode.SPLIT, purchase_most_cents=5_000_00)
    first = Draft.first(Draftable(Step(), call, has_purchase=True))
    assert (first["body"], first["custody"], first["purchase_most_cents"]) == (
        Wording(en="What we ask"),
        "split",
        5_000_00,
    )


def test_a_seat_that_ends_is_one_that_is_taken() -> None:
    members = (PanelMember(person=Person(code="eva", name="Eva")), PanelMember(person=Person(code="ben", name="Ben")))
    form = EndSeat(members, {"item": "ben", "reason": "Moves away"})
    assert form.is_valid(), form.errors
    assert form.chosen() is members[1]
    assert set(EndSeat(members, {"item": "ada", "reason": ""}).errors) == {"item", "reason"}


def test_every_place_among_equals_is_asked_for_by_its_rank() -> None:
    equals = tuple(Result(rank=2, submission=Submission(code=v.code, vendor=v)) for v in (INK, TIN))
    form = BreakTie(Tie(Evaluation(), equals), {"place_1": "tin", "place_2": "mud", "how": "By lot", "reason": "Law"})
    assert list(form.fields) == ["place_1", "place_2", "how", "reason"]
    assert [form.fields[place].label for place in ("place_1", "place_2")] == ["Rank 2", "Rank 3"]
    assert set(form.errors) == {"place_2"}


def test_nothing_is_said_for_a_member_of_the_panel() -> None:
    """What stands in a list before anybody chose is no declaration."""
    about = Declarable(Evaluation(), ((INK, ""),))
    assert Declare(about).fields["ink"].choices[0] == ("", "–")  # type: ignore[attr-defined]  # a choice
    assert set(Declare(about, {"ink": "", "signed_statement": "on"}).errors) == {"ink"}


@pytest.mark.parametrize("page", ["en", "fr"])
def test_the_box_that_must_be_filled_in_says_so(page: str) -> None:
    """On a French page the French box comes first and may stay empty: the English one is marked."""
    with override(page):
        drawn = Rename(Department(), {"name": "", "name_fr": ""})["name"].as_field_group()
    faulty = re.search(r'has-err">.*?<input[^>]+name="(\w+)"', drawn, re.DOTALL)
    assert faulty
    assert faulty.group(1) == "name"
    assert re.findall(r'name="(\w+)"', drawn) == (["name", "name_fr"] if page == "en" else ["name_fr", "name"])
    assert len(re.findall(r"aria-invalid", drawn)) == 1
