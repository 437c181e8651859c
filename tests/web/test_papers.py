"""Artifacts on paper: Word files out and in, the city's own template, and two people's edits put together."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import docx
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mix.actions.case import documents
from mix.actions.core.run import run
from mix.data.models import DocumentTemplate, Event, Step
from mix.readers.case.challenges import spec_of
from mix.readers.case.documents import latest_content
from mix.rules.core.fields import Bilingual, Column, FieldSpec, FieldType, Option, read_answers
from mix.rules.core.unmet import Refused
from mix.web.documents.apart import surroundings
from mix.web.documents.docx import check_template, plain_template, read_docx, write_docx
from tests.web.reading import compared, entered
from tests.web.test_word_files import deleted, p, packed, r, was

SAID = {"title": "T", "challenge": "C", "city": "G", "version": "Version 1", "written_by": "P", "saved_at": "now"}


def both(text: str) -> Bilingual:
    return Bilingual(en=text, fr=f"{text} (fr)")


SPECS = (
    FieldSpec(key="pain", type=FieldType.TEXT, title=both("What hurts")),
    FieldSpec(key="fee", type=FieldType.MONEY, title=both("Fee")),
    FieldSpec(key="on", type=FieldType.DATE, title=both("From")),
    FieldSpec(key="hours", type=FieldType.NUMBER, title=both("Hours"), unit=both("hours")),
    FieldSpec(key="sure", type=FieldType.YES_NO, title=both("Sure?")),
    FieldSpec(key="how", type=FieldType.CHOICE, title=both("How"), options=(Option(key="a", title=both("One way")),)),
    FieldSpec(
        key="rows",
        type=FieldType.ROWS,
        title=both("Costs"),
        columns=(Column(key="what", title=both("What")), Column(key="cents", type=FieldType.MONEY, title=both("Sum"))),
    ),
    FieldSpec(key="none", type=FieldType.TEXT, title=both("Nothing here")),
)
CONTENT: dict[str, Any] = {
    "pain": "Leaks <b>& more</b>.\n\n{{ title }} {% for x in y %}",
    "fee": 2500000,
    "on": "2027-01-14",
    "hours": "12",
    "sure": True,
    "how": "a",
    "rows": [{"what": "Pipes & pumps", "cents": 125050}, {"what": "Sand", "cents": None}],
    "none": None,
}


def test_what_is_written_to_word_is_read_back_the_same() -> None:
    file = write_docx(None, SPECS, CONTENT, mark="MIX x/y/3", **SAID)
    taken = read_docx(file, "x.docx", SPECS)
    good, bad = read_answers(SPECS, taken.answers)
    assert (good, bad, taken.mark, taken.left_over) == (CONTENT, {}, "MIX x/y/3", [])


def test_the_hour_at_which_a_file_is_made_does_not_show_in_it() -> None:
    with time_machine.travel("2027-01-14 10:00:00Z", tick=False):
        file = write_docx(None, SPECS, CONTENT, mark="MIX x/y/3", **SAID)
    with time_machine.travel("2028-02-15 11:01:10Z", tick=False):
        assert write_docx(None, SPECS, CONTENT, mark="MIX x/y/3", **SAID) == file


def test_a_file_that_somebody_else_wrote_is_read_by_its_titles() -> None:
    made = docx.Document()
    for text in ("Memo", "what  hurts:", "It leaks.", "At night.", "Fee (fr)", "25 000,00 $"):
        made.add_paragraph(text)
    made.add_heading("Another matter", 1)
    made.add_paragraph("Not asked.")
    taken = read_docx(saved(made), "memo.docx", SPECS)
    assert taken.answers == {"pain": "It leaks.\nAt night.", "fee": "25 000,00 $"}
    assert taken.left_over == ["Memo", "Another matter", "Not asked."]


def saved(made: Any) -> bytes:
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def zipped(**parts: bytes) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "docx_unreadable"),
        (b"%PDF-1.7", "docx_unreadable"),
        (zipped(other=b"x"), "docx_unreadable"),
        (zipped(word__document_xml=b"<not-word/>"), "docx_unreadable"),
        (zipped(word__document_xml=b"0" * (41 * 2**20)), "docx_unreadable"),
        (b"x" * (5 * 2**20 + 1), "file_too_large"),
        (plain_template(), "docx_without_fields"),
    ],
)
def test_a_file_that_is_none_is_refused_in_words(data: bytes, code: str) -> None:
    with pytest.raises(Refused) as caught:
        read_docx(data, "x.docx", SPECS)
    assert [u.code for u in caught.value.unmet] == [code]


def with_text(*texts: str) -> bytes:
    made = docx.Document(BytesIO(plain_template()))
    for text in texts:
        made.add_paragraph(text)
    return saved(made)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{ salary }}", "docx_template_names"),
        ("{{ ''.__class__.__mro__ }}", "docx_template_wrong"),
        ("{{ title.upper() }}", "docx_template_wrong"),
        ("{{ 'a' * 1000000000 }}", "docx_template_wrong"),
        ("{{ 9 ** 99999999 }}", "docx_template_wrong"),
        ("{% for i in range(9) %}{{ i }}{% endfor %}", "docx_template_names"),
        ("{% include 'settings.py' %}", "docx_template_wrong"),
        ("{{ title", "docx_template_wrong"),
        ("{{ title | map(attribute='x') }}", "docx_template_wrong"),
        ("{% set a = 'x' %}" + "{% set a = a ~ a %}" * 40, "docx_template_wrong"),
        ("{% for a in title %}" * 99 + "{% endfor %}" * 99, "docx_template_wrong"),
        ("{% for a in answers %}" * 40 + "{{ a.title }}" + "{% endfor %}" * 40, "docx_template_wrong"),
    ],
)
def test_a_template_can_do_nothing_but_show(text: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        check_template(with_text(text), "own.docx")
    assert [u.code for u in caught.value.unmet] == [code]


def test_the_process_that_reads_strangers_files_knows_no_secret(monkeypatch: Any) -> None:
    monkeypatch.setenv("MIX_SECRET_KEY", "s" * 40)
    monkeypatch.setenv("DATABASE_URL", "postgresql://mix:secret@host/mix")
    assert set(surroundings()) <= {"PATH", "PYTHONPATH", "LANG"}


def test_a_file_that_takes_too_long_is_refused(monkeypatch: Any) -> None:
    monkeypatch.setattr("mix.web.documents.apart.MOST_WAIT", 0.001)
    with pytest.raises(Refused) as caught:
        read_docx(plain_template(), "x.docx", SPECS)
    assert [(u.code, u.params["why"]) for u in caught.value.unmet] == [("docx_unreadable", "it takes too long")]


def test_a_template_shows_every_answer() -> None:
    check_template(plain_template(), "plain.docx")
    check_template(with_text("{{ city | upper }}"), "own.docx")
    with pytest.raises(Refused) as caught:
        check_template(saved(docx.Document()), "empty.docx")
    assert [u.code for u in caught.value.unmet] == ["docx_template_bare"]


@pytest.mark.django_db
def test_a_city_writes_in_its_own_template(sign_in: Callable[[str], Client]) -> None:
    url = "/en/city/settings/guelph/template/"
    leah = sign_in("leah")
    own = with_text("Corporation of the City of Guelph")
    answer = leah.post(url, {"act": "set", "file": SimpleUploadedFile("own.docx", with_text("{{ salary }}"))})
    assert answer.status_code == 422
    assert "salary" in answer.content.decode()
    assert not DocumentTemplate.objects.exists()
    assert leah.post(url, {"act": "set", "file": SimpleUploadedFile("own.docx", own)}).status_code == 302
    assert Event.objects.filter(verb="municipalities.set_template", chain__code="guelph").count() == 1
    assert leah.get(url, {"file": "own"}).content == own
    file = leah.get("/en/city/challenges/guelph-roads-sprint/procurement-brief/document.docx")
    texts = [p.text for p in docx.Document(BytesIO(file.content)).paragraphs]
    assert "Corporation of the City of Guelph" in texts
    assert leah.post(url, {"act": "clear"}).status_code == 302
    assert not DocumentTemplate.objects.exists()
    assert docx.Document(BytesIO(leah.get(url, {"file": "plain"}).content)).paragraphs


@pytest.mark.django_db
def test_a_version_as_pdf_and_french_word(sign_in: Callable[[str], Client]) -> None:
    pytest.importorskip("weasyprint", exc_type=OSError)
    olivia = sign_in("olivia")
    place = "city/challenges/guelph-roads-sprint/procurement-brief/document"
    assert olivia.get(f"/en/{place}.pdf?version=1").content.startswith(b"%PDF-")
    french = docx.Document(BytesIO(olivia.get(f"/fr/{place}.docx?version=1").content))
    step = Step.objects.get(challenge__code="guelph-roads-sprint", key="procurement-brief")
    assert {p.text for p in french.paragraphs} >= {f.title.fr for f in spec_of(step).fields}
    for bad in (".odt", ".docx?version=99", ".docx?version=99999999999999999999"):
        assert olivia.get(f"/en/{place}{bad}").status_code in (200, 404)


STEP = ("downtown-parking-2", "commissioning")


@pytest.fixture
def place(db: None) -> Step:
    return Step.objects.select_related("challenge__municipality").get(challenge__code=STEP[0], key=STEP[1])


@pytest.mark.django_db
def test_two_edits_are_put_together_in_the_form(
    place: Step, sign_in: Callable[[str], Client], actor: Callable[[str], Any], now: Any
) -> None:
    base = run(actor("priya"), now, documents.save, place, answers={"users": "One. Two.", "evidence": "Old."})
    run(
        actor("olivia"),
        now,
        documents.save,
        place,
        answers={"users": "One. Two changed.", "evidence": "Theirs."},
        based_on=base.number,
    )
    url = f"/en/city/challenges/{STEP[0]}/{STEP[1]}/"
    mine = {"act": "save", "version": str(base.number), "users": "One mine. Two.", "evidence": "Mine."}
    answer = sign_in("priya").post(url, mine)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "One mine. Two changed." in text
    assert compared(text)
    assert entered(text, "version") == str(base.number + 1)
    assert latest_content(place)["evidence"] == "Theirs."
    again = {**mine, "version": str(base.number + 1), "users": "One mine. Two changed."}
    assert sign_in("priya").post(url, again).status_code == 302
    assert (latest_content(place)["users"], latest_content(place)["evidence"]) == ("One mine. Two changed.", "Mine.")


@pytest.mark.django_db
def test_a_word_file_comes_back_with_what_was_saved_meanwhile(
    place: Step, sign_in: Callable[[str], Client], actor: Callable[[str], Any], now: Any
) -> None:
    url = f"/en/city/challenges/{STEP[0]}/{STEP[1]}/"
    priya = sign_in("priya")
    base = run(actor("priya"), now, documents.save, place, answers={"users": "All.", "evidence": "Old."})
    made = docx.Document(BytesIO(priya.get(f"{url}document.docx").content))
    next(p for p in made.paragraphs if p.text == "Old.").text = "Newly written in Word."
    run(actor("olivia"), now, documents.save, place, answers={"users": "Some.", "evidence": "Old."})
    events = Event.objects.count()
    answer = priya.post(url, {"act": "bring_in", "file": SimpleUploadedFile("back.docx", saved(made))})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Newly written in Word." in text
    assert ">Some.</textarea>" in text
    assert entered(text, "version") == str(base.number + 1)
    assert Event.objects.count() == events
    assert latest_content(place)["evidence"] == "Old."


@pytest.mark.django_db
def test_what_cannot_be_brought_in_says_why(place: Step, sign_in: Callable[[str], Client]) -> None:
    url = f"/en/city/challenges/{STEP[0]}/{STEP[1]}/"
    before = json.dumps(latest_content(place))
    answer = sign_in("priya").post(url, {"act": "bring_in", "file": SimpleUploadedFile("x.docx", b"no")})
    assert answer.status_code == 422
    assert "cannot be read as a Word file" in answer.content.decode()
    assert sign_in("priya").post(url, {"act": "bring_in"}).status_code == 422
    assert sign_in("stan").post(url, {"act": "bring_in"}).status_code == 403
    assert sign_in("tess").post(url, {"act": "bring_in"}).status_code == 404
    assert json.dumps(latest_content(place)) == before


@pytest.mark.django_db
def test_any_two_versions_are_compared(
    place: Step, sign_in: Callable[[str], Client], actor: Callable[[str], Any], now: Any
) -> None:
    first = run(actor("priya"), now, documents.save, place, answers={"users": "Leaks are found late."})
    run(actor("priya"), now, documents.save, place, answers={"users": "Leaks come."})
    run(actor("priya"), now, documents.save, place, answers={"users": "Leaks are found too late."})
    url = f"/en/city/challenges/{STEP[0]}/{STEP[1]}/versions/"
    answer = sign_in("priya").get(url, {"version": first.number + 2, "from": first.number})
    assert compared(answer.content.decode()) == [("same", "Leaks are found "), ("new", "too "), ("same", "late.")]
    assert sign_in("priya").get(url, {"version": "x", "from": "-1"}).status_code == 200
    assert sign_in("priya").get(url, {"version": "9999"}).status_code == 404


@pytest.mark.django_db
def test_what_a_word_file_holds_beside_its_text_is_said(place: Step, sign_in: Callable[[str], Client]) -> None:
    title = next(f.title.en for f in spec_of(place).fields if f.key == "users")
    note = '<w:footnote w:id="2">' + p(r("See the by-law.")) + "</w:footnote>"
    body = p(r("Delivery within "), deleted("30"), was("ins", r("45")), r(" days")) + p(was("ins", r("More.")))
    body += p('<w:r><w:footnoteReference w:id="2"/></w:r>')
    file = SimpleUploadedFile("legal.docx", packed(p(r(title)) + body, footnotes=note))
    answer = sign_in("priya").post(f"/en/city/challenges/{STEP[0]}/{STEP[1]}/", {"act": "bring_in", "file": file})
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))
    assert (answer.status_code, "Delivery within 45 days More." in page) == (200, True)
    assert "3 tracked changes were taken as accepted. Leah Fox" in page
    assert "Footnote : See the by-law." in page
