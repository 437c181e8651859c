"""Municipalities, their departments, the duties of their staff, and who may approve how much."""

from django.db import models

from mix.data.models.city.people import Person, languages
from mix.data.models.core.columns import choice, money, new_code, one_of
from mix.data.models.core.kept import Kept
from mix.data.models.core.wordings import Worded
from mix.rules.core.access import Role
from mix.rules.core.kinds import OutageRule


class Municipality(Worded):
    """A city with its own by-law, clock and address."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    zone = models.CharField(max_length=60, default="America/Toronto")
    posting_address = models.URLField(max_length=300)
    by_law = models.CharField(max_length=200, blank=True)
    outage_rule = choice(OutageRule, default=OutageRule.EXTEND.value)
    is_demo = models.BooleanField(default=False)
    live_at = models.DateTimeField(null=True)  # on trial before, and whatever began then stays a trial

    class Meta:
        constraints = [one_of("outage_rule", OutageRule)]

    @property
    def is_on_trial(self) -> bool:
        """Say whether nothing of the city is public yet, and nothing of it binds anybody outside."""
        return self.live_at is None


class GoLiveRequest(Kept):
    """That a city go live, as an administrator asks; it holds once somebody with authority confirms it."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="go_live_requests")
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True)
    confirmed_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality"],
                condition=models.Q(confirmed_at=None, dropped_at=None),
                name="go_live_one_waits",
            ),
            models.CheckConstraint(
                name="go_live_confirmed_by_a_second",
                condition=models.Q(confirmed_by=None, confirmed_at=None)
                | models.Q(confirmed_by__isnull=False, confirmed_at__isnull=False, dropped_at=None)
                & ~models.Q(confirmed_by=models.F("asked_by")),
            ),
        ]


class TrialGuest(Kept):
    """An address whose owner plays along in a city's trial, as a vendor: they see it, and get its mail."""

    private = frozenset({"email"})

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="trial_guests")
    email = models.EmailField(db_index=True)
    added_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "email"], condition=models.Q(ended_at=None), name="trial_guest_once"
            )
        ]


class Department(Kept, Worded):
    """A part of a city that has problems, money and people. A closed one keeps its name beside what it did."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="departments")
    code = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality", "code"], name="department_code_once")]


class StaffRole(Kept):
    """A duty that a person has in a city, until it ends."""

    loose = frozenset({"asked_at"})  # only reminds

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="staff")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="staff_roles")
    role = choice(Role)
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="staff")
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    provider = models.SlugField(max_length=40, blank=True)  # the sign-in service whose groups gave it; "": people did
    reviewed_at = models.DateTimeField(null=True)  # when somebody else last said that it is still right
    asked_at = models.DateTimeField(null=True)  # when the administrators were last asked

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "person", "role"],
                condition=models.Q(ended_at=None),
                name="staff_role_once",
            ),
            one_of("role", Role),
        ]


class RoleProposal(Kept):
    """A duty that one person proposed for another, until a third confirms it: it gives nothing before."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="role_proposals")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="role_proposals")
    role = choice(Role)
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")
    provider = models.SlugField(max_length=40, blank=True)  # as `StaffRole.provider`
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True)
    confirmed_at = models.DateTimeField(null=True)
    dropped_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True)  # none: the service
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "person", "role"],
                condition=models.Q(confirmed_at=None, dropped_at=None),
                name="role_proposal_one_waits",
            ),
            models.CheckConstraint(
                name="role_confirmed_by_a_second",
                condition=models.Q(confirmed_by=None, confirmed_at=None)
                | models.Q(confirmed_by__isnull=False, confirmed_at__isnull=False, dropped_at=None)
                & ~models.Q(confirmed_by=models.F("proposed_by"))
                & ~models.Q(confirmed_by=models.F("person")),
            ),
            models.CheckConstraint(
                name="role_not_proposed_for_oneself", condition=~models.Q(proposed_by=models.F("person"))
            ),
            one_of("role", Role),
        ]


class StaffInvitation(Kept):
    """A duty offered by mail to one address; the link holds a secret that works once, until it expires.

    Only the secret's SHA-256 (hex) is kept here. The mail's own row in the outbox hides the link until it is sent;
    whoever has it has the address to which it went, and makes an account with it. `invited_by` none: whoever runs the
    site named the person, who has the duty already.
    """

    private = frozenset({"email", "name", "token_hash"})
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField()
    role = choice(Role)
    name = models.CharField(max_length=200, blank=True)  # as a list of people had it
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=5, default="en", choices=languages)
    token_hash = models.CharField(max_length=64, unique=True)
    code = models.CharField(max_length=20, unique=True, default=new_code)
    invited_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [one_of("role", Role)]


class DocumentTemplate(models.Model):
    """The city's own Word file, in which the artifacts of its challenges are written out."""

    municipality = models.OneToOneField(Municipality, on_delete=models.PROTECT, related_name="template")
    name = models.CharField(max_length=150)
    content = models.BinaryField()
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()


class AuthorityBand(Kept):
    """One row of a city's table of authority: this role decides up to this value (none: without limit)."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="bands")
    up_to_cents = money(null=True)
    role = choice(Role)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "up_to_cents"], name="band_once"),
            models.UniqueConstraint(
                fields=["municipality"], condition=models.Q(up_to_cents=None), name="band_once_without_limit"
            ),
            models.CheckConstraint(
                name="band_positive", condition=models.Q(up_to_cents=None) | models.Q(up_to_cents__gt=0)
            ),
            one_of("role", Role),
        ]


class BandsProposal(Kept):
    """A table of authority that one person proposed, until another signs it: gates use it from then on.

    `bands` lists {up_to, role}; `up_to` in cents, null without limit.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="bands_proposals")
    bands = models.JSONField()
    source = models.CharField(max_length=200)
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    signed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True)
    signed_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality"],
                condition=models.Q(signed_at=None, dropped_at=None),
                name="bands_one_proposal",
            ),
            models.CheckConstraint(
                name="bands_signed_by_a_second",
                condition=models.Q(signed_by=None, signed_at=None)
                | models.Q(signed_by__isnull=False, signed_at__isnull=False, dropped_at=None)
                & ~models.Q(signed_by=models.F("proposed_by")),
            ),
        ]
