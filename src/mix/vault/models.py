"""Sealed things, named by codes: drafts, files, envelopes. Every content column is age ciphertext."""

from django.db import models

from mix.rules.core.kinds import Scan


class Draft(models.Model):
    """A vendor's unfinished answers, encrypted to a key of this draft alone, which finalising destroys."""

    submission = models.CharField(max_length=20, unique=True)
    version = models.PositiveIntegerField()
    key_id = models.CharField(max_length=40, default="")
    ciphertext = models.BinaryField()
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=40)


class EarlierDraft(models.Model):
    """What a draft was before it was saved again, encrypted to the same key; it goes with the draft."""

    submission = models.CharField(max_length=20, db_index=True)
    version = models.PositiveIntegerField()
    ciphertext = models.BinaryField()
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "version"], name="earlier_draft_once")]


class SealedFile(models.Model):
    """A file that streamed in and was never plain on disk. `blob` is its name in the vault's folder.

    `label` is what its vendor knows of it, encrypted to a key of the submission that lies outside of the database:
    name, size, SHA-256, and the salt under which a receipt commits to them.

    From the opening on `opened_blob` is the same file, encrypted to the key with which this instance reads.
    """

    submission = models.CharField(max_length=20, db_index=True)
    code = models.CharField(max_length=20, unique=True)
    envelope = models.CharField(max_length=20)
    label = models.BinaryField()
    ciphertext_sha256 = models.CharField(max_length=64)
    blob = models.CharField(max_length=80)
    opened_blob = models.CharField(max_length=80, blank=True)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.CharField(max_length=40)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.CharField(max_length=40, blank=True)
    scan = models.CharField(max_length=20, choices=[(s.value, s.value) for s in Scan], default=Scan.WAITING.value)
    found = models.CharField(max_length=200, blank=True)


class SealedEnvelope(models.Model):
    """One envelope of one finalised version: answers as ciphertext, and which files belong to it."""

    submission = models.CharField(max_length=20, db_index=True)
    version = models.PositiveIntegerField()
    envelope = models.CharField(max_length=20)
    ciphertext = models.BinaryField()
    ciphertext_sha256 = models.CharField(max_length=64)
    recipient = models.CharField(max_length=120)
    files = models.JSONField(default=list)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "version", "envelope"], name="sealed_envelope_once")
        ]


class Upload(models.Model):
    """A file that arrives in parts and may go on after a broken connection.

    `label` is its name, its size and how many bytes are there, encrypted to the key of the draft.
    """

    submission = models.CharField(max_length=20, db_index=True)
    code = models.CharField(max_length=20, unique=True)
    envelope = models.CharField(max_length=20)
    label = models.BinaryField()
    key_id = models.CharField(max_length=40)
    started_at = models.DateTimeField()


class UploadPart(models.Model):
    """One part, encrypted to the key of the draft until all are there."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    blob = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "number"], name="upload_part_once")]
