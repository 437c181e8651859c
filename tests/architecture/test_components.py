"""The page of components: every shape stands on it as it is called, and is drawn with a picture."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHAPES = (ROOT / "src/mix/web/templates/parts/shapes.html").read_text(encoding="utf-8")
SIGNATURES = re.findall(r"\{% macro (\w+\(.*?\)) -?%\}", SHAPES)
PAGE = (ROOT / "docs/components.md").read_text(encoding="utf-8")
DRAWN = (ROOT / "docs/components.html").read_text(encoding="utf-8")


def test_every_shape_stands_on_the_page_as_it_is_called() -> None:
    assert len(SIGNATURES) > 10
    assert sorted(re.findall(r"^- `(.+)`$", PAGE, re.MULTILINE)) == sorted(SIGNATURES)


def test_every_shape_is_drawn() -> None:
    named = {signature.split("(")[0] for signature in SIGNATURES}
    assert set(re.findall(r"\bshape\.(\w+)\(", DRAWN)) == named


def test_every_section_that_is_drawn_is_a_picture_of_the_page() -> None:
    pictures = [f"component-{name}.png" for name in re.findall(r'<section class="rule" id="(\w+)">', DRAWN)]
    assert re.findall(r"\]\(pictures/(.+)\)$", PAGE, re.MULTILINE) == pictures
    assert sorted(p.name for p in (ROOT / "docs/pictures").glob("component-*.png")) == sorted(pictures)
