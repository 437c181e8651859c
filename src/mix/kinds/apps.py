"""The step kinds: every module beside this one puts one together from the wings, and all are registered at start."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from django.apps import AppConfig

from mix.rules.city.kinds import register


class KindsConfig(AppConfig):
    """No tables. A kind of another package is registered by that package's own app."""

    name = "mix.kinds"
    label = "kinds"

    def ready(self) -> None:
        """Register what stands in this folder."""
        for found in iter_modules([str(Path(__file__).parent)]):
            if found.name != "apps":
                register(import_module(f"{self.name}.{found.name}").KIND)
