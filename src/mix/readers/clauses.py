"""The clause library, read from the catalogue once per process."""

from functools import lru_cache
from pathlib import Path

import yaml
from django.conf import settings

from mix.rules.clauses import LibraryClause


@lru_cache(maxsize=1)
def list_library() -> tuple[LibraryClause, ...]:
    """List every clause of the library, in its order."""
    rows = []
    for path in sorted(Path(settings.CATALOGUE, "clauses").glob("*.yaml")):
        rows += yaml.safe_load(path.read_text(encoding="utf-8"))["clauses"]
    return tuple(LibraryClause.model_validate(row) for row in rows)
