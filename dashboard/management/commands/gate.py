"""`manage.py gate`: the doors for Podman's and Docker's own clients, by SSH and by HTTP."""

import asyncio
import socket
import ssl
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """Runs until SIGTERM. Opens no vault, and changes nothing on a host but by actions."""

    help = "Let podman --remote, docker and compose in (one of the processes that `up` runs)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Without --fd and --http-fd it listens itself, where the settings say."""
        parser.add_argument("--fd", type=int, help="listening socket for SSH, from `up`")
        parser.add_argument("--http-fd", type=int, help="listening socket for HTTP, from `up`")
        parser.add_argument(
            "--tls-key",
            type=Path,
            help="PEM file of the private key, for HTTP, with --tls-chain; without them it has a certificate"
            " of its own on every address but loopback",
        )
        parser.add_argument("--tls-chain", type=Path, help="PEM file of the certificate")

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve; ends within five seconds of SIGTERM."""
        from dashboard.supervisor import pulse
        from hosts.gate.doors import process
        from hosts.gate.doors.serve import serve

        key, chain = options["tls_key"], options["tls_chain"]
        if options["fd"] is not None or options["http_fd"] is not None:
            by_ssh, by_http = _adopted(options["fd"]), _adopted(options["http_fd"])
        else:
            by_ssh, by_http = _opened()
            if by_http is not None and not (key and chain):
                key, chain = _own_certificate()
        tls: ssl.SSLContext | None = process.tls_context(key, chain) if key and chain else None
        stopped = pulse.start(settings.REDIS_URL, pulse.GATE_KEY)
        try:
            asyncio.run(process.run(serve, by_ssh, by_http, tls=tls))
        finally:
            stopped.set()


def _adopted(descriptor: int | None) -> socket.socket | None:
    return None if descriptor is None else socket.socket(fileno=descriptor)


def _opened() -> tuple[socket.socket | None, socket.socket | None]:
    from dashboard.supervisor.address import listen

    ports = settings.HAULOUT_GATE_PORT, settings.HAULOUT_GATE_HTTP_PORT
    if not any(ports):
        raise CommandError("HAULOUT_GATE_PORT and _GATE_HTTP_PORT are 0, which means: no gate.")
    by_ssh, by_http = (listen(settings.ENV.bind, port) if port else None for port in ports)
    return by_ssh, by_http


def _own_certificate() -> tuple[Path | None, Path | None]:
    """None on a loopback address, as for pages below `up`."""
    from dashboard.supervisor import address, certificate

    env = settings.ENV
    found = address.choose(env.bind, env.port, "" if env.own_certificate else env.url)
    if found.loopback:
        return None, None
    made = certificate.ensure(settings.HAULOUT_KEYS, found.names)
    return made.key, made.chain
