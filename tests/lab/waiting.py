"""Waiting for an event with a deadline, and asking a Podman socket without any client."""

import http.client
import socket
from collections.abc import Callable
from pathlib import Path

from tests.lab.hosts.processes import wait_until


def until(what: str, happens: Callable[[], bool], *, timeout_s: float = 15) -> None:
    wait_until(what, happens, timeout_s=timeout_s)


def socket_get(path: Path, target: str) -> bytes:
    """The body of one GET over a unix socket, with a connection of its own."""
    with socket.socket(socket.AF_UNIX) as plain:
        plain.settimeout(10)
        plain.connect(str(path))
        plain.sendall(f"GET {target} HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n".encode())
        with http.client.HTTPResponse(plain) as answer:
            answer.begin()
            return answer.read()
