"""The app whose only purpose is to bring templates' tags along."""

from django.apps import AppConfig


class PartsConfig(AppConfig):
    """No tables."""

    name = "mix.web.parts"
    label = "parts"
