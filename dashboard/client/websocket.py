"""A WebSocket (RFC 6455) of the standard library: messages both ways over the connection of a Server."""

from __future__ import annotations

import os
from base64 import b64encode
from struct import pack, unpack
from typing import Any

from .failure import AWAY, Failure
from .server import API, Server, failure_of

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
READ_BYTES = 65_536
MOST_HEAD_BYTES = 65_536


class WebSocket:
    """`fileno` is for select; `receive` takes all that has come."""

    def __init__(self, server: Server, path: str) -> None:
        self._sock = server.connect(timeout_s=None).sock
        self._left = b""
        self._parts = b""
        self._kind = BINARY
        self.close_code = 0
        host = server.url.partition("://")[2]
        head = [
            f"GET {API}{path} HTTP/1.1",
            f"Host: {host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {b64encode(os.urandom(16)).decode()}",
            "Sec-WebSocket-Version: 13",
            f"Authorization: {server.authorization()}",
            "User-Agent: haulout",
        ]
        self._sock.sendall("\r\n".join([*head, "", ""]).encode())
        self._answered()

    def fileno(self) -> int:
        """Of the socket."""
        return int(self._sock.fileno())

    def send(self, data: bytes, kind: int = BINARY) -> None:
        """One message, masked as clients must."""
        length = len(data)
        if length < 126:
            head = pack("!BB", 0x80 | kind, 0x80 | length)
        elif length < 65_536:
            head = pack("!BBH", 0x80 | kind, 0xFE, length)
        else:
            head = pack("!BBQ", 0x80 | kind, 0xFF, length)
        mask = os.urandom(4)
        try:
            self._sock.sendall(head + mask + _masked(data, mask))
        except OSError as error:
            raise _lost(error) from error

    def receive(self) -> list[tuple[int, bytes]]:
        """Whole messages as (kind, data) once something has come; CLOSE is the last one."""
        self._left += self._read()
        while getattr(self._sock, "pending", int)():
            self._left += self._read()
        found = []
        while (frame := self._frame()) is not None:
            final, kind, data = frame
            if kind == PING:
                self.send(data, PONG)
            elif kind == CLOSE:
                self.close_code = unpack("!H", data[:2])[0] if len(data) >= 2 else 1005
                found.append((CLOSE, data))
            elif kind < CLOSE:
                self._kind = kind or self._kind
                self._parts += data
                if final:
                    found.append((self._kind, self._parts))
                    self._parts = b""
        return found

    def close(self) -> None:
        """Without a word."""
        self._sock.close()

    def _frame(self) -> Any:
        """(whether it is the last of its message, kind, data), None until there is one."""
        have = self._left
        if len(have) < 2:
            return None
        length, at = have[1] & 0x7F, 2
        if length >= 126:
            wide = 2 if length == 126 else 8
            if len(have) < 2 + wide:
                return None
            length, at = int.from_bytes(have[2 : 2 + wide], "big"), 2 + wide
        if len(have) < at + length:
            return None
        self._left = have[at + length :]
        return bool(have[0] & 0x80), have[0] & 0x0F, have[at : at + length]

    def _read(self) -> bytes:
        try:
            data = self._sock.recv(READ_BYTES)
        except OSError as error:
            raise _lost(error) from error
        if not data:
            raise _lost(ConnectionResetError("closed"))
        return bytes(data)

    def _answered(self) -> None:
        """Read the head of the answer. Failure where it is no 101."""
        while b"\r\n\r\n" not in self._left:
            if len(self._left) > MOST_HEAD_BYTES:
                raise Failure("The server does not answer as Haulout does.", code=AWAY)
            self._left += self._read()
        head, _end, self._left = self._left.partition(b"\r\n\r\n")
        status = head.split(None, 2)[1:2]
        if status != [b"101"]:
            self.close()
            number = int(status[0]) if status and status[0].isdigit() else 0
            # a stranger's handshake ends in 403: there is no body in which to say why
            raise failure_of(401 if number == 403 else number, self._left)


def _masked(data: bytes, mask: bytes) -> bytes:
    whole = (mask * (len(data) // 4 + 1))[: len(data)]
    return (int.from_bytes(data, "big") ^ int.from_bytes(whole, "big")).to_bytes(len(data), "big")


def _lost(error: OSError) -> Failure:
    cause = error.strerror or str(error)
    return Failure(
        f"The connection was lost: {cause}.", "Haulout may be restarting; try again.", AWAY
    )
