"""A city's own days, the address of a person's calendar, and what was reminded of."""

from django.db import models

from mix.data.models.city.municipalities import Municipality
from mix.data.models.city.people import Person
from mix.data.models.core.wordings import Worded


class CityDay(Worded):
    """A day on which a city is closed, or works although it is a public holiday."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="own_days")
    on = models.DateField()
    works = models.BooleanField(default=False)
    name = models.CharField(max_length=100)
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality", "on"], name="city_day_once")]


class CalendarFeed(models.Model):
    """The secret address at which a person's calendar program reads their dates; a new one ends the old one.

    The address is `nonce` with a signature that the instance's secret key makes: from this row alone nobody makes it.
    """

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="calendar_feed")
    nonce = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
