"""Teams, and the roles of auditors and of members, who hold only what is granted."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def make_roles(apps, schema_editor):
    Role = apps.get_model("accounts", "Role")
    for name in ("auditor", "member"):
        role, made = Role.objects.get_or_create(name=name, defaults={"built_in": True})
        if not made and not role.built_in:
            # somebody's own role of that name keeps its verbs under another one
            role.name = f"own-{name}"[:50]
            role.save()
            Role.objects.create(name=name, built_in=True)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_saved_views'),
    ]

    operations = [
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.SlugField(max_length=60, unique=True, verbose_name='name')),
                ('words', models.CharField(blank=True, max_length=200, verbose_name='what it is for')),
                ('made_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('owner', models.BooleanField(default=False)),
                ('given_by', models.CharField(blank=True, max_length=60)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='accounts.team')),
            ],
            options={
                'ordering': ['-owner', 'user__name', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('team', 'user'), name='member_once')],
            },
        ),
        migrations.RunPython(make_roles, migrations.RunPython.noop),
    ]
