"""Reads every request on a connection of web or gate and lets only streams through.

What stands on the connection says `framing`, what may pass `web_routes` and `gate_routes`.
"""

from enum import Enum, auto
from typing import Final

from hosts.link import gate_routes, web_routes
from hosts.link.framing import (
    Body,
    End,
    Event,
    Fields,
    FramingError,
    RequestHead,
    RequestReader,
    Trailers,
)
from hosts.link.sockets import Caller
from hosts.podman.tar_judge import ArchiveRefused, TarJudge

_EXEC_BODY_MAX_BYTES: Final = 64 * 1024
_TAR: Final = b"application/x-tar"
_UPGRADED: Final = b"HTTP/1.1 101"


class RequestRefusedError(Exception):
    """This request does not pass, and nothing after it on the connection."""


class _At(Enum):
    REQUESTS = auto()
    ANSWER = auto()
    RAW = auto()
    SHUT = auto()


class WebFilter:
    """One connection's requests. Feed it what comes from the caller; forward what it gives back."""

    def __init__(self, caller: Caller = "web") -> None:
        self.caller = caller
        self._at = _At.REQUESTS
        self._reader = RequestReader()
        self._upgrading = False
        self._answer = b""
        self._tar: TarJudge | None = None
        # the body of an exec, until all of it was looked at
        self._exec: bytearray | None = None
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
        if self._at is _At.SHUT:
            raise RequestRefusedError("the server did not upgrade this connection")
        if self._exec is None and self._reader.skim(data):
            return self._judged(data)
        self._reader.push(data)
        passed = bytearray()
        try:
            while self._at is _At.REQUESTS and (event := self._reader.pull()) is not None:
                passed += self._event(event)
        except FramingError as broken:
            raise RequestRefusedError(str(broken)) from broken
        return bytes(passed)

    def answered(self, data: bytes) -> bytes:
        """Look at the server's answer to an upgrade; gives back what may now be passed on."""
        self._answer += data[: len(_UPGRADED)]
        if len(self._answer) < len(_UPGRADED) and _UPGRADED.startswith(self._answer):
            return b""
        self._upgrading = False
        held = self._reader.rest()
        if self._at is _At.ANSWER and self._answer.startswith(_UPGRADED):
            self._at = _At.RAW
            return held
        # The server still speaks HTTP: what follows could be a request that nobody has read.
        self._at = _At.SHUT
        return b""

    def _event(self, event: Event) -> bytes:
        if isinstance(event, RequestHead):
            self.requests += 1
            self._judge(event)
        elif isinstance(event, Trailers):
            if event.fields:
                raise RequestRefusedError("fields after the body are not allowed")
        elif isinstance(event, Body):
            if self._exec is None:
                return self._judged(event.raw)
            self._exec += event.raw
            return b""
        elif isinstance(event, End):
            return self._end_of_request()
        return event.raw

    def _judge(self, head: RequestHead) -> None:
        method, target = head.method, head.target
        routes = gate_routes if self.caller == "gate" else web_routes
        reason = routes.refusal(method, target)
        if reason is not None:
            raise RequestRefusedError(reason)
        self._tar = web_routes.judge_of(method, target)
        kinds = head.fields.get(b"content-type", [])
        if self._tar is not None and any(kind.lower() != _TAR for kind in kinds):
            # in several parts there would be tars within what we take for one
            raise RequestRefusedError("the body is not announced as a tar")
        self._upgrading = self._upgrade(head.fields, method, target)
        if web_routes.is_exec_create(method, target):
            if head.length is None or not 0 < head.length <= _EXEC_BODY_MAX_BYTES:
                raise RequestRefusedError("the body needs a length, and a small one")
            self._exec = bytearray()

    def _upgrade(self, fields: Fields, method: str, target: str) -> bool:
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

    def _end_of_request(self) -> bytes:
        if self._upgrading:
            self._at = _At.ANSWER
        if self._exec is None:
            return b""
        body, self._exec = bytes(self._exec), None
        reason = web_routes.exec_refusal(body)
        if reason is not None:
            raise RequestRefusedError(reason)
        return body

    def _judged(self, piece: bytes) -> bytes:
        """A piece of a body; of a tar that Podman unpacks on the host itself, each head is read."""
        if self._tar is not None:
            try:
                self._tar.feed(piece)
            except ArchiveRefused as refused:
                raise RequestRefusedError(refused.message) from refused
        return piece
