"""People who sign in."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import QuerySet

from mix.data.asked import asked
from mix.data.models.core.columns import new_code


def languages() -> list[tuple[str, str]]:
    """Return the languages that somebody may be written to in."""
    return [(code, str(name)) for code, name in settings.LANGUAGES]


class PersonManager(BaseUserManager["Person"]):
    """What Django's sign-in asks of a manager."""

    def get_by_natural_key(self, username: str | None) -> "Person":
        """Find a person by e-mail, whatever its case."""
        return self.get(email__iexact=username)

    def get(self, *args: Any, **named: Any) -> "Person":  # noqa: ANN401 - Django's signature
        """Return one person. Each request of somebody who is signed in asks by the key alone."""
        if args or named.keys() != {"pk"} or not isinstance(named["pk"], int):
            return super().get(*args, **named)
        found = _with_key(named["pk"])
        if not found:
            raise Person.DoesNotExist
        return found[0]


class Person(AbstractBaseUser):
    """Somebody with an account. What a person may do follows from roles and memberships alone."""

    code = models.CharField(max_length=40, unique=True, default=new_code)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    language = models.CharField(max_length=5, default="en", choices=languages)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)

    objects: ClassVar[PersonManager] = PersonManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        """Return the name, as letters and lists show it."""
        return self.name

    def get_short_name(self) -> str:
        """Return the first name."""
        return self.name.split(" ")[0]


@asked
def _with_key(key: int) -> QuerySet[Person]:
    return Person.objects.filter(pk=key)
