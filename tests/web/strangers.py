"""Files as strangers hand them in, put in the place of one that was opened in the demonstration."""

from __future__ import annotations

import json
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import docx
from weasyprint import HTML

from mix.data.models import Submission
from mix.readers.market.sealing import OPENED_KEY, list_files, own_key
from mix.vault import storage
from mix.vault.models import SealedFile

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_LINKS = f'xmlns:r="{_OFFICE}"'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
WORKBOOK = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_KIND}.sharedStrings+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet2.xml" ContentType="{_KIND}.worksheet+xml"/></Types>'
    ),
    "xl/workbook.xml": (
        f'<workbook {_MAIN} {_LINKS}><sheets><sheet name="Prices" sheetId="1" r:id="rId1"/>'
        '<sheet name="Secret" sheetId="2" state="hidden" r:id="rId2"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/worksheet" Target="worksheets/sheet2.xml"/></Relationships>'
    ),
    "xl/sharedStrings.xml": (
        f"<sst {_MAIN}><si><t>Item</t></si><si><r><t>Day </t></r><r><t>of test</t></r>"
        '<rPh sb="0" eb="1"><t>read</t></rPh></si></sst>'
    ),
    "xl/styles.xml": (
        f'<styleSheet {_MAIN}><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
        '<numFmt numFmtId="165" formatCode="&quot;days&quot; 0"/></numFmts>'
        "<fonts><font/></fonts><fills><fill><patternFill/></fill></fills><borders><border/></borders><cellXfs>"
        + "".join(f'<xf numFmtId="{number}" fontId="0" fillId="0" borderId="0"/>' for number in (0, 164, 165))
        + "</cellXfs></styleSheet>"
    ),
    "xl/worksheets/sheet1.xml": (
        f'<worksheet {_MAIN}><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>'
        '<row r="2"/><row r="3"><c r="A3" t="inlineStr"><is><t>Radar</t></is></c>'
        '<c r="B3"><f>2*6000</f><v>12000</v></c>'
        '<c r="C3" s="1"><v>46357</v></c><c r="D3" s="2"><v>4</v></c><c r="E3" t="b"><v>1</v></c></row>'
        "</sheetData></worksheet>"
    ),
    "xl/worksheets/sheet2.xml": f"<worksheet {_MAIN}><sheetData><row><c><v>7</v></c></row></sheetData></worksheet>",
}


def workbook(**parts: str) -> bytes:
    """Return a workbook; parts, by the name of their sheet, take the place of its own."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as packed:
        for name, text in (WORKBOOK | {f"xl/worksheets/{name}.xml": text for name, text in parts.items()}).items():
            packed.writestr(name, text)
    return out.getvalue()


def pdf(*pages: str) -> bytes:
    """Return a PDF of these pages."""
    html = "".join(f"<p style='break-after:page'>{page}</p>" for page in pages)
    made: bytes = HTML(string=f"<html lang=en><title>Plan</title><body>{html}").write_pdf()
    return made


def letter(*paragraphs: str, table: tuple[tuple[str, str], ...] = ()) -> bytes:
    """Return a Word file."""
    made, out = docx.Document(), BytesIO()
    for text in paragraphs:
        made.add_paragraph(text)
    if table:
        grid = made.add_table(rows=len(table), cols=2)
        for row, cells in zip(grid.rows, table, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    made.save(out)
    return out.getvalue()


def put(submission: Submission, name: str, data: bytes) -> str:
    """Let a submission's opened file be this one; return its code."""
    row = SealedFile.objects.get(code=list_files(submission)[0].code)
    known = json.loads(storage.decrypt(bytes(row.label), own_key(row.submission)))
    label = json.dumps(known | {"name": name, "size": len(data)}).encode()
    sealed = storage.encrypt(label, [storage.make_key(own_key(row.submission))])
    blob = storage.write_blob(data, storage.make_key(OPENED_KEY))
    SealedFile.objects.filter(pk=row.pk).update(label=sealed, opened_blob=blob)
    return row.code
