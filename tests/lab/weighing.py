"""What a tree of processes weighs: each one's proportional share (PSS), so that what they share counts once."""

from __future__ import annotations

import re
from pathlib import Path


def tree(root: int) -> list[int]:
    """List a process and all that it has begun."""
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found, todo = [], [root]
    while todo:
        found.append(todo.pop())
        todo += parents.get(found[-1], [])
    return found


def weight(pid: int) -> int:
    """Return the proportional share of a process, in kB."""
    try:
        said = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return int(re.findall(r"^Pss:\s+(\d+)", said, re.MULTILINE)[0])
