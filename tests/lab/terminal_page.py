"""A browser's side of a terminal, without the screen: over the real ASGI application."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from dashboard.asgi import application
from dashboard.streams.terminals.sessions import sessions
from tests import make
from tests.lab.wait import until

ORIGIN = b"http://127.0.0.1:8000"
WITHIN_S = 20.0


class TerminalPage:
    """One person's socket. `screen`: all bytes; `notes`: all messages beside them."""

    def __init__(self, user: Any, *, cookie: str = "") -> None:
        self.user = user
        self.cookie = cookie
        self.screen = b""
        self.notes: list[dict[str, Any]] = []
        self.code: int | None = None
        self.at = 0

    async def _connect(self, path: str) -> None:
        if not self.cookie:
            client = Client()
            await sync_to_async(client.force_login)(self.user)
            self.cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        cookie = f"{settings.SESSION_COOKIE_NAME}={self.cookie}".encode()
        await self._shake_hands(path, [(b"origin", ORIGIN), (b"cookie", cookie)])

    async def _shake_hands(self, path: str, headers: list[tuple[bytes, bytes]]) -> None:
        self.socket = WebsocketCommunicator(application, path, headers=headers)
        connected, code = await self.socket.connect(timeout=WITHIN_S)
        assert connected, code

    async def open(self, container: Any, **wanted: Any) -> None:
        """Open a terminal in `container` (endpoint id, Podman's id)."""
        await self._connect(f"/ws/terminal/{container[0]}/{container[1]}/")
        await self.say(open={"columns": 80, "rows": 24, **wanted})

    async def join(self, key: str, *, have: int = 0) -> None:
        """Look at one that is open."""
        await self._connect(f"/ws/terminal/{key}/?have={have}")

    async def say(self, **message: Any) -> None:
        await self.socket.send_to(text_data=json.dumps(message))

    async def type(self, text: str | bytes) -> None:
        data = text.encode() if isinstance(text, str) else text
        await self.socket.send_to(bytes_data=data)

    async def read_one(self, *, draw: bool = True) -> None:
        """One message, drawn at once."""
        message = await self.socket.receive_output(WITHIN_S)
        if message["type"] == "websocket.close":
            self.code = message["code"]
        elif message.get("bytes"):
            self.screen += message["bytes"]
            self.at += len(message["bytes"])
            if draw:
                await self.say(drawn=self.at)
        else:
            note = json.loads(message["text"])
            if "offset" in note:
                self.at = note["offset"]
            self.notes.append(note)

    async def until(self, enough: Callable[[], Any]) -> Any:
        """Read until that is so; its value."""
        async with asyncio.timeout(WITHIN_S):
            while not (found := enough()):
                assert self.code is None, (self.code, self.screen, self.notes)
                await self.read_one()
        return found

    async def sees(self, text: str | bytes) -> None:
        """Read until that stands on the screen."""
        data = text.encode() if isinstance(text, str) else text
        try:
            await self.until(lambda: data in self.screen)
        except TimeoutError as error:
            raise AssertionError((data, self.screen[-2000:], self.notes)) from error

    async def told(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The first note of this kind that has these fields."""
        wanted = {"type": kind, **fields}.items()
        found = await self.until(
            lambda: next((note for note in self.notes if wanted <= _flat(note).items()), None)
        )
        return dict(found)

    async def closed(self) -> int:
        """The code with which the server closes."""
        async with asyncio.timeout(WITHIN_S):
            while self.code is None:
                await self.read_one()
        return self.code

    async def leave(self) -> None:
        await self.socket.disconnect(timeout=WITHIN_S)


def _flat(note: dict[str, Any]) -> dict[str, Any]:
    """Lists cannot be compared in a set of items."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in note.items()}


@pytest.fixture
def container(lab: Any, endpoint_on: Any, clean_hosts: None) -> Callable[..., Any]:
    """`container("--user", "1", "localhost/busybox", "sleep", "1000")` runs; (endpoint id, id)."""
    endpoint = endpoint_on(lab.hosts[0])

    def run(*words: str, state: str = "running") -> tuple[int, str]:
        podman_id = lab.hosts[0].podman("run", "-d", *words).split()[-1]
        make.container(endpoint, "shop", podman_id=podman_id, state=state)
        return endpoint.pk, podman_id

    return run


@pytest_asyncio.fixture
async def page() -> AsyncIterator[Callable[..., TerminalPage]]:
    """`page(user)`: that person's browser. All are closed, and all sessions ended, at the end."""
    pages: list[TerminalPage] = []

    def make(user: Any, **options: Any) -> TerminalPage:
        pages.append(TerminalPage(user, **options))
        return pages[-1]

    yield make

    await sessions.end_all()
    for one in pages:
        if hasattr(one, "socket"):
            await one.leave()


SLEEP = ("localhost/busybox", "sleep", "1000")


def settled(entries: Any, verb: str = "container.exec") -> list[Any]:
    """Intent and outcome, once both are written."""

    def found() -> list[Any]:
        return [one for one in entries(verb) if one.kind in ("intent", "outcome")]

    until("the outcome", lambda: len(found()) == 2)
    return found()


def processes(host: Any, where: tuple[int, str]) -> list[str]:
    """What runs in the container, as Podman says it; not what is dead and waits for its parent."""
    lines = host.podman("top", where[1], "state", "args").splitlines()[1:]
    return [line.split(maxsplit=1)[1].strip() for line in lines if not line.startswith("Z")]


async def only_sleep_is_left(host: Any, where: tuple[int, str]) -> None:
    await sync_to_async(until)(
        "the shell's end", lambda: processes(host, where) == ["sleep 1000"], timeout_s=30
    )
