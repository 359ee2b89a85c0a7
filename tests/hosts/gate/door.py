"""A client's end of a connection to the gate, for tests here and on real hosts."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from hosts.access import Person
from hosts.gate.doors.serve import serve
from hosts.gate.sessions.session import Session
from hosts.link.framing import AnswerHead, AnswerReader, Body, End


@dataclass
class Got:
    """An answer as a client reads it."""

    status: int
    fields: dict[bytes, list[bytes]]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class ClientEnd:
    """A client's end of a connection to the gate. `reader`, `writer`: as asyncio's streams."""

    reader: Any
    writer: Any
    answers: AnswerReader = field(default_factory=AnswerReader)

    async def ask(self, line: str, *fields: str, body: bytes = b"") -> Got:
        """Send one request (`GET /path`) and read its answer."""
        await self.send(line, *fields, body=body)
        return await self.answer(line.partition(" ")[0])

    async def send(self, line: str, *fields: str, body: bytes = b"") -> None:
        if body:
            fields = (*fields, f"Content-Length: {len(body)}")
        await self.say(
            "\r\n".join([f"{line} HTTP/1.1", "Host: d", *fields, "", ""]).encode() + body
        )

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self, method: str = "GET") -> Got:
        self.answers.asked(method)
        got = Got(0, {}, b"")
        async with asyncio.timeout(10):
            while not isinstance(event := await self.event(), End):
                if isinstance(event, AnswerHead) and event.status >= 200:
                    got.status, got.fields = event.status, event.fields
                elif isinstance(event, Body):
                    got.body += event.raw
        return got

    async def event(self) -> object:
        """The next of what the gate says. EOFError where it ends."""
        while (event := self.answers.pull()) is None:
            data = await self.reader.read(65536)
            if not data:
                raise EOFError
            self.answers.push(data)
        return event

    async def ended(self) -> None:
        """Wait until the gate has hung up, in mid-answer too."""
        with suppress(EOFError, ConnectionError):
            while True:
                await self.event()


@dataclass
class Door(ClientEnd):
    """The same, with what serves it."""

    session: Session = field(kw_only=True)
    serving: "asyncio.Task[None]" = field(kw_only=True)

    async def close(self) -> None:
        self.writer.close()
        async with asyncio.timeout(10):
            await self.serving


Knock = Callable[[Person], Awaitable[Door]]


@asynccontextmanager
async def knocking(endpoint_id: int) -> AsyncIterator[Knock]:
    """`await knock(person)`: a connection of theirs to that endpoint. All are closed at the end."""
    doors: list[Door] = []

    async def knock(person: Person) -> Door:
        ours, theirs = socket.socketpair()
        reader, writer = await asyncio.open_connection(sock=ours)
        session = Session(replace(person, who=replace(person.who, door="gate")), 0)
        to_gate = await asyncio.open_connection(sock=theirs)
        serving = asyncio.create_task(serve(*to_gate, session, endpoint_id))
        doors.append(Door(reader, writer, session=session, serving=serving))
        return doors[-1]

    try:
        yield knock
    finally:
        for door in doors:
            await door.close()
