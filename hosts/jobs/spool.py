"""Outcomes that the database could not take: in an fsynced file, merged once it is back.

Every worker merges every spool, since its owner may never come back. The owner may be writing
meanwhile. So a merge first moves the file aside under its lock: nothing is added to it any more.
"""

import fcntl
import json
import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hosts.jobs.outcome import Outcome, write_outcomes

# in the name of a file that is being merged
_ASIDE = "-merging-"
log = logging.getLogger(__name__)


class Spool:
    """One file per worker. A line is a whole outcome; a torn line is ignored."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def keep(self, outcomes: list[Outcome]) -> None:
        """Append and force to disk. OSError when even that fails."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lines = "".join(json.dumps(outcome.as_dict()) + "\n" for outcome in outcomes).encode()
        with self._locked(os.O_RDWR | os.O_APPEND | os.O_CREAT) as handle:
            size = os.fstat(handle).st_size
            if size and os.pread(handle, 1, size - 1) != b"\n":
                # the writer before was killed within a line: it must not spoil ours
                lines = b"\n" + lines
            with os.fdopen(os.dup(handle), "wb") as file:
                file.write(lines)
            os.fsync(handle)
        _sync_folder(self.path.parent)

    def merge(self) -> int:
        """Write the file's outcomes into the database. DatabaseError: the next merge does it."""
        aside = self._move_aside()
        if aside is None:
            return 0
        try:
            lines = aside.read_text(errors="replace").splitlines()
        except FileNotFoundError:
            return 0  # another worker merged it
        # to write it twice is harmless: a job that has ended takes no second outcome
        count = write_outcomes([kept for line in lines if (kept := _outcome(line)) is not None])
        aside.unlink(missing_ok=True)
        return count

    def _move_aside(self) -> Path | None:
        """The file under a name to which nobody adds; None: there is none."""
        if _ASIDE in self.path.name:
            return self.path
        target = self.path.with_name(f"{self.path.stem}{_ASIDE}{secrets.token_hex(4)}.jsonl")
        try:
            with self._locked(os.O_RDONLY):
                self.path.rename(target)
        except FileNotFoundError:
            return None
        return target

    @contextmanager
    def _locked(self, flags: int) -> Iterator[int]:
        """The file of this name, open and locked."""
        while True:
            handle = os.open(self.path, flags, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                if _same(handle, self.path):
                    yield handle
                    return
            finally:
                os.close(handle)
            # the file was moved aside while we waited for the lock: the name is another file, or
            # none


def merge_all(folder: Path) -> int:
    """Merge every worker's spool. A disk's error is logged, and the file stays."""
    count = 0
    for path in sorted(folder.glob("*.jsonl")):
        try:
            count += Spool(path).merge()
        except OSError as error:
            log.error("the spool %s cannot be read: %s", path, error)
    return count


def _outcome(line: str) -> Outcome | None:
    try:
        return Outcome(**json.loads(line))
    except (ValueError, TypeError):
        return None


def _same(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _sync_folder(folder: Path) -> None:
    """Also the name of a new file has to survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
