"""Where the processor's time of the public list and of a finalised submission goes, as flames: an SVG of each.

The stack is looked at as the process's own time passes; what stands higher was called by what is below it, and the
width is its share. `python benchmarks/flames.py FOLDER` writes `list.svg` and `finalise.svg` there, and prints what
share of each was spent in MIX's own functions. On SQLite, where the database works in the same process.
"""

from __future__ import annotations

import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from types import FrameType

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

BIDDERS, WARMING, LISTS = 300, 20, 150
EVERY = 0.001  # seconds of CPU; the kernel may count in longer ones
WIDTH, ROW, LEAST, DEEPEST = 1200, 15, 0.004, 60  # pixels; the least share that is drawn, and how many calls high
COLOURS = {"mix": "#e8a33d", "django": "#7aa6c2", "": "#b9b9b9"}
Stack = tuple[str, ...]


def called(frame: FrameType) -> str:
    """Name a function by its module and itself; no name says where a program lies."""
    return f"{frame.f_globals.get('__name__', '?')}:{frame.f_code.co_name}"


@contextmanager
def sampling() -> Iterator[Counter[Stack]]:
    """Count the stacks of this thread, from the outermost call, while something is done."""
    found: Counter[Stack] = Counter()

    def look(_signal: int, frame: FrameType | None) -> None:
        stack: list[str] = []
        while frame is not None:
            stack.append(called(frame))
            frame = frame.f_back
        found[tuple(reversed(stack))] += 1

    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
    try:
        yield found
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def within(found: Counter[Stack], name: str) -> Counter[Stack]:
    """Return the stacks from a call on, those without it left out."""
    cut: Counter[Stack] = Counter()
    for stack, count in found.items():
        if name in stack:
            cut[stack[stack.index(name) :]] += count
    return cut


def drawn(found: Counter[Stack], title: str) -> str:
    """Draw stacks as an SVG: a bar for each call, wide by its share, on the one that called it."""
    whole, bars = found.total(), Counter[Stack]()
    for stack, count in found.items():
        for depth in range(1, min(len(stack), DEEPEST) + 1):
            bars[stack[:depth]] += count
    kept = {stack: count for stack, count in bars.items() if count / whole >= LEAST}
    height = (max(map(len, kept)) + 2) * ROW
    box = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="monospace" font-size="10"'
    said = escape(title)
    lines = [f'<svg {box}><title>{said}</title><text x="4" y="11">{said}: {whole} samples</text>']
    starts: dict[Stack, float] = {(): 0.0}
    for stack in sorted(kept):
        left, wide = starts[stack[:-1]], WIDTH * kept[stack] / whole
        starts[stack[:-1]], starts[stack] = left + wide, left
        name, top = stack[-1], height - len(stack) * ROW
        short = name.rpartition(".")[2] if len(name) * 6 > wide else name
        text = short[: int(wide // 6)] if wide > 24 else ""
        lines.append(
            f'<g><title>{escape(name)} {kept[stack] / whole:.1%}</title><rect x="{left:.1f}" y="{top}" '
            f'width="{max(wide - 0.5, 0.5):.1f}" height="{ROW - 1}" fill="{colour(name)}"/>'
            + (f'<text x="{left + 2:.1f}" y="{top + 11}">{escape(text)}</text>' if text else "")
            + "</g>"
        )
    return "\n".join([*lines, "</svg>\n"])


def colour(name: str) -> str:
    """Return the colour of the program that a function belongs to."""
    return COLOURS.get(name.partition(".")[0], COLOURS[""])


def main() -> None:
    """Write both."""
    from finalise_parts import checked_forms, posting

    from tests.lab import world

    into = Path(sys.argv[1] if len(sys.argv) > 1 else Path(tempfile.gettempdir(), "mix-flames"))
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mix-bench-") as folder:
        world.prepare(Path(folder))
        bidders = world.build(BIDDERS + WARMING)
        from django.conf import settings
        from django.db import connection
        from django.test import Client

        from mix.data.wall import close_by_default

        settings.ALLOWED_HOSTS, settings.PAGE_CACHE = ["*"], 0
        connection.close()
        close_by_default()
        client = Client(enforce_csrf_checks=True)
        forms = checked_forms(client, bidders)
        post = posting(client)

        def read_list() -> None:
            client.cookies.clear()
            client.get("/en/challenges/")

        todo: list[tuple[str, list[Callable[[], object]]]] = [
            ("list", [read_list] * (WARMING + LISTS)),
            ("finalise", [lambda pair=pair: post(*pair) for pair in forms]),  # type: ignore[misc]  # a lambda with a default has no type
        ]
        for name, asks in todo:
            for ask in asks[:WARMING]:
                ask()
            with sampling() as found:
                for ask in asks[WARMING:]:
                    ask()
            flames = within(found, "django.core.handlers.base:get_response")
            own = sum(count for stack, count in flames.items() if stack[-1].startswith("mix.")) / flames.total()
            into.joinpath(f"{name}.svg").write_text(drawn(flames, f"/{name}"), encoding="utf-8")
            print(f"{name}: {flames.total()} samples, {own:.0%} in MIX's own functions", flush=True)
        connection.close()


if __name__ == "__main__":
    main()
