"""HTTP/1.1 as it lies on a connection, taken apart: requests, and the answers to them. No sockets.

Stricter than Podman's server in every point, so that there is no second request that only one of two
readers sees. What came is kept byte for byte in each event, for whoever passes it on as it is.
"""

import re
from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

HEAD_MAX_BYTES: Final = 64 * 1024
_CHUNK_LINE_MAX_BYTES: Final = 32
_REQUEST_LINE: Final = re.compile(rb"([A-Z]{1,16}) ([!-~]+) HTTP/1\.1")
_STATUS_LINE: Final = re.compile(rb"HTTP/1\.1 ([1-5]\d\d)(?: ([\t -~\x80-\xff]*))?")
_FIELD: Final = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t -~\x80-\xff]*)")
_LENGTH: Final = re.compile(rb"\d{1,18}")
_CHUNK_SIZE: Final = re.compile(rb"[0-9A-Fa-f]{1,15}")
_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,15})\r\n")
_BODILESS: Final = (204, 304)

# by their names in lower case, each with all its values
Fields = dict[bytes, list[bytes]]


class FramingError(Exception):
    """This is no HTTP/1.1 as it is spoken here; nothing after it on the connection can be read."""


@dataclass(frozen=True, slots=True)
class Head:
    """`length`: bytes of the body; None: in chunks, or (of an answer) until the connection ends."""

    raw: bytes
    fields: Fields
    length: int | None

    def words(self, name: bytes) -> list[bytes]:
        """The words of a field that lists some, in lower case."""
        listed = b",".join(self.fields.get(name, []))
        return [word.strip(b" \t").lower() for word in listed.split(b",") if word.strip(b" \t")]

    @property
    def ends(self) -> bool:
        """True where nothing follows this message on its connection."""
        return b"close" in self.words(b"connection")


@dataclass(frozen=True, slots=True)
class RequestHead(Head):
    """`target` as it was sent: the encoded path and query, or whatever stands in their place."""

    method: str
    target: str


@dataclass(frozen=True, slots=True)
class AnswerHead(Head):
    """`method`: of the request that it answers. One of 100 to 199, but for 101, is not the last."""

    status: int
    reason: bytes
    method: str


@dataclass(frozen=True, slots=True)
class Body:
    """A piece of a body; after an upgrade, of what the connection carries since."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class Between:
    """A line between two chunks."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class Trailers:
    """The fields behind a body in chunks, mostly none, and the empty line that ends it."""

    raw: bytes
    fields: Fields


@dataclass(frozen=True, slots=True)
class End:
    """The message is whole; the next one may follow."""


Event = Head | Body | Between | Trailers | End


class _At(Enum):
    HEAD = auto()
    BODY = auto()
    CHUNK_SIZE = auto()
    CHUNK_END = auto()
    TRAILER = auto()
    END = auto()
    # until the connection ends: a body without a length, or an upgraded connection
    OPEN = auto()


