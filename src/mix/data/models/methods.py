"""Versions of methods, kept as they were when a challenge was commissioned."""

from django.db import models


class MethodVersion(models.Model):
    """One immutable version of a method document."""

    key = models.SlugField(max_length=60)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    title_fr = models.CharField(max_length=120)
    document = models.TextField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="method_version_once")]
