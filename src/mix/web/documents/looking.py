"""A stranger's document, looked at without a program of its own: pages as pictures with their text, or text and tables.

The library of each format runs apart (`apart`), in a process that knows nothing but this module and what it reads with.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any, TypeAlias
from zipfile import BadZipFile, ZipFile

from mix.web.documents.apart import Answer, Broken, answer, ask
from mix.web.documents.blocks import Block, Paragraph, Table, as_block

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_BYTES = 40 * 2**20
MOST_PAGES = 100
MOST_LETTERS = 400_000  # of all the text that is shown
MOST_UNPACKED = 120 * 2**20
WIDE, HIGH = 1100, 1600  # the most of a picture, in points of the screen
WIDEST = 60_000_000  # points of a picture that is read
PICTURES = frozenset({"png", "jpg", "jpeg"})
PLAIN = frozenset({"txt", "csv", "json", "geojson"})
SHOWN = frozenset({"pdf", "docx", "xlsx", *PICTURES, *PLAIN})


@dataclass(frozen=True, slots=True)
class Look:
    """What is seen of a document: text, width and height of each page that has a picture, else paragraphs and tables.

    `count` is how many pages there are; `is_cut` says that not everything is shown.
    """

    pages: tuple[str, ...] = ()
    sizes: tuple[tuple[int, int], ...] = ()
    count: int = 0
    blocks: tuple[Block, ...] = ()
    is_cut: bool = False


def kind_of(name: str) -> str:
    """Return the ending of a name by which it is known how to look at it; empty where it is not."""
    ending = name.rpartition(".")[2].lower()
    return ending if ending in SHOWN else ""


def look(data: bytes, kind: str) -> Look:
    """Look at a document, apart. Raises Broken and TooMuch."""
    said = ask(__name__, {"what": "look", "kind": kind}, data).said
    blocks = tuple(as_block(b) for b in said["blocks"])
    sizes = tuple((wide, high) for wide, high in said["sizes"])
    return Look(tuple(said["pages"]), sizes, said["count"], blocks, said["is_cut"])


def picture(data: bytes, kind: str, *, page: int) -> bytes:
    """Return one page, counted from 1, as a PNG, drawn apart. Raises Broken and TooMuch."""
    return ask(__name__, {"what": "picture", "kind": kind, "page": page}, data).data


Cells: TypeAlias = list[tuple[str, tuple[tuple[int, tuple[str, ...]], ...]]]


def cells(data: bytes, kind: str) -> Cells:
    """Return each sheet's name with its rows, each with its number, read apart. A CSV has no name.

    Raises Broken and TooMuch, also where there is more than is read.
    """
    said = ask(__name__, {"what": "cells", "kind": kind}, data).said
    return [(name, tuple((number, tuple(row)) for number, row in rows)) for name, rows in said]


def _cells(data: bytes, kind: str) -> Cells:
    if kind != "csv":
        from mix.web.documents.workbooks import read_numbered

        _unpacks(data)
        return read_numbered(data)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")  # what Excel writes as plain CSV
    rows = list(csv.reader(StringIO(_ended(text)), delimiter=_mark(text)))
    if len(rows) > MOST_PAGES * 3:
        raise Broken(f"it has more than {MOST_PAGES * 3} rows")
    return [("", tuple((n, tuple(row)) for n, row in enumerate(rows, start=1) if any(c.strip() for c in row)))]


def _mark(text: str) -> str:
    """Return what parts the cells of a text: as its first row has it, whose headings hold less than texts below."""
    first = text.lstrip("\r\n").partition("\n")[0]
    return next((mark for part in (first, text) for mark in "\t;," if mark in part), ",")


def _answer(asked: Mapping[str, Any], data: bytes) -> Answer:
    try:
        if asked["what"] == "cells":
            return Answer(_cells(data, asked["kind"]))
        if asked["what"] == "picture":
            return Answer(None, _drawn(data, asked["kind"], asked["page"]))
        return Answer(asdict(_bounded(_seen(data, asked["kind"]))))
    except Broken:
        raise
    except MemoryError:
        raise Broken("it takes too much memory") from None
    except Exception as error:  # noqa: BLE001 - whatever a library makes of a stranger's bytes, the file is not shown
        raise Broken(str(error) or type(error).__name__) from None


def _seen(data: bytes, kind: str) -> Look:
    if kind == "pdf":
        return _of_pdf(data)
    if kind in PICTURES:
        return Look(("",), (_picture(data).size,), 1)
    if kind in PLAIN:
        return _of_text(data, kind)
    return _of_office(data, kind)


def _of_pdf(data: bytes) -> Look:
    import pypdfium2

    with pypdfium2.PdfDocument(data) as document:
        count = len(document)
        pages = [document[n] for n in range(min(count, MOST_PAGES))]
        texts = tuple(_lines(page.get_textpage().get_text_bounded()) for page in pages)
        sizes = tuple((round(page.get_width()), round(page.get_height())) for page in pages)
        return Look(texts, sizes, count, is_cut=count > MOST_PAGES)


def _drawn(data: bytes, kind: str, page: int) -> bytes:
    out = BytesIO()
    image = _page(data, page) if kind == "pdf" else _picture(data)
    image.convert("RGB").save(out, "PNG")
    return out.getvalue()


def _page(data: bytes, page: int) -> Image:
    import pypdfium2

    with pypdfium2.PdfDocument(data) as document:
        if not 1 <= page <= min(len(document), MOST_PAGES):
            raise Broken("there is no such page")
        drawn = document[page - 1]
        image: Image = drawn.render(scale=min(WIDE / drawn.get_width(), HIGH / drawn.get_height())).to_pil()
        return image


def _picture(data: bytes) -> Image:
    import PIL.Image

    PIL.Image.MAX_IMAGE_PIXELS = WIDEST // 2  # twice as many are an error
    image = PIL.Image.open(BytesIO(data), formats=("PNG", "JPEG"))
    image.thumbnail((WIDE, HIGH))
    return image


def _of_text(data: bytes, kind: str) -> Look:
    text = data.decode("utf-8-sig", errors="replace")
    if kind != "csv":
        return Look(blocks=tuple(Paragraph(part, "") for part in _lines(text).split("\n\n") if part.strip()))
    try:
        dialect: Any = csv.Sniffer().sniff(text[:4096], ",;\t")
    except csv.Error:
        dialect = csv.excel
    rows = list(csv.reader(StringIO(text), dialect))
    return Look(blocks=(Table(tuple(map(tuple, rows[: MOST_PAGES * 3]))),), is_cut=len(rows) > MOST_PAGES * 3)


def _unpacks(data: bytes) -> None:
    """Raise Broken for what is no package, or too large a one."""
    try:
        with ZipFile(BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise Broken("it would unpack to too much")
    except BadZipFile:
        raise Broken("it is damaged") from None


def _of_office(data: bytes, kind: str) -> Look:
    _unpacks(data)
    if kind == "xlsx":
        from mix.web.documents.workbooks import read_workbook

        blocks, is_cut = read_workbook(data)
        return Look(blocks=tuple(blocks), is_cut=is_cut)
    import docx

    from mix.web.documents.final import read_final

    return Look(blocks=tuple(read_final(docx.Document(BytesIO(data)))[0]))


def _ended(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _lines(text: str) -> str:
    return _ended(text).strip()


def _bounded(seen: Look) -> Look:
    """Return as much as fits: the first letters of all, and say so."""
    left, pages, blocks, is_cut = MOST_LETTERS, [], [], seen.is_cut
    for text in seen.pages:
        pages.append(text[:left])
        is_cut |= len(text) > left
        left -= len(pages[-1])
    for block in seen.blocks:
        size = len(block.text) if isinstance(block, Paragraph) else sum(len(c) for row in block.rows for c in row)
        if size > left:
            is_cut = True
            break
        blocks.append(block)
        left -= size
    return replace(seen, pages=tuple(pages), blocks=tuple(blocks), is_cut=is_cut)


if __name__ == "__main__":
    answer(_answer)
