"""A person's up- and downloads over the real ASGI application, without a network between."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import Client

from dashboard.asgi import application
from dashboard.streams.transfer.wire import WIRE, Wire

ORIGIN = "http://127.0.0.1:8000"
TOKEN = "a" * 32


class Answer:
    """What came back. `aborted`: the connection was cut."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""
        self.aborted = False

    def json(self) -> Any:
        return json.loads(self.body)


async def transfer(
    user: Any,
    method: str,
    path: str,
    pieces: Iterable[bytes] = (),
    *,
    query: str = "",
    token: bool = True,
    length: int | None = None,
    during: Any = None,
    stalls: asyncio.Event | None = None,
    more_headers: dict[str, str] | None = None,
) -> Answer:
    """Send one request. `during()` is awaited once the body's pieces were fed; the body has ended
    then, unless `length` announces more. A reader that `stalls` sets it with the answer's first
    piece and takes no more.
    """
    client = Client()
    await sync_to_async(client.force_login)(user)
    cookies = (
        f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value};"
        f" {settings.CSRF_COOKIE_NAME}={TOKEN}"
    )
    body = list(pieces)
    size = sum(map(len, body))
    headers = [
        (b"host", b"127.0.0.1:8000"),
        (b"cookie", cookies.encode()),
        (b"content-length", str(size if length is None else length).encode()),
        (b"origin", ORIGIN.encode()),
    ]
    headers += [(k.lower().encode(), v.encode()) for k, v in (more_headers or {}).items()]
    if token:
        headers.append((b"x-csrftoken", TOKEN.encode()))
    got = Answer()

    def abort() -> None:
        got.aborted = True

    wire = Wire(pause=lambda: None, resume=lambda: None, abort=abort)

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            got.status = message["status"]
            got.headers = {k.decode().lower(): v.decode() for k, v in message["headers"]}
        else:
            got.body += message.get("body", b"")
            if stalls is not None:
                stalls.set()
                await asyncio.Event().wait()

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "scheme": "http",
        "query_string": query.encode(),
        "headers": headers,
        "client": ["127.0.0.1", 1],
        "server": ["127.0.0.1", 8000],
        "extensions": {WIRE: wire},
    }
    task = asyncio.create_task(application(scope, wire.receive, send))
    for piece in body:
        wire.feed(piece)
    if length is None or length == size:
        wire.end()
    if during is not None:
        await during()
        if length is not None and length > size:
            wire.lose()
    async with asyncio.timeout(60):
        await task
    return got
