"""Markdown to HTML that cannot carry anything but text."""

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table")
_TAGS = {
    "p",
    "ul",
    "ol",
    "li",
    "strong",
    "em",
    "a",
    "code",
    "pre",
    "blockquote",
    "h3",
    "h4",
    "br",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}


def to_html(text: str) -> SafeString:
    """Render Markdown; raw HTML, images and scripts are dropped, links get rel=nofollow."""
    return mark_safe(
        nh3.clean(_PARSER.render(text), tags=_TAGS, attributes={"a": {"href"}}, link_rel="nofollow noopener")
    )
