"""Column shapes that several tables share: stable codes, money in cents, owned rows."""

import secrets
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from django.db import models

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that can be misread aloud


def new_code(length: int = 8) -> str:
    """Return a random public code without letters that are misread."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def choice(values: type[StrEnum], **options: Any) -> "models.CharField[str, str]":  # noqa: ANN401 - Django's own options
    """Return a column for one member of an enum, kept as its stable code."""
    pairs = [(str(value), str(value)) for value in values]
    return models.CharField(max_length=40, choices=pairs, **options)


def money(**options: Any) -> "models.BigIntegerField[Any, Any]":  # noqa: ANN401 - Django's own options
    """Return a column for an amount in cents (CAD)."""
    return models.BigIntegerField(**options)


def one_of(field: str, values: type[StrEnum] | Iterable[str]) -> models.CheckConstraint:
    """Return the constraint that a choice column holds one of its codes."""
    return models.CheckConstraint(
        name=f"%(app_label)s_%(class)s_{field}", condition=models.Q(**{f"{field}__in": [str(v) for v in values]})
    )
