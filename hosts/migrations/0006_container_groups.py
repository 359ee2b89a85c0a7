"""Containers in groups: an index that begins with each group's key."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("hosts", "0005_disk_and_events"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="container",
            index=models.Index(
                condition=models.Q(("gone__isnull", True)),
                fields=["endpoint", "pod_name", "name", "id"],
                name="container_endpoi_pod_na_name",
            ),
        ),
        migrations.AddIndex(
            model_name="container",
            index=models.Index(
                condition=models.Q(("gone__isnull", True)),
                fields=["unit", "name", "id"],
                name="container_unit_name",
            ),
        ),
    ]
