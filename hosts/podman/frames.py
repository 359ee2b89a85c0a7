"""Frames of logs and terminals: 8 bytes `[stream, 0, 0, 0, length]`, then the payload."""

from struct import Struct
from typing import Final, NamedTuple

from hosts.podman.errors import Malformed

STDOUT: Final = 1
# Docker's "system error": the text of an error after the stream had begun
FAULT: Final = 3

# A larger payload is handed on in parts: no length that a host claims is ever buffered.
PART_BYTES: Final = 1024 * 1024

_HEAD: Final = Struct(">B3sI")


class Frame(NamedTuple):
    """Bytes of one stream. A line may span frames: long ones and a TTY's come in parts."""

    stream: int
    data: bytes


class FrameParser:
    """Cuts pieces of any size into frames. One per connection."""

    def __init__(self) -> None:
        self._rest = bytearray()
        # the rest of a payload that is handed on in parts
        self._open: tuple[int, int] | None = None

    def feed(self, piece: bytes) -> list[Frame]:
        """The frames that `piece` completes. Raises Malformed where it is no frame."""
        rest = self._rest
        rest += piece
        frames: list[Frame] = []
        at = 0
        end = len(rest)
        while at < end:
            if self._open is not None:
                stream, left = self._open
                take = min(left, end - at)
                frames.append(Frame(stream, bytes(rest[at : at + take])))
                at += take
                self._open = (stream, left - take) if left > take else None
                continue
            if end - at < _HEAD.size:
                break
            stream, padding, length = _HEAD.unpack_from(rest, at)
            if stream > FAULT or padding != b"\0\0\0":
                raise Malformed("Podman's stream is out of step: no frame where one must begin.")
            if length > PART_BYTES:
                at += _HEAD.size
                self._open = (stream, length)
                continue
            stop = at + _HEAD.size + length
            if stop > end:
                break
            frames.append(Frame(stream, bytes(rest[at + _HEAD.size : stop])))
            at = stop
        del rest[:at]
        return frames

    def finish(self) -> None:
        """Call at the end of the stream. Raises Malformed where it ends inside a frame."""
        if self._rest or self._open is not None:
            raise Malformed("Podman's stream ended in the middle of a frame.")
