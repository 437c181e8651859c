"""The app whose only purpose is to bring templates' tags along."""

from django.apps import AppConfig


class DrawingConfig(AppConfig):
    """No tables."""

    name = "mix.web.drawing"
    label = "drawing"
