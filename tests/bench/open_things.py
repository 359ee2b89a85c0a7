"""What a person holds open, each until it ends: sockets, downloads, uploads, a wait by REST.

Downloads are read and bodies sent at a slow pace, so that each lasts for as long as it may.
"""

import asyncio
import base64
import io
import json
import socket as plain
import tarfile
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.bench.client import Client

OPEN_WITHIN_S, END_WITHIN_S = 30.0, 60.0
PIECE_BYTES = 64 * 1024
PACE_S = 0.04
# of a body that never comes to its end
LONG_BYTES = 2 * 2**30
# pieces of a body after which it is surely under way
UNDER_WAY = 12


@dataclass
class Thing:
    """`live` is set once it runs; its task's result: (monotonic seconds of its end, how it ended)."""

    name: str
    live: asyncio.Event = field(default_factory=asyncio.Event)
    # what came in messages, for whoever wants to know what was told
    told: list[dict[str, Any]] = field(default_factory=list)


Opener = Callable[[Client, Thing], Awaitable[str]]


@dataclass
class Place:
    """One container, volume and image of an endpoint; `spare`: one that is exported."""

    endpoint: int
    container: str
    spare: str
    volume: str
    image: str
    # an open terminal of somebody else
    terminal: str = ""

    def openers(self, sleep: str) -> dict[str, Opener]:
        """By the names that the figures have. `sleep`: seconds that the terminal's process waits."""
        ref, files = f"{self.endpoint}/{self.container}", "/transfer/files"
        box = f"{files}/container/{ref}"
        shell = {"command": f"sleep {sleep}", "columns": 80, "rows": 24}
        found: dict[str, Opener] = {
            "live lists": lists(self.endpoint, self.container),
            "logs": stream(f"/ws/logs/{ref}/"),
            "merged logs": stream(f"/ws/logs/?c={self.endpoint}:{self.container}"),
            "statistics": stream(f"/ws/stats/?of=container:{self.endpoint}:{self.container}"),
            "terminal": stream(f"/ws/terminal/{ref}/", {"open": shell}, begins="open"),
            "main process": stream(
                f"/ws/terminal/{ref}/", {"open": {**shell, "kind": "attach"}}, begins="open"
            ),
            "file download": download(f"{box}/file/?path=/large.bin"),
            "volume export": download(
                f"{files}/volume/{self.endpoint}/{self.volume}/folder/?path=/"
            ),
            "image save": download(f"/transfer/images/save/?object={self.endpoint}:{self.image}"),
            "upload": upload(f"{box}/upload/?path=/tmp&name=up.bin&replace=1", zeros),
            "unpacking": upload(f"{box}/unpack/?path=/tmp", tar),
            "image load": upload(f"/transfer/images/{self.endpoint}/load/?file=a.tar", tar),
            "build": upload(f"/transfer/build/{self.endpoint}/?file=context.tar", tar, BUILD),
        }
        if self.terminal:
            found["another's terminal"] = stream(f"/ws/terminal/{self.terminal}/", begins="at")
        # holds Podman's lock of its container, on which statistics of all of them wait
        spare = f"/transfer/containers/{self.endpoint}/{self.spare}/export/"
        return {**found, "container export": download(spare)}


BUILD = {
    "Haulout-Options": base64.urlsafe_b64encode(
        json.dumps({"tags": "localhost/never:1", "containerfile": "Containerfile"}).encode()
    ).decode()
}


async def hold(client: Client, thing: Thing, opener: Opener) -> tuple[float, str]:
    """Open it and stay until it ends: when that was, and how."""
    try:
        how = await opener(client, thing)
    except (aiohttp.ClientError, ConnectionError) as cut:
        how = f"cut: {type(cut).__name__}"
    return time.monotonic(), how


async def open_all(client: Client, openers: dict[str, Opener]) -> dict[str, Any]:
    """One after the other, until each is under way: by name, its Thing and its task."""
    opened: dict[str, Any] = {}
    for name, opener in openers.items():
        thing = Thing(name)
        task = asyncio.create_task(hold(client, thing, opener), name=name)
        opened[name] = thing, task
        began = asyncio.create_task(thing.live.wait())
        await asyncio.wait(
            [began, task], timeout=OPEN_WITHIN_S, return_when=asyncio.FIRST_COMPLETED
        )
        began.cancel()
        if not thing.live.is_set() or task.done():
            how = task.result() if task.done() else "nothing came"
            await close(opened)
            raise AssertionError(f"{name} is not open: {how}; {thing.told[-3:]}")
    return opened


async def ends(opened: dict[str, Any]) -> dict[str, tuple[float, str]]:
    """When and how each ended; AssertionError names those that have not."""
    await asyncio.wait([task for _thing, task in opened.values()], timeout=END_WITHIN_S)
    if left := [name for name, (_thing, task) in opened.items() if not task.done()]:
        raise AssertionError(f"still open: {', '.join(left)}")
    return {name: task.result() for name, (_thing, task) in opened.items()}


