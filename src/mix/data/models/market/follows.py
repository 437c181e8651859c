"""What people follow: of what they get a mail when a call is published that everybody may answer."""

from django.db import models

from mix.data.models.city.municipalities import Municipality
from mix.data.models.city.people import Person
from mix.rules.market.following import LENGTH


class Follow(models.Model):
    """A subject that somebody follows: words, a city, or both. One that they end is gone: it was nobody else's."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="follows")
    words = models.CharField(max_length=LENGTH, blank=True)
    city = models.ForeignKey(Municipality, null=True, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="follow_something", condition=~models.Q(words="") | models.Q(city__isnull=False)
            ),
            models.UniqueConstraint(fields=["person", "words", "city"], name="follow_once"),
            models.UniqueConstraint(
                fields=["person", "words"], condition=models.Q(city=None), name="follow_words_once"
            ),
        ]
