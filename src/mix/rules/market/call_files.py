"""A file that a call asks for as an answer: a change of its form, which makes the next one or refuses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from mix.rules.core.fields import MAX_FILES, FieldSpec, FieldType, Wording
from mix.rules.core.file_kinds import FileKind
from mix.rules.core.unmet import require
from mix.rules.core.versioned import Form
from mix.rules.market.call_forms import AskedQuestion, CallForm, Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class AskFile(Form):
    """Ask for files: a new question after what the panel reads, or one that was added (`question`).

    `kinds` are those that are taken, all where none is named; `most_files` is how many at most.
    """

    change: Literal["ask_file"] = "ask_file"
    question: str = ""
    title: Wording
    hint: Wording | None = None
    kinds: tuple[FileKind, ...] = ()
    most_files: int = 1
    required: bool = True
    scored_by: tuple[str, ...] = ()
    group: str = ""

    def apply(self, form: CallForm) -> CallForm:
        """Return the form with the question."""
        require(1 <= self.most_files <= MAX_FILES, "files_out_of_bounds", field="most_files", most=str(MAX_FILES))
        update = {
            "title": self.title,
            "hint": self.hint,
            "kinds": tuple(kind for kind in FileKind if kind in self.kinds),
            "most_files": self.most_files,
            "required": self.required,
        }
        scored_by = form.known(self.scored_by)
        if self.question:
            before = form.question(self.question)
            require(before.field.type is FieldType.FILE and before.origin is Origin.ADDED, "question_unknown")
            changed = before.field.model_copy(update=update)
            return form.with_question(replace(before, field=changed, scored_by=scored_by))
        group = form.group(self.group) if self.group else None
        field = FieldSpec.model_validate({"key": form.new_key("f"), "type": FieldType.FILE, "group": group, **update})
        return form.adding(AskedQuestion(field, Origin.ADDED, scored_by))
