"""The one way from allauth's pages, which are Django's templates, into the frame, which is Jinja2's."""

from __future__ import annotations

from django.template import Context, Library, Node, NodeList, engines
from django.template.base import Parser, Token

register = Library()


class Framed(Node):
    """A page of allauth: its title, then what stands in the frame."""

    child_nodelists = ("title", "main")

    def __init__(self, title: NodeList, main: NodeList) -> None:
        self.title, self.main = title, main

    def render(self, context: Context) -> str:
        """Draw the frame around both."""
        parts = {"title": self.title.render(context), "main": self.main.render(context)}
        return engines["jinja2"].get_template("parts/framed.html").render(parts, context.get("request"))


@register.tag
def framed(parser: Parser, _token: Token) -> Framed:
    """Read `{% framed %}title{% frame %}main{% endframed %}`."""
    title = parser.parse(("frame",))
    parser.delete_first_token()
    main = parser.parse(("endframed",))
    parser.delete_first_token()
    return Framed(title, main)
