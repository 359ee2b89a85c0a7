"""Waiting for an event with a deadline, and asking a Podman socket without any client."""

import asyncio
import http.client
import socket
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tests.lab.hosts.processes import wait_until


def until(what: str, happens: Callable[[], bool], *, timeout_s: float = 60) -> None:
    wait_until(what, happens, timeout_s=timeout_s)


async def until_then(what: str, happens: Callable[[], object], *, timeout_s: float = 60) -> None:
    """The same in a loop whose other tasks go on meanwhile; for what tells nobody when it happens."""
    try:
        async with asyncio.timeout(timeout_s):
            while not happens():  # noqa: ASYNC110 - no event is set for it
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"waited {timeout_s:g} s in vain: {what}") from None


def socket_get(path: Path, target: str) -> bytes:
    """The body of one GET over a unix socket, with a connection of its own."""
    with socket.socket(socket.AF_UNIX) as plain:
        plain.settimeout(10)
        plain.connect(str(path))
        plain.sendall(f"GET {target} HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n".encode())
        with http.client.HTTPResponse(plain) as answer:
            answer.begin()
            return answer.read()


def page(address: str, port: int) -> bytes:
    """The front page of a web server that was started just now and may not listen yet."""
    found: list[bytes] = []

    def asked() -> bool:
        try:
            with urllib.request.urlopen(f"http://{address}:{port}/", timeout=5) as answer:
                found.append(answer.read())
        except urllib.error.URLError as exc:
            if not isinstance(exc.reason, ConnectionError):
                raise
        except ConnectionError:
            pass  # a rootless port forwarder accepts first and hangs up when nobody is behind it
        return bool(found)

    until(f"a web page on {address}:{port}", asked)
    return found[0]
