"""What a notice says beside the officer's own words, as it stands now or as it was published."""

from __future__ import annotations

from typing import Any

from mix.data.models import Solicitation, Step
from mix.readers.case.challenges import method_for, spec_of
from mix.readers.case.documents import latest_contents
from mix.rules.city.methods import Method
from mix.rules.city.sources import split
from mix.rules.core.fields import FieldSpec, Wording
from mix.rules.market.call_forms import CallForm
from mix.rules.market.notices import Section, notice_text, with_requirements


def list_sections(call: Solicitation) -> list[Section]:
    """List what documents say in a notice: as it was published, or as they say it now. All of it is public."""
    method = method_for(call.step.challenge)
    if call.published_at:
        return [Section(s["place"], _field(method, s["place"]), s["value"]) for s in call.sections]
    part = spec_of(call.step).solicitation
    contents = latest_contents(call.step.challenge) if part and part.notice else {}
    found = []
    for place in part.notice if part else ():
        step, field = split(place)
        value = contents.get(step, {}).get(field)
        if value not in (None, "", []):
            found.append(Section(place, _field(method, place), value))
    return found


def _field(method: Method, place: str) -> FieldSpec:
    step, field = split(place)
    return next(spec for spec in method.step(step).fields if spec.key == field)


def kept_sections(call: Solicitation) -> list[dict[str, Any]]:
    """Return what is kept of a notice's sections once it is published."""
    return [{"place": s.place, "value": s.value} for s in list_sections(call)]


def wording_of(call: Solicitation) -> Wording:
    """Return a whole notice in each language in which the officer wrote; its sections are as they were written."""
    sections = list_sections(call)
    texts = {code: notice_text(text, sections, language=code) for code, text in call.wording("body").texts.items()}
    return Wording.model_construct(set(texts), **texts)


def text_of(call: Solicitation) -> str:
    """Return a whole notice as one text, one language after the other."""
    return "\n\n".join(wording_of(call).texts.values())


def asking_requirements(step: Step, form: CallForm) -> CallForm:
    """Return the form of a step's call with a question about each requirement that a document before it states."""
    part = spec_of(step).solicitation
    if part is None or not part.requirements:
        return form
    key, field = split(part.requirements)
    rows = latest_contents(step.challenge).get(key, {}).get(field) or []
    scoring = (f"{e.step}.{part.requirements_scored_by}" for e in form.evaluations)
    return with_requirements(form, rows, scored_by=next(scoring, ""))
