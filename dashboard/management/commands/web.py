"""`manage.py web`: Daphne with our ASGI application. Opens no vault and holds no SSH connection."""

import logging
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Serves pages and sockets on one port."""

    help = "Serve pages and WebSockets (one of the processes that `up` runs)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Without --fd it listens on HAULOUT_BIND and HAULOUT_PORT itself."""
        parser.add_argument("--fd", type=int, help="listening socket handed over by `up`")
        parser.add_argument(
            "--tls-key",
            type=Path,
            help="PEM file of the private key; with --tls-chain, web serves TLS",
        )
        parser.add_argument("--tls-chain", type=Path, help="PEM file of the certificate")

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until SIGTERM."""
        from dashboard.supervisor import web

        if options["fd"] is not None:
            listening = web.adopt(options["fd"])
        else:
            from dashboard.supervisor.address import listen

            listening = listen(settings.ENV.bind, settings.ENV.port)
            # below `up` all is one account, and docs/security.md says what that means
            if os.access(settings.HAULOUT_VAULT_KEY_FILE, os.R_OK):
                log.warning(
                    "web can read the vault key at %s: move it where only worker and link can "
                    "read it (set HAULOUT_VAULT_KEY_FILE for them, not for this process)",
                    settings.HAULOUT_VAULT_KEY_FILE,
                )
        web.serve(listening, key=options["tls_key"], chain=options["tls_chain"])
