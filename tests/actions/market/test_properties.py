"""Whom a file names in its properties, and whether it is encrypted; no bytes of a stranger break it."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mix.rules.market.sealed import Properties
from mix.vault.properties import MOST_ENTRY, properties_of


def packed(**entries: str | bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in entries.items():
            pack.writestr(name.replace("__", "/").replace("_", "."), content)
    return made.getvalue()


CORE = "<cp:coreProperties><dc:creator>{}</dc:creator><cp:lastModifiedBy>{}</cp:lastModifiedBy></cp:coreProperties>"


def pdf(*parts: bytes) -> bytes:
    return b"%PDF-1.7\n" + b"\n".join(parts) + b"\n%%EOF"


XMP = (
    b"<x:xmpmeta><dc:creator>\n <rdf:Seq><rdf:li xml:lang='x'>Nora &amp; S\xc3\xb8n</rdf:li></rdf:Seq>\n"
    b"</dc:creator></x:xmpmeta>"
)


@pytest.mark.parametrize(
    ("content", "authors"),
    [
        (packed(docProps__core_xml=CORE.format("Nora Berg", "Kim  Lau")), ("Nora Berg", "Kim Lau")),
        (packed(docProps__core_xml=CORE.format("Nora Berg", "Nora Berg")), ("Nora Berg",)),
        (packed(docProps__core_xml=CORE.format("python-docx", "")), ()),
        (packed(docProps__app_xml="<Properties><Company>Northlight</Company></Properties>"), ("Northlight",)),
        (packed(meta_xml="<meta:initial-creator>R&#233;mi</meta:initial-creator>"), ("R\xe9mi",)),
        (packed(docProps__core_xml=" " * MOST_ENTRY + CORE.format("Far", "Away")), ()),
        (packed(word__document_xml=CORE.format("In", "Text")), ()),
        (pdf(b"<< /Author (Nora Berg) /Title (Plan) >>"), ("Nora Berg",)),
        (pdf(b"<< /Author (N\\(1\\) \\351) >>"), ("N(1) \xe9",)),
        (pdf(b"<< /Author <FEFF004E00F8> >>"), ("N\xf8",)),
        (pdf(b"<< /Author (\xfe\xff\x00N\x00o) >>"), ("No",)),
        (pdf(XMP), ("Nora & S\xf8n",)),
        (b"\xff\xd8\xff\xe1" + XMP, ("Nora & S\xf8n",)),
        (b"Author: Nora", ()),
        (pdf(b"<< /Author (Unknown) >>"), ()),
    ],
)
def test_whom_a_file_names(content: bytes, authors: tuple[str, ...]) -> None:
    assert properties_of(content) == Properties(authors)


def test_an_encrypted_file_says_so() -> None:
    assert properties_of(pdf(b"trailer << /Encrypt 5 0 R >>")).is_encrypted


@given(st.sampled_from([b"", b"%PDF-", b"PK\x03\x04", b"\xff\xd8\xff"]), st.binary(max_size=400))
def test_no_bytes_break_it(head: bytes, rest: bytes) -> None:
    properties_of(head + rest)
    properties_of(head + b"/Author (" + rest + b")")


@given(st.binary(max_size=60), st.integers(0, 400))
def test_no_broken_pack_breaks_it(noise: bytes, at: int) -> None:
    whole = packed(docProps__core_xml=CORE.format("Nora Berg", "Kim Lau"))
    properties_of(whole[: at % len(whole)] + noise + whole[at % len(whole) :])
