"""Sends entries to places outside the database, in order, each at least once.

A sink that fails keeps its position and gets the entries later.
"""

import fcntl
import os
from pathlib import Path
from typing import Protocol

import orjson

from audit.models import Entry, SinkPosition

BATCH = 2000


class Sink(Protocol):
    """A place that takes entries. `name` identifies its position, so it must not change."""

    name: str

    def write(self, lines: list[bytes]) -> None:
        """Store the canonical bytes durably, or raise OSError."""

    def last(self) -> int:
        """Number of the last stored entry. 0 when it cannot be known."""


class FileSink:
    """Appends canonical bytes, one entry a line, to a file. The file may be rotated by renaming."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = f"file:{path}"

    def write(self, lines: list[bytes]) -> None:
        """Append and fsync. A half line of a power cut is cut off first."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "rb+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.truncate(_whole(file.fileno()))
            file.write(b"".join(line + b"\n" for line in lines))
            file.flush()
            os.fsync(file.fileno())

    def last(self) -> int:
        """The number in the file's last whole line."""
        try:
            with self.path.open("rb") as file:
                end = _whole(file.fileno())
                file.seek(max(0, end - 65536))
                tail = file.read(min(end, 65536)).splitlines()
        except FileNotFoundError:
            return 0
        return int(orjson.loads(tail[-1])["number"]) if tail else 0


def pump(sink: Sink, *, limit: int = BATCH) -> int:
    """Send the next entries, at most `limit`. Returns how many."""
    row, _ = SinkPosition.objects.get_or_create(name=sink.name)
    # the file is right if the process died between the two writes
    start = max(row.number, sink.last())
    entries = Entry.objects.filter(number__gt=start).order_by("number")[:limit]
    batch = [(number, bytes(data)) for number, data in entries.values_list("number", "canonical")]
    if batch:
        sink.write([data for _, data in batch])
        start = batch[-1][0]
    if start != row.number:
        SinkPosition.objects.filter(name=sink.name, number__lt=start).update(number=start)
    return len(batch)


def _whole(handle: int) -> int:
    """Bytes of the file up to the end of its last whole line."""
    size = os.fstat(handle).st_size
    while size > 0:
        start = max(0, size - 65536)
        place = os.pread(handle, size - start, start).rfind(b"\n")
        if place >= 0:
            return start + place + 1
        size = start
    return 0
