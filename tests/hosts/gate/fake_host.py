"""A host at the lowest seam: a server on the endpoint's socket that says what a test tells it to, and keeps
what reached it.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hosts.link.framing import Body, End, RequestHead, RequestReader

MISSING: dict[str, Any] = {
    "cause": "no such thing",
    "message": "no thing {name} found: no such thing",
    "response": 404,
}


@dataclass
class Reached:
    """A request as it came."""

    line: str
    fields: dict[bytes, list[bytes]]
    body: bytes = b""


@dataclass
class Answer:
    """An answer: JSON, or pieces that come one after the other and then, unless `stays`, the end."""

    status: int = 200
    value: Any = None
    pieces: tuple[bytes, ...] | None = None
    stays: bool = False
    # in place of all that: these bytes, and then it hangs up
    raw: bytes | None = None
    # no answer ever comes
    hangs: bool = False
    # it comes once this is set
    waits: asyncio.Event | None = None
    # it comes with the head of the request, and the body is not read
    early: bool = False
    # what else is so from then on
    then: Callable[[], None] | None = None


@dataclass
class FakeHost:
    """`answers` by method and path, without the query. What is not among them is missing."""

    path: Path
    answers: dict[str, Answer] = field(default_factory=dict)
    reached: list[Reached] = field(default_factory=list)
    # connections that were cut off while an answer stayed open
    left: asyncio.Event = field(default_factory=asyncio.Event)
    # connections that there ever were
    accepted: int = 0
    # another request has reached it
    more: asyncio.Event = field(default_factory=asyncio.Event)
    # where it said something last
    says_to: asyncio.WriteTransport | None = None
    _server: asyncio.Server | None = None
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    def lines(self, *, of: str = "") -> list[str]:
        """The request lines that reached it."""
        return [one.line for one in self.reached if of in one.line]

    def container(self, own_id: str, name: str, **labels: str) -> None:
        """One that inspect tells of, by its id and by its name."""
        value = {
            "Id": own_id,
            "Name": name,
            "Config": {"Labels": labels, "Env": ["PASSWORD=canary"]},
            "State": {"Running": True},
        }
        for called in (own_id, name):
            for prefix in ("/v5.0.0/libpod", "/v5.4.0/libpod", "/v1.41"):
                self.answers[f"GET {prefix}/containers/{called}/json"] = Answer(value=value)

    @property
    def connections(self) -> int:
        """How many there are."""
        return len(self._tasks)

    async def emptied(self) -> None:
        """Wait until all connections have ended."""
        async with asyncio.timeout(10):
            await asyncio.gather(*self._tasks)

    async def start(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, str(self.path))

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.accepted += 1
        task.add_done_callback(self._tasks.discard)
        requests, now = RequestReader(), None
        try:
            while data := await reader.read(65536):
                requests.push(data)
                while (event := requests.pull()) is not None:
                    if isinstance(event, RequestHead):
                        now = Reached(f"{event.method} {event.target}", event.fields)
                        self.reached.append(now)
                        self.more.set()
                        says = self._says(now)[1]
                        if says is not None and says.early:
                            await self._answer(now, reader, writer)
                            return
                    elif isinstance(event, Body):
                        assert now is not None
                        now.body += event.raw
                    elif isinstance(event, End):
                        assert now is not None
                        await self._answer(now, reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    def _says(self, asked: Reached) -> tuple[tuple[str, str], Answer | None]:
        method, _blank, target = asked.line.partition(" ")
        path = target.partition("?")[0]
        return (method, path), self.answers.get(f"{method} {path}")

    async def _answer(
        self, asked: Reached, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        (method, path), says = self._says(asked)
        if says is None:
            name = next((one for one in reversed(path.split("/")) if one not in ("json",)), "")
            told = {**MISSING, "message": MISSING["message"].format(name=name)}
            says = Answer(404, told)
        self.more.set()
        if says.waits is not None:
            await says.waits.wait()
        if says.then is not None:
            says.then()
        if says.hangs:
            await reader.read()
            return
        if says.raw is not None:
            writer.write(says.raw)
            await writer.drain()
            writer.close()
            return
        head = f"HTTP/1.1 {says.status} X\r\nApi-Version: 1.41\r\nLibpod-Api-Version: 5.4.2\r\n"
        if says.status == 101:
            await self._upgraded(reader, writer, deaf=says.stays)
            return
        if says.pieces is None:
            content = b"" if says.status in (204, 304) else json.dumps(says.value).encode()
            fields = f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
            writer.write((head + fields).encode() + (b"" if method == "HEAD" else content))
            await writer.drain()
            return
        writer.write(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        for piece in says.pieces:
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        self.says_to = writer.transport
        await writer.drain()
        if says.stays:
            await reader.read()
            self.left.set()
            return
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    async def _upgraded(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, deaf: bool
    ) -> None:
        writer.write(b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
        if deaf:
            await asyncio.Event().wait()
        while data := await reader.read(65536):
            writer.write(data.upper())
            await writer.drain()
        writer.write(b"EOF")
        writer.close()
