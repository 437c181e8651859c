"""With which form a call begins where its challenge began from another."""

from __future__ import annotations

from mix.data.models import Solicitation, Step
from mix.readers.case.copying import is_of_city
from mix.readers.market.notices import asking_requirements
from mix.readers.market.solicitations import form_of, method_form, scorings_of_method
from mix.rules.market.call_forms import CallForm
from mix.rules.market.copying import begun_from


def find_form_begun_from(step: Step) -> CallForm | None:
    """Return the form with which the call of a step begins; None where that is the method's own.

    It is that of the latest call of the same step in the challenge from which this one began; of another city's, of one
    that was published.
    """
    challenge = step.challenge
    if challenge.begun_from_id is None:
        return None
    rows = Solicitation.objects.filter(step__challenge=challenge.begun_from_id, step__key=step.key)
    rows = rows.select_related("step__challenge__municipality", "step__challenge__method")
    found = rows.order_by("-round").first()
    if found and not is_of_city(found.step.challenge, challenge.municipality):
        found = rows.filter(published_at__isnull=False).order_by("-round").first()
    if found is None:
        return None
    own = method_form(step)
    begun = begun_from(form_of(found), own, scorings_of_method(step))
    return None if begun == own else begun


def is_as_begun(call: Solicitation) -> bool:
    """Say whether the form of a call is as it began, from another challenge, and nobody has changed it since."""
    form = find_form_begun_from(call.step)
    return form is not None and call.fitted == asking_requirements(call.step, form)
