"""Word files as people make them: tracked changes, controls, boxes, notes; what is taken, and what is named."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import docx
import pytest
from docx.oxml import parse_xml
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from mix.rules.core.fields import Bilingual, Column, FieldSpec, FieldType, read_answers
from mix.rules.core.lines import one_line
from mix.web.documents.blocks import Left
from mix.web.documents.docx import Taken, _read_blocks, read_docx, write_docx
from mix.web.documents.word import outline

SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml"
WHO = 'w:id="1" w:author="Leah Fox" w:date="2026-11-20T10:00:00Z"'


def packed(body: str, **notes: str) -> bytes:
    """Pack a file of Word by hand: a body, and notes by the name of their part."""
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{KIND}.document.main+xml"/>'
        + "".join(f'<Override PartName="/word/{name}.xml" ContentType="{KIND}.{name}+xml"/>' for name in notes)
        + "</Types>",
        "_rels/.rels": _related(f'<Relationship Id="r1" Type="{RELATED}/officeDocument" Target="word/document.xml"/>'),
        "word/_rels/document.xml.rels": _related(
            *(f'<Relationship Id="{name}" Type="{RELATED}/{name}" Target="{name}.xml"/>' for name in notes)
        ),
        "word/document.xml": f"<w:document {SPACES}><w:body>{body}</w:body></w:document>",
        **{f"word/{name}.xml": f"<w:{name} {SPACES}>{text}</w:{name}>" for name, text in notes.items()},
    }
    out = BytesIO()
    with ZipFile(out, "w") as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return out.getvalue()


def _related(*relations: str) -> str:
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{space}">{"".join(relations)}</Relationships>'


def p(*inside: str, mark: str = "") -> str:
    """Write a paragraph; `mark` is what was done to its end."""
    return f"<w:p>{f'<w:pPr><w:rPr>{mark}</w:rPr></w:pPr>' if mark else ''}{''.join(inside)}</w:p>"


def r(text: str, more: str = "") -> str:
    """Write a run."""
    return f'<w:r>{more}<w:t xml:space="preserve">{text}</w:t></w:r>'


def was(kind: str, *inside: str) -> str:
    """Write a tracked change."""
    return f"<w:{kind} {WHO}>{''.join(inside)}</w:{kind}>"


def deleted(text: str) -> str:
    return was("del", f"<w:r><w:delText>{text}</w:delText></w:r>")


def control(*inside: str, more: str = "") -> str:
    return f"<w:sdt><w:sdtPr>{more}</w:sdtPr><w:sdtContent>{''.join(inside)}</w:sdtContent></w:sdt>"


def field(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def cell(*inside: str, more: str = "") -> str:
    return f"<w:tc><w:tcPr>{more}</w:tcPr>{''.join(inside)}</w:tc>"


BOX = "<w:txbxContent>" + p(r("In a box.")) + "</w:txbxContent>"
CODE = "<w:r><w:instrText>REF other</w:instrText></w:r>"


@pytest.mark.parametrize(
    ("body", "text", "changes"),
    [
        (p(r("Delivery within "), deleted("30"), was("ins", r("45")), r(" days")), "Delivery within 45 days", 2),
        (p(r("A.")) + p(was("ins", r("B.")), mark=was("ins")) + p(r("C.")), "A.\nB.\nC.", 1),
        (p(r("One "), mark=was("del")) + p(r("line.")), "One line.", 1),
        (p(deleted("Gone."), mark=was("del")) + p(r("Stays.")), "Stays.", 1),
        (p(was("moveFrom", r("Moved. ")), r("First.")) + p(was("moveTo", r("Moved. "))), "First.\nMoved. ", 1),
        (p(was("ins", r("kept "), deleted("and not"))), "kept ", 2),
        (p(r("x", "<w:rPr><w:rPrChange w:id='2' w:author='L'/></w:rPr>")), "x", 0),
        (control(p(r("In a block."))), "In a block.", 0),
        (p(r("a "), control(r("chosen")), r(" b")), "a chosen b", 0),
        (p(r("a "), control(r("Click here to enter text."), more="<w:showingPlcHdr/>"), r("b")), "a b", 0),
        (p(r("see "), f"<w:hyperlink>{r('this')}</w:hyperlink>", r(".")), "see this.", 0),
        (p(f"<w:smartTag>{r('Guelph')}</w:smartTag>", f"<w:customXml>{r(' city')}</w:customXml>"), "Guelph city", 0),
        (p(f'<w:fldSimple w:instr="DATE">{r("2027")}</w:fldSimple>'), "2027", 0),
        (p(field("begin"), CODE, field("separate"), r("result"), field("end"), r(".")), "result.", 0),
        (
            p(field("begin"), CODE, field("begin"), CODE, field("separate"), r("inner"), field("end"))
            + p(field("separate"), r("outer"), field("end")),
            "\nouter",
            0,
        ),
        (
            p('<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="0"/><w:checked/>'
              "</w:checkBox></w:ffData></w:fldChar></w:r>", field("end"), r(" yes")),
            "☒ yes",
            0,
        ),
        (p("<w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:tab/><w:t>c</w:t><w:cr/><w:t>d</w:t></w:r>"), "a\nb\tc\nd", 0),
        (p("<w:r><w:t>e</w:t><w:noBreakHyphen/><w:t>c</w:t><w:softHyphen/><w:t>o</w:t></w:r>"), "e\u2011c\u00ado", 0),
        (p('<w:r><w:sym w:font="Wingdings" w:char="F0FC"/><w:sym w:font="Segoe" w:char="2713"/></w:r>'), "✓✓", 0),
        (p(f"<w:r><w:pict><v:textbox>{BOX}</v:textbox></w:pict></w:r>", r("Before.")), "Before.\nIn a box.", 0),
        (
            p("<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing>" + BOX + "</w:drawing></mc:Choice>"
              "<mc:Fallback><w:pict>" + BOX + "</w:pict></mc:Fallback></mc:AlternateContent></w:r>"),
            "\nIn a box.",
            0,
        ),
        (p("<w:ruby><w:rt>" + r("over") + "</w:rt><w:rubyBase>" + r("base") + "</w:rubyBase></w:ruby>"), "base", 0),
    ],
)  # fmt: skip
def test_a_file_is_read_as_its_final_text(body: str, text: str, changes: int) -> None:
    found = outline(packed(body))
    assert ("\n".join(b.text for b in found.blocks), found.changes, found.left) == (text, changes, ())
    assert found.authors == (("Leah Fox",) if changes else ())


NOTE = '<w:footnote w:id="2">' + p(r("See the by-law.")) + "</w:footnote>"
REMARK = '<w:comment w:id="0" w:author="Leah Fox">' + p(r("Too long?")) + "</w:comment>"


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (p(r("x"), '<w:r><w:footnoteReference w:id="2"/></w:r>'), Left("footnote", "See the by-law.")),
        (p(r("x"), '<w:r><w:commentReference w:id="0"/></w:r>'), Left("comment", "Leah Fox: Too long?")),
        (p(r("x"), '<w:r><w:drawing><wp:docPr name="1" descr="A map"/></w:drawing></w:r>'), Left("picture", "A map")),
        (p(r("x"), "<w:r><w:object/></w:r>"), Left("object", "")),
        (p(r("x"), "<m:oMath><m:r><m:t>a/b</m:t></m:r></m:oMath>"), Left("formula", "a/b")),
        (p(r("x"), r("secret", "<w:rPr><w:vanish/></w:rPr>")), Left("hidden", "secret")),
        (p(r("x")) + "<w:altChunk/>", Left("embedded", "")),
    ],
)  # fmt: skip
def test_what_is_no_text_is_named(body: str, left: Left) -> None:
    found = outline(packed(body, footnotes=NOTE, comments=REMARK))
    assert ([b.text for b in found.blocks], found.left) == (["x"], (left,))


def item(text: str, number: str, *, style: str = "") -> str:
    """Return a paragraph of a list, by its own number or by that of a style."""
    of = f'<w:pStyle w:val="{style}"/>' if style else ""
    own = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>' if number else ""
    return f"<w:p><w:pPr>{of}{own}</w:pPr>{r(text)}</w:p>"


def test_a_list_is_named_once_and_its_paragraphs_are_taken() -> None:
    body = item("Must", "4") + item("Should", "4") + p(r("Between.")) + item("May", "5") + item("None", "0")
    found = outline(packed(body))
    assert [b.text for b in found.blocks] == ["Must", "Should", "Between.", "May", "None"]
    assert found.left == (Left("list", "Must"), Left("list", "May"))
    by_style = item("First", "", style="Numbered") + item("Second", "", style="Numbered")
    numbered = '<w:style w:type="paragraph" w:styleId="{0}"><w:name w:val="{1}"/><w:pPr><w:numPr><w:numId w:val="3"/>'
    styles = "".join(
        numbered.format(*names) + "</w:numPr></w:pPr></w:style>"
        for names in (("Numbered", "List Number"), ("Title1", "heading 1"))
    )
    assert outline(packed(by_style, styles=styles)).left == (Left("list", "First"),)
    titled = item("A title", "", style="Title1") + item("Another", "4", style="Title1")
    assert outline(packed(titled, styles=styles)).left == ()


def test_a_sign_of_a_font_that_says_something_else_is_named() -> None:
    found = outline(packed(p('<w:r><w:sym w:font="Webdings" w:char="F04A"/></w:r>')))
    assert ([b.text for b in found.blocks], found.left) == (["\ufffd"], (Left("symbol", "Webdings F04A"),))


def test_rows_and_cells_of_a_table_are_read_as_accepted() -> None:
    rows = (
        "<w:tr>" + cell(p(r("What"))) + control(cell(p(r("Sum")))) + "</w:tr>",
        f"<w:tr><w:trPr><w:del {WHO}/></w:trPr>" + cell(p(deleted("Old"))) + cell(p(deleted("1"))) + "</w:tr>",
        control("<w:tr>" + cell(p(r("Pi"), was("ins", r("pes")))) + cell(p(r("2")), p(r("3"))) + "</w:tr>"),
        "<w:tr>" + cell(p(r("both")), more='<w:gridSpan w:val="2"/>') + "</w:tr>",
    )
    found = outline(packed(f"<w:tbl><w:tblGrid/>{''.join(rows)}</w:tbl>" + p(r("after"))))
    assert [getattr(b, "rows", None) for b in found.blocks] == [
        (("What", "Sum"), ("Pipes", "2\n3"), ("both", "both")),
        None,
    ]
    assert found.changes == 2


def test_a_table_in_a_cell_is_named_and_one_in_a_text_is_left_out_whole() -> None:
    inner = "<w:tbl><w:tr>" + cell(p(r("deep"))) + cell(p(r("down"))) + "</w:tr></w:tbl>"
    assert outline(packed(f"<w:tbl><w:tr>{cell(inner, p(r('x')))}</w:tr></w:tbl>")).left == (
        Left("table", "deep | down"),
    )
    made = docx.Document()
    made.add_paragraph("What hurts")
    table = made.add_table(rows=2, cols=2)
    for n, text in enumerate("abcd"):
        table.cell(n // 2, n % 2).text = text
    assert read_docx(saved(made), "x.docx", SPECS).left_over == ["a | b", "c | d"]


def both(text: str) -> Bilingual:
    return Bilingual(en=text, fr=f"{text} (fr)")


SPECS = (
    FieldSpec(key="pain", type=FieldType.TEXT, title=both("What hurts")),
    FieldSpec(key="name", type=FieldType.LINE, title=both("Name")),
    FieldSpec(
        key="rows",
        type=FieldType.ROWS,
        title=both("Costs"),
        columns=(Column(key="what", type=FieldType.TEXT, title=both("What")), Column(key="who", title=both("Who"))),
    ),
)
SAID = {"title": "T", "challenge": "C", "city": "G", "version": "Version 1", "written_by": "P", "saved_at": "now"}


def saved(made: Any) -> bytes:
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def test_a_title_in_an_answer_and_a_numbered_heading_are_told_apart() -> None:
    made = docx.Document()
    made.add_heading("1. What hurts", 1)
    made.add_paragraph("Costs")
    made.add_paragraph("Name")
    made.add_heading("2) Costs", 2)
    taken = read_docx(saved(made), "x.docx", SPECS[::2])
    assert (taken.answers, taken.left_over) == ({"pain": "Costs\nName", "rows": []}, [])


AWKWARD = st.text(
    st.one_of(
        st.sampled_from(
            "&<>\"'{}%_#\n\t\x0b\x0c\x07\r\x1c\u2028\u00a0\u2011\u00ad\ufffe\uffff\ufeff–\u2060 ab\U0001f9ea"
        ),
        st.characters(exclude_categories=["Cs"]),
    )
)


@settings(max_examples=20, phases=[Phase.explicit, Phase.generate])  # each makes a file: shrinking takes minutes
@given(text=AWKWARD, name=AWKWARD, cells=st.lists(st.tuples(AWKWARD, AWKWARD), max_size=3))
@example(text="R&D costs < 5 at AT&T\x0bnext line & more", name="{_{ x }_} {_% y %_}", cells=[("–", "a")])
@example(text="Costs", name="–", cells=[("What", "Who")])
@example(text="Name\nCosts\n\n\n  indented\t\ttwice", name="What hurts", cells=[])
@example(text="{{ title }}{% for x in y %}{# z #}", name="&amp;&#95;<w:t>", cells=[("a\nb", "")])
def test_what_goes_out_to_word_comes_back_letter_by_letter(text: str, name: str, cells: list[tuple[str, str]]) -> None:
    rows = [{"what": what, "who": one_line(who)} for what, who in cells]
    content, bad = read_answers(SPECS, {"pain": text, "name": one_line(name), "rows": rows})
    assert bad == {}
    file = write_docx(None, SPECS, content, mark="MIX x/y/3", **SAID)
    with ZipFile(BytesIO(file)) as parts:
        for part in parts.namelist():
            if part.endswith((".xml", ".rels")):
                parse_xml(parts.read(part))  # as strict as Word is
    found, taken = outline(file), Taken(mark="MIX x/y/3")
    _read_blocks(found.blocks, SPECS, taken)
    assert read_answers(SPECS, taken.answers) == (content, {})
    assert (taken.left_over, found.left, found.changes) == ([], (), 0)


def test_what_no_file_of_word_may_hold_takes_nothing_else_with_it() -> None:
    """What was stored before it was cleaned on entry goes out clean, in titles and names too."""
    content = {"pain": "R&D\x0bx & y\x00\ufffe", "name": "A\x07 & B"}
    file = write_docx(None, SPECS, content, mark="", **{**SAID, "written_by": "P\x1b & Q", "title": "T\x01"})
    texts = [b.text for b in outline(file).blocks if hasattr(b, "text")]
    assert ("R&D\nx & y" in texts, "A & B" in texts, "Version 1 · P & Q, now" in texts, "T" in texts) == (True,) * 4


def test_every_kind_of_what_is_left_has_a_name() -> None:
    from pathlib import Path

    from mix.phrases.words import WORDS
    from mix.web.documents import final

    source = Path(final.__file__).read_text(encoding="utf-8")
    kinds = set(re.findall(r'Left\("(\w+)"', source)) | {"picture", "object", "footnote", "endnote", "comment"}
    assert kinds == set(WORDS["word_part"])
