"""An upload whose link, web process or supervisor is killed: its part goes from the container by itself."""

import asyncio
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.bench.client import Client
from tests.lab.troubled import LONG_S, Troubled, broken_stack, troubled
from tests.lab.wait import until

__all__ = ["broken_stack", "troubled"]

pytestmark = pytest.mark.timeout(480)
PIECE = bytes(1 << 20)
PIECES = 64
# one that nobody carries out any more is given up after 60 s, by a chore of every 60 s
SWEPT_WITHIN_S = 200.0


async def signed_in(url: str) -> dict[str, str]:
    """The headers of somebody who may change something."""
    async with Client(url) as client:
        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        return {**client.headers_for_change, "Origin": url, "Cookie": cookies}


def upload(url: str, path: str, half_way: Callable[[], None]) -> None:
    """Send a file; `half_way` is called in the middle of it. It does not get through."""
    headers = {**asyncio.run(signed_in(url)), "Content-Length": str(PIECES * len(PIECE))}
    with closing(HTTPConnection(urlsplit(url).netloc, timeout=LONG_S)) as connection:
        connection.putrequest("PUT", path)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        for _number in range(PIECES // 2):
            connection.send(PIECE)
        half_way()
        try:
            for _number in range(PIECES // 2):
                connection.send(PIECE)
            assert connection.getresponse().status >= 400
        except (HTTPException, OSError):
            pass  # cut, as its process was


@pytest.mark.parametrize(
    "killed",
    [
        "link",
        pytest.param("web", marks=pytest.mark.more),
        pytest.param("supervisor", marks=pytest.mark.more),
    ],
)
def test_its_part_is_swept(troubled: Troubled, lab: Any, killed: str) -> None:
    host = lab.hosts[0]
    endpoint = troubled.register(host)
    box = troubled.container(host, "--name", "box", "localhost/busybox", "sleep", "1000")
    host.podman("exec", "box", "mkdir", "/data")

    def there() -> str:
        return str(host.podman("exec", "box", "ls", "-A", "/data")).strip()

    def kill() -> None:
        until("a part is there", lambda: ".part" in there(), timeout_s=LONG_S)
        if killed == "supervisor":
            troubled.killed_and_started()
        else:
            troubled.process(killed).kill()

    before = troubled.last_entry()
    place = f"/transfer/files/container/{endpoint}/{box}/upload/?path=/data&name=big"
    upload(troubled.stack.url, place, kill)
    until("nothing of it stays", lambda: there() == "", timeout_s=SWEPT_WITHIN_S)
    until(
        "nothing is left to do",
        lambda: troubled.rows("SELECT id FROM hosts_opentransfer") == [],
        timeout_s=LONG_S,
    )
    [(verb, result)] = troubled.verbs(before, "outcome")
    assert verb == "container.files_edit"
    assert result == ("failed" if killed == "link" else "unknown")
    troubled.hold(host)
