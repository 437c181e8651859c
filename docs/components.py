"""Draw the page of components by the templates' own environment: `python docs/components.py FILE`."""

import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import django
from django.template import engines

DOCS = Path(__file__).resolve().parent
STATIC = DOCS.parent / "src/mix/web/static"


def drawn() -> str:
    """Return the page. What it shows is made up here: no database is asked."""
    from mix.data.models import Challenge, Municipality  # they need Django's setup
    from mix.web.drawing.cards import BarContext, Card
    from mix.web.drawing.pages import draw_for_all
    from mix.web.drawing.paging import Pager
    from mix.web.drawing.stagebar import StageBar, StageColumn, StepCell

    stages = [
        ("Understand", "done", ["d", "d", "d"]),
        ("Prepare", "waits for the treasurer since 12 January", ["d", "w", "n"]),
        ("Choose", "", ["", "", ""]),
        ("Try", "not on the public record", ["u", "u"]),
    ]
    columns = [
        StageColumn(
            number=number,
            title=title,
            state=state,
            is_now="w" in marks,
            cells=[StepCell(f"s{n}", f"Step {n}", mark, "", is_here=False) for n, mark in enumerate(marks)],
        )
        for number, (title, state, marks) in enumerate(stages, start=1)
    ]
    bar = StageBar(columns, "Stage 2 of 4: Prepare. Waits for the treasurer.")
    cities = [Municipality(name=name) for name in ("Guelph", "Barrie")]
    titles = (("Find leaks before they are seen", True), ("Roads that report themselves", False))
    challenges = [Challenge(title=title, is_fictional=is_fictional) for title, is_fictional in titles]
    drawn_bar = draw_for_all("parts/_mini_bar.html", BarContext(bar))
    context = {
        "style": (STATIC / "mix.css").read_text(encoding="utf-8").replace("fonts/", f"{STATIC.as_uri()}/fonts/"),
        "person": SimpleNamespace(name="Priya Raman"),
        "moment": datetime(2027, 1, 14, 19, 0, tzinfo=UTC),
        "bar": bar,
        "cards": [Card(challenge, cities, drawn_bar) for challenge in challenges],
        "pagers": [Pager(4, 7, 131, "?page=3", "?page=5"), Pager(1, 1, 4, "", "")],
    }
    return str(engines["jinja2"].from_string((DOCS / "components.html").read_text(encoding="utf-8")).render(context))


def main() -> None:
    """Write the page into the file that is named."""
    with tempfile.TemporaryDirectory(prefix="mix-components-") as folder:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "mix.config.settings", "MIX_DATA_DIR": folder, "MIX_DEMO": "1"}
        django.setup()
        Path(sys.argv[1]).write_text(drawn(), encoding="utf-8")


if __name__ == "__main__":
    main()
