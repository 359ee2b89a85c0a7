"""Each endpoint as unix sockets on this machine: a wide one, and one each for web and gate.

Beside them the bus of its systemd, for workers and link.
"""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from hosts.link.bus import BusSplice, open_bus
from hosts.link.channel import Connection, ReceiverFactory
from hosts.link.errors import LinkError
from hosts.link.sockets import CALLERS, Caller, bus_socket, endpoint_socket
from hosts.link.splice import Splice
from hosts.link.ssh_errors import host_away
from hosts.link.web_filter import WebFilter

_BACKLOG: Final = 512
# a link that has just started has not reached its hosts yet
_FIRST_DIAL_S: Final = 10.0


class Relay:
    """Listens for one endpoint. While its host is away it answers 503 itself."""

    def __init__(self, run: Path, endpoint_id: int, socket_path: str) -> None:
        """`socket_path`: the Podman socket on the host."""
        self.endpoint_id = endpoint_id
        self.socket_path = socket_path
        self._paths = {one: endpoint_socket(run, endpoint_id, one) for one in CALLERS}
        self._bus_path = bus_socket(run, endpoint_id)
        self._servers: list[asyncio.Server] = []
        self._splices: set[Splice] = set()
        self._connection: Connection | None = None
        self._away = host_away("not connected yet")
        # set when the first dial has ended, well or not; earlier connections wait for it
        self._dialled = asyncio.Event()

    @property
    def active(self) -> int:
        """How many local connections are open."""
        return len(self._splices)

    async def start(self) -> None:
        """Listen; sockets of an earlier run are removed."""
        loop = asyncio.get_running_loop()
        accepts: dict[Path, Callable[[], Splice]] = {self._bus_path: self._accept_bus}
        accepts |= {path: partial(self._accept, one) for one, path in self._paths.items()}
        for path, accept in accepts.items():
            sock = _bind(path)
            self._servers.append(await loop.create_unix_server(accept, sock=sock, backlog=_BACKLOG))

    def attach(self, connection: Connection) -> None:
        """Send new local connections over this connection from now on."""
        self._connection = connection
        self._dialled.set()

    def detach(self, error: LinkError) -> None:
        """The host is away for this reason: end open connections, answer 503 to new ones."""
        self._connection = None
        self._away = error
        self._dialled.set()
        for splice in tuple(self._splices):
            splice.lose()

    async def close(self) -> None:
        """Stop listening, end all connections, remove the sockets."""
        for server in self._servers:
            server.close()
        for splice in tuple(self._splices):
            splice.abort()
        for server in self._servers:
            await server.wait_closed()
        self._servers.clear()
        for path in (*self._paths.values(), self._bus_path):
            path.unlink(missing_ok=True)

    def _accept(self, caller: Caller) -> Splice:
        allowed = None if caller == "worker" else WebFilter(caller)
        splice = Splice(self._open, web_filter=allowed, on_end=self._splices.discard)
        self._splices.add(splice)
        return splice

    def _accept_bus(self) -> BusSplice:
        splice = BusSplice(self._open_bus, web_filter=None, on_end=self._splices.discard)
        self._splices.add(splice)
        return splice

    async def _open(self, receiver: ReceiverFactory) -> None:
        await (await self._reached()).open_channel(receiver, self.socket_path)

    async def _open_bus(self, receiver: ReceiverFactory) -> None:
        await open_bus(await self._reached(), receiver, self.socket_path)

    async def _reached(self) -> Connection:
        """The connection; LinkError where the host is away."""
        if not self._dialled.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._dialled.wait(), _FIRST_DIAL_S)
        if self._connection is None:
            raise self._away
        return self._connection


def _bind(path: Path) -> socket.socket:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    path.unlink(missing_ok=True)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.bind(str(path))
        # Before it listens: nobody can have connected with wider rights.
        path.chmod(0o600)
    except BaseException:
        # nobody else has the socket yet
        sock.close()
        raise
    return sock
