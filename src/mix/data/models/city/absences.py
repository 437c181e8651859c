"""Who of a city's staff is away for a duty, from when to when, and who stands in."""

from django.db import models

from mix.data.models.city.municipalities import Municipality
from mix.data.models.city.people import Person
from mix.data.models.core.columns import choice, one_of
from mix.data.models.core.kept import Kept
from mix.rules.core.absences import DeputyAnswer
from mix.rules.core.access import Role


class Absence(Kept):
    """Days, of the city's clock and both included, on which somebody is away for a duty, and who is asked to stand in.

    The deputy stands in only once they accepted. One that was ended early or withdrawn stays, with who ended it.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="absences")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="absences")
    role = choice(Role)
    deputy = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="stands_in")
    answer = choice(DeputyAnswer, default=DeputyAnswer.ASKED.value)
    answered_at = models.DateTimeField(null=True)
    first_on = models.DateField()
    last_on = models.DateField()
    entered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    ended_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="absence_in_order", condition=models.Q(first_on__lte=models.F("last_on"))),
            models.CheckConstraint(name="absence_deputy_another", condition=~models.Q(deputy=models.F("person"))),
            models.CheckConstraint(
                name="absence_ended_by_somebody",
                condition=models.Q(ended_by=None, ended_at=None)
                | models.Q(ended_by__isnull=False, ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="absence_answered_once_asked",
                condition=models.Q(answer=DeputyAnswer.ASKED.value, answered_at=None)
                | ~models.Q(answer=DeputyAnswer.ASKED.value) & models.Q(answered_at__isnull=False),
            ),
            one_of("role", Role),
            one_of("answer", DeputyAnswer),
        ]
