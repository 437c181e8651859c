"""Word files of strangers, read and filled in a process of its own (`apart`).

This module knows nothing else of the program but how Word writes, so that the process begins at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from html import escape
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

import docx
from docx.document import Document
from docx.opc.exceptions import OpcError
from docxtpl import DocxTemplate
from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml.etree import LxmlError

from mix.web.documents.apart import Answer, Broken, answer, ask
from mix.web.documents.blocks import Block, Left, as_block
from mix.web.documents.final import read_final

_BROKEN = (
    OpcError,
    BadZipFile,
    LxmlError,
    LookupError,
    ValueError,
    AttributeError,
    TypeError,
    ArithmeticError,
    OSError,
)


@dataclass(frozen=True, slots=True)
class Outline:
    """What is read of a file: the mark in its properties, paragraphs and tables in order, and what is not taken.

    Of tracked changes it says how many were taken as accepted, and who made them.
    """

    mark: str
    blocks: tuple[Block, ...]
    left: tuple[Left, ...] = ()
    changes: int = 0
    authors: tuple[str, ...] = ()


class _Sandbox(ImmutableSandboxedEnvironment):
    """Templates may show and repeat what they are given, and nothing else: no functions, no arithmetic of texts."""

    intercepted_binops = frozenset(["*", "**", "%", "+"])

    def __init__(self) -> None:
        super().__init__(autoescape=True)
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in ("upper", "lower", "title", "default", "length", "first")}

    def call_binop(self, _context: Any, operator: str, _left: Any, _right: Any) -> Any:  # noqa: ANN401 - the library's
        raise TemplateError(f"{operator} is not for templates")

    def is_safe_callable(self, _obj: object) -> bool:
        return False


class _Shown(str):
    """A text for a template: what the library itself would take for an instruction stays what somebody wrote."""

    __slots__ = ()

    def __html__(self) -> str:
        return escape(self).replace("{_", "{&#95;").replace("_}", "&#95;}").replace("%_", "%&#95;")


def _shown(value: Any) -> Any:  # noqa: ANN401 - JSON in, JSON out
    if isinstance(value, str):
        return _Shown(value)
    if isinstance(value, Mapping):
        return {key: _shown(inner) for key, inner in value.items()}
    return [_shown(inner) for inner in value]


def timeless(made: Document | DocxTemplate) -> bytes:
    """Return the file's bytes, without the hour at which they were packed: same answers, same bytes."""
    packed, out = BytesIO(), BytesIO()
    made.save(packed)
    with ZipFile(packed) as parts, ZipFile(out, "w", ZIP_DEFLATED) as kept:
        for part in parts.infolist():
            kept.writestr(ZipInfo(part.filename), parts.read(part), ZIP_DEFLATED)
    return out.getvalue()


def fill(template: bytes, context: Mapping[str, Any]) -> bytes:
    """Fill a template; texts may have lines. `mark` goes into the file's properties. Raises Broken."""
    made = DocxTemplate(BytesIO(template))
    try:
        made.render(_shown(context), jinja_env=_Sandbox(), autoescape=True)
        made.docx.core_properties.identifier = context.get("mark", "")
        made.docx.core_properties.title = context["title"]
        return timeless(made)
    except (TemplateError, *_BROKEN) as error:
        raise Broken(str(error)) from None


def names_in(template: bytes) -> list[str]:
    """List the names that a template asks for. Raises Broken."""
    try:
        return sorted(DocxTemplate(BytesIO(template)).get_undeclared_template_variables(_Sandbox()))
    except (TemplateError, *_BROKEN) as error:
        raise Broken(str(error)) from None


def outline(data: bytes) -> Outline:
    """Read what a file says, in order. Raises Broken."""
    try:
        document = docx.Document(BytesIO(data))
        blocks, found = read_final(document)
        mark = document.core_properties.identifier or ""
        return Outline(mark, tuple(blocks), tuple(found.left), found.changes, tuple(found.authors))
    except _BROKEN as error:
        raise Broken(str(error)) from None


def fill_apart(template: bytes, context: Mapping[str, Any]) -> bytes:
    """Fill a stranger's template in a process of its own. Raises Broken and TooMuch."""
    return ask(__name__, {"what": "fill", "context": dict(context)}, template).data


def names_apart(template: bytes) -> list[str]:
    """List the names that a stranger's template asks for. Raises Broken and TooMuch."""
    return list(ask(__name__, {"what": "names"}, template).said)


def outline_apart(data: bytes) -> Outline:
    """Read a stranger's file in a process of its own. Raises Broken and TooMuch."""
    said = ask(__name__, {"what": "outline"}, data).said
    return Outline(
        said["mark"],
        tuple(as_block(b) for b in said["blocks"]),
        tuple(Left(**one) for one in said["left"]),
        said["changes"],
        tuple(said["authors"]),
    )


def _answer(asked: Mapping[str, Any], data: bytes) -> Answer:
    if asked["what"] == "fill":
        return Answer(None, fill(data, asked["context"]))
    return Answer(names_in(data) if asked["what"] == "names" else asdict(outline(data)))


if __name__ == "__main__":
    answer(_answer)
