import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


ROWS = ("checkin", "datagrant", "demo", "evidence", "incident", "parityentry", "parityreason", "signoff")


def give_rooms(apps, schema_editor):
    """Put every row of before into the sprint room of its challenge: there was one, opened by the first sprint step."""
    # evidence is append-only by trigger, which `migrate` makes anew when it is done
    on = " ON data_evidence" if schema_editor.connection.vendor == "postgresql" else ""
    for name in ("kept", "kept_update"):
        schema_editor.execute(f"DROP TRIGGER IF EXISTS data_evidence_{name}{on}")
    first = {}
    steps = apps.get_model("data", "Step").objects.filter(kind="sprint").order_by("-position")
    for challenge, key in steps.values_list("challenge_id", "key"):
        first[challenge] = key
    for name in ROWS:
        rows = apps.get_model("data", name).objects
        for challenge in rows.values_list("challenge_id", flat=True).distinct():
            rows.filter(challenge_id=challenge).update(room=first[challenge])


class Migration(migrations.Migration):

    dependencies = [
        ('data', '0012_requirement_reason'),
    ]

    operations = [
        migrations.CreateModel(
            name='Disclosure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.PositiveIntegerField(default=1)),
                ('appointed_at', models.DateTimeField()),
                ('review', models.CharField(blank=True, choices=[('fair', 'fair'), ('unfair', 'unfair')], default='', max_length=40)),
                ('note', models.TextField(blank=True)),
                ('reviewed_at', models.DateTimeField(null=True)),
                ('reviewed', models.CharField(blank=True, max_length=64)),
                ('pack', models.JSONField(null=True)),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('published_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='checkin',
            name='check_in_once',
        ),
        migrations.RemoveConstraint(
            model_name='datagrant',
            name='data_grant_once',
        ),
        migrations.RemoveConstraint(
            model_name='demo',
            name='demo_once',
        ),
        migrations.RemoveConstraint(
            model_name='notice',
            name='data_notice_kind',
        ),
        migrations.RemoveConstraint(
            model_name='parityreason',
            name='parity_reason_once',
        ),
        migrations.RemoveConstraint(
            model_name='signoff',
            name='sign_off_once',
        ),
        migrations.RemoveConstraint(
            model_name='step',
            name='data_step_kind',
        ),
        migrations.AddField(
            model_name='checkin',
            name='room',
            field=models.SlugField(default='', max_length=60),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='checkin',
            name='round',
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='datagrant',
            name='room',
            field=models.SlugField(default='', max_length=60),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='datagrant',
            name='round',
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='demo',
            name='room',
            field=models.SlugField(default='', max_length=60),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='demo',
            name='round',
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='evidence',
            name='room',
            field=models.SlugField(default='', max_length=60),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='evidence',
            name='round',
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='incident',
            name='room',
            field=models.SlugField(default='', max_length=60),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='incident',
            name='round',
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='parityentry',
            name='room',
            field=models.SlugField(default='', max_length=60),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='parityentry',
            name='round',
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='parityreason',
            name='room',
            field=models.SlugField(default='', max_length=60),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='parityreason',
            name='round',
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='signoff',
            name='room',
            field=models.SlugField(default='', max_length=60),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='signoff',
            name='round',
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AlterField(
            model_name='notice',
            name='kind',
            field=models.CharField(choices=[('engagement', 'engagement'), ('intended_procurement', 'intended_procurement'), ('addendum', 'addendum'), ('award', 'award'), ('cancellation', 'cancellation'), ('result', 'result'), ('disclosure', 'disclosure')], max_length=40),
        ),
        migrations.AlterField(
            model_name='step',
            name='kind',
            field=models.CharField(choices=[('document', 'document'), ('market_scan', 'market_scan'), ('engagement', 'engagement'), ('solicitation', 'solicitation'), ('evaluation', 'evaluation'), ('sprint', 'sprint'), ('award', 'award'), ('agreement', 'agreement'), ('delivery', 'delivery'), ('disclosure', 'disclosure')], max_length=40),
        ),
        migrations.RunPython(give_rooms, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='checkin',
            constraint=models.UniqueConstraint(fields=('challenge', 'room', 'round', 'vendor', 'week', 'side'), name='check_in_once'),
        ),
        migrations.AddConstraint(
            model_name='datagrant',
            constraint=models.UniqueConstraint(fields=('challenge', 'room', 'round', 'vendor', 'data_set'), name='data_grant_once'),
        ),
        migrations.AddConstraint(
            model_name='demo',
            constraint=models.UniqueConstraint(fields=('challenge', 'room', 'round', 'vendor'), name='demo_once'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['engagement', 'intended_procurement', 'addendum', 'award', 'cancellation', 'result', 'disclosure'])), name='data_notice_kind'),
        ),
        migrations.AddConstraint(
            model_name='parityreason',
            constraint=models.UniqueConstraint(fields=('challenge', 'room', 'round', 'vendor', 'kind'), name='parity_reason_once'),
        ),
        migrations.AddConstraint(
            model_name='signoff',
            constraint=models.UniqueConstraint(fields=('challenge', 'room', 'round', 'area'), name='sign_off_once'),
        ),
        migrations.AddConstraint(
            model_name='step',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['document', 'market_scan', 'engagement', 'solicitation', 'evaluation', 'sprint', 'award', 'agreement', 'delivery', 'disclosure'])), name='data_step_kind'),
        ),
        migrations.AddField(
            model_name='disclosure',
            name='appointed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='disclosure',
            name='municipality',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='data.municipality'),
        ),
        migrations.AddField(
            model_name='disclosure',
            name='reviewer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='disclosure',
            name='step',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disclosures', to='data.step'),
        ),
        migrations.AddConstraint(
            model_name='disclosure',
            constraint=models.UniqueConstraint(fields=('step', 'round'), name='disclosure_once'),
        ),
        migrations.AddConstraint(
            model_name='disclosure',
            constraint=models.CheckConstraint(condition=models.Q(('review__in', ['', 'fair', 'unfair'])), name='data_disclosure_review'),
        ),
        migrations.AddConstraint(
            model_name='disclosure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('review', ''), ('reviewed_at', None)), models.Q(models.Q(('review', ''), _negated=True), ('reviewed_at__isnull', False), models.Q(('note', ''), _negated=True)), _connector='OR'), name='disclosure_reviewed_whole'),
        ),
        migrations.AddConstraint(
            model_name='disclosure',
            constraint=models.CheckConstraint(condition=models.Q(('published_at', None), models.Q(('pack__isnull', False), ('review', 'fair')), _connector='OR'), name='disclosure_published_fair'),
        ),
    ]
