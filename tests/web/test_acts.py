"""Acts without a page: what is about them says what is asked, and no request is needed to check them."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from mix.data.models import (
    AuthorityBand,
    Declaration,
    Department,
    Engagement,
    Evaluation,
    MethodDraft,
    Municipality,
    Person,
    StaffRole,
    Submission,
    Vendor,
)
from mix.readers.city.variants import read_document
from mix.rules.choice.states import Conflict
from mix.rules.city.methods import Criterion
from mix.rules.core.access import Role
from mix.rules.core.fields import Bilingual
from mix.web.evaluator.consensus import Agree, Agreeable
from mix.web.evaluator.progress import Declarable, Declare
from mix.web.public.views import Register
from mix.web.staff.city.departments import Rename
from mix.web.staff.city.settings import ROWS, Authority, Duties, EndRole, SetBands
from mix.web.staff.city.variants_acts import SetStep, StepOf, WriteDocument
from mix.web.suppliers.submitting_acts import Finalise, read_copy

METHOD = Path(__file__).resolve().parents[2] / "catalogue" / "methods" / "sprint.yaml"
INK, TIN = Vendor(pk=1, code="ink", name="Ink"), Vendor(pk=2, code="tin", name="Tin")


def test_a_declaration_asks_about_every_name() -> None:
    form = Declare(Declarable(Evaluation(), ((INK, "Guelph"), (TIN, ""))), {"ink": Conflict.NONE})
    assert list(form.fields) == ["ink", "note-ink", "tin", "note-tin"]
    assert form.fields["ink"].help_text == "Guelph"
    assert set(form.errors) == {"tin"}


def test_a_declaration_shows_what_was_said_before() -> None:
    said = Declaration(vendor=TIN, conflict=Conflict.EMPLOYMENT, note="Until May")
    about = Declarable(Evaluation(), ((INK, ""), (TIN, "")), (said,))
    assert Declare.first(about) == {"tin": Conflict.EMPLOYMENT, "note-tin": "Until May"}


def test_an_agreed_score_is_of_the_scale_and_has_a_reason() -> None:
    said = Bilingual(en="Fit", fr="Adéquation")
    fit = Criterion(key="fit", title=said, guideline=said, weight=30)
    about = Agreeable(Evaluation(), {"A-fit": (Submission(), fit)})
    assert Agree(about, {"item": "A-fit", "score": "5", "reason": "All say so"}).is_valid()
    assert set(Agree(about, {"item": "A-fit", "score": "6", "reason": ""}).errors) == {"score", "reason"}


def test_whoever_finalises_may_bind_the_vendor() -> None:
    form = Finalise(Submission(vendor=INK), {"retry": "key"})
    assert form.fields["bind"].label == "I may bind Ink, and what I submit is true as far as I know."
    assert set(form.errors) == {"bind"}
    assert Finalise(Submission(vendor=INK), {"retry": "key", "bind": "on"}).is_valid()


def test_every_form_that_finalises_has_a_key_of_its_own() -> None:
    keys = [Finalise.first(Submission())["retry"] for _ in range(2)]
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
    assert Rename.first(Department(name="Parks", name_fr="Parcs")) == {"name": "Parks", "name_fr": "Parcs"}
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
    first = SetBands.first(Authority(Municipality(), bands))
    assert first == {
        "source": "By-law 7",
        "limit0": 50_00,
        "open0": False,
        "role0": Role.SPONSOR,
        "limit1": None,
        "open1": True,
        "role1": Role.COUNCIL,
    }
    form = SetBands(Authority(Municipality(), ()), {f"role{n}": "council" for n in range(ROWS)} | {"limit0": "x"})
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
        form = SetStep(about, SetStep.first(about))
        assert form.is_valid(), form.errors
        assert ("decided_by" in form.fields, "minimum_days" in form.fields) == (
            bool(step.gate),
            bool(step.solicitation),
        )
        assert {path[3] for path in form.places()} == {step.key}
