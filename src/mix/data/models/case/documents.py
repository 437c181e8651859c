"""The artifact of a step: every save is a version, nothing is overwritten."""

from django.db import models

from mix.data.models.case.challenges import Step
from mix.data.models.city.municipalities import Municipality
from mix.data.models.city.people import Person
from mix.data.models.core.kept import Kept


class Document(Kept):
    """The fields of one step and the number of the latest version (0: nothing saved yet).

    `copies` are the answers with which its first version begins, from the challenge that this one began from.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    step = models.OneToOneField(Step, on_delete=models.PROTECT, related_name="document")
    version = models.PositiveIntegerField(default=0)
    copies = models.JSONField(default=dict)


class DocumentVersion(Kept):
    """One saved state. Never changed. `sources` is what the source of each field said when that was last written.

    `copied` are the fields that say what was copied from another challenge and that nobody confirmed. One with a
    `reason` corrects a step that was done.
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField(default=dict)
    sources = models.JSONField(default=dict)
    copied = models.JSONField(default=list)
    reason = models.TextField(blank=True)
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="document_version_once")]


class Comment(Kept):
    """A remark on a document, until it is settled."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="comments")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    on_version = models.PositiveIntegerField()
    written_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
