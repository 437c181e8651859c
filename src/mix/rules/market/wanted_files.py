"""Files that a call asks for: which question a file answers, and what keeps one from being taken for it."""

from __future__ import annotations

from collections.abc import Sequence

from mix.rules.core.fields import FieldSpec, FieldType
from mix.rules.core.file_kinds import endings
from mix.rules.core.unmet import Refused, Unmet, refuse_if


def wanted(specs: Sequence[FieldSpec]) -> tuple[FieldSpec, ...]:
    """Return the questions that are answered by files."""
    return tuple(spec for spec in specs if spec.type is FieldType.FILE)


def find_wanted(specs: Sequence[FieldSpec], question: str) -> FieldSpec:
    """Return the question that is answered by files of this key. Refuses a key that is none."""
    found = next((spec for spec in wanted(specs) if spec.key == question), None)
    if found is None:
        raise Refused(Unmet("question_unknown", field="file"))
    return found


def check_fits(spec: FieldSpec, *, name: str, there: int) -> None:
    """Refuse a file of another kind than is asked for, and one more than may answer; `there` are those that do."""
    kinds = endings(spec.kinds)
    wrong = []
    if name.rpartition(".")[2].lower() not in kinds:
        wrong.append(Unmet("file_not_of_kind", {"name": name, "kinds": ", ".join(kinds)}, field="file"))
    if there >= spec.most_files:
        wrong.append(Unmet("files_enough", {"most": str(spec.most_files)}, field="file"))
    refuse_if(wrong)
