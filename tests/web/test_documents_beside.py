"""Documents that are read beside the score: what is seen of them, by whom, and what happens where they are broken."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from PIL import Image

from mix.data.models import Label, Submission
from mix.web.documents.apart import Broken, TooMuch
from mix.web.documents.blocks import Paragraph, Table
from mix.web.documents.looking import HIGH, MOST_LETTERS, MOST_PAGES, WIDE, Look, kind_of, look, picture
from mix.web.documents.workbooks import read_numbered, write_workbook
from tests.web.strangers import letter, pdf, put, workbook

PLACE = ["under-our-streets", "shortlist"]
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
)


def image(wide: int, high: int, kind: str = "PNG") -> bytes:
    out = BytesIO()
    Image.new("RGB", (wide, high), "teal").save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "kind"),
    [("plan.PDF", "pdf"), ("a.b.xlsx", "xlsx"), ("film.mp4", ""), ("pdf", "pdf"), ("x.zip", ""), ("", "")],
)
def test_it_is_known_by_its_name_how_to_look_at_a_file(name: str, kind: str) -> None:
    assert kind_of(name) == kind


def test_pages_have_their_text_and_a_picture_of_their_shape() -> None:
    seen = look(pdf("We scan.", "Then we dig."), "pdf")
    assert (seen.count, seen.pages[:2], seen.is_cut) == (len(seen.pages), ("We scan.", "Then we dig."), False)
    drawn = Image.open(BytesIO(picture(pdf("We scan."), "pdf", page=1)))
    wide, high = seen.sizes[0]
    assert (drawn.format, drawn.width) == ("PNG", WIDE)
    assert abs(drawn.height / drawn.width - high / wide) < 0.01
    assert len(drawn.getcolors(1 << 20) or []) > 1  # something is written on it


@pytest.mark.parametrize("page", [0, 99])
def test_a_page_that_is_not_there_is_not_drawn(page: int) -> None:
    with pytest.raises(Broken):
        picture(pdf("We scan."), "pdf", page=page)


def test_a_long_document_is_shown_as_far_as_it_may_be() -> None:
    seen = look(pdf(*(f"Page {n}" for n in range(MOST_PAGES + 2))), "pdf")
    assert (len(seen.pages), seen.is_cut, seen.count > MOST_PAGES + 1) == (MOST_PAGES, True, True)
    seen = look(("words " * MOST_LETTERS).encode(), "txt")
    assert (seen.blocks, seen.is_cut) == ((), True)


def test_a_spreadsheet_is_its_visible_sheets_with_what_its_cells_show() -> None:
    row = ("Radar", "12000", "2026-12-01", "4", "TRUE")
    assert look(workbook(), "xlsx") == Look(
        blocks=(Paragraph("Prices", "Heading 1"), Table((("Item", "", "Day of test", "", ""), row)))
    )


def test_a_large_sheet_is_cut_and_says_so() -> None:
    rows = "".join(f'<row><c r="A{n}"><v>{n}</v></c><c r="ZZ{n}"><v>1</v></c></row>' for n in range(1, 400))
    seen = look(workbook(sheet1=SHEET % rows), "xlsx")
    (_name, table) = seen.blocks
    assert isinstance(table, Table)
    assert (len(table.rows), table.rows[0], seen.is_cut) == (300, ("1",), True)


def test_text_tables_and_word_files_are_paragraphs_and_tables() -> None:
    assert look(b"\xef\xbb\xbfFirst.\r\n\r\nSecond\r\nline.", "txt").blocks == (
        Paragraph("First.", ""),
        Paragraph("Second\nline.", ""),
    )
    assert look('Poste;Prix\n"Radar; léger";12'.encode(), "csv").blocks == (
        Table((("Poste", "Prix"), ("Radar; léger", "12"))),
    )
    seen = look(letter("How we work", table=(("Week", "Where"), ("1", "Wyndham"))), "docx")
    assert [b.text for b in seen.blocks if isinstance(b, Paragraph)] == ["How we work"]
    assert [b.rows for b in seen.blocks if isinstance(b, Table)] == [(("Week", "Where"), ("1", "Wyndham"))]


def test_a_picture_is_drawn_anew_and_no_larger_than_a_page() -> None:
    seen = look(image(4000, 3000, "JPEG"), "jpg")
    assert (seen.count, seen.pages) == (1, ("",))
    drawn = Image.open(BytesIO(picture(image(4000, 3000, "JPEG"), "jpg", page=1)))
    assert (drawn.format, drawn.width <= WIDE, drawn.height <= HIGH) == ("PNG", True, True)


def bomb() -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", 8) as packed:
        packed.writestr("xl/workbook.xml", b"0" * (130 * 2**20))
    return out.getvalue()


ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    + SHEET % '<row><c t="inlineStr"><is><t>&b;</t></is></c></row>'
)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\nbroken", "pdf"),
        (b"", "pdf"),
        (b"PK\x03\x04nothing", "docx"),
        (b"PK\x03\x04nothing", "xlsx"),
        (letter("Not a workbook"), "xlsx"),
        (workbook(), "docx"),
        (b"\x89PNGnothing", "png"),
        (image(60, 60), "pdf"),
    ],
)
def test_what_is_not_what_its_name_says_is_broken(data: bytes, kind: str) -> None:
    with pytest.raises(Broken):
        look(data, kind)


def test_hostile_files_cost_no_more_than_a_process_may() -> None:
    with pytest.raises(Broken):
        look(bomb(), "xlsx")
    with pytest.raises(Broken, match="invalid XML"):
        look(workbook(sheet1=ENTITIES), "xlsx")


def test_a_document_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mix.web.documents.apart.MOST_WAIT", 0.001)
    with pytest.raises(TooMuch):
        look(pdf("We scan."), "pdf")


@pytest.fixture
def releve(db: None) -> Submission:
    calls = {"solicitation__step__challenge__code": "under-our-streets", "solicitation__step__key": "invitation"}
    return Submission.objects.get(vendor__code="releve", **calls)


def at(submission: Submission, code: str) -> str:
    label = Label.objects.get(member__person__code=code, submission=submission, evaluation__step__key="shortlist")
    return reverse("evaluator-score", args=[*PLACE, label.label])


def test_a_document_stands_beside_the_scores_page_by_page(releve: Submission, sign_in: Callable[[str], Client]) -> None:
    file, hugo = put(releve, "Relevé plan.pdf", pdf("We scan.", "Then we dig.")), sign_in("hugo")
    url = at(releve, "hugo")
    page = hugo.get(url).content.decode()
    assert (f'value="{url}?file={file}#document"' in page, 'class="leaves"' in page) == (True, False)
    page = hugo.get(f"{url}?file={file}").content.decode()
    assert ("Then we dig." in page, "Relevé" in page, 'name="comment-fit"' in page) == (True, False, True)
    pictures = re.findall(r'src="([^"]+\.png)"', page)
    assert pictures[:2] == [f"{url}{file}/1.png", f"{url}{file}/2.png"]
    drawn = hugo.get(pictures[1])
    assert (drawn.status_code, drawn["Content-Type"]) == (200, "image/png")
    assert drawn["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert hugo.get(f"{url}{file}/99.png").status_code == 404
    assert hugo.get(f"{url}?file=NOTHING").status_code == 200


def test_to_open_a_document_saves_what_was_typed(releve: Submission, sign_in: Callable[[str], Client]) -> None:
    file, hugo = put(releve, "plan.txt", b"We scan."), sign_in("hugo")
    url = at(releve, "hugo")
    answer = hugo.post(url, {"comment-business": "Half a thought.", "next": f"{url}?file={file}#document"})
    assert answer.headers["Location"] == f"{url}?file={file}#document"
    page = hugo.get(f"{url}?file={file}").content.decode()
    assert ("We scan." in page, "Half a thought." in page) == (True, True)
    answer = hugo.post(f"{url}?file={file}", {"comment-newness": "A whole one."})
    assert answer.headers["Location"] == f"{url}?file={file}"  # it is still open


def test_a_broken_document_says_so_and_can_be_fetched(releve: Submission, sign_in: Callable[[str], Client]) -> None:
    hugo, url = sign_in("hugo"), at(releve, "hugo")
    for name, data, said in (
        ("plan.pdf", b"%PDF-1.7\nbroken", "it is damaged, protected, or not what its name says"),
        ("film.mp4", b"film", "A file of this kind is not shown here."),
    ):
        file = put(releve, name, data)
        page = hugo.get(f"{url}?file={file}").content.decode()
        assert (said in page, "Download it to read it." in page, "leaves" in page) == (True, True, False)
        assert hugo.get(f"{url}{file}/1.png").status_code == 404
        assert b"".join(hugo.get(f"{url}{file}/").streaming_content) == data  # type: ignore[attr-defined]  # a stream


def test_who_declared_a_conflict_reads_no_page_of_it(releve: Submission, sign_in: Callable[[str], Client]) -> None:
    file, eva = put(releve, "plan.pdf", pdf("We scan.")), sign_in("eva")
    url = at(releve, "eva")
    assert eva.get(f"{url}{file}/1.png").status_code == 200
    declare = reverse("evaluator-declare", args=PLACE)
    said = dict.fromkeys(("tamarack", "northlight", "kestrel"), "none") | {"releve": "advised"}
    assert eva.post(declare, {"act": "declare", **said, "signed_statement": "on"}).status_code == 302
    for path in (f"{url}{file}/1.png", f"{url}{file}/", f"{url}?file={file}"):
        answer = eva.get(path)
        assert (answer.status_code in (302, 403, 404), b"We scan" in answer.content) == (True, False)
    for code in ("olivia", "priya", "tess", ""):
        assert sign_in(code).get(f"{url}{file}/1.png").status_code in (302, 404), code


def test_a_workbook_that_is_made_computes_nothing_of_a_text() -> None:
    made = write_workbook("MIX", [["=1+1", "A\x0bbell", "é"], [2, 12.5, "-3"]])
    sheet = load_workbook(BytesIO(made))["MIX"]
    cells = [[(cell.data_type, cell.value) for cell in row] for row in sheet.iter_rows()]
    assert cells == [[("s", "=1+1"), ("s", "Abell"), ("s", "é")], [("n", 2), ("n", 12.5), ("s", "-3")]]
    assert read_numbered(made) == [("MIX", ((1, ("=1+1", "Abell", "é")), (2, ("2", "12.5", "-3"))))]
