"""Vendors and the people who act for them."""

from django.db import models

from mix.data.models.city.people import Person, languages
from mix.data.models.core.columns import choice, new_code, one_of
from mix.data.models.core.kept import Kept
from mix.rules.market.states import VendorSize


class Vendor(Kept):
    """An organization that may answer, until its people make it one with another that is theirs too.

    `number` is how the state knows it (`rules.market.numbers`), where it says so. A practice vendor is made up for the
    trial of a city, and answers nothing else.
    """

    code = models.CharField(max_length=40, unique=True, default=new_code)
    name = models.CharField(max_length=200)
    number = models.CharField(max_length=10, blank=True)
    likeness = models.CharField(max_length=200, blank=True, db_index=True)  # `rules.market.likeness` of the name
    size = choice(VendorSize, default=VendorSize.UNKNOWN.value)
    place = models.CharField(max_length=100, blank=True)
    website = models.URLField(blank=True)
    capability = models.TextField(blank=True)
    is_fictional = models.BooleanField(default=False)
    is_practice = models.BooleanField(default=False)
    registered_at = models.DateTimeField()
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged")

    class Meta:
        constraints = [
            one_of("size", VendorSize),
            models.UniqueConstraint(
                fields=["number"],
                condition=~models.Q(number="") & models.Q(merged_into=None),
                name="vendor_number_once",
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into=None) | ~models.Q(merged_into=models.F("id")),
                name="vendor_not_into_itself",
            ),
        ]


class Merger(Kept):
    """That one organization asks to go on as another: asked by somebody of the one, agreed by somebody of the other."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="mergers")
    into = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="mergers_asked")
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answered_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    agreed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["vendor"], condition=models.Q(answered_at=None), name="merger_one_waits"),
            models.CheckConstraint(condition=~models.Q(vendor=models.F("into")), name="merger_of_two"),
            models.CheckConstraint(
                condition=models.Q(agreed=False)
                | (models.Q(answered_at__isnull=False) & ~models.Q(answered_by=models.F("asked_by"))),
                name="merger_agreed_by_another",
            ),
        ]


class VendorMember(Kept):
    """A person who acts for a vendor, until it ends."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="vendor_members")
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "person"], condition=models.Q(ended_at=None), name="vendor_member_once"
            )
        ]


class VendorInvitation(Kept):
    """A place in a vendor's team, offered by mail to one address; kept and accepted as a `StaffInvitation` is."""

    private = frozenset({"email", "token_hash"})
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField()
    language = models.CharField(max_length=5, default="en", choices=languages)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
