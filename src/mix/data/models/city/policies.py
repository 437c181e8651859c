"""A city's own rules: its by-law's table in numbered versions, and rules of the catalogue that two people confirmed."""

from django.db import models

from mix.data.models.city.municipalities import Municipality
from mix.data.models.city.people import Person
from mix.data.models.core.kept import Kept


class Bylaw(Kept):
    """One version of a city's table: proposed by one person, in force from a day on once a second has signed it.

    `table` is a `rules.city.policy.bylaws.BylawTable`. A signed version is never changed; a later one replaces it.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="bylaws")
    number = models.PositiveIntegerField()
    table = models.JSONField()
    effective_on = models.DateField()
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    signed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True)
    signed_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "number"], name="bylaw_number_once"),
            models.UniqueConstraint(
                fields=["municipality"],
                condition=models.Q(signed_at=None, dropped_at=None),
                name="bylaw_one_proposal",
            ),
            models.CheckConstraint(
                name="bylaw_signed_by_a_second",
                condition=models.Q(signed_by=None, signed_at=None)
                | models.Q(signed_by__isnull=False, signed_at__isnull=False, dropped_at=None)
                & ~models.Q(signed_by=models.F("proposed_by")),
            ),
        ]


class RuleText(Kept):
    """The text of a rule as it stood when it was judged, by its digest: both languages, conditions, citations.

    Never changed (trigger): `text` is a `rules.city.policy.documents.Rule`, and `digest` that of its canonical form.
    """

    digest = models.CharField(max_length=64, unique=True)
    text = models.JSONField()


class RuleConfirmation(Kept):
    """That two people of a city have read a rule of the catalogue at its source: for this city it is verified.

    `digest` is of the rule as it was read; another text must be confirmed again.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="confirmations")
    rule = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "rule", "digest"], name="rule_confirmation_once"),
            models.CheckConstraint(
                name="rule_confirmed_by_a_second",
                condition=models.Q(confirmed_by=None, confirmed_at=None)
                | models.Q(confirmed_by__isnull=False, confirmed_at__isnull=False)
                & ~models.Q(confirmed_by=models.F("proposed_by")),
            ),
        ]
