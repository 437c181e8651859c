"""Where a city's people sign in at their own city (OpenID Connect), and which of its groups have which duty here."""

from django.db import models

from mix.data.models.city.municipalities import Municipality
from mix.data.models.city.people import Person
from mix.data.models.core.columns import choice, one_of
from mix.rules.core.access import Role


class IdentityProvider(models.Model):
    """A sign-in service that speaks for one city's people, and for addresses of its own domains alone."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="identity_providers")
    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    issuer = models.URLField(max_length=300)
    client_id = models.CharField(max_length=200)
    secret = models.TextField()  # encrypted by the instance's secret key
    domains = models.JSONField(default=list)
    groups_claim = models.CharField(max_length=60, default="groups")
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class GroupDuty(models.Model):
    """Members of this group have this duty, from one sign-in to the next."""

    provider = models.ForeignKey(IdentityProvider, on_delete=models.PROTECT, related_name="duties")
    group = models.CharField(max_length=200)
    role = choice(Role)
    mapped_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "group", "role"], name="group_duty_once"),
            one_of("role", Role),
        ]
