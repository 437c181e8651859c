"""Files beside the questions that they answer: what a page calls each, and where it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from mix.readers.market.sealing import FileFact
from mix.web.documents.specs import Answer, Attached


def with_attached(
    answers: Iterable[Answer], files: Sequence[FileFact], *, drawn: Callable[[int, FileFact], tuple[str, str]]
) -> list[Answer]:
    """Name the files that answer a question; `drawn` makes of a file's number among all its title and its address.

    Which file answers what is sealed with the answers, by its SHA-256.
    """
    numbered = [(n, fact) for n, fact in enumerate(files, start=1)]

    def named(answer: Answer) -> tuple[Attached, ...]:
        found = ((n, fact) for n, fact in numbered if fact.sha256 and fact.sha256 in answer.hashes)
        return tuple(Attached(*drawn(n, fact), fact.size) for n, fact in found)

    return [replace(a, files=named(a)) if a.hashes else a for a in answers]
