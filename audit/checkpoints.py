"""Signed checkpoints of the chain, in the database and in a file outside of it.

What a cut after the last outside checkpoint can hide is bounded by MAX_AGE and MAX_ENTRIES. The last one
also lies beside the key that signs, so that rows and file cannot both go unseen.
"""

import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import orjson
from django.conf import settings
from django.utils import timezone

from audit.keys import sign, signed_by
from audit.models import Checkpoint, Head
from audit.shapes import AuditError

MAX_AGE = timedelta(minutes=5)
MAX_ENTRIES = 1000
_DOMAIN = b"haulout audit checkpoint 1\n"


class FileLost(AuditError):
    """The last checkpoint that was signed is not in the file: signing on would hide what happened."""


@dataclass(frozen=True)
class Mark:
    """A checkpoint as it was read, from wherever; nothing in it is trusted before `holds`."""

    number: int
    hash: str
    at: str
    key: str
    signature: str

    def holds(self, public: str) -> bool:
        """True when it was signed by the key whose public half (hex) is `public`."""
        return signed_by(public, _message(self.number, self.hash, self.at), self.signature)


def outside_file() -> Path:
    """DATA/audit/checkpoints.jsonl: copy it away, then even the owner of both cannot cut unseen."""
    return Path(settings.HAULOUT_DATA) / "audit" / "checkpoints.jsonl"


def last_file() -> Path:
    """The last checkpoint once more, beside the signing key: who can change it needs no forgery."""
    return Path(settings.HAULOUT_CHECKPOINT_KEY_FILE).with_name("checkpoint.last")


def last_mark() -> Mark | None:
    """What `last_file` holds; None before the first checkpoint of this version."""
    try:
        return Mark(**orjson.loads(last_file().read_bytes()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        # not of ours: as a mark of nothing, which is in no file
        return Mark(0, "", "", "", "")


def is_due(*, now: datetime | None = None) -> bool:
    """True when MAX_ENTRIES are unsigned, or some are older than MAX_AGE. Two small questions."""
    number = Head.objects.filter(pk=1).values_list("number", flat=True).first()
    if not number:
        return False
    last = Checkpoint.objects.order_by("-number").values_list("number", "at").first()
    if last is None:
        return True
    # below zero: the clock was set back, which must not keep us from signing
    fresh = timedelta(0) <= (now or timezone.now()) - last[1] < MAX_AGE
    return number > last[0] and (number - last[0] >= MAX_ENTRIES or not fresh)


def checkpoint_if_due(*, now: datetime | None = None) -> Checkpoint | None:
    """Sign the head where it is due: the worker asks twice a second. None where it was not. FileLost."""
    return checkpoint() if is_due(now=now) else None


def checkpoint() -> Checkpoint | None:
    """Sign the head. None when the log is empty. Not inside a transaction that may roll back:
    what is signed must stay. Raises FileLost."""
    head = Head.objects.filter(pk=1).first()
    if head is None or head.number == 0:
        return None
    at = timezone.now()
    digest = bytes(head.hash).hex()
    signature, key = sign(_message(head.number, digest, at.isoformat()))
    mark = Mark(number=head.number, hash=digest, at=at.isoformat(), key=key, signature=signature)
    # outside first: a line too many there is true, a row without a line could be cut unseen
    _append_outside(mark)
    return Checkpoint.objects.create(
        number=head.number, hash=digest, at=at, key=key, signature=signature
    )


def marks_inside() -> Iterator[Mark]:
    """The checkpoints of the database, oldest first."""
    for row in Checkpoint.objects.order_by("number", "id").iterator():
        yield Mark(
            number=row.number,
            hash=row.hash,
            at=row.at.isoformat(),
            key=row.key,
            signature=row.signature,
        )


def marks_outside(path: Path | None = None) -> Iterator[Mark | int]:
    """The checkpoints of the file, oldest first; the number of a line that is none of ours.

    A last line without its end (power cut in mid-write) is left out.
    """
    path = path or outside_file()
    try:
        lines = path.open("rb")
    except FileNotFoundError:
        return
    with lines:
        for place, line in enumerate(lines, start=1):
            if not line.endswith(b"\n"):
                return
            try:
                mark = Mark(**orjson.loads(line))
            except (ValueError, TypeError):
                yield place
                continue
            sound = isinstance(mark.number, int) and isinstance(mark.hash, str)
            yield mark if sound else place


def _append_outside(mark: Mark) -> None:
    path = outside_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "rb+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        content = file.read()
        last = last_mark()
        if last is not None and _line(last) not in content:
            raise FileLost(
                f"The checkpoint at entry {last.number}, the last one that was signed, is not in {path}:"
                " nothing is signed any more. Put the file back from a copy; if it is gone for good, and"
                " you know why, `manage.py audit checkpoint --anew` begins another and says so in the log."
            )
        if not content.endswith(b"\n"):
            # half a line of a power cut: it says nothing, and would spoil the next one
            file.truncate(content.rfind(b"\n") + 1)
        file.write(_line(mark))
        file.flush()
        os.fsync(file.fileno())
        keep_last(mark)


def keep_last(mark: Mark) -> None:
    """Write `last_file`, whole or not at all. After the file outside: it may be older, never newer."""
    path = last_file()
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(_line(mark))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _line(mark: Mark) -> bytes:
    return orjson.dumps(vars(mark)) + b"\n"


def _message(number: int, digest: str, at: str) -> bytes:
    return _DOMAIN + orjson.dumps([number, digest, at])
