"""The gate's HTTP door as it listens, with a certificate of its own, and clients that come to it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from asgiref.sync import sync_to_async
from django.utils import timezone

from accounts import token_actions
from accounts.models import Token, User
from accounts.token_actions import TokenOptions
from audit.shapes import Who
from dashboard.supervisor import certificate
from dashboard.supervisor.address import listen as open_port
from hosts.gate.doors.http import HttpDoor
from hosts.gate.doors.process import tls_context
from hosts.gate.sessions.bounds import Bounds
from tests.hosts.gate.door import ClientEnd
from tests.hosts.gate.tls_client import TlsClient
from tests.lab.wait import until_then


@dataclass
class HttpClient(ClientEnd):
    """One that sends its token with each request."""

    secret: str = field(default="", kw_only=True)

    async def send(self, line: str, *fields: str, body: bytes = b"") -> None:
        if self.secret:
            fields = (f"Authorization: Bearer {self.secret}", *fields)
        await super().send(line, *fields, body=body)


@dataclass
class HttpGate:
    """Listens on 127.0.0.1. `trusted`: knows its certificate; None where it speaks plain HTTP."""

    port: int
    held: Bounds
    trusted: ssl.SSLContext | None
    ends: list[Any] = field(default_factory=list)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection on which nothing was said."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.ends.append(writer)
        return reader, writer

    async def client(self, secret: str = "") -> HttpClient:
        """A connection on which HTTP is spoken."""
        reader, writer = await self.connect()
        if self.trusted is None:
            return HttpClient(reader, writer, secret=secret)
        end = TlsClient(reader, writer, self.trusted)
        await end.greet()
        return HttpClient(end, end, secret=secret)

    @property
    def connections(self) -> int:
        """How many there are, as they are counted."""
        return self.held.strangers.total() + self.held.people.total()


@asynccontextmanager
async def http_gate(keys: Path, *, tls: bool = True) -> AsyncIterator[HttpGate]:
    """One for a test; all its connections are closed at the end."""
    trusted = context = None
    if tls:
        made = certificate.ensure(keys, ["localhost", "127.0.0.1"])
        context = tls_context(made.key, made.chain)
        trusted = ssl.create_default_context(cafile=str(made.chain))
    held = Bounds()
    door = HttpDoor(held, context)
    listening = open_port("127.0.0.1", 0)
    found = HttpGate(listening.getsockname()[1], held, trusted)
    server = await door.listen(listening)
    try:
        yield found
    finally:
        for end in found.ends:
            end.close()
        server.close()
        door.end()
        await server.wait_closed()
        await until_then("all are gone", lambda: not found.connections)


def add_token(user: User, name: str = "script", **given: Any) -> tuple[Token, str]:
    """A new token of theirs: (the row, the secret)."""
    ends = given.pop("ends", timezone.now() + timedelta(days=30))
    who = Who(name=str(user), user_id=user.pk)
    return token_actions.make(user, who, TokenOptions(name, ends, **given), user=user)


add_token_of = sync_to_async(add_token)
