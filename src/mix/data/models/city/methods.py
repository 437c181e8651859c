"""Versions of methods, kept as they were when a challenge was commissioned."""

from django.db import models

from mix.data.models.city.municipalities import Municipality
from mix.data.models.city.people import Person
from mix.data.models.core.wordings import Worded


class MethodVersion(Worded):
    """One immutable version of a method document: of the catalogue, or a city's own variant with its parent."""

    key = models.SlugField(max_length=60)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    document = models.TextField()
    digest = models.CharField(max_length=64)
    municipality = models.ForeignKey(Municipality, null=True, on_delete=models.PROTECT, related_name="methods")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="variants")
    signed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="method_version_once"),
            models.CheckConstraint(
                name="method_version_of_a_city_signed",
                condition=models.Q(municipality=None, parent=None)
                | models.Q(municipality__isnull=False, parent__isnull=False, signed_by__isnull=False),
            ),
        ]
