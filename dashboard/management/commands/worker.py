"""`manage.py worker`: Celery with a pool of threads. Carries out jobs."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

QUEUES = ("short", "long")


class Command(BaseCommand):
    """Takes wake-up calls from all queues (or those named) until SIGTERM."""

    help = "Carry out jobs (one of the processes that `up` runs)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Several workers may run, on one machine or many."""
        parser.add_argument("--queues", default=",".join(QUEUES), help="queues to serve, by comma")
        parser.add_argument("--threads", type=int, default=8, help="tasks at once (8)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until SIGTERM; running jobs get a moment, then their lease goes to another worker."""
        from dashboard.celery import app
        from dashboard.supervisor import pulse

        stopped = pulse.start(settings.REDIS_URL)
        try:
            app.worker_main(
                [
                    "worker",
                    "--pool=threads",
                    f"--concurrency={options['threads']}",
                    f"--queues={options['queues']}",
                    "--without-gossip",
                    "--without-mingle",
                    "--loglevel=INFO",
                ]
            )
        finally:
            stopped.set()
