"""What a Word file says once its tracked changes are accepted: paragraphs and tables, and by name what is not taken.

Like `word`, of which it is the reading half, this knows nothing else of the program but `blocks`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.xmlchemy import BaseOxmlElement

from mix.web.documents.blocks import Block, Left, Paragraph, Table

MOST_SAID = 200  # letters of what is named as not taken
NO_LIST = "0"  # the number by which a paragraph leaves the list of its style
MOST_SPAN = 63  # columns of a table, as Word has them
_SPACES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc:",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m:",
}
_W = f"{{{next(iter(_SPACES))}}}"
_CHARACTERS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011", "softHyphen": "\u00ad"}
_KEPT = ("ins", "moveTo")
_GONE = ("del", "moveFrom")
_AROUND = (*_KEPT, "hyperlink", "smartTag", "customXml", "fldSimple", "dir", "bdo", "ruby", "rubyBase", "sdtContent")
_NOTES = {"footnoteReference": "footnote", "endnoteReference": "endnote", "commentReference": "comment"}
_DRAWN = ("drawing", "pict", "object")
# The signs of Word's own two fonts that stand in texts; every other sign of them is named as not taken.
_SYMBOLS = {
    "symbol": {
        0x6D: "µ", 0xA3: "≤", 0xA5: "∞", 0xAC: "←", 0xAE: "→", 0xB0: "°", 0xB1: "±", 0xB3: "≥", 0xB4: "×", 0xB7: "•",
        0xB9: "≠",
    },
    "wingdings": {
        0x4A: "☺", 0x6C: "●", 0x6E: "■", 0x6F: "☐", 0x71: "❑", 0x76: "❖", 0xA7: "▪", 0xA8: "☐", 0xD8: "➢", 0xDF: "←",
        0xE0: "→", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
    },
}  # fmt: skip


Element: TypeAlias = BaseOxmlElement


@dataclass
class Final:
    """Reads a file; afterwards it knows how many changes were tracked, by whom, and what was not taken."""

    styles: Mapping[str, str]
    notes: Mapping[tuple[str, str], str]
    numbering: frozenset[str] = frozenset()  # the styles that put a number or a sign before a paragraph
    changes: int = 0
    authors: list[str] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    _fields: list[bool] = field(default_factory=list)  # of each field that has begun: are we in its code?
    _boxes: list[Block] = field(default_factory=list)  # of the paragraph at hand
    _lists: list[str] = field(default_factory=list)  # that were named

    def blocks(self, parent: Element) -> list[Block]:
        """Return what stands in a body, a cell or a box, in order: what is in a box follows its paragraph."""
        found: list[Block] = []
        joined = ""  # of paragraphs whose end was deleted: their text goes on in the next
        for element in self._inside(parent, "p", "tbl"):
            if _name(element) == "tbl":
                found.append(self._table(element))
                continue
            outer, self._boxes = self._boxes, []
            before = self.changes
            joined += self._text(element)
            boxes, self._boxes = self._boxes, outer
            mark = element.find(f"{_W}pPr/{_W}rPr")
            tracked = [] if mark is None else [c for c in mark if _name(c) in (*_KEPT, *_GONE)]
            if tracked and before == self.changes:
                self._changed(tracked[0])
            if not any(_name(c) in _GONE for c in tracked):
                self._name_list(element, joined)
                found.append(Paragraph(joined, self._style(element)))
                joined = ""
            found += boxes
        return [*found, Paragraph(joined, "")] if joined else found

    def _style(self, paragraph: Element) -> str:
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        return "" if style is None else self.styles.get(style.get(f"{_W}val"), "")

    def _name_list(self, paragraph: Element, text: str) -> None:
        """Name a list once, by its first paragraph: Word counts what stands before each, and it is no text."""
        style, own = (paragraph.find(f"{_W}pPr/{_W}{name}") for name in ("pStyle", f"numPr/{_W}numId"))
        by_style = style is not None and style.get(f"{_W}val") in self.numbering
        number = own.get(f"{_W}val", NO_LIST) if own is not None else "by style" if by_style else NO_LIST
        is_heading = self._style(paragraph).casefold().startswith("heading")
        if number not in (NO_LIST, *self._lists) and text.strip() and not is_heading:
            self._lists.append(number)
            self.left.append(Left("list", text.strip()[:MOST_SAID]))

    def _inside(self, parent: Element, *names: str) -> Iterator[Element]:
        """Walk to the elements of these names, through what may stand around them."""
        for element in parent:
            name = _name(element)
            if name in names:
                yield element
            elif name in _GONE:
                self._changed(element)
            elif name == "altChunk":
                self.left.append(Left("embedded", ""))
            elif name in ("m:oMath", "m:oMathPara"):
                self._formula(element)
            else:
                if name in _KEPT:
                    self._changed(element)
                for inner in _around(element, name):
                    yield from self._inside(inner, *names)

    def _text(self, parent: Element) -> str:
        return "".join(self._piece(element, _name(element)) for element in parent)

    def _piece(self, element: Element, name: str) -> str:
        if name == "fldChar":
            return self._field(element)
        if any(self._fields):
            return "".join(map(self._text, [element] if name == "r" else _around(element, name)))
        if name == "t":
            return element.text or ""
        if name in _CHARACTERS:
            return _CHARACTERS[name]
        if name == "r":
            return self._run(element)
        if name in _GONE:
            self._changed(element)
            return ""
        if name in _KEPT:
            self._changed(element)
        if found := _around(element, name):
            return "".join(map(self._text, found))
        self._name_what_is_no_text(element, name)
        return self._symbol(element) if name == "sym" else ""

    def _run(self, run: Element) -> str:
        """Return the text of a run; what Word hides is named, and is no text."""
        text = self._text(run)
        hidden = run.find(f"{_W}rPr/{_W}vanish")
        if hidden is None or hidden.get(f"{_W}val") in ("0", "false", "off"):
            return text
        self.left += [Left("hidden", text[:MOST_SAID])] if text.strip() else []
        return ""

    def _field(self, mark: Element) -> str:
        """Follow a field: its code is no text, its result is. A box to tick has no result but its state."""
        kind = mark.get(f"{_W}fldCharType")
        if kind == "begin":
            self._fields.append(True)
            box = mark.find(f"{_W}ffData/{_W}checkBox")
            if box is not None and not any(self._fields[:-1]):
                states = [box.find(f"{_W}{name}") for name in ("checked", "default")]
                state = next((s for s in states if s is not None), None)
                return "☒" if state is not None and state.get(f"{_W}val") not in ("0", "false", "off") else "☐"
        elif kind == "separate" and self._fields:
            self._fields[-1] = False
        elif kind == "end" and self._fields:
            self._fields.pop()
        return ""

    def _symbol(self, element: Element) -> str:
        font, code = element.get(f"{_W}font", ""), int(element.get(f"{_W}char", "0"), 16)
        own = code & 0xFF if 0xF000 <= code <= 0xF0FF else 0
        found = _SYMBOLS.get(font.lower(), {}).get(own) if own else chr(code)
        if found is None:
            self.left.append(Left("symbol", f"{font} {code:04X}"))
        return found or "\ufffd"

    def _name_what_is_no_text(self, element: Element, name: str) -> None:
        if name in _NOTES:
            kind = _NOTES[name]
            self.left.append(Left(kind, self.notes.get((kind, element.get(f"{_W}id", "")), "")))
        elif name in _DRAWN:
            self._drawn(element)
        elif name in ("m:oMath", "m:oMathPara"):
            self._formula(element)

    def _drawn(self, element: Element) -> None:
        """Keep what boxes of text say; name a picture by its description."""
        boxes = list(element.iter(f"{_W}txbxContent"))
        for box in boxes:
            self._boxes += self.blocks(box)
        if not boxes and not any(e.get("{urn:schemas-microsoft-com:office:office}hr") for e in element):
            described = next((e for e in element.iter() if str(e.tag).endswith("}docPr")), None)
            said = "" if described is None else described.get("descr") or described.get("name") or ""
            self.left.append(Left("object" if _name(element) == "object" else "picture", said[:MOST_SAID]))

    def _formula(self, element: Element) -> None:
        said = "".join(e.text or "" for e in element.iter() if _name(e) == "m:t")
        self.left.append(Left("formula", said[:MOST_SAID]))

    def _table(self, table: Element) -> Table:
        rows: list[tuple[str, ...]] = []
        for row in self._inside(table, "tr"):
            gone = row.find(f"{_W}trPr/{_W}del")
            if gone is not None:
                self._changed(gone)
            else:
                rows.append(self._row(row, rows[-1] if rows else ()))
        return Table(tuple(rows))

    def _row(self, row: Element, above: tuple[str, ...]) -> tuple[str, ...]:
        """Return the texts of a row; what was merged stands in every place that it spans."""
        cells = [""] * _span(row.find(f"{_W}trPr/{_W}gridBefore"), least=0)
        for cell in self._inside(row, "tc"):
            gone = cell.find(f"{_W}tcPr/{_W}cellDel")
            if gone is not None:
                self._changed(gone)
                continue
            text, merged = self._cell(cell), cell.find(f"{_W}tcPr/{_W}vMerge")
            if merged is not None and merged.get(f"{_W}val") != "restart" and len(cells) < len(above):
                text = above[len(cells)]
            cells += [text] * _span(cell.find(f"{_W}tcPr/{_W}gridSpan"), least=1)
        return tuple(cells)

    def _cell(self, cell: Element) -> str:
        found = self.blocks(cell)
        self.left += [
            Left("table", " | ".join(row)[:MOST_SAID])
            for block in found
            if isinstance(block, Table)
            for row in block.rows
        ]
        return "\n".join(block.text for block in found if isinstance(block, Paragraph))

    def _changed(self, element: Element) -> None:
        """Count a tracked change; what was moved is one, though it stands in two places."""
        author = element.get(f"{_W}author", "")
        self.authors += [author] if author and author not in self.authors else []
        self.changes += _name(element) != "moveFrom"


def _name(element: Element) -> str:
    """Return the name of an element of Word's; empty for a comment, and for what is not Word's."""
    space, brace, name = str(element.tag).rpartition("}")
    prefix = _SPACES.get(space[1:]) if brace else None
    return "" if prefix is None else f"{prefix}{name}"


def _around(element: Element, name: str) -> list[Element]:
    """Return the elements in which the text stands that this one is put around; none where it is not such a one."""
    if name == "sdt":
        waits = element.find(f"{_W}sdtPr/{_W}showingPlcHdr") is not None  # its text is a hint, and nobody's
        return [] if waits else element.findall(f"{_W}sdtContent")
    if name == "mc:AlternateContent":
        return [e for e in element if _name(e) in ("mc:Choice", "mc:Fallback")][:1]
    return [element] if name in _AROUND else []


def _span(element: Element | None, *, least: int) -> int:
    value = "" if element is None else element.get(f"{_W}val", "")
    return min(max(int(value), least), MOST_SPAN) if value.isascii() and value.isdigit() else least


def notes_of(document: Document) -> dict[tuple[str, str], str]:
    """Return what footnotes, endnotes and comments say, by kind and number; of a comment, with who wrote it."""
    kinds = {"footnote": "FOOTNOTES", "endnote": "ENDNOTES", "comment": "COMMENTS"}
    types = {getattr(RELATIONSHIP_TYPE, name): kind for kind, name in kinds.items()}
    found = {}
    for relation in document.part.rels.values():
        kind = types.get(relation.reltype)
        if kind is None or relation.is_external:
            continue
        for note in parse_xml(relation.target_part.blob):
            text = "".join(e.text or "" for e in note.iter(f"{_W}t"))
            who = note.get(f"{_W}author", "") if kind == "comment" else ""
            found[kind, note.get(f"{_W}id", "")] = (f"{who}: {text}" if who else text).strip()[:MOST_SAID]
    return found


def read_final(document: Document) -> tuple[list[Block], Final]:
    """Read a document, and say what was found on the way."""
    styles = {style.style_id: style.name or "" for style in document.styles}
    numbering = frozenset(
        s.style_id for s in document.styles if s.element.find(f"{_W}pPr/{_W}numPr/{_W}numId") is not None
    )
    reader = Final(styles, notes_of(document), numbering)
    return reader.blocks(document.element.body), reader
