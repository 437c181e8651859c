"""The Django app that owns every table but the sealed ones."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from mix.data.triggers import create_triggers


class DataConfig(AppConfig):
    """Tables, constraints, trivial properties."""

    name = "mix.data"
    label = "data"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the append-only triggers re-created after every migrate."""
        post_migrate.connect(create_triggers, sender=self)
