"""`manage.py gate`: the door for Podman's and Docker's own clients, by SSH."""

import asyncio
import socket
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """Runs until SIGTERM. Opens no vault, and changes nothing on a host but by actions."""

    help = "Let podman --remote, docker and compose in (one of the processes that `up` runs)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Without --fd it listens on HAULOUT_BIND and HAULOUT_GATE_PORT itself."""
        parser.add_argument("--fd", type=int, help="listening socket handed over by `up`")

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve; ends within five seconds of SIGTERM."""
        from dashboard.supervisor import pulse
        from dashboard.supervisor.address import listen
        from hosts.gate import process
        from hosts.gate.serve import serve

        if options["fd"] is not None:
            listening = socket.socket(fileno=options["fd"])
        elif settings.HAULOUT_GATE_PORT:
            listening = listen(settings.ENV.bind, settings.HAULOUT_GATE_PORT)
        else:
            raise CommandError("HAULOUT_GATE_PORT is 0, which means: no gate.")
        stopped = pulse.start(settings.REDIS_URL, pulse.GATE_KEY)
        try:
            asyncio.run(process.run(serve, listening))
        finally:
            stopped.set()
