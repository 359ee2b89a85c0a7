"""The three roles that every installation has."""

from django.db import migrations


def make(apps, schema_editor):
    Role = apps.get_model("accounts", "Role")
    for name in ("viewer", "operator", "admin"):
        Role.objects.get_or_create(name=name, defaults={"built_in": True})


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
