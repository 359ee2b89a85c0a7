"""A server on a unix socket in Podman's place: it records what reaches it."""

import asyncio
import email.utils
import json
import re
import time
from pathlib import Path

INFO = {
    "host": {
        "eventLogger": "journald",
        "cgroupVersion": "v2",
        "cgroupControllers": ["cpu", "memory", "pids"],
        "security": {"rootless": False},
        "remoteSocket": {"path": "unix:///run/podman/podman.sock", "exists": True},
    },
    "store": {"graphRoot": "/var/lib/containers/storage"},
    "version": {"Version": "5.4.2", "APIVersion": "5.4.2"},
}


class FakePodman:
    """Answers like Podman where the doctor asks, upgrades exec, and keeps every request's line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.requests: list[str] = []
        self.bytes_seen = 0
        self.info = json.loads(json.dumps(INFO))
        self.version = "5.4.2"
        self.clock_offset_s = 0.0
        self.mute = False
        self.deaf = False
        self.connections = 0
        self.open = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_unix_server(self._serve, str(self.path))

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in tuple(self._writers):
            writer.transport.abort()
        for task in self._tasks if self.deaf else ():
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        self._writers.add(writer)
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open -= 1
            self._writers.discard(writer)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, _, fields = head.partition("\r\n")
        self.requests.append(line.rsplit(" ", 1)[0])
        if self.mute:
            await (asyncio.Event().wait() if self.deaf else reader.read())
            return False
        body = await self._body(reader, fields)
        target = line.split(" ")[1]
        if "upgrade: tcp" in fields.lower() and "/missing/" not in target:
            writer.write(b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
            while data := await reader.read(65536):
                writer.write(data.upper())
                await writer.drain()
            writer.write(b"EOF")
            return False
        status, answer = self._answer(target, body)
        date = email.utils.formatdate(time.time() + self.clock_offset_s, usegmt=True)
        writer.write(
            (
                f"HTTP/1.1 {status} X\r\nContent-Length: {len(answer)}\r\nDate: {date}\r\n"
                f"Libpod-API-Version: {self.version}\r\n\r\n"
            ).encode()
            + answer
        )
        await writer.drain()
        return "HTTP/1.0" not in line and "connection: close" not in fields.lower()

    async def _body(self, reader: asyncio.StreamReader, fields: str) -> bytes:
        if "transfer-encoding: chunked" in fields.lower():
            body = b""
            while size := int(await reader.readline(), 16):
                body += await reader.readexactly(size)
                await reader.readexactly(2)
            await reader.readline()
        else:
            match = re.search(r"content-length: *(\d+)", fields, re.IGNORECASE)
            body = await reader.readexactly(int(match[1]) if match else 0)
        self.bytes_seen += len(body)
        return body

    def _answer(self, target: str, body: bytes) -> tuple[int, bytes]:
        path = target.partition("?")[0]
        if path.endswith("/info"):
            return 200, json.dumps(self.info).encode()
        if path.endswith("/version"):
            return 200, json.dumps({"Version": self.version}).encode()
        if "/missing/" in path:
            return 404, b'{"cause":"no such exec","message":"no such exec","response":404}'
        return 200, f"{target} {len(body)}".encode()
