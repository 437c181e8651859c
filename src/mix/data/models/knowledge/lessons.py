"""What is kept so that the next city knows more: lessons, hours, and facts of cases from before."""

from django.db import models

from mix.data.models.case.challenges import Challenge, Step
from mix.data.models.city.municipalities import Municipality
from mix.data.models.city.people import Person
from mix.data.models.core.columns import choice, one_of
from mix.data.models.core.kept import Kept
from mix.rules.knowledge.states import FactConfidence


class Lesson(Kept):
    """Something learned at a step, for whoever comes next."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="lessons")
    text = models.TextField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()


class HoursEntry(Kept):
    """Hours that a role worked on a step, so that methods can be compared."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="hours")
    role = models.CharField(max_length=40)
    hours = models.DecimalField(max_digits=7, decimal_places=2)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="hours_positive", condition=models.Q(hours__gt=0))]


class HistoryFact(Kept):
    """One fact of a case from before, with its source; or the statement that it is not on the public record."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="facts")
    key = models.SlugField(max_length=60)
    text = models.TextField(blank=True)
    when = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=300, blank=True)
    confidence = choice(FactConfidence, default=FactConfidence.UNKNOWN.value)
    is_on_record = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["challenge", "key"], name="history_fact_once"),
            one_of("confidence", FactConfidence),
            models.CheckConstraint(
                name="history_fact_sourced",
                condition=models.Q(is_on_record=False, text="") | (models.Q(is_on_record=True) & ~models.Q(source="")),
            ),
        ]
