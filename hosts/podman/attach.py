"""The raw half of the API: an HTTP/1.1 upgrade that makes a connection a terminal's byte stream.

The client of aiohttp cannot hand over a connection, so the few lines of HTTP are here.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hosts.podman.client import ERROR_LIMIT_BYTES, Podman
from hosts.podman.errors import DeadlineExceeded, Interrupted, Malformed, from_answer, no_socket
from hosts.podman.frames import STDOUT, Frame, FrameParser
from hosts.podman.paths import Params, path, with_query

READ_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class RawStream:
    """An upgraded connection. With `tty` its bytes are raw, else framed.

    After the upgrade Podman writes errors into the stream. End stdin with `writer.write_eof()`.
    """

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    tty: bool

    async def frames(self) -> AsyncGenerator[list[Frame], None]:
        """Frames of the output, as they arrive together; with a TTY all of it is stdout."""
        parser = FrameParser()
        while piece := await self._read():
            frames = [Frame(STDOUT, piece)] if self.tty else parser.feed(piece)
            if frames:
                yield frames
        parser.finish()

    async def _read(self) -> bytes:
        try:
            return await self.reader.read(READ_BYTES)
        except OSError as exc:
            raise Interrupted("The terminal's connection broke.", cause=str(exc)) from exc

    async def close(self) -> None:
        """End the connection. The process at its other end goes on."""
        self.writer.close()
        try:
            await self.writer.wait_closed()
        except OSError:
            # it was broken before: closed is closed
            return


async def attach(podman: Podman, container: str, *, tty: bool, stdin: bool = True) -> RawStream:
    """Attach to a running container. `tty`: as its inspect says (`Config.Tty`). Raises NotFound.

    Look at its state first: Podman prepares a stopped one to start, without a word (5.4). For
    earlier output read the logs: `logs=true` leaks in Podman.
    """
    params = {"stream": True, "stdin": stdin, "stdout": True, "stderr": True}
    return await upgrade(podman, path("containers", container, "attach"), tty=tty, params=params)


async def upgrade(
    podman: Podman,
    target: str,
    *,
    tty: bool,
    params: Params | None = None,
    body: Mapping[str, Any] | None = None,
) -> RawStream:
    """POST `target` and take the connection over. A deadline bounds the wait for the head."""
    where = with_query(target, params)
    content = json.dumps(body).encode() if body is not None else b""
    head = (
        f"POST {where} HTTP/1.1\r\nHost: podman\r\nUser-Agent: Haulout\r\n"
        "Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    try:
        async with asyncio.timeout(podman.timeout_s):
            reader, writer = await podman.dial.open()
    except TimeoutError as exc:
        raise DeadlineExceeded("The Podman socket does not answer.", cause=target) from exc
    except OSError as exc:
        raise no_socket(exc) from exc
    try:
        async with asyncio.timeout(podman.timeout_s):
            writer.write(head.encode() + content)
            await writer.drain()
            status, headers = await _head(reader)
            # Podman answers 101 UPGRADED, or 200 without a length where it saw no Upgrade
            if status not in (101, 200):
                raise from_answer(
                    status,
                    await _error_body(reader, headers),
                    content_type=headers.get("content-type", ""),
                    api="api-version" in headers,
                )
    except BaseException as exc:
        # also a cancelled caller leaves no connection behind
        writer.close()
        if isinstance(exc, TimeoutError):
            limit = f"Podman did not answer within {podman.timeout_s:g} s."
            raise DeadlineExceeded(limit, cause=target) from exc
        if isinstance(exc, OSError):
            raise Interrupted("The connection to Podman broke.", cause=str(exc)) from exc
        raise
    return RawStream(reader, writer, tty)


async def _head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as exc:
        raise Interrupted("The connection ended before Podman answered.") from exc
    except asyncio.LimitOverrunError as exc:
        raise Malformed("Podman's answer has no end of its head.") from exc
    first, *rest = raw.decode("latin-1").split("\r\n")
    protocol, _, answer = first.partition(" ")
    status = answer[:3]
    if not protocol.startswith("HTTP/1.") or not (status.isascii() and status.isdigit()):
        raise Malformed("The answer is not HTTP as Podman speaks it.", cause=first[:200])
    pairs = (line.partition(":") for line in rest if line)
    return int(status), {name.strip().lower(): value.strip() for name, _, value in pairs}


async def _error_body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    """A short body: as long as its head says, else all until the end, without chunk heads."""
    length = headers.get("content-length", "")
    limit = min(int(length), ERROR_LIMIT_BYTES) if length.isdecimal() else ERROR_LIMIT_BYTES
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return await _chunks(reader, limit_bytes=limit)
    body = b""
    while len(body) < limit and (piece := await reader.read(limit - len(body))):
        body += piece
    return body


async def _chunks(reader: asyncio.StreamReader, *, limit_bytes: int) -> bytes:
    body = b""
    try:
        while len(body) < limit_bytes:
            size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
            if size <= 0:
                break
            body += (await reader.readexactly(min(size, limit_bytes) + 2))[:-2]
    except (ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        # a cut error: its first words are still worth showing
        return body
    return body
