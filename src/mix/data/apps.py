"""The Django app that owns every table but the sealed ones."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate

from mix.data.asked import keep_wordings
from mix.data.changes import note_writes
from mix.data.migrating import create_together
from mix.data.triggers import create_triggers
from mix.data.wall import create_policies, take_stand


class DataConfig(AppConfig):
    """Tables, constraints, trivial properties."""

    name = "mix.data"
    label = "data"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have tables made together, triggers and policies re-created after every migrate, and connections stand."""
        pre_migrate.connect(create_together, sender=self)
        post_migrate.connect(create_triggers, sender=self)
        post_migrate.connect(create_policies, sender=self)
        connection_created.connect(take_stand)
        connection_created.connect(note_writes)
        keep_wordings()
