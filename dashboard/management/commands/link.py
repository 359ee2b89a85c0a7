"""`manage.py link`: holds the SSH connections, relays endpoints, mirrors what hosts have."""

import asyncio
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """Runs until SIGTERM; one per run folder and shard."""

    help = "Keep the connections to all hosts open (one of the processes that `up` runs)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Shards are numbered; the embedded default has only one."""
        parser.add_argument("--shard", type=int, default=0, help="number of this link (0)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve; ends within five seconds of SIGTERM."""
        from hosts.link.supervise.process import AlreadyRunning, serve

        try:
            asyncio.run(serve(settings.HAULOUT_RUN, shard=options["shard"]))
        except AlreadyRunning as exc:
            raise CommandError(str(exc)) from exc