class _Reader:
    """`push` what came, `pull` events until there is None."""

    def __init__(self) -> None:
        self._at = _At.HEAD
        self._buffer = bytearray()
        self._left = 0
        self._chunked = False

    @property
    def begun(self) -> bool:
        """True where a part of a message has come that was not read."""
        return bool(self._buffer)

    def push(self, data: bytes) -> None:
        """Take what came over the connection."""
        self._buffer += data

    def skim(self, data: bytes) -> bool:
        """True where all that came is body, and not the end of it: it is counted, and not copied."""
        if self._buffer:
            return False
        if self._at is _At.OPEN:
            return True
        if self._at is not _At.BODY or len(data) >= self._left:
            return False
        self._left -= len(data)
        return True

    def pull(self) -> Event | None:
        """The next event; None where more has to come first. Raises FramingError."""
        if self._at is _At.END:
            self._at = _At.HEAD
            return End()
        if not self._buffer:
            return None
        if self._at is _At.HEAD:
            return self._head()
        if self._at is _At.TRAILER:
            return self._trailers()
        if self._at is _At.BODY:
            return self._body()
        if self._at is _At.OPEN:
            return Body(self.rest())
        return self._line()

    def gather(self) -> bytes:
        """All that has come of the body, in one piece and without the lines between its chunks; b"" where
        something else is next, or nothing. Raises FramingError.
        """
        if self._at is _At.OPEN:
            return self.rest()
        pieces = [self._come()]
        if self._at is _At.CHUNK_END and self._line() is None:
            return pieces[0]
        if self._at is _At.CHUNK_SIZE:
            self._whole_chunks(pieces)
            if self._line() is not None:
                pieces.append(self._come())
        return b"".join(pieces)

    def _come(self) -> bytes:
        """What has come of a chunk, or of a body with a length."""
        return self._body().raw if self._at is _At.BODY and self._buffer else b""

    def _whole_chunks(self, pieces: list[bytes]) -> None:
        """Take the chunks that are there from end to end. A log has one for each line."""
        held, at = bytes(self._buffer), 0
        while found := _CHUNK.match(held, at):
            begin = found.end()
            end = begin + int(found[1], 16)
            if end == begin or held[end : end + 2] != b"\r\n":
                break
            pieces.append(held[begin:end])
            at = end + 2
        del self._buffer[:at]

    def rest(self) -> bytes:
        """What came and was not read: after an upgrade no more HTTP."""
        held = bytes(self._buffer)
        self._buffer.clear()
        return held

    def _begin(self, line: bytes, fields: Fields, raw: bytes) -> Head:
        """The head, with `_at` where it goes on."""
        raise NotImplementedError

    def _head(self) -> Head | None:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0 or end > HEAD_MAX_BYTES:
            if len(self._buffer) > HEAD_MAX_BYTES:
                raise FramingError("the head is too long")
            return None
        raw = bytes(self._buffer[: end + 4])
        del self._buffer[: end + 4]
        line, *others = raw[:-4].split(b"\r\n")
        return self._begin(line, fields_of(others), raw)

    def _length(self, fields: Fields) -> int | None:
        """Of the body, as the fields say; with `_chunked` told. None where they say nothing."""
        lengths = fields.get(b"content-length", [])
        codings = fields.get(b"transfer-encoding", [])
        if len(lengths) + len(codings) > 1:
            raise FramingError("the length of the body is given twice")
        if codings and codings[0].lower() != b"chunked":
            raise FramingError("the only transfer encoding is chunked")
        if lengths and not _LENGTH.fullmatch(lengths[0]):
            raise FramingError("the length of the body is not a number")
        self._chunked = bool(codings)
        return int(lengths[0]) if lengths else None

    def _go_on(self, length: int) -> None:
        """After the head: a body in chunks, one of this length, or none."""
        self._left = length
        if self._chunked:
            self._at = _At.CHUNK_SIZE
        else:
            self._at = _At.BODY if length else _At.END

    def _body(self) -> Body:
        piece = bytes(self._buffer[: self._left])
        del self._buffer[: len(piece)]
        self._left -= len(piece)
        if not self._left:
            self._at = _At.CHUNK_END if self._chunked else _At.END
        return Body(piece)

    def _line(self) -> Between | None:
        end = self._buffer.find(b"\r\n")
        if end < 0 or end > _CHUNK_LINE_MAX_BYTES:
            if len(self._buffer) > _CHUNK_LINE_MAX_BYTES:
                raise FramingError("a line between two chunks is too long")
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        if self._at is _At.CHUNK_END:
            if line:
                raise FramingError("a chunk is longer than its size")
            self._at = _At.CHUNK_SIZE
        elif not _CHUNK_SIZE.fullmatch(line):
            raise FramingError("the size of a chunk is not a number")
        else:
            self._left = int(line, 16)
            self._at = _At.BODY if self._left else _At.TRAILER
        return Between(line + b"\r\n")

    def _trailers(self) -> Trailers | None:
        if self._buffer.startswith(b"\r\n"):
            end, lines = -2, []
        else:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0 or end > HEAD_MAX_BYTES:
                if len(self._buffer) > HEAD_MAX_BYTES:
                    raise FramingError("the fields behind the body are too long")
                return None
            lines = bytes(self._buffer[:end]).split(b"\r\n")
        raw = bytes(self._buffer[: end + 4])
        del self._buffer[: end + 4]
        self._at = _At.END
        return Trailers(raw, fields_of(lines))


class RequestReader(_Reader):
    """The requests of one connection, one after the other."""

    def _begin(self, line: bytes, fields: Fields, raw: bytes) -> RequestHead:
        match = _REQUEST_LINE.fullmatch(line)
        if match is None:
            raise FramingError("the request line is not one of HTTP/1.1")
        length = self._length(fields)
        self._go_on(length or 0)
        method, target = match[1].decode("ascii"), match[2].decode("ascii")
        length = None if self._chunked else length or 0
        return RequestHead(raw, fields, length, method, target)


class AnswerReader(_Reader):
    """The answers on one connection. Say by `asked` what was asked, in this order."""

    def __init__(self) -> None:
        super().__init__()
        self._asked: deque[str] = deque()

    def asked(self, method: str) -> None:
        """A request of this method was sent."""
        self._asked.append(method)

    def eof(self) -> Event | None:
        """The connection has ended: the last event. FramingError where that is in mid-message."""
        if self._at is _At.OPEN:
            self._at = _At.HEAD
            return End()
        if self._at is not _At.HEAD or self._buffer or self._asked:
            raise FramingError("the answer was cut off")
        return None

    def _begin(self, line: bytes, fields: Fields, raw: bytes) -> AnswerHead:
        match = _STATUS_LINE.fullmatch(line)
        if match is None:
            raise FramingError("the status line is not one of HTTP/1.1")
        if not self._asked:
            raise FramingError("nobody asked for this answer")
        status, method = int(match[1]), self._asked[0]
        length = self._length(fields)
        if status == 101:
            self._asked.popleft()
            self._at, length = _At.OPEN, None
        elif status < 200:
            # the one that counts is still to come
            length = 0
        else:
            self._asked.popleft()
            if method == "HEAD" or status in _BODILESS:
                self._at, length = _At.END, 0
            elif length is None and not self._chunked:
                self._at = _At.OPEN
            else:
                self._go_on(length or 0)
        return AnswerHead(raw, fields, length, status, match[2] or b"", method)


def fields_of(lines: list[bytes]) -> Fields:
    """The fields of a head. Raises FramingError."""
    found: Fields = {}
    for line in lines:
        match = _FIELD.fullmatch(line)
        if match is None:
            raise FramingError("a field of the head is malformed")
        found.setdefault(match[1].lower(), []).append(match[2].rstrip(b" \t"))
    return found
