"""How a city appears on its public pages and its letters."""

from django.db import models

from mix.data.models.city.municipalities import Municipality
from mix.data.models.city.people import Person
from mix.data.models.core.wordings import Worded


class Letterhead(Worded):
    """A city's postal address, contact, logo and colours (rrggbb; empty: the site's own).

    `logo` was read and written anew, without anything but the picture; `logo_type` is its media type, empty where
    there is none.
    """

    municipality = models.OneToOneField(Municipality, on_delete=models.PROTECT, related_name="letterhead")
    address = models.TextField(max_length=400, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    colour = models.CharField(max_length=7, blank=True)
    accent = models.CharField(max_length=7, blank=True)
    logo = models.BinaryField(default=bytes)
    logo_type = models.CharField(max_length=20, blank=True)
    logo_alt = models.CharField(max_length=150, blank=True)
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
