"""A server on a unix socket that says exactly the bytes a test gives it: the lowest seam."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from hosts.podman import Podman, UnixDial, logs
from hosts.podman.frames import Frame

Item = TypeVar("Item")


@dataclass
class Request:
    """One request as it came."""

    head: str
    body: bytes
    connection: int

    @property
    def line(self) -> str:
        return self.head.split("\r\n", 1)[0]

    @property
    def headers(self) -> dict[str, str]:
        pairs = (line.partition(":") for line in self.head.split("\r\n")[1:] if line)
        return {name.lower(): value.strip() for name, _, value in pairs}


Handler = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Fake:
    """What was asked, and where it can be asked."""

    path: str
    asked: list[Request] = field(default_factory=list)
    connections: int = 0


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[Fake]:
    """Answer each request by `handler(asked, writer)`; closing the writer ends the connection."""
    with tempfile.TemporaryDirectory(prefix="fake-") as folder:
        fake = Fake(str(Path(folder) / "podman.sock"))
        tasks: set[asyncio.Task[None]] = set()

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            fake.connections += 1
            number = fake.connections
            try:
                while not writer.is_closing():
                    head = (await reader.readuntil(b"\r\n\r\n")).decode().removesuffix("\r\n\r\n")
                    asked = Request(head, b"", number)
                    length = int(asked.headers.get("content-length", "0"))
                    asked.body = await reader.readexactly(length)
                    fake.asked.append(asked)
                    await handler(asked, writer)
                    await writer.drain()
            except (asyncio.IncompleteReadError, ConnectionError):
                return
            finally:
                writer.close()
                tasks.discard(task)

        server = await asyncio.start_unix_server(connected, fake.path)
        try:
            yield fake
        finally:
            server.close()
            for task in list(tasks):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def talking(
    handler: Handler, *, timeout_s: float = 5.0
) -> AsyncIterator[tuple[Podman, Fake]]:
    """A client in front of such a server."""
    async with serving(handler) as fake, Podman(UnixDial(fake.path), timeout_s) as podman:
        yield podman, fake


def says(*answers: bytes) -> Handler:
    """Each request gets the next of the answers, the last one again and again."""
    left = list(answers)

    async def handler(asked: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(left.pop(0) if len(left) > 1 else left[0])

    return handler


def ends_with(answer: bytes) -> Handler:
    """Says `answer` and hangs up."""

    async def handler(asked: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()
        writer.close()

    return handler


def answer(status: str, body: bytes = b"", *headers: str, kind: str = "application/json") -> bytes:
    """A whole answer with its length, as one of Podman's handlers sends it."""
    lines = [
        f"HTTP/1.1 {status}",
        "Api-Version: 1.41",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        *headers,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def chunked(*pieces: bytes, end: bool = True) -> bytes:
    """A 200 in chunks; without `end` it is cut."""
    body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    tail = b"0\r\n\r\n" if end else b""
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body + tail


async def before(failure: type[Exception], source: AsyncIterator[Item]) -> list[Item]:
    """What `source` gives before it ends with that failure, as it must."""
    got: list[Item] = []
    try:
        async for item in source:
            got.append(item)  # noqa: PERF401 - a comprehension would lose what came before
    except failure:
        return got
    raise AssertionError(f"no {failure.__name__}, but the end, after {len(got)}")


async def frames_of(podman: Podman, container: str, **options: Any) -> AsyncIterator[Frame]:
    """The frames of a log one by one."""
    async with aclosing(logs.batches(podman, container, **options)) as parts:
        async for frames in parts:
            for frame in frames:
                yield frame
