from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('hosts', '0001_squashed_0035'),
    ]

    operations = [
        migrations.CreateModel(
            name='Chore',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('began_at', models.DateTimeField(null=True)),
                ('worker', models.CharField(blank=True, max_length=80)),
                ('lease_until', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Worker',
            fields=[
                ('name', models.CharField(max_length=80, primary_key=True, serialize=False)),
                ('queues', models.JSONField(default=list)),
                ('seen_at', models.DateTimeField()),
            ],
        ),
    ]
