"""What people were reminded of."""

from django.db import models

from mix.data.models.case.challenges import Challenge
from mix.data.models.core.columns import choice, one_of
from mix.rules.flow.states import Reminder


class DateReminder(models.Model):
    """That people were reminded of a date of a challenge, once before it and once after."""

    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="reminders")
    code = models.CharField(max_length=40)
    on = models.DateField()
    stage = choice(Reminder)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["challenge", "code", "on", "stage"], name="date_reminder_once"),
            one_of("stage", Reminder),
        ]
