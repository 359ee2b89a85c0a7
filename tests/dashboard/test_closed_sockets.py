"""Every WebSocket route wants an origin of ours and a session, in this order (T1)."""

import re
from typing import Any

import pytest
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator

from dashboard.asgi import application
from dashboard.sockets.routes import routes

PATHS = [
    "/" + re.sub(r"<int:\w+>", "1", re.sub(r"<str:\w+>", "sample", str(route.pattern)))
    for route in routes
]
OURS = b"http://localhost:8000"


async def answer(path: str, headers: list[tuple[bytes, bytes]]) -> int:
    """The close code that a socket without a session is answered with."""
    socket = WebsocketCommunicator(application, path, headers=headers)
    connected, code = await socket.connect(timeout=5)
    assert not connected
    assert code is not None
    return code


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"origin", b"")],
        [(b"origin", b"null")],
        [(b"origin", b"https://evil.example")],
        [(b"origin", OURS + b".evil.example")],
        [(b"origin", b"https://localhost:8000")],
    ],
)
async def test_another_origin_is_refused(path: str, headers: Any) -> None:
    assert await answer(path, headers) == 4403


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "cookie", [b"", b"haulout=abcdefghijklmnopqrstuvwxyz012345", b"haulout=;;\xff"]
)
async def test_our_origin_without_a_session_is_refused(path: str, cookie: bytes) -> None:
    assert await answer(path, [(b"origin", OURS), (b"cookie", cookie)]) == 4401


@pytest.mark.parametrize("path", ["/ws/", "/ws/nothing/", "/ws/logs/1/a/b/", "/ws/live/x", "/"])
async def test_a_route_that_is_none_is_refused(path: str) -> None:
    """By the routes themselves, as for somebody who is signed in."""
    socket = WebsocketCommunicator(URLRouter(routes), path)
    assert await socket.connect(timeout=5) == (False, 4404)
