"""What a password may not be made of, as Django asks for it: the words of this site and of whom it is for."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mix.data.models import Person
from mix.readers.city.municipalities import list_municipalities
from mix.rules.core.passwords import is_made_of, words_of


class OwnWords:
    """Refuses what is made of the names of the site, its cities and the person, and little else."""

    def validate(self, password: str, user: Person | None = None) -> None:
        """Raise ValidationError."""
        cities = (name for city in list_municipalities() for name in (city.code, *city.wording("name").texts.values()))
        own = (user.name, user.email) if user else ()
        if is_made_of(password, words_of(urlsplit(settings.BASE_URL).hostname or "", *cities, *own)):
            raise ValidationError(
                _("This is made of words that others guess first, such as names of people or places.")
            )

    def get_help_text(self) -> str:
        """Say what is asked."""
        return _("Not made of the names of the site, its cities or yourself alone.")
