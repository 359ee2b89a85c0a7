"""The tables of the log, and what keeps its entries."""

from django.db import migrations, models

from audit import triggers


def make_head(apps, schema_editor):
    """The row that all entries are numbered by."""
    apps.get_model("audit", "Head").objects.using(schema_editor.connection.alias).get_or_create(pk=1)


def install(apps, schema_editor):
    """The database itself refuses to change entries."""
    triggers.install(schema_editor.connection)


def remove(apps, schema_editor):
    triggers.remove(schema_editor.connection)


class Migration(migrations.Migration):

    # a database that these have made is as this one makes it, and is left as it is
    replaces = [
        ("audit", "0001_initial"),
        ("audit", "0002_triggers"),
    ]
    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Segment',
            fields=[
                ('number', models.IntegerField(primary_key=True, serialize=False)),
                ('first', models.BigIntegerField()),
                ('last', models.BigIntegerField(null=True)),
                ('first_previous', models.BinaryField(max_length=32)),
                ('last_hash', models.BinaryField(max_length=32, null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('signature', models.CharField(default='', max_length=128)),
                ('key', models.CharField(default='', max_length=64)),
                ('exported_at', models.DateTimeField(null=True)),
                ('export_name', models.CharField(default='', max_length=300)),
                ('export_sha256', models.CharField(default='', max_length=64)),
                ('dropped_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='SinkPosition',
            fields=[
                ('name', models.CharField(max_length=100, primary_key=True, serialize=False)),
                ('number', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Verification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('since', models.BigIntegerField(default=0)),
                ('number', models.BigIntegerField()),
                ('ok', models.BooleanField()),
                ('first_bad', models.BigIntegerField(null=True)),
                ('kind', models.CharField(max_length=30)),
                ('words', models.CharField(max_length=1000)),
            ],
        ),
        migrations.CreateModel(
            name='Checkpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.BigIntegerField()),
                ('hash', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
                ('key', models.CharField(max_length=64)),
                ('signature', models.CharField(max_length=128)),
            ],
            options={
                'indexes': [models.Index(fields=['-number'], name='audit_checkpoint_number')],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('number', models.BigAutoField(primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('intent', 'asked'), ('outcome', 'outcome'), ('resolution', 'resolved'), ('refusal', 'refused'), ('event', 'event'), ('observed', 'observed')], max_length=10)),
                ('segment', models.IntegerField()),
                ('version', models.SmallIntegerField()),
                ('at', models.DateTimeField()),
                ('who_name', models.CharField(max_length=200)),
                ('who_id', models.BigIntegerField(null=True)),
                ('session', models.CharField(max_length=32)),
                ('token', models.CharField(max_length=200)),
                ('address', models.CharField(max_length=100)),
                ('forwarded_for', models.CharField(max_length=300)),
                ('door', models.CharField(max_length=20)),
                ('verb', models.CharField(max_length=80)),
                ('target_kind', models.CharField(max_length=30)),
                ('target_id', models.CharField(max_length=300)),
                ('target_name', models.CharField(max_length=300)),
                ('host_id', models.BigIntegerField(null=True)),
                ('host_name', models.CharField(max_length=200)),
                ('endpoint_id', models.BigIntegerField(null=True)),
                ('endpoint_name', models.CharField(max_length=200)),
                ('params_text', models.TextField()),
                ('grant', models.CharField(max_length=300)),
                ('result', models.CharField(choices=[('ok', 'ok'), ('failed', 'failed'), ('denied', 'denied'), ('cancelled', 'cancelled'), ('unknown', 'unknown')], max_length=10)),
                ('detail', models.CharField(max_length=4000)),
                ('duration_ms', models.BigIntegerField(null=True)),
                ('intent', models.BigIntegerField(null=True)),
                ('job_id', models.BigIntegerField(null=True)),
                ('count', models.BigIntegerField()),
                ('canonical', models.BinaryField()),
                ('previous', models.BinaryField(max_length=32)),
                ('hash', models.BinaryField(max_length=32)),
            ],
            options={
                'ordering': ['-number'],
                'indexes': [models.Index(condition=models.Q(('intent__isnull', True)), fields=['who_name', '-number'], name='audit_who'), models.Index(condition=models.Q(('intent__isnull', True)), fields=['verb', '-number'], name='audit_verb'), models.Index(condition=models.Q(('intent__isnull', True)), fields=['host_name', '-number'], name='audit_host'), models.Index(condition=models.Q(('intent__isnull', True)), fields=['host_id', '-number'], name='audit_host_id'), models.Index(condition=models.Q(('intent__isnull', True)), fields=['target_name', '-number'], name='audit_target'), models.Index(condition=models.Q(('intent__isnull', True)), fields=['target_id', '-number'], name='audit_target_id'), models.Index(condition=models.Q(('intent__isnull', True)), fields=['door', '-number'], name='audit_door'), models.Index(condition=models.Q(('intent__isnull', True)), fields=['kind', '-number'], name='audit_kind'), models.Index(condition=models.Q(('intent__isnull', True)), fields=['who_id', '-number'], name='audit_who_id'), models.Index(condition=models.Q(('intent__isnull', False)), fields=['result', '-number'], name='audit_result'), models.Index(fields=['at'], name='audit_at')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('intent__isnull', False)), fields=('intent', 'kind'), name='audit_one_outcome'), models.CheckConstraint(condition=models.Q(models.Q(('intent__isnull', False), ('kind__in', ['outcome', 'resolution'])), models.Q(models.Q(('kind__in', ['outcome', 'resolution']), _negated=True), ('intent__isnull', True)), _connector='OR'), name='audit_intent_of_outcomes')],
            },
        ),
        migrations.CreateModel(
            name='Head',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('number', models.BigIntegerField(default=0)),
                ('hash', models.BinaryField(default=b'\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00', max_length=32)),
                ('segment', models.IntegerField(default=1)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='audit_one_head')],
            },
        ),
        migrations.CreateModel(
            name='RefusalCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64)),
                ('minute', models.DateTimeField()),
                ('first', models.BigIntegerField()),
                ('more', models.BigIntegerField(default=0)),
            ],
            options={
                'indexes': [models.Index(fields=['minute'], name='audit_refusal_minute')],
                'constraints': [models.UniqueConstraint(fields=('key', 'minute'), name='audit_one_refusal_count')],
            },
        ),
        migrations.RunPython(make_head, migrations.RunPython.noop),
        migrations.RunPython(install, remove),
    ]
