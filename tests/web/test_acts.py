"""Acts of evaluators without a page: what is about them says what is asked, and no request is needed."""

from mix.data.models import Declaration, Evaluation, Submission, Vendor
from mix.rules.choice.states import Conflict
from mix.rules.city.methods import Criterion
from mix.rules.core.fields import Bilingual
from mix.web.evaluator.consensus import Agree, Agreeable
from mix.web.evaluator.progress import Declarable, Declare

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
