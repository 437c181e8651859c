"""The clause library, read from the catalogue once per process."""

from functools import lru_cache

from mix.readers.core.catalogue import CATALOGUE
from mix.rules.core.catalogue import decode, load
from mix.rules.delivery.clauses import LibraryClause


@lru_cache(maxsize=1)
def list_library() -> tuple[LibraryClause, ...]:
    """List every clause of the library, in its order."""
    rows = []
    for path in sorted(CATALOGUE.joinpath("clauses").glob("*.yaml")):
        rows += load(decode(path.read_bytes()))[0]["clauses"]
    return tuple(LibraryClause.model_validate(row) for row in rows)
