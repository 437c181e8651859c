"""Mail that waits to be sent: written in the same transaction as the act that it tells of."""

from django.db import models


class Message(models.Model):
    """One mail to one address, in the person's language."""

    to_email = models.EmailField()
    to_name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=5)
    subject = models.CharField(max_length=300)
    body = models.TextField()
    path = models.CharField(max_length=300, blank=True)
    challenge = models.CharField(max_length=60, blank=True, db_index=True)
    written_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["sent_at", "id"])]
