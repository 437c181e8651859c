"""Who holds the shares of a key, and what each opening found. No share and no private key is ever a row."""

from django.db import models

from mix.data.models.city.municipalities import Municipality
from mix.data.models.city.people import Person
from mix.data.models.core.columns import choice, new_code
from mix.data.models.core.kept import Kept
from mix.data.models.market.solicitations import Solicitation
from mix.rules.core.kinds import Envelope
from mix.rules.market.openings import OpeningStatement


class CustodyKey(Kept):
    """A split key: of one call, or (without one) the recovery key of a municipality. Retired ones are kept.

    `escrow` is, by envelope, the key of a call encrypted (hex) to the recovery key that it names.
    """

    private = frozenset({"escrow"})

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="custody_keys")
    solicitation = models.ForeignKey(Solicitation, null=True, on_delete=models.PROTECT, related_name="custody_keys")
    key_id = models.CharField(max_length=40, unique=True)
    public_keys = models.JSONField()
    recovery = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    escrow = models.JSONField(default=dict)
    canary = models.BinaryField()
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    rehearsed_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["solicitation"], condition=models.Q(retired_at=None), name="custody_key_one_of_call"
            ),
            models.UniqueConstraint(
                fields=["municipality"],
                condition=models.Q(retired_at=None, solicitation=None),
                name="custody_key_one_of_city",
            ),
        ]


class CustodyShare(Kept):
    """One of three shares: its holder, its fingerprint, and two words that the holder is asked for."""

    loose = frozenset({"probe", "reminded_at", "offered_at"})  # what ends with a ceremony, or only reminds

    key = models.ForeignKey(CustodyKey, on_delete=models.PROTECT, related_name="shares")
    number = models.PositiveIntegerField()
    holder = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="custody_shares")
    fingerprint = models.CharField(max_length=64)
    probe = models.JSONField(default=dict)
    taken_at = models.DateTimeField(null=True)
    rehearsed_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    offered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "number"], name="custody_share_once"),
            models.UniqueConstraint(fields=["key", "holder"], name="custody_share_one_each"),
        ]


class Opening(Kept):
    """The act of one opening: who was there, what was found, signed by this instance. Never changed (trigger)."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    solicitation = models.ForeignKey(Solicitation, on_delete=models.PROTECT, related_name="openings")
    code = models.CharField(max_length=20, unique=True, default=new_code)
    envelope = choice(Envelope)
    opened_at = models.DateTimeField()
    act = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["solicitation", "envelope"], name="opening_once")]

    @property
    def statement(self) -> OpeningStatement:
        """What the signed act states. Raises FormUnknown."""
        return OpeningStatement.read(self.act["statement"])
