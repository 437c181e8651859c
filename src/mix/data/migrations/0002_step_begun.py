from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def from_present_round(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("data", "Step").objects.update(begun_at=models.F("started_at"))


class Migration(migrations.Migration):
    dependencies = [("data", "0001_initial")]

    operations = [
        migrations.AddField(model_name="step", name="begun_at", field=models.DateTimeField(null=True)),
        migrations.RunPython(from_present_round, migrations.RunPython.noop),
    ]
