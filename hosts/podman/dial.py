"""How to reach a Podman socket; the only place in this room that knows where one is."""

import asyncio
from dataclasses import dataclass
from typing import Final, Protocol

import aiohttp

# Podman's service ends 5 s after its last request, with its idle connections. Connections are
# dropped earlier, so that no POST is written into one that is about to close.
KEEPALIVE_S: Final = 4.0

# Buffer of an upgraded stream; when it is full, the host is slowed down.
STREAM_BUFFER_BYTES: Final = 256 * 1024


class Dial(Protocol):
    """A way to one Podman socket."""

    def connector(self) -> aiohttp.BaseConnector:
        """A new connector for one HTTP session. Called inside a running loop."""

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A raw connection, for upgrades. Raises OSError where nobody listens."""


@dataclass(frozen=True, slots=True)
class UnixDial:
    """A Podman socket at a path of this machine (its own, or one that the link relays)."""

    path: str

    def connector(self) -> aiohttp.BaseConnector:
        """No limit of connections here: streams stay open, and callers bound their calls."""
        return aiohttp.UnixConnector(self.path, keepalive_timeout=KEEPALIVE_S, limit=0)

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_unix_connection(self.path, limit=STREAM_BUFFER_BYTES)
