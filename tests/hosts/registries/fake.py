"""A registry on a socket that says exactly the bytes a test gives it."""

import asyncio
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field


@dataclass
class Request:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]


@dataclass
class FakeRegistry:
    """`address`: `127.0.0.1:PORT`; `port` also as `localhost`. `asked`: what came."""

    port: int = 0
    asked: list[Request] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


Respond = Callable[[Request], bytes]


def reply(status: int, body: bytes = b"", **headers: str) -> bytes:
    """An answer; `_` in a header's name is a dash."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@asynccontextmanager
async def registry(
    respond: Respond, *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[FakeRegistry]:
    """One that answers each request by `respond`; with `tls` over https."""
    fake = FakeRegistry()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            first = await reader.readexactly(1)
            if first == b"\x16":
                # a greeting in TLS: servers without it say 400 and close
                writer.write(reply(400))
                return
            head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            line, *rest = head.strip().split("\r\n")
            method, target, _version = line.split(" ")
            pairs = (one.partition(":") for one in rest)
            request = Request(
                method, target, {name.lower(): value.strip() for name, _, value in pairs}
            )
            fake.asked.append(request)
            writer.write(respond(request))
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ValueError):
            # a client that had enough
            return
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    fake.port = server.sockets[0].getsockname()[1]
    async with server:
        yield fake


@contextmanager
def running_registry(respond: Respond) -> Iterator[FakeRegistry]:
    """One in a thread of its own, for code that makes an event loop by itself."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    serving = registry(respond)
    try:
        yield asyncio.run_coroutine_threadsafe(serving.__aenter__(), loop).result(10)
    finally:
        leaving = serving.__aexit__(None, None, None)
        asyncio.run_coroutine_threadsafe(leaving, loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
