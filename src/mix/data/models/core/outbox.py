"""Mail that waits to be sent: written in the same transaction as the act that it tells of."""

from django.db import models

from mix.data.models.core.columns import choice, one_of
from mix.rules.core.mails import MailKind, Pace


class MailChoice(models.Model):
    """How often somebody gets one kind of mail. Never changed (trigger): the latest counts, and nothing undoes a stop.

    `to` is a person's code, or a keyed hash of an address that has no account.
    """

    to = models.CharField(max_length=64, db_index=True)
    kind = choice(MailKind)
    pace = choice(Pace)
    chosen_at = models.DateTimeField()

    class Meta:
        constraints = [one_of("kind", MailKind), one_of("pace", Pace)]


class Digest(models.Model):
    """One mail that gathers others of one person: once for each window, whatever dies in between."""

    to = models.CharField(max_length=40)  # the code of a person
    pace = choice(Pace)
    since = models.DateTimeField()
    until = models.DateTimeField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["to", "pace", "until"], name="digest_once"),
            one_of("pace", Pace),
        ]


class Message(models.Model):
    """One mail to one address, in the person's language.

    `due_at` is when it is tried next (null: at once). Who takes it up moves that past the time that a try takes, so
    that nobody else does, and so that it comes up again when a worker dies over it. `reason` says why a try failed.

    `code` is its key among the mails, `city` whose people look after it. `writer` (the code of a person) hears when
    an address is refused for good. Of a mail that `is_key` the link opens an account or a place in a team: `path` is
    hidden here (`readers.core.outbox.path_of`), and forgotten once it is sent.

    `chooser` is whose choice it follows (`MailChoice.to`). One that is `held` for a digest leaves with that, and not
    by itself.
    """

    to_email = models.EmailField()
    to_name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=5)
    subject = models.CharField(max_length=300)
    body = models.TextField()
    path = models.CharField(max_length=1000, blank=True)
    code = models.CharField(max_length=40, blank=True)
    challenge = models.CharField(max_length=60, blank=True, db_index=True)
    city = models.CharField(max_length=60, blank=True)
    reply_to = models.EmailField(blank=True)
    writer = models.CharField(max_length=40, blank=True)
    is_key = models.BooleanField(default=False)
    written_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    kept_at = models.DateTimeField(null=True)  # never sent: a trial's, to somebody outside
    chooser = models.CharField(max_length=64, blank=True)
    held = choice(Pace, blank=True, default="")
    digest = models.ForeignKey(Digest, null=True, on_delete=models.PROTECT, related_name="messages")
    attempts = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["attempts", "id"],
                condition=models.Q(sent_at=None, given_up_at=None, kept_at=None, held=""),
                name="message_waiting",
            ),
            models.Index(fields=["held", "chooser"], condition=models.Q(digest=None), name="message_held"),
            models.Index(fields=["city"], condition=models.Q(sent_at=None), name="message_of_city"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sent_at=None) | models.Q(given_up_at=None), name="message_sent_or_given_up"
            ),
            models.CheckConstraint(
                condition=models.Q(kept_at=None) | models.Q(sent_at=None, given_up_at=None), name="message_kept_or_sent"
            ),
        ]
