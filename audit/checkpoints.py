"""Signed checkpoints of the chain, in the database and in a file outside.

Entries that are cut off after the last outside checkpoint are limited by MAX_AGE and MAX_ENTRIES. The last
checkpoint also stands beside the signing key, so that a loss of rows and file is seen.
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
    """The last signed checkpoint is not in the file. Signing on would hide what happened."""


@dataclass(frozen=True)
class CheckpointMark:
    """A checkpoint as it was read. Trust it only after `holds`."""

    number: int
    hash: str
    at: str
    key: str
    signature: str

    def holds(self, public: str) -> bool:
        """True when the key with this public half (hex) signed it."""
        return signed_by(public, _message(self.number, self.hash, self.at), self.signature)


def outside_file() -> Path:
    """DATA/audit/checkpoints.jsonl. With a copy elsewhere, even the owner of both cannot cut the log
    unseen.
    """
    return Path(settings.HAULOUT_DATA) / "audit" / "checkpoints.jsonl"


def last_file() -> Path:
    """The last checkpoint again, beside the signing key."""
    return Path(settings.HAULOUT_CHECKPOINT_KEY_FILE).with_name("checkpoint.last")


def last_mark() -> CheckpointMark | None:
    """The checkpoint in `last_file`. None before the first one."""
    try:
        return CheckpointMark(**orjson.loads(last_file().read_bytes()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        # not a mark: return one that is in no file
        return CheckpointMark(0, "", "", "", "")


def is_due(*, now: datetime | None = None) -> bool:
    """True when MAX_ENTRIES are unsigned, or some are older than MAX_AGE. Two small reads."""
    number = Head.objects.filter(pk=1).values_list("number", flat=True).first()
    if not number:
        return False
    last = Checkpoint.objects.order_by("-number").values_list("number", "at").first()
    if last is None:
        return True
    # below zero: the clock was set back, which must not delay signing
    fresh = timedelta(0) <= (now or timezone.now()) - last[1] < MAX_AGE
    return number > last[0] and (number - last[0] >= MAX_ENTRIES or not fresh)


def checkpoint_if_due(*, now: datetime | None = None) -> Checkpoint | None:
    """Sign the head if it is due. The worker calls it twice a second. FileLost."""
    return checkpoint() if is_due(now=now) else None


def checkpoint() -> Checkpoint | None:
    """Sign the head. None when the log is empty. FileLost. Do not call it inside a transaction that may
    roll back.
    """
    head = Head.objects.filter(pk=1).first()
    if head is None or head.number == 0:
        return None
    at = timezone.now()
    digest = bytes(head.hash).hex()
    signature, key = sign(_message(head.number, digest, at.isoformat()))
    mark = CheckpointMark(
        number=head.number, hash=digest, at=at.isoformat(), key=key, signature=signature
    )
    # the file first: an extra line is still true, but a row without a line could be cut unseen
    _append_outside(mark)
    return Checkpoint.objects.create(
        number=head.number, hash=digest, at=at, key=key, signature=signature
    )


def marks_inside() -> Iterator[CheckpointMark]:
    """The checkpoints of the database, oldest first."""
    for row in Checkpoint.objects.order_by("number", "id").iterator():
        yield CheckpointMark(
            number=row.number,
            hash=row.hash,
            at=row.at.isoformat(),
            key=row.key,
            signature=row.signature,
        )


def marks_outside(path: Path | None = None) -> Iterator[CheckpointMark | int]:
    """The checkpoints of the file, oldest first. For a wrong line: its number. A last line without its end
    (power cut) is left out.
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
                mark = CheckpointMark(**orjson.loads(line))
            except (ValueError, TypeError):
                yield place
                continue
            sound = isinstance(mark.number, int) and isinstance(mark.hash, str)
            yield mark if sound else place


def _append_outside(mark: CheckpointMark) -> None:
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
            # remove a half line of a power cut
            file.truncate(content.rfind(b"\n") + 1)
        file.write(_line(mark))
        file.flush()
        os.fsync(file.fileno())
        keep_last(mark)


def keep_last(mark: CheckpointMark) -> None:
    """Write `last_file`, whole or not at all. It is written after the outside file, so it is never newer."""
    path = last_file()
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(_line(mark))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _line(mark: CheckpointMark) -> bytes:
    return orjson.dumps(vars(mark)) + b"\n"


def _message(number: int, digest: str, at: str) -> bytes:
    return _DOMAIN + orjson.dumps([number, digest, at])
