"""Invitations keep the SHA-256 of their secret, no longer the secret."""

import hashlib

from django.db import migrations

MODELS = ("staffinvitation", "vendorinvitation")


def hash_tokens(apps, schema_editor):
    for name in MODELS:
        model = apps.get_model("data", name)
        for pk, token in model.objects.values_list("pk", "token_hash"):
            model.objects.filter(pk=pk).update(token_hash=hashlib.sha256(token.encode()).hexdigest())


class Migration(migrations.Migration):

    dependencies = [
        ("data", "0018_lengths"),
    ]

    operations = [
        *(migrations.RenameField(name, "token", "token_hash") for name in MODELS),
        migrations.RunPython(hash_tokens, migrations.RunPython.noop),
    ]
