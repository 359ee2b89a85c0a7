"""Reads every request on a connection of the web process and lets only streams through.

Stricter than Podman's server in every point of HTTP/1.1 framing, so that there is no second request
that only one of the two sees.
"""

import re
from enum import Enum, auto
from typing import Final

from hosts.link import web_routes
from hosts.podman.tar_judge import ArchiveRefused, TarJudge

HEAD_MAX_BYTES: Final = 64 * 1024
_EXEC_BODY_MAX_BYTES: Final = 64 * 1024
_CHUNK_LINE_MAX_BYTES: Final = 32
_REQUEST_LINE: Final = re.compile(rb"([A-Z]{1,16}) ([!-~]+) HTTP/1\.1")
_FIELD: Final = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t -~\x80-\xff]*)")
_LENGTH: Final = re.compile(rb"\d{1,18}")
_CHUNK_SIZE: Final = re.compile(rb"[0-9A-Fa-f]{1,15}")
_TAR: Final = b"application/x-tar"
_UPGRADED: Final = b"HTTP/1.1 101"


class RequestRefusedError(Exception):
    """This request does not pass, and nothing after it on the connection."""


class _At(Enum):
    HEAD = auto()
    BODY = auto()
    EXEC_BODY = auto()
    CHUNK_SIZE = auto()
    CHUNK_END = auto()
    TRAILER = auto()
    ANSWER = auto()
    RAW = auto()
    SHUT = auto()


