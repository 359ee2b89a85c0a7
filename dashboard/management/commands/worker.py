"""`manage.py worker`: Celery with a pool of threads, a process for each queue. Carries out jobs."""

from argparse import ArgumentParser
from importlib import import_module
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils.translation import gettext as _

from hosts.jobs.queues import LONG, QUEUES, SHORT, WAITS

# tasks at once. A thread only waits for its jobs, which run in one event loop
THREADS: Final = {SHORT: 32, LONG: 32, WAITS: 64}


class Command(BaseCommand):
    """Serves all queues (or those named) until SIGTERM."""

    help = "Run jobs (one of the processes that `up` runs)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Several workers may run, on one machine or many."""
        parser.add_argument(
            "--queues",
            default=",".join(QUEUES),
            help="queues to serve, separated by commas (default: all)",
        )
        parser.add_argument(
            "--threads", type=int, help="concurrent tasks per queue (default 32, for “waits” 64)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until SIGTERM; running jobs get a moment, then another worker takes them."""
        from dashboard.workers import Workers

        queues = list(dict.fromkeys(filter(None, options["queues"].split(","))))
        if unknown := [queue for queue in queues if queue not in QUEUES]:
            raise CommandError(
                _("There is no queue “%(name)s”. Use one of: %(known)s.")
                % {"name": unknown[0], "known": ", ".join(QUEUES)}
            )

        def serve(queue: str) -> None:
            serve_queue(queue, options["threads"] or THREADS[queue])

        if len(queues) == 1:
            serve(queues[0])
            return
        load()
        # a connection must not be used by two processes
        connections.close_all()
        Workers(queues, serve).run()


def load() -> None:
    """Import what a worker needs, so that those that are forked share it."""
    from dashboard.celery import app

    app.loader.import_default_modules()
    for name in ("celery.apps.worker", "celery.concurrency.thread", "kombu.transport.redis"):
        import_module(name)


def serve_queue(queue: str, threads: int) -> None:
    """Run Celery's worker QUEUE@host until it is stopped. Ends by SystemExit, as Celery does."""
    from dashboard.celery import app
    from dashboard.supervisor import pulse

    stopped = pulse.start(settings.REDIS_URL)
    words = [
        "worker",
        "--pool=threads",
        f"--concurrency={threads}",
        f"--queues={queue}",
        f"--hostname={queue}@%h",
        "--without-gossip",
        "--without-mingle",
        "--loglevel=INFO",
    ]
    try:
        app.worker_main(words)
    finally:
        stopped.set()
