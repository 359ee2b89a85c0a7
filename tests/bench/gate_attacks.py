"""Process of `bench gate`: plays one bad client at the gate until it is ended. NAME SOCKET.

SOCKET leads to the gate over an SSH connection of the person who attacks.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

LIST: Final = "/v5.0.0/libpod/containers/json"
CREATE: Final = b"POST /v5.0.0/libpod/containers/create HTTP/1.1\r\nHost: d\r\n"
MIB: Final = 2**20
DEEP: Final = b'{"a":' * 100_000
TWO_LENGTHS: Final = CREATE + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"
BAD_CHUNKS: Final = CREATE + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"
LONG_HEAD: Final = b"GET /_ping HTTP/1.1\r\nX-Long: " + b"a" * MIB + b"\r\n\r\n"
LONG_FILTERS: Final = b"GET " + LIST.encode() + b"?filters=" + b"a" * MIB + b" HTTP/1.1\r\n\r\n"
DEEP_JSON: Final = CREATE + b"Content-Length: %d\r\n\r\n" % len(DEEP) + DEEP
# of a client that reads nothing, on one connection
UNREAD: Final = f"GET {LIST}?all=true HTTP/1.1\r\nHost: d\r\n\r\n".encode() * 100


async def again(socket: str, data: bytes) -> None:
    """Send it, hear what is said to it, hang up; four at once, without end."""

    async def one() -> None:
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_unix_connection(socket)
                writer.write(data)
                await reader.read(1)
                writer.close()

    await asyncio.gather(*(one() for _number in range(4)))


async def deaf(socket: str) -> None:
    """Ask for much on twenty connections, and take nothing of the answers."""
    held = [await asyncio.open_unix_connection(socket, limit=1) for _number in range(20)]
    for _reader, writer in held:
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(UNREAD)
    await asyncio.Event().wait()


async def dripping(socket: str) -> None:
    """Fifty requests, of which a byte comes each second."""
    held = [await asyncio.open_unix_connection(socket) for _number in range(50)]
    for sign in CREATE * 100:
        for _reader, writer in held:
            writer.write(bytes([sign]))
        await asyncio.sleep(1)


async def channels(socket: str) -> None:
    """A thousand channels at once, and again once all of them have been answered."""

    async def one() -> None:
        with suppress(OSError):
            reader, writer = await asyncio.open_unix_connection(socket)
            writer.write(b"GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n")
            await reader.read(1)
            writer.close()

    while True:
        await asyncio.gather(*(one() for _number in range(1000)))


def _repeating(data: bytes) -> Callable[[str], Awaitable[None]]:
    return lambda socket: again(socket, data)


ATTACKS: Final[dict[str, Callable[[str], Awaitable[None]]]] = {
    "two lengths": _repeating(TWO_LENGTHS),
    "bad chunks": _repeating(BAD_CHUNKS),
    "heads of 1 MiB": _repeating(LONG_HEAD),
    "deep JSON": _repeating(DEEP_JSON),
    "filters of 1 MiB": _repeating(LONG_FILTERS),
    "clients that stop reading": deaf,
    "a byte a second": dripping,
    "1,000 channels": channels,
}


async def _play(name: str, socket: str) -> None:
    await ATTACKS[name](socket)


if __name__ == "__main__":
    asyncio.run(_play(sys.argv[1], sys.argv[2]))
