"""Looks into /proc for tests: who belongs to a running Haulout."""

import os
import time
from pathlib import Path


def holders(data: Path) -> set[int]:
    """Pids of all processes that hold the data folder's lock open: `up`, its children, the guard."""
    lock = str(data / "lock")
    found = set()
    for folder in Path("/proc").glob("[0-9]*/fd"):
        try:
            links = {os.readlink(link) for link in folder.iterdir()}
        except OSError:
            continue
        if lock in links:
            found.add(int(folder.parent.name))
    return found


def members(sessions: set[int]) -> set[int]:
    """Pids of all processes in these sessions, grandchildren included."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = path.read_text()
        except OSError:
            continue
        state, _parent, _group, session = text.rpartition(")")[2].split()[:4]
        if int(session) in sessions and state != "Z":
            found.add(int(path.parent.name))
    return found


def named(data: Path, name: str) -> int:
    """Pid of one child, by its command line."""
    for pid in holders(data):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        # Valkey writes its socket behind its own name
        program = words[0].split(b" ")[0]
        if name.encode() in words[1:] or program.endswith(b"/" + name.encode()):
            return pid
    raise AssertionError(f"no child {name}")


def until(check: object, *, within_s: float, what: str) -> None:
    """Wait until `check()` is true; fail with `what` when it is not in time."""
    assert callable(check)
    end = time.monotonic() + within_s
    while not check():
        assert time.monotonic() < end, f"{what} within {within_s:g} s"
        os.sched_yield()
        time.sleep(0.05)
