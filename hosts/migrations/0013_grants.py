"""Grants, and the narrowed one that a job stands on."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_teams"),
        ("hosts", "0012_certificates"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="job",
            name="grant_id",
            field=models.PositiveBigIntegerField(null=True),
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("label", models.CharField(blank=True, max_length=250, verbose_name="label")),
                (
                    "names",
                    models.CharField(blank=True, max_length=200, verbose_name="name pattern"),
                ),
                ("until", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("made_by", models.CharField(max_length=200)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                (
                    "endpoint",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grants",
                        to="hosts.endpoint",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grants",
                        to="hosts.group",
                    ),
                ),
                (
                    "host",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grants",
                        to="hosts.host",
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="accounts.role",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grants",
                        to="accounts.team",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grants",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("until__isnull", False)),
                        fields=["until"],
                        name="grant_until",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("team__isnull", False), ("user__isnull", True)),
                            models.Q(("team__isnull", True), ("user__isnull", False)),
                            _connector="OR",
                        ),
                        name="grant_to_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("endpoint__isnull", True),
                                ("group__isnull", False),
                                ("host__isnull", True),
                            ),
                            models.Q(
                                ("endpoint__isnull", True),
                                ("group__isnull", True),
                                ("host__isnull", False),
                            ),
                            models.Q(
                                ("endpoint__isnull", False),
                                ("group__isnull", True),
                                ("host__isnull", True),
                            ),
                            models.Q(
                                ("endpoint__isnull", True),
                                ("group__isnull", True),
                                ("host__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="grant_at_one_place",
                    ),
                ],
            },
        ),
    ]
