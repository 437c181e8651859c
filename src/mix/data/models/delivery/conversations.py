"""Documents that a city writes with one vendor: versions, replies, and the words by which both agree."""

from django.db import models

from mix.data.models.case.challenges import Step
from mix.data.models.city.municipalities import Municipality
from mix.data.models.city.people import Person
from mix.data.models.core.columns import choice, new_code, one_of
from mix.data.models.core.kept import Kept
from mix.data.models.market.vendors import Vendor
from mix.rules.delivery.states import ConversationState, Side


class Conversation(Kept):
    """One document with one vendor, in one round of its step.

    `version` is the latest that the vendor saved, `handed` the latest that it showed to the city; 0 is none. `turn` is
    the side that is waited for. `agreed_digest` is the fingerprint to which both sides gave their word.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="conversations")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="conversations")
    round = models.PositiveIntegerField()
    code = models.CharField(max_length=20, unique=True, default=new_code)
    state = choice(ConversationState, default=ConversationState.OPEN.value)
    until = models.DateTimeField()
    turn = choice(Side, default=Side.VENDOR.value)
    turn_since = models.DateTimeField()
    version = models.PositiveIntegerField(default=0)
    handed = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.TextField(blank=True)
    agreed_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["step", "vendor", "round"], name="conversation_once"),
            one_of("state", ConversationState),
            one_of("turn", Side),
            models.CheckConstraint(
                name="conversation_handed_what_is_written", condition=models.Q(handed__lte=models.F("version"))
            ),
            models.CheckConstraint(
                name="conversation_agreed_to_a_text",
                condition=models.Q(state=ConversationState.AGREED.value) & ~models.Q(agreed_digest="")
                | ~models.Q(state=ConversationState.AGREED.value) & models.Q(agreed_digest=""),
            ),
        ]


class ConversationVersion(Kept):
    """The boxes as the vendor saved them once. Never changed; the vendor's alone until it hands them over."""

    private = frozenset({"content"})

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField(default=dict)
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "number"], name="conversation_version_once")]


class ConversationReply(Kept):
    """What one side said to a box, or to the whole where `field` is empty. Never changed."""

    private = frozenset({"text"})

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="replies")
    on_version = models.PositiveIntegerField()
    side = choice(Side)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    field = models.CharField(max_length=60, blank=True)
    text = models.TextField()
    said_at = models.DateTimeField()

    class Meta:
        constraints = [one_of("side", Side)]


class ConversationWord(Kept):
    """That one side agreed to a version and all replies, by their fingerprint. Never changed; another text voids it."""

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="words")
    on_version = models.PositiveIntegerField()
    side = choice(Side)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    said_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "side", "digest"], name="conversation_word_once"),
            one_of("side", Side),
        ]
