"""A gate that listens, keys of people, and clients of asyncssh's own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncssh
from asgiref.sync import sync_to_async
from django.utils import timezone

from accounts import token_actions
from accounts.models import Token, User
from accounts.token_actions import TokenOptions
from audit.shapes import Who
from dashboard.supervisor.address import listen as open_port
from hosts.gate.doors import process
from hosts.gate.doors.ssh import Door
from hosts.gate.sessions import host_key
from hosts.gate.sessions.bounds import Bounds
from hosts.gate.sessions.session import Session
from tests.lab.wait import until_then


@dataclass
class Gate:
    """Listens on 127.0.0.1. `serve` says who came and where, then gives back what is said to it."""

    port: int = 0
    doors: set[Door] = field(default_factory=set)
    sessions: list[Session] = field(default_factory=list)
    here: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: Any, writer: Any, session: Session, endpoint_id: int) -> None:
        """In the engine's place."""
        self.sessions.append(session)
        self.here.set()
        writer.write(f"{session.person.user} at {endpoint_id}\n".encode())
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.write_eof()

    @asynccontextmanager
    async def client(self, *keys: asyncssh.SSHKey, **how: Any) -> AsyncIterator[Any]:
        """An SSH connection with these keys."""
        trusted = asyncssh.import_public_key(host_key.public_line())
        async with asyncssh.connect(
            "127.0.0.1",
            self.port,
            username=how.pop("username", "anybody"),
            client_keys=list(keys),
            known_hosts=([trusted], [], []),
            config=None,
            agent_path=None,
            **how,
        ) as conn:
            yield conn


@asynccontextmanager
async def gate(keys: Path, kind: type[Gate] = Gate) -> AsyncIterator[Gate]:
    """One for a test, with its host key in `keys`."""
    host_key.make(keys)
    found = kind()
    listening = open_port("127.0.0.1", 0)
    found.port = listening.getsockname()[1]
    acceptor = await process.listen(found.serve, listening, found.doors, Bounds())
    try:
        yield found
    finally:
        acceptor.close()
        for door in tuple(found.doors):
            door.end("the test is over")
        await acceptor.wait_closed()
        await until_then("all are gone", lambda: not found.doors)


def add_key(user: User, name: str = "laptop", **given: Any) -> tuple[Token, asyncssh.SSHKey]:
    """A new key of theirs: (the row, the private half)."""
    private = asyncssh.generate_private_key("ssh-ed25519")
    ends = given.pop("ends", timezone.now() + timedelta(days=30))
    text = private.export_public_key().decode()
    options, who = TokenOptions(name, ends, **given), Who(name=str(user), user_id=user.pk)
    return token_actions.add_key(user, who, options, user=user, text=text), private


add_key_of: Callable[..., Any] = sync_to_async(add_key)
