"""What strangers write to be shown or read: Markdown with scripts in it, and a Word file that reaches outside."""

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from mix.web.documents.docx import plain_template
from mix.web.documents.word import outline
from mix.web.drawing.markdown import to_html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>\n"),
        ("[a](data:text/html;base64,PHNjcmlwdD4=)", "<p>[a](data:text/html;base64,PHNjcmlwdD4=)</p>\n"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("![a](https://x.ca/a.png)", "<p></p>\n"),
        (
            "[a](https://x.ca/?q=é b)".replace(" ", "%20"),
            '<p><a href="https://x.ca/?q=%C3%A9%20b" rel="nofollow noopener">a</a></p>\n',
        ),
        (
            '[a](https://x.ca "t\\" onclick=x")',
            '<p><a href="https://x.ca" title="t&quot; onclick=x" rel="nofollow noopener">a</a></p>\n',
        ),
    ],
)
def test_what_is_written_as_markdown_carries_text_alone(text: str, html: str) -> None:
    assert to_html(text) == html


def test_a_word_file_brings_nothing_in_from_outside(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret of the server")
    declared = f'<!DOCTYPE w:document [<!ENTITY out SYSTEM "{secret.as_uri()}">]>'
    out = BytesIO()
    with ZipFile(BytesIO(plain_template())) as template, ZipFile(out, "w") as made:
        for part in template.infolist():
            text = template.read(part)
            if part.filename == "word/document.xml":
                text = text.replace(b"?>", b"?>" + declared.encode(), 1).replace(b"{{ title }}", b"&out;")
                assert declared.encode() in text
                assert b"&out;" in text
            made.writestr(part, text)
    assert "secret" not in repr(outline(out.getvalue()))
