"""What is counted or remembered for a while: how often something was tried, which code was used."""

from django.db import models


class CacheEntry(models.Model):
    """One value under its key, as JSON, until it expires. Nothing depends on it being there."""

    key = models.CharField(max_length=250, primary_key=True)
    value = models.TextField()
    expires_at = models.DateTimeField(db_index=True)
