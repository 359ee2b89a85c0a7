"""One SSH channel to a simulated Podman socket: HTTP/1.1 with kept connections, and event streams."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import asyncssh

from tests.bench.fleet.api import Answer, answer, event_line
from tests.bench.fleet.content import VERSION
from tests.bench.fleet.machine import SimulatedHost

_REASONS = {200: "OK", 204: "No Content", 304: "Not Modified", 404: "Not Found", 409: "Conflict"}


class PodmanChannel(asyncssh.SSHUNIXSession[bytes]):
    """One caller of one host's Podman."""

    def __init__(self, host: SimulatedHost) -> None:
        self._host = host
        self._unread = b""
        self._skip = 0
        self._streaming = False
        # an event stream's head comes with its first event, as Podman does it
        self._head_sent = False
        self._next: asyncio.TimerHandle | None = None

    def connection_made(self, chan: Any) -> None:
        self._chan = chan

    def connection_lost(self, exc: Exception | None) -> None:
        self._host.listeners.discard(self._event)
        if self._next:
            self._next.cancel()

    def eof_received(self) -> bool:
        # Podman sees the end and hangs up, and sshd then closes the channel
        self._chan.close()
        return True

    def data_received(self, data: bytes, datatype: Any) -> None:
        if self._streaming:
            return
        self._unread += data
        while not self._streaming and self._request():
            pass

    def _request(self) -> bool:
        """Answer one whole request; False when there is none yet."""
        if self._skip:
            dropped = min(self._skip, len(self._unread))
            self._unread, self._skip = self._unread[dropped:], self._skip - dropped
            if self._skip:
                return False
        head, end, rest = self._unread.partition(b"\r\n\r\n")
        if not end:
            return False
        self._unread = rest
        first, *fields = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        for field in fields:
            name, _, value = field.partition(":")
            if name.lower() == "content-length":
                self._skip = int(value)
        told = answer(self._host, method, target)
        if told.again:
            self._repeat(told.again, told.every_s)
            return False
        if told.follow:
            self._follow(told)
            return False
        self._chan.write(_head(told, length=len(told.body)) + told.body)
        return True

    def _follow(self, told: Answer) -> None:
        self._streaming = True
        self._host.listeners.add(self._event)
        if told.body:
            self._piece(told.body)

    def _repeat(self, make: Callable[[], bytes], every_s: float) -> None:
        self._streaming = True
        if self._chan.is_closing():
            return
        self._piece(make())
        loop = asyncio.get_running_loop()
        self._next = loop.call_later(every_s, self._repeat, make, every_s)

    def _event(self, event: dict[str, Any]) -> None:
        self._piece(event_line(event))

    def _piece(self, data: bytes) -> None:
        if not self._head_sent:
            self._head_sent = True
            self._chan.write(_head(Answer(200), length=None))
        self._chan.write(b"%x\r\n%b\r\n" % (len(data), data))


def _head(told: Answer, *, length: int | None) -> bytes:
    lines = [
        f"HTTP/1.1 {told.status} {_REASONS[told.status]}",
        "Api-Version: 1.41",
        f"Libpod-Api-Version: {VERSION}",
        f"Server: Libpod/{VERSION} (linux)",
        f"Date: {format_datetime(datetime.now(UTC), usegmt=True)}",
    ]
    if told.status in (204, 304):
        pass
    elif length is None:
        lines += [f"Content-Type: {told.content_type}", "Transfer-Encoding: chunked"]
    else:
        lines += [f"Content-Type: {told.content_type}", f"Content-Length: {length}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
