"""Word files of strangers, read and filled in a process of its own: it has little memory, little time, and ends.

This module knows nothing else of the program but how Word writes, so that the process begins at once. What it is
asked, and what it answers, is JSON on its standard input and output.
"""

from __future__ import annotations

import base64
import json
import os
import resource
import subprocess
import sys
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

from mix.web.documents.blocks import Block, Left, Paragraph, Table
from mix.web.documents.final import read_final

MOST_MEMORY = 512 * 2**20
MOST_SECONDS = 5  # of the processor
MOST_WAIT = 30  # seconds: with a busy machine in mind
MOST_ANSWER = 60 * 2**20
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


class Broken(Exception):
    """A file that cannot be read, or a template that cannot be filled; says why, in the library's words."""


class TooMuch(Broken):
    """A file that took more memory or time than one may."""


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
    return base64.b64decode(_ask("fill", template, dict(context)))


def names_apart(template: bytes) -> list[str]:
    """List the names that a stranger's template asks for. Raises Broken and TooMuch."""
    return list(_ask("names", template, {}))


def outline_apart(data: bytes) -> Outline:
    """Read a stranger's file in a process of its own. Raises Broken and TooMuch."""
    said = _ask("outline", data, {})
    return Outline(
        said["mark"],
        tuple(Table(tuple(map(tuple, b["rows"]))) if "rows" in b else Paragraph(**b) for b in said["blocks"]),
        tuple(Left(**one) for one in said["left"]),
        said["changes"],
        tuple(said["authors"]),
    )


def _ask(what: str, data: bytes, context: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    asked = json.dumps({"what": what, "data": base64.b64encode(data).decode(), "context": context})
    command = [sys.executable, "-m", __name__]
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, input=asked.encode(), capture_output=True, timeout=MOST_WAIT, check=False, env=_surroundings()
        )
    except subprocess.TimeoutExpired:
        raise TooMuch("it takes too long") from None
    if done.returncode != 0 or len(done.stdout) > MOST_ANSWER:
        raise TooMuch("it takes too much time or memory")
    answer = json.loads(done.stdout)
    if "broken" in answer:
        raise Broken(answer["broken"])
    return answer["said"]


def _surroundings() -> dict[str, str]:
    """Return the environment without the secrets of this program."""
    return {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG") if name in os.environ}


def _answer(what: str, data: bytes, context: Mapping[str, Any]) -> object:
    if what == "fill":
        return base64.b64encode(fill(data, context)).decode()
    if what == "names":
        return names_in(data)
    return asdict(outline(data))


def main() -> None:
    """Answer one question within the limits; end without a word beyond them."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    asked = json.load(sys.stdin)
    try:
        said = {"said": _answer(asked["what"], base64.b64decode(asked["data"]), asked["context"])}
    except Broken as error:
        said = {"broken": str(error)}
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
