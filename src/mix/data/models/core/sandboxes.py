"""That a database is a sandbox's."""

from django.db import models


class Sandbox(models.Model):
    """The birth of a sandbox: made once, while the database holds nobody, and never changed (trigger).

    A live site has none: no code of a folder is ever that of its database.
    """

    code = models.CharField(max_length=40, unique=True)
    born_at = models.DateTimeField()
