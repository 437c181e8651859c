"""The Django app that owns the sealed tables."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    """Ciphertext only. Reached through `actions.market.sealing` and `readers.market.sealing` alone."""

    name = "mix.vault"
    label = "vault"
    default_auto_field = "django.db.models.BigAutoField"
