"""JSON that several modules read: a frozen model with a version, which alone knows the keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import AwareDatetime, ConfigDict, PlainSerializer, TypeAdapter, ValidationError

from mix.rules.core.chain import written

Instant = Annotated[AwareDatetime, PlainSerializer(lambda at: at.astimezone(UTC).isoformat())]  # written in UTC


class FormUnknown(ValueError):
    """Something is not of a version and shape that this program knows: of which form, and the first place."""

    def __init__(self, form: str, place: str) -> None:
        super().__init__(f"{form}: {place or 'not as it is written'}")
        self.form = form
        self.place = place


@dataclass(frozen=True, slots=True)
class Form:
    """A part of a document: its fields are the keys, each of them and no other."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)


F = TypeVar("F", bound=Form)


@dataclass(frozen=True, slots=True)
class Versioned(Form):
    """A whole document. `HEAD` is what each of its form begins with; its version counts up when the form changes."""

    HEAD: ClassVar[Mapping[str, str | int]] = {"version": 1}

    @classmethod
    def read(cls, data: object) -> Self:
        """Return what `write` wrote. Raises FormUnknown for all that `write` would not have written."""
        if not isinstance(data, dict):
            raise FormUnknown(cls.__name__, "is no document")
        for key, value in cls.HEAD.items():
            if data.get(key) != value:
                raise FormUnknown(cls.__name__, key)
        found = read_form(cls, {key: value for key, value in data.items() if key not in cls.HEAD})
        if written(found.write()) != written(data):
            raise FormUnknown(cls.__name__, "")
        return found

    def write(self) -> dict[str, Any]:
        """Return the document as JSON."""
        return {**self.HEAD, **_adapter(type(self)).dump_python(self, mode="json")}


def read_form(form: type[F], data: Mapping[str, object]) -> F:
    """Return a form of JSON whose keys and types are those of its fields. Raises FormUnknown."""
    try:
        found: F = _adapter(form).validate_json(json.dumps(data))
    except ValidationError as error:
        raise FormUnknown(form.__name__, ".".join(str(part) for part in error.errors()[0]["loc"])) from None
    except (TypeError, ValueError, RecursionError):
        raise FormUnknown(form.__name__, "is not JSON") from None
    return found


_ADAPTERS: dict[type[Form], TypeAdapter[Any]] = {}


def _adapter(form: type[Form]) -> TypeAdapter[Any]:
    if form not in _ADAPTERS:
        _ADAPTERS[form] = TypeAdapter(form)
    return _ADAPTERS[form]