async def close(opened: dict[str, Any]) -> None:
    """Whatever is still open."""
    tasks = [task for _thing, task in opened.values()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def stream(path: str, first: dict[str, Any] | None = None, *, begins: str = "") -> Opener:
    """A socket of a stream, until its close code. `begins`: the note with which it is under way;
    else what comes first that is no state of a connection.
    """

    async def opened(client: Client, thing: Thing) -> str:
        async with client.socket(path) as socket:
            if first is not None:
                await socket.send_json(first)
            async for message in socket:
                if isinstance(message.data, bytes):
                    await socket.send_json({"credit": len(message.data)})
                    started = not begins
                else:
                    thing.told.append(json.loads(message.data))
                    started = thing.told[-1]["type"] == (begins or "sample")
                if started:
                    thing.live.set()
            return str(socket.close_code)

    return opened


def lists(endpoint: int, container: str) -> Opener:
    """The one socket of a page's live lists: those of a container's page, and the events of its host."""
    locked = f"id:{container}"
    wanted = ("containers", "container-head", "events", "jobs")

    async def opened(client: Client, thing: Thing) -> str:
        async with client.socket("/ws/live/") as socket:
            for name in wanted:
                said = {"op": "watch", "id": name, "list": name, "page": 1}
                await socket.send_json({**said, "locked": locked if "head" in name else ""})
            came = set()
            async for message in socket:
                news = json.loads(message.data)
                thing.told.append({"type": news["op"], **news})
                if news["op"] == "rows":
                    came.add(news["id"])
                    await socket.send_json({"op": "ack"})
                if came == set(wanted):
                    thing.live.set()
            return str(socket.close_code)

    return opened


def download(path: str) -> Opener:
    """A file by HTTP, slowly; it must not come to its end."""

    async def opened(client: Client, thing: Thing) -> str:
        taken = 0
        async with _small(client) as http, http.get(client.url + path) as answer:
            if answer.status != 200:
                return f"{answer.status}: {(await answer.text())[:200]}"
            while piece := await answer.content.read(PIECE_BYTES):
                taken += len(piece)
                thing.live.set()
                await asyncio.sleep(PACE_S)
        return f"whole, {taken} bytes"

    return opened


def _small(client: Client) -> aiohttp.ClientSession:
    """The same person, who keeps little that they have not read: its end is not seen before that."""

    def little(address: Any) -> plain.socket:
        family, kind, protocol, *_rest = address
        made = plain.socket(family, kind, protocol)
        made.setsockopt(plain.SOL_SOCKET, plain.SO_RCVBUF, PIECE_BYTES)
        return made

    return aiohttp.ClientSession(
        cookie_jar=client.http.cookie_jar,
        connector=aiohttp.TCPConnector(socket_factory=little),
        read_bufsize=PIECE_BYTES // 4,
    )


Body = Callable[[], AsyncIterator[bytes]]


def upload(path: str, body: Body, headers: dict[str, str] | None = None) -> Opener:
    """A body that never ends, until the answer."""

    async def opened(client: Client, thing: Thing) -> str:
        async def pieces() -> AsyncIterator[bytes]:
            sent = 0
            async for piece in body():
                yield piece
                sent += 1
                if sent == UNDER_WAY:
                    thing.live.set()
                await asyncio.sleep(PACE_S)

        asked = {**client.headers_for_change, "Content-Length": str(LONG_BYTES), **(headers or {})}
        async with client.http.put(client.url + path, data=pieces(), headers=asked) as answer:
            return f"{answer.status}: {(await answer.text())[:200]}"

    return opened


async def zeros() -> AsyncIterator[bytes]:
    """Nothing, for long."""
    while True:
        yield bytes(PIECE_BYTES)


async def tar() -> AsyncGenerator[bytes, None]:
    """An archive with a Containerfile and a file that goes on for long."""
    yield _member("Containerfile", b"FROM scratch\nCOPY long /\n")
    long = tarfile.TarInfo("long")
    long.size = LONG_BYTES
    yield long.tobuf()
    async for piece in zeros():
        yield piece


def _member(name: str, content: bytes) -> bytes:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        archive.addfile(info, io.BytesIO(content))
    return held.getvalue()[: 512 + -(-len(content) // 512) * 512]


def waits_for(job: int, token: str) -> Opener:
    """A program that waits for a job by REST."""

    async def opened(client: Client, thing: Thing) -> str:
        headers = {"Authorization": f"Bearer {token}"}
        address = f"{client.url}/api/v1/jobs/{job}"
        async with aiohttp.ClientSession(headers=headers) as session:
            async with session.get(address) as answer:
                if answer.status != 200 or (await answer.json())["ended"]:
                    return f"{answer.status}: {(await answer.text())[:200]}"
            thing.live.set()
            async with session.get(address, params={"wait": "60"}) as answer:
                return f"{answer.status}: {(await answer.text())[:200]}"

    return opened
