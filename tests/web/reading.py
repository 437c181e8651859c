"""What tests read on a page, since Jinja2 hands no context to them."""

import re
from html import unescape

KINDS = {"ins": "new", "del": "gone", "": "same"}
PIECE = re.compile(r'<(ins|del)><span class="vh">[^<]*</span>([^<]*)</\1>|([^<]+)')

FORM = re.compile(r'(<div class="apart">\s*)?<form\b([^>]*)>(.*?)</form>', re.DOTALL)
HIDDEN = re.compile(r'class="[^"]*\bapart\b')
TYPED = re.compile(r'<textarea|<input\b(?![^>]*type="(?:hidden|file|checkbox|radio|submit|button)")')


def drops_letters(page: str) -> bool:
    """Say whether somebody without script may type into a form, and press the button of another that drops it."""
    _head, _tag, main = page.partition("<main")
    stand = [(tag, body) for apart, tag, body in FORM.findall(main) if not apart and not HIDDEN.search(tag)]
    return len(stand) > 1 and any('method="post"' in tag and TYPED.search(body) for tag, body in stand)


def compared(page: str) -> list[tuple[str, str]]:
    """Return the pieces of the first text that a page compares: kind and words."""
    _before, _tag, after = page.partition('<p class="diff diff--text">')
    text, end, _rest = after.partition("</p>")
    assert end, "the page compares no text"
    return [(KINDS[kind], unescape(changed or same)) for kind, changed, same in PIECE.findall(text)]


def entered(page: str, name: str) -> str:
    """Return what stands in an input."""
    found = [tag for tag in re.findall(r"<input\s[^>]*>", page) if f'name="{name}"' in tag]
    assert len(found) == 1, f"{len(found)} inputs are called {name}"
    value = re.search(r'\svalue="([^"]*)"', found[0])
    assert value, found[0]
    return unescape(value[1])


def finalising_form(page: str) -> dict[str, str]:
    """Return what the form sends that finalises what stands on a page."""
    files = re.search(r'name="codes" value="([^"]*)"', page)
    names = re.search(r'name="beside" value="([^"]*)"', page)
    found = {"codes": files, "beside": names}
    seen = {name: match[1] if match else "" for name, match in found.items()}
    seen |= {name: entered(page, name) for name in ("retry", "draft")}
    return {"act": "finalise", "bind": "on", **seen}
