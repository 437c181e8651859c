"""Talking with the market: events, problem cards, registrations, public answers, capability cards, contact log."""

from django.db import models

from mix.data.models.case.challenges import Challenge, Step
from mix.data.models.city.municipalities import Municipality
from mix.data.models.city.people import Person
from mix.data.models.core.kept import Kept
from mix.data.models.core.wordings import Worded
from mix.data.models.market.vendors import Vendor


class Engagement(Kept, Worded):
    """One event or consultation of a step, open to everyone once published."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    step = models.OneToOneField(Step, on_delete=models.PROTECT, related_name="engagement")
    title = models.CharField(max_length=200)
    place = models.CharField(max_length=300)
    starts_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)


class ProblemCard(Kept, Worded):
    """A problem as shown at the booth."""

    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="cards")
    title = models.CharField(max_length=150)
    text = models.TextField()


class Registration(Kept):
    """Somebody who said that they come, and whether they came."""

    private = frozenset({"name", "organization", "email", "needs"})

    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="registrations")
    name = models.CharField(max_length=200)
    organization = models.CharField(max_length=200)
    email = models.EmailField()
    needs = models.TextField(blank=True)
    registered_at = models.DateTimeField()
    attended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["engagement", "email"], name="registration_once")]


class EngagementQuestion(Kept, Worded):
    """A question from the market and its answer, which everybody sees."""

    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="questions")
    text = models.TextField()
    asked_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)


class CapabilityCard(Kept):
    """What a vendor says it can do. Opt-in, public, not confidential."""

    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="capabilities")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="capability_cards")
    text = models.TextField()
    given_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["engagement", "vendor"], name="capability_card_once")]


class ContactLogEntry(Kept, Worded):
    """One talk with somebody in the market; what was said by the city is published to all."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="contacts")
    happened_on = models.DateField()
    with_whom = models.CharField(max_length=200)
    heard = models.TextField(blank=True)
    told = models.TextField()
    logged_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    logged_at = models.DateTimeField()
