"""Asking the running link over its control socket: for pages, commands and workers.

What needs no connection of the link's own (scan, doctor, install a key) is done here and now when
no link runs.
"""

import asyncio
import http.client
import json
import socket
from collections.abc import Iterator
from typing import Any, Final, cast

import aiohttp
from django.conf import settings

from hosts.link.errors import KINDS, Kind, LinkError
from hosts.link.sockets import control_socket
from hosts.link.supervise import errands

_SCAN_S: Final = 40.0
_ORDER_S: Final = 20.0


class LinkAway(Exception):
    """No link is running here, or it does not answer."""


class LinkFault(Exception):
    """The link could not do it, for a reason that is none of LinkError's kinds."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


def scan(address: str, port: int) -> dict[str, str]:
    """`{"algorithm", "fingerprint", "line"}` of a host's key. Raises LinkError."""
    try:
        found = _ask("/scan", {"address": address, "port": port}, timeout_s=_SCAN_S)
    except LinkAway:
        found = asyncio.run(errands.scan(address, port))
    return cast(dict[str, str], found)


def reconnect(login_id: int) -> None:
    """Dial this login now, also when it was stopped. Raises LinkAway."""
    _ask("/reconnect", {"login_id": login_id}, timeout_s=_ORDER_S)


def refresh(endpoint_id: int, kind: str, podman_id: str) -> int:
    """List the object again; the endpoint's revision once it is written.

    `kind` "info": read the host's facts again. Raises LinkAway, LinkError, LinkFault.
    """
    asked = {"endpoint_id": endpoint_id, "kind": kind, "id": podman_id}
    return int(_ask("/refresh", asked, timeout_s=_ORDER_S)["revision"])


def reload() -> None:
    """Registered hosts changed: returns when the link has taken it up. Raises LinkAway."""
    _ask("/reload", {}, timeout_s=_ORDER_S)


def health() -> dict[str, Any]:
    """`{"state": "up", "logins": N, "up": N, "away": N, …}`. Raises LinkAway."""
    return _ask("/health", None, timeout_s=2.0)


async def refresh_async(
    endpoint_id: int, kind: str, podman_id: str, *, timeout_s: float = _ORDER_S
) -> int:
    """`refresh` without blocking the caller's loop."""
    connector = aiohttp.UnixConnector(str(control_socket(settings.HAULOUT_RUN)))
    timeout = aiohttp.ClientTimeout(total=timeout_s)
    asked = {"endpoint_id": endpoint_id, "kind": kind, "id": podman_id}
    try:
        async with (
            aiohttp.ClientSession(connector=connector, timeout=timeout) as session,
            session.post("http://link/refresh", json=asked) as answer,
        ):
            return int(_answer(answer.status, await answer.read())["revision"])
    except (aiohttp.ClientError, TimeoutError) as exc:
        raise LinkAway(_words(exc)) from exc


def _ask(path: str, body: dict[str, Any] | None, *, timeout_s: float) -> dict[str, Any]:
    try:
        with _send(path, body, timeout_s=timeout_s) as answer:
            return _answer(answer.status, answer.read())
    except (OSError, http.client.HTTPException) as exc:
        raise LinkAway(_words(exc)) from exc


def _lines(path: str, body: dict[str, Any], *, timeout_s: float) -> Iterator[dict[str, Any]]:
    """JSON lines as they come; an early end raises LinkAway."""
    try:
        with _send(path, body, timeout_s=timeout_s) as answer:
            if answer.status != 200:
                _answer(answer.status, answer.read())
            for line in answer:
                yield json.loads(line)
    except (OSError, http.client.HTTPException) as exc:
        raise LinkAway(_words(exc)) from exc


def _send(path: str, body: dict[str, Any] | None, *, timeout_s: float) -> http.client.HTTPResponse:
    connection = _Connection(timeout_s)
    try:
        if body is None:
            connection.request("GET", path)
        else:
            data = json.dumps(body).encode()
            headers = {"Content-Type": "application/json"}
            connection.request("POST", path, body=data, headers=headers)
        # it holds the socket from here on: the link closes after each answer
        return connection.getresponse()
    except BaseException:
        connection.close()
        raise


class _Connection(http.client.HTTPConnection):
    """HTTP over the control socket; closed by the server after its answer."""

    def __init__(self, timeout_s: float) -> None:
        super().__init__("link", timeout=timeout_s)

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(control_socket(settings.HAULOUT_RUN)))

    def putrequest(self, *args: Any, **kwargs: Any) -> None:
        super().putrequest(*args, **kwargs)
        self.putheader("Connection", "close")


def _answer(status: int, body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError as exc:
        raise LinkFault(f"The link answered {status}.") from exc
    if status == 200:
        return cast(dict[str, Any], told)
    if told.get("kind") in KINDS:
        raise LinkError(cast(Kind, told["kind"]), cause=told["cause"], cure=told["cure"])
    raise LinkFault(str(told.get("cause") or f"The link answered {status}."))


def _words(exc: Exception) -> str:
    return (
        f"Haulout's link does not answer ({type(exc).__name__}): see its state on /readyz, and its"
        " log in the data folder."
    )
