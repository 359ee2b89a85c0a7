"""`manage.py beat`: Celery's clock. Publishes what is due; one of it is enough."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Publishes scheduled tasks until SIGTERM."""

    help = "Send scheduled tasks (one of the processes that `up` runs)."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Keeps when each task was last due in DATA/beat.json."""
        from dashboard.celery import app, schedule_chores

        schedule_chores()
        app.Beat(
            schedule=str(settings.HAULOUT_DATA / "beat.json"),
            scheduler="dashboard.beat:UptimeScheduler",
            pidfile=None,
            loglevel="INFO",
            quiet=True,
            redirect_stdouts=False,
        ).run()
