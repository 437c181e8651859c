"""Where on a page stands what a refusal asks for: the one place that makes anchors."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms

from mix.rules.core.unmet import Unmet


def anchor(unmet: Unmet, drawn: Iterable[forms.BaseForm] = ()) -> str:
    """Return the id to link to, or "": the field in a form that is drawn, else as a document draws it, else a place."""
    for form in drawn:
        if unmet.field in form.fields:
            return place_of(form[unmet.field])
    return f"f-{unmet.field}" if unmet.field else unmet.place


def place_of(field: forms.BoundField) -> str:
    """Return the id to link to for a field that is drawn; of radio buttons and the like the first."""
    return field.id_for_label or f"{field.auto_id}_0"