class WebFilter:
    """One connection's requests. Feed it what comes from the caller; forward what it gives back."""

    def __init__(self) -> None:
        self._at = _At.HEAD
        self._buffer = bytearray()
        self._left = 0
        self._chunked = False
        self._upgrading = False
        self._answer = b""
        self._tar: TarJudge | None = None
        self.requests = 0

    @property
    def waiting(self) -> bool:
        """True while what the caller sends must wait for the server's answer to an upgrade."""
        return self._at is _At.ANSWER

    @property
    def watching(self) -> bool:
        """True while `answered` has to be told what the server sends."""
        return self._upgrading

    def feed(self, data: bytes) -> bytes:
        """What may be passed on now. Raises RequestRefusedError."""
        if self._at is _At.RAW:
            return data
        if self._at is _At.BODY and len(data) < self._left and not self._buffer:
            self._left -= len(data)
            return self._judged(data)
        self._buffer += data
        passed = bytearray()
        while (piece := self._step()) is not None:
            passed += piece
        return bytes(passed)

    def answered(self, data: bytes) -> bytes:
        """Look at the server's answer to an upgrade; gives back what may now be passed on."""
        self._answer += data[: len(_UPGRADED)]
        if len(self._answer) < len(_UPGRADED) and _UPGRADED.startswith(self._answer):
            return b""
        self._upgrading = False
        held = bytes(self._buffer)
        self._buffer.clear()
        if self._at is _At.ANSWER and self._answer.startswith(_UPGRADED):
            self._at = _At.RAW
            return held
        # The server still speaks HTTP: what follows could be a request that nobody has read.
        self._at = _At.SHUT
        return b""

    def _step(self) -> bytes | None:
        """Take one piece off the buffer; None when it needs more, or must wait."""
        if not self._buffer or self._at is _At.ANSWER:
            return None
        if self._at is _At.HEAD:
            return self._head()
        if self._at is _At.BODY:
            return self._body()
        if self._at is _At.EXEC_BODY:
            return self._exec_body()
        if self._at is _At.SHUT:
            raise RequestRefusedError("the server did not upgrade this connection")
        return self._chunk_line()

    def _head(self) -> bytes | None:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0 or end > HEAD_MAX_BYTES:
            if len(self._buffer) > HEAD_MAX_BYTES:
                raise RequestRefusedError("the request head is too long")
            return None
        head = bytes(self._buffer[: end + 4])
        del self._buffer[: end + 4]
        self.requests += 1
        self._judge(head[:-4].split(b"\r\n"))
        return head

    def _judge(self, lines: list[bytes]) -> None:
        match = _REQUEST_LINE.fullmatch(lines[0])
        if match is None:
            raise RequestRefusedError("the request line is not one of HTTP/1.1")
        method, target = match[1].decode("ascii"), match[2].decode("ascii")
        reason = web_routes.refusal(method, target)
        if reason is not None:
            raise RequestRefusedError(reason)
        self._tar = web_routes.judge_of(method, target)
        fields = _fields(lines[1:])
        kinds = fields.get(b"content-type", [])
        if self._tar is not None and any(kind.lower() != _TAR for kind in kinds):
            # in several parts there would be tars within what we take for one
            raise RequestRefusedError("the body is not announced as a tar")
        self._frame(fields)
        self._upgrading = self._upgrade(fields, method, target)
        if web_routes.is_exec_create(method, target):
            if self._chunked or not 0 < self._left <= _EXEC_BODY_MAX_BYTES:
                raise RequestRefusedError("the body needs a length, and a small one")
            self._at = _At.EXEC_BODY
        elif self._chunked:
            self._at = _At.CHUNK_SIZE
        elif self._left:
            self._at = _At.BODY
        else:
            self._end_of_request()

    def _frame(self, fields: dict[bytes, list[bytes]]) -> None:
        lengths = fields.get(b"content-length", [])
        codings = fields.get(b"transfer-encoding", [])
        if len(lengths) + len(codings) > 1:
            raise RequestRefusedError("the length of the body is given twice")
        if codings and codings[0].lower() != b"chunked":
            raise RequestRefusedError("the only transfer encoding is chunked")
        if lengths and not _LENGTH.fullmatch(lengths[0]):
            raise RequestRefusedError("the length of the body is not a number")
        self._chunked = bool(codings)
        self._left = int(lengths[0]) if lengths else 0

    def _upgrade(self, fields: dict[bytes, list[bytes]], method: str, target: str) -> bool:
        if b"http2-settings" in fields:
            raise RequestRefusedError("HTTP/2 is not spoken here")
        protocols = fields.get(b"upgrade", [])
        if not protocols:
            return False
        if [protocol.lower() for protocol in protocols] != [b"tcp"]:
            raise RequestRefusedError("the only upgrade is to tcp")
        if not web_routes.may_upgrade(method, target):
            raise RequestRefusedError("there is nothing to upgrade to")
        # Else the first bytes of an earlier answer could be taken for this one's.
        if self.requests > 1 or b"expect" in fields:
            raise RequestRefusedError("an upgrade must be the first request on its connection")
        return True

    def _end_of_request(self) -> None:
        self._at = _At.ANSWER if self._upgrading else _At.HEAD

    def _body(self) -> bytes:
        piece = bytes(self._buffer[: self._left])
        del self._buffer[: len(piece)]
        self._left -= len(piece)
        if not self._left:
            if self._chunked:
                self._at = _At.CHUNK_END
            else:
                self._end_of_request()
        return self._judged(piece)

    def _judged(self, piece: bytes) -> bytes:
        """A piece of a body; of a tar that Podman unpacks on the host itself, each head is read."""
        if self._tar is not None:
            try:
                self._tar.feed(piece)
            except ArchiveRefused as refused:
                raise RequestRefusedError(refused.message) from refused
        return piece

    def _exec_body(self) -> bytes | None:
        if len(self._buffer) < self._left:
            return None
        body = bytes(self._buffer[: self._left])
        reason = web_routes.exec_refusal(body)
        if reason is not None:
            raise RequestRefusedError(reason)
        return self._body()

    def _chunk_line(self) -> bytes | None:
        limit = HEAD_MAX_BYTES if self._at is _At.TRAILER else _CHUNK_LINE_MAX_BYTES
        end = self._buffer.find(b"\r\n")
        if end < 0 or end > limit:
            if len(self._buffer) > limit:
                raise RequestRefusedError("a line between two chunks is too long")
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        if self._at is _At.CHUNK_SIZE:
            if not _CHUNK_SIZE.fullmatch(line):
                raise RequestRefusedError("the size of a chunk is not a number")
            self._left = int(line, 16)
            self._at = _At.BODY if self._left else _At.TRAILER
        elif self._at is _At.CHUNK_END:
            if line:
                raise RequestRefusedError("a chunk is longer than its size")
            self._at = _At.CHUNK_SIZE
        elif line:
            raise RequestRefusedError("fields after the body are not allowed")
        else:
            self._end_of_request()
        return line + b"\r\n"


def _fields(lines: list[bytes]) -> dict[bytes, list[bytes]]:
    found: dict[bytes, list[bytes]] = {}
    for line in lines:
        match = _FIELD.fullmatch(line)
        if match is None:
            raise RequestRefusedError("a field of the request head is malformed")
        found.setdefault(match[1].lower(), []).append(match[2].rstrip(b" \t"))
    return found
